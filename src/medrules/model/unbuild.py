"""The way back from `Facts` to what `build_facts` takes: for whoever adds encounters to facts that a door has read.

What was derived is left out, since more encounters may change it: days, netting, day pieces, the next stay. What the builder itself
decided of what was sent (codes brought to normal form, 出院诊断 before 入院诊断) stays decided. Facts are not changed.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medrules.model.entity import Entity
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["sent_values"]

# Derived facts that a source may have stated itself.
_ALSO_SENT: Final = frozenset(("session.hours",))
# The builder names the cause of these two where a door has named it for them.
_BLAMED: Final = frozenset(("at", "on"))
_LISTS: Final = ("diagnoses", "operations", "sessions", "results")


def sent_values(facts: Facts) -> list[dict[str, Any]]:
    """The patients of `facts` as `build_facts` takes them, in dicts of their own. The builder's `unjudged` of these facts must be
    handed on beside them: codes that were ill-formed are no longer there."""
    reviewed = {id(e) for e in facts.current}
    return [_patient(p, reviewed) for p in facts.patients]


def _patient(patient: Any, reviewed: set[int]) -> dict[str, Any]:
    values = _plain(patient)
    history = values.pop("history", None)
    if history is not None:
        values["history"] = _plain(history)
    held = () if patient.encounters is UNKNOWN else patient.encounters
    values["encounters"] = [{**_encounter(e), "is_current": id(e) in reviewed} for e in held]
    return values


def _encounter(encounter: Any) -> dict[str, Any]:
    d, values = encounter.__dict__, _plain(encounter)
    for name in ("institution", "settlement"):
        if isinstance(values.get(name), Entity):
            values[name] = _plain(values[name])
    for name in _LISTS:
        if name in values:
            values[name] = _each(values[name])
    lines = d.get("raw_items", values.get("items"))
    if lines is not None:
        values["items"] = [_item(i) for i in lines]
    if "_prescriptions" in d:
        values["prescriptions"] = [dict(p) for p in d["_prescriptions"].values()]
    main = d.get("main_diagnosis", UNKNOWN)
    if main is ABSENT:
        values["main_diagnosis"] = main
    elif main is not UNKNOWN:
        values["main_diagnosis"] = _plain(main)
    return values


def _item(item: Any) -> dict[str, Any]:
    values = _plain(item)
    values["position"] = item.__dict__["position"]
    if isinstance(values.get("physician"), Entity):
        values["physician"] = _plain(values["physician"])
    return values


def _each(entities: Iterable[Any]) -> list[dict[str, Any]]:
    return [_plain(e) for e in entities]


def _plain(entity: Any) -> dict[str, Any]:
    """What was sent of one entity."""
    fields = type(entity).fields
    d = entity.__dict__
    values = {
        name: d[name] for name, f in fields.items()
        if name in d and d[name] is not UNKNOWN and (not f.derived or f.id in _ALSO_SENT)
    }
    why = {name: fact for name, fact in d.get("_why", {}).items() if name in _BLAMED or (name in fields and not fields[name].derived)}
    if why:
        values["_why"] = why
    return values
