"""Whether an answer holds together: everything that a provider could get wrong and that would make a verdict wrong, or break it."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from medrules.history.earlier import COVERAGES, Earlier
from medrules.history.need import Need
from medrules.history.spans import line_time
from medrules.model.entity import Field
from medrules.model.facts import Facts
from medrules.model.schema import SCHEMA
from medrules.model.types import Type
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

__all__ = ["fault_of", "repeats"]

MAX_ENCOUNTERS: Final = 5_000
MAX_LINES: Final = 50_000
_MAX_TEXT: Final = 10_000
_LAST_DAY: Final = date.max.toordinal()
_LAST_SECOND: Final = (_LAST_DAY + 1) * DAY_SECONDS
# Keys that a builder takes and that are no facts.
_BESIDE: Final = frozenset(("_why", "position"))
# Derived facts that a source may state.
_STATED: Final = frozenset(("encounter.main_diagnosis", "encounter.prescriptions", "session.hours"))


def fault_of(earlier: Any, need: Need) -> str:
    """Why an answer cannot be used: a word for the log and the note; "" = it can."""
    if not isinstance(earlier, Earlier) or not isinstance(earlier.encounters, tuple):
        return "malformed"
    if earlier.patient != need.patient:
        return "other patient"
    if not _is_day(earlier.covered_from, 0) or not _is_day(earlier.covered_until, 0) or earlier.coverage not in ("", *COVERAGES):
        return "malformed"
    if len(earlier.encounters) > MAX_ENCOUNTERS or sum(len(_listed(e, "items")) for e in earlier.encounters) > MAX_LINES:
        return "too much"
    if not all(_is_entity(e, "encounter") and isinstance(e.get("id"), str) and e["id"] for e in earlier.encounters):
        return "malformed"
    if len({name_of(e) for e in earlier.encounters}) < len(earlier.encounters):
        return "repeated encounter"
    if any(_is_later(e, need.until) for e in earlier.encounters):
        return "later than asked"
    return ""


def name_of(encounter: Mapping[str, Any]) -> tuple[str, str]:
    """Institution ("" = not known) and id of an encounter."""
    institution = encounter.get("institution")
    ident = institution.get("id", "") if isinstance(institution, Mapping) else ""
    return (ident if isinstance(ident, str) else ""), encounter["id"]


def _is_later(encounter: Mapping[str, Any], until: Instant) -> bool:
    admitted = encounter.get("admitted_at")
    if isinstance(admitted, Instant) and admitted.lo > until.hi:
        return True
    return any((at := line_time(i)) is not None and at.lo > until.hi for i in encounter.get("items", ()))


def repeats(encounter: Mapping[str, Any], facts: Facts) -> bool:
    """Whether an encounter of another name holds a line of the request: the same id, code, quantity, institution, and second. Such a line
    would count twice."""
    known: set[tuple[Any, ...]] = set()
    for current in facts.current:
        lines = current.raw_items
        place = current.institution
        here = place.id if place is not UNKNOWN and place is not ABSENT else UNKNOWN
        if lines is UNKNOWN or here is UNKNOWN:
            continue
        for i in lines:
            if isinstance(i.at, Instant) and i.at.is_exact and all(v is not UNKNOWN for v in (i.id, i.code, i.quantity)):
                known.add((here, i.id, i.code, i.quantity, i.at.lo))
    if not known:
        return False
    where = name_of(encounter)[0]
    return any(
        (at := line_time(i)) is not None and (where, i.get("id"), i.get("code"), i.get("quantity"), at.lo) in known
        for i in encounter.get("items", ()))


# ---------------------------------------------------------------- values


def _listed(encounter: Any, name: str) -> list[Any]:
    found = encounter.get(name) if isinstance(encounter, Mapping) else None
    return found if isinstance(found, list) else []


def _is_entity(values: Any, key: str) -> bool:
    """Whether a dict holds facts of that entity, each of its type."""
    if not isinstance(values, Mapping):
        return False
    declared = SCHEMA.entities[key].fields
    for name, value in values.items():
        if name in _BESIDE:
            continue
        field = declared.get(name)
        if field is None or (field.derived and field.id not in _STATED) or not _is_fact(value, field):
            return False
    why = values.get("_why", {})
    return isinstance(why, Mapping) and all(isinstance(v, str) for v in why.values())


def _is_fact(value: Any, field: Field) -> bool:
    if value is ABSENT:
        return field.type.optional or field.type.kind == "entity"
    return _is_value(value, field.type)


def _is_value(value: Any, t: Type) -> bool:
    match t.kind:
        case "bool":
            return isinstance(value, bool)
        case "num" | "level":
            return _is_number(value)
        case "date":
            return _is_day(value, 1)
        case "instant":
            return isinstance(value, Instant) and _is_number(value.lo) and _is_number(value.hi) and 0 < value.lo <= value.hi < _LAST_SECOND
        case "list":
            member = t.of
            if member is not None and member.kind == "entity":
                return isinstance(value, list) and _are_entities(value, member.name)
            return isinstance(value, tuple) and member is not None and all(_is_value(one, member) for one in value)
        case "entity":
            return _is_entity(value, t.name)
        case _:
            return isinstance(value, str) and len(value) <= _MAX_TEXT


def _are_entities(values: Iterable[Any], key: str) -> bool:
    return all(_is_entity(one, key) for one in values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value: Any, least: int) -> bool:
    return _is_number(value) and least <= value <= _LAST_DAY
