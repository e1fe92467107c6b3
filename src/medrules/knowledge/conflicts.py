"""Rows that contradict each other: one knowledge point twice at a time, two rows for a unique key, pairs both ways."""
from __future__ import annotations

from bisect import bisect_left
from itertools import product
from math import prod
from typing import Any

from medrules.knowledge.problem import Problem
from medrules.knowledge.table import Row

__all__ = ["Conflicts", "Repeats"]

MAX_PRODUCT = 64  # pairs of codes of one row that are remembered one by one
MAX_KEYS = 10_000  # combinations of the key cells of one row of a table with unique keys

_Columns = tuple[int, ...]
_Values = tuple[Any, ...]


class Conflicts:
    """Remembers the rows of one table and says what a further row contradicts."""

    def __init__(self, *, unique: bool, ordered_pairs: bool) -> None:
        self._unique, self._pairs = unique, ordered_pairs
        self._points: dict[str, Row | _Calendar] = {}
        self._keys = _UniqueKeys()
        self._sides: dict[tuple[Any, Any], list[Row]] = {}

    def add(self, row: Row) -> Problem | None:
        earlier = self._points.setdefault(row.point, row)
        if earlier is not row:
            calendar = earlier if isinstance(earlier, _Calendar) else _Calendar(earlier)
            other = calendar.add(row)
            if other is not None:
                return Problem("MR-K302", {"point": row.point, "line": str(other.line)})
            self._points[row.point] = calendar
        if self._unique:
            return self._keys.add(row)
        return self._add_pair(row) if self._pairs else None

    def _add_pair(self, row: Row) -> Problem | None:
        first, second = row.keys
        out, included = frozenset(row.excluded), frozenset(second)
        kept = [code for code in first if code not in out]
        for code in kept:
            if code in included:
                return Problem("MR-K307", {"cell": str(code)})
        if not kept:
            return Problem("MR-K307", {"cell": "、".join(map(_shown, first))})
        if len(kept) * len(second) > MAX_PRODUCT:
            return None
        for a in kept:
            for b in second:
                for reverse in self._sides.get((b, a), ()):
                    if _overlap(row, reverse):
                        values = {"first": _shown(a), "second": _shown(b), "line": str(reverse.line)}
                        return Problem("MR-K308", values)
                same = self._sides.setdefault((a, b), [])
                if len(same) < MAX_PRODUCT:
                    same.append(row)
        return None


class Repeats:
    """Finds a row whose cells are, but for the point number, those of an earlier one. Remembers a hash of each row."""

    def __init__(self, point: int) -> None:
        self._point = point
        self._lines: dict[int, int] = {}

    def add(self, cells: list[str], line: int) -> Problem | None:
        i = self._point
        earlier = self._lines.setdefault(hash((*cells[:i], *cells[i + 1:])), line)
        return None if earlier == line else Problem("MR-K310", {"line": str(earlier)})


class _Calendar:
    """Rows of which no two are in force on one day, by their first day."""

    __slots__ = ("_rows", "_starts")

    def __init__(self, row: Row) -> None:
        self._starts, self._rows = [row.valid_from], [row]

    def add(self, row: Row) -> Row | None:
        """Adds a row, or answers the one that is in force on a day of it."""
        place = bisect_left(self._starts, row.valid_from)
        for i in (place - 1, place):
            if 0 <= i < len(self._rows) and _overlap(row, self._rows[i]):
                return self._rows[i]
        self._starts.insert(place, row.valid_from)
        self._rows.insert(place, row)
        return None


class _UniqueKeys:
    """Finds a row whose keys meet those of an earlier one on some day. An empty key cell means any value.

    Rows are grouped by the columns they fill in. Two rows meet when they agree in all the columns that both fill in, so
    each group is looked up by those columns; the look-up for a set of columns is built when it is first needed.
    """

    def __init__(self) -> None:
        self._rows: dict[_Columns, list[Row]] = {}
        self._calendars: dict[_Columns, dict[_Values, _Calendar]] = {}
        self._found: dict[tuple[_Columns, _Columns], dict[_Values, list[Row]]] = {}

    def add(self, row: Row) -> Problem | None:
        filled = tuple(i for i, listed in enumerate(row.keys) if listed)
        count = prod(len(row.keys[i]) for i in filled)
        if count > MAX_KEYS:
            return Problem("MR-K309", {"count": str(count), "limit": str(MAX_KEYS)})
        for group in self._rows:
            if group != filled:
                shared = tuple(i for i in group if row.keys[i])
                found = self._look_up(group, shared)
                for key in _values(row, shared):
                    for other in found.get(key, ()):
                        if _overlap(row, other):
                            return _taken(key, other)
        calendars = self._calendars.setdefault(filled, {})
        for key in _values(row, filled):
            calendar = calendars.get(key)
            if calendar is None:
                calendars[key] = _Calendar(row)
                continue
            earlier = calendar.add(row)
            if earlier is not None:
                return _taken(key, earlier)
        self._rows.setdefault(filled, []).append(row)
        for (group, shared), found in self._found.items():
            if group == filled:
                _remember(found, row, shared)
        return None

    def _look_up(self, group: _Columns, shared: _Columns) -> dict[_Values, list[Row]]:
        found = self._found.get((group, shared))
        if found is None:
            found = self._found[(group, shared)] = {}
            for row in self._rows[group]:
                _remember(found, row, shared)
        return found


def _remember(found: dict[_Values, list[Row]], row: Row, columns: _Columns) -> None:
    for key in _values(row, columns):
        found.setdefault(key, []).append(row)


def _values(row: Row, columns: _Columns) -> product[_Values]:
    # CodeSets are compared as they are; `查` asks by plain values.
    return product(*(row.keys[i] for i in columns))


def _taken(key: _Values, other: Row) -> Problem:
    return Problem("MR-K306", {"key": "、".join(map(_shown, key)) or "（任何）", "line": str(other.line)})


def _overlap(a: Row, b: Row) -> bool:
    return a.valid_from < b.valid_to and b.valid_from < a.valid_to


def _shown(value: Any) -> str:
    return str(getattr(value, "name", value)) or "（编码集）"
