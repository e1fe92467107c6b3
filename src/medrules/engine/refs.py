"""Names the entities that findings are about, the same way on every execution path."""
from __future__ import annotations

from typing import Any

from medrules.model.reports import LineRef
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["ref"]


def _text(value: Any) -> str:
    return "" if value is UNKNOWN or value is ABSENT else str(value)


def ref(entity: Any) -> LineRef:
    """A line by its id and place, an encounter by its id, a diagnosis or operation by its code and place in the list."""
    kind = type(entity).key
    if kind == "encounter":
        return LineRef(kind, _text(entity.id))
    encounter: Any = getattr(entity, "encounter", UNKNOWN)
    within = "" if encounter is UNKNOWN or encounter is ABSENT else _text(encounter.id)
    match kind:
        case "item":
            return LineRef(kind, within, _text(entity.id), entity.position)
        case "prescription":
            return LineRef(kind, within, _text(entity.no))
        case "diagnosis" | "operation":
            held = encounter.diagnoses if kind == "diagnosis" else encounter.operations
            place = next((i for i, x in enumerate(held) if x is entity), -1) if isinstance(held, tuple) else -1
            name = entity.code if kind == "diagnosis" or entity.id is UNKNOWN or entity.id is ABSENT else entity.id
            return LineRef(kind, within, _text(name), place)
        case _:
            return LineRef(kind, within, _text(getattr(entity, "id", UNKNOWN)))
