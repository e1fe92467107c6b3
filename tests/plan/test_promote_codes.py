"""Rules that name codes in their condition: indexed, folded, and never mistaken for knowledge."""
from __future__ import annotations

import pytest

from medrules.compiled.plans import read_plan, write_plan
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.model.facts import Facts
from medrules.plan.planner import plan
from tests.plan.small import AGES, line, program, request, row, rule, table, years

WHEN = "\n  扣减：全额"
ONE = rule("N-1", "  针对：明细 其中 明细.编码 = 「X」\n  须：患者.年龄 满 60岁" + WHEN)


def _requests() -> list[Facts]:
    without_code = {k: v for k, v in line(2, "X").items() if k != "code"}
    without_day = {k: v for k, v in line(3, "X").items() if k != "performed_at"}
    lines = [line(1, "X"), line(2, "Y", quantity=5), line(3, "Z")]
    return [
        request(*lines), request(*lines, age=-1), request(lines[0], without_code), request(lines[0], without_day), request(line(1, "PX")),
        request(line(1, "X"), line(2, "X", quantity=4)), request(*lines, sex=""), request(line(1, "Q")), request(*lines, age=70),
    ]


@pytest.mark.parametrize(("body", "kind", "codes"), [
    ("  针对：明细 其中 明细.编码 = 「X」\n  须：患者.年龄 满 60岁", "code", {"X"}),
    ("  针对：明细 其中（明细.编码 属于（「X」、「Y」）且 明细.数量 超过 1）\n  当：患者.性别 = 男", "code", {"X", "Y"}),
    ("  针对：明细 其中 明细.数量 超过 1\n  当：明细.编码 = 「Y」 且 患者.年龄 不满 60岁", "code", {"Y"}),
    ("  针对：明细 其中（明细.编码 = 「X」 或（明细.编码 = 「Y」 且 患者.性别 = 女））\n  当：患者.年龄 不满 60岁", "code", {"X", "Y"}),
    ("  针对：明细 其中（明细.编码 = 「X」 且 明细.编码 = 「Y」）\n  当：一律", "code", set()),
    ("  针对：明细 其中（明细.编码 = 「X」 或 明细.数量 超过 1）\n  当：一律", "scan", None),
    ("  针对：明细 其中 明细.编码 ≠ 「X」\n  当：一律", "scan", None),
    ("  针对：明细 其中 明细.数量 超过 0\n  须：明细.编码 = 「X」", "scan", None),
    ("  针对：明细 其中 明细.编码 = 「X」\n  当：合计 同期明细.数量 取 单日 按 同一 患者、机构、明细.编码 超过 3", "code", {"X"}),
])
def test_codes_are_promoted_only_where_other_codes_cannot_be_at_fault(body: str, kind: str, codes: set[str] | None) -> None:
    made = program(rule("N-1", body + WHEN), table("年龄", (AGES,), row("p", ["Z", "P*"], years(18, None))))
    (route,) = plan(made).routes
    assert (route.kind, route.codes) == (kind, None if codes is None else frozenset(codes))
    engine, opened, reference = Engine(made), Engine(read_plan(write_plan(plan(made)))), Reference(made)
    for facts in _requests():
        expected = reference.evaluate(facts).canonical()
        assert engine.review(facts).canonical() == opened.review(facts).canonical() == expected


def test_a_code_that_only_a_rule_names_is_not_known_to_a_table() -> None:
    for tables in ((), (table("年龄", (AGES,), row("p", ["Y"], years(18, None))),), (table("年龄", (AGES,), row("p", ["P*"], years(18, None))),)):
        made = program(ONE, *tables)
        engine, reference = Engine(made), Reference(made)
        for facts in _requests():
            assert engine.review(facts).unmatched == reference.evaluate(facts).unmatched
    assert plan(program(ONE)).strangers == {"X"}
    assert not plan(program(ONE, table("年龄", (AGES,), row("p", ["X"], years(18, None))))).strangers


def test_rules_written_one_per_item_fold_into_one_shape() -> None:
    text = "".join(
        rule(f"N-{n}", f"  针对：明细 其中 明细.编码 = 「C{n}」\n  须：明细.用药天数 不超过 {n}天" + WHEN) for n in range(1, 120))
    made = plan(program(text))
    assert len(made.shapes) == 1 and made.shapes[0].exact and not made.scans and len(made.records) == 119
