"""Hostile 3101, 3102 and 3103 messages: each is answered in the national form, refused in words or reviewed, never a fault of ours.
(Wrong nesting, encodings, NaN, repeated keys one by one: tests/adapters/nhsa/test_nhsa_hostile.py. Here large ones.)"""
from __future__ import annotations

import copy
import functools
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from medrules.adapters.nhsa import Service
from tests.hostile.cage import ROOT, Attack
from tests.hostile.native import LATE, engine, known_codes, paired_codes

__all__ = ["ATTACKS", "HARMLESS", "is_alive"]

EXAMPLES = ROOT / "examples" / "3101"


@functools.cache
def example() -> dict[str, Any]:
    made: dict[str, Any] = json.loads((EXAMPLES / "01-outpatient-adult.json").read_bytes())
    return made


def answer(body: bytes, infno: str = "", encoding: str = "", late: float | None = LATE) -> list[str]:
    """"refused" with the words of the refusal, "unchecked" if rules were left out, "ok" if all were asked."""
    found = Service(engine(), store=lambda _: None).answer(body, encoding, infno, None if late is None else time.monotonic() + late)
    sent = json.loads(found.body.decode(found.encoding))
    assert found.outcome != "failed", sent["err_msg"]
    if sent["infcode"] != 0:
        assert sent["err_msg"] and len(sent["err_msg"]) <= 200 and sent["output"]["result"] == []
        return [f"refused: {sent['err_msg']}"]
    items = sent["output"].get("result", [])
    for item in items:
        assert len(item["vola_cont"]) <= 500 and len(item["vola_evid"]) <= 500
    return ["unchecked"] if any(i["rule_id"] == "MR-UNCHECKED" for i in items) else ["ok"]


def changed(change: Callable[[dict[str, Any]], None]) -> bytes:
    """The example with its first encounter changed."""
    sent = copy.deepcopy(example())
    people = sent["input"]["data"]["patient_dtos"]
    person = people[0] if isinstance(people, list) else people
    visits = person["fsi_encounter_dtos"]
    change(visits[0] if isinstance(visits, list) else visits)
    return json.dumps(sent, ensure_ascii=False).encode()


def lines(n: int, code: Callable[[int], str] | None = None, **fields: Any) -> bytes:
    """The example with so many lines, each the first one with another code and id."""
    codes = known_codes()

    def change(visit: dict[str, Any]) -> None:
        orders = visit["fsi_order_dtos"]
        first = orders[0] if isinstance(orders, list) else orders
        visit["fsi_order_dtos"] = [
            {**first, "rx_id": f"R{k}", "hilist_code": code(k) if code else codes[k % len(codes)], **fields} for k in range(n)]

    return changed(change)


def feedback(n: int, **more: Any) -> bytes:
    warn = {"warn_rslt_id": "JR1", "dspo_way": "1", "dspo_way_rea": "理由", **more}
    return json.dumps({"infno": "3103", "msgid": "M1", "input": {"data": {"warns": [warn] * n, "warn_type": "1"}}}).encode()


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def numbers(field: str, *values: str) -> list[str]:
    """Values as they stand in JSON, without quotes, one request each; the strictest answer."""
    found = set()
    for value in values:
        found.update(answer(lines(1, **{field: "@@"}).replace(b'"@@"', raw(value))))
    return sorted(found)


BODIES: dict[str, Callable[[], bytes]] = {
    "five megabytes of brackets": lambda: b'{"input":' * 500_000,
    "a megabyte of quotes": lambda: b'"' * 1_000_000,
    "a million backslashes": lambda: b'{"a":"' + b"\\" * 1_000_001,
    "a million keys": lambda: raw("{" + ",".join(f'"k{k}":1' for k in range(300_000)) + "}"),
    "the same key a million times": lambda: raw("{" + '"a":1,' * 700_000 + '"a":1}'),
    "a number of a million digits": lambda: raw('{"infno":' + "9" * 1_000_000 + "}"),
    "infinity": lambda: lines(1, cnt="@").replace(b'"@"', b"-Infinity"),
    "more than the limit": lambda: b" " * (5 * 1024 * 1024 + 1),
    "utf-16": lambda: lines(1).decode().encode("utf-16"),
    "utf-32": lambda: lines(1).decode().encode("utf-32"),
    "half a message": lambda: lines(50)[:-500],
    "more lines than there may be": lambda: lines(10_001)[:],
    "feedback without number": lambda: feedback(1_001),
    "feedback of rubbish": lambda: raw('{"infno":"3103","input":{"data":{"warns":[1,[],null,{"warn_rslt_id":{}}]}}}'),
    "a reason of a megabyte": lambda: feedback(1, dspo_way_rea="字" * 1_000_000),
    "a message in a message": lambda: raw(json.dumps({"infno": "3101", "input": lines(1).decode()})),
}
SMALL: dict[str, Any] = {"hilist_name": "x", "hosplist_name": "x"}
REVIEWED: dict[str, Callable[[], bytes]] = {
    "as many lines as there may be": lambda: lines(4_500),
    "lines of one code": lambda: lines(4_500, lambda k: known_codes()[0]),
    "lines in pairs": lambda: lines(4_500, lambda k: paired_codes()[k % 2]),
    "lines in pairs, days only": lambda: lines(4_500, lambda k: paired_codes()[k % 2], drord_begn_date="2026-07-02"),
    "lines without dates": lambda: lines(4_500, None, drord_begn_date=""),
    "refunds": lambda: lines(4_500, lambda k: known_codes()[0], cnt="-1", sumamt="-10"),
    "amounts that do not fit": lambda: lines(2_000, None, cnt="99999999999", pric="0.0001", sumamt="1"),
    "lines of one id": lambda: lines(3_000, None, rx_id="R"),
    "names of a thousand letters": lambda: lines(1_000, None, hilist_name="字" * 1_000),
    "hours without end": lambda: lines(500, None, spec_unt="小时", cnt="900000", drord_stop_date="9998-12-31 00:00:00"),
    "thousands of diagnoses": lambda: changed(lambda v: v.update(fsi_diagnose_dtos=[
        {"dise_id": str(k), "inout_dise_type": "1", "maindise_flag": "1", "dias_srt_no": "1", "dise_codg": f"A{k % 99:02d}.{k % 10}",
         "dise_name": "x", "dise_date": "2026-07-01"} for k in range(5_000)])),
    "impossible days": lambda: changed(lambda v: v.update(adm_date="2026-02-30", dscg_date="0000-00-00")),
    "days of other centuries": lambda: changed(lambda v: v.update(adm_date="0001-01-01 00:00:00", dscg_date="9998-12-31 23:59:59")),
    "wrong types": lambda: changed(lambda v: v.update(dict.fromkeys([k for k in v if not k.startswith("fsi")], 12345678901234567890))),
}
ATTACKS: dict[str, Attack] = {
    **{name: partial(lambda make: answer(make()), make) for name, make in BODIES.items()},
    **{name: partial(lambda make: answer(make()), make) for name, make in REVIEWED.items()},
    **{f"{name}, as 3102": partial(lambda make: answer(make(), "3102"), make) for name, make in REVIEWED.items() if name.endswith("pairs")},
    "bodies to the address of feedback": lambda: answer(lines(3), "3103"),
    "feedback to the address of reviews": lambda: answer(feedback(1), "3101"),
    "numbers of every kind": lambda: numbers("cnt", "1e400", "9" * 400, "-9e99", "1E-99", "0." + "0" * 3_000 + "1", "1e99999999", "-0", "[]", "{}", "true"),
    "numbers that are no JSON": lambda: numbers("sumamt", "NaN", "01", "+1", ".5", "0x10", "1_0"),
}
HARMLESS = frozenset(ATTACKS.keys() - BODIES.keys() - {"numbers that are no JSON"})


def is_alive() -> bool:
    return answer(json.dumps(example()).encode(), late=None) == ["ok"]
