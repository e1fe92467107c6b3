"""Guards (language.md 5): ABSENT makes an atom false, an EMPTY cell makes it neutral, a cell has one polarity."""
from __future__ import annotations

import pytest
from check_corpus import errors, only, rule
from ir_text import shown

REPEATED = "明细 属于 知识表「治疗指征」记为 限定"


@pytest.mark.parametrize(("condition", "expected"), [
    ("明细.用药天数 超过 3天", "(has(item.days?) & !(item.days? <= 3天))"),
    ("明细.数量 超过 3", "!(item.quantity <= 3)"),
    ("就诊.出院日期 晚于 明细.日期", "(has(item.encounter.discharged_on?) & !(item.encounter.discharged_on? <= item.on))"),
    ("明细.手术编号 ≠ 明细.标本号",
     "(has(item.operation_no?) & has(item.specimen?) & !(item.operation_no? = item.specimen?))"),
    ("明细.手术编号 未填", "!(has(item.operation_no?))"),
    ("处方.长期处方标志", "(has(item.prescription.long_supply?) & yes(item.prescription.long_supply?))"),
    ("就诊.主诊断.编码 属于 编码集「周期性治疗」",
     "(has(item.encounter.main_diagnosis.code?) & item.encounter.main_diagnosis.code? in:codes set(周期性治疗))"),
    ("相隔（就诊.出院日期，明细.日期）超过 1天",
     "(has(item.encounter.discharged_on?) & !(distance(item.encounter.discharged_on?, item.on) <= 1天))"),
    ("明细.通用名 不属于（「甲」、「乙」）", "(has(item.generic?) & !(item.generic? in:list ('甲', '乙')))"),
])
def test_an_absent_operand_makes_the_atom_false(condition: str, expected: str) -> None:
    assert shown(only(rule(f"当：{condition}")).when) == expected


@pytest.mark.parametrize(("clause", "expected"), [
    ("须：机构.级别 不低于 限定.最低级别", "T<[最低级别]: !(item.encounter.institution.level < [最低级别])>"),
    ("当：机构.级别 低于 限定.最低级别", "F<[最低级别]: item.encounter.institution.level < [最低级别]>"),
    ("须：患者.性别 不属于 限定.性别", "T<[性别]: !(item.encounter.patient.sex in:list [性别])>"),
    ("须：非 患者.性别 属于 限定.性别", "!(F<[性别]: item.encounter.patient.sex in:list [性别]>)"),
    ("当：非 患者.性别 属于 限定.性别", "!(T<[性别]: item.encounter.patient.sex in:list [性别]>)"),
    ("须：非（非 患者.性别 属于 限定.性别）", "!(!(T<[性别]: item.encounter.patient.sex in:list [性别]>))"),
])
def test_an_empty_cell_counts_for_its_clause(clause: str, expected: str) -> None:
    assert shown(only(rule(clause, scope=REPEATED)).when) == expected


def test_an_empty_cell_never_excuses() -> None:
    made = only(rule("当：一律", "除外「甲」：患者.性别 属于 限定.性别，但 机构.级别 低于 限定.最低级别", scope=REPEATED))
    assert shown(made.exempt[0].when).startswith("F<[性别]")
    assert shown(made.exempt[0].but).startswith("F<[最低级别]")


def test_a_quantifier_is_one_atom() -> None:
    made = only(rule("须：任一 就诊.诊断 属于 限定.诊断", scope=REPEATED))
    assert shown(made.when) == (
        "T<[诊断]: any[v1 of item.encounter.diagnoses: (has(v1.code?) & v1.code? in:codes [诊断])]>")
    made = only(rule("当：无 就诊.诊断 其中（诊断 属于 限定.诊断）", scope=REPEATED))
    assert shown(made.when).startswith("F<[诊断]: !(any[")


def test_every_cell_of_a_window_guards_the_comparison() -> None:
    made = only(rule("当：次数 同期明细 取 限定.周期 按 同一 患者、限定 超过 限定.最多次数", scope=REPEATED))
    assert shown(made.when).startswith("F<[周期], [最多次数]: !(count[v1 of item near item in [周期] same patient, row:")


def test_an_empty_branch_that_is_not_taken_says_nothing() -> None:
    made = only(rule(
        "令：限价 = 若 患者.年龄 属于 价.加收年龄段 则 价.最高价 ×（1 + 价.加收率）否则 价.最高价", "当：明细.单价 超过 限价",
        scope="明细 属于 知识表「项目价格」记为 价"))
    text = shown(made.when)
    assert text.count("[加收率]") == 2 and "F<[最高价], [加收率]:" in text and "F<[最高价]: " in text


def test_a_cell_holds_in_one_polarity() -> None:
    assert errors(rule("须：患者.性别 属于 限定.性别 或 非（患者.性别 属于 限定.性别）", scope=REPEATED)) == ["MR-C212"]
    assert errors(rule("须：患者.性别 属于 限定.性别", "除外「甲」：患者.性别 属于 限定.性别", scope=REPEATED)) == ["MR-C212"]
    assert errors(rule("当：患者.性别 属于 限定.性别", "除外「甲」：机构.级别 低于 限定.最低级别", scope=REPEATED)) == []


def test_the_unit_column_does_not_silence_a_quota() -> None:
    made = only(rule(
        "令：超出 = 超额 明细.数量 限 限定.上限 每 单日 按 同一 患者、限定.组号", "当：超出 大于 0",
        scope="明细 属于 知识表「限定频次」记为 限定"))
    text = shown(made.when)
    assert text.startswith("F<[组号], [上限]: ")
    assert "if(F<[单位]: True>; in_unit(v1.quantity, v1.unit?, [单位]); v1.quantity)" in text


def test_members_without_the_value_are_not_counted() -> None:
    made = only(rule("当：种数 就诊.明细.通用名 超过 5种"))
    assert shown(made.when) == (
        "!(kinds[v1 of item.encounter.items where has(v1.generic?): v1.generic?] <= 5种)")
