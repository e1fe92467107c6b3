"""Asks the reference for exactly the bindings that the fast path could not settle, and for rules it has no index for."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medrules.check.program import ItemScope, PairScope, Program, Rule
from medrules.engine.metering import Meter, StepBudget, Stopped
from medrules.engine.optimized.late import Words
from medrules.engine.reference.candidates import Candidate
from medrules.engine.reference.claims import drafts
from medrules.engine.reference.evaluator import Reference
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.pairs import pair_candidate
from medrules.engine.reference.scopes import item_candidate
from medrules.engine.report import Draft
from medrules.model.facts import Facts
from medrules.model.reports import Undecided, Unjudged

__all__ = ["Answers", "Fallback"]

WORDS: Final = StepBudget().words  # what the words of one of a few findings may cost


class Answers:
    """What the reference said, before it is put into a report."""

    __slots__ = ("found", "undecided", "unjudged")

    def __init__(self) -> None:
        self.found: list[Draft] = []
        self.undecided: list[Undecided] = []
        self.unjudged: list[Unjudged] = []

    def any(self) -> bool:
        return bool(self.found or self.undecided or self.unjudged)

    def marks(self) -> tuple[int, int, int]:
        return len(self.found), len(self.undecided), len(self.unjudged)

    def cut(self, marks: tuple[int, int, int]) -> None:
        """Forget what was said since."""
        del self.found[marks[0]:], self.undecided[marks[1]:], self.unjudged[marks[2]:]

    def drop(self, rule: Rule) -> None:
        """Forget what was said of one rule."""
        self.found = [d for d in self.found if d.rule is not rule]
        self.undecided = [u for u in self.undecided if u.sub_rule != rule.code]


class Fallback:
    """The reference evaluator, one binding at a time."""

    def __init__(self, program: Program) -> None:
        self.reference = Reference(program)
        for rule in program.rules:  # tables are indexed now, so that threads only read
            if isinstance(rule.scope, (ItemScope, PairScope)) and rule.scope.table:
                self.reference.judge(_NO_FACTS, rule).rows(rule.scope.table)

    def line(self, rule: Rule, line: Any, facts: Facts, answers: Answers, meter: Meter | None = None) -> None:
        """Judge one line under one rule."""
        judge = self.reference.judge(facts, rule, meter)
        candidate = _candidate(rule, line, judge)
        if candidate is None:
            return
        verdict = self.reference.verdict(rule, candidate, judge)
        if verdict is not None:
            self.reference.collect(rule, candidate, verdict, judge, answers.found, answers.undecided, answers.unjudged)

    def whole(self, rule: Rule, facts: Facts, answers: Answers, meter: Meter | None = None) -> None:
        """Judge all that a rule binds in a request."""
        for candidate, verdict, judge in self.reference.judged(facts, rule, False, meter):
            self.reference.collect(rule, candidate, verdict, judge, answers.found, answers.undecided, answers.unjudged)

    def drafts(self, rule: Rule, line: Any, facts: Facts, meter: Meter | None = None) -> Iterable[Draft]:
        """The drafts of a line that is known to be at fault."""
        judge = self.reference.judge(facts, rule, meter)
        candidate = _candidate(rule, line, judge)
        verdict = None if candidate is None else self.reference.verdict(rule, candidate, judge)
        return () if candidate is None or verdict is None else tuple(drafts(rule, candidate, verdict, judge))

    def words(self, rule: Rule, line: Any, facts: Facts, meter: Meter | None = None) -> Words:
        """What a finding says of itself to people; nothing where it takes too many steps, or `meter` has none left."""
        try:
            for d in self.drafts(rule, line, facts, meter or Meter(None, WORDS)):
                return d.facts, d.formula, d.message, d.suggestion
        except Stopped:
            return (), "", "", ""
        raise AssertionError("a finding without a draft")


def _candidate(rule: Rule, line: Any, judge: Judge) -> Candidate | None:
    if isinstance(rule.scope, PairScope):
        return pair_candidate(rule, rule.scope, line, judge)
    assert isinstance(rule.scope, ItemScope)
    return item_candidate(rule.scope, line, judge)


_NO_FACTS: Any = None
