"""Names in expressions: facts of roles and members, cells of the row, lets, parameters, definitions."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from medrules.check.context import RuleContext
from medrules.check.expressions.ages import AGE_FIELDS, age
from medrules.check.expressions.unknown import refuse_glued, refuse_unknown
from medrules.check.limits import is_too_long
from medrules.check.names import (
    PARAMETER_WORDS,
    WINDOW_NOUNS,
    Bound,
    Place,
    bare,
    column_of,
    reach,
    step,
    suggestion,
    under,
)
from medrules.check.program import Expr, Fact, Param
from medrules.check.typenames import kind_zh
from medrules.diagnostics.codes import Twin
from medrules.language import nodes as ast
from medrules.model.entity import Field
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = [
    "definition_value", "entity_named", "fact_of", "find_bound", "let_value", "name_value", "parameter",
]

_NO_ROLES: Mapping[str, Bound] = MappingProxyType({})


def find_bound(ctx: RuleContext, parts: tuple[str, ...], place: Place) -> tuple[Bound, tuple[str, ...]] | None:
    """The entity a name starts with, and the words that are left; None if the first word is no entity here."""
    for noun, member in place.nouns:
        if parts[:len(noun)] == noun:
            return member, parts[len(noun):]
    bound = place.roles.get(parts[0])
    if bound is None and parts[0] not in ctx.lets and parts[0] != ctx.row:
        bound = reach(place.judged, parts[0])
    return None if bound is None else (bound, parts[1:])


def fact_of(ctx: RuleContext, bound: Bound, rest: tuple[str, ...], node: ast.Name, place: Place) -> Expr | Bound:
    """The fact, list or entity that the words lead to from an entity."""
    for i, word in enumerate(rest):
        field = SCHEMA.find_field(bound.entity, word) if bound.entity else None
        if field is None:
            field = unknown_field(ctx, bound, word, node)
        last = i == len(rest) - 1
        if field.type.kind == "entity":
            bound = under(bound, field)
            continue
        if not last:
            ctx.sink.refuse("MR-T106" if field.type.kind == "list" else "MR-N102", node.span, name=".".join(node.parts),
                            entity=field.zh, word=rest[i + 1], near="")
        return age(bound, field.id, place) if field.id in AGE_FIELDS else step(bound, field)
    return bound


def unknown_field(ctx: RuleContext, bound: Bound, word: str, node: ast.Name) -> Field:
    refuse_glued(ctx, node, word)
    entity = Twin(SCHEMA.entities[bound.entity].zh, bound.entity) if bound.entity else "".join(node.parts[:1])
    known = [f.en if word.isascii() else f.zh for f in SCHEMA.entities[bound.entity].fields.values()] if bound.entity else []
    ctx.sink.refuse("MR-N102", node.span, entity=entity, word=word, near=suggestion(word, known) or "、".join(known[:6]))


def name_value(ctx: RuleContext, node: ast.Name, place: Place, expected: Type | None) -> Expr | Bound:
    """What a name means as a value: an expression, or an entity."""
    parts = node.parts
    if len(parts) == 1 and parts[0] in ctx.lets and not any(parts == noun for noun, _ in place.nouns):
        return let_value(ctx, parts[0], node, place, expected)
    if ctx.row and parts[0] == ctx.row and parts[0] not in place.roles:
        return _cell(ctx, node)
    if parts[0] in PARAMETER_WORDS and len(parts) == 2:
        return parameter(ctx, node, (), place)
    found = find_bound(ctx, parts, place)
    if found is not None:
        return fact_of(ctx, found[0], found[1], node, place)
    if len(parts) == 1 and parts[0] in ctx.world.definitions:
        return definition_value(ctx, parts[0], place, None, expected)
    if parts[0] in WINDOW_NOUNS:
        ctx.sink.refuse("MR-T106", node.span, name=".".join(parts))
    if parts[0] in ctx.lets:
        ctx.sink.refuse("MR-N102", node.span, entity=parts[0], word=parts[1], near="")
    if parts[0] in ctx.unread_lets or parts[0] in ctx.world.broken:
        ctx.sink.give_up()
    refuse_unknown(ctx, node, place)


def _cell(ctx: RuleContext, node: ast.Name) -> Expr:
    table = ctx.table
    assert table is not None
    if len(node.parts) != 2:
        ctx.sink.refuse("MR-T102", node.span, name=".".join(node.parts))
    col = column_of(table, node.parts[1])
    if col is None:
        refuse_glued(ctx, node, node.parts[1])
        known = [c.en if node.parts[1].isascii() else c.zh for c in table.columns]
        near = suggestion(node.parts[1], [*known, "原文"])
        ctx.sink.refuse("MR-N103", node.span, table=table.name, word=node.parts[1], near=near or "、".join(known[:8]))
    return col


def let_value(ctx: RuleContext, name: str, node: ast.Name, place: Place, expected: Type | None) -> Expr:
    """A let by name: its expression is checked again where it is used, so that its empty cells count as the place says."""
    let = ctx.lets[name]
    ctx.used_lets.add(name)

    def make() -> Expr:
        with ctx.expanding(name) as fresh, ctx.reporting_in(let.sink):
            if not fresh:
                ctx.sink.refuse("MR-N111", let.node.span, name=name)
            made = ctx.value(let.node.value, place, expected)
            if is_too_long(made):
                ctx.sink.refuse("MR-C222", let.node.span, name=name)
            return made

    return ctx.remembered(("let", name, expected), place, make)


def definition_place(place: Place, argument: Bound | None) -> Place:
    """A definition sees no names of the rule: only what its argument, or the judged entity, reaches."""
    judged = argument or place.judged
    return replace(place, roles=_NO_ROLES, judged=judged, nouns=(), scope_words=frozenset())


def definition_value(ctx: RuleContext, name: str, place: Place, argument: Bound | None, expected: Type | None) -> Expr:
    """A definition read where it is used, with a line in the place of 明细 when it is applied to one."""
    definition = ctx.world.definitions[name]
    own = definition.declaration.name
    ctx.used_definitions.setdefault(own)
    here = definition_place(place, argument)

    def make() -> Expr:
        with ctx.expanding("定义 " + own) as fresh, ctx.reporting_in(definition.sink):
            if not fresh:
                ctx.sink.refuse("MR-N111", definition.declaration.span, name=own)
            lets, ctx.lets = ctx.lets, MappingProxyType({})
            row, ctx.row = ctx.row, ""
            try:
                made = ctx.value(definition.declaration.value, here, expected)
            finally:
                ctx.lets, ctx.row = lets, row
            if is_too_long(made):
                ctx.sink.refuse("MR-C222", definition.declaration.span, name=own)
            return made

    return ctx.remembered(("definition", own, expected), here, make)


def parameter(ctx: RuleContext, node: ast.Name, args: tuple[ast.Expr, ...], place: Place) -> Param:
    """`参数.名` or `参数.名（键）`."""
    name = node.parts[1] if len(node.parts) == 2 else ""
    table = ctx.world.params.get(name)
    if table is None:
        if name in ctx.world.broken:
            ctx.sink.give_up()
        near = suggestion(name, ctx.world.params)
        ctx.sink.refuse("MR-N107", node.span, word=name, near=near or "、".join(list(ctx.world.params)[:6]))
    keys = tuple(ctx.value(a, place) for a in args)
    if len(keys) != len(table.keys):
        form = f"参数.{table.name}" + (f"（{'，'.join(table.keys)}）" if table.keys else "")
        ctx.sink.refuse("MR-T109", node.span, name=f"参数.{table.name}", wanted=len(table.keys), given=len(keys), form=form)
    for arg, made, written in zip(args, keys, table.keys, strict=True):
        wanted = _key_type(written)
        if wanted is not None and (made.type.kind, made.type.name) != (wanted.kind, wanted.name):
            ctx.sink.refuse("MR-T119", arg.span, what=Twin(f"参数「{table.name}」", f"parameter `{table.name}`"), wanted=written,
                            given=kind_zh(made.type))
    return Param(table.name, keys, table.type)


def _key_type(written: str) -> Type | None:
    """The type of what a parameter depends on (机构.级别); None when it is no fact."""
    first, _, last = written.partition(".")
    entity = SCHEMA.names.get(first)
    field = SCHEMA.find_field(entity, last) if entity is not None else None
    return None if field is None else field.type


def entity_named(ctx: RuleContext, node: ast.Name, place: Place) -> Bound | None:
    """The entity a name means; None (with nothing reported) when it means something else."""
    if len(node.parts) == 1 and node.parts[0] in ctx.lets:
        return None
    if ctx.row and node.parts[0] == ctx.row and node.parts[0] not in place.roles:
        return None
    found = find_bound(ctx, node.parts, place)
    if found is None:
        return None
    made = fact_of(ctx, found[0], found[1], node, place)
    return made if isinstance(made, Bound) else None


def as_expression(made: Expr | Bound) -> Expr:
    """An entity as an expression (in templates, memberships)."""
    return bare(made) if isinstance(made, Bound) and not made.path else (
        Fact(made.role, made.path, made.links[-1], made.value_type, made.links[:-1]) if isinstance(made, Bound) else made
    )
