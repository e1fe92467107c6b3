"""V = H ∧ W ∧ ¬X for one candidate of a rule, and which rows, partners and exemptions decided (semantics 1.2).

W with rows: under 当 some row triggers, under 须 a row matches and none that matches is met. An exemption that reads the row
or the partner stands inside that row's term; any other stands outside, so that it is asked once.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from medrules.check import program as ir
from medrules.check.program import Exempt, Rule
from medrules.check.walk import nodes
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.scopes import Candidate, Option
from medrules.engine.reference.truth import Truth, Unk, conj, disj, neg
from medrules.engine.reference.windows import Binding

__all__ = ["Verdict", "exempted", "reads_row", "verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one candidate. `options` are the rows or partners that decided a violation."""

    answer: Truth
    header: Truth
    options: tuple[Option, ...]
    claimable: frozenset[str]


def reads_row(e: Exempt) -> bool:
    """Whether an exemption reads the scope's row."""
    for n in nodes(e.when, e.but):
        if isinstance(n, (ir.Col, ir.Guard)) or (isinstance(n, ir.Attested) and n.column is not None):
            return True
        if isinstance(n, ir.Window) and any(k.kind in ("row", "column") for k in n.same):
            return True
    return False


def exempted(e: Exempt, b: Binding, judge: Judge, excuse: int = 1) -> Truth:
    """cond ∧ ¬but. With `excuse` 1 a fact that the door cannot carry counts as not declared; with 0 it is unknown."""
    inside = replace(b, excuse=excuse)
    answer = judge.truth(e.when, inside)
    if e.but is not None:
        answer = conj((answer, neg(judge.truth(e.but, replace(b, excuse=-excuse)))))
    return answer


def claimable(e: Exempt, b: Binding, judge: Judge) -> bool:
    """Not declared, but only because the door cannot carry what it asks for."""
    return exempted(e, b, judge) is False and isinstance(exempted(e, b, judge, 0), Unk)


def _condition(rule: Rule, option: Option, judge: Judge) -> Truth:
    return True if rule.when is None or rule.mode == "always" else judge.truth(rule.when, option.binding)


def verdict(rule: Rule, candidate: Candidate, judge: Judge) -> Verdict:
    """Judge one candidate."""
    base = candidate.options[0].binding
    own = base.bind(rule.judged, candidate.subject) if isinstance(rule.scope, ir.PairScope) else base
    header: Truth = True if rule.guard is None else judge.truth(rule.guard, own)
    silent = Verdict(False, header, (), frozenset())
    if header is False:
        return silent
    paired = isinstance(rule.scope, (ir.PairScope, ir.StayPairScope))
    inner = tuple(e for e in rule.exempt if paired or reads_row(e))
    outer = tuple(e for e in rule.exempt if e not in inner)
    terms: list[Truth] = []  # under 当: this option triggers; under 须: it holds and is not met
    met: list[Truth] = []
    for option in candidate.options:
        phi = _condition(rule, option, judge)
        excused = disj(exempted(e, option.binding, judge) for e in inner)
        if rule.mode == "must":
            met.append(conj((option.holds, disj((phi, excused)))))
            terms.append(conj((option.holds, neg(disj((phi, excused))))))
        else:
            terms.append(conj((option.holds, phi, neg(excused))))
    w = conj((disj(terms), neg(disj(met))))
    if w is False:
        return silent
    x = disj(exempted(e, base, judge) for e in outer)
    answer = conj((header, w, neg(x)))
    if answer is not True:
        return Verdict(answer, header, (), frozenset())
    decided = tuple(o for o, t in zip(candidate.options, terms, strict=True) if t is True)
    return Verdict(True, header, decided, frozenset(_claimable(outer, inner, base, decided, judge)))


def _claimable(
    outer: tuple[Exempt, ...], inner: tuple[Exempt, ...], base: Binding, decided: tuple[Option, ...], judge: Judge
) -> Iterator[str]:
    yield from (e.label for e in outer if claimable(e, base, judge))
    yield from (e.label for e in inner if any(claimable(e, o.binding, judge) for o in decided))
