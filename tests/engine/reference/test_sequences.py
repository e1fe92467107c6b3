"""超额、第几天、第几项、自第 n 种 起 where something is missing or absent: said of small rules, on both evaluators."""
from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from medrules.engine.reference.quotas import _bounds
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Interval
from medrules.model.values import ABSENT
from tests.engine.reference.judged import DAY, NO, YES, line, report, rule, rules, said, stay

SITE = "按 同一 患者、明细.部位"


def printed(expression: str, *encounters: dict[str, Any], **more: Any) -> str:
    """What a finding prints of an expression: its value as far as it is known."""
    made = rules(rule(f"令：数 = {expression}", "当：明细.数量 = 1", "扣减：无", "说明：「{数}」"))
    return report(made, *encounters, **more).findings[0].message


def at(name: str, code: str, hour: int, day: str = DAY, **more: Any) -> dict[str, Any]:
    return line(name, code, f"{day} {hour:02}:00:00", **more)


def without(field: str, sent: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in sent.items() if k != field}


@pytest.mark.parametrize(("value", "bounds"), [
    (Fraction(2), (2, 2)), (Interval(Fraction(3), Fraction(5), frozenset()), (3, 5)), (Interval(None, Fraction(5), frozenset()), (0, 5)), (ABSENT, (0, 0)),
    (Unk(frozenset(("item.days",))), (0, None)),
])
def test_bounds_of_what_was_used(value: Any, bounds: tuple[int, int | None]) -> None:
    assert _bounds(value)[:2] == bounds


@pytest.mark.parametrize("days", [0, 1])
def test_an_earlier_line_that_has_none_uses_nothing(days: int) -> None:
    """In any 7 days 3 days of use are paid; a line whose days are 无 used none of them."""
    lines = at("L1", "B100", 8, 用药天数=days or None), at("L2", "A200", 10, 用药天数=3)
    assert said("（超额 明细.用药天数 限 3天 每 近 7天 按 同一 患者）大于 0天", stay(*lines)) is (days == 1)


@pytest.mark.parametrize("window", ["单日", "近 7天"])
def test_what_is_absent_has_no_excess(window: str) -> None:
    """Not 0 but 无."""
    assert printed(f"超额 明细.用药天数 限 3天 每 {window} 按 同一 患者", stay(at("L1", "A200", 10, 用药天数=None))) == "无"
    assert printed(f"超额 明细.用药天数 限 3天 每 {window} 按 同一 患者", stay(at("L1", "A200", 10, 用药天数=5))) == "2天"


@pytest.mark.parametrize(("day", "answer"), [("2026-03-08", YES), ("2026-03-05", NO)])
def test_a_quota_of_a_course(day: str, answer: bool) -> None:
    """参数 疗程间断 = 3天."""
    assert said("（超额 明细.数量 限 1 每 同一疗程 按 同一 患者）大于 0", stay(at("L1", "B100", 8, day), at("L2", "A200", 10))) is answer


@pytest.mark.parametrize(("earlier", "answer"), [("09:59:59", YES), ("04:00:01", YES), ("04:00:00", NO)])
def test_a_quota_of_hours_reaches_back_by_the_second(earlier: str, answer: bool) -> None:
    """Of any 6 hours: that of a line at 10:00:00 begins one second after 04:00:00."""
    lines = line("L1", "B100", f"{DAY} {earlier}"), at("L2", "A200", 10)
    assert said("（超额 明细.数量 限 1 每 6小时 按 同一 患者）大于 0", stay(*lines)) is answer


@pytest.mark.parametrize("window", ["单日", "近 7天"])
def test_an_earlier_line_that_may_count_leaves_the_excess_open(window: str) -> None:
    own, other = at("L2", "A200", 10, 部位="左"), at("L1", "B100", 8, 部位="左")
    condition = f"（超额 明细.数量 限 1 每 {window} {SITE}）大于 0"
    assert said(condition, stay(other, own)) is YES
    assert said(condition, stay({**other, "部位": "右"}, own)) is NO
    assert said(condition, stay(without("部位", other), own)) == ("item.site",)


def test_a_line_that_may_count_uses_nothing_with_certainty() -> None:
    """Of 2 units one is certainly free for the second line of the day; whether the third is paid hangs on the first."""
    lines = without("部位", at("L1", "B100", 8)), at("L2", "B100", 9, 部位="左"), at("L3", "A200", 10, 部位="左")
    assert said(f"（超额 明细.数量 限 2 每 近 7天 {SITE}）大于 0", stay(*lines)) == ("item.site",)


def test_a_day_that_may_count_leaves_the_ordinal_open() -> None:
    own, other = at("L2", "A200", 10, 部位="左"), at("L1", "B100", 8, "2026-03-09", 部位="左")
    assert said(f"（第几天 取 近 7天 {SITE}）超过 1天", stay(other, own)) is YES
    assert said(f"（第几天 取 近 7天 {SITE}）超过 1天", stay(without("部位", other), own)) == ("item.site",)


@pytest.mark.parametrize(("limit", "answer"), [(0, YES), (1, ("item.site",)), (2, NO)])
def test_one_line_that_may_come_before_moves_the_place_by_one(limit: int, answer: Any) -> None:
    lines = without("部位", at("L1", "B100", 8)), at("L2", "A200", 10, 部位="左")
    assert said(f"（第几项 按 明细.单价 从高到低 取 单次就诊 {SITE}）大于 {limit}", stay(*lines)) == answer


def test_a_place_by_a_price_that_was_not_sent_names_all_that_is_missing() -> None:
    """The line's own price, the other's price, and the site that says whether the other counts."""
    own, other = without("单价", at("L2", "A200", 10, 部位="左")), without("部位", at("L1", "B100", 8))
    assert said(f"（第几项 按 明细.单价 从高到低 取 单次就诊 {SITE}）大于 1", stay(other, own)) == ("item.site", "item.unit_price")
    assert said("（第几项 按 明细.用药天数 从高到低 取 近 7天 按 同一 患者）大于 1", stay(without("用药天数", own)), covered=DAY) == (
        "history.items", "item.days")


def test_the_kind_of_a_line_without_a_name_has_no_place() -> None:
    own, other = at("L2", "A200", 10), at("L1", "B100", 8, 通用名="甲药")
    condition = "自第 2种 起 同期明细.通用名 取 单日 按 同一 患者"
    assert said(condition, stay(other, {**own, "通用名": "乙药"})) is YES
    assert said(condition, stay(other, {**own, "通用名": "甲药"})) is NO
    assert said(condition, stay(other, own)) == ("item.generic",)


def test_kinds_that_come_later_do_not_count() -> None:
    """The judged line is kept out of the window by 其中: of what comes after it, not even its own kind has a place before it."""
    lines = at("L1", "A200", 8, 通用名="甲药"), at("L2", "B100", 9, 通用名="乙药"), at("L3", "B100", 10, 通用名="甲药")
    condition = "自第 2种 起 同期明细.通用名 取 单日 按 同一 患者 其中 同期明细.编码 = 「B100」"
    assert said(condition, stay(*lines)) is NO
    assert said(condition, stay({**lines[0], "执行时间": f"{DAY} 11:00:00"}, lines[1])) is YES


def test_an_excess_over_a_limit_that_is_not_known_is_open() -> None:
    """Neither the limit nor what came before has an upper bound."""
    lines = [without("用药天数", at(name, code, hour)) for name, code, hour in (("L1", "B100", 8), ("L2", "A200", 10))]
    for window in ("近 7天", "单日"):
        assert said(f"（超额 明细.用药天数 限 明细.用药天数 每 {window} 按 同一 患者）大于 0天", stay(*lines)) == ("item.days",)


@pytest.mark.parametrize("condition", [
    "（第几项 按 明细.单价 从高到低 取 近 明细.用药天数 按 同一 患者）大于 1", "自第 2种 起 同期明细.通用名 取 近 明细.用药天数 按 同一 患者"])
def test_a_place_in_a_window_of_unknown_length_is_open(condition: str) -> None:
    lines = at("L1", "B100", 8, 单价="20", 通用名="甲药"), at("L2", "A200", 10, 用药天数=3, 通用名="乙药")
    assert said(condition, stay(*lines)) is YES
    assert said(condition, stay(lines[0], without("用药天数", lines[1]))) == ("item.days",)
