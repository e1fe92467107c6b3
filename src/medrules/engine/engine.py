"""The Engine: one immutable plan, swapped atomically; facts in, Report out; its own faults never reach the hospital's process."""
from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from medrules.check.program import Program
from medrules.engine.metering import StepBudget
from medrules.engine.optimized.evaluator import Evaluator
from medrules.frozen import replace
from medrules.model.facts import Facts
from medrules.model.reports import Report, Unchecked
from medrules.plan.plan import Plan

__all__ = ["ENGINE_VERSION", "Engine"]

ENGINE_VERSION = "0.1.0"
DEFAULT_BUDGET = StepBudget()


class Engine:
    """Reviews requests by one plan. Threads may share an engine and swap its plan while others review.

    A review takes the plan once, at its start: it answers by the old plan or by the new one, never by both.
    """

    __slots__ = ("_budget", "_evaluator")
    keeps_facts: ClassVar[bool] = False  # of a report nothing but its late words hangs on the facts (see `adapters.nhsa.service`)

    def __init__(self, rules: Program | Plan, *, budget: StepBudget | None = DEFAULT_BUDGET) -> None:
        """
        Args:
            budget: how many steps a review may take; None = as many as it needs (batches).
        """
        self._budget = budget
        self._evaluator = self._made(rules)

    @property
    def plan(self) -> Plan:
        return self._evaluator.plan

    @property
    def program(self) -> Program:
        return self._evaluator.plan.program

    def swap(self, rules: Program | Plan) -> Plan:
        """Put another plan in place, all at once; the plan that was there is given back (for rolling back)."""
        made = self._made(rules)
        before, self._evaluator = self._evaluator, made
        return before.plan

    def review(
        self, facts: Facts, *, deadline: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> Report:
        """What the rules say about one request.

        Args:
            deadline: a moment on `clock`; rules not judged by then are listed as unchecked. It holds inside rules too: the review
                ends soon after it (tenths of a second for ten thousand lines).

        A report with `unchecked` entries is never clean: something was not looked at (deadline, step budget, or a fault inside).
        """
        evaluator = self._evaluator
        try:
            return evaluator.evaluate(facts, deadline, clock)
        except Exception as fault:  # whatever breaks inside must not break the hospital's process
            return _nothing_checked(evaluator.plan, facts, fault)

    def _made(self, rules: Program | Plan) -> Evaluator:
        if not isinstance(rules, Plan):
            from medrules.plan.planner import plan  # a plan that comes ready needs no passes

            rules = plan(rules)
        return Evaluator(rules, ENGINE_VERSION, self._budget)


def _nothing_checked(plan: Plan, facts: Facts, fault: Exception) -> Report:
    reason = f"fault:{type(fault).__name__}"  # never the text of the fault: it may hold personal data
    codes = sorted({rule.parent for rule in plan.rules})
    program = plan.program
    return replace(
        Report(), unchecked=tuple(Unchecked(code, reason) for code in codes), notes=tuple(facts.notes), pack=program.pack,
        pack_version=program.pack_version, pack_hash=program.pack_hash, engine_version=ENGINE_VERSION)
