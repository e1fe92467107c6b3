"""What each way of writing means: expressions of language.md section 4, as trees."""
from __future__ import annotations

from decimal import Decimal

import pytest

from medrules.language import nodes as n

from .trees import bare, clause, names


def when(text: str) -> n.Expr:
    body = clause(f"当：{text}")
    return body  # type: ignore[no-any-return]


@pytest.mark.parametrize(("words", "op"), [
    ("满", ">="), ("达到", ">="), ("不少于", ">="), ("不低于", ">="), ("≥", ">="), (">=", ">="), ("不早于", ">="),
    ("不满", "<"), ("不足", "<"), ("小于", "<"), ("早于", "<"), ("低于", "<"), ("<", "<"), ("＜", "<"),
    ("超过", ">"), ("大于", ">"), ("晚于", ">"), ("高于", ">"), (">", ">"),
    ("不超过", "<="), ("≤", "<="), ("不晚于", "<="), ("等于", "="), ("=", "="), ("＝", "="), ("≠", "!="), ("不等于", "!="),
])
def test_comparison_words(words: str, op: str) -> None:
    node = when(f"患者.年龄 {words} 18岁")
    assert isinstance(node, n.Compare)
    assert (node.op, bare(node.left), bare(node.right)) == (
        op, names("患者", "年龄"), ("Number", Decimal(18), "岁", False))


def test_the_word_chosen_is_kept_but_does_not_make_trees_differ() -> None:
    early, less = when("甲 早于 乙"), when("甲 小于 乙")
    assert isinstance(early, n.Compare) and early.word == "before"
    assert bare(early) == bare(less)


@pytest.mark.parametrize(("text", "value", "unit", "percent"), [
    ("80%", Decimal("0.80"), "", True), ("80％", Decimal("0.80"), "", True), ("0.01元", Decimal("0.01"), "元", False),
    ("5种", Decimal(5), "种", False), ("5 种", Decimal(5), "种", False), ("30分钟", Decimal(30), "分钟", False),
    ("3个月", Decimal(3), "月", False), ("２８日", Decimal(28), "天", False), ("60ml/min", Decimal(60), "ml/min", False),
    ("500毫克", Decimal(500), "mg", False), ("4", Decimal(4), "", False),
])
def test_numbers_and_units(text: str, value: Decimal, unit: str, percent: bool) -> None:
    node = when(f"甲 = {text}")
    assert isinstance(node, n.Compare)
    assert bare(node.right) == ("Number", value, unit, percent)


def test_a_word_after_a_dot_is_a_name() -> None:
    node = when("限定.天数 超过 限定.按")
    assert isinstance(node, n.Compare)
    assert (bare(node.left), bare(node.right)) == (names("限定", "天数"), names("限定", "按"))
    assert bare(when("参数.次数")) == names("参数", "次数")


def test_the_escape_for_odd_column_names() -> None:
    assert bare(when("限定.「按」 = 限定.「3 月 用量」")) == (
        "Compare", "=", names("限定", "按"), names("限定", "3 月 用量"))


def test_precedence() -> None:
    assert bare(when("非 甲 且 乙.丙 + 1 × 2 大于 3")) == (
        "Logic", "and", (
            ("Unary", "not", names("甲")),
            ("Compare", ">", ("Binary", "+", names("乙", "丙"), ("Binary", "*", ("Number", Decimal(1), "", False),
                                                              ("Number", Decimal(2), "", False))),
             ("Number", Decimal(3), "", False)),
        ))
    assert bare(when("甲 − 乙 − 丙 = 1"))[2] == ("Binary", "-", ("Binary", "-", names("甲"), names("乙")), names("丙"))


def test_logic_is_flat_and_brackets_group() -> None:
    assert bare(when("甲 且 乙 且 丙")) == ("Logic", "and", (names("甲"), names("乙"), names("丙")))
    assert bare(when("甲 且（乙 且 丙）")) == ("Logic", "and", (names("甲"), ("Logic", "and", (names("乙"), names("丙")))))


def test_memberships() -> None:
    assert bare(when("甲 属于 满12岁 不满55岁")) == (
        "Membership", names("甲"), ("RangeLiteral", (">=", ("Number", Decimal(12), "岁", False)),
                                   ("<", ("Number", Decimal(55), "岁", False))), False)
    assert bare(when("甲 属于 不超过28天"))[2] == ("RangeLiteral", None, ("<=", ("Number", Decimal(28), "天", False)))
    assert bare(when("甲 属于 满 参数.老年年龄"))[2] == ("RangeLiteral", (">=", names("参数", "老年年龄")), None)
    assert bare(when("药 不属于 限定.允许药品")) == ("Membership", names("药"), names("限定", "允许药品"), True)
    assert bare(when("甲 属于（检查、「化 验」、知识表「乙」.列）"))[2] == (
        "ListExpr", (names("检查"), ("Text", "化 验"), ("SetRef", "table", "乙", "列")))
    assert bare(when("诊断 属于 编码集「院内感染」"))[2] == ("SetRef", "codeset", "院内感染", "")


def test_small_predicates() -> None:
    assert bare(when("次.主诊断.编码 未填")) == ("Missing", names("次", "主诊断", "编码"))
    assert bare(when("非 诊断.编码 在册「ICD10医保版」")) == (
        "Unary", "not", ("InCatalogue", names("诊断", "编码"), "ICD10医保版"))
    assert bare(when("机构.能力 含 麻醉恢复室")) == ("Contains", names("机构", "能力"), names("麻醉恢复室"))
    assert bare(when("甲 介于 乙 − 2小时 至 乙"))[0] == "Between"
    assert bare(when("已核「报告」")) == ("Attested", "报告", None)
    assert bare(when("已核 限定.其他条件")) == ("Attested", "", names("限定", "其他条件"))
    assert bare(when("已申报「不同切口」")) == ("Declared", "不同切口")
    assert bare(when("次.已结算 = 是")) == ("Compare", "=", names("次", "已结算"), ("Bool", True))
    assert bare(when("一律")) == ("Always",)


def test_quantifiers_over_a_collection() -> None:
    bare_phrase = ("Phrase", names("就诊", "诊断"), "", None, (), None, None)
    assert bare(when("任一 就诊.诊断 属于 限定.诊断")) == (
        "Quantifier", "any", bare_phrase, ("Membership", names("就诊", "诊断"), names("限定", "诊断"), False))
    assert bare(when("无一 就诊.诊断 属于 限定.诊断"))[1] == "none"
    assert bare(when("全部 方.饮片 属于（知识表「甲」、知识表「乙」）"))[1] == "all"
    long = bare(when("任一 就诊.诊断 记为 诊 其中 诊.主要标志 = 是 满足 诊.编码 属于 限定.诊断"))
    assert (long[2][2], long[3]) == ("诊", ("Membership", names("诊", "编码"), names("限定", "诊断"), False))


def test_existence_and_its_parts() -> None:
    node = when("有 同期明细 记为 他药 取 用药期重叠 按 同一 患者、限定.组号 不含本次 其中（他药.次序 小于 明细.次序）")
    assert isinstance(node, n.Quantifier) and node.kind == "exists" and node.body is None
    phrase = node.phrase
    assert (phrase.var, phrase.own, bare(phrase.frame)) == ("他药", False, ("FrameExpr", "use_overlap", None))
    assert [s.parts for s in phrase.same] == [("患者",), ("限定", "组号")]
    assert isinstance(phrase.where, n.Compare)
    absent = when("无 次.明细 其中 明细 属于 编码集「静脉用药」")
    assert isinstance(absent, n.Quantifier) and absent.kind == "not_exists"


def test_existence_with_a_direct_membership() -> None:
    assert bare(when("有 方.明细 属于 知识表「甲」")) == bare(when("有 方.明细 其中 方.明细 属于 知识表「甲」"))


@pytest.mark.parametrize(("word", "fn"), [
    ("合计", "sum"), ("次数", "count"), ("天数", "days"), ("种数", "kinds"), ("最大", "max"), ("最小", "min"),
    ("最早", "earliest"), ("最晚", "latest"),
])
def test_aggregates(word: str, fn: str) -> None:
    node = when(f"{word} 次.原始明细.金额 大于 3")
    assert isinstance(node, n.Compare) and isinstance(node.left, n.Aggregate)
    assert (node.left.fn, node.left.phrase.noun.parts) == (fn, ("次", "原始明细", "金额"))


def test_an_open_where_ends_before_and_or() -> None:
    node = when("无 次.明细 其中 明细 属于 编码集「甲」且 次.住院天数 不超过 3天")
    assert isinstance(node, n.Logic) and len(node.args) == 2


@pytest.mark.parametrize(("written", "kind", "count"), [
    ("单日", "day", None), ("同一小时", "hour_bucket", None), ("单次就诊", "encounter", None), ("同一处方", "prescription", None),
    ("同台手术", "operation", None), ("同一标本", "specimen", None), ("同一部位", "site", None), ("同一牙位", "tooth", None),
    ("同一疗程", "course", None), ("自然月", "month", None), ("每季", "quarter", None), ("自然年", "year", None),
    ("医保年度", "insurance_year", None), ("用药期重叠", "use_overlap", None), ("时段重叠", "time_overlap", None),
    ("6小时", "hours", ("Number", Decimal(6), "小时", False)), ("近30天", "days", ("Number", Decimal(30), "天", False)),
    ("近 限定.回溯天数", "days", names("限定", "回溯天数")), ("限定.周期", "column", names("限定", "周期")),
])
def test_windows(written: str, kind: str, count: object) -> None:
    node = when(f"次数 同期明细 取 {written} 按同一 患者 含本次 大于 1")
    assert isinstance(node, n.Compare) and isinstance(node.left, n.Aggregate)
    frame = node.left.phrase.frame
    assert frame is not None and (frame.kind, bare(frame.count)) == (kind, count)
    assert node.left.phrase.own is True


def test_ordinals_quota_lookup_choice_and_calls() -> None:
    assert bare(clause("令：x = 第几天 取 限定.周期 按 同一 患者、限定").value)[0] == "DayOrdinal"
    rank = clause("令：x = 第几项 按 标准价 从高到低 取 同台手术 按 同一 限定.组别").value
    assert isinstance(rank, n.RankOrdinal) and rank.descending
    quota = clause("令：x = 从项.数量 − 超额 从项.数量 限（合计 主项.数量）每 单日 按 同一 患者、机构、对").value
    assert isinstance(quota, n.Binary) and isinstance(quota.right, n.Quota)
    assert [s.parts for s in quota.right.same] == [("患者",), ("机构",), ("对",)]
    lookup = clause("令：x = 查 知识表「项目价格」（明细.编码，机构.级别，机构.地区）.最高价").value
    assert isinstance(lookup, n.LookupExpr) and len(lookup.keys) == 3 and lookup.column == "最高价"
    choice = clause("令：x = 若 甲 属于 乙.丙 则 乙.丁 ×（1 + 乙.戊）否则 乙.丁").value
    assert isinstance(choice, n.If) and isinstance(choice.then, n.Binary)
    ratio = clause("令：x = 占比（合计 x 按 同一 患者、月，合计 y）").value
    assert isinstance(ratio, n.Call) and len(ratio.args) == 2
    kinds = clause("当：自第 3种 起 同期明细.通用名 取 单日 按 同一 患者")
    assert isinstance(kinds, n.KindOrdinal) and bare(kinds.n) == ("Number", Decimal(3), "", False)
