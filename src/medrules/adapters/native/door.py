"""What native facts can carry: everything; and the same door with facts taken out, for senders that lack them and
for tests."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from medrules.model.facts import Door
from medrules.model.schema import SCHEMA

__all__ = ["NATIVE", "door_limited", "fact_id"]

NATIVE: Final = Door(
    "native", frozenset(f.id for f in SCHEMA) | {"ledger", "attestations", "declarations"},
)


def fact_id(name: str) -> str:
    """The field id of a fact written as `就诊.抢救标志` or `encounter.rescue`; KeyError if there is no such fact."""
    entity, _, field = name.partition(".")
    if not field and entity in ("ledger", "attestations", "declarations"):
        return entity
    return SCHEMA.field(entity, field).id


def door_limited(name: str, without: Iterable[str] = (), base: Door = NATIVE) -> Door:
    """A door that carries what `base` carries, without the facts named (`就诊.抢救标志`, `encounter.rescue`,
    `ledger`)."""
    return Door(name, base.carries - {fact_id(fact) for fact in without})
