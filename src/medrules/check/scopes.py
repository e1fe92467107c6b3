"""Scopes: what a rule judges, the names that this binds, and the filter that narrows it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from medrules.check import program as ir
from medrules.check.context import RuleContext
from medrules.check.expressions.comparisons import compared
from medrules.check.expressions.memberships import CODE_FIELDS, codeset_named, table_named
from medrules.check.names import Bound, Place, step
from medrules.check.reporting import Refused
from medrules.check.typenames import key_zh, system_zh
from medrules.check.windows import frame, same_keys
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["Scoped", "scope_of"]

_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "item": ("明细", "item"), "raw_item": ("明细", "item", "原始明细", "raw_item"), "diagnosis": ("诊断", "diagnosis"),
    "operation": ("手术", "operation"),
})
# Key kinds of tables by what can be judged with them.
_KINDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({
    "item": frozenset({"code", "prefix", "generic", "product", "combination"}), "raw_item": frozenset({"code", "prefix", "generic",
    "product", "combination"}), "diagnosis": frozenset({"icd", "combination"}),
    "operation": frozenset({"icd", "combination", "set"}), "pair": frozenset({"pair"}),
    "group": frozenset({"set", "code", "combination"}),
})
_SUBJECTS: Final[Mapping[str, str]] = MappingProxyType({
    "机构": "institution", "institution": "institution", "科室": "department", "department": "department", "医师": "physician",
    "physician": "physician", "患者": "patient", "参保人": "patient", "patient": "patient", "药品": "drug", "drug": "drug",
    "耗材": "consumable", "consumable": "consumable", "项目": "service", "service": "service",
})


@dataclass(frozen=True, slots=True)
class Scoped:
    """A checked scope and what it binds."""

    scope: ir.Scope
    roles: Mapping[str, Bound]
    judged: Bound
    words: frozenset[str]


def scope_of(ctx: RuleContext, node: ast.Scope, at_fault: frozenset[str]) -> Scoped:
    """Check a scope. `at_fault` are the names in 违规: which of two lines is judged depends on them."""
    match node:
        case ast.ItemScope():
            return _item(ctx, node)
        case ast.PairScope():
            return _pair(ctx, node, at_fault)
        case ast.GroupScope():
            return _group(ctx, node)
        case ast.EachScope():
            return _each(ctx, node)
        case ast.StayPairScope():
            return _stays(ctx, node, at_fault)
        case ast.PeriodScope():
            return _period(ctx, node)


def _place(roles: Mapping[str, Bound], judged: Bound, *words: str) -> Place:
    return Place(roles, judged, "scope", when_empty=False, scope_words=frozenset({*roles, *words}))


def _where(ctx: RuleContext, node: ast.Expr | None, place: Place) -> ir.Expr | None:
    return None if node is None else ctx.truth(node, place)


def _bind_table(ctx: RuleContext, ref: ast.SetRef, row: str, judged: str, node: ast.Scope) -> str:
    """Make the table of the scope the one whose row the row's name means."""
    table = ctx.world.tables[table_named(ctx, ref.name, ref)]
    if table.key_kind not in _KINDS[judged]:
        ctx.sink.refuse("MR-C221", ref.span, table=table.name, kind=key_zh(table.key_kind))
    ctx.table = table
    ctx.row = row
    return table.name


def _item(ctx: RuleContext, node: ast.ItemScope) -> Scoped:
    entity = "item" if node.subject == "raw_item" else node.subject
    judged = Bound(entity, entity)
    roles = MappingProxyType(dict.fromkeys(_WORDS[node.subject], judged))
    table, codes = "", None
    if node.container is not None and node.container.kind == "table":
        if node.container.column:
            ctx.sink.refuse("MR-C221", node.container.span, table=node.container.name, kind=node.container.column)
        table = _bind_table(ctx, node.container, node.row, node.subject, node)
    elif node.container is not None:
        codes = codeset_named(ctx, node.container)
        if (entity, codes.system) not in CODE_FIELDS:
            ctx.sink.refuse("MR-T105", node.container.span, x=SCHEMA.entities[entity].zh, s=system_zh(codes.system, codes.name))
    place = _place(roles, judged, node.row)
    where = _where(ctx, node.where, place)
    return Scoped(ir.ItemScope(node.subject, entity, table, codes, where), roles, judged, place.scope_words)


def _pair(ctx: RuleContext, node: ast.PairScope, at_fault: frozenset[str]) -> Scoped:
    if node.first == node.second:
        ctx.sink.refuse("MR-N110", node.span, name=node.first)
    table = _bind_table(ctx, node.container, node.row, "pair", node)
    bounds = {node.first: Bound("first", "item"), node.second: Bound("second", "item")}
    judged = bounds[node.second] if node.second in at_fault or node.first not in at_fault else bounds[node.first]
    roles = MappingProxyType(bounds)
    place = _place(roles, judged, node.row)
    made = frame(ctx, node.frame, place)
    return Scoped(ir.PairScope(table, made, _where(ctx, node.where, place)), roles, judged, place.scope_words)


def _group(ctx: RuleContext, node: ast.GroupScope) -> Scoped:
    table_name = _bind_table(ctx, node.container, node.row, "group", node)
    table = ctx.world.tables[table_name]
    try:
        column = table.index_of(node.container.column)
    except KeyError:
        known = [c.en if node.container.column.isascii() else c.zh for c in table.columns]
        ctx.sink.refuse(
            "MR-N103", node.container.span, table=table_name, word=node.container.column, near="、".join(known[:8]))
    if table.columns[column].type.kind != "codeset":
        ctx.sink.refuse("MR-C221", node.container.span, table=table_name, kind=node.container.column)
    judged = Bound("group", "group")
    roles = MappingProxyType({node.var: judged})
    place = _place(roles, judged, node.row)
    same = same_keys(ctx, node.same, place, node.span)
    member = Bound("item", "item")
    inside = _place(MappingProxyType(dict.fromkeys(_WORDS["item"], member)), member, node.row)
    return Scoped(
        ir.GroupScope(table_name, column, same, _where(ctx, node.where, inside)), roles, judged, place.scope_words)


def _each(ctx: RuleContext, node: ast.EachScope) -> Scoped:
    judged = Bound(node.subject, node.subject)
    roles = MappingProxyType({node.var: judged})
    place = _place(roles, judged)
    return Scoped(ir.EachScope(node.subject, node.subject, _where(ctx, node.where, place)), roles, judged, place.scope_words)


def _stays(ctx: RuleContext, node: ast.StayPairScope, at_fault: frozenset[str]) -> Scoped:
    previous, current = Bound("previous", "encounter"), Bound("current", "encounter")
    judged = previous if node.first in at_fault and node.second not in at_fault else current
    roles = MappingProxyType({node.first: previous, node.second: current})
    place = _place(roles, judged)
    same = same_keys(ctx, node.same, place, node.span)
    stay = Bound("encounter", "encounter")
    inside = _place(MappingProxyType({"就诊": stay, "encounter": stay}), stay)
    where = _where(ctx, node.where, inside)
    gap = ctx.value(node.gap, place)
    distance = ir.Prim("distance", (
        step(previous, SCHEMA.field("encounter", "discharged_on")), step(current, SCHEMA.field("encounter", "admitted_on")),
    ), Type("num", unit="天", precision=7))
    if node.gap_op not in ("<", "<=", "=", "!=", ">", ">="):
        raise Refused
    made = compared(ctx, node.gap_op, distance, gap, place, node.gap)  # type: ignore[arg-type]
    return Scoped(ir.StayPairScope(same, where, made), roles, judged, place.scope_words)


def _period(ctx: RuleContext, node: ast.PeriodScope) -> Scoped:
    subjects: list[str] = []
    roles: dict[str, Bound] = {}
    for name in node.subjects:
        subject = _SUBJECTS.get(".".join(name.parts))
        if subject is None:
            ctx.sink.refuse("MR-N101", name.span, word=".".join(name.parts), near="机构、科室、医师、患者、药品、耗材")
        subjects.append(subject)
        if subject in SCHEMA.entities:
            bound = Bound(subject, subject)
            roles.update({SCHEMA.entities[subject].zh: bound, subject: bound})
    judged = Bound("period", "period")
    roles[node.var] = judged
    frozen = MappingProxyType(roles)
    place = _place(frozen, judged)
    return Scoped(
        ir.PeriodScope(tuple(subjects), node.period, _where(ctx, node.where, place)), frozen, judged, place.scope_words)


