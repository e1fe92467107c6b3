"""Puts earlier encounters into facts, as if the request had sent them; how complete they are is said as far as it was asked and stated."""
from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from medrules.history.checking import name_of, repeats
from medrules.history.earlier import COVERAGES, Earlier, fresh
from medrules.history.need import Need
from medrules.history.spans import line_time
from medrules.model.builder import build_facts
from medrules.model.facts import Door, Facts
from medrules.model.unbuild import sent_values
from medrules.model.values import Instant

__all__ = ["merged"]

# What a door carries once a provider has answered.
_HISTORY: Final = frozenset(("history.covered_from", "history.coverage", "history.encounters", "history.items", "patient.history"))


def merged(facts: Facts, earlier: Earlier, need: Need) -> Facts | str:
    """The facts with the earlier encounters, or a word saying why they cannot be: they hold lines of the request under another name.

    An encounter that the request holds counts as the request sends it. What is later than the request's own business time is left out.
    """
    (patient,) = sent_values(facts)
    held = {name_of(e): e for e in patient["encounters"] if isinstance(e.get("id"), str)}
    ids: dict[str, list[str]] = {}
    for institution, ident in held:
        ids.setdefault(ident, []).append(institution)
    added: list[dict[str, Any]] = []
    for one in earlier.encounters:
        institution, ident = name_of(one)
        same = next((held[i, ident] for i in ids.get(ident, ()) if not i or not institution or i == institution), None)
        if same is not None:
            if "items" not in same and not same["is_current"] and "items" in one:  # the request names it, the history has its lines
                same["items"] = fresh(_until(one, facts.business_time)["items"])
            continue
        if repeats(one, facts):
            return "repeats the request"
        admitted = one.get("admitted_at")
        if not (isinstance(admitted, Instant) and admitted.lo > facts.business_time.hi):
            added.append(fresh(_until(one, facts.business_time)))
    patient["encounters"] = [*added, *patient["encounters"]]
    history = _coverage(patient.get("history"), earlier, need, facts)
    if history:
        patient["history"] = history
    door = facts.door
    # Times and the like that only the earlier lines have are read as their own door reads them.
    wide = Door(door.name, door.carries | earlier.carries)
    made = build_facts(
        door=wide, stage=facts.stage, business_time=facts.business_time, patients=(patient,),
        attestations=[dict(a.__dict__) for a in facts.attestations], declarations=[dict(d.__dict__) for d in facts.declarations],
        notes=facts.notes, periods=facts.periods)
    return replace(made, door=Door(door.name, door.carries | _HISTORY), unjudged=facts.unjudged, single=None if facts.unjudged else made.single)


def _until(encounter: Any, as_of: Instant) -> dict[str, Any]:
    if "items" not in encounter:
        return dict(encounter)
    kept = [i for i in encounter["items"] if (at := line_time(i)) is None or at.lo <= as_of.hi]
    return {**encounter, "items": kept}


def _coverage(stated: Any, earlier: Earlier, need: Need, facts: Facts) -> dict[str, Any]:
    """What the merged facts may claim: the wider reach, then the earlier day. Never days that were not asked for, nor a source that ends
    too early."""
    told = stated if isinstance(stated, dict) else {}
    begin, reach = told.get("covered_from"), told.get("coverage")
    own = (begin, reach) if isinstance(begin, int) and reach in COVERAGES else None
    coverage = _reach(earlier, facts)
    if not earlier.covered_from or not coverage:
        return told
    found = max(earlier.covered_from, need.begin), coverage
    if own is not None and (COVERAGES.index(own[1]), -own[0]) >= (COVERAGES.index(found[1]), -found[0]):
        return told
    return {"covered_from": found[0], "coverage": found[1]}


def _reach(earlier: Earlier, facts: Facts) -> str:
    """The coverage up to the moment of the request. The request itself sends its stays whole, so of the own institution it is enough that
    the source goes up to the day before the last of them began; of other institutions it has to go to the day of the request."""
    if not earlier.covered_until or earlier.covered_until >= facts.business_time.day:
        return earlier.coverage
    needed = 0
    for encounter in facts.current:
        admitted, discharged = encounter.admitted_on, encounter.discharged_on
        over = isinstance(discharged, int) and discharged < facts.business_time.day
        needed = max(needed, facts.business_time.day if over or not isinstance(admitted, int) else admitted - 1)
    return "本院" if earlier.coverage and earlier.covered_until >= needed else ""


