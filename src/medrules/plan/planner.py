"""Makes the plan of a program: runs the passes in order and freezes what they leave."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from medrules.check.program import Program
from medrules.knowledge.table import Table
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
    codes, prefixes, plain = _known(program)
    return Plan(
        program=program, routes=draft.routes, shapes=draft.shapes, dense=draft.dense, streamed=draft.streamed,
        records=_frozen(draft.records),
        prefix_records=_frozen(draft.prefix_records), known_codes=codes, known_prefixes=prefixes,
        counts_codes=plain, pairs=draft.pairs,
        scans=draft.scans, groups=_frozen(draft.groups), usage=draft.usage, guards=draft.guards,
    )


def _frozen(values: Mapping[K, V]) -> Mapping[K, V]:
    return MappingProxyType(dict(values))


def _is_about_lines(table: Table) -> bool:
    return table.key_kind in ("code", "prefix", "generic", "product", "combination", "pair")


def _known(program: Program) -> tuple[frozenset[str], frozenset[str], bool]:
    """Item codes and prefixes that some table names, and whether every key about lines is one of them."""
    codes: set[str] = set()
    prefixes: set[str] = set()
    plain = True
    for table in filter(_is_about_lines, program.tables.values()):
        for place, field in enumerate(table.key_fields):
            if field != "code":
                plain &= "." in field
                continue
            for row in table.rows:
                keys = row.keys[place]
                plain &= bool(keys)
                for n, key in enumerate(keys):
                    if not isinstance(key, str):
                        plain = False
                    elif place == 0 and n < len(row.prefix) and row.prefix[n]:
                        prefixes.add(key)
                    else:
                        codes.add(key)
    return frozenset(codes), frozenset(prefixes), plain
