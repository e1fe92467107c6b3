"""Puts what every execution path found into one Report: day pieces and sub-rules merged, credit given, most serious first."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from medrules.check.program import Program, Rule
from medrules.engine.deduct import resolve
from medrules.frozen import dataclass, replace
from medrules.model.facts import Facts
from medrules.model.reports import Claim, Finding, LineRef, Report, Result, Unchecked, Undecided, Unjudged

__all__ = ["INTERACTIONS", "RESULTS", "Draft", "assemble", "findings_of", "line_order", "open_entries", "open_order", "strongest"]

RESULTS: Final[tuple[Result, ...]] = ("definite", "suspect", "monitor")
T = TypeVar("T")
INTERACTIONS: Final = ("passive", "soft", "reason", "hard")


@dataclass(frozen=True, slots=True)
class Draft:
    """One violation as a rule alone sees it, before it meets others on the same line.

    `piece` is the number of the day piece of the line it is about (0 for a whole line): the claims of pieces are summed, the
    claims of several rows, partners or bindings on one piece are not.
    """

    rule: Rule
    result: Result
    interaction: str
    anchor: LineRef
    at_fault: tuple[LineRef, ...]
    involved: tuple[LineRef, ...]
    rows: tuple[str, ...]
    claims: tuple[Claim, ...]
    claimable: tuple[str, ...]
    formula: str
    facts: tuple[tuple[str, str], ...]
    message: str
    suggestion: str
    piece: int = 0


def strongest(results: Iterable[Result]) -> Result:
    return min(results, key=RESULTS.index)


def line_order(ref: LineRef) -> tuple[str, int, str, str]:
    return ref.encounter, ref.position, ref.line, ref.kind


def open_order(u: Undecided) -> tuple[str, str, tuple[str, int, str, str]]:
    return u.rule, u.sub_rule, line_order(u.anchor)


def _united(tuples: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    """The members of all tuples, each once, in the order of first meeting."""
    out: dict[T, None] = {}
    for values in tuples:
        out.update(dict.fromkeys(values))
    return tuple(out)


def _larger(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Per line the largest claim; undetermined wins, since the largest is then not known."""
    best: dict[LineRef, int | None] = {}
    for c in claims:
        known = best.get(c.line, 0)
        best[c.line] = None if c.amount is None or known is None else max(c.amount, known)
    return tuple(Claim(line, best[line]) for line in sorted(best, key=line_order))


def _summed(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    total: dict[LineRef, int | None] = {}
    for c in claims:
        known = total.get(c.line, 0)
        total[c.line] = None if c.amount is None or known is None else c.amount + known
    return tuple(Claim(line, total[line]) for line in sorted(total, key=line_order))


def _place(draft: Draft) -> tuple[str, int, tuple[str, ...], str]:
    """An order of drafts that does not hang on which way of executing found which first."""
    return draft.rule.code, draft.piece, draft.rows, draft.message


def _weight(draft: Draft) -> tuple[int, int, tuple[str, int, tuple[str, ...], str]]:
    """The draft that speaks for merged ones: the gravest, then the dearest, then the lowest code."""
    return RESULTS.index(draft.result), -sum(c.amount or 0 for c in draft.claims), _place(draft)


def _merged(drafts: list[Draft], claims: tuple[Claim, ...], result: Result) -> Draft:
    drafts = sorted(drafts, key=_place)
    lead = min(drafts, key=_weight)
    same = [d for d in drafts if d.result == result] or drafts
    return replace(
        lead, result=result, interaction=max((d.interaction for d in same), key=INTERACTIONS.index),
        involved=tuple(sorted(_united(d.involved for d in drafts), key=line_order)),
        rows=tuple(sorted(_united(d.rows for d in drafts))), claims=claims,
        claimable=tuple(sorted(_united(d.claimable for d in drafts))), facts=_united(d.facts for d in drafts), piece=0,
    )


def _per_line(drafts: list[Draft]) -> Draft:
    """All drafts of one rule on one line: the largest claim of each piece, summed over its pieces."""
    pieces: dict[int, list[Draft]] = {}
    for d in drafts:
        pieces.setdefault(d.piece, []).append(d)
    claims: list[Claim] = []
    for held in pieces.values():
        gravest = strongest(d.result for d in held)
        claims.extend(_larger(c for d in held if d.result == gravest for c in d.claims))
    return _merged(drafts, _summed(claims), strongest(d.result for d in drafts))


def findings_of(program: Program, drafts: Iterable[Draft]) -> list[Finding]:
    """Drafts merged per rule and line (day pieces, sub-rules), before any credit is given."""
    by_line: dict[tuple[str, tuple[LineRef, ...]], list[Draft]] = {}
    for d in drafts:
        by_line.setdefault((d.rule.code, d.at_fault), []).append(d)
    by_parent: dict[tuple[str, tuple[LineRef, ...], Result], list[Draft]] = {}
    for held in by_line.values():
        one = held[0] if len(held) == 1 else _per_line(held)
        by_parent.setdefault((one.rule.parent, one.at_fault, one.result), []).append(one)
    out = []
    for (parent, _, result), subs in by_parent.items():
        subs.sort(key=_place)
        lead = _merged(subs, _larger(c for s in subs for c in s.claims), result)
        amounts = [c.amount for c in lead.claims]
        out.append(Finding(
            parent, tuple(sorted({s.rule.code for s in subs})), lead.rule.name, lead.rule.version, result, lead.interaction,
            lead.anchor, lead.at_fault, lead.involved, lead.rows, lead.claims,
            None if None in amounts else sum(a for a in amounts if a is not None), 0, "",
            _united(s.rule.header.basis for s in subs), lead.claimable, lead.formula, lead.facts, lead.message,
            lead.suggestion, program.pack, program.pack_version, program.pack_hash,
        ))
    return out


def assemble(
    program: Program, facts: Facts, drafts: Iterable[Draft], undecided: Iterable[Undecided], unjudged: Iterable[Unjudged],
    unchecked: Iterable[Unchecked] = (), unmatched: int = 0, engine_version: str = "",
) -> Report:
    """The report of one request. The order in which drafts arrive does not matter."""
    findings, deductions = resolve(sorted(
        findings_of(program, drafts), key=lambda f: (f.rule, f.result, line_order(f.anchor), f.at_fault != (f.anchor,))))
    undecided, unjudged = open_entries(facts, findings, undecided, unjudged)
    return Report(
        tuple(sorted(findings, key=lambda f: (RESULTS.index(f.result), -(f.amount or 0), f.rule, line_order(f.anchor)))),
        undecided, unjudged, tuple(sorted(set(unchecked), key=lambda u: (u.rule, u.reason))), deductions, unmatched, facts.notes,
        program.pack, program.pack_version, program.pack_hash, engine_version,
    )


def open_entries(
    facts: Facts, findings: Iterable[Finding], undecided: Iterable[Undecided], unjudged: Iterable[Unjudged]
) -> tuple[tuple[Undecided, ...], tuple[Unjudged, ...]]:
    """What stays open: one entry per sub-rule and anchor that has no finding, and what could not be judged at all."""
    found = {(sub, line) for f in findings for sub in f.sub_rules for line in (f.anchor, *f.at_fault)}
    open_: dict[tuple[str, LineRef], Undecided] = {}
    for u in undecided:
        key = (u.sub_rule, u.anchor)
        if key in found:
            continue
        known = open_.get(key)
        open_[key] = u if known is None else replace(
            known, causes=tuple(sorted({*known.causes, *u.causes})), rows=tuple(sorted({*known.rows, *u.rows})))
    doors = tuple(
        Unjudged(LineRef(kind, encounter, line, position), reason, detail)
        for kind, encounter, line, position, reason, detail in facts.unjudged
    )
    return (
        tuple(sorted(open_.values(), key=open_order)),
        tuple(sorted({*doors, *unjudged}, key=lambda u: (line_order(u.anchor), u.reason))),
    )
