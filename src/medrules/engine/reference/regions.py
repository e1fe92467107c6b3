"""How much of a window is known to be complete: an open region makes counts lower bounds and absence unknown (T17)."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medrules.check.program import SameKey
from medrules.engine.reference.frames import IN_ENCOUNTER
from medrules.engine.reference.values import cause_of
from medrules.model.values import ABSENT, UNKNOWN, Frame

__all__ = ["NEVER", "closed_from", "encounters_of", "gaps", "openness"]

NEVER: Final = 10_000_000
HISTORY: Final = "history.items"
WIDE: Final = frozenset(("统筹区", "全国"))


def encounters_of(anchor: Any) -> tuple[Any, ...]:
    """All encounters of the anchor's patient; its own where the patient is not known."""
    patient: Any = anchor.encounter.patient
    found = patient if patient is UNKNOWN else patient.encounters
    return (anchor.encounter,) if found is UNKNOWN or found is ABSENT else tuple(found)


def within_encounter(frame: Frame, same: Iterable[SameKey]) -> bool:
    return frame.kind in IN_ENCOUNTER or any(k.kind in ("encounter", "prescription") for k in same)


def closed_from(anchor: Any, same: Iterable[SameKey]) -> int:
    """The first day from which the lines of the anchor's patient (at its institution, if a key says so) are all known.

    Own institution: from this stay's admission on, since a request sends the stay whole, and from 历史.覆盖起 on. Any
    institution: from 历史.覆盖起 on, if it covers the pool area or the country. NEVER when nothing says so.
    """
    encounter = anchor.encounter
    patient: Any = encounter.patient
    history: Any = patient if patient is UNKNOWN else patient.history
    covered: Any = UNKNOWN if history is UNKNOWN or history is ABSENT else history.covered_from
    known: int = covered if isinstance(covered, int) else NEVER
    if any(k.kind == "institution" for k in same):
        admitted = encounter.admitted_on
        return min(known, admitted if isinstance(admitted, int) else NEVER)
    if known == NEVER or history.coverage is UNKNOWN or history.coverage not in WIDE:
        return NEVER
    return known


def gaps(anchor: Any, frame: Frame, same: tuple[SameKey, ...]) -> tuple[tuple[int, str], ...]:
    """What may be missing from a window's region: (the first day from which nothing is, cause). Empty when it is complete."""
    own = anchor.encounter
    found: list[tuple[int, str]] = []
    if own.items is UNKNOWN:
        found.append((NEVER, cause_of(own, "items", "encounter.items")))
    if within_encounter(frame, same):
        return tuple(found)
    found.append((closed_from(anchor, same), HISTORY))
    for other in encounters_of(anchor):
        if other is not own and other.items is UNKNOWN:
            until = other.discharged_on
            found.append((until + 1 if isinstance(until, int) else NEVER, cause_of(other, "items", "encounter.items")))
    return tuple(found)


def openness(anchor: Any, frame: Frame, same: tuple[SameKey, ...], start: int | None) -> frozenset[str]:
    """Why the region of a window that begins on day `start` may lack lines; empty when it is complete."""
    return frozenset(cause for day, cause in gaps(anchor, frame, same) if start is None or day > start)
