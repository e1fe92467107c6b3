"""The random programs and requests reach every construct and every kind of answer: else a green law says nothing."""
from __future__ import annotations

from collections import Counter
from random import Random
from typing import get_args

from medrules.adapters.native import read_facts
from medrules.check import program as ir
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from tests.property.coverage import Coverage
from tests.property.programs import line_program, random_program
from tests.property.requests import request, stay
from tests.property.test_windows import crowded, window_rules

FRAMES = ("day", "hours", "hour_bucket", "encounter", "days", "month", "operation", "use_overlap", "course", "cell")
PERIODS = {"PeriodScope"}  # judged when screening: tests/engine/reference/test_periods.py


def test_every_construct_is_met() -> None:
    coverage = Coverage()
    for seed in range(220):
        program = window_rules(seed) if seed % 6 == 5 else random_program(seed)
        coverage.saw(program)
        data = crowded(Random(seed)) if seed % 6 == 5 else request(Random(seed))
        coverage.answered(Reference(program).evaluate(read_facts(data)))
    wanted = {c.__name__ for c in (*get_args(ir.Expr), *get_args(ir.Scope), ir.Members, ir.Window)} - PERIODS
    assert wanted - coverage.constructs.keys() == set()
    assert {f"mode:{m}" for m in ("must", "when", "always")} <= coverage.constructs.keys()
    assert {f"Agg:{f}" for f in ("sum", "count", "days", "kinds", "max", "min")} <= coverage.constructs.keys()
    assert {f"In:{h}" for h in ("codes", "list", "range", "table", "catalogue")} <= coverage.constructs.keys()
    assert {f for f in FRAMES if not coverage.constructs[f"window:{f}"]} == set()
    for kind in ("findings", "undecided", "unjudged", "claimable", "undetermined"):
        assert coverage.answers[kind] >= 3, kind


def test_requests_of_one_stay_are_judged_in_one_loop() -> None:
    """The optimized evaluator's own way for most requests: silent, found there and then, and looked at again, each often enough."""
    ends: Counter[str] = Counter()
    for seed in range(60):
        engine = Engine(line_program(seed))
        evaluator = engine._evaluator
        assert evaluator.only_lines
        for n in range(4):
            facts = read_facts(stay(Random(seed * 1_000 + n), drop=0.0))
            candidates = evaluator.common(facts)
            report = engine.review(facts)
            ends["other kind"] += candidates is None
            ends["found"] += candidates is not None and bool(report.findings)
            ends["silent"] += candidates is not None and not report.findings
    assert ends["found"] >= 20 and ends["silent"] >= 40, ends
