"""Why the region of a window may lack lines: nothing else than what was sent is known (semantics 1.3, T17)."""
from __future__ import annotations

from typing import Any, Final

from medrules.check.program import SameKey
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.kleene.together import INSIDE
from medrules.engine.optimized.kleene.truths import NOTHING, Unsure, missing
from medrules.model.values import ABSENT, UNKNOWN, Frame

__all__ = ["Gaps", "gaps", "open_from"]

NEVER: Final = 10_000_000
WIDE: Final = frozenset(("统筹区", "全国"))
NO_ITEMS: Final = Unsure(frozenset(("encounter.items",)))
HISTORY: Final = frozenset(("history.items",))

Gaps = tuple[tuple[int, frozenset[str]], ...]  # (first day from which nothing is missing, cause)


def gaps(anchor: Any, frame: Frame, same: tuple[SameKey, ...], ground: Ground) -> Gaps:
    """What may be missing around a line."""
    own = anchor.encounter
    found: list[tuple[int, frozenset[str]]] = []
    if own.items is UNKNOWN:
        found.append((NEVER, missing(own, "items", "encounter.items", NO_ITEMS).causes))
    if frame.kind in INSIDE or any(k.kind in ("encounter", "prescription") for k in same):
        return tuple(found)
    found.append((_covered(own, any(k.kind == "institution" for k in same)), HISTORY))
    for other in ground.encounters(anchor):
        if other is not own and other.items is UNKNOWN:
            until = other.discharged_on
            found.append((
                until + 1 if isinstance(until, int) else NEVER, missing(other, "items", "encounter.items", NO_ITEMS).causes))
    return tuple(found)


def _covered(encounter: Any, here: bool) -> int:
    """The first day from which all lines are known: of this institution, or of any."""
    patient = encounter.patient
    history: Any = patient if patient is UNKNOWN else patient.history
    covered = NEVER
    if history is not UNKNOWN and history is not ABSENT and isinstance(history.covered_from, int):
        covered = history.covered_from
    if here:
        admitted = encounter.admitted_on
        return min(covered, admitted) if isinstance(admitted, int) else covered
    return covered if covered < NEVER and history.coverage is not UNKNOWN and history.coverage in WIDE else NEVER


def open_from(found: Gaps, start: int | None) -> frozenset[str]:
    """Why lines may be missing from day `start` on; nothing if none may."""
    causes = NOTHING
    for day, cause in found:
        if start is None or day > start:
            causes = causes | cause
    return causes
