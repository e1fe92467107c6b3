"""Rows that contradict each other: one knowledge point twice at a time, two rows for a unique key, pairs both ways."""
from __future__ import annotations

from typing import Any

from medrules.knowledge.problem import Problem
from medrules.knowledge.table import Row

__all__ = ["Conflicts"]

MAX_PRODUCT = 64  # pairs of codes of one row that are remembered one by one


class Conflicts:
    """Remembers the rows of one table and says what a further row contradicts."""

    def __init__(self, *, unique: bool, ordered_pairs: bool) -> None:
        self._unique, self._pairs = unique, ordered_pairs
        self._points: dict[str, Row | list[Row]] = {}
        self._keys: dict[tuple[Any, ...], list[Row]] = {}
        self._sides: dict[tuple[str, str], Row] = {}

    def add(self, row: Row) -> Problem | None:
        earlier = self._points.setdefault(row.point, row)
        if earlier is not row:
            rows = earlier if isinstance(earlier, list) else [earlier]
            for other in rows:
                if _overlap(row, other):
                    return Problem("MR-K302", {"point": row.point, "line": str(other.line)})
            self._points[row.point] = [*rows, row]
        if self._unique:
            return self._add_unique(row)
        return self._add_pair(row) if self._pairs else None

    def _add_unique(self, row: Row) -> Problem | None:
        # CodeSets are compared as they are; `查` asks by plain values.
        for key in _product(row.keys):
            rows = self._keys.setdefault(key, [])
            for other in rows:
                if _overlap(row, other):
                    return Problem("MR-K306", {"key": "、".join(map(_shown, key)), "line": str(other.line)})
            rows.append(row)
        return None

    def _add_pair(self, row: Row) -> Problem | None:
        first, second = row.keys
        kept = [code for code in first if code not in row.excluded]
        for code in first:
            if code in second and code in kept:
                return Problem("MR-K307", {"cell": str(code)})
        if not kept:
            return Problem("MR-K307", {"cell": "、".join(map(_shown, first))})
        if len(kept) * len(second) > MAX_PRODUCT:
            return None
        for a in kept:
            for b in second:
                reverse = self._sides.get((b, a))
                if reverse is not None and _overlap(row, reverse):
                    values = {"first": _shown(a), "second": _shown(b), "line": str(reverse.line)}
                    return Problem("MR-K308", values)
                self._sides.setdefault((a, b), row)
        return None


def _overlap(a: Row, b: Row) -> bool:
    return a.valid_from < b.valid_to and b.valid_from < a.valid_to


def _shown(value: Any) -> str:
    return str(getattr(value, "name", value)) or "（编码集）"


def _product(keys: tuple[tuple[Any, ...], ...]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [()]
    for listed in keys:
        found = [(*head, value) for head in found for value in (listed or (None,))]
    return found
