"""The lines (处方医嘱) of one encounter: the busiest part of a message, so each field is one look-up."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from medrules.adapters.nhsa import fields
from medrules.adapters.nhsa.lists import read_rows
from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.reading import Reading
from medrules.adapters.nhsa.site import SiteSettings
from medrules.model.people import Physician
from medrules.model.values import ABSENT, Instant

__all__ = ["LineIds", "LineReader"]

LineIds = tuple[str, str, str]  # (patn_id, mdtrt_id, rx_id) as the client sent them

_DAY: Final = 86_400


class LineReader:
    """Reads lines for one site."""

    def __init__(self, site: SiteSettings, reading: Reading) -> None:
        self._site, self._reading = site, reading
        self._rows = reading.rows(fields.ITEM)
        self._physician_rows = reading.rows(fields.PHYSICIAN)

    def read(
        self, orders: list[Mapping[str, Any]], is_current: bool, line_kind: str, business_time: Instant | None,
        ids: tuple[str, str], lines: list[LineIds], notes: Notes,
    ) -> list[dict[str, Any]]:
        """Dicts of the lines for the builder. Appends the client's ids of each line to `lines`, by position."""
        rows = self._rows
        patn_id, mdtrt_id = ids
        physicians: dict[Any, Physician | None] = {}
        seen: set[str] = set()
        flagged = False
        items = []
        for order in orders:
            item = read_rows(rows, order, notes)
            rx_id = item.get("id", "")
            if rx_id in seen and rx_id:
                notes.add("repeated_line")
            seen.add(rx_id)
            item["position"] = len(lines)
            lines.append((patn_id, mdtrt_id, rx_id))
            item["line_kind"] = line_kind
            if "group_no" not in item or "code" not in item or "end" not in item or "name" not in item:
                self._empty(order, item)
            if not is_current:
                item["is_current"] = False
            elif item.get("is_current") is not False:
                flagged = True
            physician = self._physician(order, physicians, notes)
            if physician is not None:
                item["physician"] = physician
            items.append(item)
        if is_current and not flagged:
            self._none_flagged(items, notes)
        self._times(items, business_time)
        return items

    def _empty(self, order: Mapping[str, Any], item: dict[str, Any]) -> None:
        """What an empty field says: no group; no catalogue code beside the hospital's own one (a placeholder says
        nothing); a long-term order goes on. The name may be the hospital's."""
        text_of = self._reading.text.of
        if "group_no" not in item and text_of(order.get("grpno")) is None:
            item["group_no"] = ABSENT
        goes_on = item.get("long_term") is True and "end" not in item
        if goes_on and self._reading.instant.of(order.get("drord_stop_date")) is None:
            item["end"] = ABSENT
        if "code" not in item and "local_code" in item and text_of(order.get("hilist_code")) is None:
            item["code"] = ABSENT
        if "name" not in item:
            name = text_of(order.get("hosplist_name"))
            if type(name) is str:
                item["name"] = name

    def _physician(
        self, order: Mapping[str, Any], known: dict[Any, Physician | None], notes: Notes
    ) -> Physician | None:
        """One entity for each physician of the encounter."""
        who = (order.get("drord_dr_codg"), order.get("drord_dr_profttl"))
        try:
            return known[who]
        except KeyError:
            values = read_rows(self._physician_rows, order, notes)
            made = known[who] = Physician(values) if values else None
            return made
        except TypeError:  # a list or an object in place of a code
            values = read_rows(self._physician_rows, order, notes)
            return Physician(values) if values else None

    def _none_flagged(self, items: list[dict[str, Any]], notes: Notes) -> None:
        """Some clients flag every line as not current: a request about nothing, so all of them are reviewed."""
        if self._site.none_current == "all":
            notes.add("none_flagged", n=len(items))
            for item in items:
                del item["is_current"]
        else:
            notes.add("none_reviewed", n=len(items))

    def _times(self, items: list[dict[str, Any]], business_time: Instant | None) -> None:
        """A line without 开始时间 has no time in this form, unless the site says that it happened on the request's
        day."""
        fill = None
        if self._site.missing_order_time == "request" and business_time is not None:
            start = business_time.day * _DAY
            fill = Instant(start, start + _DAY - 1)
        for item in items:
            if "begin" not in item:
                if fill is not None and item.get("is_current") is not False:
                    item["begin"] = fill
                else:
                    item["_why"] = {"at": "item.begin"}
