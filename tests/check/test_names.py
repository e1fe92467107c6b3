"""Names: what each word means where, what is suggested for a wrong one, several mistakes in one run."""
from __future__ import annotations

import pytest
from check_corpus import catalogues, checked, codesets, errors, only, rule, tables, with_a_row
from ir_text import shown

from medrules.check.checker import check
from medrules.diagnostics import Source
from medrules.language.parser import parse

PAIR = "两项明细 主项、从项 属于 知识表「项目重复收费」记为 对 同在 单日"


@pytest.mark.parametrize(("word", "near"), [
    ("患着.性别 = 女", "患者"), ("患者.性別 = 女", "性别"), ("患者.年龄 属于 限定.年令段", "年龄段"),
    ("任一 就诊.诊断 属于 编码集「周期治疗」", "周期性治疗"), ("就诊.就医方式 = 住院部", "住院"),
    ("相距（明细.日期，就诊.入院日期）超过 3天", "相隔"),
])
def test_the_nearest_word_is_suggested(word: str, near: str) -> None:
    _, found = checked(rule(f"当：{word}"))
    assert len(found) == 1 and near in found[0].help and near in found[0].help_en


def test_every_mistake_of_a_run_is_told_once() -> None:
    text = rule(
        "当：患着.性别 = 女 且 明细.金额 超过 3天 且 患者.年龄 属于 限定.年令段", "除外「甲」：就诊.抢旧标志", "扣减：明细.数量",
        "说明：「{明细.名秤}{限定.原文}」")
    program, found = checked(text)
    assert [d.code for d in found] == ["MR-N101", "MR-T104", "MR-N103", "MR-N102", "MR-T111", "MR-N102"]
    assert program.rules == ()
    starts = [d.span.start for d in found if d.span]
    assert starts == sorted(starts) and len(starts) == 6


def test_a_wrong_rule_leaves_the_others() -> None:
    program, found = checked(rule("当：一律"), rule("当：明细.没有 = 1", code="LK-901"))
    assert [r.code for r in program.rules] == ["LK-900"] and len(found) == 1


def test_a_follower_of_a_wrong_rule_is_wrong_too() -> None:
    program, found = checked(
        rule("当：明细.没有 = 1"), rule("同：LK-900", code="LK-901", scope="", head=""),
        rule("同：LK-900", "当：一律", code="LK-902", scope="", head=""))
    assert [r.code for r in program.rules] == ["LK-902"] and [d.code for d in found] == ["MR-N102"]


def test_bare_names_are_those_of_the_line_at_fault() -> None:
    made = only(rule("当：患者.性别 = 女", "违规：从项", scope=PAIR))
    assert shown(made.when) == "second.encounter.patient.sex = 女" and made.judged == "second"
    made = only(rule("当：患者.性别 = 女", "违规：主项", scope=PAIR))
    assert shown(made.when) == "first.encounter.patient.sex = 女" and made.judged == "first"


def test_the_judged_line_and_its_neighbours_are_two_things() -> None:
    """Ruling T33."""
    made = only(rule("当：合计 同期明细.数量 取 近 30天 按 同一 患者 其中（同期明细.单价 = 明细.单价）超过 明细.数量"))
    assert "where v1.unit_price = item.unit_price: v1.quantity] <= item.quantity" in shown(made.when)


def test_a_member_is_called_by_the_collections_last_word() -> None:
    made = only(rule("当：有 次.明细 其中 明细.数量 大于 3", scope="每次就诊 记为 次"))
    assert shown(made.when) == "any[v1 of encounter.items where !(v1.quantity <= 3): True]"
    made = only(rule("当：有 就诊.明细 其中 明细.数量 大于 3"))  # 明细 is a role of the scope: it stays the judged line
    assert shown(made.when) == "any[v1 of item.encounter.items where !(item.quantity <= 3): True]"


def test_enumerated_words_come_before_entities() -> None:
    assert shown(only(rule("当：明细.收费类别 = 手术")).when) == "item.charge_kind = 手术"
    assert shown(only(rule("当：手术 = 明细.收费类别")).when) == "手术 = item.charge_kind"
    made = only(rule("当：明细.收费类别 属于（检查、手术）"))
    assert shown(made.when) == "item.charge_kind in:list ('检查', '手术')"


def test_levels_are_ranks() -> None:
    assert shown(only(rule("当：机构.级别 低于 三级")).when) == "item.encounter.institution.level < 3"
    assert errors(rule("当：机构.级别 低于 四级医院")) == ["MR-N109"]


def test_definitions_see_nothing_of_the_rule() -> None:
    definition = "定义 是大额 = 明细.金额 超过 限定\n"
    assert errors(definition + rule("当：是大额")) == ["MR-N101"]
    definition = "定义 是大额 = 明细.金额 超过 500元\n"
    made = only(definition + rule("当：有 就诊.明细 记为 他 其中（是大额（他））"))
    assert shown(made.when) == "any[v101 of item.encounter.items where !(v101.amount <= 500元): True]"
    assert shown(only(definition + rule("当：是大额")).when) == "!(item.amount <= 500元)"


def test_a_let_may_not_hide_an_entity() -> None:
    """Ruling T36: a word of the facts keeps its meaning."""
    assert errors(rule("令：患者 = 明细.数量", "当：患者 大于 1")) == ["MR-N115"]


def test_whether_a_fact_is_known_cannot_be_asked() -> None:
    """Ruling T40."""
    assert errors(rule("当：非 已知（就诊.主诊断）")) == ["MR-N108"]


def test_what_the_parser_told_is_not_told_again() -> None:
    source = Source("a", "参数 甲乙 = = 3\n" + rule("令：超出 = 明细.数量 +", "当：超出 大于 0 且 参数.甲乙 大于 1"))
    file, found = parse(source)
    assert file is not None and len(found) == 2
    assert check([(source, file)], with_a_row(tables()), codesets(), catalogues())[1] == ()
