"""Derived facts: each is computed from other facts of the same request when a rule first reads it.

Every function takes an entity and answers a value, ABSENT or UNKNOWN; for UNKNOWN it names the fact that is missing
(`model.why`). None of them knows a rule, and none depends on the order in which lines were sent.
"""
from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from medrules.model.order import order_key
from medrules.model.rounding import round_div
from medrules.model.units import unit_seconds
from medrules.model.values import ABSENT, UNKNOWN, is_known
from medrules.model.why import blame, cause_of

__all__ = [
    "HERB_KINDS", "UsePeriod", "admitted_on", "billed_hours", "confirmed_diagnoses", "discharged_on", "is_known",
    "main_diagnosis", "next_stay", "paired", "prescription_of", "rank", "run_hours", "session_hours", "stay_days",
    "use_period",
]

HERB_KINDS: Final = frozenset({"中药饮片", "中药颗粒"})
_LAST_DAY: Final = date.max.toordinal()


class UsePeriod(NamedTuple):
    """The days (ordinals, both included) on which a line's drug is used.

    `certain`: nothing is used outside them. When False only these days are certain, use on any later day is UNKNOWN.
    """

    first: int
    last: int
    certain: bool


def _day_of(entity: Any, source: str, name: str) -> Any:
    at = getattr(entity, source)
    if at is UNKNOWN:
        return blame(entity, name, cause_of(entity, source))
    return at if at is ABSENT else at.day


def admitted_on(encounter: Any) -> Any:
    """入院日期."""
    return _day_of(encounter, "admitted_at", "admitted_on")


def discharged_on(encounter: Any) -> Any:
    """出院日期; ABSENT while in hospital."""
    return _day_of(encounter, "discharged_at", "discharged_on")


def stay_days(encounter: Any) -> Any:
    """住院天数: discharge day less admission day, at least 1; ABSENT while in hospital; UNKNOWN when the discharge is
    before the admission."""
    first, last = encounter.admitted_on, encounter.discharged_on
    if last is ABSENT:
        return ABSENT
    if last is UNKNOWN:
        return blame(encounter, "stay_days", cause_of(encounter, "discharged_on"))
    if not is_known(first):
        return blame(encounter, "stay_days", cause_of(encounter, "admitted_on"))
    if last < first:
        return blame(encounter, "stay_days", "encounter.discharged_at")
    return max(1, last - first)


def main_diagnosis(encounter: Any) -> Any:
    """主诊断 from the flags (the builder has set what the source names apart). ABSENT when all are known not to be
    it."""
    diagnoses = encounter.diagnoses
    if diagnoses is UNKNOWN:
        return blame(encounter, "main_diagnosis", cause_of(encounter, "diagnoses"))
    flagged = [d for d in diagnoses if d.is_main is True]
    if flagged:
        return min(flagged, key=_diagnosis_key)
    if any(d.is_main is UNKNOWN for d in diagnoses):
        return blame(encounter, "main_diagnosis", "diagnosis.is_main")
    return ABSENT


def _diagnosis_key(diagnosis: Any) -> tuple[Any, ...]:
    order, code = diagnosis.order, diagnosis.code
    return (order if is_known(order) else 10**9, code if is_known(code) else "")


def confirmed_diagnoses(encounter: Any) -> Any:
    """确诊诊断. A diagnosis of which it is not known whether it is suspected stays as a member with an UNKNOWN
    code: it can make an answer UNKNOWN, never true or false."""
    diagnoses = encounter.diagnoses
    if diagnoses is UNKNOWN:
        return blame(encounter, "confirmed_diagnoses", cause_of(encounter, "diagnoses"))
    members = []
    for d in diagnoses:
        if d.suspected is UNKNOWN:
            hidden = {k: v for k, v in d.__dict__.items() if k not in ("code", "name")}
            hidden["_why"] = {**hidden.get("_why", {}), "code": "diagnosis.suspected", "name": "diagnosis.suspected"}
            members.append(type(d)(hidden))
        elif not d.suspected:
            members.append(d)
    return tuple(members)


def _hours_between(entity: Any, name: str) -> Any:
    begin, end = entity.begin, entity.end
    for value, field in ((end, "end"), (begin, "begin")):
        if value is ABSENT:
            return ABSENT
        if value is UNKNOWN:
            return blame(entity, name, cause_of(entity, field))
    for value, field in ((end, "end"), (begin, "begin")):
        if not value.is_exact:
            return blame(entity, name, f"{entity.key}.{field}")
    if end.lo < begin.lo:
        return blame(entity, name, f"{entity.key}.end")
    return round_div((end.lo - begin.lo) * 10_000, 3_600)


def run_hours(item: Any) -> Any:
    """执行时长 in hours (scale 4): 结束时间 − 开始时间; UNKNOWN when either is known to the day only."""
    return _hours_between(item, "run_hours")


def session_hours(session: Any) -> Any:
    """治疗记录.时长 when it was not sent."""
    return _hours_between(session, "hours")


def billed_hours(item: Any) -> Any:
    """计价时长 in hours (scale 4): quantity × the hours of one unit; UNKNOWN when the unit is no time."""
    quantity, unit = item.quantity, item.unit
    if quantity is UNKNOWN:
        return blame(item, "billed_hours", cause_of(item, "quantity"))
    seconds = unit_seconds(unit) if is_known(unit) else None
    if seconds is None:
        return blame(item, "billed_hours", cause_of(item, "unit"))
    return round_div(quantity * seconds, 3_600)


def use_period(item: Any) -> Any:
    """用药期: from 开始时间's day for 用药天数 days, else to 结束时间; with neither only the line's own day is
    certain."""
    begin = item.begin
    first = begin.day if is_known(begin) else item.on
    if first is UNKNOWN:
        return blame(item, "use_period", cause_of(item, "on"))
    days, end = item.days, item.end
    if is_known(days) and days > 0:
        return UsePeriod(first, min(first + days - 1, _LAST_DAY), True)
    if is_known(end) and end.day >= first:
        return UsePeriod(first, end.day, True)
    own = item.on
    day = first if own is UNKNOWN else own
    return UsePeriod(day, day, False)


def paired(item: Any) -> Any:
    """已配对: False unless netting found the refund's original (it then writes True)."""
    return False


def rank(item: Any) -> Any:
    """次序: the line's place among all lines of the patient, from 1. UNKNOWN without a time."""
    if item.at is UNKNOWN:
        return blame(item, "rank", cause_of(item, "at"))
    encounter = item.encounter
    patient = UNKNOWN if encounter is UNKNOWN else encounter.patient
    if not is_known(patient):
        return UNKNOWN
    places = patient.__dict__.get("_ranks")
    if places is None:
        lines = [
            line for e in patient.encounters if e.items is not UNKNOWN for line in e.items if line.at is not UNKNOWN
        ]
        lines.sort(key=order_key)
        places = patient.__dict__.setdefault("_ranks", {id(line): place for place, line in enumerate(lines, 1)})
    return places.get(id(item), UNKNOWN)


def next_stay(encounter: Any) -> Any:
    """下次就诊: the patient's next inpatient stay at the same institution, by admission.

    It is known only where the history is complete from this discharge on: an earlier one may else be missing.
    """
    patient, own, last = encounter.patient, encounter.institution, encounter.discharged_on
    if last is ABSENT:
        return ABSENT
    if last is UNKNOWN:
        return blame(encounter, "next_stay", cause_of(encounter, "discharged_on"))
    if not is_known(patient) or not is_known(own) or own.id is UNKNOWN:
        return blame(encounter, "next_stay", "institution.id")
    history = patient.history
    covered = history.covered_from if is_known(history) else UNKNOWN
    if covered is UNKNOWN or covered > last or history.coverage is UNKNOWN:
        return blame(encounter, "next_stay", "history.encounters")
    found: Any = ABSENT
    doubts: list[tuple[Any, str]] = []
    for other in patient.encounters:
        if other is encounter:
            continue
        kind, on = other.visit_kind, other.admitted_on
        there = other.institution.id if is_known(other.institution) else UNKNOWN
        if (kind is not UNKNOWN and kind != "住院") or (there is not UNKNOWN and there != own.id):
            continue
        if is_known(on) and (on < last or _precedes(other, encounter)):
            continue
        if kind is UNKNOWN or there is UNKNOWN or not is_known(on):
            missing = "institution.id" if there is UNKNOWN else "encounter.admitted_at"
            doubts.append((on, "encounter.visit_kind" if kind is UNKNOWN else missing))
        elif found is ABSENT or _admission(other) < _admission(found):
            found = other
    for on, missing in doubts:  # one that certainly comes later than the one found decides nothing
        if found is ABSENT or not is_known(on) or on <= found.admitted_on:
            return blame(encounter, "next_stay", missing)
    return found


def _admission(encounter: Any) -> tuple[int, int, str]:
    """The order of stays whose admission is known."""
    at, ident = encounter.admitted_at, encounter.id
    return (at.lo, at.hi, ident if is_known(ident) else "")


def _precedes(other: Any, encounter: Any) -> bool:
    """Whether a stay was certainly the earlier one of the two, so that it does not follow the other."""
    return is_known(encounter.admitted_at) and _admission(other) < _admission(encounter)


def prescription_of(item: Any) -> Any:
    """处方: the prescription of the line's encounter with its 处方号; ABSENT when the line states that it has none."""
    no, encounter = item.rx_no, item.encounter
    if no is UNKNOWN:
        return blame(item, "prescription", cause_of(item, "rx_no"))
    if no is ABSENT:
        return ABSENT
    if encounter is UNKNOWN or encounter.prescriptions is UNKNOWN:
        return UNKNOWN
    by_no = encounter.__dict__.get("_by_rx_no")
    if by_no is None:
        by_no = encounter.__dict__.setdefault("_by_rx_no", {p.no: p for p in encounter.prescriptions})
    return by_no.get(no, UNKNOWN)
