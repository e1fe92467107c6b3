"""Names the fact that is really missing when another one is UNKNOWN because of it (`entity.__dict__["_why"]`)."""
from __future__ import annotations

from threading import Lock
from typing import Any, Final

from medrules.model.values import UNKNOWN

__all__ = ["blame", "cause_of"]


# Two threads may read two derived facts of one entity at once; neither cause may be lost.
_WRITING: Final = Lock()


def blame(entity: Any, attribute: str, field_id: str) -> Any:
    """Record that `attribute` is UNKNOWN for want of `field_id`, and answer UNKNOWN. The mapping is replaced, never
    changed: clones of an entity share it."""
    d = entity.__dict__
    with _WRITING:
        d["_why"] = {**d.get("_why", {}), attribute: field_id}
    return UNKNOWN


def cause_of(entity: Any, attribute: str) -> str:
    """The field id to name when `entity.attribute` is UNKNOWN."""
    why = entity.__dict__.get("_why")
    found = why.get(attribute) if why else None
    return found if found is not None else f"{entity.key}.{attribute}"
