"""The plan while it is being made: what each pass takes and gives."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medrules.check.program import Program
from medrules.plan.entries import Entry
from medrules.plan.partners import PairPlan
from medrules.plan.plan import Guards, Route, Usage
from medrules.plan.records import Merger, Records
from medrules.plan.shapes import Grouping, Shape, Source

__all__ = ["Condition", "Draft"]


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
    reads: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # per indexed rule: the columns that decide its condition
    conditions: Mapping[tuple[int, tuple[str, ...]], Condition] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()
    dense: tuple[int, ...] = ()
    merger: Merger | None = None
    records: Records | None = None
    prefix_records: Records | None = None
    scans: tuple[Entry, ...] = ()
    streamed: frozenset[int] = frozenset()
    pairs: PairPlan | None = None
    groups: Mapping[Grouping, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    usage: Usage | None = None
    guards: Guards | None = None
