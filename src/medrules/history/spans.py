"""The days that an encounter touches, for choosing those that a window can reach. Not known counts as without end."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from medrules.history.need import Need, Part
from medrules.model.values import ABSENT, Instant

__all__ = ["ENDLESS", "Marked", "Spans", "line_time", "marked", "named_within", "refund_target", "spans_of", "within"]

ENDLESS: Final = 9_999_999
_TIMES: Final = ("performed_at", "charged_at", "begin")


class Spans(NamedTuple):
    """The last day of an encounter's lines, and of the encounter itself."""

    lines_last: int
    last: int


class Marked(NamedTuple):
    """What decides whether a line is wanted: its code ("" = not known), and whether it is wanted whatever its code."""

    code: str
    always: bool


def line_time(item: Mapping[str, Any]) -> Instant | None:
    """When a line happened: 执行时间, else 计费时间, else 开始时间 (as the builder decides it)."""
    return next((v for v in map(item.get, _TIMES) if isinstance(v, Instant)), None)


def spans_of(encounter: Mapping[str, Any]) -> Spans:
    """By its lines: the last day named in any, or on which its drug is used. By itself: the day of discharge."""
    high = 0 if "items" in encounter else ENDLESS
    for item in encounter.get("items", ()):
        at = line_time(item)
        if at is None:
            high = ENDLESS
            continue
        days = [v.day for v in (at, item.get("begin"), item.get("end")) if isinstance(v, Instant)]
        used = item.get("days", 0)
        high = max(high, *days, days[-1] + used if isinstance(used, int) else 0)
    discharged = encounter.get("discharged_at")
    return Spans(high, discharged.day if isinstance(discharged, Instant) else ENDLESS)


def refund_target(item: Mapping[str, Any]) -> str:
    """The id of the line that a refund names; "" for anything else."""
    target = item.get("reverses", ABSENT)
    if not isinstance(target, str):
        return ""
    amounts = (item.get("quantity"), item.get("amount"))
    return target if any(isinstance(n, int) and n < 0 for n in amounts) else ""


def marked(encounter: Mapping[str, Any]) -> tuple[Marked, ...]:
    """The marks of an encounter's lines. Refunds that name a line, and the lines they name, are wanted whatever their code: netting pairs
    them by id, and with one of them missing it would pair another."""
    items = encounter.get("items", ())
    named = {target for item in items if (target := refund_target(item))}
    out = []
    for item in items:
        code = item.get("code", ABSENT)
        known = code if isinstance(code, str) else ""
        out.append(Marked(known, not known or bool(refund_target(item)) or item.get("id", ABSENT) in named))
    return tuple(out)


def named_within(encounter: Mapping[str, Any]) -> bool:
    """Whether all refunds that name a line name one of this encounter. If not, netting looks through all of the patient's lines."""
    items = encounter.get("items", ())
    own = {item.get("id", ABSENT) for item in items}
    return all(target in own for item in items if (target := refund_target(item)))


def _is_there(encounter: Mapping[str, Any], part: Part) -> bool:
    if not part.institution:
        return True
    institution = encounter.get("institution", ABSENT)
    known = institution.get("id", ABSENT) if isinstance(institution, Mapping) else ABSENT
    return not isinstance(known, str) or known == part.institution


def within(encounters: tuple[Mapping[str, Any], ...], need: Need) -> tuple[Mapping[str, Any], ...]:
    """Exactly what is asked for, of all encounters of a patient; what is later than asked is left out."""
    everything = not all(named_within(e) for e in encounters)
    out = []
    for encounter in encounters:
        admitted = encounter.get("admitted_at")
        if isinstance(admitted, Instant) and admitted.lo > need.until.hi:
            continue
        found = _wanted(encounter, need, everything)
        if found is not None:
            out.append(found)
    return tuple(out)


def _wanted(encounter: Mapping[str, Any], need: Need, everything: bool) -> Mapping[str, Any] | None:
    spans = spans_of(encounter)
    if "items" not in encounter:  # what it may hold is missing from every window, wherever it was
        return encounter
    parts = [p for p in need.parts if _is_there(encounter, p) and (spans.last if p.stays else spans.lines_last) >= p.begin]
    as_such = any(p.stays for p in parts) or everything
    if not parts and not everything:
        return None
    whole = everything or any(p.codes is None for p in parts)
    codes = [p.codes for p in parts if p.codes is not None]
    kept = [
        item for item, (code, always) in zip(encounter["items"], marked(encounter), strict=True)
        if (whole or always or any(c.holds(code) for c in codes)) and not _is_later(item, need.until)]
    if not kept and not as_such:
        return None
    return {**encounter, "items": kept}


def _is_later(item: Mapping[str, Any], until: Instant) -> bool:
    at = line_time(item)
    return at is not None and at.lo > until.hi
