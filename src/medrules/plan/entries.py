"""What is known of one code on the days of one record."""
from __future__ import annotations

from typing import Any

from medrules.frozen import dataclass
from medrules.knowledge.table import Row

__all__ = ["Entry", "Record"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one rule says about one code on the days of one record: its rows in force there, and their constants.

    tests: (shape number, constants) per row. every: at fault only if no row is met (须), else if any row triggers (当).
    looks: False when the constants cannot decide (rows are restricted): the exact evaluation always looks.
    """

    rule: int
    rows: tuple[Row, ...]
    tests: tuple[tuple[int, tuple[Any, ...]], ...]
    every: bool
    looks: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the plan knows of one code on days [start, end): at most one entry per dense shape, the others, partners."""

    start: int
    end: int
    dense: tuple[Entry | None, ...]
    others: tuple[Entry, ...]
