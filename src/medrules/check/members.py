"""Collections: phrases, quantifiers and aggregates over lists of an entity and over windows."""
from __future__ import annotations

from dataclasses import replace

from medrules.check.context import RuleContext
from medrules.check.expressions.atoms import whole
from medrules.check.expressions.references import find_bound, unknown_field
from medrules.check.guards import TRUE, present
from medrules.check.names import WINDOW_NOUNS, Bound, Place, bare, singular, step, suggestion, under
from medrules.check.program import Agg, And, Collection, Expr, Has, Members, Not, Quant, Window
from medrules.check.typenames import kind_zh
from medrules.check.units import digits
from medrules.check.windows import window
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA
from medrules.model.types import BOOL, Type

__all__ = ["aggregate", "collection", "quantifier"]

_DEPTH_LIMIT = 2  # quantifiers and windows in one another: more cannot be judged in bounded time
_GROWTH = 6  # digits a sum over lines may add


def collection(ctx: RuleContext, node: ast.Phrase, place: Place) -> tuple[Collection, Bound, Place, Expr | None]:
    """A phrase: the collection (with its 其中), its member, the place inside, and the field of the members that was named."""
    if place.depth >= _DEPTH_LIMIT:
        ctx.sink.refuse("MR-C217", node.span, limit=_DEPTH_LIMIT)
    over, member, rest, noun = _noun(ctx, node, place)
    inside = _member_place(ctx, node, place, member, noun)
    value = _field(ctx, node, member, rest)
    where = ctx.truth(node.where, inside) if node.where is not None else None
    if value is not None and value.type.optional:
        # A member without the value is not counted: ABSENT never reaches an aggregate.
        has = Has(value, BOOL)
        where = has if where is None else And((where, has), BOOL)
    if where is not None:
        over = replace(over, where=where)
    return over, member, inside, value


def _noun(ctx: RuleContext, node: ast.Phrase, place: Place) -> tuple[Collection, Bound, tuple[str, ...], tuple[str, ...]]:
    """The collection a noun names, its member, the words after it and the words of the collection itself."""
    parts = node.noun.parts
    if parts[0] in WINDOW_NOUNS:
        over, member = window(ctx, node, place, own=node.own)
        return over, member, parts[1:], parts[:1]
    found = find_bound(ctx, parts, place)
    if found is None:
        near = suggestion(parts[0], [*place.roles, *WINDOW_NOUNS, *SCHEMA.names])
        ctx.sink.refuse("MR-N101", node.noun.span, word=parts[0], near=near or "同期明细、就诊.诊断")
    bound, rest = found
    return _listed(ctx, node, place, bound, rest)


def _listed(
    ctx: RuleContext, node: ast.Phrase, place: Place, bound: Bound, rest: tuple[str, ...]
) -> tuple[Collection, Bound, tuple[str, ...], tuple[str, ...]]:
    parts = node.noun.parts
    start = bound
    while rest:
        field = SCHEMA.find_field(bound.entity, rest[0]) if bound.entity else None
        if field is None:
            field = unknown_field(ctx, bound, rest[0], node.noun)
        rest = rest[1:]
        if field.type.kind == "entity":
            bound = under(bound, field)
            continue
        if field.type.kind != "list" or field.type.of is None:
            if start.role in ("first", "second") and not start.path and bound is start:
                return _partners(ctx.variable(place), bound, field.name, rest, parts)
            break
        noun = parts[:len(parts) - len(rest)]
        if node.frame is not None or node.same:
            return _session_window(ctx, node, place, field.type.of.name, rest, noun)
        fact = step(bound, field)
        of = field.type.of
        var = ctx.variable(place, bool(node.var))
        member = Bound(var, of.name if of.kind == "entity" else "", type=of)
        return Members(fact.role, fact.path, fact.field, member.entity, var, None, fact.links), member, rest, noun
    else:
        if bound.role in ("first", "second") and not bound.path:
            return _partners(ctx.variable(place), bound, "", (), parts)
    ctx.sink.refuse("MR-C216", node.noun.span, name=".".join(parts))


def _partners(
    var: str, bound: Bound, field: str, rest: tuple[str, ...], parts: tuple[str, ...]
) -> tuple[Collection, Bound, tuple[str, ...], tuple[str, ...]]:
    """`合计 主项.数量` in a pair: all partners of the line at fault (ruling T12)."""
    member = Bound(var, "item")
    words = (parts[1], *rest) if field else ()
    return Members(bound.role, (), "encounter.items", "item", var), member, words, parts[:1]


def _session_window(
    ctx: RuleContext, node: ast.Phrase, place: Place, entity: str, rest: tuple[str, ...], noun: tuple[str, ...]
) -> tuple[Collection, Bound, tuple[str, ...], tuple[str, ...]]:
    """`就诊.治疗记录.时长 取 单日 按 同一 患者`: treatment records around the judged line."""
    if entity not in ("session", "item"):
        ctx.sink.refuse("MR-C216", node.noun.span, name=".".join(node.noun.parts))
    over, member = window(ctx, node, place, own=node.own, kind=entity)
    return over, member, rest, noun


def _member_place(ctx: RuleContext, node: ast.Phrase, place: Place, member: Bound, noun: tuple[str, ...]) -> Place:
    """What the member is called inside: its 记为 name, the collection as written, or the collection's last word."""
    names = {node.var} if node.var else set()
    nouns: tuple[tuple[tuple[str, ...], Bound], ...] = ((noun, member), *place.nouns)
    if node.var and node.var in place.scope_words:
        ctx.sink.refuse("MR-N110", node.span, name=node.var)
    last = noun[-1]
    names.update(w for w in (last, singular(last)) if w not in place.scope_words and w not in WINDOW_NOUNS)
    return replace(place.inside().binding(names, member), nouns=nouns)


def _field(ctx: RuleContext, node: ast.Phrase, member: Bound, rest: tuple[str, ...]) -> Expr | None:
    """The field of the members that an aggregate is over; None when the members themselves are meant."""
    if not rest:
        return None
    bound = member
    for i, word in enumerate(rest):
        field = SCHEMA.find_field(bound.entity, word) if bound.entity else None
        if field is None:
            field = unknown_field(ctx, bound, word, node.noun)
        if field.type.kind == "entity":
            bound = under(bound, field)
            continue
        if i != len(rest) - 1 or field.type.kind == "list":
            ctx.sink.refuse("MR-C216", node.noun.span, name=".".join(node.noun.parts))
        return step(bound, field)
    ctx.sink.refuse("MR-C216", node.noun.span, name=".".join(node.noun.parts))


def quantifier(ctx: RuleContext, node: ast.Quantifier, place: Place) -> Expr:
    """任一 / 无一 / 全部 / 有 / 无."""
    flipped = node.kind in ("none", "not_exists", "all")
    over, member, inside, _ = collection(ctx, node.phrase, place)
    body = TRUE if node.body is None else ctx.truth(node.body, inside)
    if node.phrase.var and not flipped and place.clause == "when" and place.depth == 0:
        ctx.witnesses.setdefault(node.phrase.var, member)
    made: Expr = Quant("all" if node.kind == "all" else "any", over, body, BOOL)
    if node.kind in ("none", "not_exists"):
        made = Not(made, BOOL)
    return whole(ctx, place, present(made, made), over, body)


def aggregate(ctx: RuleContext, node: ast.Aggregate, place: Place) -> Expr:
    """合计 / 次数 / 天数 / 种数 / 最大 / 最小 / 最早 / 最晚."""
    over, member, _, value = collection(ctx, node.phrase, place)
    if value is None and not member.entity:
        value = bare(member)
    match node.fn:
        case "count":
            return Agg("count", over, None, Type("num", unit="次", precision=9))
        case "days":
            if member.entity != "item":
                ctx.sink.refuse("MR-T116", node.span, fn="天数", given=kind_zh(member.value_type))
            return Agg("days", over, None, Type("num", unit="天", precision=6))
        case "kinds":
            if value is None or value.type.kind not in ("code", "text", "level", "date"):
                ctx.sink.refuse("MR-T116", node.span, fn="种数", given=kind_zh(value.type if value else member.value_type))
            return Agg("kinds", over, value, Type("num", unit="种", precision=6))
        case "sum":
            if value is None or value.type.kind != "num":
                ctx.sink.refuse("MR-T116", node.span, fn="合计", given=kind_zh(value.type if value else member.value_type))
            return Agg("sum", over, value, replace(value.type, optional=False, precision=digits(value.type) + _GROWTH))
        case _:
            fn = "min" if node.fn in ("min", "earliest") else "max"
            ordered = ("date", "instant") if node.fn in ("earliest", "latest") else ("num", "level", "date", "instant")
            if value is None or value.type.kind not in ordered:
                ctx.sink.refuse("MR-T116", node.span, fn=fn, given=kind_zh(value.type if value else member.value_type))
            sure = isinstance(over, Window) and over.own is True and not value.type.optional and over.where is None
            return Agg("min" if fn == "min" else "max", over, value, replace(value.type, optional=not sure))
