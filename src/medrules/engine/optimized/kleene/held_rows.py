"""The rows of a pair table in which a code stands, remembered: a popular code stands in thousands, and is asked for in most requests.

Where a line of the day has no code, every one of these rows may name it. Which those are, and their knowledge points, depends on the
code and the day alone.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from medrules.knowledge.table import Rows
from medrules.plan.constants import END_OF_DAYS, FIRST_DAY

__all__ = ["Held", "HeldRows"]

MAX_HELD: Final = 10_000  # codes whose rows are remembered


class Held:
    """The rows that name one code in one key column. Both key columns of the table are plain codes."""

    __slots__ = ("_by_partner", "_column", "_rows", "rows")

    def __init__(self, rows: Rows, code: str, column: int) -> None:
        self._rows, self._column = rows, column
        starts, ends = rows.field("valid_from"), rows.field("valid_to")
        # (number, knowledge point, first day, day after the last)
        self.rows = tuple([(n, rows.points[n], starts[n], ends[n]) for n in sorted(set(rows.keys[column].rows_of(code)))])
        self._by_partner: dict[str, list[int]] | None = None

    def beside(self, codes: Mapping[Any, Any]) -> set[int]:
        """The rows whose other code is among these."""
        found = self._by_partner
        if found is None:
            found, other = {}, self._rows.keys[1 - self._column]
            for n, *_ in self.rows:
                for code in other.key(n):
                    found.setdefault(code, []).append(n)
            self._by_partner = found
        return {n for code in found.keys() & codes.keys() for n in found[code]}

    def on(self, day: int, without: set[int]) -> list[tuple[int, str]]:
        """(number, knowledge point) of the rows in force on a day, but these."""
        return [(n, point) for n, point, start, end in self.rows if start <= day < end and n not in without]


class HeldRows:
    """`Held` of the codes that were asked for. Holds nothing about requests."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._held: dict[tuple[str, int], Held] = {}
        self._points: dict[tuple[str, tuple[int, ...]], tuple[int, int, tuple[str, ...]]] = {}  # (first day, day after, points)

    def of(self, code: str, column: int) -> Held:
        key = code, column
        found = self._held.get(key)
        if found is None:
            found = Held(self._rows, code, column)
            if len(self._held) < MAX_HELD:
                self._held[key] = found
        return found

    def points(self, code: str, columns: tuple[int, ...], day: int) -> tuple[str, ...]:
        """The knowledge points of all rows that name a code in one of the columns and are in force on a day, sorted."""
        key = code, columns
        found = self._points.get(key)
        if found is None or not found[0] <= day < found[1]:
            held = [row for column in columns for row in self.of(code, column).rows]
            days = {d for _, _, start, end in held for d in (start, end)}
            points = tuple(sorted({point for _, point, start, end in held if start <= day < end}))
            found = (
                max((d for d in days if d <= day), default=FIRST_DAY), min((d for d in days if d > day), default=END_OF_DAYS), points)
            if len(self._points) < MAX_HELD or key in self._points:
                self._points[key] = found
        return found[2]
