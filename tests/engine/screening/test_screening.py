"""A file screened in parts says what the reference says of the whole file at once, whatever the order and the parts."""
from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given

import medrules
from medrules.check.program import Program
from medrules.engine.reference import evaluate
from medrules.engine.screening import Screening, screen
from medrules.engine.screening.people import merged, sent
from medrules.engine.screening.running import _Run
from medrules.engine.screening.spill import Spill, part_of
from medrules.model.facts import Facts
from medrules.model.reports import Report
from tests.engine.screening.city import draw_requests, lines_text, own_text, read, small_program
from tests.property.strategies import FEW, SEEDS


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return small_program(tmp_path_factory.mktemp("screening"))


def at_once(program: Program, requests: list[Facts]) -> Report:
    """The reference on everybody together."""
    taken: list[Report] = []

    class Whole:
        whole, wide = True, ()

        def __init__(self) -> None:
            self.program = program

        def everything(self, facts: Facts) -> Report:
            taken.append(evaluate(program, facts, screening=True))
            return taken[0]

    run = _Run(Whole(), None, Screening(), None, 1, lambda *_: None)  # type: ignore[arg-type]
    with Spill(1) as people:
        run.read(requests, people)
        run.whole(people)
    return taken[0]


def said(report: Report) -> Any:
    return Counter(_key(f) for f in report.findings), Counter((u.rule, u.causes) for u in report.undecided), report.definite_total, report.suspect_total


def answered(result: Screening) -> Any:
    return Counter(_key(s.finding) for s in result.findings), result.undecided, result.definite, result.suspect


def _key(f: Any) -> Any:
    return f.rule, f.result, f.anchor, f.at_fault, f.claims, f.credited, f.carried_by, f.message, f.rows


@FEW
@given(SEEDS)
def test_two_evaluators_agree(program: Program, seed: int) -> None:
    """The optimized evaluator person by person and period rules part by part = the reference on the whole file at once."""
    draw, requests = Random(seed), read(draw_requests(seed))
    wanted = at_once(program, requests)
    result = screen(program, requests, parts=draw.choice((1, 2, 5)))
    assert not result.unchecked
    assert answered(result) == said(wanted)
    assert result.unmatched == wanted.unmatched


@FEW
@given(SEEDS)
def test_law_7_the_order_of_the_file_does_not_matter(program: Program, seed: int) -> None:
    requests = draw_requests(seed)
    first = screen(program, read(requests), parts=3)
    Random(seed).shuffle(requests)
    second = screen(program, read(requests), parts=4)
    for result in (first, second):
        result.findings.sort(key=repr)
    assert first == second


def test_the_draws_reach_every_rule(program: Program) -> None:
    seen: Counter[str] = Counter()
    for seed in range(120):
        result = screen(program, read(draw_requests(seed)), parts=2)
        seen.update(rule for rule, _, _ in result.by_rule)
        seen.update(rule for rule, _ in result.undecided)
    assert {r.parent for r in program.rules} <= set(seen)


@pytest.mark.parametrize("subject", ["患者", "机构"])
def test_a_period_rule_that_claims_on_lines_is_settled_with_the_line_rules(tmp_path: Path, subject: str) -> None:
    """Never twice, also between a rule about a line and one about a month."""
    program = small_program(tmp_path, lines_text(subject))
    met = 0
    for seed in range(40):
        requests = read(draw_requests(seed))
        result = screen(program, requests, parts=3)
        assert answered(result) == said(at_once(program, requests))
        met += any(s.finding.rule == "LK-951" and s.finding.carried_by == "LK-955" for s in result.findings)
    assert met > 0


def test_an_encounter_told_twice_counts_once_and_its_latest_telling_counts(program: Program) -> None:
    visit = {"标识": "E1", "就医方式": "门诊", "入院时间": "2026-03-02 09:00:01", "机构": {"编码": "H1"}, "诊断": [{"编码": "I10"}]}
    line = {"标识": "L1", "编码": "D1", "数量": "1", "金额": "10.00", "自费金额": "0", "执行时间": "2026-03-02 09:00:02"}
    early = {"业务时间": "2026-03-02 10:00:00", "患者": {"唯一号": "P1"}, "就诊": [{**visit, "明细": [line, {**line, "标识": "L2"}]}]}
    late = {**early, "业务时间": "2026-03-02 11:00:00", "就诊": [{**visit, "明细": [line]}]}
    for requests in ([early, late], [late, early]):
        result = screen(program, read(requests))
        assert (result.requests, result.people, result.encounters, result.lines) == (2, 1, 1, 1)
        assert not [s for s in result.findings if s.finding.rule == "LK-951"]
        assert any("取业务时间最晚" in n for n in result.notes)
    assert [s.finding.rule for s in screen(program, read([early])).findings if s.finding.rule.startswith("LK")] == ["LK-951"] * 2


def test_what_requests_disagree_on_is_unknown() -> None:
    def told(**patient: str) -> Any:
        return sent(read([{"患者": {"唯一号": "P1", **patient}, "就诊": [{"标识": patient["性别"]}]}])[0])[0]

    person = merged([told(性别="男", 出生日期="1990-01-01"), told(性别="女", 出生日期="1990-01-01")], None)
    assert "sex" not in person.patient and "birth_date" in person.patient
    assert list(person.notes) == ["同一患者的「sex」各处不一，按未知处理"]


def test_who_is_not_named_is_nobody_else(program: Program) -> None:
    visit = {"就医方式": "门诊", "入院时间": "2026-03-02", "机构": {"编码": "H1"}}
    result = screen(program, read([{"患者": {"性别": "男"}, "就诊": {**visit, "标识": f"E{n}"}} for n in range(4)]))
    assert result.people == 4


def test_history_is_covered_only_as_far_as_all_requests_say(program: Program) -> None:
    def visit(n: int, **more: Any) -> dict[str, Any]:
        return {"业务时间": "2026-04-30 12:00:00", "患者": {"唯一号": "P1"}, **more, "就诊": {
            "标识": f"E{n}", "就医方式": "门诊", "入院时间": f"2026-03-{n + 2:02d}", "机构": {"编码": "H1"}, "诊断": [{"编码": "I10"}], "明细": []}}

    wide = {"历史": {"覆盖起": "2026-01-01", "覆盖范围": "统筹区"}}
    late = {"历史": {"覆盖起": "2026-03-20", "覆盖范围": "统筹区"}}

    def open_(*requests: dict[str, Any], **stated: Any) -> bool:
        return any(rule == "GZ10000204002000" for rule, _ in screen(program, read(list(requests)), **stated).undecided)

    assert not open_(visit(1, **wide), visit(2, **wide))
    assert open_(visit(1, **wide), visit(2)) and open_(visit(1, **wide), visit(2, **late))
    assert not open_(visit(1), visit(2), covered_from=date(2026, 1, 1), coverage="统筹区")
    assert open_(visit(1), visit(2), covered_from=date(2026, 1, 1))  # of this hospital only


def test_a_record_about_a_name_that_many_lines_have_is_left_out() -> None:
    def told(n: int) -> Any:
        facts = read([{"患者": {"唯一号": "P1"}, "就诊": {"标识": f"E{n}", "入院时间": f"2026-03-0{n}", "明细": [{"标识": "1", "编码": "D1"}]},
                       "申报记录": [{"标签": "急诊", "对象": "1"}, {"标签": "急诊", "对象": f"E{n}"}]}])[0]
        return sent(facts)[0]

    assert len(merged([told(1)], None).declarations) == 2
    person = merged([told(1), told(2)], None)
    assert sorted(d["subject"] for d in person.declarations) == ["E1", "E2"]
    assert sum(person.notes.values()) == 2


def test_stock_records_that_contradict_each_other_are_left_out(program: Program) -> None:
    record = {"机构编码": "H1", "编码": "D1", "起": "2026-03-01", "止": "2026-03-31", "期初库存": "10", "购入数量": "100", "期末库存": "10",
              "申报数量": "150", "平均单价": "2.5"}
    one = {"患者": {"唯一号": "P1"}, "就诊": {"标识": "E1", "就医方式": "门诊", "入院时间": "2026-03-05"}, "进销存": [record]}
    assert "GZ10000202001000" in {s.finding.rule for s in screen(program, read([one, one])).findings}
    other = {**one, "进销存": [{**record, "申报数量": "90"}]}
    result = screen(program, read([one, other]))
    assert "GZ10000202001000" not in {s.finding.rule for s in result.findings}
    assert any("进销存" in n for n in result.notes)


def test_findings_say_who_where_and_when(program: Program) -> None:
    line = {"编码": "D1", "数量": "1", "金额": "10.00", "自费金额": "0", "执行时间": "2026-03-02 09:00:02", "开单科室": "A01"}
    result = screen(program, read([{"患者": {"唯一号": "P1"}, "就诊": {
        "标识": "E1", "就医方式": "门诊", "入院时间": "2026-03-02", "机构": {"编码": "H1", "类型": "定点医疗机构"}, "明细": [
            {**line, "标识": "L1", "目录类别": "西药中成药"}, {**line, "标识": "L2", "目录类别": "西药中成药"}]}}]))
    places = {s.finding.rule: (s.patient, s.institution, s.department, s.month) for s in result.findings}
    assert places["LK-951"] == ("P1", "H1", "A01", "2026-03")
    assert places["ZB10000205001000"] == ("", "H1", "", "2026-03")
    assert result.by_month["2026-03"] == len(result.findings) and result.by_department["A01"] == 2


def test_one_by_one(program: Program, tmp_path: Path) -> None:
    """Findings may be taken as they come; nothing is left on the disk; steps are told."""
    requests, taken, steps = read(draw_requests(3)), [], set()
    all_ = screen(program, requests)
    result = screen(
        program, iter(requests), found=taken.append, folder=tmp_path, parts=2, step=lambda stage, done, total: steps.add(stage))
    assert taken == screen(program, requests, parts=2).findings and result.findings == []
    assert Counter(map(_key, (s.finding for s in taken))) == Counter(map(_key, (s.finding for s in all_.findings)))
    assert steps == {"reading", "people", "periods"} and os.listdir(tmp_path) == []


def test_nothing_is_left_on_the_disk_when_reading_fails(program: Program, tmp_path: Path) -> None:
    def broken() -> Any:
        yield from read(draw_requests(1))
        raise medrules.InvalidFacts("x", ())

    with pytest.raises(medrules.InvalidFacts):
        screen(program, broken(), folder=tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_rule_that_breaks_is_not_checked_and_the_others_are(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from medrules.engine.screening import judging

    real = judging.period_candidates

    def fail(rule: Any, *rest: Any) -> Any:
        if rule.code == "ZB10000205001000":
            raise RuntimeError("张三")
        return real(rule, *rest)

    monkeypatch.setattr(judging, "period_candidates", fail)
    result = screen(program, read(draw_requests(3)), parts=1)
    assert set(result.unchecked) == {("ZB10000205001000", "fault:RuntimeError")}
    assert result.findings


def test_no_requests(program: Program) -> None:
    assert screen(program, ()) == Screening()


def test_parts_are_the_same_in_every_run() -> None:
    assert [part_of(n, 64) for n in ("=P1", "H1|1|2", "")] == [part_of(n, 64) for n in ("=P1", "H1|1|2", "")]
    assert len({part_of(f"P{n}", 8) for n in range(100)}) == 8


def test_own_rules_stand(program: Program) -> None:
    assert "LK-954" in own_text() and {"LK-951", "LK-954"} <= {r.code for r in program.rules}
