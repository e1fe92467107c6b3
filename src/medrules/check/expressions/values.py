"""Values: everything in an expression that is not a condition."""
from __future__ import annotations

from medrules.check.context import RuleContext
from medrules.check.expressions.calls import call
from medrules.check.expressions.literals import literal, range_literal
from medrules.check.expressions.memberships import table_named
from medrules.check.expressions.references import as_expression, name_value
from medrules.check.expressions.words import is_listed, word
from medrules.check.members import aggregate
from medrules.check.names import Place
from medrules.check.program import Arith, Choose, Const, Expr, Lookup, Ratio
from medrules.check.quotas import day_ordinal, excess, rank_ordinal
from medrules.check.typenames import kind_zh, unit_zh
from medrules.check.units import DIGITS_LIMIT, digits, product_type, sum_type, to_finer, to_seconds
from medrules.language import nodes as ast
from medrules.model.types import Type

__all__ = ["value"]

_CONDITIONS = (
    ast.Logic, ast.Compare, ast.Membership, ast.Contains, ast.Between, ast.Missing, ast.InCatalogue, ast.Attested, ast.Declared,
    ast.Quantifier, ast.KindOrdinal,
)


def value(ctx: RuleContext, node: ast.Expr, place: Place, expected: Type | None = None) -> Expr:
    """The typed expression of a value. `expected` is the type of what stands on the other side, when it is known."""
    match node:
        case ast.Name():
            return _name(ctx, node, place, expected)
        case ast.Text():
            return (word(ctx, node, expected) if expected is not None else None) or literal(ctx, node)
        case ast.Number() | ast.Bool() | ast.DateLiteral():
            return literal(ctx, node)
        case ast.RangeLiteral():
            return range_literal(ctx, node, expected)
        case ast.Unary(op="neg"):
            return _negative(ctx, node, place, expected)
        case ast.Binary():
            return _arithmetic(ctx, node, place)
        case ast.If():
            return _choice(ctx, node, place, expected)
        case ast.LookupExpr():
            return _lookup(ctx, node, place)
        case ast.Call():
            return call(ctx, node, place, expected)
        case ast.Aggregate():
            return aggregate(ctx, node, place)
        case ast.DayOrdinal():
            return day_ordinal(ctx, node, place)
        case ast.RankOrdinal():
            return rank_ordinal(ctx, node, place)
        case ast.Quota():
            return excess(ctx, node, place)
        case _ if isinstance(node, _CONDITIONS) or (isinstance(node, ast.Unary) and node.op == "not"):
            return ctx.truth(node, place)
        case _:
            ctx.sink.refuse("MR-T102", node.span, name="")


def _name(ctx: RuleContext, node: ast.Name, place: Place, expected: Type | None) -> Expr:
    """A name; a bare word of the expected enumeration comes before an entity of the same name (收费类别 = 手术)."""
    bare_word = len(node.parts) == 1 and node.parts[0] not in ctx.lets and expected is not None
    if bare_word and expected is not None and expected.kind in ("code", "level", "list"):
        if is_listed(node.parts[0], expected):
            made = word(ctx, node, expected)
            assert made is not None
            return made
        if not _is_bound(ctx, node, place):
            made = word(ctx, node, expected)
            if made is not None:
                return made
    return as_expression(name_value(ctx, node, place, expected))


def _is_bound(ctx: RuleContext, node: ast.Name, place: Place) -> bool:
    first = node.parts[0]
    return first in place.roles or first == ctx.row or first in ctx.world.definitions


def _negative(ctx: RuleContext, node: ast.Unary, place: Place, expected: Type | None) -> Expr:
    arg = ctx.value(node.arg, place, expected)
    if arg.type.kind != "num":
        ctx.sink.refuse("MR-T107", node.span, op="−", a=kind_zh(arg.type), b="")
    if isinstance(arg, Const):
        return Const(-arg.value, arg.type)
    return Arith("-", Const(0, Type("num", unit=arg.type.unit, precision=1)), arg, arg.type)


def _arithmetic(ctx: RuleContext, node: ast.Binary, place: Place) -> Expr:
    a, b = ctx.value(node.left, place), ctx.value(node.right, place)
    if isinstance(a, Ratio) or isinstance(b, Ratio):
        ctx.sink.refuse("MR-T110", node.span)
    if a.type.kind in ("date", "instant") and b.type.kind == "num" and node.op in ("+", "-"):
        return _moved(ctx, node, a, b)
    if a.type.kind != "num" or b.type.kind != "num":
        ctx.sink.refuse("MR-T107", node.span, op=node.op, a=kind_zh(a.type), b=kind_zh(b.type))
    if node.op == "*":
        t = product_type(a.type, b.type)
        if t is None:
            ctx.sink.refuse("MR-T104", node.span, a=a.type.unit, b=b.type.unit)
    else:
        both = to_finer(a, b)
        if both is None:
            ctx.sink.refuse("MR-T104", node.span, a=unit_zh(a.type), b=unit_zh(b.type))
        a, b = both
        t = sum_type(a.type, b.type)
    if digits(t) > DIGITS_LIMIT:
        ctx.sink.refuse("MR-T108", node.span, digits=digits(t), limit=DIGITS_LIMIT)
    return Arith(node.op, a, b, t)


def _moved(ctx: RuleContext, node: ast.Binary, a: Expr, b: Expr) -> Expr:
    """A date moved by days, an instant by a length of time."""
    if a.type.kind == "date":
        if b.type.unit != "天":
            ctx.sink.refuse("MR-T104", node.span, a="天", b=unit_zh(b.type))
        return Arith(node.op, a, b, _plain(a.type))
    seconds = to_seconds(b)
    if seconds is None:
        ctx.sink.refuse("MR-T104", node.span, a="小时", b=unit_zh(b.type))
    return Arith(node.op, a, seconds, _plain(a.type))


def _plain(t: Type) -> Type:
    return Type(t.kind, t.name, t.scale, t.unit, t.precision, t.of)


def _choice(ctx: RuleContext, node: ast.If, place: Place, expected: Type | None) -> Expr:
    condition = ctx.truth(node.condition, place)
    then = ctx.value(node.then, place, expected)
    otherwise = ctx.value(node.otherwise, place, expected or then.type)
    if then.type.kind != otherwise.type.kind:
        ctx.sink.refuse("MR-T103", node.span, a=kind_zh(then.type), b=kind_zh(otherwise.type))
    if then.type.kind == "bool":
        return ctx.truth(node, place)
    if then.type.kind != "num":
        return Choose(condition, then, otherwise, _plain(then.type))
    both = to_finer(then, otherwise)
    if both is None:
        ctx.sink.refuse("MR-T104", node.span, a=unit_zh(then.type), b=unit_zh(otherwise.type))
    a, b = both
    scale = max(a.type.scale, b.type.scale)
    whole = max(digits(a.type) - a.type.scale, digits(b.type) - b.type.scale)
    return Choose(condition, rescaled(a, scale), rescaled(b, scale), Type("num", "", scale, a.type.unit, whole + scale))


def rescaled(e: Expr, scale: int) -> Expr:
    """The same number with more digits after the point, so that both branches of a choice have one type."""
    if e.type.scale == scale:
        return e
    shift = scale - e.type.scale
    if isinstance(e, Const):
        return Const(e.value * 10**shift, Type("num", "", scale, e.type.unit, digits(e.type) + shift))
    one = Const(10**shift, Type("num", scale=shift, precision=shift + 1))
    return Arith("*", one, e, Type("num", "", scale, e.type.unit, digits(e.type) + shift))


def _lookup(ctx: RuleContext, node: ast.LookupExpr, place: Place) -> Expr:
    table = ctx.world.tables[table_named(ctx, node.table, node)]
    if not table.unique or len(node.keys) != len(table.key_fields):
        ctx.sink.refuse("MR-C225", node.span, table=table.name, wanted=len(table.key_fields), given=len(node.keys))
    try:
        index = table.index_of(node.column)
    except KeyError:
        known = [c.en if node.column.isascii() else c.zh for c in table.columns]
        ctx.sink.refuse("MR-N103", node.span, table=table.name, word=node.column, near="、".join(known[:8]))
    keys = tuple(ctx.value(k, place) for k in node.keys)
    column = table.columns[index]
    return Lookup(table.name, keys, column.zh, index, column.type)


