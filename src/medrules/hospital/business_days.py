"""The days whose law a request asks for: t(b) of everything under review that rules may judge (semantics 1.2, ruling T05)."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from medrules.hospital.reach import MOST
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, UNKNOWN, Instant, UnknownTouched

__all__ = ["business_days", "span_of"]


def span_of(facts: Facts, reach: int = 0) -> tuple[int, int]:
    """The first and the last of the business days; most requests need no more."""
    single = facts.single
    if single is not None and single.plain and single.encounter.raw_items is single.items and "_prescriptions" not in single.encounter.__dict__:
        try:
            ends = (*single.days, _stay_day(single.encounter, facts))
            return min(ends), max(ends)
        except (TypeError, UnknownTouched):  # a line whose day is not known
            pass
    days = business_days(facts, reach)
    return min(days), max(days)


def business_days(facts: Facts, reach: int = 0) -> frozenset[int]:
    """All of them: of lines, of operations and prescriptions, of the encounters themselves; never empty.

    Args:
        reach: days around those, within which lines and stays of the same people's other visits may be at fault (`hospital.reach`).
    """
    days: set[int] = set()
    for encounter in facts.current:
        days.update(_days_of(encounter, facts))
    if not days:
        return frozenset((facts.business_time.day,))
    if reach:
        if any(m.on.__class__ is not int for e in facts.current if e.items is not UNKNOWN for m in e.items):
            reach = MOST  # a line that may be of any day may belong to a partner of any day
        first, last = min(days) - reach, max(days) + reach
        for patient in facts.patients:
            for encounter in patient.encounters:
                days.update(d for d in _days_of(encounter, facts) if first <= d <= last)
    return frozenset(days)


def _days_of(encounter: Any, facts: Facts) -> Iterator[int]:
    yield _stay_day(encounter, facts)
    for name, field in (("items", "on"), ("raw_items", "on"), ("operations", "date")):
        held = getattr(encounter, name)
        if held is not UNKNOWN and held is not ABSENT:
            yield from _known(getattr(x, field) for x in held)
    # Days of prescriptions that were sent; the others have the first day of their lines.
    yield from _known(values.get("date") for values in encounter.__dict__.get("_prescriptions", {}).values())


def _known(days: Iterable[Any]) -> Iterator[int]:
    """Those that are days: UNKNOWN takes no part in a comparison, not even as a member of a set."""
    return (d for d in days if d.__class__ is int)


def _stay_day(encounter: Any, facts: Facts) -> int:
    """Discharge day, else the day of settlement, else the day of the request (as `engine.reference.candidates.encounter_day`)."""
    day = encounter.discharged_on
    if day.__class__ is int:
        return int(day)
    settlement = encounter.settlement
    if settlement is not UNKNOWN and settlement is not ABSENT and isinstance(settlement.at, Instant):
        return int(settlement.at.day)
    return facts.business_time.day
