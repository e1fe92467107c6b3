"""The optimized evaluator says what the reference says: findings with their words, what stays open, amounts; natively or not.

Random programs are in tests/property; here are the shapes that have code of their own, at their edges, with facts dropped.
"""
from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from benchmarks.answers import as_limit_says, sorted_answers
from benchmarks.limit import build as build_limit
from benchmarks.limit import request_of
from benchmarks.workload.encounters import draw_visits
from benchmarks.workload.knowledge import draw_knowledge, part_of
from benchmarks.workload.program import program_of
from benchmarks.workload.requests import facts_of
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.check.program import Program
from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.engine.optimized.fallback import Fallback
from medrules.engine.reference import Reference
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY
from medrules.model.facts import Facts
from medrules.model.values import UNKNOWN, Instant
from tests.plan.small import (
    AGES,
    DAY,
    DIAGNOSES,
    GROUP,
    MOST,
    line,
    pair_rule,
    pairs,
    program,
    request,
    row,
    rule,
    table,
    years,
)

TEXT = "".join((
    rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n  除外「抢救」：就诊.抢救标志\n  扣减：全额"),
    rule("T-2", "  结果：可疑\n  针对：明细 属于 知识表「日量」记为 限定\n  当：合计 同期明细.数量 取 单日 按 同一 患者、机构、限定 超过 限定.上限\n  扣减：明细.金额"),
    rule("T-3", "  场景：住院\n  针对：明细 属于 知识表「组」记为 限定\n  当：有 同期明细 记为 他 取 单次就诊 按 同一 患者、限定.组号 不含本次 其中"
         "（他.编码 ≠ 明细.编码 且 他.时间 早于 明细.时间）\n  扣减：全额"),
    rule("T-4", "  针对：明细 属于 知识表「症」记为 限定\n  须：任一 就诊.诊断 属于 限定.诊断\n  扣减：无"),
    pair_rule("T-5", "  费用：列入统筹费用\n  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 单日\n  当：一律\n  违规：乙\n  扣减：全额"),
    pair_rule("T-6", "  结果：监测\n  针对：两项明细 甲、乙 属于 知识表「无序」记为 对 同在 单次就诊\n  当：一律\n  违规：甲、乙\n  扣减：无"),
    rule("T-7", "  针对：明细 其中 明细.数量 大于 5\n  当：明细.单价 大于 9元\n  扣减：明细.单价 × 2"),
))
CODES = ("A10", "A11", "B20", "B21", "C30", "Z")


def small_program() -> Program:
    mid = DAY - 1
    return program(
        TEXT,
        table("年龄", (AGES,), row("a1", ["A10"], years(18, None)), row("a2", ["A10", "B20"], years(None, 6), end=mid + 2),
              row("a3", ["A*"], years(None, 65)), row("a4", ["C30"], EMPTY), row("a5", ["B21"], UNKNOWN),
              row("a6", ["B20"], years(50, None), result="suspect")),
        table("日量", (MOST,), row("q1", ["A10", "A11"], 20_000), row("q2", ["B20"], 10_000, start=mid), row("q3", ["C30"], 30_000)),
        table("组", (GROUP,), row("g1", ["A10"], "G1"), row("g2", ["B20", "B21"], "G1"), row("g3", ["C30"], "G2"), row("g4", ["A11"], "G2")),
        table("症", (DIAGNOSES,), row("d1", ["A11"], CodeSet("", "icd10", prefixes=("I63", "I10.9"))),
              row("d2", ["C30"], CodeSet("", "icd10", prefixes=("I",), except_prefixes=("I10",)))),
        pairs("对", ("A10", "B20"), ("B20", "C30"), ("A11", "A11")),
        pairs("无序", ("A10", "C30"), ("B21", "A11"), unordered=True))


def random_request(draw: Random) -> Facts:
    lines: list[dict[str, Any]] = []
    for n in range(draw.randint(1, 9)):
        made = line(n, draw.choice(CODES), draw.randint(0, 2), draw.choice((1, 1, 2, 6)), self_paid=draw.choice((0, 0, 500)))
        roll = draw.random()
        if roll < 0.12:
            made.pop(draw.choice(("code", "quantity", "unit_price", "amount", "self_paid", "line_kind", "performed_at")))
        elif roll < 0.18:
            day = (made["performed_at"].lo // 86_400) * 86_400
            made["performed_at"] = Instant(day, day + 86_399)
        elif roll < 0.22:
            made["is_current"] = False
        lines.append(made)
    codes: tuple[str, ...] | None = tuple(draw.sample(("I63.9", "I10", "I10.9", "M10", "XYZ"), draw.randint(0, 3)))
    if draw.random() < 0.08:
        codes = None
    more: dict[str, Any] = {"rescue": draw.choice((True, False, None, None))}
    if draw.random() < 0.3:
        more[draw.choice(("visit_kind", "admitted_at", "institution"))] = None
    return request(
        *lines, age=draw.choice((3, 17, 18, 40, 66, -1)), sex=draw.choice(("男", "女", "")), diagnoses=codes, **more)


PROGRAM = small_program()
ENGINE, REFERENCE = Engine(PROGRAM), Reference(PROGRAM)


def assert_equal(engine: Engine, reference: Reference, facts: Facts) -> Any:
    found, wanted = engine.review(facts), reference.evaluate(facts)
    assert not found.unchecked
    assert found.canonical() == wanted.canonical()
    assert found == replace(wanted, engine_version=ENGINE_VERSION)  # order, words, facts, formulas too
    return found


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_law_1_on_the_shapes_with_code_of_their_own(seed: int) -> None:
    assert_equal(ENGINE, REFERENCE, random_request(Random(seed)))


def test_the_random_requests_reach_everything() -> None:
    """A green run means something: every rule is found at fault, and left open, natively and by the reference."""
    at_fault, left_open = set(), set()
    for seed in range(600):
        report = ENGINE.review(random_request(Random(seed)))
        at_fault |= {f.rule for f in report.findings}
        left_open |= {u.rule for u in report.undecided}
    assert at_fault == {f"T-{n}" for n in range(1, 8)}
    assert left_open >= {"T-1", "T-2", "T-3", "T-4", "T-5", "T-7"}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_law_32_what_never_touches_unknown_is_never_asked_again(seed: int) -> None:
    """Poison: with three-valued code and the reference taken away, whatever the fast path finishes alone still equals the
    reference."""
    engine = Engine(PROGRAM)

    class Touched(Exception):
        pass

    class NoReference(Fallback):
        def line(self, *_: Any) -> None:
            raise Touched

        whole = open = beside = line

    engine._evaluator.fallback = NoReference(engine._evaluator.plan, engine._evaluator.codes)
    facts = random_request(Random(seed))
    found, wanted = engine.review(facts), REFERENCE.evaluate(facts)
    asked = {u.rule for u in found.unchecked}
    assert {u.reason for u in found.unchecked} <= {"fault:Touched"}
    alone = {f for f in found.canonical()[0] if f[0] not in asked}
    # credits of one line depend on all rules that claim it: they are compared where nothing was asked
    assert {f[:8] for f in alone} == {f[:8] for f in wanted.canonical()[0] if f[0] not in asked}
    assert not any(u.rule not in asked for u in wanted.undecided)
    if not asked:
        assert found.canonical()[:2] == wanted.canonical()[:2]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_what_is_unknown_is_judged_without_the_reference(seed: int) -> None:
    """Poison: the rules of this program are all judged, and their findings worded, by code of their own."""
    engine = Engine(PROGRAM)
    engine._evaluator.fallback.referred.reference.judge = None  # type: ignore[assignment,method-assign]
    facts = random_request(Random(seed))
    assert engine.review(facts) == replace(REFERENCE.evaluate(facts), engine_version=ENGINE_VERSION)


@pytest.fixture(scope="module")
def workload() -> Any:
    draw = Random(7)
    knowledge, market = draw_knowledge(draw)
    visits = draw_visits(draw, knowledge, market, 60)
    return part_of(knowledge, 60_000), visits


def test_the_workload_answers_as_the_limit_and_as_the_reference(workload: Any) -> None:
    knowledge, visits = workload
    made = program_of(knowledge)
    engine, reference, limit = Engine(made), Reference(made), build_limit(knowledge)
    for n, visit in enumerate(visits):
        report = engine.review(facts_of(visit))
        assert as_limit_says(report) == sorted_answers(limit(request_of(visit)))
        if n % 6 == 0:
            assert_equal(engine, reference, facts_of(visit))


def test_the_whole_workload_is_settled_natively(workload: Any) -> None:
    knowledge, visits = workload
    engine = Engine(program_of(knowledge))
    engine._evaluator.fallback.line = None  # type: ignore[assignment,method-assign]
    engine._evaluator.fallback.whole = None  # type: ignore[assignment,method-assign]
    assert not any(engine.review(facts_of(v)).unchecked for v in visits)
