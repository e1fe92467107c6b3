"""Takes the cells that hold nothing out of conditions: an empty cell restricts nothing, a 待编 cell cannot be decided.

Rows whose cells are empty in the same places (and whose limits are of the same kind) have one condition.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import repeat
from typing import Any

from medrules.check import program as ir
from medrules.knowledge.table import EMPTY, Row, Rows
from medrules.model.types import BOOL
from medrules.model.values import ABSENT, UNKNOWN
from medrules.plan.draft import Condition, Draft
from medrules.plan.records import cell_kind
from medrules.plan.rewrite import any_node, rebuild
from medrules.plan.shapes import Touch

__all__ = ["resolve_cells"]

TRUE, FALSE = ir.Const(True, BOOL), ir.Const(False, BOOL)


def resolve_cells(draft: Draft) -> Draft:
    reads: dict[int, tuple[int, ...]] = {}
    conditions: dict[tuple[int, tuple[str, ...]], Condition] = {}
    for route in draft.routes:
        if route.kind not in ("code", "scan"):
            continue
        rule = draft.program.rules[route.rule]
        scope = rule.scope
        assert isinstance(scope, ir.ItemScope)
        reads[route.rule] = read = tuple(sorted(_columns(rule)))
        if scope.table:
            rows = draft.program.tables[scope.table].rows
            for pattern, row in _patterns(rows, read).items():
                conditions[route.rule, pattern] = Condition(route.rule, pattern, _condition(rule, rows[row]))
        else:
            conditions[route.rule, ()] = Condition(route.rule, (), _condition(rule, None))
    return replace(draft, reads=reads, conditions=conditions)


def _patterns(rows: Rows, read: tuple[int, ...]) -> dict[tuple[str, ...], int]:
    """The patterns of the columns read, each with the first row that has it."""
    parts: list[Iterable[str]] = []
    for i in read:
        kinds = [f"{i}:{cell_kind(cell)}" for cell in rows.cells[i].distinct()]
        numbers = rows.cells[i].numbers()
        parts.append(repeat(kinds[0], len(rows)) if numbers is None else map(kinds.__getitem__, numbers))
    found: dict[tuple[str, ...], int] = {}
    for row, pattern in enumerate(zip(*parts, strict=True)) if parts else enumerate([()] if rows else []):
        if pattern not in found:
            found[pattern] = row
    return found


def _columns(rule: ir.Rule) -> set[int]:
    """Columns that the scope's filter or the condition reads."""
    found: set[int] = set()

    def note(node: Any) -> bool:
        if isinstance(node, ir.Col) and node.index >= 0:
            found.add(node.index)
        elif isinstance(node, ir.Attested) and node.column is not None:
            found.add(node.column.index)
        elif isinstance(node, ir.Guard):
            found.update(c.index for c in node.columns)
        elif isinstance(node, ir.Window):
            found.update(k.column for k in node.same if k.kind == "column")
        return False

    scope = rule.scope
    for part in (rule.when, scope.where if isinstance(scope, ir.ItemScope) else None):
        if part is not None:
            any_node(part, note)
    return found


def _condition(rule: ir.Rule, row: Row | None) -> Any:
    """May the line be at fault by this row: the filter, and the condition (its negation under 须)."""
    scope = rule.scope
    assert isinstance(scope, ir.ItemScope)
    where = None if scope.where is None else _resolve(scope.where, row)
    when = None if rule.when is None else _resolve(rule.when, row)
    parts: list[Any] = [] if where is None else [where]
    if rule.mode != "always" and when is not None:
        parts.append(ir.Not(when, BOOL) if rule.mode == "must" else when)
    if row is not None and len(row.keys) > 1:
        parts.append(Touch())  # a combination key: whether the row is meant is asked exactly
    return ir.And(tuple(parts), BOOL) if parts else TRUE


def _resolve(node: Any, row: Row | None) -> Any:
    match node:
        case ir.Guard(columns=columns, when_empty=when_empty, atom=atom):
            if row is not None and any(c.index >= 0 and row.cells[c.index] is EMPTY for c in columns):
                return TRUE if when_empty else FALSE
            return _resolve(atom, row)
        case ir.Attested(column=column) if column is not None and row is not None:
            return TRUE if row.cells[column.index] is EMPTY else Touch()
        case ir.Attested():
            return Touch()
        case ir.Cmp() | ir.In() | ir.Truth() | ir.Has() | ir.CmpRatio() if row is not None and _hollow(node, row):
            return Touch()
        case _:
            return rebuild(node, lambda part: _resolve(part, row))


def _hollow(node: Any, row: Row) -> bool:
    """Whether an atom reads a cell of the row that is 待编 or (unguarded) empty."""
    return any_node(node, lambda n: isinstance(n, ir.Col) and n.index >= 0 and row.cells[n.index] in _NOTHING)


class _Nothing:
    """EMPTY, UNKNOWN and ABSENT, by identity: UNKNOWN cannot be compared."""

    def __contains__(self, cell: object) -> bool:
        return cell is EMPTY or cell is UNKNOWN or cell is ABSENT


_NOTHING = _Nothing()
