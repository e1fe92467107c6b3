"""Diagnoses and operations of one encounter: which list counts, which diagnosis is the main one (rulings T30, T32)."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from medrules.adapters.nhsa import fields
from medrules.adapters.nhsa.lists import joined
from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.reading import Reading, keys_of
from medrules.adapters.nhsa.remembered import Remembered
from medrules.adapters.nhsa.site import SiteSettings
from medrules.adapters.nhsa.values import UNREADABLE, as_text

__all__ = ["ClinicalReader"]

_DIAGNOSIS_KEYS: Final = ("dise_codg", "maindise_flag")  # read besides the rows that are read by their value alone


class ClinicalReader:
    """Reads what an encounter says about diseases and procedures, for one site."""

    def __init__(self, site: SiteSettings, reading: Reading) -> None:
        self._site = site
        self._read_code = reading.code
        self._read_diagnosis = reading.rows(fields.DIAGNOSIS)
        self._read_time = reading.rows(fields.DIAGNOSIS_TIME)
        self._diagnoses = Remembered((*keys_of(fields.DIAGNOSIS), *_DIAGNOSIS_KEYS), self._diagnosis)
        self._read_operation = reading.rows(fields.OPERATION)

    def diagnoses(self, parts: list[Mapping[str, Any]], visit: dict[str, Any], notes: Notes) -> None:
        """诊断 and 主诊断. An empty list is not known; discharge diagnoses count if there are any, else admission ones.

        The main diagnosis is the flagged one, else the one of dscg_main_dise_codg, which joins the list if it is not
        in it. If there is no list, that one is a known member of an unknown list: a second member without a code
        says so.
        """
        sent = []
        for entry in joined(parts, "fsi_diagnose_dtos", "diagnose_dtos", notes):
            named = self._diagnoses.of(entry, notes)
            diagnosis = self._read_time(entry, notes, named.copy())
            if named:
                sent.append(diagnosis)
        at_discharge = any(d.get("kind") == "出院" for d in sent)
        # One whose kind is not known may be either, so it counts.
        chosen = [d for d in sent if not (at_discharge and d.get("kind") == "入院")]
        main_code = self._code(parts[0].get("dscg_main_dise_codg"))
        if main_code:
            self._main(main_code, chosen, parts[0], bool(sent))
        if chosen:
            visit["diagnoses"] = chosen

    def _main(self, main_code: str, chosen: list[dict[str, Any]], sent: Mapping[str, Any], listed: bool) -> None:
        flagged = [d for d in chosen if d.get("is_main") is True]
        same = [d for d in chosen if d.get("code") == main_code]
        if same and not flagged:
            same[0]["is_main"] = True
        elif len(flagged) > 1 and any(d in flagged for d in same):
            for d in flagged:
                d["is_main"] = d is same[0]
        if same:
            return
        named: dict[str, Any] = {"code": main_code, "is_main": not flagged}
        name = as_text(sent.get("dscg_main_dise_name"))
        if type(name) is str:
            named["name"] = name
        chosen.append(named)
        if not listed:
            chosen.append({"_why": {"code": "encounter.diagnoses"}})

    def _diagnosis(self, entry: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
        """What a diagnosis says but for its time; nothing of an object that was never filled."""
        diagnosis = self._read_diagnosis(entry, notes, {})
        code = self._code(entry.get("dise_codg"))
        if code:
            diagnosis["code"] = code
        flag = as_text(entry.get("maindise_flag"))
        if type(flag) is str:
            if flag in ("0", "1"):
                diagnosis["is_main"] = flag == "1"
            elif self._code(flag) == code:  # an old builder writes the diagnosis' own code as the flag
                diagnosis["is_main"] = True
            else:
                notes.add("unreadable", "maindise_flag")
        return diagnosis if "code" in diagnosis or "name" in diagnosis else {}

    def operations(self, parts: list[Mapping[str, Any]], visit: dict[str, Any], notes: Notes) -> None:
        """手术. No client fills the list, so an empty one says nothing unless the site declares that it does."""
        made = []
        for entry in joined(parts, "fsi_operation_dtos", "", notes):
            operation = self._read_operation(entry, notes, {})
            code = self._read_code.of(entry.get("oprn_code"))
            if type(code) is str:
                operation["code"] = code
            elif code is UNREADABLE:
                notes.add("unreadable", "oprn_code")
            if operation:
                made.append(operation)
        sent_empty = any(part.get("fsi_operation_dtos") == [] for part in parts)
        if made or (sent_empty and self._site.empty_operations_mean_none):
            visit["operations"] = made

    def _code(self, raw: Any) -> str:
        """A diagnosis code, "" if none; the dagger of a dagger code is written `+` in the national list."""
        code = self._read_code.of(raw)
        return code.replace("†", "+") if type(code) is str else ""
