"""The mapping table and the schema say the same: nothing is carried that the schema does not know, and nothing is
forgotten."""

from __future__ import annotations

import pytest

from medrules.adapters.nhsa import SiteSettings, carried_facts, codes, door_of, fields
from medrules.adapters.nhsa.fields import Carried
from medrules.model.enumerations import ENUMERATIONS
from medrules.model.levels import SCALES
from medrules.model.schema import SCHEMA

ROWS = [row for table in fields.TABLES for row in table]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.key}-{row.fact}")
def test_a_carried_fact_is_in_the_schema_and_named_there(row: Carried) -> None:
    assert SCHEMA.by_id(row.fact).nhsa == row.key


def test_every_fact_that_the_schema_says_3101_carries_is_carried() -> None:
    said = {f.id for f in SCHEMA if f.nhsa}
    elsewhere = {"encounter.raw_items", "prescription.no", "other.business_time", "other.stage"}
    assert said - {row.fact for row in ROWS} == elsewhere


def test_no_field_is_both_carried_and_ignored() -> None:
    assert not {row.key for row in ROWS} & fields.IGNORED - {"ownpay_amt", "selfpay_amt"}  # carried for lines only


@pytest.mark.parametrize(
    ("table", "enumeration"),
    [
        (codes.SEXES, "sex"),
        (codes.VISIT_KINDS, "visit_kind"),
        (codes.BENEFIT_KINDS, "benefit_kind"),
        (codes.INSURANCES, "insurance"),
        (codes.RECEIVER_INSURANCES, "insurance"),
        (codes.INSTITUTION_KINDS, "institution_kind"),
        (codes.LIST_KINDS, "list_kind"),
        (codes.CHARGE_KINDS, "charge_kind"),
        (codes.LIST_LEVELS, "list_level"),
        (codes.DIAGNOSIS_KINDS, "diagnosis_kind"),
        *((s, "maternity") for s in codes.MATERNITY_SCHEMES.values()),
    ],
)
def test_code_tables_give_run_time_values(table: dict[str, str], enumeration: str) -> None:
    values = {w.value for w in ENUMERATIONS[enumeration].words}
    assert set(table.values()) <= values


def test_titles_are_levels() -> None:
    for scheme in codes.TITLE_SCHEMES.values():
        assert all(SCALES["title"].rank(word) is not None for word in scheme.values())


def test_the_door_carries_no_dose_no_rescue_and_no_operation_number() -> None:
    door = door_of("3101", SiteSettings())
    for missing in (
        "item.dose",
        "item.frequency",
        "item.days",
        "item.route",
        "encounter.rescue",
        "item.operation_no",
        "diagnosis.suspected",
        "item.performed_at",
        "institution.capabilities",
        "item.already_deducted",
    ):
        assert not door.can_carry(missing), missing
    for carried in (
        "item.begin",
        "item.at",
        "item.on",
        "patient.age",
        "encounter.admitted_on",
        "encounter.confirmed_diagnoses",
        "item.encounter",
        "encounter.patient",
        "item.line_kind",
        "other.scene",
    ):
        assert door.can_carry(carried), carried


def test_what_the_door_carries_is_all_in_the_schema() -> None:
    assert carried_facts(SiteSettings()) <= {f.id for f in SCHEMA}


def test_facts_that_need_a_site_table_are_carried_only_with_it() -> None:
    bare = carried_facts(SiteSettings())
    full = carried_facts(SiteSettings.from_toml({"matn_stas": "five", "institutions": {"H1": {"level": "三级", "grade": "甲等", "specialty": "眼科"}}}))
    assert full - bare == {"patient.maternity", "institution.level", "institution.grade", "institution.specialty"}
