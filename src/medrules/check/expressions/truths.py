"""Conditions: and, or, not, and every atom with its guards."""
from __future__ import annotations

from medrules.check.context import RuleContext
from medrules.check.expressions.atoms import atom, whole
from medrules.check.expressions.comparisons import between, compare
from medrules.check.expressions.memberships import contains, in_catalogue, membership
from medrules.check.expressions.references import fact_of, find_bound
from medrules.check.expressions.values import value
from medrules.check.guards import guarded
from medrules.check.members import quantifier
from medrules.check.names import Bound, Place
from medrules.check.program import (
    And,
    Attested,
    Choose,
    Col,
    Const,
    Declared,
    Expr,
    Fact,
    Has,
    Not,
    Or,
    Param,
    Truth,
)
from medrules.check.quotas import kind_ordinal
from medrules.check.reporting import Refused
from medrules.check.typenames import kind_zh
from medrules.language import nodes as ast
from medrules.model.types import BOOL

__all__ = ["truth"]


def truth(ctx: RuleContext, node: ast.Expr, place: Place) -> Expr:
    """The condition that an expression states; refuses a value that is no yes/no."""
    ctx.here = node.span
    match node:
        case ast.Logic():
            return _logic(ctx, node, place)
        case ast.Unary(op="not"):
            return Not(ctx.truth(node.arg, place.flipped()), BOOL)
        case ast.Compare():
            return compare(ctx, node, place)
        case ast.Membership():
            return membership(ctx, node, place)
        case ast.Contains():
            return contains(ctx, node, place)
        case ast.Between():
            return between(ctx, node, place)
        case ast.Missing():
            return _missing(ctx, node, place)
        case ast.InCatalogue():
            return in_catalogue(ctx, node, place)
        case ast.Attested():
            return _attested(ctx, node, place)
        case ast.Declared():
            return _declared(ctx, node, place)
        case ast.Quantifier():
            return quantifier(ctx, node, place)
        case ast.KindOrdinal():
            return kind_ordinal(ctx, node, place)
        case ast.If():
            return _choice(ctx, node, place)
        case ast.Bool():
            return Const(node.value, BOOL)
        case ast.Always():
            ctx.sink.refuse("MR-C230", node.span)
        case _:
            return _yes_no(ctx, node, place)


def _logic(ctx: RuleContext, node: ast.Logic, place: Place) -> Expr:
    """Every argument is checked, so that one pass reports every mistake."""
    made: list[Expr] = []
    refused = False
    for arg in node.args:
        try:
            one = ctx.truth(arg, place)
        except Refused:
            refused = True
            continue
        kind = And if node.op == "and" else Or
        made.extend(one.args if isinstance(one, kind) and isinstance(arg, ast.Logic) else (one,))
    if refused:
        raise Refused
    return And(tuple(made), BOOL) if node.op == "and" else Or(tuple(made), BOOL)


def _choice(ctx: RuleContext, node: ast.If, place: Place) -> Expr:
    condition = ctx.truth(node.condition, place)
    then, otherwise = ctx.truth(node.then, place), ctx.truth(node.otherwise, place)
    return Or((And((condition, then), BOOL), And((Not(condition, BOOL), otherwise), BOOL)), BOOL)


def _missing(ctx: RuleContext, node: ast.Missing, place: Place) -> Expr:
    """`x 未填`: the sender states that it is empty. Whether a fact is known at all cannot be asked."""
    made: Expr | Bound | None = None
    if isinstance(node.item, ast.Name):
        found = find_bound(ctx, node.item.parts, place)
        if found is not None:
            made = fact_of(ctx, found[0], found[1], node.item, place)
    if isinstance(made, Bound) and made.path:
        made = Fact(made.role, made.path, made.links[-1], made.value_type.as_optional() if made.optional else made.value_type,
                    made.links[:-1])
    if made is None or isinstance(made, Bound):
        made = ctx.value(node.item, place)
    if not isinstance(made, Fact) or not made.type.optional:
        ctx.sink.refuse("MR-T112", node.span)
    return whole(ctx, place, Not(Has(made, BOOL), BOOL), made)


def _attested(ctx: RuleContext, node: ast.Attested, place: Place) -> Expr:
    if place.clause != "must":
        ctx.sink.refuse("MR-C208", node.span)
    role = place.judged.role
    if node.arg is None:
        return Attested(role, None, node.text, BOOL)
    made = ctx.value(node.arg, place)
    if not isinstance(made, Col) or made.type.kind != "text" or made.index < 0:
        ctx.sink.refuse("MR-T103", node.span, a=kind_zh(made.type), b="文字")
    if place.recording:
        ctx.record((made,), place.when_empty)
    attested = Attested(role, made, "", BOOL)  # true where the cell is empty
    return attested if place.when_empty else guarded(attested, (made,), when_empty=False)


def _declared(ctx: RuleContext, node: ast.Declared, place: Place) -> Expr:
    if place.clause not in ("unless", "but"):
        ctx.sink.refuse("MR-C209", node.span)
    return Declared(place.judged.role, node.label, BOOL)


def _yes_no(ctx: RuleContext, node: ast.Expr, place: Place) -> Expr:
    """A yes/no fact, cell or parameter as a condition; a let or definition that is a condition already."""
    made = value(ctx, node, place, BOOL)
    if made.type.kind != "bool":
        ctx.sink.refuse("MR-T101", node.span, given=kind_zh(made.type))
    match made:
        case Fact() | Col() | Param():
            return atom(ctx, place, lambda sides: Truth(sides[0], BOOL), made)
        case Choose():
            return atom(ctx, place, lambda sides: Truth(sides[0], BOOL), made)
        case _:
            return made


