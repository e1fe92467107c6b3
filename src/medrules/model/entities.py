"""Every entity facts are about, in one place to import from."""
from __future__ import annotations

from typing import Final

from medrules.model.encounters import Diagnosis, Encounter, LabResult, Operation, Session, Settlement
from medrules.model.entity import Entity
from medrules.model.items import Group, Item, Prescription
from medrules.model.people import Department, History, Institution, Patient, Physician
from medrules.model.periods import Day, Period, Stock
from medrules.model.records import Attestation, Declaration, Other

__all__ = [
    "ENTITIES", "Attestation", "Day", "Declaration", "Department", "Diagnosis", "Encounter", "Group", "History",
    "Institution", "Item", "LabResult", "Operation", "Other", "Patient", "Period", "Physician", "Prescription",
    "Session", "Settlement", "Stock",
]

ENTITIES: Final[tuple[type[Entity], ...]] = (
    Patient, Encounter, Diagnosis, Operation, Item, Prescription, Institution, Department, Physician, Settlement,
    History, Session, LabResult, Group, Period, Day, Stock, Attestation, Declaration, Other,
)
