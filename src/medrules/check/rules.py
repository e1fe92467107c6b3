"""One rule: from its expanded clauses to the checked `Rule`. Every clause is checked even if another one was refused."""
from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from medrules.check import program as ir
from medrules.check.clauses import Expanded, Placed, Written, expand
from medrules.check.context import Let, RuleContext, World
from medrules.check.cost import cost_of
from medrules.check.deductions import deduction
from medrules.check.exemptions import exemption
from medrules.check.expressions.truths import truth
from medrules.check.expressions.values import value
from medrules.check.faults import fault_names, faults
from medrules.check.headers import guard, header, validity
from medrules.check.limits import is_too_long
from medrules.check.names import Place
from medrules.check.polarity import check_polarity
from medrules.check.reads import reads_of, scope_reads, scope_roots
from medrules.check.reporting import Refused, Sink
from medrules.check.rows import check_rows
from medrules.check.scopes import Scoped, scope_of
from medrules.check.templates import template
from medrules.check.unread import unread_lets
from medrules.check.versions import version_of
from medrules.check.walk import nodes
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA

__all__ = ["CheckedRule", "check_rule"]

Mode = Literal["must", "when", "always"]


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """What lints look at: the rule, its clauses and what was used on the way. `rule` is None when it has errors."""

    rule: ir.Rule | None
    written: Written
    expanded: Expanded
    used_lets: frozenset[str]
    used_definitions: frozenset[str]


def check_rule(written: Written, rules: dict[str, Written], world: World) -> CheckedRule:
    sink = written.sink
    before = sink.tally.errors
    expanded = expand(written, rules)
    try:
        return _checked(written, expanded, rules.get(expanded.follows), world, before)
    except RecursionError:
        sink.add("MR-C222", written.rule.name_span, name=written.rule.code)
        return CheckedRule(None, written, expanded, frozenset(), frozenset())


def _checked(written: Written, expanded: Expanded, base: Written | None, world: World, before: int) -> CheckedRule:
    """`base`: the rule named by 同. `before`: how many errors the run had before this rule."""
    sink = written.sink
    ctx = RuleContext(world, sink, value, truth)
    ctx.lets = MappingProxyType({
        p.clause.body.name: Let(p.clause.body, p.sink) for p in expanded.lets if isinstance(p.clause.body, ast.Let)
    })
    ctx.unread_lets = unread_lets(written.rule, sink.source)
    if base is not None:
        ctx.unread_lets |= unread_lets(base.rule, base.sink.source)
    if expanded.unread:
        sink.tally.errors += 1  # told by the parser; a rule that lacks a clause is not run
    if expanded.broken:
        return CheckedRule(None, written, expanded, frozenset(), frozenset())
    _let_names(ctx, expanded)
    scoped = _scope(ctx, written, expanded)
    made = None
    if scoped is not None:
        made = _rule(ctx, written, expanded, scoped)
    if sink.tally.errors > before:
        made = None
    return CheckedRule(made, written, expanded, frozenset(ctx.used_lets), frozenset(ctx.used_definitions))


def _let_names(ctx: RuleContext, expanded: Expanded) -> None:
    """A let may not take the word of an entity: 令：患者 = … would change what 患者 means in the clauses below (T36c)."""
    for placed in expanded.lets:
        body = placed.clause.body
        if isinstance(body, ast.Let) and (body.name in SCHEMA.names or body.name in ("参数", "parameter")):
            placed.sink.add("MR-N115", body.span, name=body.name)


def _scope(ctx: RuleContext, written: Written, expanded: Expanded) -> Scoped | None:
    placed = expanded.single.get("for")
    if placed is None:
        if "for" not in expanded.unread:
            ctx.sink.add("MR-C201", written.rule.name_span, clause="针对", clause_en="for")
        return None
    body = placed.clause.body
    assert not isinstance(body, ast.Let | ast.Words)
    with ctx.reporting_in(placed.sink):
        try:
            return scope_of(ctx, body, fault_names(expanded.single.get("fault")))  # type: ignore[arg-type]
        except Refused:
            return None


def _condition(
    ctx: RuleContext, written: Written, expanded: Expanded, scoped: Scoped, place: Place
) -> tuple[Mode, ir.Expr | None]:
    """Exactly one of 须 and 当; two lines or two stays need neither."""
    must, when = expanded.single.get("must"), expanded.single.get("when")
    if must is not None and when is not None:
        ctx.sink.add("MR-C202", must.clause.span)
        return "always", None
    placed = must or when
    if placed is None:
        if not isinstance(scoped.scope, ir.PairScope | ir.StayPairScope) and not {"must", "when"} & expanded.unread:
            ctx.sink.add("MR-C202", written.rule.name_span)
        return "always", None
    mode: Literal["must", "when"] = "must" if must is not None else "when"
    body = placed.clause.body
    if isinstance(body, ast.Always):
        if mode == "must":
            placed.sink.add("MR-C230", body.span)
        return "always", None
    here = replace(place, clause=mode, when_empty=mode == "must", recording=True)
    with ctx.reporting_in(placed.sink):
        try:
            return mode, ctx.truth(body, here)  # type: ignore[arg-type]
        except Refused:
            return mode, None


def _rule(ctx: RuleContext, written: Written, expanded: Expanded, scoped: Scoped) -> ir.Rule:
    node, sink = written.rule, written.sink
    made_header = header(expanded, node, sink)
    valid_from, valid_to = validity(expanded)
    place = Place(scoped.roles, scoped.judged, "let", scope_words=scoped.words)
    mode, when = _condition(ctx, written, expanded, scoped, place)
    exempt = tuple(
        e for e in (exemption(ctx, p, replace(place, recording=True)) for p in expanded.exemptions) if e is not None)
    named = place.binding((), scoped.judged) if not ctx.witnesses else replace(
        place, roles=MappingProxyType({**place.roles, **ctx.witnesses}))
    fault = faults(ctx, expanded, scoped.scope, scoped.judged, replace(named, clause="fault"), node)
    deduct = deduction(ctx, expanded.single.get("deduct"), scoped.scope, fault, replace(place, clause="deduct"))
    lets = _lets(ctx, expanded, replace(place, when_empty=mode == "must"))
    printed = replace(named, clause="message", when_empty=mode == "must")
    message = template(ctx, expanded.single.get("message"), printed)
    advice = template(ctx, expanded.single.get("suggestion"), printed)
    check_polarity(ctx.polarity, node.name_span)
    _check_stages(scoped, made_header, expanded, node, sink)
    if ctx.table is not None:
        check_rows(ctx.table, made_header, node.code, sink)
    tables = dict(ctx.world.tables)
    made_guard = guard(made_header, scoped.judged, scoped.roles)
    deciding = (*scope_roots(scoped.scope), made_guard, when, deduct.expr if deduct is not None else None,
                *(f.over for f in fault if isinstance(f, ir.MembersFault)))
    excusing = tuple(e for x in exempt for e in (x.when, x.but) if e is not None)
    if any(is_too_long(e) for e in (*deciding, *excusing) if e is not None):
        sink.add("MR-C222", node.name_span, name=node.code)
    if made_header.result == "definite":
        for e in (*deciding, *excusing):
            if e is not None and any(isinstance(x, ir.In) and x.how == "catalogue" for x in nodes(e)):
                sink.add("MR-C231", node.name_span)
    reads = reads_of(tables, *deciding) | scope_reads(
        scoped.scope, tables, made_header.fees, _lines_at_fault(scoped, fault))
    excuses = reads_of(tables, *excusing)
    cost, horizon = cost_of(scoped.scope, (*deciding, *excusing), tables, ctx.world.params)
    if cost == "history":
        reads.add("history.items")  # its windows look beyond what one request holds
    definitions = [ctx.world.definitions[d] for d in ctx.used_definitions]
    texts = (*expanded.texts, *(
        d.sink.source.text[d.declaration.span.start:d.declaration.span.end] if d.sink.source else repr(d.declaration)
        for d in definitions))
    return ir.Rule(
        code=node.code, parent=_parent(node.code), name=node.name, version=version_of(texts), valid_from=valid_from,
        valid_to=valid_to, header=made_header, guard=made_guard, scope=scoped.scope, mode=mode, when=when, lets=lets,
        exempt=exempt, fault=fault, deduct=deduct or ir.Deduct("none", None, False, ""), message=message, suggestion=advice,
        judged=scoped.judged.role, reads=frozenset(reads | excuses), excuse_reads=frozenset(excuses - reads), cost=cost,
        horizon=horizon, follows=expanded.follows, source=sink.source, span=node.span, note="\n".join(node.comments),
    )


def _lines_at_fault(scoped: Scoped, fault: tuple[ir.Fault, ...]) -> bool:
    """Whether lines are at fault (and not an encounter, a diagnosis, a period): their amounts are then read."""
    return any(
        not isinstance(f, ir.RoleFault) or f.role in ("item", "first", "second") for f in fault
    ) and not isinstance(scoped.scope, ir.PeriodScope)


def _parent(code: str) -> str:
    """`GZ10000101009000-1` is reported under `GZ10000101009000`; problems of the list (`WT-024`) keep their own codes."""
    head, dash, tail = code.rpartition("-")
    return head if dash and tail.isdecimal() and head[-3:].isdecimal() else code


def _lets(ctx: RuleContext, expanded: Expanded, place: Place) -> tuple[tuple[str, ir.Expr], ...]:
    out: list[tuple[str, ir.Expr]] = []
    used = set(ctx.used_lets)
    for placed in expanded.lets:
        body = placed.clause.body
        assert isinstance(body, ast.Let)
        with ctx.reporting_in(placed.sink):
            try:
                out.append((body.name, ctx.value(ast.Name((body.name,), body.span), place)))
            except Refused:
                continue
    ctx.used_lets.clear()
    ctx.used_lets.update(used)
    return tuple(out)


def _check_stages(scoped: Scoped, made: ir.Header, expanded: Expanded, node: ast.RuleDecl, sink: Sink) -> None:
    """A doctor's request must not sum a city: periods and pairs of stays are judged afterwards only (T39)."""
    if isinstance(scoped.scope, ir.PeriodScope | ir.StayPairScope) and made.stages & {"before", "during"}:
        placed: Placed | None = expanded.single.get("stage")
        if placed is not None:
            placed.sink.add("MR-C210", placed.clause.span)
        else:
            sink.add("MR-C210", node.name_span)
