"""Refunds are netted against what they refund, before any rule and in one place (T09); then lines are cut by day.

A refund is a line with a negative quantity or amount. It is paired with its original: the line that it names
(原明细标识), else the latest line before it of the same patient, encounter, code and price with enough left. The
original is lowered on its own day and vanishes at zero. An unpaired refund leaves 明细 and stays in 原始明细; so do
lines of zero. A refund that names its original but not how much it takes back leaves the original's quantity and
amounts UNKNOWN.
"""
from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final

from medrules.model.derive import is_known
from medrules.model.items import Item
from medrules.model.order import line_key, order_key
from medrules.model.pieces import pieces
from medrules.model.rounding import round_div
from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = ["is_refund", "net"]

# No more pieces are cut for one patient than this, whatever dates were sent.
_MAX_LINES: Final = 100_000
_MONEY: Final = ("amount", "self_paid", "copay", "pooled", "account_paid")


def is_refund(item: Item) -> bool:
    """Whether a line is a refund: its quantity or its amount is known and negative."""
    quantity, amount = item.quantity, item.amount
    return (is_known(quantity) and quantity < 0) or (is_known(amount) and amount < 0)


def net(items: Sequence[Item], as_of: Instant | None = None) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Net the lines of one patient.

    Args:
        items: all lines of the patient, each with `encounter`, `at`, `position`; frozen, but `paired` is written on
          refunds.
        as_of: refunds that happen later are not looked at (they leave 明细 unpaired).

    Returns:
        (net lines in day pieces, raw lines): raw lines are the given ones; a line that nothing changes is the same
        object in both.
    """
    refunds = [i for i in items if is_refund(i)]
    lowered = _pair(items, refunds, as_of) if refunds else {}
    found: list[Item] = []
    for item in items:
        left = lowered.get(id(item), item)
        if left is None or is_refund(item) or _is_zero(left):
            continue
        found.extend(pieces(left, max(1, _MAX_LINES - len(found))))
    return tuple(found), tuple(items)


def _is_zero(item: Item) -> bool:
    quantity = item.quantity
    return is_known(quantity) and quantity == 0


class _Left:
    """What is left of one original while refunds are taken off."""

    __slots__ = ("item", "money", "quantity", "unsure")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.quantity: int = item.quantity
        self.money: dict[str, Any] = {n: item.__dict__[n] for n in _MONEY if is_known(item.__dict__.get(n, ABSENT))}
        self.unsure = False

    def take(self, refund: Item, units: int) -> None:
        """Take the refund's units and amounts off; an amount that the refund does not state is UNKNOWN afterwards,
        unless it is plain (nothing or all of it was self-paid, or nothing is left)."""
        before = self.quantity
        self.quantity -= units
        whole = self.money.get("amount", UNKNOWN)
        for name in tuple(self.money):
            given = getattr(refund, name)
            had = self.money[name]
            if is_known(given):
                self.money[name] = max(0, had - abs(given))
            elif had != 0:
                self.money[name] = self._unstated(name, had, whole, before)
        self.money = {n: v for n, v in self.money.items() if v is not UNKNOWN}

    def _unstated(self, name: str, had: int, whole: Any, before: int) -> Any:
        if name == "amount":
            price = self.item.unit_price
            exact = price if is_known(price) and price * before == had * 10**6 else None
            return round_div(exact * self.quantity, 10**6) if exact is not None else UNKNOWN
        return self.money.get("amount", UNKNOWN) if whole is not UNKNOWN and had == whole else UNKNOWN

    def line(self) -> Item | None:
        """The lowered line; None when it vanished."""
        if self.quantity == 0:
            return None
        values = {k: v for k, v in self.item.__dict__.items() if k not in _MONEY}
        if self.unsure:
            del values["quantity"]
            gone = ("quantity", *(n for n in _MONEY if n in self.item.__dict__))
            values["_why"] = {**values.get("_why", {}), **dict.fromkeys(gone, "item.quantity")}
            return Item(values)
        values.update(self.money, quantity=self.quantity)
        return Item(values)


class _Originals:
    """Originals that a refund may mean, in the total order; finds the latest with enough left in logarithmic time."""

    __slots__ = ("_largest", "_size", "_untimed", "lines", "times")

    def __init__(self, lines: Sequence[_Left]) -> None:
        self.lines = lines
        timed = (left.item.at for left in lines)
        self.times = [at.lo for at in timed if at is not UNKNOWN]  # those without a time come last
        self._untimed = [line_key(left.item) for left in lines[len(self.times):]]
        self._size = 1 << max(0, len(lines) - 1).bit_length()
        self._largest = [0] * self._size + [left.quantity for left in lines] + [0] * (self._size - len(lines))
        for node in range(self._size - 1, 0, -1):
            self._largest[node] = max(self._largest[2 * node], self._largest[2 * node + 1])

    def latest(self, units: int, start: int, stop: int) -> int | None:
        """The last place in [start, stop) with at least `units` left."""
        return self._search(1, 0, self._size, units, start, stop)

    def _search(self, node: int, low: int, high: int, units: int, start: int, stop: int) -> int | None:
        if high <= start or stop <= low or self._largest[node] < units:
            return None
        if high - low == 1:
            return low
        middle = (low + high) // 2
        found = self._search(2 * node + 1, middle, high, units, start, stop)
        return self._search(2 * node, low, middle, units, start, stop) if found is None else found

    def take(self, place: int, refund: Item, units: int) -> _Left:
        left = self.lines[place]
        left.take(refund, units)
        self.lower(place, left.quantity)
        return left

    def lower(self, place: int, quantity: int) -> None:
        node = place + self._size
        self._largest[node] = quantity
        while node > 1:
            node //= 2
            self._largest[node] = max(self._largest[2 * node], self._largest[2 * node + 1])

    def before(self, refund: Item) -> tuple[int, int]:
        """The places of the originals that are not certainly later than the refund. Of lines without a time only
        those are, and only by line order."""
        timed = len(self.times)
        if refund.at is not UNKNOWN:
            return 0, bisect_right(self.times, refund.at.hi)
        return timed, timed + bisect_left(self._untimed, line_key(refund))


class _Index:
    """All originals, found by what a refund says of them. The same original may stand under several keys."""

    def __init__(self, originals: Iterable[Item]) -> None:
        grouped: dict[Hashable, list[_Left]] = {}
        for original in originals:
            left = _Left(original)
            for key in _keys(original):
                grouped.setdefault(key, []).append(left)
        self._groups = {key: _Originals(lines) for key, lines in grouped.items()}
        self._places: dict[int, list[tuple[_Originals, int]]] = {}
        for group in self._groups.values():
            for place, left in enumerate(group.lines):
                self._places.setdefault(id(left), []).append((group, place))

    def named(self, refund: Item) -> _Originals | None:
        """The originals with the id that a refund names: those of its own encounter, else of the patient."""
        own = self._groups.get(("id", id(refund.encounter), refund.reverses))
        return own if own is not None else self._groups.get(("id", refund.reverses))

    def alike(self, refund: Item) -> _Originals | None:
        key = _alike(refund)
        return None if key is None else self._groups.get(key)

    def take(self, group: _Originals, place: int, refund: Item, units: int) -> _Left:
        left = group.take(place, refund, units)
        for other, there in self._places[id(left)]:
            other.lower(there, left.quantity)
        return left


def _pair(items: Iterable[Item], refunds: list[Item], as_of: Instant | None) -> dict[int, Item | None]:
    """Pair refunds with originals in the total order; answers what is left of each original that was lowered."""
    originals = [i for i in items if is_known(i.quantity) and i.quantity > 0 and not is_refund(i)]
    index = _Index(sorted(originals, key=_when))
    lowered: dict[int, _Left] = {}
    for refund in sorted(refunds, key=_when):
        if as_of is not None and refund.at is not UNKNOWN and refund.at.lo > as_of.hi:
            continue
        by_name = is_known(refund.reverses)
        group = index.named(refund) if by_name else index.alike(refund)
        if group is None:
            continue
        units = _units(refund)
        if units is None:
            if by_name and len(group.lines) == 1:
                group.lines[0].unsure = True
                lowered[id(group.lines[0].item)] = group.lines[0]
            continue
        start, stop = (0, len(group.lines)) if by_name else group.before(refund)
        place = group.latest(units, start, stop) if units else None
        if place is None:
            continue
        left = index.take(group, place, refund, units)
        refund.__dict__["paired"] = True
        lowered[id(left.item)] = left
    return {key: left.line() for key, left in lowered.items()}


def _units(refund: Item) -> int | None:
    """How much a refund takes back; from amount and price when the quantity was not sent and they divide exactly."""
    if is_known(refund.quantity):
        return abs(int(refund.quantity))
    if is_known(refund.amount) and is_known(refund.unit_price) and refund.unit_price != 0:
        units, rest = divmod(abs(refund.amount) * 10**6, abs(refund.unit_price))
        return None if rest else int(units)
    return None


def _when(item: Item) -> tuple[Any, ...]:
    """The total order; lines without a time come last, by line."""
    return (0, *order_key(item)) if item.at is not UNKNOWN else (1, 0, "", *line_key(item))


def _keys(original: Item) -> list[Hashable]:
    """The keys under which an original is found."""
    found: list[Hashable] = []
    if is_known(original.id):
        found += [("id", original.id), ("id", id(original.encounter), original.id)]
    alike = _alike(original)
    return found if alike is None else [*found, alike]


def _alike(item: Item) -> Hashable:
    """Encounter, code and price; None when one of them is not known. A price not sent is amount over quantity."""
    code = item.code if is_known(item.code) else item.local_code
    if not is_known(code):
        return None
    price, quantity, amount = item.unit_price, item.quantity, item.amount
    if not is_known(price):
        if not is_known(amount) or not is_known(quantity) or quantity == 0:
            return None
        price = round_div(abs(amount) * 10**6, abs(quantity))
    return (id(item.encounter), code, abs(price))
