"""The optimized evaluator: everything of one plan that is ready before a request comes."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medrules.engine.optimized.exact import Closures, Code, NoCode
from medrules.engine.optimized.fallback import Answers, Fallback
from medrules.engine.optimized.hot import compile_loop
from medrules.engine.optimized.review import Review, count_unmatched
from medrules.engine.optimized.rulecode import compile_rule
from medrules.engine.optimized.scene import scene_in
from medrules.engine.optimized.settle import Settler
from medrules.engine.optimized.tables import Tables
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.model.values import UNKNOWN
from medrules.plan.plan import Plan

__all__ = ["Evaluator"]


class Evaluator:
    """Judges requests by one plan. Holds nothing about requests; threads may share it."""

    def __init__(self, plan: Plan, version: str = "") -> None:
        self.plan = plan
        program = plan.program
        self.tables = Tables(plan)
        self.get = self.tables.index.get
        self.loop = compile_loop(plan, self.tables.numbers)
        self.fallback = Fallback(program)
        self.settler = Settler(program, self.fallback, version)
        self.clean = self.settler.cleans
        self.codes = tuple(compile_rule(n, rule, program) for n, rule in enumerate(program.rules))
        self.guards = tuple(_guard(g, Closures(program, "all")) for g in plan.guards.guards)
        by_kind: dict[str, list[int]] = {}
        for route in plan.routes:
            by_kind.setdefault(route.kind, []).append(route.rule)
        self.scans = tuple(by_kind.get("scan", ()))
        self.pair_rules = tuple(by_kind.get("pair", ()))
        self.whole = tuple(by_kind.get("whole", ()))
        self.indexed = tuple(r for kind in ("code", "scan", "pair") for r in by_kind.get(kind, ()))

        self.only_lines = not self.scans and not self.whole and not self.tables.unmatched_by_reference

    def evaluate(self, facts: Facts, deadline: float | None, clock: Callable[[], float]) -> Report:
        """The report of one request; rules not judged by `deadline` (a moment on `clock`) are listed as unchecked."""
        if deadline is None and self.only_lines and len(facts.current) == 1:
            found = self._lines_only(facts, clock)
            if found is not None:
                return found
        return Review(self, facts, deadline, clock).report()

    def _lines_only(self, facts: Facts, clock: Callable[[], float]) -> Report | None:
        """The common case in a straight line: one encounter, known alone, of which only lines are judged. None: not this case."""
        (encounter,) = facts.current
        items, patient = encounter.items, encounter.patient
        if items is UNKNOWN or patient is UNKNOWN or len(patient.encounters) != 1 or facts.unjudged:
            return None
        if encounter.operations is not UNKNOWN and encounter.operations:
            return None
        out: list[Any] = []
        near: list[Any] = []
        missed: list[Any] = []
        try:
            listed = [m.code for m in items]
            codes = frozenset(listed)
            alone = len(codes) == len(listed)
            box = [None, self.tables, facts, encounter, items, True, codes, alone]
            self.loop(encounter, items, map(self.get, listed), codes, alone, True, box, out, near, missed)
            unmatched = count_unmatched(missed) if missed else 0
        except Exception:  # an UNKNOWN code or day, or a fault: the careful way finds out
            return None
        if not out and not near:
            if not facts.notes:
                found = self.clean.get(unmatched)
                if found is not None:
                    return found
            return self.settler.clean(unmatched, facts)
        review = Review(self, facts, None, clock)
        review.settle(out, near, scene_in(box))
        return review.finish(Answers(), unmatched)


def _guard(guard: Any, closures: Closures) -> Code | None:
    try:
        return closures.truth(guard)
    except NoCode:
        return None
