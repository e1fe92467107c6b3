"""Builds the frozen, linked `Facts` from what a door has parsed. Every door (native, 3101, screening) ends here.

A door parses its message to plain dicts of run-time values and calls `build_facts`. Input form:

* A dict holds only what was sent: key = attribute name ("quantity", "begin"), value = run-time value
  (`model.values`: scaled int, folded str, bool, ordinal day, `Instant`, level rank, tuple) or ABSENT. UNKNOWN is a
  key that is not there: never put UNKNOWN or None in. Derived facts are not put in, except `paired`-like ones the
  door really knows.
* `"_why"`: {attribute: field id}, optional, names another field as the cause of an UNKNOWN attribute.
* The dicts are taken over: the builder writes into them and keeps them. Build fresh ones for each call.

patient    fields of Patient, and
           "encounters": [encounter, …]         all of them, under review and earlier, in any order
           "history": {"covered_from": ordinal, "coverage": "本院"|"统筹区"|"全国"}   optional
encounter  fields of Encounter, and
           "is_current": bool                    True = under review (default False; not a fact)
           "institution": dict | Institution     give the same Institution object to share it
           "settlement": dict | ABSENT
           "diagnoses", "operations", "items", "prescriptions", "sessions", "results":
                                                 [dict, …]; key not there = list not sent
           "main_diagnosis": dict | ABSENT       only when the source names it apart from the list (dscg_main_dise_*);
                                                 used when no diagnosis of the list is flagged (T30)
item       fields of Item, and
           "physician": dict | Physician | ABSENT
           "position": int                       place in the request; default: counted through the patient's items
           line_kind is "order" or "charge"; long_term, unit, begin, end decide the day pieces (`model.pieces`)
prescription  fields of Prescription by "no"; its items are found by item.rx_no

What the builder does: 出院诊断 replace 入院诊断 where both were sent (T30); it adds links, `at`, `on`, net `items`
beside `raw_items` (`model.netting`), day pieces, `already_deducted` 0 where the door has no "ledger", `suspected`
False where the door cannot carry "diagnosis.suspected"; ICD codes in their normal form (`model.codes`), ill-formed
ones made UNKNOWN and listed in `unjudged`.
All other derived facts are computed when first read (`model.derive`).
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from medrules.model.codes import normal_form
from medrules.model.encounters import Diagnosis, Encounter, LabResult, Operation, Session, Settlement
from medrules.model.entity import Entity
from medrules.model.facts import Door, Facts, Stage
from medrules.model.items import Item
from medrules.model.netting import net
from medrules.model.people import History, Institution, Patient, Physician
from medrules.model.pieces import may_need_cutting
from medrules.model.records import Attestation, Declaration
from medrules.model.single import single
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

__all__ = ["build_facts"]

_E = TypeVar("_E", bound=Entity)
_Unjudged = tuple[str, str, str, int, str, str]
_BELOW: Final[tuple[tuple[str, type[Entity]], ...]] = (
    ("operations", Operation), ("sessions", Session), ("results", LabResult),
)
_TIMES: Final = ("performed_at", "charged_at", "begin")
_new: Final = object.__new__
_set_dict: Final = Entity.__dict__["__dict__"].__set__


def _adopt(cls: type[_E], values: dict[str, Any]) -> _E:
    """An entity that keeps the given dict as its own (no copy: the dicts of a request are built once)."""
    made = _new(cls)
    _set_dict(made, values)
    return made


def build_facts(
    *,
    door: Door,
    stage: Stage,
    business_time: Instant,
    patients: Iterable[dict[str, Any]],
    attestations: Sequence[Mapping[str, Any]] = (),
    declarations: Sequence[Mapping[str, Any]] = (),
    unjudged: Iterable[tuple[str, str, str, int, str, str]] = (),
    notes: Iterable[str] = (),
    periods: Any = UNKNOWN,
) -> Facts:
    """Link the values of one request. See the module docstring for the form of `patients`.

    Args:
        attestations: dicts with the fields of Attestation (point, subject, outcome, by, at).
        declarations: dicts with the fields of Declaration (label, subject, by, at).
        unjudged: what the door found already: (kind, encounter, line, position, reason, detail).
        notes: data-quality notes in Chinese, without names, ids or other personal data.
        periods: 进销存 records (`Stock` entities), when given.
    """
    build = _Builder(door, business_time)
    people = tuple(build.patient(p) for p in patients)
    left = (*unjudged, *build.unjudged)
    return Facts(
        door, stage, business_time, people, tuple(build.current),
        tuple(Attestation(a) for a in attestations), tuple(Declaration(d) for d in declarations),
        left, tuple(notes), periods, None if left else single(people, build.current),
    )


class _Builder:
    """The state of one `build_facts` call."""

    __slots__ = ("as_of", "current", "no_ledger", "not_suspected", "times", "unjudged")

    def __init__(self, door: Door, as_of: Instant) -> None:
        self.as_of = as_of
        self.no_ledger = not door.can_carry("ledger")
        self.not_suspected = not door.can_carry("diagnosis.suspected")
        # The times of a line that this door can carry, the one that counts first.
        self.times = tuple(name for name in _TIMES if door.can_carry(f"item.{name}"))
        self.current: list[Encounter] = []
        self.unjudged: list[_Unjudged] = []

    def patient(self, values: dict[str, Any]) -> Patient:
        sent = values.pop("encounters", ())
        history = values.get("history")
        patient = _adopt(Patient, values)
        place, uneven, encounters, reviewed = 0, False, [], []
        for one in sent:
            is_current = one.pop("is_current", False)
            encounter, place, changed = self.encounter(one, patient, place)
            uneven = uneven or changed
            encounters.append(encounter)
            if is_current:
                reviewed.append(encounter)
        if uneven:
            self.net(encounters)
        encounters.sort(key=_by_admission)
        values["encounters"] = tuple(encounters)
        self.current.extend(reviewed)
        if history is not None:
            values["history"] = _history(history, encounters, reviewed)
        return patient

    def encounter(self, values: dict[str, Any], patient: Patient, place: int) -> tuple[Encounter, int, bool]:
        """Link one encounter. Answers it, the next place, and whether its lines need netting or cutting."""
        encounter = _adopt(Encounter, values)
        values["patient"] = patient
        institution = values.get("institution")
        if type(institution) is dict:
            values["institution"] = _adopt(Institution, institution)
        settlement = values.get("settlement")
        if type(settlement) is dict:
            settlement["encounter"] = encounter
            values["settlement"] = _adopt(Settlement, settlement)
        if "diagnoses" in values:
            listed = _in_force(values["diagnoses"])
            values["diagnoses"] = tuple([self.diagnosis(d, encounter, n) for n, d in listed])
        for name, cls in _BELOW:
            if name in values:
                values[name] = tuple(_below(cls, d, encounter) for d in values[name])
        if "operations" in values:
            self.check_operations(values["operations"], encounter)
        if "main_diagnosis" in values:
            self.main_diagnosis(values, encounter)
        sent = values.pop("prescriptions", None)
        if sent is not None:
            values["_prescriptions"] = {p["no"]: p for p in reversed(sent) if "no" in p}
        changed = False
        if "items" in values:
            items, changed = self.items(values["items"], encounter, place)
            place += len(items)
            values["items"] = values["raw_items"] = items
        return encounter, place, changed

    def diagnosis(self, values: dict[str, Any], encounter: Encounter, place: int) -> Diagnosis:
        values["encounter"] = encounter
        if self.not_suspected:
            values["suspected"] = False
        code = values.get("code", ABSENT)
        if code is not ABSENT:
            normal = normal_form("icd10", code)
            if normal is not None:
                values["code"] = normal
            else:
                del values["code"]
                self.unjudged.append(("diagnosis", _id(encounter), "", place, "ill_formed", code[:64]))
        return _adopt(Diagnosis, values)

    def check_operations(self, operations: Sequence[Any], encounter: Encounter) -> None:
        for place, operation in enumerate(operations):
            code = operation.code
            if code is UNKNOWN or code is ABSENT:
                continue
            normal = normal_form("icd9cm3", code)
            if normal is not None:
                operation.__dict__["code"] = normal
            else:
                del operation.__dict__["code"]
                line = operation.__dict__.get("id", "")
                self.unjudged.append(
                    ("operation", _id(encounter), "" if line is ABSENT else line, place, "ill_formed", code[:64]))

    def main_diagnosis(self, values: dict[str, Any], encounter: Encounter) -> None:
        """Keep what the source names apart from the list, unless a diagnosis of the list is flagged (T30)."""
        named = values.pop("main_diagnosis")
        if any(d.is_main is True for d in values.get("diagnoses", ())):
            return
        if type(named) is dict:
            code = named.get("code", ABSENT)
            if code is not ABSENT:
                code = normal_form("icd10", code) or ABSENT
            for d in values.get("diagnoses", ()):
                if code is not ABSENT and d.code is not UNKNOWN and d.code == code:
                    values["main_diagnosis"] = d
                    return
            named = self.diagnosis(named, encounter, -1)
        values["main_diagnosis"] = named

    def items(self, sent: Sequence[dict[str, Any]], encounter: Encounter, place: int) -> tuple[tuple[Item, ...], bool]:
        """Adopt the lines: link, place, time and day. Answers whether any must be netted or cut."""
        changed, no_ledger, made = False, self.no_ledger, []
        spans: dict[Any, bool] = {}  # whether a unit of these lines may have to be cut
        first, *others = self.times or _TIMES[:1]  # a door may carry none of them: then each line says what it lacks
        for values in sent:
            values["encounter"] = encounter
            if "position" not in values:
                values["position"] = place
            place += 1
            get = values.get
            at = get(first, ABSENT)
            if at is ABSENT and others:
                at = next((v for v in map(get, others) if v is not None and v is not ABSENT), ABSENT)
            if at is ABSENT:
                why = get("_why", {})
                cause = why.get("at") or why.get("performed_at") or "item.performed_at"
                values["_why"] = {**why, "at": cause, "on": cause}
            else:
                values["at"] = at
                values["on"] = at.lo // DAY_SECONDS
            if no_ledger:
                values["already_deducted"] = 0
            physician = get("physician")
            if physician.__class__ is dict:
                values["physician"] = _adopt(Physician, physician)
            if not changed:
                unit = get("unit", ABSENT)
                span = spans.get(unit)
                if span is None:
                    span = spans[unit] = may_need_cutting(unit, False)
                amount = get("amount", 0)
                changed = (
                    get("quantity", 1) <= 0 or (amount is not ABSENT and amount < 0) or (span and get("long_term") is not True)
                )
            item = _new(Item)
            _set_dict(item, values)
            made.append(item)
        return tuple(made), changed

    def net(self, encounters: Sequence[Encounter]) -> None:
        """Replace the lines of a patient's encounters by net lines and day pieces."""
        lines = [item for e in encounters if e.items is not UNKNOWN for item in e.items]
        found: dict[int, list[Item]] = {}
        for item in net(lines, self.as_of)[0]:
            found.setdefault(id(item.encounter), []).append(item)
        for encounter in encounters:
            if encounter.items is not UNKNOWN:
                encounter.__dict__["items"] = tuple(found.get(id(encounter), ()))


def _in_force(diagnoses: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """出院诊断 where there are any, else 入院诊断, with their places as sent; those without a kind always count
    (T30)."""
    kinds = [d.get("kind") for d in diagnoses]
    if "出院" not in kinds:
        return list(enumerate(diagnoses))
    return [(n, d) for n, d in enumerate(diagnoses) if kinds[n] != "入院"]


def _below(cls: type[_E], values: dict[str, Any], encounter: Encounter) -> _E:
    values["encounter"] = encounter
    return _adopt(cls, values)


def _id(encounter: Encounter) -> str:
    found = encounter.__dict__.get("id", "")
    return found if type(found) is str else ""


def _by_admission(encounter: Encounter) -> tuple[int, str]:
    at = encounter.__dict__.get("admitted_at", ABSENT)
    return (0 if at is ABSENT else at.lo, _id(encounter))


def _history(values: dict[str, Any], encounters: Sequence[Encounter], reviewed: Sequence[Encounter]) -> History:
    """History with its encounters and lines: all that is not under review."""
    under_review = {id(e) for e in reviewed}
    values["encounters"] = tuple(e for e in encounters if id(e) not in under_review)
    values["items"] = tuple(
        item for e in encounters if e.items is not UNKNOWN for item in e.items
        if id(e) not in under_review or item.is_current is False
    )
    return _adopt(History, values)
