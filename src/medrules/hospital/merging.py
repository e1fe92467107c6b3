"""Reports of one request by several versions, each about its own days, as one report: nothing is deducted twice."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from medrules.engine.deduct import resolve
from medrules.engine.refs import ref
from medrules.engine.report import RESULTS, line_order, open_entries
from medrules.model.facts import Facts
from medrules.model.reports import Claim, Finding, LineRef, Report, Unchecked
from medrules.model.values import UNKNOWN

__all__ = ["NO_PACK", "merged", "quieted", "unchecked"]

NO_PACK = "no_pack"


def merged(facts: Facts, reports: Sequence[Report]) -> Report:
    """
    Args:
        reports: oldest version first. How many lines are unknown (`unmatched`) the newest one says.
    """
    found = _together((f for r in reports for f in r.findings), _split(facts))
    found.sort(key=lambda f: (f.rule, f.result, line_order(f.anchor), f.at_fault != (f.anchor,)))
    findings, deductions = resolve(found)
    undecided, unjudged = open_entries(
        facts, findings, [u for r in reports for u in r.undecided], [u for r in reports for u in r.unjudged])
    return Report(
        tuple(sorted(findings, key=lambda f: (RESULTS.index(f.result), -(f.amount or 0), f.rule, line_order(f.anchor)))),
        undecided, unjudged, tuple(sorted({u for r in reports for u in r.unchecked}, key=lambda u: (u.rule, u.reason))), deductions,
        reports[-1].unmatched, facts.notes, _joined(r.pack for r in reports), _joined(r.pack_version for r in reports),
        _joined(r.pack_hash for r in reports), reports[-1].engine_version)


def _joined(words: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(w for w in words if w))


def _split(facts: Facts) -> frozenset[LineRef]:
    """The lines that were cut into day pieces."""
    return frozenset(
        ref(m) for p in facts.patients for e in p.encounters if e.items is not UNKNOWN for m in e.items if m.piece_of is not None)


def _together(findings: Iterable[Finding], split: frozenset[LineRef]) -> list[Finding]:
    """Findings of one rule about the same lines become one: day pieces of one line that two versions judged add up; of two groups or
    pairs on different days that claim on one line, the larger claim counts, as within one version."""
    out: dict[tuple[str, tuple[LineRef, ...], str], Finding] = {}
    for f in findings:
        key = (f.rule, f.at_fault, f.result)
        held = out.get(key)
        out[key] = f if held is None else _both(held, f, split)
    return list(out.values())


def _both(a: Finding, b: Finding, split: frozenset[LineRef]) -> Finding:
    """The later version's words, both versions' evidence."""
    amounts: dict[LineRef, int | None] = {}
    for claim in (*a.claims, *b.claims):
        held = amounts.get(claim.line, 0)
        amounts[claim.line] = None if held is None or claim.amount is None else (
            held + claim.amount if claim.line in split else max(held, claim.amount))
    claims = tuple(Claim(line, amounts[line]) for line in sorted(amounts, key=line_order))
    known = [c.amount for c in claims]
    return replace(
        b, sub_rules=tuple(sorted({*a.sub_rules, *b.sub_rules})), involved=tuple(sorted({*a.involved, *b.involved}, key=line_order)),
        rows=tuple(sorted({*a.rows, *b.rows})), claims=claims, amount=None if None in known else sum(n for n in known if n is not None),
        claimable=tuple(sorted({*a.claimable, *b.claimable})), basis=tuple(dict.fromkeys((*a.basis, *b.basis))),
        pack=_joined((a.pack, b.pack)), pack_version=_joined((a.pack_version, b.pack_version)), pack_hash=_joined((a.pack_hash, b.pack_hash)))


def unchecked(report: Report, rules: Iterable[str]) -> Report:
    """The report, with these rules (by the code they are reported under; "" = everything) not checked because no version was in force."""
    more = {Unchecked(rule, NO_PACK) for rule in rules}
    if not more:
        return report
    return replace(report, unchecked=tuple(sorted({*report.unchecked, *more}, key=lambda u: (u.rule, u.reason))))


def quieted(report: Report, roots: Sequence[str]) -> Report:
    """The report, with the findings of rules under these roots shown passively (静默): mode observe."""
    if not any(f.rule.startswith(tuple(roots)) and f.interaction != "passive" for f in report.findings):
        return report
    return replace(report, findings=tuple(
        replace(f, interaction="passive") if f.rule.startswith(tuple(roots)) else f for f in report.findings))
