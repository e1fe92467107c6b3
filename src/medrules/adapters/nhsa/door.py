"""Which facts the doors 3101 and 3102 can carry: the mapping table plus what the model derives from it, for one
site."""
from __future__ import annotations

from typing import Final

from medrules.adapters.nhsa import fields
from medrules.adapters.nhsa.site import SiteSettings
from medrules.model.facts import Door
from medrules.model.schema import SCHEMA

__all__ = ["carried_facts", "door_of"]

# Derived facts that cannot be had from what 3101 carries: treatment records, the ledger of earlier deductions.
_NOT_DERIVABLE: Final = frozenset({"session.hours", "session.encounter", "result.encounter"})
_ENTITIES: Final = frozenset({
    "patient", "encounter", "diagnosis", "operation", "item", "prescription", "institution", "physician", "settlement",
    "history", "group", "other",
})
# Carried only where the site gives the table (fields.py names the field all the same).
_NEEDS_SITE: Final = frozenset({"patient.maternity", "institution.level"})


def carried_facts(site: SiteSettings) -> frozenset[str]:
    """Field ids that a message of this site can carry."""
    carried = {row.fact for table in fields.TABLES for row in table} - _NEEDS_SITE
    # Links, and what is set rather than read: stage, kind and place of a line, the request's own time.
    carried |= {
        "encounter.institution", "encounter.settlement", "item.line_kind", "prescription.no", "prescription.date",
        "patient.history", "other.business_time", "other.stage",
    }
    carried |= {f.id for f in SCHEMA if f.derived and f.entity in _ENTITIES} - _NOT_DERIVABLE
    registers = site.institutions.values()
    if site.medins_lv or any(r.level for r in registers):
        carried.add("institution.level")
    if any(r.grade for r in registers):
        carried.add("institution.grade")
    if any(r.specialty for r in registers):
        carried.add("institution.specialty")
    if site.matn_stas:
        carried.add("patient.maternity")
    if site.history_coverage and site.history_days:
        carried |= {"history.covered_from", "history.coverage"}
    return frozenset(carried)


def door_of(infno: str, site: SiteSettings) -> Door:
    """The door named by its transaction ("3101", "3102")."""
    return Door(infno, carried_facts(site))
