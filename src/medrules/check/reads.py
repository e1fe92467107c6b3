"""Which facts a rule reads: what a door must carry for it, and which of them only excuse."""
from __future__ import annotations

from collections.abc import Iterable

from medrules.check import program as ir
from medrules.check.walk import Node, nodes
from medrules.knowledge.table import Table
from medrules.model.schema import SCHEMA

__all__ = ["reads_of", "scope_reads", "scope_roots"]

_KEYS = {
    "patient": ("patient.id",), "institution": ("institution.id",), "encounter": ("encounter.id",),
    "prescription": ("item.rx_no",), "day": ("item.on",), "month": ("item.on",), "year": ("item.on",),
}
_FRAMES = {
    "operation": ("item.operation_no", "encounter.operations"), "specimen": ("item.specimen",), "site": ("item.site",),
    "tooth": ("item.tooth",), "prescription": ("item.rx_no",), "encounter": ("encounter.id",),
    "use_overlap": ("item.use_period",), "time_overlap": ("item.begin", "item.end"),
}
_FEES = {"pooled": ("item.amount", "item.self_paid"), "all": ("item.amount",), "account": ("item.account_paid",)}


def _frame_fields(frame: ir.Expr, tables: dict[str, Table]) -> Iterable[str]:
    kinds: set[str] = set()
    if isinstance(frame, ir.Const):
        kinds.add(frame.value.kind)
    elif isinstance(frame, ir.Col) and frame.type.kind == "frame":
        for cell in tables[frame.table].rows.cells[frame.index].distinct():
            kind = getattr(cell, "kind", "")
            if isinstance(kind, str):
                kinds.add(kind)
    yield "item.at"
    for kind in kinds:
        yield from _FRAMES.get(kind, ())


def reads_of(tables: dict[str, Table], *roots: Node | None) -> set[str]:
    """Field ids below the roots, links on the way included."""
    out: set[str] = set()
    for node in nodes(*roots):
        match node:
            case ir.Fact():
                out.add(node.field)
                out.update(node.links)
            case ir.Members():
                out.add("encounter.items" if node.field == "group.items" else node.field)
                out.update(node.links)
            case ir.Window():
                out.add("encounter.sessions" if node.entity == "session" else "encounter.items")
                out.update(_frame_fields(node.frame, tables))
                for key in node.same:
                    out.update(_KEYS.get(key.kind, (key.field,)))
                    if key.kind in ("row", "column"):
                        out.update(key_fields(tables.get(node.table), "item"))
            case ir.DayOrdinal() | ir.Agg(fn="days"):
                out.add("item.on")
            case ir.In(how="table", x=ir.Ref(type=t), container=ir.Const(value=name)):
                out.update(key_fields(tables.get(name), t.name))
            case ir.Attested():
                out.add("attestation.outcome")
            case ir.Declared():
                out.add("declaration.label")
            case ir.Prim(op="overlap"):
                out.update(("item.begin", "item.end"))
            case _:
                pass
    out.discard("")
    return out


def key_fields(table: Table | None, entity: str) -> Iterable[str]:
    """The facts that a table's keys are matched with."""
    if table is None:
        return
    for name in table.key_fields:
        if "." in name:
            yield name if name in SCHEMA.fields else f"{entity}.{name}"
        elif f"{entity}.{name}" in SCHEMA.fields:
            yield f"{entity}.{name}"


def _row_fields(table: Table | None) -> Iterable[str]:
    """The facts that rows of their own ask for: their scene, their area, their site."""
    if table is None:
        return
    rows = table.rows
    if rows.where("scenes", bool):
        yield "encounter.visit_kind"
    if rows.where("scenes", lambda scenes: bool(scenes) and "out_of_area" in scenes):
        yield "encounter.out_of_area"
    if rows.where("area", bool):
        yield from ("encounter.institution", "institution.area")
    if rows.where("same_site", bool):
        yield "item.site"


def scope_roots(scope: ir.Scope) -> tuple[Node | None, ...]:
    match scope:
        case ir.PairScope():
            return (scope.frame, scope.where)
        case ir.StayPairScope():
            return (scope.where, scope.gap)
        case _:
            return (scope.where,)


def scope_reads(scope: ir.Scope, tables: dict[str, Table], fees: str, lines_at_fault: bool) -> set[str]:
    """What the scope itself reads: keys, days, spans, and the part of a line that the rule judges."""
    out: set[str] = set()
    match scope:
        case ir.ItemScope():
            out.update(key_fields(tables.get(scope.table), scope.role))
            out.update(_row_fields(tables.get(scope.table)))
            if scope.codes is not None:
                out.add(f"{scope.role}.code" if scope.codes.system not in ("generic", "product") else f"item.{scope.codes.system}")
        case ir.PairScope():
            out.update(key_fields(tables.get(scope.table), "item"))
            out.update(_row_fields(tables.get(scope.table)))
            out.update(_frame_fields(scope.frame, tables))
        case ir.GroupScope():
            out.add("item.code")
            out.update(_row_fields(tables.get(scope.table)))
            for key in scope.same:
                out.update(_KEYS.get(key.kind, (key.field,)))
        case ir.EachScope():
            if scope.relation == "prescription":
                out.add("item.rx_no")
        case ir.StayPairScope():
            out.update(("encounter.admitted_on", "patient.encounters"))
            for key in scope.same:
                out.update(_KEYS.get(key.kind, (key.field,)))
        case ir.PeriodScope():
            out.add("encounter.admitted_on")
    if lines_at_fault:
        out.update(_FEES[fees])
        out.add("item.on")
    out.discard("")
    return out
