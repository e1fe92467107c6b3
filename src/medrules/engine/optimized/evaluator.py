"""The optimized evaluator: everything of one plan that is ready before a request comes."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medrules.check.program import ItemScope, PairScope, Program, Rule
from medrules.engine.metering import NO_LIMIT, Meter, StepBudget
from medrules.engine.optimized.exact import Closures, Code, NoCode
from medrules.engine.optimized.fallback import Fallback
from medrules.engine.optimized.hot import compile_loops
from medrules.engine.optimized.incomplete import incomplete_report
from medrules.engine.optimized.quick import is_plain_pair, quick_answers
from medrules.engine.optimized.review import Review
from medrules.engine.optimized.rulecode import compile_rule
from medrules.engine.optimized.settle import Settler
from medrules.engine.optimized.tables import Tables
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.plan.plan import Plan

__all__ = ["Evaluator"]



class Evaluator:
    """Judges requests by one plan. Holds nothing about requests; threads may share it."""

    def __init__(self, plan: Plan, version: str = "", budget: StepBudget | None = None) -> None:
        self.plan, self.budget = plan, budget
        program = plan.program
        self.codes = tuple(compile_rule(n, rule, program) for n, rule in enumerate(program.rules))
        self.tables = Tables(plan, self.codes)
        self.loop, self.common = compile_loops(plan, self.tables)
        self.fallback = Fallback(plan, self.codes)
        self.settler = Settler(program, self.fallback, version)
        self.cleans = self.settler.cleans
        self.said = self.tables.whole
        self.guards = tuple(_guard(g, Closures(program, "all")) for g in plan.guards.guards)
        by_kind: dict[str, list[int]] = {}
        for route in plan.routes:
            by_kind.setdefault(route.kind, []).append(route.rule)
        self.scans = tuple(by_kind.get("scan", ()))
        self.pair_rules = tuple(by_kind.get("pair", ()))
        self.whole = tuple(n for n in by_kind.get("whole", ()) if not _is_silent(program, program.rules[n]))
        self.indexed = tuple(r for kind in ("code", "scan", "pair") for r in by_kind.get(kind, ()))

        self.pairs_by_day = self.tables.pairs_by_day
        self.partners = self.tables.partners
        self.plain_pairs = self.pairs_by_day and all(is_plain_pair(self.codes[n]) for n in self.pair_rules)
        self.at_stage = plan.guards.at_stage
        self.only_lines = not self.scans and not self.whole and not self.tables.unmatched_by_reference

    def evaluate(self, facts: Facts, deadline: float | None, clock: Callable[[], float]) -> Report:
        """The report of one request; rules not judged by `deadline` (a moment on `clock`) are listed as unchecked."""
        if deadline is None and self.only_lines:
            try:
                found = self.common(facts, False)
            except Exception:  # an UNKNOWN code, or a fault: the careful way finds out
                found = None
            if found.__class__ is int:
                if not facts.notes and found in self.cleans:
                    return self.cleans[found]
                return self.settler.clean(found, facts)
            if found is not None:
                unmatched, out, near, box = found
                quick = quick_answers(self, facts, facts.single, out, near, box)
                if quick is not None:
                    return self.settler.decided(facts, quick[0], unmatched, quick[1])
                return Review(self, facts, None, clock).of_lines(out, near, box, unmatched)
            try:
                report = incomplete_report(self, facts)
            except Exception:  # a fault comes up again where it is noted
                report = None
            if report is not None:
                return report
        return Review(self, facts, deadline, clock).report()

    def words(self, is_late: bool) -> Meter:
        """What the texts of one report's findings may cost."""
        budget = self.budget
        return Meter(None, NO_LIMIT if budget is None else budget.words_late if is_late else budget.words)


def _is_silent(program: Program, rule: Rule) -> bool:
    """Whether a rule is about the rows of a table that has none yet."""
    scope = rule.scope
    return isinstance(scope, (ItemScope, PairScope)) and bool(scope.table) and not len(program.tables[scope.table].rows)


def _guard(guard: Any, closures: Closures) -> Code | None:
    try:
        return closures.truth(guard)
    except NoCode:
        return None
