"""From hits and drafts to the Report: alone on their line they are done in one step, together they are merged as the reference merges.

Claims meet in `engine.deduct`, whoever found them; only lines that one finding claims alone are credited here directly.
"""
from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from medrules.check.program import Program
from medrules.engine.deduct import credit
from medrules.engine.optimized.fallback import Answers, Fallback
from medrules.engine.optimized.late import settled
from medrules.engine.optimized.rulecode import Hit
from medrules.engine.refs import ref
from medrules.engine.report import RESULTS, Draft, findings_of, line_order, open_entries
from medrules.model.facts import Facts
from medrules.model.reports import Claim, Deduction, Finding, LineRef, Report, Unchecked, Unjudged

__all__ = ["Settler"]

GRAVITY: Final = {result: n for n, result in enumerate(RESULTS)}
_set: Final = object.__setattr__


class Settler:
    """Makes reports for one program."""

    def __init__(self, program: Program, fallback: Fallback, version: str) -> None:
        self.program, self.fallback, self.version = program, fallback, version
        self._by_rule = tuple(
            (r.parent, (r.code,), r.name, r.version, r.header.result, r.header.interaction, tuple(dict.fromkeys(r.header.basis)),
             program.pack, program.pack_version, program.pack_hash) for r in program.rules)
        self.cleans: dict[int, Report] = {}

    def clean(self, unmatched: int, facts: Facts) -> Report:
        """The report that has nothing to say."""
        if facts.notes or facts.unjudged:
            return self.report(facts, [], Answers(), [], [], unmatched)
        found = self.cleans.get(unmatched)
        if found is None:
            found = self.report(facts, [], Answers(), [], [], unmatched)
            if len(self.cleans) < 1_000:
                self.cleans[unmatched] = found
        return found

    def report(
        self, facts: Facts, hits: list[Hit], answers: Answers, unjudged: Iterable[Unjudged], unchecked: Iterable[Unchecked],
        unmatched: int,
    ) -> Report:
        findings, deductions = self._settle(facts, hits, answers.found)
        if answers.undecided or answers.unjudged or facts.unjudged or unjudged:
            undecided, no_judgement = open_entries(facts, findings, answers.undecided, (*unjudged, *answers.unjudged))
        else:
            undecided, no_judgement = (), ()
        program = self.program
        return Report(
            findings, undecided, no_judgement, tuple(sorted(set(unchecked), key=lambda u: (u.rule, u.reason))), deductions,
            unmatched, facts.notes, program.pack, program.pack_version, program.pack_hash, self.version)

    def _settle(
        self, facts: Facts, hits: list[Hit], drafts: list[Draft]
    ) -> tuple[tuple[Finding, ...], tuple[Deduction, ...]]:
        if not hits and not drafts:
            return (), ()
        refs: dict[int, LineRef] = {}
        alone: dict[tuple[str, LineRef], Hit] = {}
        several: dict[tuple[str, LineRef], list[Hit]] = {}
        for hit in hits:
            line = hit.line
            at = refs.get(id(line))
            if at is None:
                at = refs[id(line)] = ref(line)
            key = hit.code.rule.parent, at
            if key in alone:
                several.setdefault(key, []).append(hit)
            else:
                alone[key] = hit
        for draft in drafts:
            for at in draft.at_fault:
                key = draft.rule.parent, at
                if key in alone:
                    several.setdefault(key, [])
        merged = drafts
        if several:
            merged = list(drafts)
            for key, more in several.items():
                for hit in (alone.pop(key), *more):
                    merged.extend(self.fallback.drafts(hit.code.rule, hit.line, facts))
        findings: list[Finding] = [self._finding(facts, at, hit, refs) for (_, at), hit in alone.items()]
        if merged:
            findings.extend(findings_of(self.program, merged))
        return self._credited(findings)

    def _finding(self, facts: Facts, at: LineRef, hit: Hit, refs: dict[int, LineRef]) -> Finding:
        rule = hit.code.rule
        involved: tuple[LineRef, ...] = ()
        if hit.involved:
            names = {refs.get(id(x)) or ref(x) for x in hit.involved}
            names.discard(at)
            involved = tuple(sorted(names, key=line_order))
        if rule.deduct.kind == "none":
            claims: tuple[Claim, ...] = ()
            amount: int | None = 0
        else:
            amount = hit.amount
            claims = (Claim(at, amount),)
        tell = partial(self.fallback.words, rule, hit.line, facts)
        return settled(
            self._by_rule[hit.code.number], (at, (at,), involved, hit.rows, claims, amount, 0, "", hit.claimable), tell)

    def _credited(self, findings: list[Finding]) -> tuple[tuple[Finding, ...], tuple[Deduction, ...]]:
        """Deductions per line; findings most serious first."""
        if len(findings) == 1:
            (only,) = findings
            if len(only.claims) == 1 and only.result != "monitor":
                return (only,), self._of_one(only)
        findings.sort(key=_before_credit)
        credits, deductions = credit(findings)
        for finding, (credited, carrier) in zip(findings, credits, strict=True):
            if credited:
                _set(finding, "credited", credited)
            if carrier:
                _set(finding, "carried_by", carrier)
        findings.sort(key=_in_report)
        return tuple(findings), deductions

    def _of_one(self, finding: Finding) -> tuple[Deduction, ...]:
        (claim,) = finding.claims
        if not claim.amount:
            return ()
        _set(finding, "credited", claim.amount)
        if finding.result == "definite":
            return (Deduction(claim.line, claim.amount, 0, finding.rule, ""),)
        return (Deduction(claim.line, 0, claim.amount, "", finding.rule),)


def _before_credit(f: Finding) -> Any:
    return f.rule, f.result, line_order(f.anchor), f.at_fault != (f.anchor,)


def _in_report(f: Finding) -> Any:
    return GRAVITY[f.result], -(f.amount or 0), f.rule, line_order(f.anchor)
