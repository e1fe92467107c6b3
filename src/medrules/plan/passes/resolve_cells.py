"""Takes the cells that hold nothing out of conditions: an empty cell restricts nothing, a 待编 cell cannot be decided.

Rows whose cells are empty in the same places (and whose limits are of the same kind) have one condition.
"""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY, Row
from medrules.model.types import BOOL
from medrules.model.values import ABSENT, UNKNOWN, AgeLimit, AgeRange, Frame
from medrules.plan.draft import Condition, Draft, KeyedRow
from medrules.plan.rewrite import any_node, rebuild
from medrules.plan.shapes import Touch

__all__ = ["age_unit", "resolve_cells"]

TRUE, FALSE = ir.Const(True, BOOL), ir.Const(False, BOOL)


def resolve_cells(draft: Draft) -> Draft:
    rows: list[KeyedRow] = []
    conditions: dict[tuple[int, tuple[str, ...]], Condition] = {}
    for route in draft.routes:
        if route.kind not in ("code", "scan"):
            continue
        rule = draft.program.rules[route.rule]
        scope = rule.scope
        assert isinstance(scope, ir.ItemScope)
        read = sorted(_columns(rule))
        if scope.table:
            for row in draft.program.tables[scope.table].rows:
                pattern = tuple(f"{i}:{_kind(row.cells[i])}" for i in read)
                codes, prefixes = _keys(row)
                rows.append(KeyedRow(route.rule, row, codes, prefixes, pattern))
                if (route.rule, pattern) not in conditions:
                    conditions[route.rule, pattern] = Condition(route.rule, pattern, _condition(rule, row))
        else:
            if scope.codes is not None:
                rows.append(KeyedRow(route.rule, None, tuple(scope.codes.exact), scope.codes.prefixes, ()))
            conditions[route.rule, ()] = Condition(route.rule, (), _condition(rule, None))
    return replace(draft, rows=tuple(rows), conditions=conditions)


def _keys(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    codes = row.keys[0]
    if not any(row.prefix):
        return codes, ()
    marked = tuple(zip(codes, row.prefix, strict=True))
    return tuple(c for c, p in marked if not p), tuple(c for c, p in marked if p)


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


def age_unit(limit: AgeLimit) -> str:
    return "days" if limit.unit == "天" else "months"


def _kind(cell: Any) -> str:
    """What of a cell decides the form of a condition."""
    if cell is EMPTY:
        return "empty"
    if cell is UNKNOWN:
        return "unknown"
    if isinstance(cell, AgeLimit):
        return age_unit(cell)
    if isinstance(cell, AgeRange):
        units = {age_unit(end) for end in (cell.low, cell.high) if end is not None}
        return units.pop() if len(units) == 1 else "ages" if units else "months"
    if isinstance(cell, CodeSet):
        plain = not (cell.except_exact or cell.except_prefixes or cell.partial)
        return "prefixes" if plain and not cell.exact else "codes"
    if isinstance(cell, Frame):
        return f"{cell.kind}{cell.n}"
    return "value"


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
