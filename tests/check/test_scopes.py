"""Scopes, faults, deductions, headers: what a rule judges and who is at fault."""
from __future__ import annotations

import pytest
from check_corpus import errors, only, rule
from ir_text import shown

from medrules.check import program as ir

PAIR = "两项明细 主项、从项 属于 知识表「项目重复收费」记为 对 同在 对.频度"
GROUP = "每组明细 属于 知识表「组合项目」.子项 记为 套 按 同一 患者、机构、单日、套 记为 组"


def test_a_pair_needs_no_condition_but_a_fault() -> None:
    made = only(rule("违规：从项", "扣减：从项.金额", scope=PAIR))
    assert (made.mode, made.when, made.judged, made.fault) == ("always", None, "second", (ir.RoleFault("second"),))
    assert isinstance(made.scope, ir.PairScope) and shown(made.scope.frame) == "[频度]"
    assert errors(rule(scope=PAIR)) == ["MR-C203"]


def test_both_lines_of_a_pair_may_be_at_fault() -> None:
    made = only(rule("违规：主项、从项", scope=PAIR))
    assert made.fault == (ir.RoleFault("first"), ir.RoleFault("second"))


def test_a_sum_over_partners() -> None:
    """Ruling T12: partner fields in a formula stand inside an aggregate, or are taken pair by pair."""
    made = only(rule(
        "令：命中 = 从项.数量 − 超额 从项.数量 限（合计 主项.数量）每 单日 按 同一 患者、机构、对", "当：命中 大于 0", "违规：从项",
        "扣减：命中 × 从项.单价", scope=PAIR))
    assert shown(made.when) == (
        "!((second.quantity - excess[v1 of item near second in day same patient, institution, row own: v1.quantity beyond "
        "sum[v1 of first.: v1.quantity]]) <= 0)")


def test_a_group() -> None:
    made = only(rule("当：种数 组.明细.编码 达到 套.最少项数", "违规：组.明细", "扣减：合计 组.明细.金额 − 套.组合价", scope=GROUP))
    assert isinstance(made.scope, ir.GroupScope)
    assert [k.kind for k in made.scope.same] == ["patient", "institution", "day", "row"]
    assert made.deduct.per_group and isinstance(made.fault[0], ir.MembersFault)
    assert errors(rule("当：一律", scope=GROUP)) == ["MR-C203"]


def test_witnesses_are_at_fault_and_named_in_the_message() -> None:
    made = only(rule(
        "当：有 就诊.明细 记为 药 其中（药 属于 编码集「抗菌药物」）", "违规：药", "说明：「{药.名称}」",
        scope="手术 属于 知识表「围手术期预防用药」记为 限定"))
    fault = made.fault[0]
    assert isinstance(fault, ir.WitnessFault) and isinstance(made.when, ir.Quant)
    assert fault.var == made.when.over.var and shown(made.message.parts[0]) == f"{fault.var}.name"


def test_members_of_a_prescription() -> None:
    made = only(rule("当：全部 方.饮片 属于（知识表「单方不予支付饮片」、知识表「不予支付饮片」）", "违规：方.饮片", "扣减：全额",
                     scope="每张处方 记为 方 其中（有 方.明细 属于 知识表「单方不予支付饮片」）"))
    assert shown(made.when) == "all[v1 of prescription.herbs: (&v1 in:table 单方不予支付饮片 | &v1 in:table 不予支付饮片)]"
    assert made.judged == "prescription" and not made.deduct.per_group


def test_adjacent_stays() -> None:
    made = only(rule("违规：本次", head="  结果：可疑\n  环节：事后",
                     scope="相邻两次就诊 前次、本次 其中 就诊.就医方式 = 住院 按 同一 患者、机构 相隔 不超过 15天"))
    assert isinstance(made.scope, ir.StayPairScope)
    assert shown(made.scope.where) == "encounter.visit_kind = 住院"
    assert shown(made.scope.gap) == (
        "(has(previous.discharged_on?) & distance(previous.discharged_on?, current.admitted_on) <= 15天)")
    assert made.judged == "current"


def test_periods() -> None:
    made = only(rule("当：期.申报数量 超过 期.购入数量", head="  结果：可疑\n  环节：事后", scope="每个 机构、药品 每 月 记为 期"))
    assert isinstance(made.scope, ir.PeriodScope) and made.scope.subjects == ("institution", "drug")
    assert (made.cost, made.guard) == ("period", None)


@pytest.mark.parametrize("stage", ["事前", "事中", "事前、事后"])
def test_periods_and_stay_pairs_are_judged_afterwards_only(stage: str) -> None:
    """Ruling T39."""
    head = f"  结果：监测\n  环节：{stage}"
    assert errors(rule("当：一律", head=head, scope="每个 机构 每 月 记为 期")) == ["MR-C210"]
    stays = "相邻两次就诊 前次、本次 按 同一 患者 相隔 不超过 15天"
    assert errors(rule("违规：本次", head=head, scope=stays)) == ["MR-C210"]


def test_the_header_is_a_condition_on_the_encounter() -> None:
    head = "  结果：可疑\n  场景：门急诊、异地就医\n  险种：工伤\n  机构级别：二级、三级\n  机构类型：定点医疗机构"
    made = only(rule("当：一律", head=head))
    assert made.header.scenes == {"门诊", "急诊", "门诊慢特病", "out_of_area"}
    assert shown(made.guard) == (
        "((item.encounter.visit_kind in:list ('急诊', '门诊', '门诊慢特病') | yes(item.encounter.out_of_area)) & "
        "item.encounter.insurance in:list ('工伤',) & item.encounter.institution.level in:list (2, 3) & "
        "item.encounter.institution.kind in:list ('定点医疗机构',))")


def test_ages_on_the_judged_day() -> None:
    made = only(rule("须：患者.年龄 属于 限定.年龄段", scope="诊断 属于 知识表「诊断限年龄」记为 限定"))
    assert "age(diagnosis.encounter.patient.birth_date @ judged_on())" in shown(made.when)
    made = only(rule("当：就诊.入院年龄 不满 18岁"))
    assert shown(made.when) == (
        "if(item.encounter.visit_kind = 住院; age(item.encounter.patient.birth_date @ item.encounter.admitted_on); "
        "age(item.encounter.patient.birth_date @ item.on)) < AgeLimit(n=18, unit='岁')")


def test_attested_stands_in_must_and_declared_in_unless() -> None:
    """Ruling T27."""
    made = only(rule("须：已核「有报告」", "除外「甲」：已申报「甲」"))
    assert shown(made.when) == "attested(item, 有报告)" and shown(made.exempt[0].when) == "declared(item, 甲)"
    assert errors(rule("当：已核「有报告」")) == ["MR-C208"]
    assert errors(rule("须：已申报「甲」")) == ["MR-C209"]


@pytest.mark.parametrize(("frame", "cost", "horizon"), [
    ("单次就诊", "group", "encounter"), ("单日", "group", "days:1"), ("6小时", "group", "days:1"),
    ("近 30天", "history", "days:30"), ("自然月", "history", "days:31"), ("自然年", "history", "year"),
    ("用药期重叠", "history", "open"),
])
def test_cost_and_horizon(frame: str, cost: str, horizon: str) -> None:
    """Ruling T39: 逐条, 成组, 历史, 期间."""
    made = only(rule(f"当：有 同期明细 取 {frame} 按 同一 患者 不含本次"))
    assert (made.cost, made.horizon) == (cost, horizon)
    assert ("history.items" in made.reads) == (cost == "history")


def test_a_plain_rule_costs_one_look_at_a_line() -> None:
    made = only(rule("当：患者.性别 = 女", "除外「抢救」：就诊.抢救标志"))
    assert (made.cost, made.horizon) == ("item", "")
    assert made.excuse_reads == {"encounter.rescue"} and "patient.sex" in made.reads


def test_reads_are_what_the_rule_looks_at() -> None:
    made = only(rule("当：患者.性别 = 女", head="  结果：可疑\n  费用：全部费用", scope="明细 属于 知识表「儿童禁用药品」记为 限定"))
    assert made.reads == {"item.generic", "item.on", "item.amount", "patient.sex"}
