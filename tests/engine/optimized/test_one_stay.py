"""Requests about one stay under rules about lines alone: most requests are, and they are judged in one loop with an end of its own.

What that loop or its end once got wrong is kept here by name; random programs of this kind are in `tests.property.programs`.
"""
from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, Final

import pytest

from medrules.check.program import Program
from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.engine.reference import Reference
from medrules.knowledge.table import EMPTY, Column
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.model.types import BOOL
from medrules.model.values import DAY_SECONDS, UNKNOWN, Instant
from tests.plan.small import AGES, DAY, GROUP, MOST, SEX, line, pair_rule, pairs, program, request, row, rule, table, years

FEES = ("全部费用", "列入统筹费用", "个人账户")
CHILD = Column("儿童除外", "child", BOOL)
SELF_PAID = ({"self_paid": 0}, {"self_paid": 400}, {"self_paid": 1_000}, {"account_paid": 0}, {"account_paid": 600}, {})


def judged(made: Program, facts: Facts) -> Report:
    """The report, equal to the reference's; the request is of the kind that is judged in one loop."""
    engine = Engine(made)
    assert engine._evaluator.only_lines
    found, wanted = engine.review(facts), Reference(made).evaluate(facts)
    assert found.canonical() == wanted.canonical()
    assert found == replace(wanted, engine_version=ENGINE_VERSION)
    return found


BODIES = {
    "nothing else": rule("{}", "{}  针对：明细 属于 知识表「性别」记为 限定\n  须：患者.性别 = 限定.性别\n  扣减：全额"),
    "exemption by the row": rule(
        "{}", "{}  针对：明细 属于 知识表「性别」记为 限定\n  须：患者.性别 = 限定.性别\n  除外「儿童」：限定.儿童除外 且 患者.年龄 不满 14岁\n  扣减：全额"),
    "total": rule(
        "{}", "{}  针对：明细 属于 知识表「日量」记为 限定\n  当：合计 同期明细.数量 取 单日 按 同一 患者、机构、限定 超过 限定.上限\n  扣减：全额"),
    "witness": rule(
        "{}", "{}  针对：明细 属于 知识表「组」记为 限定\n  当：有 同期明细 记为 他 取 单次就诊 按 同一 患者、限定.组号 不含本次 其中"
              "（他.编码 ≠ 明细.编码 且 他.时间 早于 明细.时间）\n  扣减：全额"),
    "pair": pair_rule("{}", "{}  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 单日\n  当：一律\n  违规：乙\n  扣减：全额"),
}


def fee_program(*wanted: tuple[str, str]) -> Program:
    """One rule per (body, 费用)."""
    text = "".join(BODIES[body].replace("{}", f"T-{n}", 2).replace("{}", f"  费用：{fees}\n", 1) for n, (body, fees) in enumerate(wanted))
    return program(
        text, table("性别", (SEX, CHILD), row("s1", ["A10"], "女", EMPTY), row("s2", ["A11"], "女", True)),
        table("日量", (MOST,), row("q1", ["B20"], 10_000)), table("组", (GROUP,), row("g1", ["C30", "C31"], "G1")), pairs("对", ("D40", "D41")))


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("fees", FEES)
def test_each_part_of_a_line_that_fees_name_with_lines_that_patients_pay(body: str, fees: str) -> None:
    """An exemption by the row once made a rule ask for the pooled part, whatever its 费用: a self-paid line was then not found."""
    made = fee_program((body, fees))
    for own, codes in product(SELF_PAID, (("A10",), ("A11", "A10"), ("B20", "B20"), ("C30", "C31"), ("D40", "D41"))):
        lines = [line(n, code, account_paid=1_000) | own for n, code in enumerate(codes)]
        for one in lines if not own else ():
            del one["self_paid"]
        report = judged(made, request(*lines))
        if fees == "全部费用":  # whatever the patient pays
            assert bool(report.findings) == (codes[-1] in {
                "nothing else": ("A10",), "exemption by the row": ("A10",), "total": ("B20",), "witness": ("C31",), "pair": ("D41",)}[body])


@pytest.mark.parametrize("empty", [False, True])
def test_a_row_that_can_never_be_met_is_no_row_of_the_finding(empty: bool) -> None:
    """Two rows of one code under 当; the one with an empty cell decides nothing (found by random cases)."""
    made = program(
        rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  当：患者.年龄 属于 限定.年龄段\n  扣减：全额"),
        table("年龄", (AGES,), row("a1", ["A10"], years(18, None)), row("a2", ["A10"], EMPTY if empty else years(None, 60))))
    (finding,) = judged(made, request(line(0, "A10"))).findings
    assert finding.rows == (("a1",) if empty else ("a1", "a2"))


def test_a_rule_that_the_reference_judges_beside_one_that_needs_nothing_more() -> None:
    """Candidates of both kinds on one line: neither may be lost for the other's sake."""
    made = fee_program(("nothing else", "列入统筹费用"), ("exemption by the row", "全部费用"), ("total", "全部费用"))
    lines: list[dict[str, Any]] = [line(0, "A10", self_paid=1_000), line(1, "A11"), line(2, "B20", quantity=2)]
    for n in range(3):
        report = judged(made, request(*lines[n:], *lines[:n]))
        assert sorted((f.rule, f.anchor.line) for f in report.findings) == [("T-0", "L1"), ("T-1", "L0"), ("T-1", "L1"), ("T-2", "L2")]


DAWN: Final = DAY * DAY_SECONDS
OTHER_LINES: Final[dict[str, dict[str, Any]]] = {
    "as it should be": {}, "same moment": {"performed_at": Instant(DAWN + 9 * 3600 + 1, DAWN + 9 * 3600 + 1)},
    "day only": {"performed_at": Instant(DAWN, DAWN + DAY_SECONDS - 1)}, "day only, the day before": {"performed_at": Instant(DAWN - DAY_SECONDS, DAWN - 1)},
    "not yet": {"performed_at": Instant(DAWN + 30 * DAY_SECONDS, DAWN + 30 * DAY_SECONDS)}, "an order": {"line_kind": "order"},
    "nothing to judge": {"amount": 0, "account_paid": 0}, "self-paid": {"self_paid": 1_000}, "same code": {"code": "C31"}, "no kind": {"line_kind": UNKNOWN},
    "no amount": {"amount": UNKNOWN}, "no share": {"self_paid": UNKNOWN}, "deducted before": {"already_deducted": 1_000},
}


@pytest.mark.parametrize("fees", FEES)
@pytest.mark.parametrize("other", OTHER_LINES)
def test_lines_of_a_group_and_what_keeps_them_apart(other: str, fees: str) -> None:
    """The witnesses of a group that is at hand have code of their own: it agrees with the reference in all that a window asks."""
    made = fee_program(("witness", fees), ("nothing else", fees))
    first = {k: v for k, v in (line(0, "C30", account_paid=1_000) | OTHER_LINES[other]).items() if v is not UNKNOWN}
    for number, more in enumerate(((), (line(2, "C31"),), (line(2, "C30"), line(3, "C31")), (line(2, "C31", day=40),))):
        report = judged(made, request(first, line(1, "C31", account_paid=1_000), *more))
        if not number and other in ("same moment", "an order", "nothing to judge", "same code"):
            assert not report.findings, other
        elif not number and other in ("as it should be", "day only, the day before"):
            ((_, ident),) = [(f.rule, f.anchor.line) for f in report.findings]
            assert ident == "L1"


@pytest.mark.parametrize("results", sorted(set(product(("明确违规", "可疑", "监测"), repeat=3))))
def test_several_rules_about_one_line(results: tuple[str, str, str]) -> None:
    """Who carries the deduction where rules of different results, amounts and bases meet on a line."""
    body = "{}  结果：{}\n  费用：{}\n  针对：明细 属于 知识表「性别」记为 限定\n  须：患者.性别 = 限定.性别\n  扣减：{}"
    for cases in product(("全部费用", "列入统筹费用"), ("全额", "无"), repeat=2):
        fees, amounts = (*cases[::2], "全部费用"), (*cases[1::2], "全额")
        text = "".join(
            rule(f"T-{n}", body.format("", result, fee, amount)) for n, (result, fee, amount) in enumerate(zip(results, fees, amounts, strict=True)))
        made = program(text, table("性别", (SEX,), row("s1", ["A10"], "女"), row("s2", ["A11"], "女")))
        assert len(judged(made, request(line(0, "A11", self_paid=300), line(1, "A10", self_paid=400))).findings) == 6
