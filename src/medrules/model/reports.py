"""What a review answers: findings, undecided, unjudged, unchecked. Clinicians see these; authors see diagnostics instead."""
from __future__ import annotations

from typing import Any, Literal

from medrules.frozen import dataclass

__all__ = ["Claim", "Deduction", "Finding", "LineRef", "Report", "Result", "Unchecked", "Undecided", "Unjudged"]

Result = Literal["definite", "suspect", "monitor"]


@dataclass(frozen=True, slots=True)
class LineRef:
    """Names what a finding is about. `kind` is the entity ("item", "encounter", "diagnosis", "operation", "prescription", …).

    `line` is the item's id as the door gave it; `position` its place in the request (the door's tie-breaker for repeated ids).
    """

    kind: str
    encounter: str
    line: str = ""
    position: int = -1


@dataclass(frozen=True, slots=True)
class Claim:
    """What a finding claims on one line at fault: fen, clipped to [0, base]; None = undetermined (待定)."""

    line: LineRef
    amount: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation: rule, place, evidence, amount. Everything that is needed to argue about it.

    Amounts are fen. `claims` is what this finding asks for; what is really deducted after "never twice" stands in
    `Report.deductions`, and `credited` is this finding's part of it (0 with `carried_by` naming the rule that carries it).
    `rows` are knowledge point ids (evidence, sorted). `facts` are (zh name, printed value) pairs that the condition read.
    `claimable` are exemption labels that could not be declared through this door.
    """

    rule: str  # official or local code, without sub-rule
    sub_rules: tuple[str, ...]  # the sub-rules merged into it ("…-1", …); the code itself when there are none
    name: str
    version: str
    result: Result
    interaction: str  # passive | soft | reason | hard
    anchor: LineRef  # the line, encounter, … at fault (the first one of a group)
    at_fault: tuple[LineRef, ...]
    involved: tuple[LineRef, ...]
    rows: tuple[str, ...]
    claims: tuple[Claim, ...]
    amount: int | None  # sum of claims, None when any is undetermined
    credited: int
    carried_by: str
    basis: tuple[str, ...]
    claimable: tuple[str, ...]
    formula: str
    facts: tuple[tuple[str, str], ...]
    message: str
    suggestion: str
    pack: str = ""
    pack_version: str = ""
    pack_hash: str = ""


@dataclass(frozen=True, slots=True)
class Undecided:
    """待核: the answer needs facts that were not sent. `causes` are field ids ("encounter.rescue"), window regions
    ("history.items"), tables ("table:项目价格") or attestations ("attest:癌症患者"), sorted."""

    rule: str
    sub_rule: str
    name: str
    anchor: LineRef
    causes: tuple[str, ...]
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unjudged:
    """未识别/未判: one entry for a line or diagnosis that no rule could look at, instead of one Undecided per rule.

    reason: "code" (its code is UNKNOWN), "date" (no day), "ill_formed" (a diagnosis code that is no code: `detail` has it),
    "unmatched" (a code that no table of the pack knows is only counted, see Report.unmatched).
    """

    anchor: LineRef
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """未检查: a rule that was not judged to its end ("deadline", "budget", "fault:<kind>"). A report with any is never clean."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is deducted from one line, after max over findings: `definite` fen, `suspect` = what confirmation would add."""

    line: LineRef
    definite: int
    suspect: int
    definite_rule: str = ""
    suspect_rule: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to one request. Findings come most serious first: result, amount, rule code, line order."""

    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    unmatched: int = 0  # lines whose code no table of the pack knows
    notes: tuple[str, ...] = ()  # data-quality notes of the door, without personal data
    pack: str = ""
    pack_version: str = ""
    pack_hash: str = ""
    engine_version: str = ""

    @property
    def definite_total(self) -> int:
        return sum(d.definite for d in self.deductions)

    @property
    def suspect_total(self) -> int:
        return sum(d.suspect for d in self.deductions)

    def canonical(self) -> Any:
        """The canonical set that every way of executing must agree on (semantics law 1); order-free."""
        return (
            frozenset((f.rule, f.sub_rules, f.result, f.anchor, f.at_fault, f.involved, f.rows, f.claims, f.credited,
                       f.carried_by, f.claimable) for f in self.findings),
            frozenset((u.rule, u.sub_rule, u.anchor, u.causes) for u in self.undecided),
            frozenset(self.unjudged), frozenset(self.deductions),
        )
