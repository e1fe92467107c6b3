"""One run: requests are put aside by person, each person is judged, and what institutions' periods need is put aside once more.

Memory holds one part of the people (the file's size over `parts`), then one part of the institutions' periods; a period of one
institution is the smallest part there is. Stock records are held all the time: one for each item of an institution and month.
"""
from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from medrules.check.program import PeriodScope, Program, Rule
from medrules.engine.engine import Engine
from medrules.engine.reference.periods import Key
from medrules.engine.screening.judging import Judges, Screener, Versions
from medrules.engine.screening.people import Coverage, Person, merged, sent
from medrules.engine.screening.result import Screened, Screening
from medrules.engine.screening.spill import Spill, part_of
from medrules.engine.screening.whereabouts import Whereabouts, subjects_of
from medrules.model.builder import build_facts
from medrules.model.entities import Stock
from medrules.model.facts import Door, Facts
from medrules.model.reports import Report
from medrules.model.values import UNKNOWN, Instant

__all__ = ["screen"]

PARTS: Final = 64
SUSPECTED: Final = "diagnosis.suspected"
Step = Callable[[str, int, int], None]


def screen(
    rules: Program | Engine | Versions, requests: Iterable[Facts], *, found: Callable[[Screened], None] | None = None, parts: int = PARTS,
    covered_from: date | None = None, coverage: str = "本院", folder: Path | None = None,
    step: Step = lambda stage, done, total: None,
) -> Screening:
    """Judge a whole file of encounters: line rules and rules about months and years, after the fact (事后).

    Args:
        rules: a program, an engine, or what has several versions (`medrules.open_store`): then each day meets its own law.
        requests: facts as any door gives them, one request at a time, in any order; a person may be in many.
        found: takes each finding; without it they are all kept in the answer.
        parts: into how many parts people are put aside on disk; more parts, less memory.
        covered_from: the caller knows that the file has everything from this day on; `coverage` says of what: 本院, 统筹区 or
          全国. Without it each request's own 历史 counts.
        folder: where to put people aside (default: the system's temporary folder). It is left empty.
        step: is told (stage, done, total) as "reading", "people" or "periods" goes on; total 0 = not known.
    """
    stated = None if covered_from is None else Coverage(covered_from, coverage)
    screener: Judges = rules.screener() if isinstance(rules, Versions) else Screener(rules.program if isinstance(rules, Engine) else rules)
    run = _Run(screener, stated, Screening(), found, 1 if screener.whole else max(1, parts), step)
    with Spill(run.parts, folder) as people, Spill(run.parts, folder) as periods:
        run.read(requests, people)
        if screener.whole:
            run.whole(people)
        else:
            run.people(people, periods)
            run.periods(periods)
    return run.result


@dataclass(frozen=True, slots=True)
class _World:
    """What is the same for everybody in the file: its end, what its doors could carry, stock records."""

    as_of: Instant
    door: Door
    stock: tuple[dict[str, Any], ...]

    def facts(self, people: Iterable[Person], stock: tuple[dict[str, Any], ...] = ()) -> Facts:
        held = list(people)
        return build_facts(
            door=self.door, stage="after", business_time=self.as_of, patients=[p.patient for p in held],
            attestations=[a for p in held for a in p.attestations], declarations=[d for p in held for d in p.declarations],
            unjudged=[u for p in held for u in p.unjudged], periods=tuple(Stock(s) for s in stock) if stock else UNKNOWN)


class _Run:
    """The state of one `screen` call."""

    def __init__(
        self, screener: Judges, stated: Coverage | None, result: Screening, found: Callable[[Screened], None] | None, parts: int, step: Step
    ) -> None:
        self._screener, self._stated, self.result, self.parts, self._step = screener, stated, result, parts, step
        self._found = found or result.findings.append
        self._subjects = subjects_of(screener.program)
        self._world = _World(Instant(0, 0), Door("screening", frozenset()), ())

    def read(self, requests: Iterable[Facts], people: Spill) -> None:
        end, carries, any_suspected = Instant(0, 0), None, False
        stock: dict[str, dict[str, Any]] = {}
        for facts in requests:
            self.result.requests += 1
            self.result.notes.update(facts.notes)
            end = max(end, facts.business_time, key=lambda at: at.hi)
            carries = facts.door.carries if carries is None else carries & facts.door.carries
            any_suspected |= SUSPECTED in facts.door.carries
            for one in sent(facts):
                people.put(part_of(one.key, self.parts), one)
            for record in () if facts.periods is UNKNOWN else facts.periods:
                values = dict(sorted(record.__dict__.items()))
                stock[repr(values)] = values
            self._step("reading", self.result.requests, 0)
        held = (carries or frozenset()) | ({SUSPECTED} if any_suspected else frozenset())
        self._world = _World(end, Door("screening", frozenset(held)), self._single(stock))

    def _single(self, stock: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], ...]:
        """Stock records that do not contradict each other about one item, institution and span."""
        by_key: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for _, values in sorted(stock.items()):
            by_key.setdefault(tuple(repr(values.get(n)) for n in ("institution", "code", "begin", "end")), []).append(values)
        doubtful = sum(len(v) for v in by_key.values() if len(v) > 1)
        if doubtful:
            self.result.notes["同一机构同一项目同一期的进销存记录互相矛盾，没有采用"] += doubtful
        return tuple(v[0] for v in by_key.values() if len(v) == 1)

    def _part(self, people: Spill, part: int) -> Iterator[Person]:
        together: dict[str, list[Any]] = {}
        for one in people.part(part):
            together.setdefault(one.key, []).append(one)
        for key in sorted(together):
            person = merged(together.pop(key), self._stated)
            self.result.people += 1
            self.result.notes.update(person.notes)
            for e in person.patient["encounters"]:
                if e["is_current"]:
                    self.result.encounters += 1
                    self.result.lines += len(e.get("items", ()))
            yield person

    def whole(self, people: Spill) -> None:
        facts = self._world.facts(self._part(people, 0), self._world.stock)
        self._take(self._screener.everything(facts), Whereabouts(facts, self._subjects))

    def people(self, people: Spill, periods: Spill) -> None:
        for part in range(self.parts):
            for person in self._part(people, part):
                kept = pickle.dumps(person, pickle.HIGHEST_PROTOCOL) if self._screener.wide else b""  # the builder takes the dicts
                facts = self._world.facts((person,))
                self._take(self._screener.person(facts), Whereabouts(facts, self._subjects))
                for place in {self._place(rule, key) for rule, key in self._screener.keys(facts)}:
                    periods.put(place, kept)
            self._step("people", part + 1, self.parts)

    def periods(self, periods: Spill) -> None:
        if not self._screener.wide:
            return
        for part in range(self.parts):
            people = [pickle.loads(kept) for kept in periods.part(part)]
            facts = self._world.facts(people, self._world.stock)
            if people or facts.periods is not UNKNOWN:
                report = self._screener.periods(facts, lambda rule, key, part=part: self._place(rule, key) == part)  # type: ignore[misc]
                self._take(report, Whereabouts(facts, self._subjects))
            self._step("periods", part + 1, self.parts)

    def _place(self, rule: Rule, key: Key) -> int:
        """The part of an institution's period; of the period alone, where the rule is not about institutions."""
        scope = rule.scope
        assert isinstance(scope, PeriodScope)
        subjects, first, end = key
        institution = subjects[scope.subjects.index("institution")] if "institution" in scope.subjects else ""
        return part_of(f"{institution}|{first}|{end}", self.parts)

    def _take(self, report: Report, places: Whereabouts) -> None:
        self.result.leave_open(report)
        for finding in report.findings:
            one = places.of(finding)
            self.result.count(one)
            self._found(one)
