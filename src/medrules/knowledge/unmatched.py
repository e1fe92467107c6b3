"""Which items of a hospital match nothing: no code of the pack's tables, code sets or catalogues, and no row of the code mapping.

Suggestions come from names alone and are never applied: two drugs whose names differ by a letter are two drugs.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest
from typing import Any, Final, NamedTuple

from medrules.knowledge.catalogue import Catalogue
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.mapping import CodeMapping
from medrules.knowledge.table import Table
from medrules.model.folding import fold_code, fold_text
from medrules.model.values import UNKNOWN

__all__ = ["KnownCodes", "Names", "Suggestion", "Unmatched", "Usage"]

_SYSTEMS: Final = ("item", "device")
_LEAST: Final = 500  # per mille of alike letters below which a name is no suggestion
_LONGEST: Final = 200  # characters of a name that are compared


class KnownCodes:
    """The item codes that a pack speaks of, and the names that its tables match by name."""

    def __init__(self, tables: Iterable[Table], codesets: Iterable[CodeSet], catalogues: Iterable[Catalogue]) -> None:
        self._codes: set[str] = set()
        self._names: set[str] = set()
        prefixes: set[str] = set()
        for table in tables:
            for place, field in enumerate(table.key_fields):
                column = table.rows.keys[place]
                if field in ("generic", "product"):
                    self._names.update(column.codes)
                elif field == "code" and table.key_kind != "icd":
                    self._codes.update(column.codes)
                for cell in column.odd.values():
                    prefixes.update(key for key in cell if isinstance(key, str) and field == "code" and table.key_kind == "prefix")
        for one in codesets:
            if one.system in _SYSTEMS:
                self._codes |= one.exact
                prefixes.update(one.prefixes)
        for catalogue in catalogues:
            if catalogue.system in _SYSTEMS:
                self._codes |= catalogue.codes
        self._prefixes = tuple(sorted(prefixes))

    def matches(self, code: str) -> bool:
        return code in self._codes or (bool(self._prefixes) and code.startswith(self._prefixes))

    def matches_name(self, name: str) -> bool:
        return fold_code(name) in self._names


class Suggestion(NamedTuple):
    """A name like the item's, and the code it has. `alike` is per mille of alike letters."""

    name: str
    code: str
    alike: int


class Unmatched(NamedTuple):
    """One item of the hospital that matches nothing. `amount` in fen; None if no line of it has a known amount."""

    code: str
    local_code: str
    name: str
    lines: int
    amount: int | None
    suggestions: tuple[Suggestion, ...]


class Names:
    """Names with their codes, found by likeness (pairs of letters that two names share, Dice)."""

    def __init__(self, tables: Iterable[Table], mapping: CodeMapping | None) -> None:
        self._codes: dict[str, str] = {}
        for table in tables:
            for name, code in _named_rows(table):
                self._codes.setdefault(name, code)
        for name, code in mapping.names() if mapping is not None else ():
            self._codes.setdefault(name, code)
        self._pairs = {name: _pairs(name) for name in self._codes}
        self._holders: dict[str, list[str]] = {}
        for name, pairs in self._pairs.items():
            for pair in pairs:
                self._holders.setdefault(pair, []).append(name)

    def like(self, name: str, most: int = 3) -> tuple[Suggestion, ...]:
        """The names most alike, best first."""
        pairs = _pairs(name)
        shared: Counter[str] = Counter()
        for pair in pairs:
            shared.update(self._holders.get(pair, ()))
        scored = ((2_000 * n // (len(pairs) + len(self._pairs[other])), other) for other, n in shared.items())
        best = nlargest(most, ((alike, other) for alike, other in scored if alike >= _LEAST), key=lambda one: (one[0], one[1]))
        return tuple(Suggestion(other, self._codes[other], alike) for alike, other in best)


def _named_rows(table: Table) -> Iterator[tuple[str, str]]:
    """Names of items with their first code, of tables that are keyed by code and have a column of names."""
    if table.key_fields != ("code",) or table.key_kind not in ("code", "prefix") or "名称" not in (c.zh for c in table.columns):
        return
    place = table.index_of("名称")
    for row in table.rows:
        name = row.cells[place]
        if isinstance(name, str) and name and row.keys[0] and isinstance(row.keys[0][0], str):
            yield name, row.keys[0][0]


def _pairs(name: str) -> frozenset[str]:
    folded = "".join(fold_text(name).split())[:_LONGEST]
    return frozenset(folded[i:i + 2] for i in range(len(folded) - 1)) or frozenset((folded,))


class Usage:
    """Counts the lines of a hospital whose code matches nothing."""

    def __init__(self, known: KnownCodes, mapping: CodeMapping | None) -> None:
        self._known, self._mapping = known, mapping
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._amounts: dict[tuple[str, str, str], int] = {}
        self.lines = 0

    def add(self, item: Mapping[str, Any], day: int) -> None:
        """One line: `code`, `local_code`, `name`, `generic`, `product`, `amount` (fen), each missing where it is not known."""
        self.lines += 1
        code, local = _text(item.get("code")), _text(item.get("local_code"))
        if self._is_matched(code, local, item, day):
            return
        key = (code, local, _text(item.get("name")))
        self._counts[key] += 1
        amount = item.get("amount")
        if isinstance(amount, int):
            self._amounts[key] = self._amounts.get(key, 0) + amount

    def _is_matched(self, code: str, local: str, item: Mapping[str, Any], day: int) -> bool:
        if code and self._known.matches(code):
            return True
        if self._mapping is not None and any(
                one and self._mapping.knows(one) and self._mapping.national(one, day) is not UNKNOWN for one in (code, local)):
            return True
        return any(name and self._known.matches_name(name) for name in (_text(item.get("generic")), _text(item.get("product"))))

    def unmatched(self, names: Names, most: int | None = None) -> tuple[Unmatched, ...]:
        """The most used first, then the most costly."""
        order = sorted(self._counts, key=lambda key: (-self._counts[key], -self._amounts.get(key, 0), key))
        return tuple(
            Unmatched(*key, self._counts[key], self._amounts.get(key), names.like(key[2]) if key[2] else ()) for key in order[:most])

    @property
    def kinds(self) -> int:
        """How many different items match nothing."""
        return len(self._counts)

    @property
    def unmatched_lines(self) -> int:
        return sum(self._counts.values())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
