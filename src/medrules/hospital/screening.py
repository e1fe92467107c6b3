"""Screening by several versions: a claim of November that is screened in January meets November's rules.

Each version judges all of a person's facts, cut to the business days that are its own; a month or a year is judged by the version of its
last day (semantics 1.2). Only t(b) selects law: look-back windows see the lines of every version's days.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from medrules.check.program import Program, Rule
from medrules.engine.reference.periods import Key
from medrules.engine.screening.judging import Judges, Screener
from medrules.frozen import dataclass
from medrules.hospital.business_days import business_days
from medrules.hospital.merging import merged, unchecked
from medrules.hospital.opening import clipped
from medrules.hospital.timeline import Segment, Timeline
from medrules.model.facts import Facts
from medrules.model.reports import Report

__all__ = ["VersionedScreener"]


@dataclass(frozen=True, slots=True)
class _Part:
    segment: Segment
    judge: Judges


class VersionedScreener:
    """What `screen` asks, by all versions of a timeline."""

    def __init__(self, line: Timeline, program_of: Callable[[Segment], Program], left_out: Callable[[Iterable[Segment]], Iterable[str]]) -> None:
        """
        Args:
            left_out: the rules that judge nothing on some days of these segments, because no version of their pack is in force.
        """
        self._line, self._left_out = line, left_out
        self._parts = tuple(
            _Part(s, Screener(clipped(program_of(s), s.begin, s.end))) for s in line.segments if s.packs)
        rules = tuple(r for part in self._parts for r in part.judge.program.rules)
        self.program = replace(self._parts[-1].judge.program, rules=rules)
        self.wide: tuple[Rule, ...] = tuple(r for part in self._parts for r in part.judge.wide)

    @property
    def whole(self) -> bool:
        return any(part.judge.whole for part in self._parts)

    def everything(self, facts: Facts) -> Report:
        return self._merged(facts, lambda judge: judge.everything(facts), business_days(facts))

    def person(self, facts: Facts) -> Report:
        return self._merged(facts, lambda judge: judge.person(facts), business_days(facts))

    def keys(self, facts: Facts) -> Iterator[tuple[Rule, Key]]:
        seen: set[tuple[tuple[str, ...] | str, Key]] = set()
        for part in self._of(facts, business_days(facts)):
            for rule, key in part.judge.keys(facts):
                if (rule.code, key) not in seen:
                    seen.add((rule.code, key))
                    yield rule, key

    def periods(self, facts: Facts, wanted: Callable[[Rule, Key], bool]) -> Report:
        quiet = replace(facts, unjudged=(), notes=())
        return self._merged(quiet, lambda judge: judge.periods(facts, wanted), frozenset())

    def _of(self, facts: Facts, days: frozenset[int]) -> list[_Part]:
        """The versions whose days these are, up to the end of the last year: that is where its periods end; and the version of the file's
        end, where what has no day of its own counts. No days = all of them."""
        if not days:
            return list(self._parts)
        last = date(date.fromordinal(max(days)).year, 12, 31).toordinal()
        end = facts.business_time.day
        return [p for p in self._parts if (p.segment.begin <= last and min(days) < p.segment.end) or p.segment.begin <= end < p.segment.end]

    def _merged(self, facts: Facts, judged: Callable[[Judges], Report], days: frozenset[int]) -> Report:
        reports = [judged(part.judge) for part in self._of(facts, days)]
        whole = Report() if not reports else reports[0] if len(reports) == 1 else merged(facts, reports)
        touched = self._line.touched(days)
        if any(not s.packs for s in touched) and not any(s.packs for s in touched):
            return unchecked(whole, ("",))
        return unchecked(whole, self._left_out(touched))
