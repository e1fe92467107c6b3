"""The plan while it is being made: what each pass takes and gives."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medrules.check.program import Program
from medrules.knowledge.table import Row
from medrules.plan.plan import Entry, Guards, PairPlan, Record, Route, Usage
from medrules.plan.shapes import Grouping, Shape, Source

__all__ = ["Condition", "Draft", "KeyedRow"]


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """A row of an indexed rule, with the pattern of its cells (which are empty, which are 待编, which kind of limit)."""

    rule: int
    row: Row | None
    codes: tuple[str, ...]
    prefixes: tuple[str, ...]
    pattern: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of one rule for rows of one pattern. `test`: true = may be at fault. After lifting, `shape` and `sources`."""

    rule: int
    pattern: tuple[str, ...]
    test: Any
    exact: bool = True
    shape: int = -1
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """Filled from left to right by `passes.PASSES`."""

    program: Program
    routes: tuple[Route, ...] = ()
    rows: tuple[KeyedRow, ...] = ()
    conditions: Mapping[tuple[int, tuple[str, ...]], Condition] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()
    dense: tuple[int, ...] = ()
    records: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    prefix_records: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    scans: tuple[Entry, ...] = ()
    streamed: frozenset[int] = frozenset()
    pairs: PairPlan | None = None
    groups: Mapping[Grouping, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    usage: Usage | None = None
    guards: Guards | None = None
