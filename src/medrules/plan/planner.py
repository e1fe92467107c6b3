"""Makes the plan of a program: runs the passes in order and freezes what they leave."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    assert draft.records is not None and draft.prefix_records is not None
    codes, prefixes, plain = _known(program)
    plain &= draft.prefix_records.keys() <= prefixes  # a code set may name prefixes that no table knows
    return Plan(
        program=program, routes=draft.routes, shapes=draft.shapes, dense=draft.dense, streamed=draft.streamed,
        records=draft.records, prefix_records=draft.prefix_records,
        silent_codes=sorted(codes.difference(draft.records.codes, draft.pairs.codes)), known_prefixes=prefixes,
        strangers=_strangers(draft.records.codes, codes, prefixes), counts_codes=plain, pairs=draft.pairs,
        scans=draft.scans, groups=_frozen(draft.groups), usage=draft.usage, guards=draft.guards,
    )


def _frozen(values: Mapping[K, V]) -> Mapping[K, V]:
    return MappingProxyType(dict(values))


def _strangers(told: Iterable[str], codes: set[str], prefixes: frozenset[str]) -> frozenset[str]:
    """Codes of which rules speak, but which no table names, in full or by a prefix."""
    alone = (code for code in told if code not in codes)
    return frozenset(code for code in alone if not any(code[:n] in prefixes for n in range(1, len(code) + 1)))


def _is_about_lines(table: Table) -> bool:
    return table.key_kind in ("code", "prefix", "generic", "product", "combination", "pair")


def _known(program: Program) -> tuple[set[str], frozenset[str], bool]:
    """Item codes and prefixes that some table names, and whether every key about lines is one of them."""
    codes: set[str] = set()
    prefixes: set[str] = set()
    plain = True
    for table in filter(_is_about_lines, program.tables.values()):
        rows = table.rows
        for field, keys in zip(table.key_fields, rows.keys, strict=True):
            if field != "code":
                plain &= "." in field
                continue
            codes.update(keys.codes)
            plain &= all(cell and all(isinstance(key, str) for key in cell) for cell in keys.odd.values())
        if "code" in table.key_fields[:1]:
            for row in rows.prefix_rows():
                prefixes.update(key for key, is_prefix in zip(rows.keys[0].key(row), rows.field("prefix")[row], strict=True) if is_prefix)
    return codes, frozenset(prefixes), plain
