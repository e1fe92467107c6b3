"""A finding whose words come late is a finding like any other."""
from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from medrules.engine.engine import Engine
from medrules.engine.metering import Meter
from medrules.engine.optimized.evaluator import Evaluator
from medrules.engine.optimized.late import LateFinding
from medrules.engine.reference import Reference
from medrules.model.reports import Finding, Report
from medrules.plan.planner import plan
from tests.plan.small import AGES, line, program, request, row, rule, table, years

PROGRAM = program(
    rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n  扣减：全额"),
    table("年龄", (AGES,), row("a", ["X"], years(None, 18))))


def late_and_plain() -> tuple[Finding, Finding]:
    facts = request(line(0, "X"))
    (late,), (plain,) = Engine(PROGRAM).review(facts).findings, Reference(PROGRAM).evaluate(facts).findings
    return late, plain


def test_it_equals_the_plain_one_both_ways() -> None:
    late, plain = late_and_plain()
    assert type(late) is LateFinding and type(plain) is Finding
    assert late == plain and plain == late and hash(late) == hash(plain)
    assert {late} == {plain}
    assert all(getattr(late, f.name) == getattr(plain, f.name) for f in fields(Finding))
    assert late != replace(plain, credited=1)
    assert late != "finding"


def test_words_are_written_once() -> None:
    late, plain = late_and_plain()
    assert isinstance(late, LateFinding)
    assert late.message == plain.message == "X不符" and late.told() is late.told() and late.shown() is late.shown()


def test_it_is_frozen_and_copies_are_plain() -> None:
    late, plain = late_and_plain()
    with pytest.raises((FrozenInstanceError, AttributeError)):
        late.rule = "other"  # type: ignore[misc]
    with pytest.raises((FrozenInstanceError, AttributeError)):
        late.message = "other"  # type: ignore[misc]
    for other in (pickle.loads(pickle.dumps(late)), copy.copy(late), copy.deepcopy(late), replace(late, rule=late.rule)):
        assert type(other) is Finding and other == plain
    assert repr(Report((late,))).count("X不符") == 1


def test_what_no_code_of_ours_puts_into_words_the_reference_says() -> None:
    """Not the judged line is at fault but the one beside it: three-valued code leaves such a rule to the reference, its words too."""
    beside = "有 同期明细 记为 他项 取 单日 按 同一 患者 不含本次 其中 他项.编码 = 「Y」"
    made = program(rule("T-2", f"  针对：明细 其中 明细.编码 = 「X」\n  当：{beside}\n  违规：他项\n  扣减：全额"))
    facts = request(line(0, "X"), line(1, "Y", quantity=3))
    (plain,) = Reference(made).evaluate(facts).findings
    words = Evaluator(plan(made)).fallback.words
    judged = facts.current[0].items[0]
    assert words(0, judged, plain.rows, plain.amount, facts, None, "said") == (plain.message, plain.suggestion) == ("X不符", "核对")
    assert words(0, judged, plain.rows, plain.amount, facts, None, "why") == (plain.facts, plain.formula)
    used_up = Meter(None, 1)
    used_up.turn(0)
    assert words(0, judged, plain.rows, plain.amount, facts, used_up, "said") == ("", "")
    assert words(0, judged, plain.rows, plain.amount, facts, used_up, "why") == ((), "")
