"""ICD-10 and ICD-9-CM-3 codes: well-formedness, hierarchy boundaries, ranges expanded to categories.

Shapes are those of the 医保版 catalogues (`A00.100`, `A00.100x001`, `A33.x00`, `A01.001+K77.0*`; `00.0102`,
`00.0200x001`, `01.6x00`, `17.971A0`) and of the WHO forms they refine (`I63`, `I63.9`, `81.65`). All codes are
upper-case here, as doors fold them. A member of a set stands for itself and its children. That is a plain prefix test,
because every member ends at a boundary of the hierarchy: `I63` is three characters and no code continues a category
except after them; `C1` is refused. What a hospital sends is judged more widely by `model.codes`: a code that is well
formed there need not be fit to stand in a set (TCM codes, morphology codes).
"""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.problem import Problem

__all__ = ["ICD_SYSTEMS", "expand_range", "member_prefix", "range_ends"]

ICD_SYSTEMS: Final = frozenset({"icd10", "icd9cm3"})

_ICD10_STEM: Final = r"[A-Z][0-9]{2}(?:\.(?:[0-9]{1,3}|[0-9]{0,2}X[0-9]{0,2})(?:X[0-9]{3,4})?)?"
_MEMBER: Final[dict[str, re.Pattern[str]]] = {
    # A dagger code may carry its asterisk code.
    "icd10": re.compile(rf"{_ICD10_STEM}(?:\+[A-Z][0-9]{{2}}(?:\.[0-9X]{{1,3}})?\*)?"),
    "icd9cm3": re.compile(r"[0-9]{2}(?:\.(?:[0-9]{1,5}|[0-9]{1,3}X[0-9]{1,2}|[0-9]{3}[A-Z][0-9])(?:X[0-9]{3,4})?)?"),
}
_TOO_SHORT: Final[dict[str, re.Pattern[str]]] = {"icd10": re.compile(r"[A-Z][0-9]?"), "icd9cm3": re.compile(r"[0-9]")}
_RANGE: Final = re.compile(r"\s*([^\s~–—至-]+)\s*(?:-|–|—|~|至)\s*([^\s~–—至-]+)\s*")
# Ends of a range: a category or a subcategory, never a six-character national code.
_RANGE_END: Final[dict[str, re.Pattern[str]]] = {
    "icd10": re.compile(r"([A-Z])([0-9]{2})(?:\.([0-9]))?"),
    "icd9cm3": re.compile(r"()([0-9]{2})(?:\.([0-9]{1,2}))?"),
}


def range_ends(text: str) -> tuple[str, str] | None:
    """The two ends of `I60-I64`; None if the text is no range."""
    found = _RANGE.fullmatch(text)
    return (found[1], found[2]) if found else None


def member_prefix(system: str, text: str) -> str | Problem:
    """One category or code as a member: the prefix that it and its children share."""
    code = text.strip().upper()
    if _TOO_SHORT[system].fullmatch(code):
        return Problem("MR-K502", {"cell": text})
    if _MEMBER[system].fullmatch(code) is None:
        return Problem("MR-K501", {"cell": text, "system": SYSTEM_NAMES[system]})
    return code


def expand_range(system: str, low: str, high: str) -> tuple[str, ...] | Problem:
    """`I60`, `I64` → I60 … I64. Both ends are categories, or both are subcategories of the same length."""
    pattern, shown = _RANGE_END[system], {"cell": f"{low}-{high}"}
    first, last = pattern.fullmatch(low.upper()), pattern.fullmatch(high.upper())
    if first is None or last is None:
        for end in (low, high):
            problem = member_prefix(system, end)
            if isinstance(problem, Problem):
                return problem
        return Problem("MR-K503", shown)
    digits = len(first[3] or "")
    if digits != len(last[3] or ""):
        return Problem("MR-K503", shown)
    start, end_ = _rank(first, digits), _rank(last, digits)
    if start >= end_:
        return Problem("MR-K503", shown)
    return tuple(_unrank(system, n, digits) for n in range(start, end_ + 1))


SYSTEM_NAMES: Final[dict[str, str]] = {"icd10": "ICD-10", "icd9cm3": "ICD-9-CM-3"}


def _rank(end: re.Match[str], digits: int) -> int:
    letter = ord(end[1]) - ord("A") if end[1] else 0
    return int(f"{letter * 100 + int(end[2])}{end[3] or ''}")


def _unrank(system: str, n: int, digits: int) -> str:
    category, rest = divmod(n, 10**digits)
    letter, number = divmod(category, 100)
    stem = f"{chr(ord('A') + letter)}{number:02d}" if system == "icd10" else f"{category:02d}"
    return f"{stem}.{rest:0{digits}d}" if digits else stem
