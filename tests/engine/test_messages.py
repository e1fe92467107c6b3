"""What people read: units, levels, ages, ranges, and what is empty, absent or not known."""
from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from medrules.check.program import Arith, Const, Deduct, Ratio, Template
from medrules.engine.messages import cause_text, formula, printed, render
from medrules.engine.reference.values import Age, Interval
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY
from medrules.model import types as t
from medrules.model.values import ABSENT, UNKNOWN, AgeLimit, AgeRange, Frame, Instant, NumRange

DAY = 739_676  # 2026-03-01
SECOND = DAY * 86_400


@pytest.mark.parametrize(("value", "type", "text"), [
    (Fraction(3, 2), t.number(4), "1.5"), (15_000, t.number(4), "1.5"), (Fraction(35), t.number(0, "天"), "35天"),
    (4_100, t.MONEY, "41.00元"), (Fraction("12.345"), t.number(4, "元"), "12.345元"), (Fraction(1, 3), t.number(4), "0.3333"),
    (Fraction(7_200), t.number(0, "秒"), "2小时"), (Fraction(86_400 * 3), t.number(0, "秒"), "3天"), (Fraction(5_400), t.number(0, "秒"), "90分钟"),
    (True, t.BOOL, "是"), (False, t.BOOL, "否"), (3, t.level("hospital"), "三级"), ("order", t.code("line_kind"), "医嘱"),
    ("住院", t.code("visit_kind"), "住院"), ("I63.9", t.code("icd10"), "I63.9"), (DAY, t.DATE, "2026-03-01"),
    (Instant(SECOND + 36_060, SECOND + 36_060), t.INSTANT, "2026-03-01 10:01"), (Instant(SECOND, SECOND + 86_399), t.INSTANT, "2026-03-01"),
    (Age(DAY - 3_653, DAY), t.AGE, "10岁"), (Age(DAY - 90, DAY), t.AGE, "3个月"), (Age(DAY - 12, DAY), t.AGE, "12天"),
    (AgeRange(AgeLimit(12, "岁"), True, AgeLimit(55, "岁"), False), t.range_of(t.AGE), "满12岁不满55岁"),
    (AgeRange(None, False, AgeLimit(28, "天"), True), t.range_of(t.AGE), "不超过28天"),
    (NumRange(100, True, None, False), t.range_of(t.number(2)), "满1"), (Frame("day"), t.FRAME, "单日"), (Frame("hours", 6), t.FRAME, "6小时"),
    (Frame("days", 30), t.FRAME, "30天"), (("工伤", "生育"), t.list_of(t.code("insurance")), "工伤、生育"), ((), t.list_of(t.code("chronic")), "无"),
    (CodeSet("抗菌药物", "item", text="XJ01*"), t.Type("codeset", "item"), "XJ01*"), (EMPTY, t.TEXT, "不限"), (ABSENT, t.TEXT, "无"),
    (UNKNOWN, t.MONEY, "未知"), (Interval(Fraction(70), None, frozenset("x")), t.number(4), "至少70"),
    (Interval(None, Fraction(2), frozenset("x")), t.number(4), "至多2"), (Interval(Fraction(1), Fraction(2), frozenset("x")), t.number(4), "1至2"),
])
def test_printed(value: Any, type: t.Type, text: str) -> None:
    assert printed(value, type) == text


def test_a_unit_is_not_said_twice() -> None:
    times = Const(3, t.Type("num", unit="次"))
    kinds = Const(3, t.Type("num", unit="种"))
    share = Ratio(times, times, t.number(4))
    values = {id(times): Fraction(3), id(kinds): Fraction(3), id(share): Fraction(1, 3)}
    template = Template(("共", times, "次，", kinds, "味，不超过", kinds, "，占", share))
    assert render(template, lambda e: values[id(e)]) == "共3次，3味，不超过3种，占33.33%"


def test_formula_shows_the_numbers_and_the_result() -> None:
    units, price = Const(4, t.number(0, "小时")), Const(500, t.MONEY)
    deduct = Deduct("formula", Arith("*", units, price, t.MONEY), False, "超出 × 明细.单价")
    values = {id(units): Fraction(4), id(price): Fraction(5)}
    assert formula(deduct, lambda e: values[id(e)], [2_000]) == "超出 × 明细.单价 = 4小时 × 5.00元 = 20.00元"
    assert formula(deduct, lambda e: values[id(e)], [None]).endswith("= 待定")
    assert formula(Deduct("all", None, False, "全额"), lambda e: None, [4_100]) == "全额 = 41.00元"
    assert formula(Deduct("none", None, False, "无"), lambda e: None, []) == "不扣减"


@pytest.mark.parametrize(("cause", "text"), [
    ("encounter.rescue", "就诊.抢救标志"), ("history.items", "历史.历史明细"), ("attest:癌症患者", "已核「癌症患者」"),
    ("column:限二线药品.一线药", "知识表「限二线药品」.一线药"), ("table:项目价格", "知识表「项目价格」"), ("param:上限", "参数.上限"),
    ("codeset:治疗性项目", "编码集「治疗性项目」"), ("ratio:0", "占比的分母为0"),
])
def test_what_is_missing_in_words(cause: str, text: str) -> None:
    assert cause_text(cause) == text
