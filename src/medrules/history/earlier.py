"""What a provider answers: earlier encounters in the form that facts are built of, and how complete they are."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from medrules.frozen import dataclass, field
from medrules.model.facts import Facts
from medrules.model.unbuild import sent_values
from medrules.model.values import ABSENT

__all__ = ["COVERAGES", "Earlier", "earlier_of", "fresh"]

COVERAGES: Final = ("本院", "统筹区", "全国")  # from narrow to wide


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier encounters of one patient.

    patient        the patient's id, as asked
    encounters     each as `model.builder.build_facts` takes one (without "is_current"); `earlier_of` makes them from facts
    covered_from   the ordinal day from which on nothing is missing; 0 = not known: what is found counts, what is not found proves nothing
    covered_until  the last day up to which nothing is missing; 0 = up to the moment of the question
    coverage       of what nothing is missing: 本院, 统筹区 or 全国; "" = not known
    carries        field ids that the source can carry at all
    """

    patient: str
    encounters: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    covered_from: int = 0
    covered_until: int = 0
    coverage: str = ""
    carries: frozenset[str] = field(default=frozenset(), repr=False)


def earlier_of(facts: Facts, *, covered_until: int = 0) -> Earlier:
    """All encounters of one person's facts (as any door reads them) as earlier ones; 历史.覆盖起 and 覆盖范围 say how complete they are.

    Args:
        covered_until: the last day (ordinal) up to which the source is complete; 0 = it is kept up to date.
    """
    (patient,) = sent_values(facts)
    told = patient.get("history", {})
    begin, coverage = told.get("covered_from", ABSENT), told.get("coverage", ABSENT)
    encounters = []
    for encounter in patient["encounters"]:
        encounter.pop("is_current", None)
        for item in encounter.get("items", ()):
            item.pop("position", None)
        encounters.append(encounter)
    known = isinstance(begin, int) and coverage in COVERAGES
    return Earlier(
        str(patient.get("id", "")), tuple(encounters), begin if known else 0, covered_until, coverage if known else "", facts.door.carries)


def fresh(value: Any) -> Any:
    """A copy that a builder may take over: dicts and lists anew, values as they are."""
    if isinstance(value, Mapping):
        return {name: fresh(one) for name, one in value.items()}
    if isinstance(value, list):
        return [fresh(one) for one in value]
    return value
