"""Refunds are netted against what they refund, before any rule and in one place (T09); then lines are cut by day.

A refund is a line with a negative quantity or amount. It is paired with its original: the line that it names
(原明细标识), else the latest line before it of the same patient, encounter, code and price with enough left. The
original is lowered on its own day and vanishes at zero. An unpaired refund leaves 明细 and stays in 原始明细; so do
lines of zero.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    __slots__ = ("item", "money", "quantity")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.quantity: int = item.quantity
        self.money: dict[str, Any] = {n: item.__dict__[n] for n in _MONEY if is_known(item.__dict__.get(n, ABSENT))}

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
        values.update(self.money, quantity=self.quantity)
        gone = [n for n in _MONEY if n in self.item.__dict__ and n not in self.money]
        if gone:
            values["_why"] = {**values.get("_why", {}), **dict.fromkeys(gone, "item.amount")}
        return Item(values)


def _pair(items: Iterable[Item], refunds: list[Item], as_of: Instant | None) -> dict[int, Item | None]:
    """Pair refunds with originals in the total order; answers what is left of each original that was lowered."""
    originals = [i for i in items if is_known(i.quantity) and i.quantity > 0 and not is_refund(i)]
    originals.sort(key=_when)
    by_id: dict[str, list[_Left]] = {}
    by_key: dict[tuple[Any, ...], list[_Left]] = {}
    for original in originals:
        left = _Left(original)
        if is_known(original.id):
            by_id.setdefault(original.id, []).append(left)
        key = _key(original)
        if key is not None:
            by_key.setdefault(key, []).append(left)
    lowered: dict[int, _Left] = {}
    for refund in sorted(refunds, key=_when):
        if as_of is not None and refund.at is not UNKNOWN and refund.at.lo > as_of.hi:
            continue
        quantity = refund.quantity
        if not is_known(quantity) or quantity == 0:
            continue
        units = abs(quantity)
        named = refund.reverses
        if is_known(named):
            same = by_id.get(named, [])
            own = [c for c in same if c.item.encounter is refund.encounter]
            candidates = own or same
        else:
            key = _key(refund)
            candidates = [c for c in by_key.get(key, ()) if _before(c.item, refund)] if key is not None else []
        chosen = next((c for c in reversed(candidates) if c.quantity >= units), None)
        if chosen is None:
            continue
        chosen.take(refund, units)
        refund.__dict__["paired"] = True
        lowered[id(chosen.item)] = chosen
    return {key: left.line() for key, left in lowered.items()}


def _when(item: Item) -> tuple[Any, ...]:
    """The total order; lines without a time come last, by line."""
    return (0, *order_key(item)) if item.at is not UNKNOWN else (1, 0, "", *line_key(item))


def _before(original: Item, refund: Item) -> bool:
    """Whether the original is not certainly later than the refund."""
    if original.at is UNKNOWN or refund.at is UNKNOWN:
        return original.at is refund.at and line_key(original) < line_key(refund)
    return bool(original.at.lo <= refund.at.hi)


def _key(item: Item) -> tuple[Any, ...] | None:
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
