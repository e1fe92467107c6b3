"""Memberships: in a code set, a list, a range, a knowledge table, a catalogue."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from medrules.check.context import RuleContext
from medrules.check.expressions.atoms import atom, whole
from medrules.check.expressions.literals import range_literal
from medrules.check.expressions.references import name_value
from medrules.check.expressions.words import scalar, word
from medrules.check.guards import present
from medrules.check.names import Bound, Place, bare, step, suggestion
from medrules.check.program import Const, Expr, In, Not, Or
from medrules.check.typenames import key_zh, kind_zh, system_zh, unit_zh
from medrules.check.units import in_unit_of
from medrules.diagnostics.codes import Twin
from medrules.knowledge.codeset import CodeSet
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA
from medrules.model.types import BOOL, TEXT, UNIT_FACTORS, Type

__all__ = ["CODE_FIELDS", "code_of", "codeset_named", "contains", "in_catalogue", "membership", "table_named", "written"]

# The field of an entity that carries a code of a system: what `明细 属于 编码集「…」` compares.
CODE_FIELDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType({
    ("item", "item"): "code", ("item", "generic"): "generic", ("item", "product"): "product",
    ("diagnosis", "icd10"): "code", ("operation", "icd9cm3"): "code", ("session", "item"): "item",
    ("item", "device"): "device",
})

How = Literal["codes", "list", "range", "table", "catalogue"]


def codeset_named(ctx: RuleContext, node: ast.SetRef) -> CodeSet:
    found = ctx.world.codesets.get(node.name)
    if found is None:
        known = sorted(ctx.world.codesets)
        ctx.sink.refuse("MR-N105", node.span, word=node.name, near=suggestion(node.name, known) or "、".join(known[:6]))
    return found


def table_named(ctx: RuleContext, name: str, node: ast.Expr) -> str:
    found = ctx.world.tables.get(name)
    if found is None:
        known = sorted({t.name for t in ctx.world.tables.values()})
        if name in ctx.world.failed_tables:
            ctx.sink.give_up()
        ctx.sink.refuse("MR-N104", node.span, word=name, near=suggestion(name, known) or "、".join(known[:6]))
    return found.name


def membership(ctx: RuleContext, node: ast.Membership, place: Place) -> Expr:
    return _member(ctx, node.item, node.container, node.negated, place, node)


def contains(ctx: RuleContext, node: ast.Contains, place: Place) -> Expr:
    """`机构.能力 含 麻醉恢复室`: the list holds the value."""
    container = ctx.value(node.container, place)
    if container.type.kind != "list" or container.type.of is None:
        ctx.sink.refuse("MR-T118", node.container.span, text=written(node.container), given=kind_zh(container.type))
    item = ctx.value(node.item, place, container.type.of)
    return atom(ctx, place, lambda sides: In(sides[0], sides[1], "list", BOOL), item, container)


def _entity(bound: Bound) -> Twin:
    return Twin(SCHEMA.entities[bound.entity].zh, bound.entity)


def _subject(ctx: RuleContext, node: ast.Expr, place: Place) -> Expr | Bound:
    if isinstance(node, ast.Name):
        if len(node.parts) == 1 and node.parts[0] in ctx.lets:
            return ctx.value(node, place)
        return name_value(ctx, node, place, None)
    return ctx.value(node, place)


def written(node: ast.Expr) -> str:
    """A name as the author wrote it, for a diagnostic."""
    return ".".join(node.parts) if isinstance(node, ast.Name) else "…"


def code_of(ctx: RuleContext, x: Expr | Bound, system: str, node: ast.Expr, item: ast.Expr, name: str = "") -> Expr:
    """The code that is looked up in a set of a system: an entity's own, or the value as it is. `name`: the set's."""
    held = system_zh(system, name)
    if isinstance(x, Bound) and x.entity:
        field = CODE_FIELDS.get((x.entity, system))
        if field is None:
            ctx.sink.refuse("MR-T105", node.span, x=_entity(x), s=held)
        return step(x, SCHEMA.field(x.entity, field))
    value = bare(x) if isinstance(x, Bound) else x
    if value.type.kind == "list":
        ctx.sink.refuse("MR-T106", node.span, name=written(item))
    if value.type.kind not in ("code", "text") or (
        value.type.kind == "code" and value.type.name and system and value.type.name != system
    ):
        ctx.sink.refuse("MR-T105", node.span, x=kind_zh(value.type), s=held)
    return value


def _member(
    ctx: RuleContext, item: ast.Expr, container: ast.Expr, negated: bool, place: Place, node: ast.Expr
) -> Expr:
    match container:
        case ast.ListExpr(members=members) if any(isinstance(m, ast.SetRef) for m in members):
            inside = place.flipped() if negated else place
            made = Or(tuple(_member(ctx, item, m, False, inside, node) for m in members), BOOL)
            return Not(made, BOOL) if negated else made
        case ast.SetRef(kind="table", column=""):
            return _in_table(ctx, item, container, negated, place, node)
        case ast.SetRef(kind="codeset"):
            chosen = codeset_named(ctx, container)
            x = code_of(ctx, _subject(ctx, item, place), chosen.system, node, item, chosen.name)
            held: Expr = Const(chosen, Type("codeset", name=chosen.system))
            return _atom(ctx, place, x, held, "codes", negated)
        case ast.SetRef():
            ctx.sink.refuse(
                "MR-T105", node.span, x=written(item), s=f"知识表「{container.name}」.{container.column}")
        case ast.ListExpr():
            return _in_words(ctx, item, container, negated, place, node)
        case ast.RangeLiteral():
            x = _scalar(ctx, item, place, node)
            held = range_literal(ctx, container, x.type)
        case _:
            x_or_entity = _subject(ctx, item, place)
            if isinstance(container, ast.Name) and isinstance(x_or_entity, Bound) and not x_or_entity.entity:
                x_or_entity = bare(x_or_entity)
            t = x_or_entity.type if not isinstance(x_or_entity, Bound) else None
            held = ctx.value(container, place, t)
            if held.type.kind == "codeset":
                return _atom(ctx, place, code_of(ctx, x_or_entity, held.type.name, node, item), held, "codes", negated)
            if isinstance(x_or_entity, Bound):
                ctx.sink.refuse("MR-T105", node.span, x=_entity(x_or_entity), s=kind_zh(held.type))
            x = x_or_entity
    return _in_typed(ctx, place, x, held, negated, node, item)


def _scalar(ctx: RuleContext, item: ast.Expr, place: Place, node: ast.Expr) -> Expr:
    x = _subject(ctx, item, place)
    if isinstance(x, Bound):
        if x.entity:
            ctx.sink.refuse("MR-T105", node.span, x=_entity(x), s=Twin("这样的值", "such values"))
        return bare(x)
    return x


def _in_typed(
    ctx: RuleContext, place: Place, x: Expr, held: Expr, negated: bool, node: ast.Expr, item: ast.Expr
) -> Expr:
    """A scalar in a list or a range."""
    t = held.type
    if x.type.kind == "list":
        ctx.sink.refuse("MR-T106", node.span, name=written(item))
    if t.kind == "list" and t.of is not None:
        if x.type.kind not in ("code", "text", "level", "num") or (
            x.type.kind == "code" and t.of.kind == "code" and x.type.name != t.of.name and t.of.name and x.type.name
        ):
            ctx.sink.refuse("MR-T105", node.span, x=kind_zh(x.type), s=kind_zh(t))
        return _atom(ctx, place, x, held, "list", negated)
    if t.kind == "range" and t.of is not None and t.of.kind == x.type.kind:
        if x.type.kind == "num" and x.type.unit != t.of.unit:
            if in_same_dimension(x.type, t.of):
                x = in_unit_of(x, t.of.unit)
            else:
                ctx.sink.refuse("MR-T104", node.span, a=unit_zh(x.type), b=unit_zh(t.of))
        return _atom(ctx, place, x, held, "range", negated)
    ctx.sink.refuse("MR-T105", node.span, x=kind_zh(x.type), s=kind_zh(t))


def _atom(ctx: RuleContext, place: Place, x: Expr, held: Expr, how: How, negated: bool) -> Expr:
    def build(sides: tuple[Expr, ...]) -> Expr:
        made = In(sides[0], sides[1], how, BOOL)
        return Not(made, BOOL) if negated else made

    return atom(ctx, place, build, x, held)


def _in_words(ctx: RuleContext, item: ast.Expr, container: ast.ListExpr, negated: bool, place: Place, node: ast.Expr) -> Expr:
    """`属于（检查、化验）`: one of the listed values."""
    x = _scalar(ctx, item, place, node)
    t = scalar(x.type)
    if x.type.kind == "list":
        ctx.sink.refuse("MR-T106", node.span, name=written(item))
    values: list[object] = []
    for member in container.members:
        made: Expr | None = None
        if isinstance(member, ast.Name | ast.Text):
            made = word(ctx, member, t)
        if made is None:
            made = ctx.value(member, place, t)
        if not isinstance(made, Const) or made.type.kind != t.kind:
            ctx.sink.refuse("MR-T103", member.span, a=kind_zh(t), b=kind_zh(made.type))
        if made.type.kind == "num" and (made.type.unit != t.unit or made.type.scale > t.scale):
            ctx.sink.refuse("MR-T104", member.span, a=unit_zh(t), b=unit_zh(made.type))
        value = made.value * 10 ** (t.scale - made.type.scale) if made.type.kind == "num" else made.value
        if value not in values:
            values.append(value)
    held = Const(tuple(values), Type("list", name=t.name, of=t))
    return _atom(ctx, place, x, held, "list", negated)


def _in_table(
    ctx: RuleContext, item: ast.Expr, container: ast.SetRef, negated: bool, place: Place, node: ast.Expr
) -> Expr:
    name = table_named(ctx, container.name, node)
    table = ctx.world.tables[name]
    x = _subject(ctx, item, place)
    judged = {"icd": ("diagnosis", "operation"), "pair": (), "set": ()}.get(table.key_kind, ("item", "diagnosis", "operation"))
    if not isinstance(x, Bound) or x.path or x.entity not in judged:
        ctx.sink.refuse("MR-C221", node.span, table=name, kind=key_zh(table.key_kind))
    made = In(bare(x), Const(name, TEXT), "table", BOOL)
    return Not(made, BOOL) if negated else made


def in_catalogue(ctx: RuleContext, node: ast.InCatalogue, place: Place) -> Expr:
    """`编码 在册「目录」`."""
    if node.catalogue not in ctx.world.catalogues:
        known = sorted(ctx.world.catalogues)
        ctx.sink.refuse(
            "MR-N106", node.span, word=node.catalogue, near=suggestion(node.catalogue, known) or "、".join(known[:6]))
    x = _scalar(ctx, node.item, place, node)
    if x.type.kind != "code":
        ctx.sink.refuse("MR-T105", node.span, x=kind_zh(x.type), s=f"「{node.catalogue}」")
    made = In(x, Const(node.catalogue, TEXT), "catalogue", BOOL)
    return whole(ctx, place, present(made, x), x)


def in_same_dimension(a: Type, b: Type) -> bool:
    """Whether `a` can be brought to the finer unit of `b`."""
    from_, to = UNIT_FACTORS.get(a.unit), UNIT_FACTORS.get(b.unit)
    return from_ is not None and to is not None and from_[0] == to[0] and from_[1] >= to[1]

