"""The lines (处方医嘱) of one encounter: the busiest part of a message.

What a line says of its order (department, physician's code and title, flags) is the same again and again. It is therefore read
once and remembered by the values as sent, up to a bound, and copied into each line. The rest (article, id, times, quantity,
amounts) is read anew: a hospital has more articles than a processor has cache.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from medrules.adapters.nhsa import fields
from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.reading import Reading, attributes_of, keys_of
from medrules.adapters.nhsa.remembered import JOIN, Remembered
from medrules.adapters.nhsa.site import SiteSettings
from medrules.model.people import Physician
from medrules.model.values import ABSENT, Instant

__all__ = ["LineIds", "LineReader"]

LineIds = tuple[str, str, str]  # (patn_id, mdtrt_id, rx_id) as the client sent them
_DAY: Final = 86_400
_PRODUCT: Final = MappingProxyType({"quantity": "cnt", "unit_price": "pric", "amount": "sumamt"})


class LineReader:
    """Reads lines for one site."""

    def __init__(self, site: SiteSettings, reading: Reading) -> None:
        self._site, self._reading = site, reading
        self._read_order = reading.rows(fields.ORDER)
        self._read_line = reading.rows((*fields.ARTICLE, *fields.LINE), filled=True)
        self._blank = dict.fromkeys(attributes_of(fields.ARTICLE, fields.LINE))
        self._read_physician = reading.rows(fields.PHYSICIAN)
        keys = keys_of(fields.ORDER, fields.PHYSICIAN)
        self._orders: Mapping[tuple[str, bool], Remembered[dict[str, Any]]] = {
            (kind, is_current): Remembered(keys, partial(self._order, is_current, kind))
            for kind in ("order", "charge") for is_current in (True, False)}

    def read(
        self, orders: list[Mapping[str, Any]], is_current: bool, line_kind: str, business_time: Instant | None,
        ids: tuple[str, str], lines: list[LineIds], notes: Notes,
    ) -> list[dict[str, Any]]:
        """Dicts of the lines for the builder. Appends the client's ids of each line to `lines`, by position."""
        patn_id, mdtrt_id = ids
        read_line, orders_of = self._read_line, self._orders[line_kind, is_current]
        pick_order, ordered_by, join = orders_of.pick, orders_of.kept, JOIN
        seen: set[str] = set()
        flagged, timed = False, True
        items = []
        position = len(lines)
        for order in orders:
            try:
                ordered, noted = ordered_by[join(pick_order(order))]
            except (KeyError, TypeError):  # new, or not every value is there and a text
                ordered, noted = orders_of.learn(order)
            item = read_line(order, notes, ordered.copy())
            for kind, field in noted:
                notes.add(kind, field)
            if "code" not in item or "name" not in item:
                self._unnamed(order, item)
            get = item.get
            amount = get("amount", 1)
            if not (amount and get("quantity", 1) and get("unit_price", 1)):
                _unfilled(item, notes)
            own = get("self_paid", 0)
            if own > amount > 0 and "amount" in item:
                del item["self_paid"]
                notes.add("self_paid")
            # An empty stop date of a long-term order says that it goes on.
            if "end" not in item and get("long_term") is True and self._reading.instant.of(order.get("drord_stop_date")) is None:
                item["end"] = ABSENT
            rx_id, sent_id = get("id", ""), order.get("rx_id")
            if rx_id in seen and rx_id:
                notes.add("repeated_line")
            seen.add(rx_id)
            item["position"] = position
            position += 1
            # Padded ids go back as they came.
            lines.append((patn_id, mdtrt_id, sent_id if rx_id and type(sent_id) is str else rx_id))
            if not flagged:
                flagged = get("is_current") is not False
            if "begin" not in item:
                timed = False
            items.append(item)
        if is_current and not flagged:
            self._none_flagged(items, notes)
        if not timed:
            self._untimed(items, orders, business_time if line_kind == "order" else None)
        return items

    def _unnamed(self, order: Mapping[str, Any], item: dict[str, Any]) -> None:
        """A catalogue code that is empty beside the hospital's own one is absent (a placeholder says nothing); the name may be
        the hospital's."""
        text_of = self._reading.text.of
        if "code" not in item and "local_code" in item and text_of(order.get("hilist_code")) is None:
            item["code"] = ABSENT
        if "name" not in item:
            name = text_of(order.get("hosplist_name"))
            if type(name) is str:
                item["name"] = name

    def _order(self, is_current: bool, line_kind: str, order: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
        """By whom, and what kind of order, with a place for each of the line's other attributes. A line of an earlier encounter is
        not current whatever its flag."""
        values = self._blank | self._read_order(order, notes, {})
        values["line_kind"] = line_kind
        if not is_current:
            values["is_current"] = False
        physician = self._read_physician(order, notes, {})
        if physician:
            values["physician"] = Physician(physician)
        return values

    def _none_flagged(self, items: list[dict[str, Any]], notes: Notes) -> None:
        """Some clients flag every line as not current: a request about nothing, so all of them are reviewed."""
        if self._site.none_current == "all":
            notes.add("none_flagged", n=len(items))
            for item in items:
                del item["is_current"]
        else:
            notes.add("none_reviewed", n=len(items))

    def _untimed(
        self, items: list[dict[str, Any]], orders: list[Mapping[str, Any]], business_time: Instant | None
    ) -> None:
        """A line without 开始时间 has no time in this form, unless the site says that an order is of the request's day.
        A time that was sent and cannot be read stays unknown; charges get none, for they may be those of a whole stay.
        """
        fill = None
        if self._site.missing_order_time == "request" and business_time is not None:
            start = business_time.day * _DAY
            fill = Instant(start, start + _DAY - 1)
        empty = self._reading.instant.of
        for item, order in zip(items, orders, strict=True):
            if "begin" not in item:
                if fill is not None and item.get("is_current") is not False and empty(order.get("drord_begn_date")) is None:
                    item["begin"] = fill
                else:
                    item["_why"] = {"at": "item.begin"}


def _unfilled(item: dict[str, Any], notes: Notes) -> None:
    """A 0 among 数量, 单价 and 金额 while the other two are not 0 is a field that was not filled. Believed, it would make a
    line that costs nothing, and so one that no rule speaks of."""
    zeros = [name for name in _PRODUCT if item.get(name) == 0]
    if len(zeros) == 1 and all(name in item for name in _PRODUCT):
        del item[zeros[0]]
        notes.add("zero_value", _PRODUCT[zeros[0]])
