"""Codes and sets of codes as written in a cell or a code-set file: codes, prefixes, ICD ranges, exceptions, references.

Codes are checked, never repaired: a code that a spreadsheet has damaged (`3.31E+14`, lost leading zeros, full-width
digits) is a diagnostic, because a guess about a code is a guess about money.
"""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Final

from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.icd import ICD_SYSTEMS, expand_range, member_prefix, range_ends
from medrules.knowledge.problem import Problem
from medrules.model.folding import fold_code

__all__ = ["CODED", "parse_code", "parse_members", "reference_name"]

# Systems whose members have the shape of codes. Of all others (generic, product, chronic) the members are names: they
# are folded (brackets, width, case) instead of being checked for shape.
CODED: Final = ICD_SYSTEMS | {"item", "device", "dept"}

_PLAIN: Final = re.compile(r"[0-9A-Za-z]+")
_PLAIN_ICD: Final = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,3})?")
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-_/+#]*")
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee][+-]?[0-9]+|[0-9]+\.0+")
_LOST_ZEROS: Final = re.compile(r"[1-9][0-9]{12}")  # a 15-digit national service code without its leading 00
_WIDE: Final = re.compile(r"[０-９Ａ-Ｚａ-ｚ．－＊＋／　]")
_REFERENCE: Final = re.compile(r"(?:编码集\s*「([^」]+)」|(?:code\s?set)\s*(?:\"([^\"]+)\"|“([^”]+)”))")
_EXCEPT: Final = re.compile(r"除|\bexcept\b")
_AND: Final = re.compile(r"[、,，]")


def reference_name(text: str) -> str | None:
    """The name in `编码集「抗菌药物」`; None if the text is no reference."""
    found = _REFERENCE.fullmatch(text.strip())
    return (found[1] or found[2] or found[3]).strip() if found else None


def _code_problem(system: str, code: str) -> Problem | None:
    """Why a trimmed text cannot be a code of a system that is not ICD."""
    if _WIDE.search(code):
        return Problem("MR-K506", {"cell": code})
    if not code.isascii() or _CODE.fullmatch(code) is None:
        if _SCIENTIFIC.fullmatch(code):
            return Problem("MR-K504", {"cell": code})
        return Problem("MR-K508" if "*" in code else "MR-K507", {"cell": code})
    if _SCIENTIFIC.fullmatch(code) and ("." in code or "+" in code):
        return Problem("MR-K504", {"cell": code})
    if system == "item" and _LOST_ZEROS.fullmatch(code):
        return Problem("MR-K505", {"cell": code})
    return None


def parse_code(system: str, text: str) -> str | Problem:
    """One code as it stands, upper-case; an ICD code is the prefix that it shares with its children."""
    if system not in CODED:
        return fold_code(text)
    code = text.strip()
    if system in ICD_SYSTEMS:
        return Problem("MR-K506", {"cell": code}) if _WIDE.search(code) else member_prefix(system, code)
    # The plain case first: a table holds a hundred thousand of these.
    if code.isascii() and code.isalnum() and len(code) != 13:
        return code.upper()
    return _code_problem(system, code) or code.upper()


@dataclass(slots=True)
class _Item:
    """One `|` item of a set: what it takes in, what its own 除 takes out."""

    exact: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)
    not_exact: set[str] = field(default_factory=set)
    not_prefixes: set[str] = field(default_factory=set)
    partial: bool = False
    single: bool = False  # names one code, so an exception that covers it contradicts it


def parse_members(
    system: str, items: Iterable[str], codesets: Mapping[str, CodeSet], *, name: str = "", excepted: Iterable[str] = (),
    partial: bool = False, text: str = "",
) -> CodeSet | Problem:
    """A set from its members: `I63`, `I60-I64`, `C00-C97 除 C44、C80`, `0031070102*`, `编码集「抗菌药物」`.

    A text that is one reference gives that very set. Exceptions hold for the whole set, so a member that another item's
    exception takes out again is a contradiction, not a choice.
    """
    items, excepted = tuple(dict.fromkeys(items)), tuple(excepted)
    if len(items) == 1 and not excepted and not name:
        alone = codesets.get(reference_name(items[0]) or "")
        if alone is not None and alone.system == system:
            return alone
    if system in ICD_SYSTEMS and not excepted and not partial:
        categories = [_plain_icd(system, raw) for raw in items]
        if all(categories):
            return CodeSet(name, system, frozenset(), _outermost(set(categories)), text=text)
    parts: list[_Item] = []
    for raw in items:
        item = _item(system, raw, codesets)
        if not isinstance(item, _Item):
            return item
        parts.append(item)
    outside = _Item()
    for piece in excepted:
        problem = _add(system, piece, outside.not_exact, outside.not_prefixes)
        if problem is not None:
            return problem
    problem = _contradiction(parts, outside, partial)
    if problem is not None:
        return problem
    everything = [*parts, outside]
    prefixes = _outermost({p for i in everything for p in i.prefixes})
    return CodeSet(
        name, system,
        frozenset(c for i in everything for c in i.exact if not (prefixes and c.startswith(prefixes))),
        prefixes,
        frozenset(c for i in everything for c in i.not_exact),
        _outermost({p for i in everything for p in i.not_prefixes}),
        partial or any(i.partial for i in everything),
        text,
    )


@lru_cache(maxsize=50_000)
def _plain_icd(system: str, raw: str) -> str:
    """The prefix that one plain ICD code or category stands for; "" for what has to be looked at more closely."""
    if _PLAIN_ICD.fullmatch(raw) is None:
        return ""
    found = member_prefix(system, raw)
    return found if isinstance(found, str) else ""


def _item(system: str, raw: str, codesets: Mapping[str, CodeSet]) -> _Item | Problem:
    head, *tails = _EXCEPT.split(raw) if system in CODED else [raw]
    item = _Item()
    referred = reference_name(head)
    if referred is not None:
        found = codesets.get(referred)
        if found is None:
            return Problem("MR-K509", {"name": referred})
        if found.system != system:
            return Problem("MR-K510", {"name": referred, "system": found.system, "expected": system})
        item.exact, item.prefixes = set(found.exact), set(found.prefixes)
        item.not_exact, item.not_prefixes = set(found.except_exact), set(found.except_prefixes)
        item.partial = found.partial
    else:
        problem = _add(system, head, item.exact, item.prefixes)
        if problem is not None:
            return problem
        item.single = len(item.exact) + len(item.prefixes) == 1
    for tail in tails:
        for piece in _AND.split(tail):
            problem = _add(system, piece, item.not_exact, item.not_prefixes)
            if problem is not None:
                return problem
    return item


def _add(system: str, text: str, exact: set[str], prefixes: set[str]) -> Problem | None:
    """Adds one member (no reference, no exception)."""
    item = text.strip()
    if not item:
        return Problem("MR-K414", {"cell": text})
    if system in ICD_SYSTEMS:
        if _WIDE.search(item):
            return Problem("MR-K506", {"cell": item})
        ends = range_ends(item)
        expanded = expand_range(system, *ends) if ends else member_prefix(system, item)
        if isinstance(expanded, Problem):
            return expanded
        prefixes.update(expanded if isinstance(expanded, tuple) else (expanded,))
        return None
    if item.endswith("*") and system in CODED:
        prefix = parse_code(system, item[:-1]) if len(item) > 1 else Problem("MR-K508", {"cell": item})
        if isinstance(prefix, Problem):
            return prefix
        prefixes.add(prefix)
        return None
    code = parse_code(system, item)
    if isinstance(code, Problem):
        return code
    exact.add(code)
    return None


class _Found:
    """The members of all items, found by code and by prefix in time that does not grow with their number."""

    def __init__(self, parts: list[_Item]) -> None:
        self._exact = _owners((c, item) for item in parts for c in item.exact)
        self._prefixes = _owners((p, item) for item in parts for p in item.prefixes)
        self._sorted_exact, self._sorted_prefixes = sorted(self._exact), sorted(self._prefixes)
        self._lengths = sorted({len(p) for p in self._prefixes})

    def covering(self, code: str) -> Iterator[tuple[str, _Item]]:
        """Members, with their items, that hold a code or a prefix whole."""
        for item in self._exact.get(code, ()):
            yield code, item
        for length in self._lengths:
            if length <= len(code):
                for item in self._prefixes.get(code[:length], ()):
                    yield code[:length], item

    def within(self, prefix: str) -> Iterator[tuple[str, _Item]]:
        """Members, with their items, that lie inside a prefix."""
        for names, owners in ((self._sorted_exact, self._exact), (self._sorted_prefixes, self._prefixes)):
            for i in range(bisect_left(names, prefix), len(names)):
                if not names[i].startswith(prefix):
                    break
                for item in owners[names[i]]:
                    yield names[i], item


def _owners(members: Iterable[tuple[str, _Item]]) -> dict[str, list[_Item]]:
    found: dict[str, list[_Item]] = {}
    for name, item in members:
        found.setdefault(name, []).append(item)
    return found


def _contradiction(parts: list[_Item], outside: _Item, partial: bool) -> Problem | None:
    """An exception that takes out nothing, or a member that an exception of another item takes out."""
    found = _Found(parts)
    for item in parts:
        for taken in sorted(item.not_exact | item.not_prefixes):
            if not item.partial and all(owner is not item for _, owner in found.covering(taken)):
                return Problem("MR-K511", {"cell": taken})
        for taken in sorted(item.not_exact | item.not_prefixes):
            inside = found.within(taken) if taken in item.not_prefixes else iter(())
            for member, other in chain(found.covering(taken), inside):
                if other is not item and (other.not_exact, other.not_prefixes) != (item.not_exact, item.not_prefixes):
                    return Problem("MR-K512", {"cell": member})
    loose = partial or any(i.partial for i in parts)
    for taken in sorted(outside.not_exact | outside.not_prefixes):
        if not loose and next(found.covering(taken), None) is None:
            return Problem("MR-K511", {"cell": taken})
    lengths = {len(p) for p in outside.not_prefixes}
    for item in parts:
        for member in (*item.exact, *item.prefixes) if item.single else ():
            if member in outside.not_exact or any(member[:n] in outside.not_prefixes for n in lengths):
                return Problem("MR-K512", {"cell": member})
    return None


def _outermost(prefixes: set[str]) -> tuple[str, ...]:
    """Sorted prefixes without those that a shorter one already covers."""
    kept: list[str] = []
    for prefix in sorted(prefixes):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return tuple(kept)
