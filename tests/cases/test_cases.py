"""Case files: read without floats or dates, refused with a sentence, compared exactly."""
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from medrules.cases import Case, CaseError, cases_of, compare, run_cases
from medrules.cases.yaml_reader import parse_yaml, read_cases
from medrules.model.facts import Facts
from medrules.model.reports import Claim, Finding, LineRef, Report, Unchecked, Undecided, Unjudged
from medrules.release.cases_json import as_json

LINE = LineRef("item", "E1", "L1", 0)
OTHER = LineRef("item", "E1", "L2", 1)
FOUND = Finding(
    "GZ1", ("GZ1-1", "GZ1-2"), "例", "1", "definite", "soft", LINE, (LINE,), (OTHER,), ("K1",), (Claim(LINE, 4_100),), 4_100, 4_100,
    "", (), ("急诊抢救",), "", (), "提示", "改")
OPEN = Undecided("GZ2", "GZ2", "例", LINE, ("encounter.rescue", "history.items"))


def case(**expect: Any) -> Case:
    (one,) = cases_of([{"title": "例", "facts": {}, "expect": expect}], "cases.yaml")
    return one


def test_codes_money_and_dates_are_read_as_written() -> None:
    data = parse_yaml("a: 003205000010000\nb: 41.00\nc: 2026-03-01\nd: 2026-03-01 10:00:00\ne: 12\nf: 330100005123\ng: true\nh: 1e3")
    assert data == {"a": "003205000010000", "b": Decimal("41.00"), "c": "2026-03-01", "d": "2026-03-01 10:00:00", "e": 12,
                    "f": "330100005123", "g": True, "h": "1e3"}


@pytest.mark.parametrize(("data", "sentence"), [
    ([{"facts": {}, "expect": {}}], "缺 title"),
    ([{"title": "x", "expect": {}}], "facts 与 request"),
    ([{"title": "x", "facts": {}, "request": {}, "expect": {}}], "facts 与 request"),
    ([{"title": "x", "facts": {}}], "缺 expect"),
    ([{"title": "x", "facts": {}, "expect": {"findngs": []}}], "findngs"),
    ([{"title": "x", "facts": {}, "expect": {"findings": [{"line": "L1"}]}}], "rule"),
    ([{"title": "x", "facts": {}, "expect": {"findings": [{"rule": "GZ1", "amount": "四十一"}]}}], "四十一"),
    ([{"title": "x", "facts": {}, "expect": {"findings": [{"rule": "GZ1", "amount": "1.234"}]}}], "两位小数"),
    ({"title": "x"}, "列表"),
])
def test_a_malformed_case_is_refused_with_its_place(data: Any, sentence: str) -> None:
    with pytest.raises(CaseError) as refused:
        cases_of(data, "cases.yaml")
    assert sentence in str(refused.value) and "cases.yaml" in str(refused.value)


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text("- title: x\n  facts: {a: [}\n", "utf-8")
    with pytest.raises(CaseError, match="第2行"):
        read_cases(tmp_path / "cases.yaml")


def test_chinese_and_english_keys_are_twins() -> None:
    (zh,) = cases_of([{"标题": "例", "事实": {}, "期望": {"提示": [
        {"规则": "GZ1", "明细": "L1", "金额": "41.00", "结果": "明确违规", "知识点": ["K1"]}]}}], "x")
    (en,) = cases_of([{"title": "例", "facts": {}, "expect": {"findings": [
        {"rule": "GZ1", "line": "L1", "amount": Decimal("41.00"), "result": "definite", "rows": ["K1"]}]}}], "x")
    assert zh == en


def test_json_and_yaml_hold_the_same_cases(tmp_path: Path) -> None:
    (tmp_path / "cases.json").write_text('[{"title": "例", "facts": {}, "expect": {"findings": [{"rule": "GZ1", "amount": 41.00}]}}]', "utf-8")
    (tmp_path / "cases.yaml").write_text("- {title: 例, facts: {}, expect: {findings: [{rule: GZ1, amount: 41.00}]}}", "utf-8")
    (a,), (b,) = read_cases(tmp_path / "cases.json"), read_cases(tmp_path / "cases.yaml")
    assert replace(a, file="") == replace(b, file="")


@pytest.mark.parametrize("expect", [
    {"rule": "GZ1", "line": "L1", "amount": "41.00", "result": "明确违规", "rows": ["K1"], "involved": ["L2"], "claimable": ["急诊抢救"]},
    {"rule": "GZ1-2"}, {"rule": "GZ1"}, {"rule": "GZ1", "credited": "41", "carried_by": "", "at_fault": ["L1"], "message": "提示"},
])
def test_absent_keys_are_not_compared(expect: dict[str, Any]) -> None:
    assert compare(case(findings=[expect]), Report(findings=(FOUND,))) == ()


@pytest.mark.parametrize(("expect", "sentence"), [
    ({"rule": "GZ1", "line": "L1", "amount": "41.01"}, "金额应为 41.01，得 41.00"),
    ({"rule": "GZ1", "amount": "待定"}, "金额应为 待定，得 41.00"),
    ({"rule": "GZ1", "result": "可疑"}, "结果应为 可疑，得 明确违规"),
    ({"rule": "GZ1", "rows": ["K2"]}, "知识点应为 K2，得 K1"),
    ({"rule": "GZ1", "involved": []}, "涉及项应为 无，得 L2"),
    ({"rule": "GZ1", "line": "L2"}, "应有提示：规则 GZ1 明细 L2，没有"),
    ({"rule": "GZ9"}, "应有提示：规则 GZ9，没有"),
])
def test_each_difference_is_a_sentence(expect: dict[str, Any], sentence: str) -> None:
    assert any(sentence in d for d in compare(case(findings=[expect]), Report(findings=(FOUND,))))


def test_findings_and_undecided_are_exact_sets() -> None:
    report = Report(findings=(FOUND,), undecided=(OPEN,))
    assert [d[:4] for d in compare(case(), report)] == ["多出提示", "多出待核"]
    assert compare(case(findings=[{"rule": "GZ1"}], undecided=[{"rule": "GZ2", "missing": ["就诊.抢救标志", "history.items"]}]), report) == ()
    twice = compare(case(findings=[{"rule": "GZ1"}, {"rule": "GZ1"}]), Report(findings=(FOUND,)))
    assert twice == ("应有提示：规则 GZ1，没有",)
    (wrong,) = compare(case(findings=[{"rule": "GZ1"}], undecided=[{"rule": "GZ2", "missing": ["就诊.抢救标志"]}]), report)
    assert "应缺 就诊.抢救标志，得 历史.历史明细、就诊.抢救标志" in wrong


def test_an_unchecked_rule_never_passes() -> None:
    assert compare(case(), Report(unchecked=(Unchecked("GZ1", "deadline"),))) == ("规则 GZ1 未检查：deadline",)


def test_only_some_rules_can_be_looked_at() -> None:
    report = Report(findings=(FOUND,), undecided=(OPEN,))
    assert compare(case(findings=[{"rule": "GZ1"}]), report, only=frozenset({"GZ1"})) == ()
    assert compare(case(), report, only=frozenset({"GZ7"})) == ()


def test_totals_and_unjudged() -> None:
    report = Report(unjudged=(Unjudged(LINE, "code"),))
    assert compare(case(unjudged=[{"line": "L1", "reason": "code"}], definite_total="0"), report) == ()
    assert compare(case(unjudged=[], definite_total="1.00"), report) == ("未判应为 无，得 L1 code", "明确扣减合计应为 1.00，得 0.00")


def test_cases_run_on_any_evaluator() -> None:
    seen: list[Case] = []

    def read(one: Case) -> Facts:
        seen.append(one)
        return None  # type: ignore[return-value]

    cases = (case(findings=[{"rule": "GZ1"}]), case())
    results = list(run_cases(cases, lambda _: Report(findings=(FOUND,)), read))
    assert [r.holds for r in results] == [True, False] and tuple(seen) == cases


def test_half_a_surrogate_pair_is_refused_where_cases_are_written() -> None:
    """YAML and JSON let an escape of one through; building a pack file of it ended in an internal error."""
    with pytest.raises(CaseError, match="代理对"):
        as_json(b'- title: "\\ud800"\n  facts: {}\n', "families/F01_x/cases.yaml")
