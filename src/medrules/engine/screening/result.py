"""What screening answers: findings with who, where and when, and counts of everything."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from medrules.model.reports import Finding, Report, Undecided, Unjudged

__all__ = ["Screened", "Screening"]


@dataclass(frozen=True, slots=True)
class Screened:
    """One finding with what an insurance office sorts by. patient and institution are ids, department a standard code, month
    "2026-03"; "" where it is not known or the finding is not about one."""

    finding: Finding
    patient: str
    institution: str
    department: str
    month: str


@dataclass(slots=True)
class Screening:
    """The summary of one run. Amounts are fen, each line deducted once at most.

    findings    all of them, unless the caller took them one by one
    undecided   (rule, missing facts) → how many
    unjudged    reason → how many lines or diagnoses no rule could look at
    unchecked   (rule, reason) → how many people or periods it was not judged for: such a run is not complete
    notes       data-quality notes, and how often
    """

    requests: int = 0
    people: int = 0
    encounters: int = 0
    lines: int = 0
    definite: int = 0
    suspect: int = 0
    unmatched: int = 0
    findings: list[Screened] = field(default_factory=list)
    by_rule: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (code, name, result)
    amounts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by_department: Counter[str] = field(default_factory=Counter)
    by_month: Counter[str] = field(default_factory=Counter)
    by_institution: Counter[str] = field(default_factory=Counter)
    undecided: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    unjudged: Counter[str] = field(default_factory=Counter)
    unchecked: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def count(self, one: Screened) -> None:
        f = one.finding
        name = (f.rule, f.name, f.result)
        self.by_rule[name] += 1
        self.amounts[name] += f.credited
        self.by_department[one.department] += 1
        self.by_month[one.month] += 1
        self.by_institution[one.institution] += 1

    def leave_open(self, report: Report) -> None:
        """Count what a report could not say."""
        self.open(report.undecided, report.unjudged)
        self.unchecked.update((u.rule, u.reason) for u in report.unchecked)
        self.unmatched += report.unmatched
        self.definite += report.definite_total
        self.suspect += report.suspect_total

    def open(self, undecided: tuple[Undecided, ...], unjudged: tuple[Unjudged, ...]) -> None:
        self.undecided.update((u.rule, u.causes) for u in undecided)
        self.unjudged.update(u.reason for u in unjudged)
