"""One state of a store, ready to judge: its versions by business day, and the engines of the days around today."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.errors import PackError
from medrules.frozen import dataclass
from medrules.hospital.business_days import business_days, span_of
from medrules.hospital.engines import Engines, Source
from medrules.hospital.held import SHADOW, HeldPack
from medrules.hospital.levels import OPEN_END
from medrules.hospital.merging import merged, quieted, unchecked
from medrules.hospital.reach import MOST, reach
from medrules.hospital.timeline import Segment, Timeline, timeline
from medrules.model.facts import Facts
from medrules.model.reports import Report

__all__ = ["AROUND", "Judged", "Snapshot"]

AROUND = 31  # days before and after today whose engines are opened beforehand
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Judged:
    """One version that judged: what a report's `pack_hash` stands for."""

    identity: str
    version: str
    sha256: str
    content_hash: str
    mode: str


class Snapshot:
    """Answers by one state, whatever the store becomes meanwhile. Threads share it."""

    def __init__(self, held: tuple[HeldPack, ...], source: Source, engines: Engines, sequence: int, faults: tuple[str, ...] = ()) -> None:
        self.held, self.source, self.sequence, self.faults = held, source, sequence, faults
        self._engines = engines
        self.timeline = timeline(held)
        self.trial: Timeline | None = timeline(held, shadow=True) if any(p.mode == SHADOW for p in held) else None
        self._hot: dict[tuple[int, int], Engine] = {}
        self._reach = 0  # of the rules of these engines
        self.known: dict[str, tuple[Judged, ...]] = {}

    def prepare(self, today: int, *, trial: bool = False) -> None:
        """Open the engines of the days around today, so that no request waits for them.

        Args:
            trial: those of versions in trial as well.

        Raises:
            PackError: the packs of today cannot be used.
        """
        for segment in self.timeline.between(today - AROUND, today + AROUND):
            if not segment.packs:
                continue
            try:
                made = self._hot[segment.begin, segment.end] = self.engine(segment)
            except PackError as error:
                if segment.begin <= today < segment.end:
                    raise
                self.faults = (*self.faults, error.code)  # days before or after today: told, and their requests are not checked
                continue
            self._reach = max(self._reach, reach(made.program))
        for segment in self.trial.between(today - AROUND, today + AROUND) if trial and self.trial is not None else ():
            if segment.packs:
                with suppress(PackError):  # a version in trial that cannot be used is counted when it is asked (`trial_faults`)
                    self.engine(segment)

    def engine(self, segment: Segment, clip: tuple[int, int] | None = None) -> Engine:
        made = self._engines.of(self.source, segment, clip)
        if made.program.pack_hash not in self.known:
            self.known[made.program.pack_hash] = tuple(
                Judged(p.identity, str(p.version), p.sha256, p.content_hash, p.mode) for p in segment.packs)
        return made

    def review(self, facts: Facts, deadline: float | None, clock: Clock) -> Report:
        """The report of the versions in force on the request's business days."""
        first, last = span_of(facts, self._reach)
        segment = self.timeline.at(first)
        if last < segment.end and segment.begin <= first:
            hot = self._hot.get((segment.begin, segment.end))
            if hot is not None and not segment.missing:
                report = hot.review(facts, deadline=deadline, clock=clock)
                return quieted(report, _roots(segment)) if segment.observed else report
        return self.judged(self.timeline, facts, deadline, clock)

    def differs(self, facts: Facts) -> bool:
        """Whether versions in trial would judge any of the request's days."""
        if self.trial is None:
            return False
        days = business_days(facts, MOST)
        return [s.packs for s in self.timeline.touched(days)] != [s.packs for s in self.trial.touched(days)]

    def judged(self, line: Timeline, facts: Facts, deadline: float | None, clock: Clock) -> Report:
        """As `review`, by any timeline and for any days."""
        touched = self._touched(line, facts)
        reports = []
        for n, segment in enumerate(touched):
            if segment.packs:
                # What has no day of its own counts on the day of the request: the first and the last version are open outwards.
                clip = (segment.begin if n else 0, segment.end if n + 1 < len(touched) else OPEN_END) if len(touched) > 1 else None
                report = self.engine(segment, clip).review(facts, deadline=deadline, clock=clock)
                reports.append(quieted(report, _roots(segment)) if segment.observed else report)
        if not reports:
            return unchecked(replace(Report(), notes=tuple(facts.notes), engine_version=ENGINE_VERSION), ("",))
        whole = reports[0] if len(reports) == 1 and len(touched) == 1 else merged(facts, reports)
        return unchecked(whole, self.left_out(line, touched))

    def _touched(self, line: Timeline, facts: Facts) -> tuple[Segment, ...]:
        """The segments of the request's business days. How far rules reach into other visits is asked only where it could matter."""
        days = business_days(facts)
        near = line.between(min(days) - MOST, max(days) + MOST)
        if len(near) == 1 or facts.single is not None:
            return line.touched(days)
        return line.touched(business_days(facts, max((reach(self.engine(s).program) for s in near if s.packs), default=0)))

    def left_out(self, line: Timeline, touched: Iterable[Segment]) -> set[str]:
        """The rules that no version in force says anything of on some of the days: those of the versions before or behind."""
        out: set[str] = set()
        for segment in touched:
            for identity in segment.missing:
                other = next((s for s in (*reversed(line.segments),) if any(p.identity == identity for p in s.packs)), None)
                if other is None:
                    roots = {r for p in self.held if p.identity == identity for r in p.roots}
                    out.update(roots or {identity})
                    continue
                roots = {r for p in other.packs if p.identity == identity for r in p.roots}
                out.update(r.parent for r in self.engine(other).program.rules if r.code.startswith(tuple(roots)))
        return out


def _roots(segment: Segment) -> tuple[str, ...]:
    return tuple(r for p in segment.observed for r in p.roots)
