"""The reference evaluator: the meaning of a Program, read off semantics section 1 without passes or indexes of its own.

Plain and slow. It answers every other way of executing (law 1), and explains single answers (`trace`).
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medrules.check.program import ItemScope, PeriodScope, Program, Rule
from medrules.engine.metering import Meter, StepBudget, Stopped
from medrules.engine.reference.bases import base_of
from medrules.engine.reference.claims import drafts
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.periods import period_candidates
from medrules.engine.reference.rows import TableRows
from medrules.engine.reference.scopes import Candidate, candidates, item_day, reviewed_lines
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Group, cause_of
from medrules.engine.reference.verdicts import Verdict, verdict
from medrules.engine.refs import ref
from medrules.engine.report import Draft, assemble
from medrules.model.facts import Facts
from medrules.model.reports import LineRef, Report, Unchecked, Undecided, Unjudged
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["Reference", "evaluate"]

ITEM_TABLES = frozenset(("code", "prefix", "generic", "product", "combination", "pair"))


class Reference:
    """Judges requests by one Program. Holds the rows of its tables by key, nothing about requests."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._tables: dict[str, TableRows] = {}

    def judge(self, facts: Facts, rule: Rule, meter: Meter | None = None) -> Judge:
        return Judge(self.program, facts, rule.header.fees, self._tables, meter)

    def judged(
        self, facts: Facts, rule: Rule, screening: bool = False, meter: Meter | None = None
    ) -> Iterator[tuple[Candidate, Verdict, Judge]]:
        """Every candidate of a rule in force, with its verdict. Period rules are judged when screening only (T39)."""
        if facts.stage not in rule.header.stages or (isinstance(rule.scope, PeriodScope) and not screening):
            return
        judge = self.judge(facts, rule, meter)
        for candidate in self.candidates(rule, judge):
            answer = self.verdict(rule, candidate, judge)
            if answer is not None:
                yield candidate, answer, judge

    def candidates(self, rule: Rule, judge: Judge) -> Iterator[Candidate]:
        """All that the rule's scope binds, in force or not."""
        return period_candidates(rule, judge) if isinstance(rule.scope, PeriodScope) else candidates(rule, judge)

    def verdict(self, rule: Rule, candidate: Candidate, judge: Judge) -> Verdict | None:
        """The verdict on one candidate; None when the rule is not in force on its day or nothing is left to judge."""
        if rule.valid_from <= candidate.day < rule.valid_to and self._has_base(rule, candidate, judge):
            return verdict(rule, candidate, judge)
        return None

    def _has_base(self, rule: Rule, candidate: Candidate, judge: Judge) -> bool:
        """A line of which nothing is left to judge gets neither finding nor question (T28)."""
        subject = candidate.subject
        if isinstance(subject, Group) or type(subject).key != "item" or rule.deduct.per_group:
            return True
        if isinstance(rule.scope, ItemScope) and rule.scope.relation == "raw_item":
            return True
        base = base_of(subject, rule.header.fees, judge.facts)
        return isinstance(base, Unk) or base > 0

    def evaluate(self, facts: Facts, screening: bool = False, budget: StepBudget | None = None) -> Report:
        """The report of one request, or of many people's facts when screening.

        With a budget a rule that needs more steps says nothing and is unchecked; every other rule says what it says without one.
        """
        found: list[Draft] = []
        undecided: list[Undecided] = []
        unjudged = list(self.unjudged(facts))
        unchecked: list[Unchecked] = []
        meter = Meter.of(self.program.rules, facts, budget)
        for number, rule in enumerate(self.program.rules):
            marks = len(found), len(undecided), len(unjudged)
            try:
                meter.turn(number)
                for candidate, answer, judge in self.judged(facts, rule, screening, meter):
                    self.collect(rule, candidate, answer, judge, found, undecided, unjudged)
            except Stopped as stopped:  # half of a rule is no answer
                del found[marks[0]:], undecided[marks[1]:], unjudged[marks[2]:]
                unchecked.append(Unchecked(rule.parent, stopped.reason))
        return assemble(self.program, facts, found, undecided, unjudged, unchecked, self.unmatched(facts))

    def collect(
        self, rule: Rule, candidate: Candidate, answer: Verdict, judge: Judge, found: list[Draft],
        undecided: list[Undecided], unjudged: list[Unjudged],
    ) -> None:
        """Add what one verdict says to the lists."""
        if answer.answer is True:
            found.extend(drafts(rule, candidate, answer, judge))
        elif isinstance(answer.answer, Unk):
            entry = self._open(rule, candidate, answer, answer.answer)
            if isinstance(entry, Undecided):
                undecided.append(entry)
            elif entry is not None:
                unjudged.append(entry)

    def _open(self, rule: Rule, candidate: Candidate, answer: Verdict, unknown: Unk) -> Undecided | Unjudged | None:
        """What is said of a candidate that cannot be decided: an entry of its own, or the request's one entry."""
        subject = candidate.subject
        encounter = _encounter_of(subject)
        if encounter is not None and encounter.visit_kind is UNKNOWN and isinstance(answer.header, Unk) and (
            cause_of(encounter, "visit_kind", "encounter.visit_kind") in answer.header.causes
        ):
            return Unjudged(ref(encounter), "scene")
        if isinstance(rule.scope, ItemScope) and rule.scope.relation == "raw_item" and subject.code is UNKNOWN:
            return None  # the line itself is reported as unjudged
        points = {o.binding.row.point for o in candidate.options if o.binding.row is not None}
        anchor = LineRef("prescription", ref(subject.encounter).encounter) if isinstance(subject, Group) else ref(subject)
        return Undecided(
            rule.parent, rule.code, rule.name, anchor, tuple(sorted(unknown.causes)), tuple(sorted(points)))

    def unjudged(self, facts: Facts) -> Iterator[Unjudged]:
        """Lines that no rule can look at: their code or day was not sent."""
        known = {(kind, encounter, line, position) for kind, encounter, line, position, *_ in facts.unjudged}
        for encounter in facts.current:
            lines = () if encounter.items is UNKNOWN else encounter.items
            operations = () if encounter.operations is UNKNOWN else encounter.operations
            for x in (*(i for i in lines if i.is_current is not False), *operations):
                at = ref(x)
                if (at.kind, at.encounter, at.line, at.position) in known:
                    continue
                if x.code is UNKNOWN:
                    yield Unjudged(at, "code")
                elif (item_day(x) is None) if at.kind == "item" else not isinstance(x.date, int):
                    yield Unjudged(at, "date")

    def unmatched(self, facts: Facts) -> int:
        """Lines under review whose code no table of the pack knows."""
        judge = Judge(self.program, facts, "all", self._tables)
        tables = [judge.rows(name) for name, t in self.program.tables.items() if t.key_kind in ITEM_TABLES]
        lines = {ref(i): i for i in reviewed_lines(judge) if i.code is not UNKNOWN and i.code is not ABSENT}
        return sum(1 for i in lines.values() if not any(t.knows(i) for t in tables))


def _encounter_of(subject: Any) -> Any:
    if isinstance(subject, Group):
        return subject.encounter
    kind = type(subject).key
    if kind == "encounter":
        return subject
    found = getattr(subject, "encounter", None)
    return None if found is UNKNOWN else found


def evaluate(program: Program, facts: Facts, screening: bool = False) -> Report:
    """What the rules of `program` say about one request; with `screening`, about a file of facts, period rules included."""
    return Reference(program).evaluate(facts, screening)
