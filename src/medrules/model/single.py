"""The lines of a request of the common kind, side by side: one encounter and nothing else to be judged or looked at.

It repeats what the facts say (parsed values only) in the form in which most requests are read: one tuple of codes, one of days.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["Single", "single"]


class Single(NamedTuple):
    """The only encounter of a request, and two facts of its lines by column, place for place with `items`.

    plain: all lines are of this request (`is_current` is not False), none is a day piece, each has a code or an UNKNOWN one.
    """

    encounter: Any
    items: tuple[Any, ...]
    codes: tuple[Any, ...]  # Item.code
    days: tuple[int, ...]  # Item.on
    plain: bool


def single(people: tuple[Any, ...], current: Sequence[Any]) -> Single | None:
    """The lines by column; None where there are several encounters or patients, operations, no list of lines, or a line without a day."""
    if len(current) != 1 or len(people) != 1 or len(people[0].encounters) != 1:
        return None
    (encounter,) = current
    items, operations = encounter.items, encounter.operations
    if items is UNKNOWN or (operations is not UNKNOWN and operations):
        return None
    plain = True
    days = tuple([m.on for m in items])
    for m, on in zip(items, days, strict=True):
        if on.__class__ is not int:
            return None
        if m.is_current is False or m.piece_of is not None or m.code is ABSENT:
            plain = False
    return Single(encounter, items, tuple([m.code for m in items]), days, plain)
