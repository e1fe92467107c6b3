"""Collects the groups that windows ask for, so that rules with equal keys share one total per request."""
from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from medrules.knowledge.table import EMPTY, Table
from medrules.model.values import UNKNOWN
from medrules.plan.draft import Draft
from medrules.plan.rewrite import any_node
from medrules.plan.shapes import Grouping, SharedGroup, TotalOver

__all__ = ["share_windows"]


def share_windows(draft: Draft) -> Draft:
    wanted: set[Grouping] = set()

    def note(node: Any) -> bool:
        if isinstance(node, (TotalOver, SharedGroup)) and node.grouping.kind != "code":
            wanted.add(node.grouping)
        return False

    for shape in draft.shapes:
        any_node(shape.test, note)
    groups = {g: _members(g, draft.program.tables[g.table]) for g in sorted(wanted, key=repr)}
    return replace(draft, groups=groups)


def _members(grouping: Grouping, table: Table) -> dict[str, tuple[Any, ...]]:
    """Code (or prefix with `*`) → the groups it is in, on any day: a bound may count too much, never too little."""
    found: dict[str, dict[Any, None]] = defaultdict(dict)
    rows = table.rows
    values = rows.points if grouping.kind == "row" else rows.cells[grouping.column]
    prefix = rows.field("prefix")
    for row in range(len(rows)):
        value = values[row]
        if value is EMPTY or value is UNKNOWN:
            continue
        codes = rows.keys[0].key(row)
        for code, is_prefix in zip(codes, prefix[row] or (False,) * len(codes), strict=True):
            found[f"{code}*" if is_prefix else code][value] = None
    return {code: tuple(values) for code, values in found.items()}
