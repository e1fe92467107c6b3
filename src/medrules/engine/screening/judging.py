"""Judges one person, or the periods of institutions: line rules by the optimized evaluator, period rules by the reference."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from medrules.check.program import PeriodScope, Program, RoleFault, Rule
from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.engine.reference.evaluator import Reference
from medrules.engine.reference.periods import Key, period_candidates, period_keys
from medrules.engine.report import Draft, assemble
from medrules.model.facts import Facts
from medrules.model.reports import Report, Unchecked, Undecided, Unjudged

__all__ = ["Judges", "Screener", "Versions"]


class Judges(Protocol):
    """What a run asks of the rules: one person, or all people of an institution's period. `Screener` answers by one program."""

    program: Program
    wide: tuple[Rule, ...]

    @property
    def whole(self) -> bool: ...
    def everything(self, facts: Facts) -> Report: ...
    def person(self, facts: Facts) -> Report: ...
    def keys(self, facts: Facts) -> Iterator[tuple[Rule, Key]]: ...
    def periods(self, facts: Facts, wanted: Callable[[Rule, Key], bool]) -> Report: ...


@runtime_checkable
class Versions(Protocol):
    """Rules in several versions, each for its own days: they bring what judges with them."""

    def screener(self) -> Judges: ...


class Screener:
    """The rules of a program, by what a verdict of theirs needs: one person, or all people of an institution's period."""

    def __init__(self, program: Program) -> None:
        periods = [r for r in program.rules if isinstance(r.scope, PeriodScope)]
        self.program = program
        self._own = tuple(r for r in periods if _is_of_a_person(r))
        self.wide = tuple(r for r in periods if not _is_of_a_person(r))
        lines = tuple(r for r in program.rules if not isinstance(r.scope, PeriodScope))
        self._engine = Engine(replace(program, rules=lines))
        self._reference = Reference(program)
        # A rule about a person's period that claims on the person's lines meets the line rules there: they are settled together.
        together = any(_claims_lines(r) for r in self._own)
        self._together = Reference(replace(program, rules=lines + self._own)) if together else None

    @property
    def whole(self) -> bool:
        """Whether some rule about an institution's period claims on lines of many people: then all are settled together."""
        return any(_claims_lines(r) for r in self.wide)

    def everything(self, facts: Facts) -> Report:
        """All rules on all facts, by the reference."""
        return self._reference.evaluate(facts, screening=True)

    def person(self, facts: Facts) -> Report:
        """All rules that need one person only."""
        if self._together is not None:
            return self._together.evaluate(facts, screening=True)
        report = self._engine.review(facts)
        if not self._own:
            return report
        periods = self._report(self._own, facts, lambda rule, key: True)
        return replace(
            report, findings=report.findings + periods.findings, undecided=report.undecided + periods.undecided,
            unjudged=tuple(dict.fromkeys(report.unjudged + periods.unjudged)), unchecked=report.unchecked + periods.unchecked,
            deductions=report.deductions + periods.deductions)

    def keys(self, facts: Facts) -> Iterator[tuple[Rule, Key]]:
        """The institutions' periods that these facts have a part in. Rules of the same subjects and period share theirs."""
        done: dict[tuple[tuple[str, ...], str], frozenset[Key]] = {}
        for rule in self.wide:
            assert isinstance(rule.scope, PeriodScope)
            kind = (rule.scope.subjects, rule.scope.period)
            if kind not in done:
                done[kind] = period_keys(rule, self._reference.judge(facts, rule))
                for key in done[kind]:
                    yield rule, key

    def periods(self, facts: Facts, wanted: Callable[[Rule, Key], bool]) -> Report:
        """The rules about institutions' periods, for the periods wanted: those that the facts hold the whole of."""
        return self._report(self.wide, facts, wanted)

    def _report(self, rules: tuple[Rule, ...], facts: Facts, wanted: Callable[[Rule, Key], bool]) -> Report:
        found: list[Draft] = []
        undecided: list[Undecided] = []
        unjudged: list[Unjudged] = []
        unchecked: list[Unchecked] = []
        for rule in rules:
            if facts.stage not in rule.header.stages:
                continue
            try:
                self._judge(rule, facts, wanted, found, undecided, unjudged)
            except Exception as fault:  # one rule's fault is not the others'; its text may hold personal data
                unchecked.append(Unchecked(rule.parent, f"fault:{type(fault).__name__}"))
        quiet = replace(facts, unjudged=(), notes=())  # these stand in the person's own report
        return assemble(self.program, quiet, found, undecided, unjudged, unchecked, 0, ENGINE_VERSION)

    def _judge(
        self, rule: Rule, facts: Facts, wanted: Callable[[Rule, Key], bool], found: list[Draft], undecided: list[Undecided],
        unjudged: list[Unjudged],
    ) -> None:
        judge, reference = self._reference.judge(facts, rule), self._reference
        for candidate in period_candidates(rule, judge, lambda key: wanted(rule, key)):
            answer = reference.verdict(rule, candidate, judge)
            if answer is not None:
                reference.collect(rule, candidate, answer, judge, found, undecided, unjudged)


def _is_of_a_person(rule: Rule) -> bool:
    return isinstance(rule.scope, PeriodScope) and "patient" in rule.scope.subjects


def _claims_lines(rule: Rule) -> bool:
    """Whether a period rule may claim on lines, and not on the period as a whole."""
    return rule.deduct.kind != "none" and any(f != RoleFault("period") for f in rule.fault or (RoleFault(rule.judged),))
