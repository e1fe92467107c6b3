"""Explanations: why a rule spoke, was silent or could not decide, with the values it saw."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medrules.check.program import Program
from medrules.engine.reference.trace import Trace, render_trace, why
from medrules.model.facts import Facts
from tests.rulings.reading import facts_of, read_ruling

DATA = Path(__file__).resolve().parents[2] / "rulings" / "data"


def traced(name: str, number: int, rule: str, line: str, folder: Path) -> list[Trace]:
    ruling = read_ruling(DATA / f"{name}.yaml")
    program: Program = ruling.program(folder / "pack")
    facts: Facts = facts_of(ruling.cases[number])
    return list(why(program, facts, rule, line))


@pytest.mark.parametrize(("name", "number", "rule", "line", "answer", "reason"), [
    ("T01", 0, "GZ10000101008000", "L1", "silent", "符合规定的条件"),
    ("T01", 1, "GZ10000101008000", "L1", "violation", "条件成立，没有成立的除外"),
    ("T02", 0, "GZ10000101005000", "L1", "silent", "不在知识表「限二线药品」中"),
    ("T05", 0, "GZ10000102012000", "L2", "silent", "知识点 项目重复收费-1 在 2026-04-01 不在有效期内"),
    ("T11", 0, "GZ10000102012000", "L2", "silent", "除外成立：先于手术"),
    ("T20", 1, "GZ10000301009000", "L1", "silent", "知识点 老年人用药-2 限了环节、场景或地区，或不满足「其中」，本条不适用"),
    ("T25", 1, "GZ10000101008000", "L1", "undecided", "缺 就诊.抢救标志"),
    ("T28", 0, "GZ10000101007000", "L1", "silent", "应判金额为0（自费或已扣减），不判"),
    ("T34", 0, "GZ10000301010000", "L1", "silent", "违规条件不成立"),
    ("T19", 0, "GZ10000101004000", "L2", "violation", "条件成立，没有成立的除外"),
    ("T09", 0, "GZ10000102014000", "L9", "silent", "本次没有这一条，或它不是本规则所判的对象"),
])
def test_reason(name: str, number: int, rule: str, line: str, answer: str, reason: str, tmp_path: Path) -> None:
    (trace,) = traced(name, number, rule, line, tmp_path)
    assert (trace.answer, trace.reason) == (answer, reason)


def test_a_stage_that_the_rule_is_not_used_in(tmp_path: Path) -> None:
    ruling = read_ruling(DATA / "T15.yaml")
    program = ruling.program(tmp_path / "pack")
    case = ruling.cases[0]
    assert case.facts is not None
    before = facts_of(replace(case, facts={**case.facts, "环节": "事前"}))
    (trace,) = why(program, before, "LK-915", "L10")
    assert trace.reason == "本规则只在事后使用，本次为事前"


def test_values_that_were_seen_are_shown(tmp_path: Path) -> None:
    (trace,) = traced("T01", 1, "GZ10000101008000", "L1", tmp_path)
    text = render_trace(trace)
    for line in ("患者.年龄 → 45岁", "知识表「限适应症药品」.年龄段 → 满50岁", "就诊.确诊诊断 → H35.3",
                 "机构.级别 不低于 知识表「限适应症药品」.最低级别 → 是（空格）"):
        assert line in text
    assert text.splitlines()[0] == "GZ10000101008000「药品限适应症」对 L1：违规。条件成立，没有成立的除外"


def test_what_is_missing_is_shown_where_it_is_missing(tmp_path: Path) -> None:
    (trace,) = traced("T25", 1, "GZ10000101008000", "L1", tmp_path)
    assert "除外「急诊抢救」 → 未知（缺 就诊.抢救标志）" in render_trace(trace)


def test_every_sub_rule_is_explained(tmp_path: Path) -> None:
    traces = traced("T38", 0, "GZ10000101010000", "L15", tmp_path)
    assert [t.rule for t in traces] == ["GZ10000101010000-1", "GZ10000101010000-2", "GZ10000101010000-3"]
    assert [t.answer for t in traces] == ["violation", "violation", "silent"]


def test_every_ruling_can_be_explained(tmp_path: Path) -> None:
    """Explaining never fails, and never says otherwise than the report."""
    for path in sorted(DATA.glob("*.yaml")):
        ruling = read_ruling(path)
        program = ruling.program(tmp_path / path.stem / "pack")
        for case in ruling.cases:
            facts = facts_of(case)
            for e in case.findings:
                answers = {t.answer for t in why(program, facts, e.rule, e.line or "")} if e.line else {"violation"}
                assert "violation" in answers, (case.title, e)
            for u in case.undecided:
                answers = {t.answer for t in why(program, facts, u.rule, u.line or "")} if u.line else {"undecided"}
                assert "undecided" in answers, (case.title, u)
