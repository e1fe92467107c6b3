"""Replaces windows by bounds over all lines of the patient: a total that stays under the limit proves silence for any filter.

A bound is only sound where the atom stands positively (at fault if much), the value is never negative and the region is known
to be complete; the bound asks for the last itself. Everything else about windows is left to the exact evaluation (`Touch`).
"""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.knowledge.table import Table
from medrules.model.entities import Item
from medrules.model.types import BOOL, TEXT
from medrules.model.values import UNKNOWN, Frame
from medrules.plan.draft import Draft
from medrules.plan.rewrite import any_node
from medrules.plan.shapes import Grouping, PointOf, Region, SharedGroup, TotalOver, Touch

__all__ = ["bound_windows"]

SAME_ENCOUNTER = frozenset({"encounter", "prescription", "operation"})


def bound_windows(draft: Draft) -> Draft:
    tables = draft.program.tables
    changed = {}
    for key, c in draft.conditions.items():
        test = _bounded(c.test, tables)
        changed[key] = replace(c, test=test, exact=not any_node(test, _is_bound))
    return replace(draft, conditions=changed)


def _is_bound(node: Any) -> bool:
    return isinstance(node, (Touch, TotalOver, SharedGroup))


def _has_window(node: Any) -> bool:
    return any_node(node, lambda n: isinstance(n, ir.Window))


def _bounded(node: Any, tables: Any) -> Any:
    match node:
        case ir.And(args=args):
            return ir.And(tuple(_bounded(a, tables) for a in args), BOOL)
        case ir.Or(args=args):
            return ir.Or(tuple(_bounded(a, tables) for a in args), BOOL)
        case _ if not _has_window(node):
            return node
        case ir.Cmp(op="<" | "<=" as op, a=limit, b=ir.Agg() | ir.Excess() as measure):
            return _total(measure, limit, op == "<=", tables)
        case ir.Not(arg=ir.Cmp(op="<" | "<=" as op, a=ir.Agg() | ir.Excess() as measure, b=limit)):
            return _total(measure, limit, op == "<", tables)
        case ir.Quant(kind="any", over=ir.Window() as over):
            return _shared(over, node.body, tables)
        case _:
            return Touch()


def _total(measure: ir.Agg | ir.Excess, limit: Any, reaches: bool, tables: Any) -> Any:
    over = measure.over
    if not isinstance(over, ir.Window) or over.entity != "item" or over.where is not None or _has_window(limit):
        return Touch()
    if isinstance(measure, ir.Excess):
        if not (isinstance(limit, ir.Const) and limit.value == 0 and not reaches):
            return Touch()  # only 超出 大于 0 is silent exactly when the total stays within the limit
        limit = measure.limit
        value: Any = measure.value
    else:
        value = measure.value
        if measure.fn not in ("sum", "count", "days"):
            return Touch()
        if measure.fn != "sum":
            value = None
    path = _summand(value, over.var)
    placed = _place(over, tables)
    if path is None or placed is None or not isinstance(limit, (ir.Const, ir.Col, ir.Fact)):
        return Touch()
    if path and value.type.scale != limit.type.scale:
        limit = _on_scale(limit, value.type.scale)
        if limit is None:
            return Touch()
    elif not path and limit.type.scale != 0:
        limit = _on_scale(limit, 0)
        if limit is None:
            return Touch()
    grouping, key, region, back, per_day = placed
    return TotalOver(grouping, key, path, per_day, limit, reaches, region, back)


def _on_scale(limit: Any, scale: int) -> Any:
    """A constant brought to `scale` exactly, when it can be; cells keep their own scale and are brought there when lifted."""
    if not isinstance(limit, (ir.Const, ir.Col)) or limit.type.scale > scale:
        return None
    if isinstance(limit, ir.Const):
        return ir.Const(limit.value * 10 ** (scale - limit.type.scale), replace(limit.type, scale=scale))
    return limit


def _summand(value: Any, var: str) -> tuple[str, ...] | None:
    """() to count lines, the path of a fact that is never negative, None if a bound does not hold."""
    if value is None:
        return ()
    if isinstance(value, ir.Fact) and value.role == var and len(value.path) == 1:
        field = Item.fields.get(value.path[0])
        if field is not None and field.non_negative and not value.type.optional:
            return value.path
    return None


def _place(over: ir.Window, tables: Any) -> tuple[Grouping, Any, Region, int, bool] | None:
    """(grouping, its key, region, days back, per day) of a window, None if it has no key to group by or no simple frame."""
    if not isinstance(over.frame, ir.Const) or not isinstance(over.frame.value, Frame):
        return None
    frame = over.frame.value
    kinds = {k.kind for k in over.same}
    region: Region
    if frame.kind in SAME_ENCOUNTER or kinds & {"encounter", "prescription"}:
        region, back = "encounter", 0
    elif frame.kind in ("day", "hour_bucket") or "day" in kinds:
        region, back = ("institution" if "institution" in kinds else "anywhere"), 0
    elif frame.kind == "days":
        region, back = ("institution" if "institution" in kinds else "anywhere"), frame.n - 1
    else:
        return None
    per_day = frame.kind == "day" or "day" in kinds
    for k in over.same:
        if k.kind == "row" and over.table:
            grouping = _row_grouping(tables[over.table])
            return grouping, None if grouping.kind == "code" else PointOf(TEXT), region, back, per_day
        if k.kind == "column" and over.table:
            if any(cell is UNKNOWN for cell in tables[over.table].rows.cells[k.column].distinct()):
                return None  # a line of a 待编 row may be in any group
            column = tables[over.table].columns[k.column]
            key = ir.Col(over.table, column.zh, k.column, column.type)
            return Grouping(over.table, "column", k.column), key, region, back, per_day
        if k.kind == "field" and k.path == ("code",):
            return Grouping("", "code"), None, region, back, per_day
    return None


def _row_grouping(table: Table) -> Grouping:
    """Lines of one row are the lines of one code, when every row has one code and every code one row."""
    keys = table.rows.keys
    one_each = len(keys) == 1 and keys[0].starts is None and len(keys[0].codes) == len(table.rows)
    return Grouping("", "code") if one_each else Grouping(table.name, "row")


def _shared(over: ir.Window, body: Any, tables: Any) -> Any:
    placed = _place(over, tables)
    if placed is None or over.entity != "item" or over.own is not False:
        return Touch()
    grouping, key, region, back, _ = placed
    conjuncts: list[Any] = []
    for part in (over.where, body):
        if part is not None:
            conjuncts.extend(part.args if isinstance(part, ir.And) else (part,))
    return SharedGroup(grouping, key, any(_other_code(c, over) for c in conjuncts), region, back)


def _other_code(node: Any, over: ir.Window) -> bool:
    """x.编码 ≠ 明细.编码, however the checker guards it (`Has` of both)."""
    match node:
        case ir.And(args=args):
            return any(_other_code(a, over) for a in args)
        case ir.Guard(atom=atom):
            return _other_code(atom, over)
        case ir.Not(arg=ir.Cmp(op="=", a=ir.Fact(path=("code",), role=r1), b=ir.Fact(path=("code",), role=r2))):
            return {r1, r2} == {over.var, over.anchor}
        case _:
            return False
