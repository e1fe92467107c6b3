"""From a verdict to a finding: who is at fault, who is involved, what is said of a witness, what a line can bear."""
from __future__ import annotations

from typing import Any

import pytest

from medrules.adapters.native import NATIVE
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.engine.reference.bases import base_of
from medrules.engine.reference.truth import Unk
from medrules.knowledge.table import EMPTY
from medrules.model.builder import build_facts
from medrules.model.facts import Door
from medrules.model.reports import Finding, Report
from medrules.model.values import ABSENT, Instant
from tests.engine.reference.judged import DAY, line, report, rule, rules, stay
from tests.plan import small

SAME_DAY = "同期明细 记为 他药 取 单日 按 同一 患者 不含本次"


def lines_of(refs: Any) -> list[str]:
    return [r.line for r in refs]


def one(found: Report) -> Finding:
    (finding,) = found.findings
    return finding


def at(name: str, code: str, hour: int, **more: Any) -> dict[str, Any]:
    return line(name, code, f"{DAY} {hour:02}:00:00", **more)


def test_only_lines_that_certainly_belong_to_a_collection_are_at_fault() -> None:
    made = rules(rule("当：一律", "违规：次.明细 其中 明细.部位 = 「左」", "扣减：无", about="每次就诊 记为 次"))
    lines = [at("L1", "A200", 8, 部位="左"), at("L2", "A200", 9, 部位="右"), at("L3", "A200", 10)]
    del lines[2]["部位"]
    assert [lines_of(f.at_fault) for f in report(made, stay(*lines)).findings] == [["L1"]]


def test_a_line_of_a_collection_with_nothing_left_to_deduct_is_not_at_fault() -> None:
    made = rules(rule("当：一律", "违规：次.明细", "扣减：全额", about="每次就诊 记为 次"))
    lines = at("L1", "A200", 8), at("L2", "A200", 9, 金额="0.00")
    assert [lines_of(f.at_fault) for f in report(made, stay(*lines)).findings] == [["L1"]]


def test_what_a_broken_demand_names_as_present_is_no_witness() -> None:
    """须 A 且 B: B is missing. That A is there speaks for the line, not against it."""
    there = f"有 {SAME_DAY} 其中 他药 属于 编码集「项目」"
    asked = rules(rule(f"须：（{there}）且 明细.数量 = 5", "扣减：无"))
    forbidden = rules(rule(f"当：（{there}）且 明细.数量 = 1", "扣减：无"))
    lines = at("L1", "A200", 8), at("L2", "A100", 9)
    assert one(report(asked, stay(*lines))).involved == ()
    assert lines_of(one(report(forbidden, stay(*lines))).involved) == ["L2"]


def test_a_message_speaks_of_the_first_witness() -> None:
    made = rules(rule(f"当：有 {SAME_DAY}", "扣减：无", "说明：「与{他药.编码}」"))
    assert one(report(made, stay(at("L1", "A200", 8), at("L3", "B102", 10), at("L2", "B101", 9)))).message == "与B101"


def test_of_two_conditions_that_call_their_witness_alike_the_first_speaks() -> None:
    first, second = (f"（有 {SAME_DAY} 其中 他药.编码 = 「{code}」）" for code in ("B102", "B101"))
    made = rules(rule(f"当：{first} 且 {second}", "扣减：无", "说明：「与{他药.编码}」"))
    found = one(report(made, stay(at("L1", "A200", 8), at("L2", "B101", 9), at("L3", "B102", 10))))
    assert found.message == "与B102" and lines_of(found.involved) == ["L2", "L3"]


def test_a_cell_that_is_empty_has_no_witness() -> None:
    """What the row says nothing of is not asked: the line is at fault for its quantity, and nobody beside it is involved."""
    beside = "有 同期明细 记为 他项 取 单日 按 同一 患者 不含本次 其中 他项.数量 超过 限定.上限"
    made = small.program(
        small.rule("T-1", f"  针对：明细 属于 知识表「上限」记为 限定\n  当：明细.数量 = 1 或（{beside}）\n  扣减：无"),
        small.table("上限", (small.MOST,), small.row("a", ["X"], 20_000), small.row("b", ["Y"], EMPTY)))
    for code, involved in (("X", ["L1"]), ("Y", [])):
        facts = small.request(small.line(0, code), small.line(1, "Z", quantity=3), small.line(2, "Z", quantity=1))
        for found in (Reference(made).evaluate(facts), Engine(made).review(facts)):
            assert lines_of(one(found).involved) == involved


def test_at_fault_is_the_witness_that_is_named_and_no_other() -> None:
    first, second = (f"（有 同期明细 记为 {name} 取 单日 按 同一 患者 不含本次 其中 {name}.编码 = 「{code}」）" for name, code in (("甲药", "B101"), ("乙药", "B102")))
    made = rules(rule(f"当：{first} 且 {second}", "违规：乙药", "扣减：无"))
    found = one(report(made, stay(at("L1", "A200", 8), at("L2", "B101", 9), at("L3", "B102", 10))))
    assert lines_of(found.at_fault) == ["L3"] and lines_of(found.involved) == ["L1", "L2"]


def test_a_message_may_speak_of_a_diagnosis() -> None:
    made = rules(rule("当：有 就诊.诊断 记为 某病 其中 某病.编码 = 「I11」", "扣减：无", "说明：「诊断{某病.编码}」"))
    assert one(report(made, stay(at("L1", "A200", 8), 诊断=[{"编码": "I10"}, {"编码": "I11"}]))).message == "诊断I11"


@pytest.mark.parametrize(("amount", "claim"), [("10.00", 1_000), ("0.00", 0), ("-10.00", 0)])
def test_a_line_as_sent_claims_what_it_has(amount: str, claim: int) -> None:
    made = rules(rule("当：一律", "扣减：全额", about="原始明细 其中 明细.编码 = 「A200」"))
    assert one(report(made, stay(at("L1", "A200", 8, 金额=amount)))).amount == claim


@pytest.mark.parametrize(("fees", "sent", "base"), [
    ("all", {"amount": ABSENT}, 0), ("account", {"account_paid": ABSENT}, 0), ("account", {"account_paid": 300}, 300),
    ("pooled", {"self_paid": ABSENT}, 1_000), ("pooled", {"self_paid": 400}, 600), ("pooled", {"amount": 0}, 0)])
def test_what_is_absent_is_nothing(fees: str, sent: dict[str, Any], base: int) -> None:
    second = Instant(63_000_000_000, 63_000_000_000)
    item = {"id": "L1", "code": "A", "performed_at": second, "quantity": 10_000, "amount": 1_000, "already_deducted": 0, **sent}
    facts = build_facts(door=NATIVE, stage="after", business_time=second,
                        patients=[{"id": "P", "encounters": [{"id": "E", "is_current": True, "items": [item]}]}])
    assert base_of(facts.current[0].items[0], fees, facts) == base


def test_a_finding_shows_what_its_condition_and_its_exemptions_read() -> None:
    made = rules(rule("当：明细.数量 = 1 且 明细.单价 = 10元", "除外「异部位」：明细.部位 = 「右」", "扣减：无"))
    found = one(report(made, stay(at("L1", "A200", 8, 部位="左"))))
    assert found.facts == (("明细.数量", "1"), ("明细.单价", "10.00元"), ("明细.部位", "左"))


def ventilated(**more: Any) -> dict[str, Any]:
    """48 hours over three days (16, 24 and 8): three day pieces of one line, 4.00, 6.00 and 2.00 yuan."""
    times = {"开始时间": f"{DAY} 08:00:00", "结束时间": "2026-03-12 08:00:00"}
    return stay(at("L1", "A200", 8, 单位="小时", 数量="48", 单价="0.25", 金额="12.00", **times, **more))


def test_the_pieces_of_a_line_are_claimed_together() -> None:
    assert one(report(rules(rule("当：一律", "扣减：全额")), ventilated())).amount == 1_200
    assert one(report(rules(rule("当：一律", "扣减：明细.数量 × 0.10元")), ventilated())).amount == 480
    assert one(report(rules(rule("当：明细.数量 超过 20", "扣减：全额")), ventilated())).amount == 600


def test_one_piece_whose_claim_is_not_known_leaves_the_whole_open() -> None:
    """Of the longest day an amount is asked for that was not sent; then of all days but that one."""
    made = rules(rule("当：一律", "扣减：若 明细.数量 超过 20 则 明细.统筹金额 否则 明细.金额"))
    assert one(report(made, ventilated())).amount is None
    other = rules(rule("当：一律", "扣减：若 明细.数量 不超过 20 则 明细.统筹金额 否则 明细.金额"))
    assert one(report(other, ventilated())).amount is None


@pytest.mark.parametrize(("carries", "sent", "base"), [
    (True, {"already_deducted": 200}, 800), (True, {}, None), (False, {}, 1_000)])
def test_what_earlier_reports_took_is_nothing_only_where_a_door_has_no_ledger(carries: bool, sent: dict[str, int], base: int | None) -> None:
    door = Door("例", NATIVE.carries | {"ledger"} if carries else NATIVE.carries - {"ledger"})
    second = Instant(63_000_000_000, 63_000_000_000)
    item = {"id": "L1", "code": "A", "performed_at": second, "quantity": 10_000, "amount": 1_000, **sent}
    facts = build_facts(door=door, stage="after", business_time=second,
                        patients=[{"id": "P", "encounters": [{"id": "E", "is_current": True, "items": [item]}]}])
    found = base_of(facts.current[0].items[0], "all", facts)
    assert found == base if base is not None else isinstance(found, Unk)
