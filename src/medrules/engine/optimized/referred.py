"""The reference evaluator, asked for one rule's verdict at a time: what neither two-valued nor three-valued code can judge.

Apart from `fallback`, so that it is imported only in processes that need it.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from medrules.check.program import ItemScope, PairScope, Rule
from medrules.engine.metering import Meter
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.reference.candidates import Candidate
from medrules.engine.reference.claims import drafts
from medrules.engine.reference.evaluator import Reference
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.pairs import pair_candidate
from medrules.engine.reference.scopes import item_candidate
from medrules.engine.report import Draft
from medrules.model.facts import Facts
from medrules.plan.plan import Plan

if TYPE_CHECKING:
    from medrules.engine.optimized.fallback import Answers

__all__ = ["Referred"]


class Referred:
    """Judges by the reference, rule by rule."""

    def __init__(self, plan: Plan) -> None:
        self._rules = plan.rules
        self.reference = Reference(plan.program)

    def line(self, number: int, line: Any, ground: Ground, answers: Answers) -> None:
        """Judge one line under one rule."""
        rule = self._rules[number]
        judge = self.reference.judge(ground.facts, rule, ground.meter)
        candidate = _candidate(rule, line, judge)
        if candidate is None:
            return
        verdict = self.reference.verdict(rule, candidate, judge)
        if verdict is not None:
            self.reference.collect(rule, candidate, verdict, judge, answers.found, answers.undecided, answers.unjudged)

    def whole(self, number: int, facts: Facts, answers: Answers, meter: Meter | None) -> None:
        """Judge all that a rule binds in a request."""
        for candidate, verdict, judge in self.reference.judged(facts, self._rules[number], False, meter):
            self.reference.collect(self._rules[number], candidate, verdict, judge, answers.found, answers.undecided, answers.unjudged)

    def drafts(self, number: int, line: Any, ground: Ground) -> tuple[Draft, ...]:
        """The drafts of a line that is known to be at fault."""
        rule = self._rules[number]
        judge = self.reference.judge(ground.facts, rule, ground.meter)
        candidate = _candidate(rule, line, judge)
        verdict = None if candidate is None else self.reference.verdict(rule, candidate, judge)
        return () if candidate is None or verdict is None else tuple(drafts(rule, candidate, verdict, judge))


def _candidate(rule: Rule, line: Any, judge: Judge) -> Candidate | None:
    if isinstance(rule.scope, PairScope):
        return pair_candidate(rule, rule.scope, line, judge)
    assert isinstance(rule.scope, ItemScope)
    return item_candidate(rule.scope, line, judge)
