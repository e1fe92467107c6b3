"""Which operation a line belongs to: by 手术编号, else by the day when there was only one operation in the stay
(T32)."""
from __future__ import annotations

from typing import Any, Final

from medrules.model.derive import is_known
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["ONLY", "operation_of", "same_operation"]

# The key of the one operation of a stay when it has no 手术编号 itself.
ONLY: Final = ""


def operation_of(item: Any) -> Any:
    """The key of a line's operation: its 手术编号; ABSENT when it belongs to none; UNKNOWN when that cannot be told.

    Without a 手术编号 (absent or not sent): one operation in the stay → lines of its day and the next belong to it,
    others to none; several → UNKNOWN; none → ABSENT.
    """
    encounter = item.encounter
    operations = UNKNOWN if encounter is UNKNOWN else encounter.operations
    stated = item.operation_no
    single = operations[0] if operations is not UNKNOWN and len(operations) == 1 else None
    if is_known(stated):
        return ONLY if single is not None and not is_known(single.id) else stated
    if operations is UNKNOWN or len(operations) > 1:
        return UNKNOWN
    if single is None:
        return ABSENT
    day, on = single.date, item.on
    if day is UNKNOWN and is_known(single.begin):
        day = single.begin.day
    if day is UNKNOWN or on is UNKNOWN:
        return UNKNOWN
    if not day <= on <= day + 1:
        return ABSENT
    return single.id if is_known(single.id) else ONLY


def same_operation(a: Any, b: Any) -> Any:
    """同台手术: True, False or UNKNOWN for two lines. Lines of different encounters are never of one operation.

    The causes of UNKNOWN are "item.operation_no", and "encounter.operations" where that list was not sent.
    """
    if a.encounter is not b.encounter:
        return False
    one, other = operation_of(a), operation_of(b)
    if one is ABSENT or other is ABSENT:
        return False
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    return one == other
