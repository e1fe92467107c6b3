"""Ranges of ages and numbers in a cell: `满3岁 不满12岁`, `不超过28天`, `at least 3 years under 12 years`.

Only the five words of ruling T04 and their synonyms are read. `以上`, `以下` and `以内` are refused: nobody agrees on
whether they hold their own end, and one day at a birthday is a law case.
"""
from __future__ import annotations

import re
from typing import Any, Final

from medrules.knowledge.numbers import parse_number
from medrules.knowledge.params import PARAM, BuildRange, BuildValue, Named
from medrules.knowledge.problem import Problem
from medrules.knowledge.table import ParamCell
from medrules.model.types import AGE, Type
from medrules.model.values import AgeLimit, AgeRange, NumRange

__all__ = ["parse_age_limit", "parse_range"]

# word → (is it a lower limit, is its end inside). 等于 is both.
_WORDS: Final[dict[str, tuple[str, bool]]] = {
    "满": ("low", True), "达到": ("low", True), "不少于": ("low", True), "超过": ("low", False), "大于": ("low", False),
    "不满": ("high", False), "不足": ("high", False), "小于": ("high", False), "不超过": ("high", True),
    "等于": ("both", True),
    "at least": ("low", True), "not less than": ("low", True), "more than": ("low", False), "over": ("low", False),
    "under": ("high", False), "less than": ("high", False), "at most": ("high", True), "not more than": ("high", True),
    "equal to": ("both", True), "equals": ("both", True),
    "≥": ("low", True), ">=": ("low", True), ">": ("low", False), "<": ("high", False), "≤": ("high", True),
    "<=": ("high", True), "=": ("both", True),
}
_WORD: Final = "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True))
_PART: Final = re.compile(
    rf"\s*(?:且|,|，|\band\b)?\s*({_WORD})\s*({PARAM.pattern}|[+-]?[0-9][0-9.]*\s*[^\s0-9+\-<>=≤≥,，且参]*?)"
    rf"(?=\s*(?:$|且|,|，|\band\b|{_WORD}))", re.IGNORECASE,
)
_LOOSE: Final = re.compile(r"以上|以下|以内|之内|以外|左右|及以|above|below|within", re.IGNORECASE)
_AGE: Final = re.compile(r"([0-9]{1,5})\s*(.+)")
_AGE_UNITS: Final[dict[str, str]] = {
    "岁": "岁", "周岁": "岁", "year": "岁", "years": "岁", "月": "月", "个月": "月", "月龄": "月", "month": "月",
    "months": "月", "天": "天", "日": "天", "日龄": "天", "day": "天", "days": "天",
}


def parse_age_limit(text: str) -> AgeLimit | Problem:
    """`18岁`, `6个月`, `28天`."""
    found = _AGE.fullmatch(text.strip())
    unit = _AGE_UNITS.get(found[2].strip().lower()) if found else None
    if found is None or unit is None:
        return Problem("MR-K401", {"cell": text})
    return AgeLimit(int(found[1]), unit)


def parse_range(text: str, member: Type) -> AgeRange | NumRange | ParamCell | Problem:
    """A range of `member` (AGE, or the number type of the column) from a folded text."""
    kind: type[AgeRange] | type[NumRange] = AgeRange if member.kind == "age" else NumRange
    whole = PARAM.fullmatch(text)
    if whole is not None:
        name = whole[1] or whole[2]
        return ParamCell((name,), text, BuildValue(name), (Type("range", of=member),))
    if _LOOSE.search(text) is not None:
        return Problem("MR-K402", {"cell": text})
    low: Any = None
    high: Any = None
    low_closed = high_closed = False
    names: list[str] = []
    position = 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None or part.end() == position:
            return Problem("MR-K401", {"cell": text})
        position = part.end()
        side, closed = _WORDS[part[1].lower()]
        limit = _limit(part[2], member)
        if isinstance(limit, Problem):
            return limit if limit.code != "MR-K401" else Problem("MR-K401", {"cell": text})
        if isinstance(limit, Named) and limit.name not in names:
            names.append(limit.name)
        if (side != "high" and low is not None) or (side != "low" and high is not None):
            return Problem("MR-K401", {"cell": text})
        if side != "high":
            low, low_closed = limit, closed
        if side != "low":
            high, high_closed = limit, closed
    if low is None and high is None:
        return Problem("MR-K401", {"cell": text})
    if names:
        limit_type = AGE if member.kind == "age" else member
        return ParamCell(tuple(names), text, BuildRange(kind, low, low_closed, high, high_closed),
                         (limit_type,) * len(names))
    if _is_empty(low, low_closed, high, high_closed):
        return Problem("MR-K403", {"cell": text})
    return kind(low, low_closed, high, high_closed)


def _limit(text: str, member: Type) -> AgeLimit | int | Named | Problem:
    named = PARAM.fullmatch(text)
    if named is not None:
        return Named(named[1] or named[2])
    return parse_age_limit(text) if member.kind == "age" else parse_number(text.strip(), member)


def _is_empty(low: Any, low_closed: bool, high: Any, high_closed: bool) -> bool:
    """Whether certainly nothing lies between the limits."""
    if low is None or high is None:
        return False
    if isinstance(low, AgeLimit):
        return _ages_cross(low, low_closed, high, high_closed)
    return bool(low > high or (low == high and not (low_closed and high_closed)))


def _ages_cross(low: AgeLimit, low_closed: bool, high: AgeLimit, high_closed: bool) -> bool:
    # Completed units are whole numbers: 超过2岁 is 满3岁, and 不超过6岁 is 不满7岁.
    first = AgeLimit(low.n if low_closed else low.n + 1, low.unit)
    end = AgeLimit(high.n + 1 if high_closed else high.n, high.unit)
    if first.unit == end.unit:
        return first.n >= end.n
    if "天" not in (first.unit, end.unit):
        return _months(first) >= _months(end)
    return _days(first)[0] >= _days(end)[1]


def _months(limit: AgeLimit) -> int:
    return limit.n * 12 if limit.unit == "岁" else limit.n


def _days(limit: AgeLimit) -> tuple[int, int]:
    """The fewest and the most days after which a person has that age."""
    match limit.unit:
        case "岁":
            return limit.n * 365, limit.n * 366
        case "月":
            return max(limit.n * 30 - 2, limit.n * 28), limit.n * 31
        case _:
            return limit.n, limit.n
