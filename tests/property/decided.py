"""Whether an answer hangs on a construct: its value is taken away (made unknown) in the reference, and the answer looked at again.

A construct that was only drawn proves nothing. One whose loss changes findings, amounts or causes was really used.
"""
from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from medrules.check import program as ir
from medrules.check.program import Expr, Rule
from medrules.check.walk import Node
from medrules.engine.metering import Meter
from medrules.engine.reference import Reference
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.truth import Truth, Unk
from medrules.engine.reference.windows import Binding
from medrules.engine.report import Draft
from medrules.model.facts import Facts
from medrules.model.reports import Report, Undecided, Unjudged
from tests.property.constructs import rule_nodes, with_window
from tests.property.tally import Tally

GONE = Unk(frozenset(("taken:away",)))
_NEVER = (ir.Ref, ir.Members, ir.Window)  # entities and collections: they count with the node that reads them


class Blind(Judge):
    """A judge to whom one node of a rule says nothing."""

    target: Node

    def value(self, e: Expr, b: Binding) -> Any:
        return GONE if e is self.target else super().value(e, b)

    def truth(self, e: Expr, b: Binding) -> Truth:
        return GONE if e is self.target else super().truth(e, b)


class _BlindReference(Reference):
    """A reference whose judges are blind to one node."""

    def __init__(self, sighted: Reference, target: Node) -> None:
        self.program, self._tables, self._target = sighted.program, sighted._tables, target

    def judge(self, facts: Facts, rule: Rule, meter: Meter | None = None) -> Judge:
        made = Blind(self.program, facts, rule.header.fees, self._tables, meter)
        made.target = self._target
        return made


def answers(reference: Reference, facts: Facts, rule: Rule) -> Any:
    """All that one rule says of a request, as a set."""
    found: list[Draft] = []
    undecided: list[Undecided] = []
    unjudged: list[Unjudged] = []
    for candidate, verdict, judge in reference.judged(facts, rule):
        reference.collect(rule, candidate, verdict, judge, found, undecided, unjudged)
    return (
        {(d.result, d.anchor, d.at_fault, d.involved, d.rows, d.claims, d.claimable, d.interaction) for d in found},
        {(u.anchor, u.causes) for u in undecided}, frozenset(unjudged))


TRY_EVERY = 2  # requests: the answer of one rule is found twice more then


def count_decided(
    rng: Random, reference: Reference, facts: Facts, report: Report, tally: Tally, known: Mapping[str, tuple[str, ...]], n: int,
) -> None:
    """Count the rules that answered (`known`: their constructs by code), and in every other request try one node of one rule (rather
    one that answered)."""
    spoke = {c for f in report.findings for c in (f.rule, *f.sub_rules)} | {u.sub_rule for u in report.undecided}
    rules = reference.program.rules
    if not rules:
        return
    loud = [r for r in rules if r.code in spoke]
    for rule in loud:
        tally.decided.update(known[rule.code])
    if n % TRY_EVERY:
        return
    rule = rng.choice(loud if loud and rng.random() < 0.8 else rules)
    able = [n for n in rule_nodes(rule) if not isinstance(n, _NEVER)]
    if not able:
        return
    node = rng.choice(able)
    names = tuple(with_window(node))
    tally.tried.update(names)
    if answers(reference, facts, rule) != answers(_BlindReference(reference, node), facts, rule):
        tally.decided.update(names)
