"""Makes the plan of a program: runs the passes in order and freezes what they leave."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from medrules.check.program import Program
from medrules.plan.draft import Draft
from medrules.plan.passes import PASSES
from medrules.plan.plan import Plan

__all__ = ["plan"]

K = TypeVar("K")
V = TypeVar("V")


def plan(program: Program) -> Plan:
    """The plan of a checked program. Pure: the same program gives an equal plan."""
    draft = Draft(program)
    for run in PASSES:
        draft = run(draft)
    assert draft.pairs is not None and draft.usage is not None and draft.guards is not None
    return Plan(
        program=program, routes=draft.routes, shapes=draft.shapes, dense=draft.dense, records=_frozen(draft.records),
        prefix_records=_frozen(draft.prefix_records), known_codes=_known_codes(program), pairs=draft.pairs,
        groups=_frozen(draft.groups), usage=draft.usage, guards=draft.guards,
    )


def _frozen(values: Mapping[K, V]) -> Mapping[K, V]:
    return MappingProxyType(dict(values))


def _known_codes(program: Program) -> frozenset[str]:
    """Item codes that some table of the pack names, as a key of its own."""
    return frozenset(
        code for table in program.tables.values() for row in table.rows
        for field, keys in zip(table.key_fields, row.keys, strict=False) if field == "code"
        for code in keys if isinstance(code, str))
