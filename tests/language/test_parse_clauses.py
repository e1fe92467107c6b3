"""Clauses, scopes and declarations as trees."""
from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from medrules.language import nodes as n

from .trees import bare, clause, names, well


def test_header_words_are_canonical() -> None:
    assert clause("结果：明确违规").values == ("definite",)
    assert clause("环节：事前、事中、事后").values == ("before", "during", "after")
    assert clause("费用：列入统筹费用").values == ("pooled",)
    assert clause("提醒方式：须填原因").values == ("reason",)
    assert clause("场景：门急诊、某种新场景").values == ("outpatient", "某种新场景")


def test_basis_keeps_its_texts() -> None:
    assert clause("依据：《目录》备注；《条例》第三十八条第（六）项  # 注").values == ("《目录》备注", "《条例》第三十八条第（六）项")
    assert clause('basis: "List, notes", "Article 38"', "en").values == ("List, notes", "Article 38")


def test_valid() -> None:
    day = date(2025, 1, 1).toordinal()
    assert bare(clause("有效：2025-01-01 起")) == ("Valid", day, None)
    assert bare(clause("有效：2025-01-01 至 2026-01-01")) == ("Valid", day, day + 365)
    assert bare(clause("valid: from 2025-01-01 to 2026-01-01", "en")) == ("Valid", day, day + 365)


def test_exemptions() -> None:
    exemption = clause("除外「长期处方」：处方.长期处方标志，但 明细.用药天数 超过 参数.长期处方上限")
    assert (exemption.label, exemption.removed) == ("长期处方", False)
    assert isinstance(exemption.but, n.Compare)
    assert bare(clause("除外「x」：不适用")) == ("Exemption", "x", None, None, True)


def test_fault_and_deduction() -> None:
    assert bare(clause("违规：甲、乙")) == ("Fault", (names("甲"), names("乙")))
    target = clause("违规：次.明细 其中 明细 属于 编码集「麻醉延时」").targets[0]
    assert isinstance(target, n.Phrase) and isinstance(target.where, n.Membership)
    assert bare(clause("扣减：全额")) == ("Deduct", "all", None)
    assert bare(clause("扣减：无")) == ("Deduct", "none", None)
    assert clause("扣减：超出 × 明细.单价").kind == "formula"


def test_scopes() -> None:
    assert bare(clause("针对：原始明细 其中 明细.编码 未填")) == (
        "ItemScope", "raw_item", None, "", ("Missing", names("明细", "编码")))
    pair = clause("针对：两项明细 主项、从项 属于 知识表「重复」记为 对 同在 对.频度")
    assert (pair.first, pair.second, pair.row, pair.frame.kind) == ("主项", "从项", "对", "column")
    group = clause("针对：每组明细 属于 知识表「组合项目」.子项 记为 套 按 同一 患者、机构、单日、套 记为 组")
    assert (group.container.column, group.row, group.var, len(group.same)) == ("子项", "套", "组", 4)
    each = clause("针对：每张处方 记为 方 其中（有 方.明细 属于 知识表「甲」）")
    assert (each.subject, each.var) == ("prescription", "方")
    stay = clause("针对：相邻两次就诊 前次、本次 其中 就诊.就医方式 = 住院 按 同一 患者、机构 相隔 不超过 参数.间隔")
    assert (stay.first, stay.second, stay.gap_op, bare(stay.gap)) == ("前次", "本次", "<=", names("参数", "间隔"))
    period = clause("针对：每个（机构、药品）每 月 记为 期")
    assert (period.period, period.var, len(period.subjects)) == ("month", "期", 2)


def test_templates_hold_expressions_with_true_spans() -> None:
    line = "说明：「{明细.名称}每日{ 明细.数量 × 2 }，见{{附}}「甲」」"
    text = f"规则 GZ1「名」{{\n  {line}\n}}\n"
    rule = well(text).declarations[0]
    assert isinstance(rule, n.RuleDecl)
    template = rule.clauses[0].body
    assert isinstance(template, n.Template)
    first, literal, product, last = template.parts
    assert (literal, last) == ("每日", "，见{附}「甲」")
    assert isinstance(first, n.Name) and text[first.span.start:first.span.end] == "明细.名称"
    assert isinstance(product, n.Binary) and text[product.span.start:product.span.end] == "明细.数量 × 2"


def test_parameters_and_definitions() -> None:
    file = well("参数 年龄上限「age_limit」 = 18岁 自 2025-01-01 至 2026-01-01 可调 14岁 至 18岁  # 注\n"
                "参数 占比（按 机构.级别） = 未定 自 2025-01-01 可调 0% 至 100%\n"
                "参数 段 = 不超过28天 自 2025-01-01\n定义 是住院「is_inpatient」 = 就诊.就医方式 = 住院\n")
    limit, ratio, span, inpatient = file.declarations
    assert isinstance(limit, n.ParamDecl) and isinstance(ratio, n.ParamDecl) and isinstance(span, n.ParamDecl)
    assert (limit.twin, limit.end, limit.note) == ("age_limit", date(2026, 1, 1).toordinal(), "注")
    assert isinstance(limit.low, n.Number) and limit.low.value == Decimal(14)
    assert ratio.value is None and bare(ratio.by) == (names("机构", "级别"),)
    assert isinstance(span.value, n.RangeLiteral)
    assert isinstance(inpatient, n.DefinitionDecl) and inpatient.twin == "is_inpatient"


def test_many_lets_and_one_line_rules() -> None:
    rule = well("规则 LK-031-2「名」{ 同：GZ10000101009000-1 令：甲 = 1 令：乙 = 2 当：一律 }").declarations[0]
    assert isinstance(rule, n.RuleDecl)
    assert (rule.code, [c.key for c in rule.clauses]) == ("LK-031-2", ["same_as", "let", "let", "when"])
    assert bare(rule.clauses[0].body) == ("SameAs", "GZ10000101009000-1")


def test_comments_find_their_place() -> None:
    file = well("# 头\n\n# 上\n规则 A1「名」{  # 后\n  # 前\n  当：甲  # 一\n      且 乙  # 二\n  # 尾\n}\n# 末\n")
    rule = file.declarations[0]
    assert isinstance(rule, n.RuleDecl)
    assert (rule.comments, rule.note, rule.trailing, file.trailing) == (("头", "", "上"), "后", ("尾",), ("末",))
    assert (rule.clauses[0].comments, rule.clauses[0].note) == (("前",), "一；二")


@pytest.mark.parametrize(("zh", "en"), [
    ("结果：可疑", "result: suspect"), ("提醒方式：拦截", "interaction: hard stop"), ("险种：工伤", "insurance: work injury"),
    ("同：LK-013", "same as: LK-013"), ("扣减：全额", "deduct: all"), ("当：一律", "when: always"),
    ("当：a.b 未填 且 非 c", "when: a.b is empty and not c"),
    ("当：a 介于 b 至 c 且 d", "when: a between b and c and d"),
    ("令：x = f（合计 a.b 按 同一 p、q，3天）", "let: x = f(sum of a.b by same p and q, 3 days)"),
    ("当：有 w 取 近 30天 按 同一 p、q 不含本次 其中（w.x = y）",
     "when: there is w during the last 30 days by same p, q excluding this where (w.x = y)"),
    ("令：x = 超额 i.q 限 l.c 每 单日 按 同一 p", "let: x = excess of i.q beyond l.c per day by same p"),
    ("令：x = 第几项 按 p 从高到低 取 同台手术 按 同一 g",
     "let: x = rank by p from high to low during same operation by same g"),
    ("针对：明细 属于 知识表「t」记为 r 其中 r.a = b", 'for: item in table "t" as r where r.a = b'),
    ("针对：两项明细 a、b 属于 知识表「t」记为 p 同在 时段重叠",
     'for: two items a, b in table "t" as p within overlapping time'),
    ("针对：每个 p 每 医保年度 记为 d", "for: each p per insurance year as d"),
    ("除外「x」：a，但 b 不超过 1天", 'unless "x": a, but b at most 1 day'),
    ("当：a 属于 满12岁 不满55岁", "when: a in at least 12 years under 55 years"),
])
def test_the_two_languages_give_one_tree(zh: str, en: str) -> None:
    assert bare(clause(zh)) == bare(clause(en, "en"))


def test_half_width_and_full_width_are_equal() -> None:
    full = "规则　ＧＺ１「名」｛\n  须：甲＝（１＋２）\n  环节：事前，事后\n｝"
    half = "规则 GZ1｢名｣{\n  须:甲=(1+2)\n  环节:事前､事后\n}"
    assert bare(well(full)) == bare(well(half))
