"""What is asked for: nothing where no rule under way looks back, else these codes, back to that day."""
from __future__ import annotations

from datetime import date

import pytest

from medrules.adapters.native import read_facts
from medrules.engine.reference.frames import first_day
from medrules.history import Codes, Need
from medrules.history.needs import Needs
from medrules.history.reach import begin_of
from medrules.model.values import Frame
from medrules.plan.lookback import lookback, top_of
from tests.history.people import ONE_LINE, ROLLING, SAME_DAY, SUM_30, TABLE, line, of, request, today, visit
from tests.plan.small import program, rule

DAY = date(2026, 3, 20).toordinal()


def needed(*rules: str, code: str = "A1") -> Need | None:
    return Needs(of(*rules)).of(today(code=code))


def test_rules_about_one_line_need_nothing() -> None:
    assert lookback(of(ONE_LINE)) == () and needed(ONE_LINE) is None


def test_a_line_of_which_no_rule_speaks_needs_nothing() -> None:
    assert needed(SUM_30, code="X9") is None


def test_a_look_back_asks_for_its_days_and_the_codes_of_its_row() -> None:
    need = needed(SUM_30)
    assert need is not None and need.patient == "P1" and need.here == ("H1",)
    (part,) = need.parts
    assert part.begin == DAY - 29 and part.institution == "" and part.codes == Codes(frozenset({"A1"}))


def test_codes_of_a_row_and_prefixes() -> None:
    held = needed(SUM_30, code="B1")
    assert held is not None and held.parts[0].codes == Codes(frozenset({"B1", "B2"}))
    held = needed(SUM_30, code="C55")
    assert held is not None and held.parts[0].codes == Codes(frozenset(), ("C",))


def test_a_window_of_the_institution_asks_there_only() -> None:
    need = needed(SAME_DAY)
    assert need is not None and [(p.begin, p.institution) for p in need.parts] == [(DAY, "H1")]


def test_a_rolling_quota_asks_however_far_back() -> None:
    """What was paid before its days decides what is paid in them."""
    need = needed(ROLLING)
    assert need is not None and need.begin == 0


def test_looks_of_several_rules_are_one_question() -> None:
    need = needed(SUM_30, SAME_DAY, ONE_LINE)
    assert need is not None and [(p.begin, p.institution) for p in need.parts] == [(DAY - 29, ""), (DAY, "H1")]


def test_nobody_is_asked_for_whose_id_is_not_known() -> None:
    data = request(visit("E", "2026-03-20", line("L1", "2026-03-20")))
    del data["患者"]["唯一号"]
    assert Needs(of(SUM_30)).of(read_facts(data)) is None


@pytest.mark.parametrize(("begin", "coverage", "asks"), [
    ("2026-01-01", "统筹区", False), ("2026-01-01", "本院", True), ("2026-03-01", "全国", True),
])
def test_a_request_that_holds_its_history_asks_only_for_what_it_does_not_cover(begin: str, coverage: str, asks: bool) -> None:
    data = request(visit("E", "2026-03-20", line("L1", "2026-03-20")), 历史={"覆盖起": begin, "覆盖范围": coverage})
    assert (Needs(of(SUM_30)).of(read_facts(data)) is not None) == asks


def test_stage_scene_and_validity_decide_which_rules_are_under_way() -> None:
    text = SUM_30.replace("  针对", "  环节：事前\n  针对", 1)
    assert Needs(of(text)).of(today()) is None
    text = SUM_30.replace("  针对", "  场景：住院\n  针对", 1)
    assert Needs(of(text)).of(today()) is None
    text = SUM_30.replace("  针对", "  有效：2026-04-01 起\n  针对", 1)
    assert Needs(of(text)).of(today()) is None


TUNED = "参数 回溯 = 30天 自 2025-01-01 可调 10天 至 90天\n" + rule(
    "LK-5", "  针对：明细 属于 知识表「限量」记为 限定\n  当：次数 同期明细 取 近 参数.回溯 按 同一 患者、限定 含本次 超过 3次\n  扣减：无")


def test_a_tunable_window_reaches_to_the_top_of_its_range() -> None:
    """A bureau may tune it there; and what is printed of the rule says so."""
    made = program(TUNED, TABLE)
    assert top_of(made.params, "回溯") == 90 and made.rules[0].horizon == "days:90"
    need = Needs(made).of(today())
    assert need is not None and need.begin == DAY - 89


def test_stays_are_asked_for_as_far_back_as_their_gap_may_be_tuned() -> None:
    made = program(
        "参数 间隔 = 15天 自 2025-01-01 可调 1天 至 31天\n规则 LK-6「分解」{\n  环节：事后\n  针对：相邻两次就诊 前次、本次 其中 就诊.就医方式 = 住院 按 同一 患者、机构 "
        "相隔 不超过 参数.间隔\n  违规：本次\n  扣减：无\n  说明：「x」\n}\n", TABLE)
    facts = read_facts(request(visit("E", "2026-03-20", line("L1", "2026-03-20"), kind="住院")))
    need = Needs(made).of(facts)
    assert need is not None
    assert [(p.begin, p.institution, p.codes, p.stays) for p in need.parts] == [(DAY - 31, "H1", Codes(), True)]


@pytest.mark.parametrize("frame", [
    Frame("days", 30), Frame("days", 1), Frame("day"), Frame("hour_bucket"), Frame("month"), Frame("quarter"), Frame("year"),
    Frame("insurance_year"), Frame("hours", 6), Frame("hours", 48), Frame("use_overlap"), Frame("time_overlap"),
])
def test_never_less_is_asked_for_than_the_reference_looks_at(frame: Frame) -> None:
    for extra in ({}, {"开始时间": "2026-03-18 22:00:00"}, {"开始时间": "2026-03-22"}):
        item = read_facts(request(visit("E", "2026-03-20", line("L1", "2026-03-20", **extra)))).current[0].items[0]
        wanted = first_day(frame, item)
        assert wanted is not None and begin_of(frame, item) <= wanted


def test_a_refund_of_a_line_elsewhere_asks_for_everything() -> None:
    """Netting looks for the line through all of the patient's encounters."""
    back = line("R1", "2026-03-20", quantity="-1", 原明细标识="K7")
    data = request(visit("E", "2026-03-20", line("L1", "2026-03-20"), back))
    need = Needs(of(SUM_30)).of(read_facts(data))
    assert need is not None and [(p.begin, p.codes) for p in need.parts] == [(0, None)]


def test_a_condition_that_is_plainly_false_asks_nothing() -> None:
    text = rule("LK-7", "  针对：明细 属于 知识表「限量」记为 限定 其中（非 明细.目录类别 属于（医疗服务项目、医用耗材））\n"
                "  当：次数 同期明细 取 近 30天 按 同一 患者、限定 含本次 超过 3次\n  扣减：无")
    for kind, asks in (("医疗服务项目", False), ("西药中成药", True), (None, True)):
        more = {} if kind is None else {"目录类别": kind}
        facts = read_facts(request(visit("E", "2026-03-20", line("L1", "2026-03-20", **more))))
        assert (Needs(of(text)).of(facts) is not None) == asks


@pytest.mark.parametrize(("target", "asks"), [("L1", False), ("K7", True)])
def test_whether_a_refund_is_paired_asks_only_where_its_line_is_elsewhere(target: str, asks: bool) -> None:
    text = rule("LK-8", "  针对：原始明细 其中 明细.数量 小于 0\n  当：非 明细.已配对\n  扣减：无")
    back = line("R1", "2026-03-20", quantity="-1", 原明细标识=target)
    facts = read_facts(request(visit("E", "2026-03-20", line("L1", "2026-03-20"), back)))
    assert (Needs(of(text)).of(facts) is not None) == asks
