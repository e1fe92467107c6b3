"""What a random request holds that could go wrong: refunds, ties, missing facts and lists, boundary dates, narrow doors."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from medrules.model.facts import Facts
from medrules.model.values import UNKNOWN, Instant

ALL = (
    "refund", "refund of another line", "refund by id", "refund by its facts", "times that tie", "time by day only",
    "no time", "no code", "no amount", "no self-paid amount", "no quantity", "no birth date", "no diagnoses sent", "no lines sent",
    "no operations sent", "no history sent", "history of own hospital", "history of the area", "history of the country",
    "self-paid whole", "self-paid in part", "account pays", "ledger", "deducted before", "cannot carry some facts", "door 3101",
    "encounters in the history", "two encounters under review", "two hospitals", "stage before", "stage during", "stage after", "day pieces",
    "birthday near a line", "line after the business time", "line of no table", "line that is not of this prescription",
    "attested", "declared", "treatment record", "many lines", "long-term order", "unit of time", "several operations",
)


def _line(d: Any) -> Iterator[str]:
    own, amount = d.get("自费金额"), d.get("金额")
    if str(d.get("数量", "")).startswith("-"):
        yield "refund"
        yield "refund by its facts" if "原明细标识" not in d else "refund of another line" if d["原明细标识"] == "没有的" else "refund by id"
    if own is not None and amount is not None and own not in ("0", "0.00"):
        yield "self-paid whole" if own == amount else "self-paid in part"
    for key, name in (("编码", "no code"), ("金额", "no amount"), ("自费金额", "no self-paid amount"), ("数量", "no quantity"), ("执行时间", "no time")):
        if key not in d:
            yield name
    for name, there in (
        ("time by day only", len(str(d.get("执行时间", "-" * 19))) == 10), ("account pays", d.get("账户支付", "0.00") != "0.00"),
        ("deducted before", d.get("已扣减金额", "0.00") != "0.00"), ("line of no table", d.get("编码") == "Z999"),
        ("line that is not of this prescription", d.get("本次处方标志") is False), ("long-term order", d.get("长期医嘱") is True),
        ("unit of time", d.get("单位") in ("小时", "日", "天")),
    ):
        if there:
            yield name


def _encounter(e: Any) -> Iterator[str]:
    for key, name in (("诊断", "no diagnoses sent"), ("明细", "no lines sent"), ("手术", "no operations sent")):
        if key not in e:
            yield name
    if len(e.get("手术", ())) > 1:
        yield "several operations"
    if e.get("治疗记录"):
        yield "treatment record"
    times = [i["执行时间"] for i in e.get("明细", ()) if "执行时间" in i]
    if len(set(times)) < len(times):
        yield "times that tie"
    for d in e.get("明细", ()):
        yield from _line(d)


def of_request(data: Any, facts: Facts, door: str) -> Counter[str]:
    """The situations of a request, each at most once."""
    found = {name for e in (*data["就诊"], *data["历次就诊"]) for name in _encounter(e)}
    found.add({"事前": "stage before", "事中": "stage during"}.get(data["环节"], "stage after"))
    coverage = data.get("历史", {}).get("覆盖范围")
    found.add({"本院": "history of own hospital", "统筹区": "history of the area", "全国": "history of the country"}.get(coverage, "no history sent"))
    lines = [i for e in facts.current if e.items is not UNKNOWN for i in e.items]
    hospitals = {e.get("机构", {}).get("编码") for e in (*data["就诊"], *data["历次就诊"])}
    born = data["患者"].get("出生日期")
    for name, there in (
        ("no birth date", born is None), ("ledger", data.get("有扣减台账")), ("cannot carry some facts", data.get("不能提供")),
        ("door 3101", door == "3101"), ("encounters in the history", data["历次就诊"]), ("two encounters under review", len(data["就诊"]) > 1),
        ("two hospitals", len(hospitals) > 1), ("attested", data.get("已核记录")), ("declared", data.get("申报记录")),
        ("many lines", sum(len(e.get("明细", ())) for e in data["就诊"]) >= 12), ("day pieces", any(i.piece_of is not None for i in lines)),
        ("line after the business time", any(isinstance(i.at, Instant) and i.at.lo > facts.business_time.hi for i in lines)),
        ("birthday near a line", born is not None and any(_near(born, i.on) for i in lines)),
    ):
        if there:
            found.add(name)
    return Counter(found)


def _near(born: str, day: Any) -> bool:
    """Whether a birthday (or the 28th day of life) is within a day of a line's own."""
    if not isinstance(day, int):
        return False
    on, birth = date.fromordinal(day), date.fromisoformat(born[:10])
    if abs(day - birth.toordinal() - 28) <= 1:
        return True
    try:
        return abs(birth.replace(year=on.year).toordinal() - day) <= 1
    except ValueError:
        return on.month in (2, 3) and on.day in (1, 28, 29)
