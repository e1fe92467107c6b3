"""What the rules say about a code: codes of one kind share constants, and the record of a code is made when it is asked for.

Most codes of a pack are told the same by the same rules (same limits, same days) and differ only in the row that says so. The fast
path needs the constants alone; entries with their rows are for the few lines that it could not prove silent.
"""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from medrules.check.program import Const, ItemScope, Program
from medrules.frozen import dataclass
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY, Row, Rows
from medrules.model.values import UNKNOWN, AgeLimit, AgeRange, Frame
from medrules.plan.constants import END_OF_DAYS, FIRST_DAY, prepared
from medrules.plan.entries import Entry, Record
from medrules.plan.rows import unrestricted
from medrules.plan.shapes import Shape, Source

__all__ = ["NO_ROW", "Head", "KeyedRow", "Kind", "Merger", "Records", "Segment", "age_unit", "cell_kind", "days_of", "placed", "rows_of"]

EXACT: Final = 1_000  # a code of its own beats every prefix
NO_ROW: Final = -1  # a rule whose codes stand in its own text

Head = tuple[Any, ...]  # start, end, constants of the dense places side by side (None where there are none)
Segment = tuple[int, int, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """A row of an indexed rule, with the pattern of its cells (which are empty, which are 待编, which kind of limit)."""

    rule: int
    row: Row | None
    pattern: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What codes of one kind share. rules: those that name the code itself (those that name a prefix of it come on top).
    heads: one per record, oldest first. others: per record how many entries have no dense place."""

    rules: tuple[int, ...]
    heads: tuple[Head, ...]
    others: tuple[int, ...]


_Keyed = tuple[KeyedRow, int, int, int]  # a row, the days on which it and its rule are in force, the length of its key


class Merger:
    """Merges the rows of one code. conditions: (rule, pattern) → (shape number, sources of its constants); reads: per rule the
    columns that decide the pattern; prefixes: per prefix its (rule, row number)."""

    def __init__(
        self, program: Program, shapes: tuple[Shape, ...], reads: Mapping[int, tuple[int, ...]],
        conditions: Mapping[tuple[int, tuple[str, ...]], tuple[int, tuple[Source, ...]]],
        prefixes: Mapping[str, tuple[tuple[int, int], ...]],
    ) -> None:
        self.program, self.shapes, self.reads, self.conditions, self.prefixes = program, shapes, reads, conditions, prefixes

    def keyed(self, code: str, rules: Iterable[int]) -> list[_Keyed]:
        """The rows of `rules` that name the code, and all rows that name a prefix of it."""
        found: list[_Keyed] = []
        for rule in rules:
            rows = rows_of(self.program, rule)
            for n in (NO_ROW,) if rows is None else rows.keys[0].rows_of(code):
                found.extend(self._row(rule, n, EXACT))
        return found + self.by_prefix(code)

    def by_prefix(self, code: str) -> list[_Keyed]:
        """The rows of all prefixes of a code."""
        if not self.prefixes:
            return []
        return [
            keyed for n in range(1, len(code) + 1) for rule, row in self.prefixes.get(code[:n], ()) for keyed in self._row(rule, row, n)]

    def _row(self, rule: int, number: int, length: int) -> Iterator[_Keyed]:
        rows = rows_of(self.program, rule)
        row = None if rows is None or number == NO_ROW else rows[number]
        start, end = days_of(self.program, rule, row)
        if start < end:
            pattern = () if row is None else tuple(f"{i}:{cell_kind(row.cells[i])}" for i in self.reads[rule])
            yield KeyedRow(rule, row, pattern), start, end, length

    def segments(self, rows: list[_Keyed]) -> tuple[Segment, ...]:
        """The days on which the same rows are in force, oldest first; days without any are left out."""
        cuts = sorted({d for _, start, end, _ in rows for d in (start, end)})
        found = []
        for start, end in pairwise(cuts):
            held = [(k, length) for k, s, e, length in rows if s <= start and end <= e]
            if held:
                found.append((start, end, self._entries(held)))
        return tuple(found)

    def _entries(self, rows: Iterable[tuple[KeyedRow, int]]) -> tuple[Entry, ...]:
        """Per rule, of the rows in force those with the longest key, each once."""
        of_rule: dict[int, tuple[int, dict[int, KeyedRow]]] = {}
        for keyed, length in rows:
            longest, held = of_rule.get(keyed.rule, (0, {}))
            if length > longest:
                of_rule[keyed.rule] = (length, {id(keyed.row): keyed})
            elif length == longest:
                held[id(keyed.row)] = keyed
        return tuple(
            e for rule, (_, held) in of_rule.items() if (e := self.entry(rule, list(held.values()))) is not None)

    def entry(self, number: int, rows: list[KeyedRow]) -> Entry | None:
        """What the rule says by these rows; None if it can never be at fault."""
        rule = self.program.rules[number]
        scope = rule.scope
        assert isinstance(scope, ItemScope)
        # Under 须 one row that is met silences all, but only if it is known that the row is meant.
        meant = scope.where is None and all(
            k.row is None or (len(k.row.keys) == 1 and unrestricted(k.row)) for k in rows)
        tests, kept = [], []
        for keyed in rows:
            at, sources = self.conditions[number, keyed.pattern]
            shape = self.shapes[at]
            if isinstance(shape.test, Const) and shape.test.value is False:
                if rule.mode == "must":
                    if meant:
                        return None
                    kept.append(keyed)
                continue  # under 当 such a row never decides anything, so it is no row of the finding either
            kept.append(keyed)
            tests.append((at, prepared(shape.holes, sources, keyed.row)))
        if not tests:
            return None
        looks = meant or rule.mode != "must" or len(rows) == 1
        return Entry(number, tuple(k.row for k in kept if k.row is not None), tuple(tests), rule.mode == "must", looks)


class Records(Mapping[str, tuple[Record, ...]]):
    """The records of codes (or prefixes), made when asked for and kept. codes: sorted; kinds: per code the number of its kind."""

    def __init__(
        self, codes: Sequence[str], kinds: Sequence[int], of_kind: tuple[Kind, ...], merger: Merger, dense: tuple[int, ...],
    ) -> None:
        self.codes, self.kinds, self.of_kind = codes, kinds, of_kind
        self.merger, self._dense = merger, dense
        self._made: dict[str, tuple[Record, ...]] = {}

    def kind(self, code: str) -> Kind | None:
        place = bisect_left(self.codes, code)
        if place == len(self.codes) or self.codes[place] != code:
            return None
        return self.of_kind[self.kinds[place]]

    def __getitem__(self, code: str) -> tuple[Record, ...]:
        made = self._made.get(code)
        if made is None:
            kind = self.kind(code)
            if kind is None:
                raise KeyError(code)
            segments = self.merger.segments(self.merger.keyed(code, kind.rules))
            made = self._made.setdefault(code, tuple(placed(segment, self._dense) for segment in segments))
        return made

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.kind(code) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)


def rows_of(program: Program, rule: int) -> Rows | None:
    """The rows of a rule's table; None for a rule whose codes stand in its own text."""
    scope = program.rules[rule].scope
    assert isinstance(scope, ItemScope)
    return program.tables[scope.table].rows if scope.table else None


def days_of(program: Program, number: int, row: Row | None) -> tuple[int, int]:
    """[start, end) of the days on which a rule and its row are in force."""
    rule = program.rules[number]
    start, end = max(rule.valid_from, FIRST_DAY), min(rule.valid_to, END_OF_DAYS)
    return (start, end) if row is None else (max(start, row.valid_from), min(end, row.valid_to))


def placed(segment: Segment, dense: tuple[int, ...]) -> Record:
    """The record of a segment: at most one entry per dense shape, the others behind."""
    start, end, entries = segment
    slots: list[Entry | None] = [None] * len(dense)
    others = []
    for e in entries:
        at = dense.index(e.tests[0][0]) if len(e.tests) == 1 and e.looks and e.tests[0][0] in dense else -1
        if at >= 0 and slots[at] is None:
            slots[at] = e
        else:
            others.append(e)
    return Record(start, end, tuple(slots), tuple(others))


def age_unit(limit: AgeLimit) -> str:
    return "days" if limit.unit == "天" else "months"


def cell_kind(cell: Any) -> str:
    """What of a cell decides the form of a condition."""
    if cell is EMPTY:
        return "empty"
    if cell is UNKNOWN:
        return "unknown"
    if isinstance(cell, AgeLimit):
        return age_unit(cell)
    if isinstance(cell, AgeRange):
        units = {age_unit(end) for end in (cell.low, cell.high) if end is not None}
        return units.pop() if len(units) == 1 else "ages" if units else "months"
    if isinstance(cell, CodeSet):
        plain = not (cell.except_exact or cell.except_prefixes or cell.partial)
        return "prefixes" if plain and not cell.exact else "codes"
    if isinstance(cell, Frame):
        return f"{cell.kind}{cell.n}"
    return "value"
