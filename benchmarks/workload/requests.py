"""The encounters of the workload as medrules gets them: frozen Facts, built by the same builder that every door uses."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any, Final

from benchmarks.workload.encounters import Visit
from benchmarks.workload.program import SEXES
from medrules.model.builder import build_facts
from medrules.model.entities import ENTITIES
from medrules.model.facts import Door, Facts
from medrules.model.values import DAY_SECONDS, Instant

__all__ = ["facts_of", "forgetful"]

MONTH: Final = date(2026, 3, 1)
# Everything but the ledger of earlier deductions, which few hospitals have.
DOOR: Final = Door("native", frozenset(f.id for e in ENTITIES for f in e.fields.values()) - {"item.already_deducted"})
UNIT_PRICE: Final = 10
# What a request may lack in the row "one fact UNKNOWN": of the patient, the encounter, the institution, or of one line.
OF_PATIENT: Final = ("sex", "birth_date")
OF_ENCOUNTER: Final = ("diagnoses", "admitted_at", "level")
OF_LINE: Final = ("code", "quantity", "days", "performed_at", "amount", "self_paid", "line_kind")


def forgetful(seed: int) -> Callable[[Visit], Facts]:
    """`facts_of`, with one fact of each request UNKNOWN: drawn by the seed and the encounter's number, so that it is always the same."""
    return lambda visit: facts_of(visit, Random(f"{seed} {visit.number}"))


def facts_of(visit: Visit, forgets: Random | None = None) -> Facts:
    """One request. Built afresh each time: nothing that an earlier review worked out is left in it."""
    first = MONTH.toordinal() - 1
    lines = [_line(n, line.item, first + line.day, line.quantity, line.supply) for n, line in enumerate(visit.lines)]
    days = [first + line.day for line in visit.lines]
    birth = date(MONTH.year - visit.age, 1, 1).toordinal()
    encounter: dict[str, Any] = {
        "id": f"E{visit.number:07d}", "is_current": True, "visit_kind": "住院", "insurance": "基本医疗",
        "admitted_at": _instant(min(days), 7 * 3600), "institution": {"id": "H1", "level": visit.level},
        "diagnoses": [{"code": code, "is_main": n == 0} for n, code in enumerate(visit.diagnoses)], "items": lines,
    }
    patient = {"id": visit.patient, "sex": SEXES[visit.sex], "birth_date": birth, "encounters": [encounter]}
    if forgets is not None:
        _forget(forgets, patient, encounter, lines)
    return build_facts(door=DOOR, stage="during", business_time=_instant(max(days), 20 * 3600), patients=[patient])


def _forget(draw: Random, patient: dict[str, Any], encounter: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """Takes one fact out."""
    name = draw.choice((*OF_PATIENT, *OF_ENCOUNTER, *OF_LINE))
    if name in OF_PATIENT:
        del patient[name]
    elif name == "level":
        del encounter["institution"][name]
    elif name in OF_ENCOUNTER:
        del encounter[name]
    else:
        del draw.choice(lines)[name]


def _line(number: int, code: str, on: int, quantity: int, supply: int) -> dict[str, Any]:
    return {
        "id": f"L{number}", "position": number, "line_kind": "charge", "code": code, "quantity": quantity * 10_000,
        "unit_price": UNIT_PRICE * 10_000, "amount": quantity * UNIT_PRICE * 100, "self_paid": 0, "days": supply,
        "performed_at": _instant(on, 8 * 3600 + number),
    }


def _instant(day: int, second: int) -> Instant:
    at = day * DAY_SECONDS + second
    return Instant(at, at)
