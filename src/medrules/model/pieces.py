"""Cuts lines in hours or days that run over several days into day pieces, before any window runs (T06).

A piece is an Item of its own with its day's `at`, `on`, `begin`, `end`, quantity and amounts, the line's id and
position, and `piece_of` = the whole line. Quantities and amounts of the pieces add up to the line's exactly, and no
piece's 自费 or 已扣减 part is larger than its amount. Hours are shared by overlap with each day, days one per
started day (what the quantity exceeds stays on the last day). Long-term orders are never cut (T18); other units
stay on the line's day. A line whose quantity is not known is cut too: the quantity of each of its days is UNKNOWN.
"""
from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from medrules.model.derive import is_known
from medrules.model.items import Item
from medrules.model.rounding import share
from medrules.model.units import canonical_unit
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant
from medrules.model.why import cause_of

__all__ = ["MAX_PIECES", "may_need_cutting", "pieces"]

# A line that claims to run longer than this is taken for a wrong date: its quantity by day is UNKNOWN.
MAX_PIECES: Final = 400
_ONE_DAY: Final = {"小时": 24 * 10_000, "天": 1 * 10_000}
_PARTS: Final = ("copay", "pooled", "account_paid")


def may_need_cutting(unit: Any, long_term: Any) -> bool:
    """A cheap first test: a line in hours or days that is not a long-term order."""
    return long_term is not True and is_known(unit) and _is_span(unit)


@lru_cache(maxsize=4_096)
def _is_span(unit: str) -> bool:
    return canonical_unit(unit) in _ONE_DAY


def pieces(item: Item, room: int = MAX_PIECES) -> tuple[Item, ...]:
    """The day pieces of a net line, `room` at most; the line itself when it lies on one day or is no span."""
    unit, quantity = item.unit, item.quantity
    if not may_need_cutting(unit, item.long_term):
        return (item,)
    kind = canonical_unit(unit)
    begin, end = item.begin, item.end
    fits_one_day = quantity is UNKNOWN or quantity <= _ONE_DAY[kind]  # nothing to make UNKNOWN in either case
    for value, name in ((end, "end"), (begin, "begin")):
        if not is_known(value):
            return (item,) if fits_one_day else (_without_quantity(item, cause_of(item, name)),)
    if item.long_term is UNKNOWN and begin.day != end.day:
        line_kind = item.line_kind
        if line_kind is UNKNOWN or line_kind != "charge":
            return (item,) if quantity is UNKNOWN else (_without_quantity(item, cause_of(item, "long_term")),)
    first, last = begin.day, max(begin.day, end.day)
    if end.is_exact and last > first and end.lo == last * DAY_SECONDS:
        last -= 1  # midnight at the end of a day belongs to that day
    if (end.lo < begin.lo and end.day < begin.day) or last - first >= min(room, MAX_PIECES):
        return (item,) if fits_one_day else (_without_quantity(item, "item.end"),)
    if first == last:
        return (item,)
    days = range(first, last + 1)
    if quantity is UNKNOWN:  # each of its days is in doubt, not only the first
        weights = [1] * len(days) if kind == "天" else [_overlap(begin, end, day) for day in days]
        return _cut(item, days, weights, cause_of(item, "quantity"))
    if kind == "天":
        return _cut(item, days, _started_days(quantity, len(days)), None)
    spans = [_overlap(begin, end, day) for day in days]
    if (begin.is_exact and end.is_exact) or quantity * 3_600 == sum(spans) * 10_000:  # the days can hold no other share
        return _cut(item, days, share(quantity, spans), None)
    return _cut(item, days, share(quantity, spans), "item.begin" if not begin.is_exact else "item.end")


def _without_quantity(item: Item, cause: str) -> Item:
    values = {k: v for k, v in item.__dict__.items() if k != "quantity"}
    values["_why"] = {**values.get("_why", {}), "quantity": cause}
    return Item(values)


def _overlap(begin: Instant, end: Instant, day: int) -> int:
    """Seconds of [begin, end] on a day; an end known to the day counts whole."""
    stop = end.lo if end.is_exact else end.hi + 1
    return max(0, min(stop, (day + 1) * DAY_SECONDS) - max(begin.lo, day * DAY_SECONDS))


def _started_days(quantity: int, days: int) -> tuple[int, ...]:
    """One unit for each started day, as far as the quantity goes; what is more stays on the last day."""
    parts = []
    for _ in range(days - 1):
        one = min(10_000, quantity)
        parts.append(one)
        quantity -= one
    return (*parts, quantity)


def _cut(item: Item, days: Sequence[int], quantities: Sequence[int], unsure: str | None) -> tuple[Item, ...]:
    """Build the pieces with quantity > 0. `unsure` names the fact for want of which no day's quantity is known."""
    kept = [(day, quantity) for day, quantity in zip(days, quantities, strict=True) if quantity > 0]
    if not kept:
        return (item,)
    weights = [quantity for _, quantity in kept]
    shares = _shares(item, weights)
    made = []
    for number, (day, quantity) in enumerate(kept):
        values = dict(item.__dict__)
        values.pop("rank", None)
        values.pop("paired", None)
        values.update(
            piece_of=item, piece=number, quantity=quantity, on=day,
            begin=item.begin if day == item.begin.day else _bound(item.begin, day, day),
            end=item.end if day == item.end.day else _bound(item.end, day, day + 1),
        )
        at = item.at
        values["at"] = at if at is not UNKNOWN and at.day == day else values["begin"]
        for name, parts in shares.items():
            values[name] = parts[number]
        if unsure is not None:
            del values["quantity"]
            values["_why"] = {**values.get("_why", {}), "quantity": unsure}
        made.append(Item(values))
    return tuple(made)


def _bound(like: Instant, day: int, midnight_of: int) -> Instant:
    """Where a piece begins or ends: midnight, or only the piece's day when the line's own time is known to the day."""
    if like.is_exact:
        return Instant(midnight_of * DAY_SECONDS, midnight_of * DAY_SECONDS)
    return Instant(day * DAY_SECONDS, (day + 1) * DAY_SECONDS - 1)


def _shares(item: Item, weights: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Each amount shared exactly; 金额 is the sum of its 自费, 已扣减 and remaining parts where these are known."""
    d = item.__dict__
    found = {name: share(d[name], weights) for name in _PARTS if is_known(d.get(name, ABSENT))}
    amount = d.get("amount", UNKNOWN)
    own, before = d.get("self_paid", UNKNOWN), d.get("already_deducted", UNKNOWN)
    for name, value in (("self_paid", own), ("already_deducted", before)):
        if value is not UNKNOWN:
            found[name] = share(value, weights)
    if amount is UNKNOWN:
        return found
    taken = [0] * len(weights)
    rest = amount
    for name, value in (("self_paid", own), ("already_deducted", before)):
        if value is not UNKNOWN and 0 <= value <= rest:
            taken = [a + b for a, b in zip(taken, found[name], strict=True)]
            rest -= value
    found["amount"] = tuple(a + b for a, b in zip(taken, share(rest, weights), strict=True))
    return found
