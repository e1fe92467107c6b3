"""The total order of lines: time, encounter, line. Quotas, ordinals, netting and pairs all use this one."""
from __future__ import annotations

from typing import Any

from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["line_key", "order_key"]


def line_key(item: Any) -> tuple[Any, ...]:
    """Key of a line inside its encounter: line number, else id (shorter first, so L2 precedes L10), else place as sent.

    Where line numbers or ids are there and differ, the order of sending does not matter (semantics law 7).
    """
    number, ident = item.line_no, item.id
    if number is UNKNOWN or number is ABSENT:
        number = ""
    if ident is UNKNOWN or ident is ABSENT:
        ident = ""
    return (len(number) if number else 1_000, number, len(ident), ident, item.position, item.piece)


def order_key(item: Any) -> tuple[Any, ...]:
    """Key of a line in the total order. Call it only for lines whose `at` is known."""
    encounter = item.encounter
    ident = UNKNOWN if encounter is UNKNOWN else encounter.id
    return (item.at.lo, "" if ident is UNKNOWN or ident is ABSENT else ident, *line_key(item))
