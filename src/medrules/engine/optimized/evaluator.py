"""Thin first form: everything by the reference."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from medrules.engine.reference.evaluator import Reference
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.plan.plan import Plan

__all__ = ["Evaluator"]


class Evaluator:
    """Judges requests by one plan."""

    def __init__(self, plan: Plan, version: str = "") -> None:
        self.plan, self.version = plan, version
        self.reference = Reference(plan.program)

    def evaluate(self, facts: Facts, deadline: float | None, clock: Callable[[], float]) -> Report:
        return replace(self.reference.evaluate(facts), engine_version=self.version)
