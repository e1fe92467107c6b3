"""Names every construct of a checked rule: what a campaign counts, and what it must have met to mean anything.

A name is `group: construct`, the same wherever it is counted: in random programs, in the packs' own rules, in the inventory of
check/program.py. What a rule has as a whole (scope, mode, fees …) is told by `of_rule`, what one node is by `of_node`.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from medrules.check import program as ir
from medrules.check.program import Program, Rule
from medrules.check.walk import Node, nodes
from medrules.knowledge.table import EMPTY, Table
from medrules.model.types import Type
from medrules.model.values import UNKNOWN, Frame

FRAMES = (
    "day", "hour_bucket", "encounter", "prescription", "operation", "specimen", "site", "tooth", "course", "month", "quarter",
    "year", "insurance_year", "hours", "days", "use_overlap", "time_overlap",
)
PRIMITIVES = ("distance", "difference", "overlap", "proportion", "min", "max", "in_unit", "judged_on")


def roots(rule: Rule) -> tuple[Any, ...]:
    """The expressions of a rule that make its answer: not the lets (they were put in), not the templates."""
    scope = rule.scope
    faults = tuple(f.over.where for f in rule.fault if isinstance(f, ir.MembersFault))
    return (rule.when, rule.guard, rule.deduct.expr, getattr(scope, "where", None), getattr(scope, "gap", None), *faults,
            *(x for e in rule.exempt for x in (e.when, e.but)))


def rule_nodes(rule: Rule) -> list[Node]:
    return [*nodes(*roots(rule)), *((rule.scope.frame,) if isinstance(rule.scope, ir.PairScope) else ())]


def kind_of(t: Type) -> str:
    """A type as a column or operand is counted: its kind, its unit or code system, whether it may be absent."""
    inner = t.of.kind if t.of is not None and t.kind in ("range", "list") else ""
    detail = t.unit if t.kind == "num" else t.name if t.kind in ("level", "codeset") else inner
    return t.kind + (f" {detail}" if detail else "")


def _operand(e: Any) -> str:
    return "age" if isinstance(e, ir.AgeAt) else e.type.kind


def _over(c: Any) -> str:
    if isinstance(c, ir.Window):
        return "window" if c.entity == "item" else "session window"
    return "partners" if not c.path else f"members of {c.entity or 'codes'}"


def _frame(e: Any) -> str:
    value = getattr(e, "value", None)
    if value is not None and hasattr(value, "kind"):
        return str(value.kind)
    return "a cell" if isinstance(e, ir.Col) and e.type.kind == "frame" else "days of a number"


def of_node(n: Node) -> Iterator[str]:
    """What one node is."""
    match n:
        case ir.Const():
            yield f"literal: {kind_of(n.type)}"
        case ir.Fact():
            yield f"operand: fact {n.type.kind}{' that may be absent' if n.type.optional else ''}"
            yield f"fact: {n.field}"
        case ir.Col():
            yield f"column: {'reserved' if n.index < 0 else kind_of(n.type)}"
        case ir.Param():
            yield f"operand: parameter {'by key' if n.keys else 'plain'}"
        case ir.Arith():
            yield f"arithmetic: {n.op} {_operand(n.a)}"
        case ir.Prim():
            yield f"primitive: {n.op}" + (f" {_operand(n.args[0])}" if n.op == "distance" else "")
        case ir.Cmp():
            yield f"comparison: {n.op} {_operand(n.a)}"
        case ir.CmpRatio():
            yield f"comparison: {n.op} ratio"
        case ir.In():
            yield f"membership: {n.how} {type(n.container).__name__}"
        case ir.Guard():
            yield f"guard: empty is {n.when_empty}"
        case ir.Attested():
            yield f"attested: {'column' if n.column is not None else 'text'}"
        case ir.Quant():
            yield f"quantifier: {n.kind} {_over(n.over)}"
        case ir.Agg():
            yield f"aggregate: {n.fn} {_over(n.over)}"
        case ir.Excess():
            yield f"quota: per {_frame(n.over.frame)}"
        case ir.Rank():
            yield f"rank: {'descending' if n.descending else 'ascending'}"
        case ir.Members():
            yield f"collection: {n.entity or 'codes'}" + (" filtered" if n.where is not None else "")
        case ir.Window():
            yield f"window: {_frame(n.frame)}"
            yield f"window own: {n.own}"
            yield from (f"window same: {k.kind}" for k in n.same)
            if n.where is not None:
                yield "window: filtered"
        case _:
            pass
    yield f"node: {type(n).__name__}"


def with_window(n: Node) -> Iterator[str]:
    """A node with the window or collection that only it reads."""
    yield from of_node(n)
    over = getattr(n, "over", None)
    if over is not None:
        yield from of_node(over)


def _frames_of(table: Table, column: int) -> Iterator[str]:
    return (r.cells[column].kind for r in table.rows if isinstance(r.cells[column], Frame))


def _span(frame: Any, table: Table) -> Iterator[str]:
    if isinstance(frame, ir.Const):
        yield f"span: {frame.value.kind}"
    elif isinstance(frame, ir.Col):
        yield "span: a cell"
        yield from sorted({f"span in a cell: {k}" for k in _frames_of(table, frame.index)})


def _scope(rule: Rule, program: Program) -> Iterator[str]:
    scope = rule.scope
    match scope:
        case ir.ItemScope():
            how = program.tables[scope.table].key_kind if scope.table else "codes" if scope.codes is not None else "scan"
            yield f"scope: {scope.relation} by {how}"
        case ir.PairScope():
            table = program.tables[scope.table]
            yield f"scope: pair {'unordered' if table.unordered else 'ordered'} by {table.key_fields[0]}"
            yield from _span(scope.frame, table)
        case ir.GroupScope():
            yield "scope: group"
            yield from (f"group same: {k.kind}" for k in scope.same)
        case ir.EachScope():
            yield f"scope: each {scope.relation}"
        case ir.StayPairScope():
            yield "scope: stay pair"
            yield from (f"stay pair same: {k.kind}" for k in scope.same)
        case ir.PeriodScope():
            yield "scope: period"
    if getattr(scope, "where", None) is not None:
        yield f"scope filter: {type(scope).__name__}"


def _rows(table: Table) -> Iterator[str]:
    """What the rows of a table restrict."""
    yield f"table key: {table.key_kind}"
    keys: dict[tuple[Any, ...], int] = {}
    for r in table.rows:
        keys[r.keys] = keys.get(r.keys, 0) + 1
        for name, there in (
            ("begins", r.valid_from > 0), ("ends", r.valid_to < 10_000_000), ("stage", r.stages), ("scene", r.scenes),
            ("result", r.result), ("interaction", r.interaction), ("area", r.area), ("main excluded", r.excluded),
            ("same site", r.same_site), ("prefix", any(r.prefix)), ("any key cell", () in r.keys),
            ("uncoded cell", any(c is UNKNOWN for c in r.cells)), ("empty cell", any(c is EMPTY for c in r.cells)), ("several codes", any(len(k) > 1 for k in r.keys)),
        ):
            if there:
                yield f"row: {name}"
    if any(n > 1 for n in keys.values()):
        yield "row: two of one key"


def of_rule(rule: Rule, program: Program) -> Iterator[str]:
    """What a rule has as a whole."""
    yield from _scope(rule, program)
    h = rule.header
    yield f"mode: {rule.mode}"
    yield f"deduction: {rule.deduct.kind}{' for a group' if rule.deduct.per_group else ''}"
    yield f"base: {h.fees}"
    yield f"result: {h.result}"
    yield f"interaction: {h.interaction}"
    yield from (f"stage: {s}" for s in h.stages)
    yield from (f"header: {name}" for name in ("scenes", "insurance", "levels", "kinds") if getattr(h, name))
    if "out_of_area" in h.scenes:
        yield "header: out of area"
    yield f"validity: {'begins or ends' if rule.valid_to < 10_000_000 or rule.valid_from > 739_000 else 'open'}"
    for f in rule.fault:
        yield f"fault: {type(f).__name__}{' filtered' if isinstance(f, ir.MembersFault) and f.over.where is not None else ''}"
    yield f"exemptions: {min(len(rule.exempt), 3)}"
    if any(e.but is not None for e in rule.exempt):
        yield "exemption: with but"
    if "-" in rule.code.removeprefix("LK-"):
        yield "rule: a sub-rule of its parent"
    if rule.follows:
        yield "rule: follows another"
    name = getattr(rule.scope, "table", "")
    if name:
        yield from sorted(set(_rows(program.tables[name])))
    for n in rule_nodes(rule):
        if isinstance(n, ir.Window) and isinstance(n.frame, ir.Col) and n.frame.type.kind == "frame" and name:
            yield from sorted({f"window in a cell: {k}" for k in _frames_of(program.tables[name], n.frame.index)})


def of_program(program: Program) -> Iterator[str]:
    """Every construct of every rule, as often as it stands there."""
    for rule in program.rules:
        yield from of_rule(rule, program)
        for n in rule_nodes(rule):
            yield from of_node(n)


def inventory() -> frozenset[str]:
    """What check/program.py allows, as far as its types say it: each must be met, or be named in coverage.NOT_DRAWN."""
    def literals(cls: Any, name: str) -> tuple[str, ...]:
        return tuple(get_args(get_type_hints(cls)[name]))

    out = {f"node: {c.__name__}" for c in (*get_args(ir.Expr), ir.Members, ir.Window)}
    out |= {f"primitive: {p}" for p in PRIMITIVES if p != "distance"} | {"primitive: distance date", "primitive: distance instant"}
    out |= {f"comparison: {op} {kind}" for op in literals(ir.Cmp, "op") for kind in ("num", "age", "instant", "date", "level")}
    out |= {f"comparison: = {kind}" for kind in ("code", "bool", "text")} | {f"comparison: {op} ratio" for op in literals(ir.CmpRatio, "op")}
    out |= {f"arithmetic: {op} num" for op in literals(ir.Arith, "op")} | {f"arithmetic: {op} {k}" for op in "+-" for k in ("date", "instant")}
    out |= {"membership: codes Const", "membership: codes Col", "membership: list Const", "membership: list Col", "membership: range Const",
            "membership: range Col", "membership: range Param", "membership: table Const", "membership: catalogue Const",
            "membership: list Fact"}
    out |= {f"quantifier: {k} {o}" for k in literals(ir.Quant, "kind") for o in ("window", "members of item", "members of diagnosis")}
    out |= {f"aggregate: {f} window" for f in literals(ir.Agg, "fn")}
    out |= {f"aggregate: {f} members of item" for f in literals(ir.Agg, "fn")} | {"aggregate: sum session window", "aggregate: sum partners"}
    out |= {f"window: {f}" for f in FRAMES if f not in ("specimen", "site", "tooth", "quarter", "insurance_year")}
    out |= {"window: a cell", "window: days of a number", "window: filtered"}
    out |= {f"window in a cell: {f}" for f in FRAMES} | {f"span in a cell: {f}" for f in FRAMES}
    out |= {f"window same: {k}" for k in ("patient", "institution", "encounter", "row", "column", "field")}
    out |= {f"window own: {k}" for k in (True, False)}
    out |= {f"quota: per {f}" for f in ("day", "encounter", "days", "month", "operation", "a cell", "days of a number")}
    out |= {"rank: ascending", "rank: descending", "operand: parameter plain", "operand: parameter by key"}
    out |= {f"table key: {k}" for k in ("code", "prefix", "generic", "product", "combination", "pair", "icd", "set")}
    out |= {f"scope: item by {k}" for k in ("code", "prefix", "generic", "product", "combination", "set", "codes", "scan")}
    out |= {"scope: raw_item by scan", "scope: diagnosis by icd", "scope: operation by set", "scope: operation by scan",
            "scope: pair ordered by code", "scope: pair unordered by code", "scope: pair unordered by generic", "scope: group",
            "scope: each prescription", "scope: each encounter", "scope: stay pair", "scope: period"}
    out |= {f"mode: {m}" for m in literals(Rule, "mode")} | {f"base: {f}" for f in literals(ir.Header, "fees")}
    out |= {f"result: {r}" for r in literals(ir.Header, "result")} | {f"interaction: {i}" for i in literals(ir.Header, "interaction")}
    out |= {f"deduction: {d}" for d in literals(ir.Deduct, "kind")} | {"deduction: formula for a group"}
    out |= {f"fault: {f.__name__}" for f in get_args(ir.Fault)} | {"fault: MembersFault filtered"}
    out |= {f"header: {h}" for h in ("scenes", "insurance", "levels", "kinds", "out of area")}
    out |= {f"stage: {s}" for s in ("before", "during", "after")} | {"exemption: with but", "rule: a sub-rule of its parent", "rule: follows another"}
    out |= {f"row: {r}" for r in (
        "begins", "ends", "stage", "scene", "result", "interaction", "area", "main excluded", "same site", "prefix", "any key cell",
        "uncoded cell", "empty cell", "several codes", "two of one key")}
    return frozenset(out)
