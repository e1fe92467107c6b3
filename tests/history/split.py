"""The same patient told in two ways: all in the request, or the earlier part held by a provider."""
from __future__ import annotations

import re
from copy import deepcopy
from datetime import date, timedelta
from random import Random
from typing import Any

from medrules.adapters.native import read_facts
from medrules.engine.engine import Engine
from medrules.history import WithHistory
from medrules.history.files import FileHistory
from medrules.history.records import Coverage, Record, records_of
from medrules.model.facts import Facts
from medrules.model.reports import Report
from tests.property.judging import unplaced
from tests.property.requests import encounter

Json = dict[str, Any]
STATED = ("患者.历史",)
BESIDE = ("就诊", "历次就诊", "历史", "已核记录", "申报记录")


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def shifted(value: Any, days: int) -> Any:
    """The same, so many days earlier."""
    if isinstance(value, dict):
        return {name: shifted(one, days) for name, one in value.items()}
    if isinstance(value, list):
        return [shifted(one, days) for one in value]
    if isinstance(value, str):
        return _DAY.sub(lambda m: (date.fromisoformat(m[0]) - timedelta(days=days)).isoformat(), value)
    return value


def long_history(rng: Random, data: Json) -> Json:
    """The request with more encounters before it, over some months, of many codes: most of which nobody needs to ask for."""
    kind = next((i["种类"] for e in data["就诊"] for i in e.get("明细", ())), "费用")
    more = [
        shifted(encounter(rng, f"F{n}", rng.choice(("门诊", "住院", "购药")), kind, rng.randint(0, 4), tidy=rng.random() < 0.6), rng.choice((5, 20, 40, 90, 150)))
        for n in range(6)]
    begin = rng.choice(("2025-01-01", "2025-12-01", "2026-02-20"))
    return {**data, "历次就诊": [*data.get("历次就诊", ()), *more], "历史": {"覆盖起": begin, "覆盖范围": rng.choice(("本院", "统筹区", "全国"))}}


def told(data: Json) -> Json:
    """The request as both ways can tell it: nothing earlier that is later than the business time, and one understanding of 疑似标志."""
    out = deepcopy(data)
    as_of = out["业务时间"]
    earlier = []
    for e in out.get("历次就诊", ()):
        if str(e.get("入院时间") or "") > as_of:
            continue
        if "明细" in e:
            e["明细"] = [i for i in e["明细"] if str(i.get("执行时间") or "")[:19] <= as_of]
        if e.get("诊断") == []:
            del e["诊断"]
        earlier.append(e)
    out["历次就诊"] = earlier
    if set(out.get("历史", ())) != {"覆盖起", "覆盖范围"}:  # a provider states both or nothing
        out.pop("历史", None)
    if "不能提供" in out:
        out["不能提供"] = [f for f in out["不能提供"] if f not in STATED]
    for e in (*out["就诊"], *earlier):
        for d in e.get("诊断", ()):
            d.pop("疑似标志", None)
        for d in (*e.get("诊断", ()), *e.get("手术", ())):  # an ill-formed code of an earlier stay is not told again
            if d.get("编码") == "XYZD018987":
                d["编码"] = "J45.9"
    return out


def alone(data: Json) -> Json:
    """The request without what came before."""
    return {name: value for name, value in data.items() if name not in ("历次就诊", "历史")}


def earlier_request(data: Json) -> Json:
    """The earlier encounters as a request of their own: what a history file has in a line."""
    return {**{name: value for name, value in data.items() if name not in BESIDE}, "就诊": deepcopy(data["历次就诊"])}


def records(data: Json) -> list[Record]:
    """The earlier encounters, as a provider holds them."""
    return records_of(read_facts(earlier_request(data)))[0] if data["历次就诊"] else []


def coverage(data: Json) -> list[Coverage]:
    told = data.get("历史", {})
    if not isinstance(told.get("覆盖起"), str) or not told.get("覆盖范围"):
        return []
    return [Coverage(date.fromisoformat(told["覆盖起"]).toordinal(), 0, told["覆盖范围"])]


def provider(data: Json) -> FileHistory:
    return FileHistory(records(data), coverage(data))


def whole(engine: Engine, data: Json) -> Report:
    return engine.review(read_facts(data))


def through(engine: Engine, data: Json, held: Any = None) -> tuple[Report, Facts]:
    """The report with the earlier part from a provider, and the facts that were reviewed."""
    asked = WithHistory(engine, held or provider(data))
    facts = asked.with_history(read_facts(alone(data)), seconds=30)
    return engine.review(facts), facts


def said(report: Report, data: Json) -> Any:
    """What two reports must agree on: everything but places, and what cannot be judged in earlier encounters."""
    earlier = {e["标识"] for e in data["历次就诊"]}
    findings, undecided, unjudged, deductions = unplaced(report)
    return findings, undecided, [u for u in unjudged if u[0][1] not in earlier], deductions, report.unchecked
