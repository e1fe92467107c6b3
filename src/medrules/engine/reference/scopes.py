"""What a rule's scope binds in a request: the lines, pairs, groups, prescriptions, stays that it judges.

A candidate is one thing that may be at fault; its options are the rows (item scopes), the partners and rows (pairs), or the
one binding (other scopes) under which it is looked at. Openness of facts never makes candidates.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medrules.check import program as ir
from medrules.check.program import Rule
from medrules.engine.reference.candidates import Candidate, Option, allowed, item_day, judged_day, reviewed_lines
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.gatherings import each, groups, stay_pairs
from medrules.engine.reference.pairs import pair_candidate, pairs
from medrules.engine.reference.rows import member_of
from medrules.engine.reference.truth import Truth, conj
from medrules.engine.reference.values import read
from medrules.engine.reference.windows import Binding
from medrules.knowledge.table import Row
from medrules.model.values import ABSENT, UNKNOWN

__all__ = [
    "Candidate", "Option", "candidates", "item_candidate", "item_day", "judged_day", "pair_candidate", "reviewed_lines",
]


def candidates(rule: Rule, judge: Judge) -> Iterator[Candidate]:
    """All that the rule's scope binds, for anchors under review."""
    match rule.scope:
        case ir.ItemScope():
            yield from _items(rule, rule.scope, judge)
        case ir.PairScope():
            yield from pairs(rule, rule.scope, judge)
        case ir.GroupScope():
            yield from groups(rule.scope, judge)
        case ir.EachScope():
            yield from each(rule.scope, judge)
        case ir.StayPairScope():
            yield from stay_pairs(rule, rule.scope, judge)
        case ir.PeriodScope():
            return


def _anchors(relation: str, judge: Judge) -> Iterator[Any]:
    if relation == "item":
        yield from reviewed_lines(judge)
        return
    name = {"raw_item": "raw_items", "diagnosis": "diagnoses", "operation": "operations"}[relation]
    for encounter in judge.facts.current:
        held = getattr(encounter, name)
        if held is not UNKNOWN and held is not ABSENT:
            yield from (x for x in held if getattr(x, "is_current", True) is not False)


def _items(rule: Rule, scope: ir.ItemScope, judge: Judge) -> Iterator[Candidate]:
    for entity in _anchors(scope.relation, judge):
        found = item_candidate(scope, entity, judge)
        if found is not None:
            yield found


def item_candidate(scope: ir.ItemScope, entity: Any, judge: Judge) -> Candidate | None:
    """One anchor with the rows that match it; None when the scope does not bind it."""
    judge.spend()
    day = judged_day(entity, judge)
    if day is None or (scope.relation != "raw_item" and entity.code is UNKNOWN):
        return None  # one Unjudged entry says so
    plain = Binding({scope.role: entity}, None, day)
    if not scope.table:
        held: list[tuple[Row | None, Truth]] = [(None, True if scope.codes is None else _in_codes(scope.codes, entity))]
    else:
        held = [(row, conj((t, allowed(row, entity, judge)))) for row, t in judge.matching(scope.table, entity, day)]
    options = []
    for row, holds in held:
        b = Binding(plain.roles, row, day)
        if holds is not False and scope.where is not None:
            holds = conj((holds, judge.truth(scope.where, b)))
        if holds is not False:
            options.append(Option(b, holds))
    return Candidate(entity, day, tuple(options)) if options else None


def _in_codes(codes: Any, entity: Any) -> Truth:
    """Membership in the code set that the scope names, by the fact that carries codes of its system."""
    name = {"generic": "generic", "product": "product", "device": "device"}.get(codes.system, "code")
    return member_of(codes, read(entity, (name,), f"{type(entity).key}.{name}"))
