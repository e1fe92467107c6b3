"""Ordinals and quotas: the judged line's place among the lines of its window, and its part beyond a limit."""
from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from medrules.check.context import RuleContext
from medrules.check.expressions.atoms import atom
from medrules.check.guards import TRUE, absences
from medrules.check.members import collection
from medrules.check.names import Bound, Place
from medrules.check.program import (
    And,
    Choose,
    Cmp,
    Col,
    Const,
    DayOrdinal,
    Excess,
    Expr,
    Fact,
    Guard,
    Has,
    KindRank,
    Not,
    Prim,
    Rank,
    Window,
)
from medrules.check.typenames import kind_zh, unit_zh
from medrules.check.units import dimension, to_finer
from medrules.check.walk import nodes, replaced
from medrules.check.windows import window
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA
from medrules.model.types import BOOL, TEXT, Type

__all__ = ["day_ordinal", "excess", "kind_ordinal", "rank_ordinal"]

_UNIT_COLUMNS = ("单位", "unit")


def day_ordinal(ctx: RuleContext, node: ast.DayOrdinal, place: Place) -> Expr:
    over, _ = window(ctx, node, place, own=True)
    return DayOrdinal(over, Type("num", precision=6))


def rank_ordinal(ctx: RuleContext, node: ast.RankOrdinal, place: Place) -> Expr:
    over, member = window(ctx, node, place, own=True)
    by = ctx.value(node.by, _as_if_judged(place, member))
    if by.type.kind not in ("num", "level", "date", "instant"):
        ctx.sink.refuse("MR-T113", node.by.span, a=kind_zh(by.type), b="")
    return Rank(over, by, node.descending, Type("num", precision=6))


def kind_ordinal(ctx: RuleContext, node: ast.KindOrdinal, place: Place) -> Expr:
    """`自第 n 种 起 同期明细.通用名 …`: the judged line's kind is the n-th or a later one."""
    over, member, _, value = collection(ctx, node.phrase, place)
    if not isinstance(over, Window) or value is None or not isinstance(value, Fact):
        ctx.sink.refuse("MR-T116", node.span, fn="自第…种起", given=kind_zh(value.type if value else member.value_type))
    if value.type.kind not in ("code", "text"):
        ctx.sink.refuse("MR-T116", node.span, fn="自第…种起", given=kind_zh(value.type))
    n = ctx.value(node.n, place)
    rank = KindRank(replace(over, own=True), value, Type("num", unit="种", precision=6))
    both = to_finer(rank, n) if n.type.kind == "num" else None
    if both is None:
        ctx.sink.refuse("MR-T104", node.span, a="种", b=n.type.unit or kind_zh(n.type))
    return atom(ctx, place, lambda sides: Not(Cmp("<", sides[0], sides[1], BOOL), BOOL), *both)


def excess(ctx: RuleContext, node: ast.Quota, place: Place) -> Expr:
    """`超额 x 限 L 每 w 按 同一 g`. x is read for every line of the window, L for the judged one."""
    over, member = window(ctx, node, place, own=True)
    value = ctx.value(node.value, _as_if_judged(place, member))
    limit = ctx.value(node.limit, place)
    if value.type.kind != "num" or limit.type.kind != "num":
        ctx.sink.refuse("MR-T116", node.span, fn="超额", given=kind_zh(value.type if value.type.kind != "num" else limit.type))
    unit = _limit_unit(value, limit, member)
    if unit:
        limit = replace(limit, type=replace(limit.type, unit=""))
    both = to_finer(value, limit)
    if both is None:
        ctx.sink.refuse("MR-T104", node.span, a=unit_zh(value.type), b=unit_zh(limit.type))
    value, limit = both
    missing = tuple(Has(x, BOOL) for x in absences(value))
    if missing:
        over = replace(over, where=missing[0] if len(missing) == 1 else And(missing, BOOL))
    value = _in_unit(value, member, Const(unit, TEXT)) if unit else _in_table_unit(ctx, value, member)
    return Excess(over, value, limit, Type("num", "", max(value.type.scale, limit.type.scale), value.type.unit, value.type.precision))


def _as_if_judged(place: Place, member: Bound) -> Place:
    """The same expression read for another line: its names for the judged line mean the member."""
    roles = {w: member if b == place.judged else b for w, b in place.roles.items()}
    return replace(place, roles=MappingProxyType(roles), judged=member, guarding=False, level=place.level + 1)


def _quantities(value: Expr, member: Bound) -> list[Fact]:
    return [n for n in nodes(value) if isinstance(n, Fact) and n.field == "item.quantity" and n.role == member.role]


def _limit_unit(value: Expr, limit: Expr, member: Bound) -> str:
    """The unit that lines are counted in when their quantity has a limit in hours or days: a line in that unit counts, any
    other line's quantity is UNKNOWN. "" when the limit is a plain number."""
    if dimension(value.type.unit) or not dimension(limit.type.unit) or not _quantities(value, member):
        return ""
    return limit.type.unit


def _in_table_unit(ctx: RuleContext, value: Expr, member: Bound) -> Expr:
    """Where the row names the unit of its limit, a quantity in another unit is UNKNOWN (semantics 1.1)."""
    if ctx.table is None:
        return value
    column = next((c for c in ctx.table.columns if c.zh in _UNIT_COLUMNS or c.en in _UNIT_COLUMNS), None)
    if column is None or column.type.kind not in ("text", "code"):
        return value
    return _in_unit(value, member, Col(ctx.table.name, column.zh, ctx.table.columns.index(column), column.type))


def _in_unit(value: Expr, member: Bound, wanted: Expr) -> Expr:
    unit = Fact(member.role, (*member.path, "unit"), "item.unit", SCHEMA.field("item", "unit").type, member.links)
    for fact in _quantities(value, member):
        checked: Expr = Prim("in_unit", (fact, unit, wanted), fact.type)
        if isinstance(wanted, Col):
            checked = Choose(Guard((wanted,), False, TRUE, BOOL), checked, fact, fact.type)
        value = replaced(value, fact, checked)
    return value
