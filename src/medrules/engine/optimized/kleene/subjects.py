"""What else than a net line a rule may be about: lines as sent, diagnoses, operations, prescriptions, encounters."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from medrules.engine.optimized.kleene.ground import Ground, Partners, day_of
from medrules.engine.optimized.kleene.truths import Unsure
from medrules.engine.refs import ref
from medrules.model.reports import LineRef
from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = ["day_judged", "name_of", "stay_of", "subjects"]

LISTS: Final = {"raw_item": "raw_items", "diagnosis": "diagnoses", "operation": "operations"}
# Lines that are never on a prescription, whatever their number says.
NEVER_PRESCRIBED: Final = frozenset(("医疗服务项目", "医用耗材", "长护服务项目"))
NO_NUMBER: Final = Unsure(frozenset(("item.rx_no",)))


def subjects(relation: str, ground: Ground) -> Iterator[Any]:
    """All that is under review of one relation."""
    for encounter in ground.facts.current:
        if relation == "encounter":
            yield encounter
        elif relation == "prescription":
            yield from _prescriptions(encounter)
        else:
            held = getattr(encounter, LISTS[relation])
            if held is not UNKNOWN and held is not ABSENT:
                yield from (x for x in held if getattr(x, "is_current", True) is not False)


def _prescriptions(encounter: Any) -> Iterator[Any]:
    held = encounter.prescriptions
    if held is not UNKNOWN:
        yield from (p for p in held if p.items is UNKNOWN or any(m.is_current is not False for m in p.items))
    if encounter.items is not UNKNOWN:  # drugs whose 处方号 was not sent may be one more, nobody knows which
        loose = tuple([
            (m, NO_NUMBER) for m in encounter.items if m.rx_no is UNKNOWN and m.is_current is not False and (
                m.list_kind is UNKNOWN or m.list_kind not in NEVER_PRESCRIBED)])
        if loose:
            yield Partners((), loose, encounter)


def day_judged(subject: Any, ground: Ground) -> int | None:
    """The day whose rules and rows apply; None without one."""
    if subject.__class__ is Partners:
        return ground.facts.business_time.day
    match type(subject).key:
        case "item":
            day = day_of(subject)
        case "operation" | "prescription":
            day = subject.date
        case "encounter":
            return _day_of_stay(subject, ground)
        case _:
            return _day_of_stay(subject.encounter, ground)
    return day if isinstance(day, int) else None


def _day_of_stay(encounter: Any, ground: Ground) -> int:
    """Discharge day, else the day of settlement, else the day of the request."""
    day = encounter.discharged_on
    if isinstance(day, int):
        return day
    settlement = encounter.settlement
    if settlement is not UNKNOWN and settlement is not ABSENT and settlement.at.__class__ is Instant:
        return int(settlement.at.day)
    return ground.facts.business_time.day


def stay_of(subject: Any) -> Any:
    """The encounter of a subject, UNKNOWN if there is none."""
    return subject if getattr(type(subject), "key", "") == "encounter" else getattr(subject, "encounter", UNKNOWN)


def name_of(subject: Any) -> LineRef:
    """How reports name it."""
    return LineRef("prescription", ref(subject.encounter).encounter) if subject.__class__ is Partners else ref(subject)
