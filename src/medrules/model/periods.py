"""Facts that screening counts over a period, and the stock records it compares them with."""
from __future__ import annotations

from typing import Any

from medrules.model import types as t
from medrules.model.entity import Entity, fact

__all__ = ["Day", "Period", "Stock"]


class Period(Entity):
    """A month, quarter or year of one subject (每个 机构 每 月 记为 期). Screening only."""

    zh = "期"

    items: Any = fact("明细", t.list_of(t.entity("item")), derived=True, doc="期内的明细")
    diagnoses: Any = fact("诊断", t.list_of(t.entity("diagnosis")), derived=True, doc="期内就诊的诊断")
    discharges: Any = fact("出院", t.list_of(t.entity("encounter")), derived=True, doc="期内出院的住院")
    outpatient_visits: Any = fact(
        "门诊次数", t.number(0, "次"), derived=True, doc="按就诊计的门急诊次数", non_negative=True)
    purchases: Any = fact("购药次数", t.number(0, "次"), derived=True, doc="按就诊计的购药次数", non_negative=True)
    stays: Any = fact("住院次数", t.number(0, "次"), derived=True, doc="按就诊计的住院次数", non_negative=True)
    daily: Any = fact("每日", t.list_of(t.entity("day")), derived=True, doc="期内各日（按入院日期）")
    opening: Any = fact("期初库存", t.number(4), doc="期初库存，最小包装单位", non_negative=True)
    purchased: Any = fact("购入数量", t.number(4), doc="购入数量，已减退货", non_negative=True)
    returned: Any = fact("退货数量", t.number(4), doc="退货数量", non_negative=True)
    closing: Any = fact("期末库存", t.number(4), doc="期末库存", non_negative=True)
    claimed: Any = fact("申报数量", t.number(4), doc="向基金申报的数量", non_negative=True)
    avg_price: Any = fact("平均单价", t.number(4, "元"), doc="平均单价，元", non_negative=True)
    trace: Any = fact("追溯码", t.list_of(t.code("trace")), doc="追溯码")


class Day(Entity):
    """One day of a period."""

    zh = "每日"

    date: Any = fact("日期", t.DATE, derived=True, doc="日期")
    outpatient_visits: Any = fact("门诊次数", t.number(0, "次"), derived=True, doc="当日门急诊次数", non_negative=True)
    purchases: Any = fact("购药次数", t.number(0, "次"), derived=True, doc="当日购药次数", non_negative=True)


class Stock(Entity):
    """One 进销存 record as sent: an item at an institution over a span of days. Becomes the stock facts of a
    `Period`."""

    zh = "进销存"

    institution: Any = fact("机构编码", t.code("id"), doc="定点医药机构编码")
    code: Any = fact("编码", t.code("item"), doc="医保目录编码")
    unit: Any = fact("单位", t.TEXT, doc="最小包装单位")
    begin: Any = fact("起", t.DATE, doc="第一日", en="from")
    end: Any = fact("止", t.DATE, doc="最后一日", en="to")
    opening: Any = fact("期初库存", t.number(4), doc="期初库存", non_negative=True)
    purchased: Any = fact("购入数量", t.number(4), doc="购入数量，已减退货", non_negative=True)
    returned: Any = fact("退货数量", t.number(4), doc="退货数量", non_negative=True)
    closing: Any = fact("期末库存", t.number(4), doc="期末库存", non_negative=True)
    claimed: Any = fact("申报数量", t.number(4), doc="向基金申报的数量", non_negative=True)
    avg_price: Any = fact("平均单价", t.number(4, "元"), doc="平均单价，元", non_negative=True)
    amount: Any = fact("申报金额", t.MONEY, doc="申报金额，元", non_negative=True)
    trace: Any = fact("追溯码", t.list_of(t.code("trace")), doc="追溯码")
