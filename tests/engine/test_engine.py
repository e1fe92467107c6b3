"""The engine in a hospital's process: one plan at a time, many threads, deadlines, and no fault that gets out."""
from __future__ import annotations

import threading
from itertools import count
from typing import Any

import pytest

from medrules.check.program import Program
from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.engine.optimized.review import Review
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.model.values import UNKNOWN
from medrules.plan.planner import plan
from tests.plan.small import AGES, line, program, request, row, rule, table, years

TEXT = rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n  扣减：全额") + rule(
    "T-2", "  针对：明细 属于 知识表「二」记为 限定\n  当：一律\n  扣减：全额") + (
    "规则 T-3「就诊」{\n  针对：每次就诊 记为 次\n  当：次.住院天数 超过 90天\n  扣减：无\n  说明：「住院过长」\n  建议：「核对」\n}\n")


def small(high: int = 18) -> Program:
    return program(
        TEXT, table("年龄", (AGES,), row("a", ["X"], years(None, high))), table("二", (), row("b", ["X", "Y"])))


def codes(report: Report) -> list[str]:
    return [f.rule for f in report.findings]


def test_facts_to_report() -> None:
    report = Engine(small()).review(request(line(0, "X"), line(1, "Q")))
    assert codes(report) == ["T-1", "T-2"]
    assert report.unmatched == 1 and report.engine_version == ENGINE_VERSION and report.pack_hash == "h"
    assert report.definite_total == 1_000 and report.findings[1].carried_by == "T-1"


def test_an_engine_takes_a_plan_too() -> None:
    made = plan(small())
    engine = Engine(made)
    assert engine.plan is made and engine.program is made.program


def test_law_34_each_report_is_of_one_plan() -> None:
    """Threads review while another swaps: every report is that of the old or that of the new plan, whole."""
    young, old = plan(small(18)), plan(small(99))
    facts = request(*(line(n, "X") for n in range(5)), age=40)
    wanted = {Engine(young).review(facts).canonical(), Engine(old).review(facts).canonical()}
    assert len(wanted) == 2
    engine, stop, seen = Engine(young), threading.Event(), []

    def review() -> None:
        while not stop.is_set():
            seen.append(engine.review(facts).canonical())

    threads = [threading.Thread(target=review) for _ in range(4)]
    for t in threads:
        t.start()
    for n in count():
        engine.swap(old if n % 2 else young)
        if len(seen) > 300 and n > 20 and (len(set(seen)) > 1 or n > 100_000):  # on a busy machine one plan may be seen alone for long
            break
    stop.set()
    for t in threads:
        t.join()
    assert set(seen) == wanted


def test_swap_gives_back_what_was_there() -> None:
    young, old = plan(small(18)), plan(small(99))
    engine = Engine(young)
    assert engine.swap(old) is young
    assert codes(engine.review(request(line(0, "X"), age=40))) == ["T-2"]
    assert engine.swap(young) is old
    assert codes(engine.review(request(line(0, "X"), age=40))) == ["T-1", "T-2"]


def test_a_plan_that_cannot_be_made_leaves_the_old_one() -> None:
    engine = Engine(small())
    with pytest.raises(AttributeError):
        engine.swap("no program")  # type: ignore[arg-type]
    assert codes(engine.review(request(line(0, "X")))) == ["T-1", "T-2"]


def test_the_same_engine_in_many_threads() -> None:
    engine = Engine(small())
    requests = [request(line(0, "X"), line(1, "Y"), age=n) for n in range(2, 60)]
    wanted = [engine.review(r) for r in requests]
    found: list[list[Report]] = []

    def review() -> None:
        found.append([engine.review(r) for r in requests])

    threads = [threading.Thread(target=review) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [wanted] * 6


def test_a_deadline_that_is_over_leaves_rules_unchecked() -> None:
    ticks = count()
    report = Engine(small()).review(request(line(0, "X")), deadline=0.0, clock=lambda: float(next(ticks)))
    assert {(u.rule, u.reason) for u in report.unchecked} == {(c, "deadline") for c in ("T-1", "T-2", "T-3")}
    assert not report.findings


def test_a_deadline_in_the_middle_keeps_what_was_found() -> None:
    times = iter((0.0, 2.0, 2.0, 2.0, 2.0))
    report = Engine(small()).review(request(line(0, "X")), deadline=1.0, clock=lambda: next(times, 2.0))
    assert codes(report) == ["T-1", "T-2"]
    assert [(u.rule, u.reason) for u in report.unchecked] == [("T-3", "deadline")]


def test_a_deadline_far_away_changes_nothing() -> None:
    engine, facts = Engine(small()), request(line(0, "X"))
    assert engine.review(facts, deadline=1e12, clock=lambda: 0.0) == engine.review(facts)


class Broken:
    """An entity on which every question fails."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("患者张三的身份证号")


def test_a_fault_in_one_rule_is_that_rule_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(small())
    whole = engine._evaluator.fallback.whole

    def fail(number: int, *rest: Any) -> None:
        if engine._evaluator.plan.rules[number].code == "T-3":
            raise RuntimeError("患者张三的身份证号")
        whole(number, *rest)

    monkeypatch.setattr(engine._evaluator.fallback, "whole", fail)
    report = engine.review(request(line(0, "X")))
    assert codes(report) == ["T-1", "T-2"]
    assert [(u.rule, u.reason) for u in report.unchecked] == [("T-3", "fault:RuntimeError")]


def test_a_fault_of_the_fast_path_is_made_good_by_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, facts = Engine(small()), request(line(0, "X"))
    wanted = engine.review(facts)

    def fail(*_: Any) -> None:
        raise KeyError("患者张三")

    monkeypatch.setattr(engine._evaluator, "common", fail)
    monkeypatch.setattr(engine._evaluator, "loop", fail)
    assert engine.review(facts).canonical() == wanted.canonical()


def test_whatever_breaks_nothing_gets_out_and_nothing_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("患者张三的身份证号")

    engine = Engine(small())
    monkeypatch.setattr(Review, "report", fail)
    report = engine.review(request(line(0, "X")))
    assert {(u.rule, u.reason) for u in report.unchecked} == {(c, "fault:RuntimeError") for c in ("T-1", "T-2", "T-3")}
    assert "张三" not in repr(report)


def test_facts_that_are_no_facts_do_not_raise() -> None:
    facts = request(line(0, "X"))
    for bad in (
        Facts(facts.door, facts.stage, facts.business_time, (), (Broken(),)),
        Facts(facts.door, "never", facts.business_time, (), ()),  # type: ignore[arg-type]
    ):
        report = Engine(small()).review(bad)
        assert report.unchecked


def test_a_line_without_code_or_day_is_reported_once() -> None:
    nameless, dateless = line(0, "X"), line(1, "X")
    del nameless["code"], dateless["performed_at"]
    report = Engine(small()).review(request(nameless, dateless, line(2, "X")))
    assert [(u.anchor.line, u.reason) for u in report.unjudged] == [("L0", "code"), ("L1", "date")]
    assert codes(report) == ["T-1", "T-2"] and {f.anchor.line for f in report.findings} == {"L2"}


def test_lists_that_were_not_sent() -> None:
    report = Engine(small()).review(request(items=None))
    assert not report.findings and not report.unchecked
    assert UNKNOWN is request(items=None).current[0].items
