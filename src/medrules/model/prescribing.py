"""Groups the lines of an encounter into prescriptions by 处方号 (T19).

Only drugs are prescribed: a service or a consumable whose 处方号 was not sent never makes a prescription
incomplete. A drug whose 处方号 was not sent may belong to any prescription of its encounter, so none of their lists
is complete then.
"""
from __future__ import annotations

from typing import Any, Final

from medrules.model.derive import HERB_KINDS, is_known
from medrules.model.items import Prescription
from medrules.model.values import UNKNOWN
from medrules.model.why import blame, cause_of

__all__ = ["prescriptions"]

_NEVER_PRESCRIBED: Final = frozenset({"医疗服务项目", "医用耗材", "长护服务项目"})


def prescriptions(encounter: Any) -> Any:
    """The prescriptions of an encounter in order of first use: those sent, and those its lines name.

    `encounter.__dict__["_prescriptions"]` holds what was sent: {处方号: values}; there is no such key when no list
    was sent.
    """
    sent: dict[str, dict[str, Any]] = encounter.__dict__.get("_prescriptions", {})
    items = encounter.items
    if items is UNKNOWN:
        if not sent:
            return blame(encounter, "prescriptions", cause_of(encounter, "items"))
        why = {"items": "encounter.items", "herbs": "encounter.items"}
        return tuple(Prescription({**values, "encounter": encounter, "_why": why}) for values in sent.values())
    groups: dict[str, list[Any]] = {no: [] for no in sent}
    loose: list[Any] = []
    for item in items:
        no = item.rx_no
        if is_known(no):
            groups.setdefault(no, []).append(item)
        elif no is UNKNOWN and (item.list_kind is UNKNOWN or item.list_kind not in _NEVER_PRESCRIBED):
            loose.append(item)
    loose_herb = any(item.list_kind is UNKNOWN or item.list_kind in HERB_KINDS for item in loose)
    earliest = _earliest(loose)
    return tuple(
        _prescription(encounter, no, lines, sent.get(no, {}), bool(loose), loose_herb, earliest)
        for no, lines in groups.items()
    )


def _earliest(lines: list[Any]) -> int | None:
    """The first day of any line; 0 when one has no day, so that it may be any; None when there are no lines."""
    return min((0 if line.on is UNKNOWN else line.on for line in lines), default=None)


def _prescription(
    encounter: Any, no: str, lines: list[Any], sent: dict[str, Any], loose: bool, loose_herb: bool, earliest: int | None
) -> Prescription:
    d: dict[str, Any] = {**sent, "no": no, "encounter": encounter}
    why: dict[str, str] = dict(sent.get("_why", {}))
    if loose:
        why["items"] = "item.rx_no"
    else:
        d["items"] = tuple(lines)
    if loose_herb:
        why["herbs"] = "item.rx_no"
    elif any(line.list_kind is UNKNOWN for line in lines):
        why["herbs"] = "item.list_kind"
    else:
        d["herbs"] = tuple(line for line in lines if line.list_kind in HERB_KINDS)
    if "date" not in d:
        first = _earliest(lines)
        if first == 0:  # a line without a day may be the first
            why["date"] = next(cause_of(line, "on") for line in lines if line.on is UNKNOWN)
        elif first is not None and earliest is not None and earliest < first:
            why["date"] = "item.rx_no"
        elif first is not None:
            d["date"] = first
    if why:
        d["_why"] = why
    return Prescription(d)
