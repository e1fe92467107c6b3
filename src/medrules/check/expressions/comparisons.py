"""Comparisons: one unit, one type, `<`, `<=` and `=` only; the other three are their negations."""
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final, Literal

from medrules.check.context import RuleContext
from medrules.check.expressions.atoms import atom
from medrules.check.expressions.literals import age_limit
from medrules.check.expressions.references import find_bound
from medrules.check.names import Place
from medrules.check.program import Cmp, CmpRatio, Const, DayOrdinal, Expr, Not, Ratio
from medrules.check.typenames import kind_zh, unit_zh
from medrules.check.units import to_finer
from medrules.language import nodes as ast
from medrules.model.types import BOOL, Type

__all__ = ["between", "compare", "compared"]

Op = Literal["=", "!=", "<", "<=", ">", ">="]
Core = Literal["<", "<=", "="]

# op → (core op, negated)
_CORE: Final[dict[Op, tuple[Core, bool]]] = {
    "=": ("=", False), "!=": ("=", True), "<": ("<", False), ">=": ("<", True), "<=": ("<=", False), ">": ("<=", True),
}
_MIRRORED: Final[dict[Op, Op]] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ORDERED = ("num", "date", "instant", "level", "age")


def compare(ctx: RuleContext, node: ast.Compare, place: Place) -> Expr:
    if _is_open_word(ctx, node.left, place) and not _is_open_word(ctx, node.right, place):
        right = ctx.value(node.right, place)
        left = ctx.value(node.left, place, right.type)
    else:
        left = ctx.value(node.left, place)
        right = ctx.value(node.right, place, left.type)
    return compared(ctx, node.op, left, right, place, node)


def _is_open_word(ctx: RuleContext, node: ast.Expr, place: Place) -> bool:
    """A bare word that is no name here: it waits for the other side to say which enumeration is meant."""
    if not isinstance(node, ast.Name) or len(node.parts) != 1:
        return False
    first = node.parts[0]
    return not (
        first in ctx.lets or first == ctx.row or first in ctx.world.definitions or find_bound(ctx, node.parts, place) is not None
    )


def compared(ctx: RuleContext, op: Op, left: Expr, right: Expr, place: Place, node: ast.Expr) -> Expr:
    """The guarded comparison of two checked values."""
    if isinstance(right, Ratio) and not isinstance(left, Ratio):
        left, right, op = right, left, _MIRRORED[op]
    core, negated = _CORE[op]
    if isinstance(left, Ratio):
        return _ratio(ctx, core, negated, left, right, place, node)
    a, b = _aligned(ctx, core, left, right, node)

    def build(sides: tuple[Expr, ...]) -> Expr:
        made = Cmp(core, sides[0], sides[1], BOOL)
        return Not(made, BOOL) if negated else made

    return atom(ctx, place, build, a, b)


def _ratio(ctx: RuleContext, core: Core, negated: bool, left: Ratio, right: Expr, place: Place, node: ast.Expr) -> Expr:
    if isinstance(right, Ratio) or right.type.kind != "num" or right.type.unit:
        ctx.sink.refuse("MR-T110", node.span)

    def build(sides: tuple[Expr, ...]) -> Expr:
        made = CmpRatio(core, Ratio(sides[1], sides[2], left.type), sides[0], BOOL)
        return Not(made, BOOL) if negated else made

    return atom(ctx, place, build, right, left.num, left.den)


def _aligned(ctx: RuleContext, core: Core, a: Expr, b: Expr, node: ast.Expr) -> tuple[Expr, Expr]:
    """Both sides in one type; refuses what cannot be compared."""
    ta, tb = a.type, b.type
    if core != "=" and (ta.kind not in _ORDERED or tb.kind not in _ORDERED):
        ctx.sink.refuse("MR-T113", node.span, a=kind_zh(ta), b=kind_zh(tb))
    match ta.kind, tb.kind:
        case "num", "num":
            both = to_finer(_counted_days(a, tb), _counted_days(b, ta))
            if both is None:
                ctx.sink.refuse("MR-T104", node.span, a=unit_zh(ta), b=unit_zh(tb))
            return both
        case ("age", "num") | ("num", "age"):
            number = b if tb.kind == "num" else a
            limit = age_limit(number) if isinstance(number, Const) else None
            if limit is None:
                if isinstance(number, Const) and not number.type.unit:
                    ctx.sink.refuse("MR-T117", node.span, text=_plain_number(number))
                ctx.sink.refuse("MR-T103", node.span, a=kind_zh(ta), b=kind_zh(tb))
            return (a, limit) if tb.kind == "num" else (limit, b)
        case ("age", "age") | ("date", "date") | ("instant", "instant") | ("bool", "bool") | ("text", "text"):
            return a, b
        case ("level", "level") if ta.name == tb.name:
            return a, b
        case ("code", "code") if same_codes(ta, tb):
            return a, b
        case ("code", "text") | ("text", "code"):
            return a, b
    ctx.sink.refuse("MR-T103", node.span, a=kind_zh(ta), b=kind_zh(tb))


def _plain_number(c: Const) -> str:
    return str(Decimal(c.value).scaleb(-c.type.scale))


def _counted_days(e: Expr, beside: Type) -> Expr:
    """第几天 is printed as a plain number and yet compared with a number of days."""
    if isinstance(e, DayOrdinal) and beside.unit == "天":
        return replace(e, type=replace(e.type, unit="天"))
    return e


def same_codes(a: Type, b: Type) -> bool:
    """Whether codes of the two systems may be equal. Identifiers compare only with identifiers."""
    return a.name == b.name or not a.name or not b.name


def between(ctx: RuleContext, node: ast.Between, place: Place) -> Expr:
    """`x 介于 a 至 b`: a ≤ x 且 x ≤ b."""
    x = ctx.value(node.item, place)
    low = ctx.value(node.low, place, x.type)
    high = ctx.value(node.high, place, x.type)
    return ctx.truth(ast.Logic("and", (
        ast.Compare(">=", node.item, node.low, node.span), ast.Compare("<=", node.item, node.high, node.span),
    ), node.span), place) if low.type.kind == high.type.kind else _unequal_ends(ctx, low, high, node)


def _unequal_ends(ctx: RuleContext, low: Expr, high: Expr, node: ast.Between) -> Expr:
    ctx.sink.refuse("MR-T103", node.span, a=kind_zh(low.type), b=kind_zh(high.type))


