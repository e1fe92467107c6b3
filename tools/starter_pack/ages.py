"""Age words of a restriction text, as a cell of an 年龄段 column. The words decide, with their own ends (ruling T04).

Conventions, each repeated in the family README:
`a岁至b岁` = 满a岁 不满(b+1)岁 · `b岁以下` = 不满(b+1)岁 · `a岁(及)以上`、`≥a岁` = 满a岁 · `<b岁` = 不满b岁 ·
成人、成年 = 满18岁 · 儿童 = 不满 参数.儿童年龄上限 · 青少年 = 不满18岁 ·
儿童 beside 成人 in one text = 不满18岁, so that nobody falls between the two.
A text whose age words are not one of these patterns is not typed: `None`.
"""
from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ADULT", "CHILD", "AgeReading", "has_age_word", "read_age"]

ADULT = "满18岁"
CHILD = "不满 参数.儿童年龄上限"
_UNIT = {"岁": "岁", "周岁": "岁", "月龄": "月", "个月": "月", "日龄": "天"}
_NUMBER = r"(\d{1,2})\s*"
_U = r"(周岁|岁|月龄|个月|日龄)"
_A = r"(周岁|岁|月龄|日龄)"  # a range in 个月 is a length of treatment
_RANGE_BELOW = re.compile(rf"{_NUMBER}{_A}?\s*(?:-|~|～|至)\s*[<＜]\s*{_NUMBER}{_A}")
_RANGE_UNDER = re.compile(rf"{_NUMBER}{_A}?\s*(?:-|~|～|至)\s*{_NUMBER}{_A}以下")
_RANGE = re.compile(rf"{_NUMBER}{_A}?\s*(?:-|~|～|至)\s*{_NUMBER}{_A}")
_AT_LEAST = re.compile(rf"≥\s*{_NUMBER}{_U}|{_NUMBER}{_U}(?:及\s*\d{{1,2}}\s*{_U})?(?:及以上|以上)")
_UNDER = re.compile(rf"{_NUMBER}{_U}以下")
_ADULT = re.compile(r"成人|成年")
_CHILD = re.compile(r"儿童")
_TEEN = re.compile(r"青少年")
_ANY = re.compile(rf"成人|成年|儿童|青少年|小儿|婴|新生儿|老年|\d\s*{_U}")


@dataclass(frozen=True, slots=True)
class AgeReading:
    """`cell` is empty when the words name everybody (`成人和儿童`). `words`: the pieces of text that it stands for."""

    cell: str
    words: tuple[str, ...]


def has_age_word(text: str) -> bool:
    return _ANY.search(text) is not None


def read_age(text: str, beside_adults: bool = False) -> AgeReading | None:
    """The age condition of one clause; None when there is none or when the pattern is not known.

    `beside_adults`: another clause of the same text is for adults.
    """
    spans = [m for pattern in (_RANGE_BELOW, _RANGE_UNDER, _RANGE, _AT_LEAST, _UNDER) for m in pattern.finditer(text)]
    taken: list[re.Match[str]] = []
    for found in spans:
        if not any(found.start() < t.end() and t.start() < found.end() for t in taken):
            taken.append(found)
    adult, child, teen = _ADULT.search(text), _CHILD.search(text), _TEEN.search(text)
    words = tuple(m.group() for m in taken) + tuple(m.group() for m in (adult, child, teen) if m)
    if len(taken) > 1:
        return None
    if not taken:
        return AgeReading(_words_only(bool(adult), bool(child), bool(teen) or beside_adults), words) if words else None
    low, high = _limits(taken[0])
    if adult:
        # 成人和6岁及以上儿童: adults have no upper limit, so only a lower one is left.
        return AgeReading(low, words) if low else None
    if not high and (child or teen):
        high = "不满18岁" if teen or beside_adults else CHILD
    return AgeReading(" ".join(part for part in (low, high) if part), words)


def _words_only(adult: bool, child: bool, teen: bool) -> str:
    if adult:
        return "" if child else ADULT
    return "不满18岁" if teen else CHILD


def _limits(found: re.Match[str]) -> tuple[str, str]:
    groups = [g for g in found.groups() if g is not None]
    numbers = [int(g) for g in groups if g.isdigit()]
    units = [_UNIT[g] for g in groups if not g.isdigit()]
    unit = units[-1]
    match found.re:
        case p if p is _AT_LEAST:
            return f"满{numbers[0]}{units[0]}", ""
        case p if p is _UNDER:
            return "", f"不满{numbers[0] + 1}{unit}"
        case p if p is _RANGE_BELOW:
            return f"满{numbers[0]}{units[0]}", f"不满{numbers[1]}{unit}"
    return f"满{numbers[0]}{units[0]}", f"不满{numbers[1] + 1}{unit}"
