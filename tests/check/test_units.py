"""Units and digits: one unit on both sides, exact factors, no result wider than 38 digits."""
from __future__ import annotations

import pytest
from check_corpus import errors, only, rule
from ir_text import shown

from medrules.check import program as ir
from medrules.check.units import digits
from medrules.check.walk import nodes


@pytest.mark.parametrize(("condition", "expected"), [
    ("明细.执行时长 超过 30分钟", "(has(item.run_hours?) & !((60 * item.run_hours?) <= 30分钟))"),
    ("明细.执行时长 超过 1天", "(has(item.run_hours?) & !(item.run_hours? <= 24小时))"),
    ("相隔（明细.时间，明细.上传时间）超过 24小时", "!(distance(item.at, item.uploaded_at) <= 86400秒)"),
    ("相隔（明细.日期，就诊.入院日期）超过 48小时",
     "!((24 * distance(item.on, item.encounter.admitted_on)) <= 48小时)"),
    ("明细.每日用量 超过 1500mg", "(has(item.daily_amount?) & !((1000 * item.daily_amount?) <= 1500mg))"),
    ("明细.金额 大于 0", "!(item.amount <= 0元)"),
    ("明细.数量 超过 3次", "!(item.quantity <= 3次)"),
    ("明细.时间 晚于 就诊.入院时间 + 2小时", "!(item.at <= (item.encounter.admitted_at + 7200秒))"),
    ("明细.日期 晚于 就诊.入院日期 + 2天", "!(item.on <= (item.encounter.admitted_on + 2天))"),
    ("患者.年龄 不超过 28天", "age(item.encounter.patient.birth_date @ item.on) <= AgeLimit(n=28, unit='天')"),
])
def test_both_sides_get_one_unit(condition: str, expected: str) -> None:
    assert shown(only(rule(f"当：{condition}")).when) == expected


@pytest.mark.parametrize("condition", [
    "明细.金额 超过 3天", "明细.每日用量 超过 3小时", "明细.金额 + 明细.执行时长 超过 3元", "明细.金额 × 明细.金额 超过 3元",
    "明细.日期 晚于 就诊.入院日期 + 2小时", "明细.时间 晚于 就诊.入院时间 + 2元",
])
def test_different_dimensions_are_refused(condition: str) -> None:
    assert errors(rule(f"当：{condition}")) == ["MR-T104"]


def test_money_times_quantity_is_money() -> None:
    made = only(rule("当：明细.数量 大于 1", "扣减：（明细.数量 − 1）× 明细.单价"))
    assert made.deduct.expr is not None
    assert (made.deduct.expr.type.unit, made.deduct.expr.type.scale) == ("元", 8)
    assert made.deduct.text == "（明细.数量 − 1）× 明细.单价"


def test_no_number_is_wider_than_its_type_says() -> None:
    made = only(rule("当：（明细.单价 + 1元）× 明细.数量 × 150% 超过 3元"))
    widths = [digits(n.type) for n in nodes(made.when) if isinstance(n, ir.Arith)]
    assert max(widths) <= 38 and widths == sorted(widths, reverse=True)
    assert errors(rule("当：明细.单价 × 明细.数量 × 明细.数量 × 明细.数量 超过 3元")) == ["MR-T108"]


def test_hours_as_a_limit_count_only_lines_in_hours() -> None:
    made = only(rule("当：超额 明细.数量 限 24小时 每 单日 按 同一 患者 大于 0"))
    assert "in_unit(v1.quantity, v1.unit?, 小时) beyond 24" in shown(made.when)


def test_percent_is_a_plain_number() -> None:
    made = only(rule("当：占比（明细.自费金额，明细.金额）超过 33.5%"))
    assert shown(made.when) == "!(ratio(item.self_paid, item.amount) <= 335e-3)"


def test_a_ratio_stands_on_either_side() -> None:
    made = only(rule("当：30% 小于 占比（明细.自费金额，明细.金额）"))
    assert shown(made.when) == "!(ratio(item.self_paid, item.amount) <= 30e-2)"
