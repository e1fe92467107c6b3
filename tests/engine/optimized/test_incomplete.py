"""Requests of the common kind in which some line has no code or no day: the short way says what the reference says."""
from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.check.program import Program
from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.engine.metering import StepBudget
from medrules.engine.optimized import evaluator as tried
from medrules.engine.optimized.incomplete import incomplete_report
from medrules.engine.reference import Reference
from medrules.model.facts import Facts
from medrules.model.values import Instant
from tests.plan.small import AGES, DAY, GROUP, MOST, line, pair_rule, pairs, program, request, row, rule, table, years

TEXT = "".join((
    rule("I-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：  患者.年龄 属于 限定.年龄段\n  扣减：全额"),
    rule("I-2", "  针对：明细 属于 知识表「日用量」记为 限定\n"
                "  当：  合计 同期明细.数量 取 单日 按 同一 患者、机构、限定 超过 限定.上限\n  扣减：全额"),
    rule("I-3", "  针对：明细 属于 知识表「同组」记为 限定\n  当：  有 同期明细 记为 他 取 单次就诊 按 同一 患者、限定.组号 不含本次\n"
                "        其中（他.编码 ≠ 明细.编码 且 他.时间 早于 明细.时间）\n  扣减：全额"),
    pair_rule("I-4", "  针对：两项明细 甲、乙 属于 知识表「互斥」记为 对 同在 单日\n  当：一律\n  违规：乙\n  扣减：全额"),
))
CODES = ("A", "B", "C", "D", "Z")


def small_program() -> Program:
    return program(
        TEXT, table("年龄", (AGES,), row("龄-A", ("A",), years(0, 18)), row("龄-B", ("B",), years(18, None), end=DAY + 1)),
        table("日用量", (MOST,), row("量-A", ("A",), 20_000), row("量-C", ("C",), 30_000, start=DAY)),
        table("同组", (GROUP,), row("组-B", ("B",), "一"), row("组-C", ("C",), "一"), row("组-D", ("D",), "二")),
        pairs("互斥", ("A", "B"), ("C", "D")))


PROGRAM = small_program()
ENGINE, REFERENCE = Engine(PROGRAM), Reference(PROGRAM)


def drawn(draw: Random) -> Facts:
    """Some lines, at least one of them without code or time; now and then another fact is missing too."""
    lines: list[dict[str, Any]] = []
    for n in range(draw.randint(1, 7)):
        made = line(n, draw.choice(CODES), draw.randint(-1, 1), draw.choice((1, 2, 3)))
        if n == 0 or draw.random() < 0.1:
            del made[draw.choice(("code", "performed_at"))]
        roll = draw.random()
        if roll < 0.1:
            made.pop(draw.choice(("line_kind", "performed_at", "amount", "self_paid", "quantity")), None)
        elif roll < 0.13:
            made["line_kind"] = "order"
        elif roll < 0.16 and "performed_at" in made:
            day = made["performed_at"].lo // 86_400 * 86_400
            made["performed_at"] = Instant(day, day + 86_399 + draw.choice((0, 86_400)))
        elif roll < 0.18:
            made["is_current"] = False
        elif roll < 0.2 and "performed_at" in made:
            late = made["performed_at"].lo + 30 * 86_400  # after the time of the request
            made["performed_at"] = Instant(late, late)
        lines.append(made)
    draw.shuffle(lines)
    more: dict[str, Any] = {"admitted_at": None} if draw.random() < 0.1 else {}
    return request(*lines, age=draw.choice((10, 40, 40, -1)), **more)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_law_1_with_a_line_without_code_or_day(seed: int) -> None:
    found, wanted = ENGINE.review(drawn(Random(seed))), REFERENCE.evaluate(drawn(Random(seed)))
    assert found == replace(wanted, engine_version=ENGINE_VERSION)  # knowledge points and order too


def test_most_of_these_requests_go_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[bool] = []

    def watched(*args: Any) -> Any:
        made = incomplete_report(*args)
        answers.append(made is not None)
        return made

    monkeypatch.setattr(tried, "incomplete_report", watched)
    reports = [ENGINE.review(drawn(Random(seed))) for seed in range(300)]
    assert sum(answers) > 100 and answers.count(False) > 20
    assert {u.rule for r in reports for u in r.undecided} == {"I-1", "I-2", "I-3", "I-4"}
    assert {f.rule for r in reports for f in r.findings} == {"I-1", "I-2", "I-3", "I-4"}
    assert {u.reason for r in reports for u in r.unjudged} == {"code", "date"}


def test_a_budget_that_is_too_small_is_noted() -> None:
    facts = request(*(line(n, "C", quantity=2) for n in range(40)), {k: v for k, v in line(50, "?").items() if k != "code"})
    report = Engine(PROGRAM, budget=StepBudget(10, 0, 0, 10)).review(facts)
    assert {u.reason for u in report.unchecked} == {"budget"}
