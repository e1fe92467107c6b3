"""The reserved columns of every table: names, words, and what they become in a `Row`. They may only tighten a rule."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from medrules.knowledge.cells import parse_date, shown
from medrules.knowledge.problem import Problem
from medrules.model.enumerations import ENUMERATIONS, SCENES
from medrules.model.folding import fold_text

__all__ = ["OPEN_END", "PAIR_ONLY", "PLAIN", "RESERVED_NAMES", "RESTRICTIONS"]

OPEN_END: Final = 10_000_000

# zh name → en name. In this order the published header is written.
RESERVED_NAMES: Final[Mapping[str, str]] = MappingProxyType({
    "知识点号": "point", "批次": "batch", "来源": "source", "原文": "source_text", "有效起": "valid_from",
    "有效止": "valid_to", "环节": "stage", "场景": "scene", "结果": "result", "提醒方式": "interaction", "地区": "area",
    "编全": "coded", "主项排除": "main_excluded", "部位相同": "same_site",
})
PAIR_ONLY: Final = frozenset({"主项排除", "部位相同"})
PLAIN: Final = ("原文", "来源", "批次")  # texts without a vocabulary

_RESULTS: Final = MappingProxyType({
    "明确违规": "definite", "可疑": "suspect", "监测": "monitor",
    "definite": "definite", "suspect": "suspect", "monitor": "monitor",
})
_INTERACTIONS: Final = MappingProxyType({
    "静默": "passive", "提醒": "soft", "须填原因": "reason", "拦截": "hard",
    "passive": "passive", "soft stop": "soft", "soft": "soft", "reason required": "reason", "reason": "reason",
    "hard stop": "hard", "hard": "hard",
})
_CODED: Final = MappingProxyType({
    "全": "full", "部分": "part", "仅文本": "text", "full": "full", "part": "part", "text": "text",
})


def _refused(column: str, cell: str, words: list[str]) -> Problem:
    return Problem("MR-K305", {"column": column, "cell": shown(cell), "words": "、".join(words)})


def _word(column: str, words: Mapping[str, str]) -> Callable[[str], str | Problem]:
    chinese = [word for word in words if not word.isascii()]

    def parse(cell: str) -> str | Problem:
        value = words.get(cell)
        return _refused(column, cell, chinese) if value is None else value

    return parse


def _stages(cell: str) -> frozenset[str] | Problem:
    enumeration = ENUMERATIONS["stage"]
    values = [enumeration.value_of(word.strip()) for word in cell.split("|")]
    if None in values:
        return _refused("环节", cell, [w.zh for w in enumeration.words])
    return frozenset(v for v in values if v is not None)


def _scenes(cell: str) -> frozenset[str] | Problem:
    """Values of 就医方式 that the scenes mean; 异地就医 is "out_of_area", as in a rule's header."""
    enumeration = ENUMERATIONS["scene"]
    found: set[str] = set()
    for word in cell.split("|"):
        value = enumeration.value_of(word.strip())
        if value is None:
            return _refused("场景", cell, [w.zh for w in enumeration.words])
        found.update(SCENES.get(value, ("out_of_area",)))
    return frozenset(found)


def _area(cell: str) -> str | Problem:
    if cell.isascii() and cell.isdecimal() and len(cell) <= 12:
        return cell
    return _refused("地区", cell, ["行政区划代码，如 61、6101"])


def _day(cell: str) -> int | Problem:
    day = parse_date(cell)
    return OPEN_END if day == 3_652_059 else day  # 9999-12-31 is how databases write "no end"


def _checked(parse: Callable[[str], Any], empty: Any) -> Callable[[str], Any]:
    def parse_reserved(raw: str) -> Any:
        cell = fold_text(raw)
        return parse(cell) if cell else empty

    return parse_reserved


# Column → parser of a raw cell (a value or a Problem), in the order in which `rows` hands the values to a Row.
RESTRICTIONS: Final[Mapping[str, Callable[[str], Any]]] = MappingProxyType({
    "有效起": _checked(_day, 0),
    "有效止": _checked(_day, OPEN_END),
    "结果": _checked(_word("结果", _RESULTS), None),
    "提醒方式": _checked(_word("提醒方式", _INTERACTIONS), None),
    "环节": _checked(_stages, None),
    "场景": _checked(_scenes, None),
    "地区": _checked(_area, None),
    "编全": _checked(_word("编全", _CODED), ""),
})
