"""Never twice: what is deducted from each line when several findings claim parts of it (semantics 1.4).

Per line D = the largest definite claim, S = what the largest suspect claim adds to it. No order of rules, no sums. Credit goes
to definite before suspect, then the larger claim, the lower rule code, the lower row id.
"""
from __future__ import annotations

from collections.abc import Sequence

from medrules.frozen import replace
from medrules.model.reports import Deduction, Finding, LineRef

__all__ = ["credit", "resolve"]


def _best(claims: list[tuple[int, int]], findings: Sequence[Finding]) -> tuple[int, int] | None:
    """(amount, index of the finding that carries it) of the largest claim; None when there is none."""
    return min(
        claims, key=lambda c: (-c[0], findings[c[1]].rule, findings[c[1]].rows[:1], findings[c[1]].sub_rules), default=None)


def resolve(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Deduction, ...]]:
    """Deductions per line, and the findings with `credited` and `carried_by` filled in. Claims that are undetermined count 0."""
    credits, deductions = credit(findings)
    done = tuple(replace(f, credited=c, carried_by=by) for f, (c, by) in zip(findings, credits, strict=True))
    return done, deductions


def credit(findings: Sequence[Finding]) -> tuple[list[tuple[int, str]], tuple[Deduction, ...]]:
    """Per finding what it carries and which rule carries it where it carries nothing; and the deductions per line."""
    definite: dict[LineRef, list[tuple[int, int]]] = {}
    suspect: dict[LineRef, list[tuple[int, int]]] = {}
    for i, finding in enumerate(findings):
        if finding.result == "monitor":
            continue
        by_line = definite if finding.result == "definite" else suspect
        for claim in finding.claims:
            if claim.amount:
                by_line.setdefault(claim.line, []).append((claim.amount, i))
    credited = [0] * len(findings)
    carriers: list[list[str]] = [[] for _ in findings]
    deductions = []
    for line in {**definite, **suspect}:
        first, second = _best(definite.get(line, []), findings), _best(suspect.get(line, []), findings)
        d = first[0] if first else 0
        s = max(0, second[0] - d) if second else 0
        rule_d, rule_s = findings[first[1]].rule if first else "", findings[second[1]].rule if second and s else ""
        if first:
            credited[first[1]] += d
        if second and s:
            credited[second[1]] += s
        for _, i in definite.get(line, []):
            if first and i != first[1]:
                carriers[i].append(rule_d)
        for _, i in suspect.get(line, []):
            if not (second and s and i == second[1]):
                carriers[i].append(rule_s or rule_d)
        deductions.append(Deduction(line, d, s, rule_d, rule_s))
    deductions.sort(key=lambda x: (x.line.encounter, x.line.position, x.line.line))
    credits = [(c, min(by) if by and not c else "") for c, by in zip(credited, carriers, strict=True)]
    return credits, tuple(deductions)
