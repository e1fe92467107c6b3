"""Steps and deadlines: a rule that needs too much is unchecked, the others are judged as ever, and time holds inside a rule too."""
from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

import pytest

from medrules.adapters.native import read_facts
from medrules.engine.engine import Engine
from medrules.engine.metering import CHUNK, Meter, StepBudget, Stopped, lines_in
from medrules.engine.reference import Reference
from medrules.model.facts import Facts
from medrules.model.reports import Report
from tests.plan.small import line, pair_rule, pairs, program, request, row, rule, table
from tests.property.programs import random_program
from tests.property.requests import request as random_request
from tests.property.test_windows import crowded, window_rules

SUM = "  当：合计 同期明细.数量 取 近 30天 按 同一 患者、机构 含本次 其中（同期明细.编码 = 明细.编码）超过 1\n  扣减：全额"
SCOPE = "  针对：明细 属于 知识表「二」记为 限定\n"
PAIR = "  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 单次就诊\n  当：一律\n  违规：乙\n  扣减：全额"
PROGRAM = program(
    rule("T-1", f"{SCOPE}  当：一律\n  扣减：全额") + rule("T-2", SCOPE + SUM) + pair_rule("T-3", PAIR)
    + rule("T-4", "  针对：每次就诊 记为 次\n  当：次.住院天数 超过 90天\n  扣减：无".replace("明细", "次")).replace("{明细.编码}", ""),
    table("二", (), row("b", ["X", "Y"])), pairs("对", ("A", "B")))


def unchecked(report: Report) -> set[tuple[str, str]]:
    return {(u.rule, u.reason) for u in report.unchecked}


def said(report: Report, without: set[str] = frozenset()) -> Any:  # type: ignore[assignment]
    """What each rule says for itself, before they meet on a line."""
    return (
        {(f.rule, f.sub_rules, f.result, f.anchor, f.at_fault, f.involved, f.rows, f.claims) for f in report.findings if f.rule not in without},
        {(u.rule, u.sub_rule, u.anchor, u.causes) for u in report.undecided if u.rule not in without},
    )


def test_a_meter_counts_by_rule_and_stops_where_it_says() -> None:
    meter = Meter(lambda n: 1_000 * (n + 1), 5_000)
    meter.turn(0)
    meter.spend(1_000)
    meter.turn(1)
    for _ in range(2_000):
        meter.spend()
    meter.turn(0)
    with pytest.raises(Stopped) as caught:
        meter.spend()
    assert caught.value.reason == "budget" and (meter.spent(0), meter.spent(1)) == (1_001, 2_000)
    meter.charge(2, 1_900)
    with pytest.raises(Stopped):
        meter.charge(3, 200)  # within the rule's, but not within the review's


def test_a_meter_looks_at_the_clock_now_and_then() -> None:
    ticks = count()
    meter = Meter(None, is_late=lambda: next(ticks) >= 3)
    with pytest.raises(Stopped) as caught:
        for _ in range(100_000):
            meter.spend()
    assert caught.value.reason == "deadline" and meter.spent(-1) < 5 * CHUNK


@pytest.mark.parametrize("seed", range(40))
def test_within_its_budget_every_rule_says_what_it_says_without_one(seed: int) -> None:
    """Both evaluators: a rule is unchecked, or its findings and questions are those of the report without a budget."""
    rng = Random(seed)
    if seed % 2:
        made, facts = window_rules(seed), read_facts(crowded(rng))
    else:
        made, facts = random_program(seed), read_facts(random_request(rng))
    free = Reference(made).evaluate(facts)
    for steps in (10, 60, 200, 1_000, 10_000):
        budget = StepBudget(steps, 0, 0, steps)
        for report in (Reference(made).evaluate(facts, budget=budget), Engine(made, budget=budget).review(facts)):
            assert {reason for _, reason in unchecked(report)} <= {"budget"}
            left = {rule for rule, _ in unchecked(report)}
            assert said(report, left) == said(free, left)
            assert not any(f.rule in left and len(f.sub_rules) == 1 and f.sub_rules[0] == f.rule for f in report.findings)
    assert Reference(made).evaluate(facts, budget=StepBudget()).canonical() == free.canonical()
    assert Engine(made).review(facts).canonical() == Engine(made, budget=None).review(facts).canonical()


def many(n: int, *codes: str) -> Facts:
    return request(*(line(k, codes[k % len(codes)], day=k % 9) for k in range(n)))


def test_a_rule_over_its_budget_is_unchecked_and_the_others_are_judged() -> None:
    facts = many(120, "X", "Y", "A", "B")
    budget = StepBudget(2_000, 0, 0, 2_000)
    free = Reference(PROGRAM).evaluate(facts)
    for report in (Engine(PROGRAM, budget=budget).review(facts), Reference(PROGRAM).evaluate(facts, budget=budget)):
        left = {rule for rule, _ in unchecked(report)}
        assert {"T-2"} <= left <= {"T-2", "T-3"}
        assert {f.rule for f in report.findings} >= {"T-1"} and said(report, left) == said(free, left)


def test_pairs_without_number_are_not_kept() -> None:
    facts = many(600, "A", "B")
    report = Engine(PROGRAM, budget=StepBudget(100_000, 0, 0, 100_000)).review(facts)
    assert unchecked(report) == {("T-3", "budget")} and not report.findings


def test_the_budget_grows_with_the_lines() -> None:
    facts = many(50, "X")
    assert lines_in(facts) == 50
    budget = StepBudget(10, 1, 100, 1_000)
    assert [budget.of("item", 50), budget.of("group", 5), budget.of("history", 50)] == [60, 510, 1_000]


def test_a_deadline_holds_inside_a_rule() -> None:
    """However long a single rule would take: after the deadline the clock is asked once more, and the review is over."""
    class Watch:
        def __init__(self) -> None:
            self.asked_late = 0
            self.now = 0

        def __call__(self) -> float:
            self.now += 1
            self.asked_late += self.now > 20
            return float(self.now)

    lines = [line(k, "X") for k in range(400)]
    for more in ({}, {"institution": None}):  # settled natively, and by the reference
        facts = request(*lines, **more)
        watch = Watch()
        report = Engine(program(rule("T-2", SCOPE + SUM), table("二", (), row("b", ["X"])))).review(facts, deadline=20.0, clock=watch)
        assert ("T-2", "deadline") in unchecked(report)
        assert watch.asked_late < 500  # the pairs of line and rule that are left, each asked once


def test_what_is_said_after_a_deadline_costs_little() -> None:
    """Findings keep their names and amounts where their texts would take too long."""
    made = program(rule("T-2", SCOPE + SUM.replace("近 30天", "单次就诊")), table("二", (), row("b", ["X"])))
    facts = many(300, "X")
    engine = Engine(made, budget=StepBudget(words=400))
    report = engine.review(facts)
    told = [f for f in report.findings if f.message]
    assert len(report.findings) == 300 and 0 < len(told) < 300 and not report.unchecked
    assert report.canonical() == Engine(made).review(facts).canonical()
    assert all(f.message for f in Engine(made, budget=None).review(facts).findings)
