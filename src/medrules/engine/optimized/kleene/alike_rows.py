"""Rows of a table that say the same of whatever they speak of, side by side: one of them is asked for all.

Where a line's key is not known (3101 carries no 通用名), every row of the table may speak of it. Most of them differ in nothing that the
rule asks for, and none differs from one line to the next: what stays is a few rows and the knowledge points that they stand for.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Final

from medrules.knowledge.columns import Numbers
from medrules.knowledge.table import EMPTY, Row, Table
from medrules.model.values import UNKNOWN
from medrules.plan.rows import unrestricted

__all__ = ["AlikeRows", "Segment"]

RESTRICTIONS: Final = ("stages", "scenes", "area")  # fields of a row that a scope asks
MAX_KEPT: Final = 1_000


class Segment:
    """The rows in force on some days. rows: one of each kind. is_plain: whether none of them restricts the rule."""

    __slots__ = ("_by_cell", "_kept", "_points", "is_plain", "rows")

    def __init__(self, rows: tuple[Row, ...], points: tuple[tuple[str, ...], ...]) -> None:
        self.rows, self._points = rows, points
        self.is_plain = all(map(unrestricted, rows))
        self._kept: dict[tuple[int, ...], tuple[str, ...]] = {}
        self._by_cell: dict[int, tuple[tuple[Row, ...], ...]] = {}

    def by_cell(self, column: int) -> tuple[tuple[Row, ...], ...]:
        """The rows by what they say in a column."""
        found = self._by_cell.get(column)
        if found is None:
            held: dict[int, list[Row]] = {}
            for row in self.rows:  # equal cells of a table are one object
                held.setdefault(id(row.cells[column]), []).append(row)
            found = self._by_cell[column] = tuple(map(tuple, held.values()))
        return found

    def all_points(self) -> tuple[str, ...]:
        return self.points(range(len(self.rows)))

    def points(self, kept: Iterable[int]) -> tuple[str, ...]:
        """The knowledge points of some of the kinds, sorted."""
        key = tuple(kept)
        found = self._kept.get(key)
        if found is None:
            found = tuple(sorted({p for n in key for p in self._points[n]}))
            if len(self._kept) < MAX_KEPT:
                self._kept[key] = found
        return found


class AlikeRows:
    """The rows of one table by the days on which they are in force. Holds nothing about requests.

    columns: those whose cells a rule asks for. joining: those whose equal cells join lines; a row whose cell there is empty or 待编 is
    like no other.
    """

    def __init__(self, table: Table, columns: Iterable[int], joining: Iterable[int]) -> None:
        self._rows = rows = table.rows
        self._starts, self._ends = rows.field("valid_from"), rows.field("valid_to")
        self._cuts = sorted({*self._starts.distinct(), *self._ends.distinct()})
        self._segments: dict[int, Segment] = {}
        asked = [rows.cells[c] for c in sorted(set(columns))] + [rows.field(name) for name in RESTRICTIONS]
        self._numbers: list[Numbers] = [numbers for cells in asked if (numbers := cells.numbers()) is not None]
        self._joining = [rows.cells[c] for c in sorted(set(joining))]

    def on(self, day: int) -> Segment:
        """The rows in force on a day."""
        place = bisect_right(self._cuts, day)
        found = self._segments.get(place)
        if found is None:
            found = self._segments[place] = self._made(day)
        return found

    def _made(self, day: int) -> Segment:
        kinds: dict[Any, list[int]] = {}
        for n in range(len(self._rows)):
            if self._starts[n] <= day < self._ends[n]:
                alone = n if any(cells[n] is EMPTY or cells[n] is UNKNOWN for cells in self._joining) else -1
                kinds.setdefault((alone, *[numbers[n] for numbers in self._numbers]), []).append(n)
        points = self._rows.points
        return Segment(
            tuple([self._rows[held[0]] for held in kinds.values()]), tuple([tuple([points[n] for n in held]) for held in kinds.values()]))
