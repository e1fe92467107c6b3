"""Units of quantities as hospitals write them: which words mean one unit, and how many hours one unit lasts.

Only listed synonyms are equal (T06): a quantity in any other word is UNKNOWN where a limit names its unit. Numbers
with a unit in JSON (`0.5克`) and in table cells (`12小时`) read their unit by the same list.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from medrules.model.folding import fold_text
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["canonical_unit", "same_unit", "unit_seconds"]

_SYNONYMS: Final[tuple[tuple[str, ...], ...]] = (
    ("小时", "时", "h", "hr", "hour", "hours", "每小时"),
    ("天", "日", "d", "day", "days", "每日", "每天"),
    ("分钟", "分", "min", "minute", "minutes"),
    ("秒", "s", "sec", "second", "seconds"),
    ("次", "每次", "人次", "time", "times"),
    ("项", "每项"), ("种", "kind", "kinds"), ("元", "yuan"),
    ("g", "克"), ("mg", "毫克"), ("kg", "千克", "公斤"), ("ml", "毫升"), ("l", "升"),
)
_CANONICAL: Final[Mapping[str, str]] = MappingProxyType({w: words[0] for words in _SYNONYMS for w in words})
_SECONDS: Final[Mapping[str, int]] = MappingProxyType({"小时": 3_600, "天": 86_400, "分钟": 60})


@lru_cache(maxsize=4_096)
def canonical_unit(unit: str) -> str:
    """The first word of the unit's synonyms; the folded word itself when it has none."""
    word = fold_text(unit).lower()
    return _CANONICAL.get(word, word)


def same_unit(a: Any, b: Any) -> Any:
    """Whether two units are one; UNKNOWN when either is UNKNOWN, False when either is ABSENT."""
    if a is UNKNOWN or b is UNKNOWN:
        return UNKNOWN
    if a is ABSENT or b is ABSENT:
        return False
    return a == b or canonical_unit(a) == canonical_unit(b)


@lru_cache(maxsize=4_096)
def unit_seconds(unit: str) -> int | None:
    """How many seconds one unit lasts: 小时 3600, 天 86400, 分钟 60, `2小时` 7200, 半小时 1800; None for a unit that is no time."""
    word = canonical_unit(unit)
    if word in _SECONDS:
        return _SECONDS[word]
    if word.startswith("半"):
        base = _SECONDS.get(canonical_unit(word[1:]))
        return base // 2 if base is not None else None
    digits = len(word) - len(word.lstrip("0123456789"))
    if not 0 < digits <= 3:
        return None
    base = _SECONDS.get(canonical_unit(word[digits:]))
    return base * int(word[:digits]) if base is not None else None
