"""All that several requests say of one person, as one: encounters each once, contradictions left out. No order of requests matters."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Final

from medrules.model.facts import Facts
from medrules.model.unbuild import sent_values
from medrules.model.values import ABSENT, Instant

__all__ = ["Coverage", "Person", "Sent", "merged", "sent"]

COVERAGES: Final = ("本院", "统筹区", "全国")  # from narrow to wide
Unjudged = tuple[str, str, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What whoever screens knows of the whole file: everything from this day on is in it, of this reach."""

    covered_from: date
    coverage: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What one request says of one person, in the form that the builder takes."""

    key: str
    as_of: Instant
    patient: dict[str, Any]
    attestations: tuple[dict[str, Any], ...]
    declarations: tuple[dict[str, Any], ...]
    unjudged: tuple[Unjudged, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One person, ready to be built. notes: what had to be decided about contradictions, and how often."""

    key: str
    patient: dict[str, Any]
    attestations: tuple[dict[str, Any], ...] = ()
    declarations: tuple[dict[str, Any], ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    notes: Counter[str] = field(default_factory=Counter)


def sent(facts: Facts) -> list[Sent]:
    """A request taken apart by person. Someone whose id was not sent is nobody else."""
    out = []
    for patient in sent_values(facts):
        known = patient.get("id", ABSENT)
        key = f"={known}" if known is not ABSENT else "?" + sha256(repr(patient).encode()).hexdigest()
        out.append(Sent(
            key, facts.business_time, patient, tuple(dict(a.__dict__) for a in facts.attestations),
            tuple(dict(d.__dict__) for d in facts.declarations), facts.unjudged))
    return out


def merged(requests: Sequence[Sent], stated: Coverage | None) -> Person:
    """One person from all requests about it."""
    notes: Counter[str] = Counter()
    requests = sorted(requests, key=lambda s: (s.as_of.lo, s.as_of.hi, repr(s.patient))) if len(requests) > 1 else requests
    values = _agreed([s.patient for s in requests], notes)
    encounters = _encounters(requests, notes)
    values["encounters"] = encounters
    history = _history(requests, stated)
    if history is not None:
        values["history"] = history
    names = Counter(n for e in encounters for n in (e.get("id"), *(i.get("id") for i in e.get("items", ()))))
    kept = {str(e.get("id", "")) for e in encounters}
    return Person(
        requests[0].key, values,
        _records((a for s in requests for a in s.attestations), names, notes),
        _records((d for s in requests for d in s.declarations), names, notes),
        tuple(sorted({u for s in requests for u in s.unjudged if u[1] in kept})), notes)


def _agreed(patients: Sequence[dict[str, Any]], notes: Counter[str]) -> dict[str, Any]:
    """Facts of the person on which all requests that have them agree."""
    found: dict[str, Any] = {}
    doubtful: set[str] = set()
    for patient in patients:
        for name, value in patient.items():
            if name in ("encounters", "history", "_why"):
                continue
            if found.setdefault(name, value) != value:
                doubtful.add(name)
    for name in sorted(doubtful):
        del found[name]
        notes[f"同一患者的「{name}」各处不一，按未知处理"] += 1
    return found


def _encounters(requests: Sequence[Sent], notes: Counter[str]) -> list[dict[str, Any]]:
    """Every encounter once: under review before earlier, then as told latest, then with most lines."""
    held: dict[tuple[str, str, str], list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
    for s in requests:
        for e in s.patient["encounters"]:
            institution = e.get("institution", {}).get("id", "") if isinstance(e.get("institution"), dict) else ""
            name = repr(e.get("admitted_at", "")), str(institution), str(e.get("id", ""))
            weight = (e["is_current"], s.as_of.hi, len(e.get("items", ())), repr(e))
            held.setdefault(name, []).append((weight, e))
    out = []
    for _, told in sorted(held.items(), key=lambda x: (_admission(x[1][0][1]), x[0])):
        weight, best = max(told, key=lambda x: x[0])
        if sum(w[0] for w, _ in told) > 1:
            notes["同一次就诊出现多次，取业务时间最晚的一份"] += 1
        for item in best.get("items", ()):
            item.pop("position", None)  # places are counted anew, through all of the person's encounters
        out.append(best)
    return out


def _admission(encounter: dict[str, Any]) -> int:
    at = encounter.get("admitted_at", ABSENT)
    return at.lo if isinstance(at, Instant) else 0


def _history(requests: Sequence[Sent], stated: Coverage | None) -> dict[str, Any] | None:
    """What all requests say is covered: the latest begin and the narrowest reach. Nothing, if one of them says nothing."""
    if stated is not None:
        return {"covered_from": stated.covered_from.toordinal(), "coverage": stated.coverage}
    told = [s.patient.get("history") for s in requests]
    begins = [h["covered_from"] for h in told if h and isinstance(h.get("covered_from"), int)]
    reaches = [h["coverage"] for h in told if h and h.get("coverage") in COVERAGES]
    if len(begins) != len(told) or len(reaches) != len(told):
        return None
    return {"covered_from": max(begins), "coverage": min(reaches, key=COVERAGES.index)}


def _records(given: Iterable[dict[str, Any]], names: Counter[Any], notes: Counter[str]) -> tuple[dict[str, Any], ...]:
    """Attestations and declarations whose subject names one thing only: a line number that many encounters use says nothing."""
    out: dict[str, dict[str, Any]] = {}
    for one in given:
        if names[one.get("subject")] > 1:
            notes["已核、申报记录的对象在多处重名，没有采用"] += 1
        else:
            out.setdefault(repr(sorted(one.items())), one)
    return tuple(out[k] for k in sorted(out))
