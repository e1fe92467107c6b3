"""Pairs of lines of which one has no code, no day or no amount: every such request, whichever end keeps the pair."""
from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.engine.reference import Reference
from medrules.model.values import DAY_SECONDS, Instant
from tests.plan.small import DAY, line, pair_rule, pairs, program, request

LACKING = ("code", "performed_at", "amount", "self_paid", "line_kind", "id", "unit_price")
SPANS = ("单日", "单次就诊", "6小时")


def made(span: str, fault: str, exempt: str) -> Any:
    body = f"  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 {span}\n  当：一律\n{exempt}  违规：{fault}\n  扣减：全额"
    return program(pair_rule("T-1", body), pairs("对", ("A", "B"), ("A", "C"), ("A", "D"), ("E", "B")))


@pytest.mark.parametrize(("span", "fault", "exempt"), tuple(product(SPANS, ("甲", "乙"), ("", "  除外「异部位」：甲.部位 ≠ 乙.部位\n"))))
def test_one_fact_of_one_line_is_not_sent(span: str, fault: str, exempt: str) -> None:
    rules = made(span, fault, exempt)
    reference = Reference(rules)
    open_ = 0
    for codes, days, at, field in product((("A", "B"), ("B", "A"), ("A", "X", "B"), ("D", "A", "E", "B")), ((0, 0), (0, 1)), (0, 1), LACKING):
        lines = [line(n, code, day=days[n % 2]) for n, code in enumerate(codes)]
        del lines[at][field]
        wanted = reference.evaluate(request(*lines))
        assert Engine(rules).review(request(*lines)) == replace(wanted, engine_version=ENGINE_VERSION), (codes, days, at, field)
        open_ += len(wanted.undecided)
    assert open_ > 10


def test_a_line_known_to_the_day_only() -> None:
    rules = made("6小时", "乙", "")
    whole_day = Instant(DAY * DAY_SECONDS, (DAY + 1) * DAY_SECONDS - 1)
    facts = request(line(0, "A"), line(1, "B", performed_at=whole_day))
    wanted = Reference(rules).evaluate(facts)
    assert wanted.undecided and Engine(rules).review(facts) == replace(wanted, engine_version=ENGINE_VERSION)
