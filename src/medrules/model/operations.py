"""Which operation a line belongs to: by 手术编号, else by the day when there was only one operation in the stay
(T32)."""
from __future__ import annotations

from typing import Any

from medrules.model.derive import is_known
from medrules.model.values import UNKNOWN
from medrules.model.why import cause_of

__all__ = ["same_operation"]


def same_operation(a: Any, b: Any) -> bool | frozenset[str]:
    """同台手术: True or False for two lines, or the field ids for want of which that is not known (never empty).

    Both numbers stated: whether they are equal. Else, with one operation in the stay, whether both lines belong to it:
    by its number, or without a number (absent or not sent) by standing on its day or the next; with none, False; with
    several, or the list not sent, not known. Lines of different encounters are never of one operation.
    """
    encounter = a.encounter
    if encounter is not b.encounter:
        return False
    if is_known(a.operation_no) and is_known(b.operation_no):
        return bool(a.operation_no == b.operation_no)
    operations = UNKNOWN if encounter is UNKNOWN else encounter.operations
    missing = frozenset(cause_of(i, "operation_no") for i in (a, b) if i.operation_no is UNKNOWN)
    if operations is UNKNOWN:
        return missing | {"encounter.operations" if encounter is UNKNOWN else cause_of(encounter, "operations")}
    if not operations:
        return False
    if len(operations) > 1:
        return missing or frozenset(("item.operation_no",))
    answers = [_belongs(i, operations[0]) for i in (a, b)]
    if any(answer is False for answer in answers):
        return False
    causes = frozenset(c for answer in answers if isinstance(answer, frozenset) for c in answer)
    return causes or True


def _belongs(item: Any, operation: Any) -> bool | frozenset[str]:
    """Whether a line belongs to the only operation of its stay."""
    if is_known(item.operation_no) and is_known(operation.id):
        return bool(item.operation_no == operation.id)
    day, on = operation.date, item.on
    if day is UNKNOWN and is_known(operation.begin):
        day = operation.begin.day
    missing = set()
    if day is UNKNOWN:
        missing.add(cause_of(operation, "date"))
    if on is UNKNOWN:
        missing.add(cause_of(item, "on"))
    return frozenset(missing) if missing else bool(day <= on <= day + 1)
