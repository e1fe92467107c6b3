"""The Plan: everything that is known before a request comes. Immutable, shared by threads, printable."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from medrules.check.program import Program, Rule
from medrules.frozen import dataclass
from medrules.plan.entries import Entry, Record
from medrules.plan.partners import PairPlan
from medrules.plan.records import Records
from medrules.plan.shapes import Grouping, Shape

__all__ = ["Entry", "Guards", "PairPlan", "Plan", "Record", "Route", "Usage"]


@dataclass(frozen=True, slots=True)
class Route:
    """How the bindings of a rule are found.

    code   index by item code: one probe per line finds every such rule
    scan   looked at for every line (no table and no code to index by)
    pair   oriented pairs of codes
    whole  asked of the reference evaluator once per request

    codes: item codes that the condition of an indexed rule names, where its scope names none.
    """

    rule: int
    kind: Literal["code", "scan", "pair", "whole"]
    reason: str = ""
    codes: frozenset[str] | None = None
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What shapes read of a request, once each: fact paths below the encounter; the lengths of prefixes that sets are probed with."""

    facts: tuple[tuple[str, ...], ...]
    prefix_lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Guards:
    """Which rules speak at which stage, and the distinct header conditions, each asked once per encounter."""

    at_stage: Mapping[str, frozenset[int]]
    guard_of: tuple[int, ...]  # per rule: number of its guard, -1 = none
    guards: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A program, made ready."""

    program: Program
    routes: tuple[Route, ...]
    shapes: tuple[Shape, ...]
    dense: tuple[int, ...]  # shape numbers that have a place of their own in every record
    streamed: frozenset[int]  # dense shapes about groups that the loop over lines watches itself
    records: Records  # by item code; oldest first
    prefix_records: Records  # by code prefix; the longest wins
    scans: tuple[Entry, ...]  # rules that look at every line
    silent_codes: Sequence[str]  # sorted: codes that tables about lines list, of which no rule says anything by itself or in pairs
    known_prefixes: frozenset[str]
    strangers: frozenset[str]  # codes with records that no table knows: only rules or code sets name them
    counts_codes: bool  # whether these two decide alone if a line is known (no keys by name, no code sets as keys)
    pairs: PairPlan
    groups: Mapping[Grouping, Mapping[str, tuple[Any, ...]]]
    usage: Usage
    guards: Guards

    @property
    def known_codes(self) -> frozenset[str]:
        """Codes that tables about lines or rules list, used by rules or not."""
        return frozenset((*self.records.codes, *self.pairs.codes, *self.silent_codes))

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.program.rules

    def explain(self) -> str:
        """The plan as text: routes, shapes, index, pairs."""
        n_codes, n_entries = len(self.records), sum(
            len(r.others) + sum(e is not None for e in r.dense) for rs in self.records.values() for r in rs)
        lines = [f"plan of {self.program.pack or 'program'}: {len(self.rules)} rules, {len(self.shapes)} shapes"]
        lines += [f"  rule {self.rules[r.rule].code}: {r.kind}{f' ({r.reason})' if r.reason else ''}" for r in self.routes]
        lines.append(f"index: {n_codes} codes, {n_entries} entries, {len(self.prefix_records)} prefixes")
        for s in self.shapes:
            place = f"place {self.dense.index(s.number)}" if s.number in self.dense else "others"
            lines.append(f"  shape {s.number} [{place}] {'exact' if s.exact else 'bound'} holes={','.join(s.holes)}")
        p = self.pairs
        lines.append(f"pairs: {p.n_pairs}, most partners of one code {p.largest} (unoriented {p.largest_before})")
        lines.append(f"read once per encounter: {', '.join('.'.join(f) for f in self.usage.facts)}")
        return "\n".join(lines)
