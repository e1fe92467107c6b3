"""One encounter of the message: kind, discharge, insurance, institution, settlement.

Its lines are read in `lines`, its diagnoses and operations in `clinical`.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from medrules.adapters.nhsa import codes, fields
from medrules.adapters.nhsa.clinical import ClinicalReader
from medrules.adapters.nhsa.envelope import Envelope
from medrules.adapters.nhsa.lines import LineIds, LineReader
from medrules.adapters.nhsa.lists import joined
from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.reading import Reading, keys_of, level_ranks
from medrules.adapters.nhsa.refusals import refuse
from medrules.adapters.nhsa.remembered import Remembered
from medrules.adapters.nhsa.site import Register, SiteSettings
from medrules.adapters.nhsa.values import UNREADABLE
from medrules.model.people import Institution
from medrules.model.values import ABSENT, Instant

__all__ = ["VisitReader"]

_NO_REGISTER: Final = Register()
_STAY_KEYS: Final = ("med_type", "reim_flag", "insutype", "matn_stas")  # read besides the rows that are read by their value alone


class VisitReader:
    """Reads encounters for one site."""

    def __init__(self, site: SiteSettings, reading: Reading) -> None:
        self._site, self._reading = site, reading
        self._read_encounter = reading.rows(fields.ENCOUNTER)
        self._read_stay = reading.rows(fields.STAY)
        self._stays = {
            insurance: Remembered((*keys_of(fields.STAY), *_STAY_KEYS), partial(self._stay, insurance))
            for insurance in (None, *site.recer_sys_code.values())}
        self._read_institution = reading.rows(fields.INSTITUTION)
        self._institutions = Remembered(keys_of(fields.INSTITUTION), self._by_itself)
        self._read_settlement = reading.rows(fields.SETTLEMENT)
        self._clinical = ClinicalReader(site, reading)
        self._lines = LineReader(site, reading)
        self._visit_kinds = {**codes.VISIT_KINDS, **site.med_type}
        self._insurances = {**codes.INSURANCES, **site.insutype}
        registers = site.institutions.values()
        self._levels = level_ranks("hospital", {r.level: r.level for r in registers if r.level}, "institutions")
        self._grades = level_ranks("grade", {r.grade: r.grade for r in registers if r.grade}, "institutions")

    def read(
        self, parts: list[Mapping[str, Any]], is_current: bool, line_kind: str, business_time: Instant | None,
        envelope: Envelope, ids: tuple[str, str], lines: list[LineIds], notes: Notes,
    ) -> dict[str, Any]:
        """The dict of one encounter for the builder. `parts` are the objects sent for it, nearly always one; the
        first one speaks for the encounter, their lists are put together. Appends the client's ids of each line to
        `lines`."""
        sent = parts[0]
        stays = self._stays[self._site.recer_sys_code.get(envelope.receiver)]
        visit = self._read_encounter(sent, notes, stays.of(sent, notes).copy())
        visit["is_current"] = is_current
        self._discharge(sent, visit, notes)
        visit["institution"] = self._institutions.of(sent, notes) or self._institution(
            sent, envelope.institution.upper() if is_current else "", notes)
        self._clinical.diagnoses(parts, visit, notes)
        self._clinical.operations(parts, visit, notes)
        orders = joined(parts, "fsi_order_dtos", "order_dtos", notes)
        if len(lines) + len(orders) > self._site.limits.lines:
            raise refuse("too_many_lines", count=len(lines) + len(orders), limit=self._site.limits.lines)
        if orders:
            visit["items"] = self._lines.read(orders, is_current, line_kind, business_time, ids, lines, notes)
        self._amounts(sent, visit, notes)
        return visit

    def _stay(self, insurance: str | None, sent: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
        """What kind of stay it is, where, and who pays (`insurance`, if the receiver of the message says so)."""
        stay = self._read_stay(sent, notes, {})
        self._kind(sent, stay, notes)
        if insurance is None:
            self._insurance(sent, stay, notes)
        else:
            stay["insurance"] = insurance
        self._maternity(sent, stay, notes)
        return stay

    def _kind(self, sent: Mapping[str, Any], visit: dict[str, Any], notes: Notes) -> None:
        code = self._reading.code.of(sent.get("med_type"))
        kind: str | None = None
        known = ""
        if type(code) is str:
            known = code
            if code not in self._visit_kinds and self._site.med_type_first_two and len(code) > 2:
                known = code[:2]
            kind = self._visit_kinds.get(known)
            if kind is None:
                notes.add("med_type")
        elif code is UNREADABLE:
            notes.add("unreadable", "med_type")
        if self._site.reim_flag_online and self._reading.code.of(sent.get("reim_flag")) == "5":
            kind = "互联网诊疗"
        if kind is None:
            return
        visit["visit_kind"] = kind
        if known in codes.BENEFIT_KINDS:
            visit["benefit_kind"] = codes.BENEFIT_KINDS[known]
        elif kind == "门诊慢特病":
            visit["benefit_kind"] = "慢特病"
        elif known in codes.VISIT_KINDS:  # a code of the site's own may be anything
            visit["benefit_kind"] = codes.ORDINARY_BENEFIT

    def _discharge(self, sent: Mapping[str, Any], visit: dict[str, Any], notes: Notes) -> None:
        """Empty, 9999-…, or equal to the admission of an inpatient: not discharged (facts.md, "Empty means")."""
        told = self._reading.instant.of(sent.get("dscg_date"))
        if told is UNREADABLE:
            notes.add("unreadable", "dscg_date")
        elif told is None:
            visit["discharged_at"] = ABSENT
        elif "admitted_at" in visit and told.hi < visit["admitted_at"].lo:
            notes.add("discharge_before")
        elif told == visit.get("admitted_at"):
            kind = visit.get("visit_kind")
            if kind == "住院":
                visit["discharged_at"] = ABSENT
            elif kind is not None:
                visit["discharged_at"] = told
            else:
                visit["_why"] = {"discharged_at": "encounter.visit_kind"}
        else:
            visit["discharged_at"] = told

    def _insurance(self, sent: Mapping[str, Any], visit: dict[str, Any], notes: Notes) -> None:
        code = self._reading.code.of(sent.get("insutype"))
        if type(code) is str:
            insurance = self._insurances.get(code)
            if insurance is None:
                notes.add("insutype")
            else:
                visit["insurance"] = insurance
        elif code is UNREADABLE:
            notes.add("unreadable", "insutype")

    def _maternity(self, sent: Mapping[str, Any], visit: dict[str, Any], notes: Notes) -> None:
        """生育状态 is sent with the encounter and is a fact of the patient; 0 says nothing in both numberings (T34)."""
        code = self._reading.code.of(sent.get("matn_stas"))
        if type(code) is not str or code in ("0", "00"):
            return
        state = self._site.matn_stas.get(code)
        if state is not None:
            visit["maternity"] = state
        else:
            notes.add("unreadable" if self._site.matn_stas else "matn_stas", "matn_stas")

    def _by_itself(self, sent: Mapping[str, Any], notes: Notes) -> Institution | None:
        """The institution, if its own fields say all that is known of it; None if it matters who sent the message."""
        ident = self._read_institution(sent, Notes(), {}).get("id")
        if ident is None or (self._site.institutions and ident not in self._site.institutions):
            return None
        return self._institution(sent, "", notes)

    def _institution(self, sent: Mapping[str, Any], sender: str, notes: Notes) -> Institution:
        """sender: the sender of the message, for the encounter under review ("" for earlier ones); medins_id may be missing, or
        the hospital's own number."""
        quiet = Notes()  # letters in medins_type are common, and no national rule filters on it
        institution = self._read_institution(sent, quiet, {})
        if "id" not in institution and sender:
            institution["id"] = sender
        registered = self._site.institutions
        register = registered.get(institution.get("id", "")) or registered.get(sender) or _NO_REGISTER
        if register.level:
            institution["level"] = self._levels[register.level]
        elif "level" not in institution and type(self._reading.code.of(sent.get("medins_lv"))) is str:
            notes.add("medins_lv")
        if register.grade:
            institution["grade"] = self._grades[register.grade]
        if register.kind:
            institution["kind"] = register.kind
        if register.specialty:
            institution["specialty"] = register.specialty
        return Institution(institution)

    def _amounts(self, sent: Mapping[str, Any], visit: dict[str, Any], notes: Notes) -> None:
        """总费用 and 结算. A total of 0 beside lines is a field that was not filled, and so are the parts of it."""
        total = self._reading.money.of(sent.get("medfee_sumamt"))
        settlement = self._read_settlement(sent, notes, {})
        if type(total) is int and (total != 0 or "items" not in visit):
            visit["total_amount"] = total
        elif total == 0:
            notes.add("zero_total")
            settlement = {k: v for k, v in settlement.items() if v != 0}
        elif total is UNREADABLE:
            notes.add("unreadable", "medfee_sumamt")
        if settlement:
            visit["settlement"] = settlement
