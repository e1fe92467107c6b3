"""The random programs and requests reach every construct and every kind of answer: else a green law says nothing."""
from __future__ import annotations

from collections import Counter
from random import Random

from medrules.adapters.native import read_facts
from medrules.api import check_pack
from medrules.engine.engine import Engine
from tests.property.agreement import differences
from tests.property.constructs import of_program
from tests.property.coverage import NOT_DRAWN, missing, unmet
from tests.property.drawing import written
from tests.property.packtexts import PACKS
from tests.property.programs import line_program
from tests.property.requests import stay
from tests.property.tally import Tally
from tests.property.written import compiled


def test_every_construct_is_drawn_and_every_kind_of_answer_met() -> None:
    tally = Tally()
    for seed in range(0, 1_600, 8):
        for kind in range(8):
            program, _ = compiled(written(seed + kind))
            tally.drawn.update(of_program(program))
        differences(seed + seed // 8 % 8, tally, 3)
    undrawn, _ = missing(tally)
    assert undrawn == []
    assert unmet(tally) == []
    for kind in ("findings", "undecided", "unjudged", "deductions", "claimable", "undetermined", "carried by another", "with partners",
                 "silent requests", "unmatched lines"):
        assert tally.answers[kind] >= 10, kind


def test_the_packs_use_nothing_that_is_not_drawn() -> None:
    """What the published rule texts are made of, and the facts they read."""
    drawn: set[str] = set()
    for seed in range(1_000):  # some column types stand in one family of 116
        drawn.update(of_program(compiled(written(seed))[0]))
    for pack in ("national", "typical-problems"):
        used = set(of_program(check_pack(PACKS / pack).program))
        assert used - drawn - NOT_DRAWN.keys() == set()


def test_requests_of_one_stay_are_judged_in_one_loop() -> None:
    """The optimized evaluator's own way for most requests: silent, found there and then, and looked at again, each often enough."""
    ends: Counter[str] = Counter()
    for seed in range(60):
        engine = Engine(line_program(seed))
        evaluator = engine._evaluator
        assert evaluator.only_lines
        for n in range(4):
            facts = read_facts(stay(Random(seed * 1_000 + n), drop=0.0))
            candidates = evaluator.common(facts, False)
            report = engine.review(facts)
            ends["other kind"] += candidates is None
            ends["found"] += candidates is not None and bool(report.findings)
            ends["silent"] += candidates is not None and not report.findings
    assert ends["found"] >= 20 and ends["silent"] >= 40, ends
