"""The total order of lines: time, encounter, line. Quotas, ordinals, netting and pairs all use this one."""
from __future__ import annotations

from typing import Any, Final

from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = ["line_key", "order_key"]

NEVER: Final = 1 << 62  # later than any second of a date


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
    """Key of a line in the total order; lines without a time come last."""
    encounter, at = item.encounter, item.at
    ident = UNKNOWN if encounter is UNKNOWN else encounter.id
    return (at.lo if at.__class__ is Instant else NEVER, "" if ident is UNKNOWN or ident is ABSENT else ident, *line_key(item))
