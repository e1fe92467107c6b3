"""Who stands in a window with the judged line, at the edges of every window and key: said in so many words, on both evaluators.

Found wanting by mutation testing: `近 n天` with one day too many was noticed by no test but by chance.
"""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from medrules.adapters.native import NATIVE, read_facts
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.windows import not_after
from medrules.model.builder import build_facts
from medrules.model.values import Instant
from tests.engine.reference.judged import DAY, NO, YES, line, said, stay
from tests.property.programs import PARAMETERS
from tests.property.tables import make_codesets
from tests.property.written import TableText, Written, compiled, errors

EDGES = (
    ("单日", f"{DAY} 10:00:00", f"{DAY} 23:59:59", YES), ("单日", f"{DAY} 10:00:00", "2026-03-11 00:00:01", NO),
    ("近 7天", f"{DAY} 10:00:00", "2026-03-04 00:00:01", YES), ("近 7天", f"{DAY} 10:00:00", "2026-03-03 23:59:59", NO),
    ("近 7天", f"{DAY} 10:00:00", f"{DAY} 10:00:01", NO), ("近 7天", f"{DAY} 10:00:00", f"{DAY} 09:59:59", YES),
    ("近 1天", f"{DAY} 10:00:00", f"{DAY} 00:00:01", YES), ("近 1天", f"{DAY} 10:00:00", "2026-03-09 23:59:59", NO),
    ("6小时", f"{DAY} 10:00:00", f"{DAY} 04:00:00", YES), ("6小时", f"{DAY} 10:00:00", f"{DAY} 03:59:59", NO),
    ("6小时", f"{DAY} 10:00:00", f"{DAY} 16:00:00", YES), ("6小时", f"{DAY} 10:00:00", f"{DAY} 16:00:01", NO),
    ("同一小时", f"{DAY} 10:00:00", f"{DAY} 10:59:59", YES), ("同一小时", f"{DAY} 10:00:00", f"{DAY} 09:59:59", NO),
    ("同一小时", f"{DAY} 10:00:00", f"{DAY} 11:00:00", NO),
    ("自然月", "2026-03-01 10:00:00", "2026-03-31 10:00:00", YES), ("自然月", "2026-03-01 10:00:00", "2026-02-28 10:00:00", NO),
    ("自然月", "2026-03-01 10:00:00", "2025-03-01 10:00:00", NO),
    ("每季", "2026-01-01 10:00:00", "2026-03-31 10:00:00", YES), ("每季", "2026-03-31 10:00:00", "2026-04-01 10:00:00", NO),
    ("每季", "2026-12-31 10:00:00", "2026-10-01 10:00:00", YES), ("每季", "2026-10-01 10:00:00", "2026-09-30 10:00:00", NO),
    ("自然年", "2026-01-01 10:00:00", "2026-12-31 10:00:00", YES), ("自然年", "2026-01-01 10:00:00", "2025-12-31 10:00:00", NO),
    ("医保年度", "2026-01-01 10:00:00", "2026-12-31 10:00:00", YES), ("医保年度", "2026-01-01 10:00:00", "2025-12-31 10:00:00", NO),
)


@pytest.mark.parametrize(("window", "own", "other", "together"), EDGES)
def test_edges_of_time(window: str, own: str, other: str, together: bool) -> None:
    condition = f"有 同期明细 取 {window} 按 同一 患者、机构 不含本次"
    assert said(condition, stay(line("L1", "A200", own), line("L2", "B100", other))) is together


@pytest.mark.parametrize(("window", "field", "own", "other", "together"), [
    ("同一处方", "处方号", "R1", "R1", YES), ("同一处方", "处方号", "R1", "R2", NO), ("同一处方", "处方号", None, None, NO),
    ("同一部位", "部位", "左", "左", YES), ("同一部位", "部位", "左", "右", NO), ("同一标本", "标本号", "B1", "B1", YES),
    ("同一标本", "标本号", "B1", None, NO), ("同一牙位", "牙位", "11", "11", YES), ("同一牙位", "牙位", "11", "12", NO),
    ("同台手术", "手术编号", "S1", "S1", YES), ("同台手术", "手术编号", "S1", "S2", NO),
])
def test_spans_by_a_fact_lie_in_one_stay(window: str, field: str, own: str | None, other: str | None, together: bool) -> None:
    condition = f"有 同期明细 取 {window} 按 同一 患者 不含本次"
    first, second = line("L1", "A200", f"{DAY} 10:00:00", **{field: own}), line("L2", "B100", "2026-03-12 10:00:00", **{field: other})
    assert said(condition, stay(first, second)) is together
    assert said(condition, stay(first), stay(second, name="E2")) is NO  # another stay, whatever the fact says


@pytest.mark.parametrize(("field", "missing"), [("处方号", "item.rx_no"), ("部位", "item.site"), ("标本号", "item.specimen"), ("牙位", "item.tooth")])
def test_a_span_whose_fact_was_not_sent_is_open(field: str, missing: str) -> None:
    window = {"处方号": "同一处方", "部位": "同一部位", "标本号": "同一标本", "牙位": "同一牙位"}[field]
    other = line("L2", "B100", f"{DAY} 10:00:00")
    del other[field]
    found = said(f"有 同期明细 取 {window} 按 同一 患者 不含本次", stay(line("L1", "A200", f"{DAY} 10:00:00", **{field: "X"}), other))
    assert found == (missing,)


@pytest.mark.parametrize(("day", "together"), [("2026-03-09", NO), ("2026-03-10", YES), ("2026-03-11", YES), ("2026-03-12", NO)])
def test_lines_without_a_number_belong_to_the_only_operation_by_their_day(day: str, together: bool) -> None:
    operation = {"编号": "S1", "编码": "81.65", "日期": DAY, "主要标志": True}
    lines = line("L1", "A200", f"{DAY} 10:00:00", 手术编号="S1"), line("L2", "B100", f"{day} 10:00:00")
    condition = "有 同期明细 取 同台手术 按 同一 患者 不含本次"
    assert said(condition, stay(*lines, 手术=[operation])) is together
    assert said(condition, stay(*lines)) is NO  # no operation at all
    assert said(condition, stay(*lines, 手术=[operation, {**operation, "编号": "S2"}])) == ("item.operation_no",)


def test_an_operation_whose_number_or_day_was_not_sent_is_named_as_missing() -> None:
    operation = {"编号": "S1", "编码": "81.65", "日期": DAY, "主要标志": True}
    lines = line("L1", "A200", f"{DAY} 10:00:00", 手术编号="S1"), line("L2", "B100", f"{DAY} 10:00:00")
    condition = "有 同期明细 取 同台手术 按 同一 患者 不含本次"
    for field, missing in (("编号", "operation.id"), ("日期", "operation.date")):
        assert said(condition, stay(*lines, 手术=[{k: v for k, v in operation.items() if k != field}])) == (missing,)


@pytest.mark.parametrize(("own", "other", "together"), [
    ((DAY, 3), ("2026-03-12", 1), YES), ((DAY, 3), ("2026-03-13", 1), NO), ((DAY, 1), ("2026-03-08", 3), YES), ((DAY, 1), ("2026-03-07", 3), NO),
])
def test_days_of_use_that_meet(own: tuple[str, int], other: tuple[str, int], together: bool) -> None:
    lines = [line(n, c, f"{d} 10:00:00", 用药天数=k) for n, c, (d, k) in (("L1", "A200", own), ("L2", "B100", other))]
    assert said("有 同期明细 取 用药期重叠 按 同一 患者 不含本次", stay(*lines)) is together


@pytest.mark.parametrize(("own", "other", "together"), [
    (("10:00:00", "12:00:00"), ("11:59:59", "13:00:00"), YES), (("10:00:00", "12:00:00"), ("12:00:00", "13:00:00"), NO),
    (("10:00:00", "12:00:00"), ("08:00:00", "10:00:00"), NO), (("10:00:00", "12:00:00"), ("08:00:00", "10:00:01"), YES),
])
def test_spans_of_time_that_meet(own: tuple[str, str], other: tuple[str, str], together: bool) -> None:
    lines = [line(n, c, f"{DAY} {a}", 开始时间=f"{DAY} {a}", 结束时间=f"{DAY} {b}") for n, c, (a, b) in (("L1", "A200", own), ("L2", "B100", other))]
    assert said("有 同期明细 取 时段重叠 按 同一 患者 不含本次", stay(*lines)) is together


KEYS = (
    ("患者、处方", {"处方号": "R1"}, {"处方号": "R1"}, NO, YES), ("患者、处方", {"处方号": "R1"}, {"处方号": "R2"}, NO, NO),
    ("患者、单次就诊", {}, {}, NO, YES), ("患者、单次就诊", {}, {}, YES, NO), ("患者、机构", {}, {}, YES, YES), ("患者、单日", {}, {}, NO, YES),
    ("患者、部位", {"部位": "左"}, {"部位": "左"}, YES, YES), ("患者、部位", {"部位": "左"}, {"部位": "右"}, NO, NO),
)


@pytest.mark.parametrize(("keys", "own", "other", "apart", "together"), KEYS)
def test_keys(keys: str, own: dict[str, Any], other: dict[str, Any], apart: bool, together: bool) -> None:
    keys = keys.replace("部位", "明细.部位")
    first, second = line("L1", "A200", f"{DAY} 10:00:00", **own), line("L2", "B100", f"{DAY} 09:00:00", **other)
    held = (stay(first), stay(second, name="E2")) if apart else (stay(first, second),)
    assert said(f"有 同期明细 取 近 7天 按 同一 {keys} 不含本次", *held) is together


@pytest.mark.parametrize(("key", "other", "together"), [
    ("单日", "2026-03-09", NO), ("月", "2026-03-01", YES), ("月", "2026-02-27", NO), ("年", "2026-01-01", YES), ("年", "2025-12-31", NO)])
def test_keys_of_the_calendar(key: str, other: str, together: bool) -> None:
    lines = line("L1", "A200", f"{DAY} 10:00:00"), line("L2", "B100", f"{other} 10:00:00")
    assert said(f"有 同期明细 取 近 90天 按 同一 患者、{key} 不含本次", stay(*lines)) is together


def test_institutions_apart() -> None:
    first, second = line("L1", "A200", f"{DAY} 10:00:00"), line("L2", "B100", f"{DAY} 09:00:00")
    other = stay(second, name="E2") | {"机构": {"编码": "H2"}}
    assert said("有 同期明细 取 近 7天 按 同一 患者、机构 不含本次", stay(first), other) is NO
    assert said("有 同期明细 取 近 7天 按 同一 患者 不含本次", stay(first), other) is YES


@pytest.mark.parametrize(("covered", "answer"), [("2026-03-04", NO), ("2026-03-05", ("history.items",)), ("2026-03-03", NO)])
def test_a_history_that_begins_inside_the_window_leaves_it_open(covered: str, answer: Any) -> None:
    assert said("有 同期明细 取 近 7天 按 同一 患者 不含本次", stay(line("L1", "A200", f"{DAY} 10:00:00")), covered=covered) == answer


def test_what_is_paid_by_the_patient_or_comes_later_is_in_no_window() -> None:
    lines = line("L1", "A200", f"{DAY} 10:00:00"), line("L2", "B100", f"{DAY} 18:00:00")
    condition = "有 同期明细 取 单日 按 同一 患者 不含本次"
    assert said(condition, stay(*lines)) is YES
    assert said(condition, stay(*lines), as_of=f"{DAY} 18:00:00") is YES
    assert said(condition, stay(*lines), as_of=f"{DAY} 17:59:59") is NO
    assert said(condition, stay(lines[0], {**lines[1], "金额": "0.00"})) is NO
    assert said(condition, stay(lines[0], {**lines[1], "金额": "0.01"})) is YES
    assert said(condition, stay(lines[0], {**lines[1], "种类": "医嘱"})) is NO  # orders and charges are counted apart


@pytest.mark.parametrize(("window", "day", "answer"), [
    ("单日", DAY, YES), ("单日", "2026-03-11", NO), ("单次就诊", "2026-03-11", YES), ("单次就诊", DAY, YES)])
def test_treatment_records(window: str, day: str, answer: bool) -> None:
    session = {"项目": "A100", "开始时间": f"{day} 09:00:00", "结束时间": f"{day} 12:00:00"}
    condition = f"次数 就诊.治疗记录 取 {window} 按 同一 患者 不少于 1次"
    assert said(condition, stay(line("L1", "A200", f"{DAY} 10:00:00"), 治疗记录=[session])) is answer
    assert said(condition, stay(line("L1", "A200", f"{DAY} 10:00:00"), 治疗记录=[])) is NO
    assert said(condition, stay(line("L1", "A200", f"{DAY} 10:00:00"))) == ("encounter.sessions",)
    assert said(f"合计 就诊.治疗记录.时长 取 {window} 按 同一 患者 超过 2小时", stay(line("L1", "A200", f"{DAY} 10:00:00"), 治疗记录=[session])) is answer


@pytest.mark.parametrize(("window", "began", "answer"), [
    ("近 7天", "2026-03-04 00:00:00", YES), ("近 7天", "2026-03-03 23:59:59", NO), ("近 7天", f"{DAY} 23:00:00", YES), ("近 7天", "2026-03-11 09:00:00", NO),
    ("6小时", f"{DAY} 04:00:00", YES), ("6小时", f"{DAY} 03:59:59", NO), ("6小时", f"{DAY} 16:00:00", YES), ("6小时", f"{DAY} 16:00:01", NO),
    ("自然月", "2026-03-31 09:00:00", YES), ("自然月", "2026-02-28 09:00:00", NO), ("每季", "2026-01-01 09:00:00", YES), ("每季", "2025-12-31 09:00:00", NO),
    ("自然年", "2026-01-01 09:00:00", YES), ("自然年", "2025-12-31 09:00:00", NO), ("同一处方", "2026-01-02 09:00:00", YES)])
def test_a_treatment_record_stands_in_a_window_by_when_it_began(window: str, began: str, answer: bool) -> None:
    """Found by a mutant that lived: every record of the stay stood in 近 7天, whenever it was."""
    condition = f"次数 就诊.治疗记录 取 {window} 按 同一 患者 不少于 1次"
    own = line("L1", "A200", f"{DAY} 10:00:00")
    assert said(condition, stay(own, 治疗记录=[{"项目": "A100", "开始时间": began}], admitted="2025-12-01 08:00:00")) is answer


def test_hours_from_a_line_known_to_the_day_to_a_treatment_record_are_open() -> None:
    record = {"项目": "A100", "开始时间": f"{DAY} 09:00:00"}
    assert said("次数 就诊.治疗记录 取 6小时 按 同一 患者 不少于 1次", stay(line("L1", "A200", DAY), 治疗记录=[record])) == ("item.at",)
    record = {"项目": "A100", "开始时间": DAY}
    assert said("次数 就诊.治疗记录 取 近 1天 按 同一 患者 不少于 1次", stay(line("L1", "A200", DAY), 治疗记录=[record])) is YES


@pytest.mark.parametrize(("days", "together"), [(("2026-03-07",), YES), (("2026-03-06",), NO), (("2026-03-04", "2026-03-07"), YES)])
def test_a_course_goes_on_over_breaks_that_are_short_enough(days: tuple[str, ...], together: bool) -> None:
    """参数 疗程间断 = 3天: the earliest day of the course."""
    lines = [line("L0", "A200", f"{DAY} 10:00:00"), *(line(f"L{n}", "B100", f"{d} 10:00:00") for n, d in enumerate(days, 1))]
    assert said("有 同期明细 取 同一疗程 按 同一 患者 不含本次", stay(*lines)) is together
    first = "最早 同期明细.日期 取 同一疗程 按 同一 患者 含本次 早于 明细.日期 − 5天"
    assert said(first, stay(*lines)) is (len(days) == 2)


def test_treatment_records_without_a_time_leave_it_open() -> None:
    timeless = {"项目": "A100", "时长": "3"}
    for window in ("单日", "近 7天"):
        found = said(f"次数 就诊.治疗记录 取 {window} 按 同一 患者 不少于 1次", stay(line("L1", "A200", f"{DAY} 10:00:00"), 治疗记录=[timeless]))
        assert found == ("session.begin",)


def test_a_course_that_hangs_on_a_line_that_may_belong_to_it_is_open() -> None:
    """The middle line's site was not sent: whether the first one is of the same course is not known either."""
    lines = [line(f"L{n}", "A200" if n == 2 else "B100", f"2026-03-{day} 10:00:00", 部位="左") for n, day in enumerate(("04", "07", "10"))]
    count = "次数 同期明细 取 同一疗程 按 同一 患者、明细.部位 含本次 不少于 2次"
    assert said(count, stay(*lines)) is YES
    assert said(count, stay(lines[0], lines[2])) is NO
    del lines[1]["部位"]
    assert said(count, stay(*lines)) == ("item.site",)


def test_a_window_whose_length_is_not_known_is_open() -> None:
    """Its length is a sum of which a part was not sent; printed outside any condition an absent length is unknown, never a fault."""
    text = ("规则 LK-900「例」{\n  结果：可疑\n  费用：全部费用\n  针对：明细 属于 编码集「抗菌」\n  令：共 = 合计 就诊.明细.用药天数\n"
            "  令：数 = 次数 同期明细 取 近 明细.用药天数 按 同一 患者 含本次\n  当：%s\n  扣减：无\n  说明：「{数}」\n}\n")
    for condition, days, answer in (
        ("有 同期明细 取 近 共 按 同一 患者 含本次", {}, ("item.days",)), ("有 同期明细 取 近 共 按 同一 患者 含本次", {"用药天数": 3}, YES),
        ("明细.数量 = 1", {"用药天数": None}, YES),
    ):
        one = line("L1", "A200", f"{DAY} 10:00:00")
        del one["用药天数"]
        made, problems = compiled(Written((text % condition,), (), PARAMETERS, True, make_codesets()))
        assert not errors(problems)
        data = {"业务时间": "2026-12-31 12:00:00", "环节": "事后", "患者": {"唯一号": "P1"}, "就诊": [stay({**one, **days})], "历次就诊": [],
                "历史": {"覆盖起": "2020-01-01", "覆盖范围": "全国"}}
        for report in (Reference(made).evaluate(read_facts(data)), Engine(made).review(read_facts(data))):
            assert (report.undecided[0].causes if report.undecided else bool(report.findings)) == answer
            if days == {"用药天数": None}:
                assert report.findings[0].message == "未知"


@pytest.mark.parametrize(("fault", "codes", "found"), [
    ("增", ("A100", "B100", "B100"), NO), ("增", ("A100", "A100", "B100"), YES), ("平", ("A100", "B100", "B100"), YES), ("平", ("A100", "A100", "B100"), NO),
])
def test_the_same_row_of_a_pair_means_the_judged_lines_own_side(fault: str, codes: tuple[str, ...], found: bool) -> None:
    toml = ('name = "对表"\nen = "p"\nkey = "pair"\nsource = "例"\nkey_columns = ["甲", "乙"]\nkey_names = ["a", "b"]\nkey_fields = ["code", "code"]\n')
    text = ("规则 LK-900「例」{\n  结果：可疑\n  费用：全部费用\n  针对：两项明细 增、平 属于 知识表「对表」记为 限定 同在 单日\n"
            f"  当：次数 同期明细 取 单日 按 同一 患者、限定 含本次 超过 1次\n  违规：{fault}\n  扣减：无\n}}\n")
    table = TableText(toml, ("知识点号", "甲", "乙"), (("K1", "A100", "B100"),))
    made, problems = compiled(Written((text,), (table,), PARAMETERS, True, make_codesets()))
    assert not errors(problems)
    lines = [line(f"L{n}", code, f"{DAY} 1{n}:00:00") for n, code in enumerate(codes)]
    data = {"业务时间": "2026-12-31 12:00:00", "环节": "事后", "患者": {"唯一号": "P1"}, "就诊": [stay(*lines)], "历次就诊": [],
            "历史": {"覆盖起": "2020-01-01", "覆盖范围": "全国"}}
    for report in (Reference(made).evaluate(read_facts(data)), Engine(made).review(read_facts(data))):
        assert bool(report.findings) is found and not report.undecided


@pytest.mark.parametrize(("other", "answer"), [
    ("2026-03-10", YES), ("2026-03-09", ("item.days",)), ("2025-12-17", ("item.days",)), ("2025-12-16", NO), ("2026-03-11", NO)])
def test_days_of_use_that_were_not_sent_may_reach_84_days(other: str, answer: Any) -> None:
    own, held = line("L1", "A200", f"{DAY} 10:00:00", 用药天数=1), line("L2", "B100", f"{other} 10:00:00")
    del held["用药天数"]
    assert said("有 同期明细 取 用药期重叠 按 同一 患者 不含本次", stay(own, held)) == answer


@pytest.mark.parametrize("window", ["同一小时", "6小时", "用药期重叠", "单日"])
def test_a_line_without_a_time_may_stand_in_any_window(window: str) -> None:
    own, other = line("L1", "A200", f"{DAY} 10:00:00"), line("L2", "B100", f"{DAY} 10:00:00")
    del other["执行时间"]
    assert said(f"有 同期明细 取 {window} 按 同一 患者 不含本次", stay(own, other)) == ("item.performed_at",)


def test_an_hour_known_to_the_day_is_named_as_missing() -> None:
    own, other = line("L1", "A200", f"{DAY} 10:00:00"), line("L2", "B100", DAY)
    for window in ("同一小时", "6小时"):
        assert said(f"有 同期明细 取 {window} 按 同一 患者 不含本次", stay(own, other)) == ("item.at",)
        assert said(f"有 同期明细 取 {window} 按 同一 患者 不含本次", stay({**own, "执行时间": DAY}, {**other, "执行时间": own["执行时间"]})) == ("item.at",)
        assert said(f"有 同期明细 取 {window} 按 同一 患者 不含本次", stay({**own, "执行时间": DAY}, other)) == ("item.at",)


@pytest.mark.parametrize(("begin", "end", "together"), [
    ("10:30:00", "12:00:00", YES), ("08:00:00", "10:30:00", YES), ("08:00:00", "10:00:00", NO), ("11:00:00", "12:00:00", NO),
    ("10:00:00", "10:00:00", YES)])
def test_a_line_counted_in_hours_touches_every_hour_of_its_span(begin: str, end: str, together: bool) -> None:
    long = {"单位": "小时", "开始时间": f"{DAY} {begin}", "结束时间": f"{DAY} {end}"}
    short, span = ("L1", f"{DAY} 10:00:00"), ("L2", f"{DAY} {begin}")
    condition = "有 同期明细 取 同一小时 按 同一 患者 不含本次"
    assert said(condition, stay(line(short[0], "A200", short[1]), line(span[0], "B100", span[1], **long))) is together
    assert said(condition, stay(line(short[0], "B100", short[1]), line(span[0], "A200", span[1], **long))) is together


@pytest.mark.parametrize(("certain", "answer"), [(f"{DAY} 10:00:00", ("item.days",)), ("2026-03-11 10:00:00", NO)])
def test_days_of_use_that_were_not_sent_may_reach_the_first_of_several_days(certain: str, answer: Any) -> None:
    """84 days from 12-17 end on 03-10: three days of use that begin on that day may be met, those of a day later not."""
    open_, three = "2025-12-17 10:00:00", {"用药天数": 3}
    condition = "有 同期明细 取 用药期重叠 按 同一 患者 不含本次"
    for judged, other in (("A200", "B100"), ("B100", "A200")):
        held = line("L2", other, open_)
        del held["用药天数"]
        assert said(condition, stay(line("L1", judged, certain, **three), held)) == answer


@pytest.mark.parametrize(("window", "time", "first"), [
    ("近 7天", "10:00:00", "2026-03-04"), ("6小时", "10:00:00", "2026-03-10"), ("6小时", "03:00:00", "2026-03-09"), ("自然月", "10:00:00", "2026-03-01"),
    ("每季", "10:00:00", "2026-01-01"), ("自然年", "10:00:00", "2026-01-01"), ("单日", "10:00:00", "2026-03-10")])
def test_the_first_day_that_a_history_must_reach(window: str, time: str, first: str) -> None:
    later = date.fromordinal(date.fromisoformat(first).toordinal() + 1).isoformat()
    condition = f"有 同期明细 取 {window} 按 同一 患者 不含本次"
    assert said(condition, stay(line("L1", "A200", f"{DAY} {time}")), covered=first) is NO
    assert said(condition, stay(line("L1", "A200", f"{DAY} {time}")), covered=later) == ("history.items",)


def test_a_quarter_begins_with_its_own_first_month() -> None:
    condition = "有 同期明细 取 每季 按 同一 患者 不含本次"
    for day, first, later in (("2026-06-30", "2026-04-01", "2026-04-02"), ("2026-12-31", "2026-10-01", "2026-10-02")):
        own = stay(line("L1", "A200", f"{day} 10:00:00"))
        assert said(condition, own, covered=first) is NO and said(condition, own, covered=later) == ("history.items",)


def test_a_line_without_a_day_may_belong_to_a_course() -> None:
    own, other = line("L1", "A200", f"{DAY} 10:00:00"), line("L2", "B100", f"{DAY} 10:00:00")
    del other["执行时间"]
    assert said("有 同期明细 取 同一疗程 按 同一 患者 不含本次", stay(own, other)) == ("item.performed_at",)


def test_a_line_without_a_time_names_what_its_door_says_is_missing() -> None:
    timed, untimed = {"id": "L1", "performed_at": Instant(63_000_000_000, 63_000_000_000)}, {"id": "L2", "_why": {"performed_at": "item.begin"}}
    facts = build_facts(door=NATIVE, stage="after", business_time=Instant(63_000_000_000, 63_000_000_000), patients=[
        {"id": "P", "encounters": [{"id": "E", "is_current": True, "items": [timed, untimed]}]}])
    first, second = facts.current[0].items
    assert not_after(first, first) is True
    for a, b in ((first, second), (second, first)):
        assert not_after(a, b) == Unk(frozenset(("item.begin",)))
