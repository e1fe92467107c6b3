"""Splits what conditions read by level: facts of the encounter and patient are read once, not once per line."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.knowledge.codeset import CodeSet
from medrules.plan.draft import Draft
from medrules.plan.plan import Usage
from medrules.plan.rewrite import any_node
from medrules.plan.shapes import CodesProbe

__all__ = ["hoist_facts"]


def hoist_facts(draft: Draft) -> Draft:
    facts: dict[tuple[str, ...], None] = {}

    def note(node: Any) -> bool:
        match node:
            case ir.Fact(role="item", path=("encounter", *below)) if below:
                facts[tuple(below)] = None
            case CodesProbe(path=path):
                facts[path] = None
        return False

    for shape in draft.shapes:
        any_node(shape.test, note)
    return replace(draft, usage=Usage(tuple(facts), _prefix_lengths(draft)))


def _prefix_lengths(draft: Draft) -> tuple[int, ...]:
    """Lengths of the members of all code sets that probes may meet."""
    lengths: set[int] = set()

    def note(codes: Any) -> None:
        if isinstance(codes, CodeSet):
            lengths.update(map(len, codes.prefixes))

    columns: dict[str, set[int]] = {}
    for c in draft.conditions.values():
        scope = draft.program.rules[c.rule].scope
        for form, source in zip(draft.shapes[c.shape].holes, c.sources, strict=True):
            if form != "prefixes":
                continue
            if source.column >= 0 and isinstance(scope, ir.ItemScope):
                columns.setdefault(scope.table, set()).add(source.column)
            else:
                note(source.value)
    for table, places in columns.items():
        for place in places:
            for cell in draft.program.tables[table].rows.cells[place].distinct():
                note(cell)
    return tuple(sorted(lengths))
