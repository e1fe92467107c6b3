"""A 3101 or 3102 message → facts: envelope, patients, encounters, business time. What hangs below an encounter is in
`visit`.

One `Reader` is compiled for each site and shared by all requests; it keeps nothing about a request. Nothing here
decides what a field means (fields.py, codes.py) or what a site allows (site.py); this module walks the form.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from medrules.adapters.nhsa import codes, fields
from medrules.adapters.nhsa.door import door_of
from medrules.adapters.nhsa.envelope import Envelope, open_envelope, read_exactly_if_needed, shown_infno
from medrules.adapters.nhsa.lines import LineIds
from medrules.adapters.nhsa.lists import entries
from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.reading import Reading
from medrules.adapters.nhsa.refusals import refuse
from medrules.adapters.nhsa.site import DEFAULT_SITE, SiteSettings
from medrules.adapters.nhsa.values import as_instant, as_text
from medrules.adapters.nhsa.visit import VisitReader
from medrules.model.builder import build_facts
from medrules.model.facts import Door, Facts
from medrules.model.values import Instant

__all__ = ["Reader", "Request", "read_request", "reader_for"]

_FAR_DAYS: Final = 31
_MSGID_TIME: Final = re.compile(r".{12}(20\d{12})\d{4}")  # institution code, yyyyMMddHHmmss, sequence


class Request(NamedTuple):
    """A message that was read: the facts, and what the answer must repeat of the client's own ids.

    lines      by position in the request (`LineRef.position`)
    encounters  by encounter id (`LineRef.encounter`): (patn_id, mdtrt_id)
    """

    facts: Facts
    infno: str
    msgid: str
    area: str
    task_id: str
    seed: str
    encoding: str
    lines: tuple[LineIds, ...]
    encounters: Mapping[str, tuple[str, str]]

    def __repr__(self) -> str:
        """Never prints what was sent."""
        return f"<Request {self.infno} {len(self.lines)} lines>"


def read_request(
    message: bytes | str | Mapping[str, Any], *, site: SiteSettings = DEFAULT_SITE, encoding: str = "", infno: str = "",
    now: Instant | None = None,
) -> Request:
    """Read one 3101 or 3102 message.

    Args:
        message: the body as bytes or text, or the parsed object.
        site: what the site has settled.
        encoding: what the transport declared ("utf-8", "gbk"); "" = find out.
        infno: the transaction of the address the message came to, for an envelope that does not name one.
        now: when the message arrived; used only when the message has no time of its own.

    Raises:
        InvalidMessage: outside the limits or the national form.
    """
    return reader_for(site).read(message, encoding, infno, now)


class Reader:
    """Reads messages of one site. Safe to share between threads."""

    def __init__(self, site: SiteSettings) -> None:
        self.site = site
        reading = Reading(site)
        self._read_patient = reading.rows(fields.PATIENT)
        self._visits = VisitReader(site, reading)
        self._doors: Mapping[str, Door] = {number: door_of(number, site) for number in ("3101", "3102")}

    def read(
        self, message: bytes | str | Mapping[str, Any], encoding: str = "", infno: str = "", now: Instant | None = None
    ) -> Request:
        return read_exactly_if_needed(
            lambda exact: self.read_envelope(open_envelope(message, self.site, encoding, infno, exact), now))

    def read_envelope(self, envelope: Envelope, now: Instant | None = None) -> Request:
        """The request in an envelope that was opened already."""
        notes = Notes()
        stage = codes.STAGES.get(envelope.infno)
        if stage is None:
            if envelope.infno:
                raise refuse("infno", infno=shown_infno(envelope.infno))
            stage = "before"
            notes.add("no_infno")
        people = entries(envelope.data.get("patient_dtos"), "patient_dtos", notes)
        if not people:
            raise refuse("no_patient")
        business_time = self._business_time(envelope, now, notes)
        lines: list[LineIds] = []
        encounters: dict[str, tuple[str, str]] = {}
        line_kind = "order" if stage == "before" else "charge"
        patients = [self._patient(p, n, envelope, line_kind, business_time, lines, encounters, notes)
                    for n, p in enumerate(people, 1)]
        if not encounters:
            raise refuse("no_encounter")
        if business_time is None:
            business_time = self._latest(patients)
            notes.add("no_time", "报文中最晚的时间")
        as_of = self._as_of(business_time, patients, notes)
        if self.site.history_coverage and self.site.history_days:
            for patient in patients:
                patient["history"] = {
                    "covered_from": business_time.day - self.site.history_days, "coverage": self.site.history_coverage,
                }
        if self.site.code_mapping is not None:
            unmapped = self.site.code_mapping.apply(patients, as_of.day)
            if unmapped:
                notes.add("unmapped_code", n=unmapped)
        door = self._doors["3101" if stage == "before" else "3102"]
        facts = build_facts(
            door=door, stage=stage, business_time=as_of, patients=patients, notes=notes.worded(),  # type: ignore[arg-type]
        )
        task = as_text(envelope.data.get("task_id"))
        return Request(
            facts, envelope.infno or door.name, envelope.msgid, envelope.area, task if type(task) is str else "",
            envelope.seed, envelope.encoding, tuple(lines), encounters,
        )

    def _patient(
        self, sent: Mapping[str, Any], n: int, envelope: Envelope, line_kind: str, business_time: Instant | None,
        lines: list[LineIds], encounters: dict[str, tuple[str, str]], notes: Notes,
    ) -> dict[str, Any]:
        patient = self._read_patient(sent, notes, {})
        told = as_text(sent.get("patn_id"))
        patn_id = told if type(told) is str else ""
        patient["id"] = patn_id or f"#{n}"
        given = entries(sent.get("fsi_encounter_dtos"), "fsi_encounter_dtos", notes)
        if not given:  # one family of clients sends the encounter twice, under both names; the fsi_ one counts
            given = entries(sent.get("encounter_dtos"), "encounter_dtos", notes)
        visits = self._number(given, sent, n, encounters, notes)
        current = self._current(visits, sent, notes)
        made = []
        for visit_id, mdtrt_id, parts in visits:
            ids = (_as_sent(sent.get("patn_id"), patn_id), _as_sent(parts[0].get("mdtrt_id"), mdtrt_id))
            encounters[visit_id] = ids
            visit = self._visits.read(parts, visit_id in current, line_kind, business_time, envelope, ids, lines, notes)
            visit["id"] = visit_id
            maternity = visit.pop("maternity", None)
            if maternity is not None and visit_id in current:  # what an earlier visit says of it is no longer so
                patient["maternity"] = maternity
            made.append(visit)
        patient["encounters"] = made
        return patient

    def _number(
        self, given: list[Mapping[str, Any]], sent: Mapping[str, Any], n: int, taken: Mapping[str, Any], notes: Notes
    ) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
        """(our id, the client's id, the objects sent for it). An encounter without an id is the current one if it is
        alone."""
        current = as_text(sent.get("curr_mdtrt_id"))
        current_id = current if type(current) is str else ""
        found: dict[str, tuple[str, list[Mapping[str, Any]]]] = {}
        for k, visit in enumerate(given, 1):
            told = as_text(visit.get("mdtrt_id"))
            mdtrt_id = told if type(told) is str else (current_id if len(given) == 1 else "")
            visit_id = mdtrt_id or f"#{n}.{k}"
            if visit_id in taken:  # the same id under two patients: keep them apart
                visit_id = f"{visit_id}#{n}"
            if visit_id in found:
                notes.add("same_encounter")
                if visit not in found[visit_id][1]:
                    found[visit_id][1].append(visit)
            else:
                found[visit_id] = (mdtrt_id, [visit])
        return [(visit_id, mdtrt_id, parts) for visit_id, (mdtrt_id, parts) in found.items()]

    def _current(
        self, visits: list[tuple[str, str, list[Mapping[str, Any]]]], sent: Mapping[str, Any], notes: Notes
    ) -> frozenset[str]:
        """Ids of the encounters under review. Where the message does not say which, all are: silence must not mean
        clean."""
        if len(visits) == 1:
            return frozenset((visits[0][0],))
        told = as_text(sent.get("curr_mdtrt_id"))
        if type(told) is str:
            named = frozenset(visit_id for visit_id, mdtrt_id, _ in visits if mdtrt_id == told)
            if named:
                return named
        if visits:
            notes.add("no_current", n=len(visits))
        return frozenset(visit_id for visit_id, _, _ in visits)

    def _business_time(self, envelope: Envelope, now: Instant | None, notes: Notes) -> Instant | None:
        told = as_instant(envelope.time, self.site.midnight_is_time)
        if isinstance(told, Instant):
            return told
        inside = _MSGID_TIME.fullmatch(envelope.msgid)
        if inside is not None:
            told = as_instant(inside[1], True)
            if isinstance(told, Instant):
                notes.add("no_time", "报文标识里的时间")
                return told
        if now is not None:
            notes.add("no_time", "收到报文的时间")
        return now

    def _latest(self, patients: list[dict[str, Any]]) -> Instant:
        times: list[Instant] = [v for p in patients for e in p["encounters"] for holder in (e, *e.get("items", ()))
                 for v in (holder.get("admitted_at"), holder.get("begin")) if v is not None]
        if not times:
            raise refuse("no_business_time")
        return max(times, key=lambda t: t.hi)

    def _as_of(self, business_time: Instant, patients: list[dict[str, Any]], notes: Notes) -> Instant:
        """The request's time, or that of the latest line under review: an order for tomorrow is reviewed today.

        An order for a far day is a slip of the pen (or of the sender's clock): its time is not known, and it must not
        carry the request into another year's law.
        """
        latest, later, far = business_time, 0, 0
        horizon = business_time.hi + _FAR_DAYS * 86_400
        for patient in patients:
            for visit in patient["encounters"]:
                if visit["is_current"]:
                    for item in visit.get("items", ()):
                        begin = item.get("begin")
                        if begin is None or begin.lo <= business_time.hi or item.get("is_current") is False:
                            continue
                        if begin.lo > horizon:
                            far += 1
                            del item["begin"]
                            item["_why"] = {"at": "item.begin"}
                            continue
                        later += 1
                        if begin.hi > latest.hi:
                            latest = begin
        if far:
            notes.add("far_line", n=far)
        if later:
            notes.add("later_line", n=later)
        return latest


def _as_sent(raw: Any, text: str) -> str:
    """The id that the answer repeats: with the padding that some databases add, if there was any."""
    return raw if type(raw) is str and raw.strip() == text else text


@lru_cache(maxsize=16)
def reader_for(site: SiteSettings) -> Reader:
    """The compiled reader of a site (settings are compared by identity)."""
    return Reader(site)
