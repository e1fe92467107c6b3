"""Recorded answers: 已核 (attestations) and 已申报 (declarations) about a line or its encounter."""
from __future__ import annotations

from typing import Any

from medrules.check import program as ir
from medrules.engine.optimized.kleene.ground import Env, Ground
from medrules.engine.optimized.kleene.truths import Truth, Unsure
from medrules.engine.optimized.kleene.windows import Code
from medrules.knowledge.table import EMPTY, Row
from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = ["attested", "declared"]


def _subjects(entity: Any) -> set[Any]:
    """The ids that a recorded answer may name: the line's, and its encounter's."""
    found = set()
    for x in (entity, getattr(entity, "encounter", UNKNOWN)):
        name = UNKNOWN if x is UNKNOWN else getattr(x, "id", UNKNOWN)
        if name is not UNKNOWN and name is not ABSENT:
            found.add(name)
    return found


def attested(e: ir.Attested) -> Code:
    role, index = e.role, -1 if e.column is None else e.column.index
    unknown = None if e.column is None else Unsure(frozenset((f"column:{e.column.table}.{e.column.column}",)))
    given = e.text

    def answer(env: Env, row: Row | None, ground: Ground) -> Truth:
        text = point = given
        if unknown is not None:
            assert row is not None
            cell = row.cells[index]
            if cell is EMPTY:
                return True
            if cell is UNKNOWN:
                return unknown
            text, point = cell, row.point
        ground.meter.spend(len(ground.facts.attestations))
        best: Any = None
        when = -1
        if ground.facts.attestations:
            subjects = _subjects(env[role])
            for a in ground.facts.attestations:
                if (a.point is not UNKNOWN and a.subject is not UNKNOWN and a.outcome is not UNKNOWN
                        and a.point in (point, text) and a.subject in subjects):
                    at = a.at.lo if a.at.__class__ is Instant else 0
                    if at >= when:
                        best, when = a, at
        if best is None:
            return Unsure(frozenset((f"attest:{text}",)))
        return bool(best.outcome == "符合")

    return answer


def declared(e: ir.Declared) -> Code:
    role, label = e.role, e.label
    uncarried = Unsure(frozenset(("declarations",)))

    def answer(env: Env, row: Row | None, ground: Ground) -> Truth:
        if not ground.facts.door.can_carry("declarations"):
            return uncarried
        ground.meter.spend(len(ground.facts.declarations))
        subjects = _subjects(env[role])
        return any(d.label is not UNKNOWN and d.label == label and d.subject is not UNKNOWN and d.subject in subjects
                   for d in ground.facts.declarations)

    return answer
