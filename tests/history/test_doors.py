"""History behind every door: the national message, the local service, native facts."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import medrules
from medrules.adapters.native import read_facts
from medrules.adapters.nhsa import SiteSettings, read_request
from medrules.adapters.sidecar import Desk
from medrules.history import HistoryLimits, WithHistory
from medrules.history.files import FileHistory
from medrules.history.records import Coverage
from medrules.model.values import UNKNOWN
from tests.history.people import SUM_30, earlier, engine, line, visit

ROOT = Path(__file__).parents[2]
SITE = SiteSettings.from_toml(ROOT / "examples/3101/site.toml")
MESSAGE = (ROOT / "examples/3101/01-outpatient-adult.json").read_bytes()
WIDE = Coverage(date(2025, 1, 1).toordinal(), 0, "全国")
FACTS = read_request(MESSAGE, site=SITE).facts
DRUG = FACTS.current[0].items[0].code
ON = date.fromordinal(FACTS.current[0].items[0].on).isoformat()
RULES = engine(SUM_30.replace("明细 属于 知识表「限量」记为 限定", "明细 其中 明细.编码 = 「" + DRUG + "」").replace("按 同一 患者、限定", "按 同一 患者、明细.编码")
               .replace("限定.上限", "5"))


def before(days: int, quantity: str) -> Any:
    """A visit so many days before the message's, with the drug of its first line as an order."""
    on = date.fromordinal(FACTS.current[0].items[0].on - days).isoformat()
    return visit(f"E-{days}", on, {**line(f"K{days}", on, DRUG, quantity), "种类": "医嘱"})


def provider(*visits: Any) -> FileHistory:
    return FileHistory(earlier(*visits, patient=FACTS.patients[0].id, at=f"{ON} 00:00:01"), [WIDE])


def test_a_national_message_is_judged_with_history() -> None:
    asked = WithHistory(RULES, provider(before(3, "4"), before(40, "9")), HistoryLimits(seconds=20))
    assert [u.causes for u in RULES.review(FACTS).undecided] == [("history.items",)]
    facts = asked.with_history(FACTS)
    assert not facts.door.can_carry("item.performed_at") and facts.door.can_carry("history.items")
    held = [i for e in facts.patients[0].encounters for i in e.items]
    assert all(i.at is not UNKNOWN for i in held)  # also of lines whose time the national door cannot carry
    report = asked.review(FACTS)
    assert not report.notes and not report.undecided and not report.findings  # 1 + 4 of the last thirty days
    report = WithHistory(RULES, provider(before(3, "5")), HistoryLimits(seconds=20)).review(FACTS)
    assert [f.rule for f in report.findings] == ["LK-1"]
    answer = json.loads(medrules.review_message(WithHistory(RULES, provider(before(3, "5")), HistoryLimits(seconds=20)), MESSAGE, site=SITE))
    warnings = str(answer)
    assert "LK-1" in warnings and answer["infcode"] in ("0", 0)


def test_lines_of_the_message_keep_their_places() -> None:
    """The answer names them by their place."""
    asked = WithHistory(RULES, provider(before(3, "5")), HistoryLimits(seconds=20))
    (finding,) = asked.review(FACTS).findings
    assert (finding.anchor.encounter, finding.anchor.position) == (FACTS.current[0].id, 0)


def test_charges_do_not_count_among_orders() -> None:
    charged = before(3, "9")
    charged["明细"][0]["种类"] = "费用"
    report = WithHistory(RULES, provider(charged), HistoryLimits(seconds=20)).review(FACTS)
    assert not report.findings and not report.undecided


def test_the_local_service_asks_it_too() -> None:
    desk = Desk(WithHistory(RULES, provider(before(3, "5")), HistoryLimits(seconds=20)), site=SITE)
    reply = desk.answer("/nhsa", "application/json", {}, MESSAGE)
    assert reply.status == 200 and "LK-1" in reply.body.decode("utf-8")
    assert json.loads(desk.health().body)["pack"] == "test"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_native_facts_through_the_service(lang: str) -> None:
    data = {"业务时间": f"{ON} 12:00:00", "环节": "事前", "患者": {"唯一号": FACTS.patients[0].id},
            "就诊": {"标识": "E-now", "就医方式": "门诊", "入院时间": ON, "机构": {"编码": "H1"}, "明细": [
                {"标识": "L1", "种类": "医嘱", "编码": DRUG, "数量": "1", "金额": "10", "自费金额": "0", "执行时间": f"{ON} 10:00:00"}]}}
    read_facts(data)
    desk = Desk(WithHistory(RULES, provider(before(3, "5")), HistoryLimits(seconds=20)))
    reply = desk.answer("/review", "application/json", {"lang": lang}, json.dumps(data, ensure_ascii=False).encode())
    assert reply.status == 200 and "LK-1" in reply.body.decode("utf-8")
