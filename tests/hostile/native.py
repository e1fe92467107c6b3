"""Hostile requests at the native door, reviewed by the national pack: under the default step budget, and with a deadline."""
from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import medrules
from medrules.adapters.native_report import dump_report
from tests.hostile.cage import ROOT, Attack

__all__ = ["ATTACKS", "HARMLESS", "is_alive"]

LATE = 3.0  # seconds: what the local service gives a review
STAY: dict[str, Any] = {
    "标识": "E1", "就医方式": "住院", "结算险种": "基本医疗", "待遇类别": "普通", "入院时间": "2026-03-01 08:00:00", "抢救标志": False,
    "机构": {"编码": "H1", "级别": "三级"}, "诊断": [{"编码": "I63.9", "名称": "脑梗死", "主要标志": True}], "手术": []}
TOP: dict[str, Any] = {
    "业务时间": "2026-03-31 10:00:00", "环节": "事后", "患者": {"唯一号": "P1", "性别": "男", "出生日期": "2010-01-01"}, "历次就诊": [],
    "历史": {"覆盖起": "2025-01-01", "覆盖范围": "全国"}}


@functools.cache
def engine() -> medrules.Engine:
    return medrules.open_pack(ROOT / "rulepacks" / "national")


@functools.cache
def known_codes() -> tuple[str, ...]:
    """Codes that the pack's tables name: a few of each table."""
    found: dict[str, None] = {}
    for table in engine().program.tables.values():
        if table.key_kind in ("code", "pair"):
            for row in table.rows[:40]:
                found.update(dict.fromkeys(k for keys in row.keys for k in keys[:3] if isinstance(k, str)))
    return tuple(found)


@functools.cache
def paired_codes() -> tuple[str, str]:
    """Two codes of which one includes the other."""
    table = next(t for t in engine().program.tables.values() if t.key_kind == "pair" and t.rows)
    (first, *_), (second, *_) = table.rows[0].keys[:2]
    return first, second


def line(n: int, code: str, **more: Any) -> dict[str, Any]:
    return {
        "标识": f"L{n}", "种类": "费用", "编码": code, "名称": "x", "数量": "1", "单价": "30", "金额": "30.00", "自费金额": "0",
        "执行时间": f"2026-03-{n % 28 + 1:02d} {n % 24:02d}:{n % 60:02d}:00", **more}


def request(lines: Any, stay: Any = None, **top: Any) -> dict[str, Any]:
    return {**TOP, "就诊": {**STAY, "明细": lines, **(stay or {})}, **top}


def answer(data: Any, late: float | None = None) -> list[str]:
    """The codes that answer a request: of what is wrong with it, or why rules were not checked; "ok" if it was reviewed."""
    try:
        facts = medrules.read_facts(data)
    except medrules.InvalidFacts as error:
        assert str(error) and error.errors
        return sorted({e.code for e in error.errors})
    report = engine().review(facts, deadline=None if late is None else time.monotonic() + late)
    text = dump_report(report)
    assert json.loads(text) is not None and "NaN" not in text
    reasons = {u.reason for u in report.unchecked}
    assert not any(r.startswith("fault") for r in reasons), reasons
    return sorted(f"unchecked:{r}" for r in reasons) or ["ok"]


def many(n: int, code: Callable[[int], str] | None = None, **more: Any) -> list[dict[str, Any]]:
    codes = known_codes()
    return [line(k, code(k) if code is not None else codes[k % len(codes)], **more) for k in range(n)]


def without(n: int, *names: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in one.items() if k not in names} for one in many(n)]


def both(k: int) -> str:
    return paired_codes()[k % 2]


NUMBERS = ("1e99999999", "NaN", "-Infinity", "9" * 400, "1" * 5_000, "0.000000000000000000001", "-0", "1e-99999999", "１２", "٣", "½", "1_000")
DATES = ("2026-02-30", "0000-01-01", "9999-12-31 23:59:59", "1-1-1", "2026-03-01 25:00:00", "2026-03-01T00:00:00+99:99", "昨天", "1e9", "-1")


def bad_field(name: str, values: tuple[str, ...]) -> list[str]:
    """All wrong values of one field of a line, each in a request of its own."""
    found: set[str] = set()
    for value in values:
        found.update(answer(request([line(0, known_codes()[0], **{name: value})])))
    return sorted(found - {"ok"}) or ["ok"]


REQUESTS: dict[str, Callable[[], Any]] = {
    "a million brackets": lambda: "[" * 1_000_000,
    "deep objects": lambda: '{"a":' * 100_000,
    "deep facts": lambda: json.dumps(request([])).replace('"I63.9"', "[" * 900 + "1" + "]" * 900),
    "duplicate keys": lambda: '{"患者":{},"患者":{},"就诊":{}}',
    "a hundred thousand keys": lambda: {f"k{k}": k for k in range(100_000)},
    "NaN": lambda: '{"患者":{},"就诊":{"明细":[{"数量":NaN}]}}',
    "an exponent": lambda: '{"患者":{},"就诊":{"明细":[{"数量":1e99999999}]}}',
    "a number of a million digits": lambda: '{"患者":{},"就诊":{"明细":[{"数量":' + "9" * 1_000_000 + "}]}}",
    "a text of ten megabytes": lambda: json.dumps(request([line(0, "x" * 10_000_000)])),
    "texts that are too long": lambda: request([line(k, "X", 名称="字" * 100_000) for k in range(30)]),
    "more than the limit": lambda: b" " * (17 * 1024 * 1024),
    "utf-16": lambda: json.dumps(request([])).encode("utf-16"),
    "gb18030": lambda: json.dumps(request([]), ensure_ascii=False).encode("gb18030"),
    "broken utf-8": lambda: json.dumps(request([])).encode() + b"\xff",
    "half of it": lambda: json.dumps(request(many(10))).encode()[:-200],
    "a list": list,
    "nothing": lambda: b"",
    "lines that are no lines": lambda: request([1, "x", None, [], {}]),
    "lines in lines": lambda: request([[line(0, "X")]]),
    "a stay in a stay": lambda: request([], {"就诊": STAY}),
    "more diagnoses than there may be": lambda: request([], {"诊断": [{"编码": "I10"}] * 5_000}),
    "wrong types everywhere": lambda: {k: [v] for k, v in request([]).items()},
    "ids that are lists": lambda: request([line(0, "X", 标识=["L1"])]),
    "bidi in an id": lambda: request([line(0, "X", 标识="L\u202e1")]),
    "surrogates": lambda: request([line(0, "X", 名称="\ud800")]),
    "nul in an id": lambda: request([line(0, "X", 标识="L\0")]),
}
REVIEWED: dict[str, Callable[[], Any]] = {
    "ten thousand lines of all tables": lambda: request(many(10_000)),
    "ten thousand lines of one code": lambda: request(many(10_000, lambda k: known_codes()[0])),
    "ten thousand lines in pairs": lambda: request(many(10_000, both)),
    "ten thousand lines in pairs without times": lambda: request([{k: v for k, v in one.items() if k != "执行时间"} for one in many(10_000, both)]),
    "ten thousand lines in pairs on one day": lambda: request(many(10_000, both, 执行时间="2026-03-02 09:00:00")),
    "ten thousand lines in pairs on some day": lambda: request(many(10_000, both, 执行时间="2026-03-02")),
    "ten thousand lines without times": lambda: request(without(10_000, "执行时间")),
    "ten thousand lines without quantities and amounts": lambda: request(without(10_000, "数量", "单价", "金额", "自费金额")),
    "ten thousand lines without codes": lambda: request(without(10_000, "编码")),
    "ten thousand lines of an open stay": lambda: request(many(10_000), {"机构": {}, "诊断": []}, 历史={}),
    "ten thousand refunds": lambda: request(many(10_000, lambda k: known_codes()[0], 数量="-1", 金额="-30.00")),
    "refunds of everything": lambda: request([
        line(k, known_codes()[0], **({"数量": "-1", "金额": "-30.00"} if k % 2 else {})) for k in range(10_000)]),
    "refunds that name one another": lambda: request([
        line(k, known_codes()[0], 数量="-1", 金额="-30", 原明细标识=f"L{(k + 1) % 5_000}") for k in range(5_000)]),
    "lines that last for ages": lambda: request([
        line(k, known_codes()[k % 50], 单位="小时", 数量="900000", 开始时间="1900-01-01 00:00:00", 结束时间="9999-12-31 00:00:00") for k in range(200)]),
    "quantities of eighteen digits": lambda: request(many(800, None, 数量="999999999999999999", 金额="999999999999999999")),
    "negative prices": lambda: request(many(500, None, 单价="-1", 金额="-1", 自费金额="-1")),
    "two thousand stays": lambda: request(many(100), None, 历次就诊=[{**STAY, "标识": f"P{k}", "明细": many(4)} for k in range(2_000)]),
    "one id for all": lambda: request([{**one, "标识": "L"} for one in many(5_000)]),
    "people without age or sex": lambda: request(many(800), None, 患者={}),
    "born in the future": lambda: request(many(100), None, 患者={"唯一号": "P1", "出生日期": "9999-12-31"}),
    "born in the year one": lambda: request(many(100), None, 患者={"唯一号": "P1", "出生日期": "0001-01-01"}),
    "discharged before admission": lambda: request(many(100), {"出院时间": "2020-01-01"}),
}
SLOW = ("ten thousand lines of all tables", "ten thousand lines in pairs", "ten thousand lines in pairs on some day")  # under the budget alone
ATTACKS: dict[str, Attack] = {
    **{name: partial(lambda make: answer(make()), make) for name, make in REQUESTS.items()},
    **{name: partial(lambda make: answer(make(), LATE), make) for name, make in REVIEWED.items()},
    **{f"{name}, without a deadline": partial(lambda make: answer(make()), make) for name, make in REVIEWED.items() if name in SLOW},
    "numbers that are none": lambda: bad_field("数量", NUMBERS),
    "days that are none": lambda: bad_field("执行时间", DATES),
}
HARMLESS = frozenset(ATTACKS.keys() - REQUESTS.keys() - {"numbers that are none", "days that are none"})


def is_alive() -> bool:
    """A plain request is still answered, and by every rule."""
    return answer(request([line(0, known_codes()[0])])) == ["ok"]
