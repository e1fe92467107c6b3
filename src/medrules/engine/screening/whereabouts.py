"""Who, where and when a finding is about, for the office that sorts them."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from medrules.check.program import PeriodScope, Program
from medrules.engine.screening.result import Screened
from medrules.model.facts import Facts
from medrules.model.reports import Finding
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["Whereabouts", "subjects_of"]


def subjects_of(program: Program) -> dict[str, tuple[str, ...]]:
    """What the periods of each period rule are about."""
    return {r.code: r.scope.subjects for r in program.rules if isinstance(r.scope, PeriodScope)}


class Whereabouts:
    """Looks findings up in the facts they were found in."""

    def __init__(self, facts: Facts, subjects: Mapping[str, tuple[str, ...]]) -> None:
        self._encounters = {_text(e.id): e for p in facts.patients for e in p.encounters}
        self._subjects = subjects

    def of(self, finding: Finding) -> Screened:
        anchor = finding.anchor
        if anchor.kind == "period":
            return self._period(finding)
        encounter = self._encounters.get(anchor.encounter)
        if encounter is None:
            return Screened(finding, "", "", "", "")
        item = next((i for i in _lines(encounter) if i.position == anchor.position), None) if anchor.kind == "item" else None
        on = encounter.discharged_on if item is None else item.on
        if not isinstance(on, int):
            on = encounter.admitted_on
        department = UNKNOWN if item is None else item.ordering_dept
        for other in ("dept_out", "dept_in"):
            department = getattr(encounter, other) if department is UNKNOWN or department is ABSENT else department
        institution = encounter.institution
        return Screened(
            finding, _text(encounter.patient.id), "" if institution is UNKNOWN else _text(institution.id), _text(department),
            date.fromordinal(on).isoformat()[:7] if isinstance(on, int) else "")

    def _period(self, finding: Finding) -> Screened:
        """A period is named by its subjects and first day (reference.periods)."""
        names, _, first = finding.anchor.line.rpartition("@")
        kinds = self._subjects.get(finding.sub_rules[0], ())
        ids = names.split("/", len(kinds) - 1) if kinds else []
        named = dict(zip(kinds, ids, strict=False))
        return Screened(
            finding, named.get("patient", ""), named.get("institution", ""), named.get("department", ""), first[:7])


def _lines(encounter: Any) -> Any:
    return () if encounter.raw_items is UNKNOWN else encounter.raw_items


def _text(value: Any) -> str:
    return "" if value is UNKNOWN or value is ABSENT else str(value)
