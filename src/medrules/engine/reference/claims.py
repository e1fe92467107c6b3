"""From a verdict to drafts of findings: who is at fault, which rows speak, what is claimed (semantics 1.4)."""
from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from medrules.check import program as ir
from medrules.check.program import Fact, Rule
from medrules.check.walk import nodes
from medrules.engine.messages import formula, label, printed, render
from medrules.engine.reference.bases import base_of
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.scopes import Candidate, Option
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Group, Interval
from medrules.engine.reference.verdicts import Verdict
from medrules.engine.reference.windows import Binding
from medrules.engine.refs import ref
from medrules.engine.report import INTERACTIONS, RESULTS, Draft, line_order, strongest
from medrules.knowledge.table import EMPTY
from medrules.model.order import order_key
from medrules.model.reports import Claim, LineRef, Result
from medrules.model.rounding import round_div

__all__ = ["drafts"]


def _result(rule: Rule, option: Option) -> Result:
    """The weaker of the rule's result and the row's (T20)."""
    row = option.binding.row
    if row is None or row.result is None:
        return rule.header.result
    return max((r for r in RESULTS if r in (rule.header.result, row.result)), key=RESULTS.index)


def _interaction(rule: Rule, option: Option) -> str:
    row = option.binding.row
    if row is None or row.interaction is None:
        return rule.header.interaction
    return min((rule.header.interaction, row.interaction), key=INTERACTIONS.index)


def _at_fault(rule: Rule, option: Option, subject: Any, judge: Judge) -> Iterator[Any]:
    """The entities at fault under one option."""
    b = option.binding
    for fault in rule.fault or (ir.RoleFault(rule.judged),):
        match fault:
            case ir.RoleFault():
                if isinstance(rule.scope, ir.PairScope):
                    yield subject
                elif not isinstance(b.roles[fault.role], Group):
                    yield b.roles[fault.role]
            case ir.MembersFault():
                view = judge.view(fault.over, b)
                if not isinstance(view, Unk):
                    yield from (m for m, t in view.members if t is True)
            case ir.WitnessFault():
                if rule.when is not None:
                    yield from (m for n in _positive(rule.when, b) if n.over.var == fault.var for m in judge.witnesses(n, b))


def _involved(rule: Rule, options: list[Option], at_fault: set[int], judge: Judge) -> Iterator[Any]:
    """The others: partners, the scope's own anchor where witnesses are at fault, and witnesses of 有 同期明细."""
    for option in options:
        if option.partner is not None and id(option.partner) not in at_fault:
            yield option.partner
        if any(isinstance(f, ir.WitnessFault) for f in rule.fault):
            yield option.binding.roles[rule.judged]
        if rule.mode == "when" and rule.when is not None:
            for n in _positive(rule.when, option.binding):
                if isinstance(n.over, ir.Window) and n.over.entity == "item":
                    yield from (m for m in judge.witnesses(n, option.binding) if id(m) not in at_fault)


def _positive(e: ir.Expr, b: Binding) -> Iterator[ir.Quant]:
    """Existentials that stand in a condition unnegated, where no empty cell takes their place."""
    match e:
        case ir.And() | ir.Or():
            for a in e.args:
                yield from _positive(a, b)
        case ir.Guard():
            if b.row is None or not any(b.row.cells[c.index] is EMPTY for c in e.columns if c.index >= 0):
                yield from _positive(e.atom, b)
        case ir.Quant(kind="any"):
            yield e


def _raw(rule: Rule) -> bool:
    return isinstance(rule.scope, ir.ItemScope) and rule.scope.relation == "raw_item"


def _fen(value: Any) -> int | None:
    """A formula's value in fen, half up; of an interval what is certain, its lower end (T17)."""
    if isinstance(value, Interval):
        value = value.lo
    if not isinstance(value, (Fraction, int)) or isinstance(value, bool):
        return None
    exact = Fraction(value) * 100
    return round_div(exact.numerator, exact.denominator)


def _claim(rule: Rule, entity: Any, option: Option, judge: Judge) -> int | None:
    """What one option claims on one entity at fault, clipped to [0, base]."""
    if type(entity).key == "period":  # a clue in money, on no line: no base
        found = None if rule.deduct.expr is None else _fen(judge.value(rule.deduct.expr, option.binding))
        return None if found is None else max(0, found)
    base = base_of(entity, rule.header.fees, judge.facts)
    if isinstance(base, Unk):
        return None
    base = max(base, 0)
    if rule.deduct.kind == "all" or rule.deduct.expr is None:
        return base
    amount = _fen(judge.value(rule.deduct.expr, option.binding))
    return None if amount is None else max(0, min(amount, base))


def _spread(amount: int | None, lines: list[Any], rule: Rule, judge: Judge) -> list[int | None]:
    """One amount over the lines at fault, from the dearest down, ties by order (T43)."""
    bases = [base_of(i, rule.header.fees, judge.facts) for i in lines]
    if amount is None or any(isinstance(b, Unk) for b in bases):
        return [None] * len(lines)
    held: list[int | None] = [0] * len(lines)
    rest = max(0, amount)
    known = [b if isinstance(b, int) else 0 for b in bases]
    for i in sorted(range(len(lines)), key=lambda i: (-known[i], order_key(lines[i]))):
        part = min(max(known[i], 0), rest)
        held[i] = part
        rest -= part
    return held


def _has_base(rule: Rule, entity: Any, judge: Judge) -> bool:
    """Base 0: no finding (T28). Lines as sent are judged whatever their amount (data quality)."""
    if type(entity).key != "item" or _raw(rule):
        return True
    base = base_of(entity, rule.header.fees, judge.facts)
    return isinstance(base, Unk) or base > 0


def drafts(rule: Rule, candidate: Candidate, verdict: Verdict, judge: Judge) -> Iterator[Draft]:
    """One draft per line at fault; one for all lines where the amount is the group's."""
    gravest = strongest(_result(rule, o) for o in verdict.options)
    speaking = [o for o in verdict.options if _result(rule, o) == gravest]
    by_line: dict[int, tuple[Any, list[Option], list[Option]]] = {}
    for option in verdict.options:
        judge.spend()
        for entity in _at_fault(rule, option, candidate.subject, judge):
            if _has_base(rule, entity, judge):
                _, every, loud = by_line.setdefault(id(entity), (entity, [], []))
                every.append(option)
                if _result(rule, option) == gravest:
                    loud.append(option)
    if not by_line:
        return
    if rule.deduct.per_group:
        for option in speaking:
            judge.spend(len(by_line))
            lines = [e for e, every, _ in by_line.values() if any(o is option for o in every)]
            yield from _group_draft(rule, option, lines, verdict, judge)
        return
    for entity, every, loud in by_line.values():
        claims: tuple[Claim, ...] = ()
        if rule.deduct.kind != "none" and type(entity).key in ("item", "period"):
            amounts = [_claim(rule, entity, o, judge) for o in loud or every]
            claims = (Claim(ref(entity), None if None in amounts else max(a for a in amounts if a is not None)),)
        yield _draft(rule, (entity,), every, loud or every, claims, verdict, judge)


def _group_draft(rule: Rule, option: Option, lines: list[Any], verdict: Verdict, judge: Judge) -> Iterator[Draft]:
    assert rule.deduct.expr is not None
    lines = sorted(lines, key=order_key)
    amount = _fen(judge.value(rule.deduct.expr, option.binding))
    if lines and (amount is None or amount > 0):
        claims = tuple(Claim(ref(i), a) for i, a in zip(lines, _spread(amount, lines, rule, judge), strict=True))
        yield _draft(rule, tuple(lines), [option], [option], claims, verdict, judge)


def _draft(
    rule: Rule, entities: tuple[Any, ...], every: list[Option], loud: list[Option], claims: tuple[Claim, ...],
    verdict: Verdict, judge: Judge,
) -> Draft:
    lead = min(loud, key=lambda o: (
        order_key(o.partner) if o.partner is not None and type(o.partner).key == "item" else (),
        o.binding.row.point if o.binding.row else ""))
    b = _with_witnesses(rule, lead.binding, judge)

    def value(e: ir.Expr) -> Any:
        return judge.value(e, b)

    refs = tuple(dict.fromkeys(ref(e) for e in entities))
    involved = {ref(e) for e in _involved(rule, every, {id(e) for e in entities}, judge)} - set(refs)
    return Draft(
        rule, strongest(_result(rule, o) for o in loud), max((_interaction(rule, o) for o in loud), key=INTERACTIONS.index),
        refs[0], refs, tuple(sorted(involved, key=line_order)),
        tuple(sorted({o.binding.row.point for o in every if o.binding.row is not None})), _by_line(claims),
        tuple(sorted(verdict.claimable)), formula(rule.deduct, value, (c.amount for c in claims)),
        _facts_used(rule, lead, judge), render(rule.message, value), render(rule.suggestion, value),
        entities[0].piece if len(entities) == 1 and type(entities[0]).key == "item" else 0,
    )


def _with_witnesses(rule: Rule, b: Binding, judge: Judge) -> Binding:
    """The binding in which a finding speaks: a message that names the member of an existential (他药) means its first witness."""
    if rule.mode != "when" or rule.when is None:
        return b
    said = {n.role for t in (rule.message, rule.suggestion) for part in t.parts if not isinstance(part, str)
            for n in nodes(part) if isinstance(n, (Fact, ir.Ref))}
    for n in _positive(rule.when, b) if said - b.roles.keys() else ():
        if n.over.var in said and n.over.var not in b.roles:
            found = judge.witnesses(n, b)
            if found:
                b = b.bind(n.over.var, min(found, key=order_key) if type(found[0]).key == "item" else found[0])
    return b


def _by_line(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Day pieces of one line in one group: their claims are summed."""
    total: dict[LineRef, int | None] = {}
    for c in claims:
        known = total.get(c.line, 0)
        total[c.line] = None if c.amount is None or known is None else c.amount + known
    return tuple(Claim(line, amount) for line, amount in total.items())


def _facts_used(rule: Rule, option: Option, judge: Judge) -> tuple[tuple[str, str], ...]:
    """What the condition and the exemptions read of the binding itself, as people call and read it."""
    seen: dict[str, str] = {}
    parts = [rule.when, rule.guard, *(x for e in rule.exempt for x in (e.when, e.but))]
    for n in nodes(*parts):
        if isinstance(n, Fact) and n.role in option.binding.roles:
            seen.setdefault(label(n), printed(judge.value(n, option.binding), n.type))
    return tuple(seen.items())
