"""What a clerk of a bureau gets wrong in a whole rule: one diagnostic per mistake, at its place, with the cure in the help.

Parsed and checked together, as `check_pack` does it: what could not be read is told once and not called missing as well.
"""
from __future__ import annotations

import pytest
from check_corpus import catalogues, codesets, errors, only, rule, tables, with_a_row
from ir_text import shown

from medrules.check.checker import check
from medrules.diagnostics import Diagnostic, Source
from medrules.language.parser import parse

RULE = """规则 GZ10000101007000「药品限儿童使用」{
  依据：《国家基本医疗保险、工伤保险和生育保险药品目录》备注
  结果：明确违规
  环节：事前、事中、事后
  有效：2025-01-01 起
  针对：明细 属于 知识表「限儿童药品」记为 限定
  令：  天 = 明细.用药天数
  须：  患者.年龄 属于 限定.年龄段 且 已核 限定.其他条件
  除外「急诊抢救」：就诊.抢救标志
  除外「三天」：天 不超过 3天
  扣减：全额
  提醒方式：须填原因
  说明：「{明细.名称}{限定.原文}，患者{患者.年龄}，{天}」
}
"""


def both(text: str) -> list[Diagnostic]:
    source = Source("rule.medrule", text)
    file, problems = parse(source)
    assert file is not None
    return [*problems, *check([(source, file)], with_a_row(tables()), codesets(), catalogues())[1]]


def test_the_rule_itself_is_right() -> None:
    assert both(RULE) == []


@pytest.mark.parametrize(("right", "wrong", "code", "told"), [
    # what does not parse is not missing
    ("须：  患者", "须  患者", "MR-P106", "「须：」"),
    ("针对：明细", "针对 明细", "MR-P106", "「针对：」"),
    ("结果：明确", "结果明确", "MR-P106", "「结果：」"),
    ("须：  ", "需：  ", "MR-P102", "「须」"),
    ("须：  ", "必须满足：  ", "MR-P102", "「须」"),
    ("须：  ", "付费条件：  ", "MR-P102", "子句有"),
    ("针对：", "范围：", "MR-P102", "「针对」"),
    ("提醒方式：", "提醒：", "MR-P102", "「提醒方式」"),
    ("令：  天 =", "令  天 =", "MR-P106", "「令：」"),
    ("令：  天 =", "令：  天：", "MR-P103", "令：名字 = 值"),
    ("「限儿童药品」", "「限儿童药品", "MR-L108", "没有合上"),
    ("「限儿童药品」", "《限儿童药品》", "MR-L107", "《"),
    ("「限儿童药品」", "【限儿童药品】", "MR-L107", "【"),
    ("使用」{", "使用」【", "MR-L107", "【"),
    ("限定.年龄段 且", "限定.年龄段 &&", "MR-L107", "「且」"),
    ("：天 不超过 3天", "：【天 不超过 3天】", "MR-L107", "（）"),
    ("就诊.抢救标志", "!就诊.抢救标志", "MR-L107", "「非」"),
    ("就诊.抢救标志", "就诊.抢救标志 || 机构.级别 = 三级", "MR-L107", "「或」"),
    ("除外「急诊抢救」：", "除外（急诊抢救）：", "MR-P119", "除外「急诊抢救」"),
    ("除外「急诊抢救」：", "除外：「急诊抢救」", "MR-P119", "除外「急诊抢救」"),
    ("说明：「{明细", "说明：{明细", "MR-P116", "说明：「"),
    ("{患者.年龄}", "{患者.年龄", "MR-P114", "花括号"),
    # a word that is nearly one of the language
    ("属于 限定.年龄段", "在 限定.年龄段", "MR-P103", "「属于」"),
    ("限定.年龄段 且", "限定.年龄段 并", "MR-P103", "「且」"),
    ("就诊.抢救标志", "就诊.就医方式 是 急诊", "MR-P103", "「=」"),
    ("限定.年龄段", "18岁以下", "MR-P103", "不满18岁"),
    ("限定.年龄段", "0-18岁", "MR-P103", "不满18岁"),
    ("2025-01-01 起", "2025年1月1日 起", "MR-P103", "写成 2025-01-01 起。"),
    ("2025-01-01 起", "2025年1月1日起", "MR-P103", "写成 2025-01-01 起。"),
    ("2025-01-01 起", "2025/1/1 起", "MR-P103", "写成 2025-01-01 起。"),
    ("2025-01-01 起", "2025.1.1 起", "MR-L107", "日期写成"),
    ("2025-01-01 起", "2025-01-01 至 2026年12月31日", "MR-P103", "写成 2026-12-31。"),
    ("扣减：全额", "扣减：全部", "MR-P103", "「全额」"),
    ("事前、事中、事后", "事前 事中 事后", "MR-P111", "事前、事中、事后"),
    ("规则 GZ", "规则GZ", "MR-P101", "空一格"),
    ("明细.用药天数", "明细.用药天数 超", "MR-P103", "「超过」"),
    # words that lack a space
    ("患者.年龄 属于 限定", "患者.年龄属于限定", "MR-P125", "「属于」"),
    ("患者.年龄 属于", "患者.年龄属于", "MR-P125", "「属于」"),
    ("属于 限定", "属于限定", "MR-P125", "「属于」"),
    # names that are not there
    ("患者.年龄 属于", "患者.年纪 属于", "MR-N102", "写：年龄"),
    ("患者.年龄 属于", "患者年龄 属于", "MR-N101", "患者.年龄"),
    ("患者.年龄 属于", "患者的年龄 属于", "MR-N101", "患者.年龄"),
    ("患者.年龄 属于", "年龄 属于", "MR-N101", "患者.年龄"),
    ("就诊.抢救标志", "抢救标志", "MR-N101", "就诊.抢救标志"),
    ("限定.年龄段", "年龄段", "MR-N101", "限定.年龄段"),
    ("不超过 3天", "不超过 三天", "MR-N101", "3天"),
    ("不超过 3天", "不超过 十五天", "MR-N101", "15天"),
    ("扣减：全额", "扣减：金额", "MR-N101", "明细.金额"),
    ("记为 限定", "", "MR-N101", "记为 限定"),
    ("「限儿童药品」", "「限儿童药」", "MR-N104", "限儿童药品"),
    # kinds and units
    ("属于 限定.年龄段", "不满 18", "MR-T117", "18岁"),
    ("不超过 3天", "不超过 3", "MR-T104", "没有单位的数"),
    ("不超过 3天", "不超过 3元", "MR-T104", "元"),
    ("就诊.抢救标志", "就诊.诊断 属于 编码集「周期性治疗」", "MR-T106", "任一 就诊.诊断"),
    ("就诊.抢救标志", "任一 就诊.诊断 属于 编码集「抗菌药物」", "MR-T105", "医保项目编码"),
    ("就诊.抢救标志", "患者.性别 含 女", "MR-T118", "属于"),
    # clauses
    ("结果：明确违规", "结果：明确违规、可疑", "MR-C204", "「结果」"),
    ("扣减：全额", "扣减：全额\n  扣减：无", "MR-C204", "「扣减」"),
    ("  结果：明确违规\n", "", "MR-C201", "「结果」"),
    ("就诊.抢救标志", "非 就诊.主诊断.编码 在册「ICD10医保版」", "MR-C231", "可疑"),
])
def test_one_mistake_one_diagnostic(right: str, wrong: str, code: str, told: str) -> None:
    assert right in RULE
    found = both(RULE.replace(right, wrong, 1))
    assert [d.code for d in found] == [code], [(d.code, d.message, d.help) for d in found]
    assert told in found[0].message + found[0].help
    assert not any(word in found[0].message for word in ("icd10", "item ", "definite", "result", "code）"))
    assert found[0].message_en and found[0].help_en


def test_a_word_that_is_taken_is_told_once() -> None:
    found = both(RULE.replace("天 =", "天数 =").replace("：天 不超过", "：天数 不超过").replace("，{天}", "，{天数}"))
    assert [d.code for d in found] == ["MR-P121"]


def test_a_text_that_looks_like_a_head_never_hides_a_rule() -> None:
    """A line of a clause that begins with a head's word, and a comment, are no unread clauses."""
    text = rule("当：患者.性别 = 男 且\n    机构.级别 低于 二级  # 须：这是注释\n  # 令：也是注释", "扣减：全额")
    assert only(text).mode == "when"


def test_english_kinds_are_said_in_english() -> None:
    found = both(RULE.replace("不超过 3天", "不超过 3"))
    assert "a number without unit" in found[0].message_en
    found = both(RULE.replace("就诊.抢救标志", "就诊.就医方式"))
    assert "代码" not in found[0].message_en


def test_a_parameter_by_key_takes_that_key() -> None:
    declared = "参数 上限（按 机构.级别） = 3天 自 2025-01-01\n"
    assert errors(declared + rule("当：明细.用药天数 超过 参数.上限（机构.级别）")) == []
    assert errors(declared + rule("当：明细.用药天数 超过 参数.上限（患者.性别）")) == ["MR-T119"]
    assert errors(declared + rule("当：明细.用药天数 超过 参数.上限")) == ["MR-T109"]


def test_an_empty_cell_that_a_negated_attestation_reads_restricts_nothing() -> None:
    """非 已核 限定.列: an empty cell is met under 须, negated or not."""
    assert shown(only(rule("须：已核 限定.其他条件")).when) == "attested(item, [其他条件])"
    assert shown(only(rule("须：非 已核 限定.其他条件")).when) == "!(F<[其他条件]: attested(item, [其他条件])>)"


def test_a_choice_between_conditions() -> None:
    made = only(rule("当：若 患者.性别 = 男 则 明细.数量 超过 5 否则 明细.数量 超过 6"))
    man = "item.encounter.patient.sex = 男"
    assert shown(made.when) == f"(({man} & !(item.quantity <= 5)) | (!({man}) & !(item.quantity <= 6)))"
    found = both(rule("当：若 患者.性别 = 男 则 就诊.抢救标志 否则 明细.数量 超过 6 且 明细.数量 超过 7"))
    assert [(d.code, "括号" in d.help) for d in found] == [("MR-P103", True)]


def test_a_cell_read_both_ways_is_told_where_it_is_read_again() -> None:
    text = rule("须：机构.级别 不低于 限定.最低级别", "除外「甲」：机构.级别 不低于 限定.最低级别",
                scope="明细 属于 知识表「治疗指征」记为 限定")
    found = both(text)
    assert [d.code for d in found] == ["MR-C212"]
    assert found[0].span is not None and text[:found[0].span.start].endswith("除外「甲」：")


@pytest.mark.parametrize("words", ["小于等于", "小于或等于", "不大于", "不超过", "<=", "≤"])
def test_every_way_to_say_at_most(words: str) -> None:
    assert shown(only(rule(f"当：明细.数量 {words} 3")).when) == "item.quantity <= 3"


BASE = ("规则 LK-1「甲」{\n  结果：可疑\n  针对：明细 属于 知识表「治疗指征」记为 限定\n  当：就诊.就医方式 = 住院\n"
        "  除外「a」：就诊.抢救标志\n  令：上 = 3天\n  说明：「{上}」\n}\n")
FOLLOWER = "规则 LK-2「乙」{\n  同：LK-1\n  当：明细.用药天数 超过 上\n  除外「a」：不适用\n}\n"


@pytest.mark.parametrize(("right", "wrong", "code"), [
    ("针对：", "范围：", "MR-P102"), ("令：上 = 3天", "令：上 = 3光年", "MR-P124"), ("结果：可疑", "结果：可以", "MR-P111"),
    ("除外「a」：就诊.抢救标志", "除外「a」：就诊.抢救标志 且", "MR-P109"), ("「治疗指征」", "「治疗指证」", "MR-N104"),
])
def test_a_mistake_in_a_rule_that_others_follow_is_told_once(right: str, wrong: str, code: str) -> None:
    assert both(BASE + FOLLOWER) == []
    assert [d.code for d in both(BASE.replace(right, wrong) + FOLLOWER)] == [code]


@pytest.mark.parametrize(("window", "code", "told"), [
    ("按天", "MR-N101", "单日"), ("30天内", "MR-P103", "近 30天"), ("按 同一 患者", "MR-P103", ""),
])
def test_windows_that_are_none(window: str, code: str, told: str) -> None:
    found = both(rule(f"当：次数 同期明细 取 {window} 按 同一 患者 超过 1次"))
    assert [d.code for d in found] == [code]
    assert told in found[0].help


def test_a_count_takes_no_brackets() -> None:
    found = both(rule("当：次数（同期明细）超过 1次"))
    assert [(d.code, "不加括号" in d.help) for d in found] == [("MR-P103", True)]
