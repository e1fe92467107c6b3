"""What may be at fault, under which options it is looked at, and which day's law applies to it."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.truth import Truth, Unk, conj, disj
from medrules.engine.reference.values import day_of, read
from medrules.engine.reference.windows import Binding
from medrules.knowledge.table import Row
from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = ["Candidate", "Option", "allowed", "encounter_day", "item_day", "judged_day", "lines_of", "reviewed_lines"]


@dataclass(frozen=True, slots=True)
class Option:
    """One way of looking at a candidate: a binding, and how sure it is that the scope holds for it."""

    binding: Binding
    holds: Truth
    partner: Any = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be at fault: `subject` names it in Undecided, `options` are rows or partners."""

    subject: Any
    day: int
    options: tuple[Option, ...]


def reviewed_lines(judge: Judge) -> Iterator[Any]:
    """Net lines under review."""
    for encounter in judge.facts.current:
        if encounter.items is not UNKNOWN:
            yield from (i for i in encounter.items if i.is_current is not False)


def item_day(item: Any) -> int | None:
    day = day_of(item)
    return day if isinstance(day, int) else None


def judged_day(entity: Any, judge: Judge) -> int | None:
    """t(b), the day whose rules, rows and parameters apply (T05); None when the entity has no day."""
    match type(entity).key:
        case "item":
            return item_day(entity)
        case "encounter":
            return encounter_day(entity, judge)
        case "operation" | "prescription":
            day = entity.date
            return day if isinstance(day, int) else None
        case _:
            return encounter_day(entity.encounter, judge)


def encounter_day(encounter: Any, judge: Judge) -> int:
    """Discharge day, else the day of settlement, else the day of the request."""
    day = encounter.discharged_on
    if isinstance(day, int):
        return day
    settlement: Any = encounter.settlement
    if settlement is not UNKNOWN and settlement is not ABSENT and isinstance(settlement.at, Instant):
        return settlement.at.day
    return judge.facts.business_time.day


def lines_of(encounter: Any) -> Iterator[Any]:
    patient: Any = encounter.patient
    held = (encounter,) if patient is UNKNOWN or patient.encounters is UNKNOWN else patient.encounters
    for e in held:
        if e.items is not UNKNOWN:
            yield from e.items


def allowed(row: Row, entity: Any, judge: Judge) -> Truth:
    """The row's own restrictions: 环节, 场景, 地区 (T20)."""
    if row.stages is not None and judge.facts.stage not in row.stages:
        return False
    encounter = entity if type(entity).key == "encounter" else entity.encounter
    parts: list[Truth] = []
    if row.scenes is not None:
        kind = read(encounter, ("visit_kind",), "encounter.visit_kind")
        known: Truth = kind if isinstance(kind, Unk) else kind in row.scenes
        away: Truth = False
        if "out_of_area" in row.scenes:
            found = read(encounter, ("out_of_area",), "encounter.out_of_area")
            away = found if isinstance(found, Unk) else found is True
        parts.append(disj((known, away)))
    if row.area is not None:
        area = read(encounter, ("institution", "area"), "institution.area")
        parts.append(area if isinstance(area, Unk) else area is not ABSENT and area.startswith(row.area))
    return conj(parts)
