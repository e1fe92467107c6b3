"""Codes: those that all agree on, those that a site settles, and fillers that mean nothing."""

from __future__ import annotations

from typing import Any

import pytest
from nhsa_messages import message, of_encounter, of_order, order, patient
from nhsa_reading import line, read, visit

from medrules.adapters.nhsa import SiteSettings
from medrules.model.levels import SCALES
from medrules.model.values import UNKNOWN


@pytest.mark.parametrize(
    ("code", "kind", "benefit"),
    [
        ("11", "门诊", "普通"),
        ("13", "急诊", "普通"),
        ("14", "门诊慢特病", "慢特病"),
        ("21", "住院", "普通"),
        ("28", "住院", "普通"),
        ("41", "购药", "普通"),
        ("51", "门诊", "生育"),
        ("52", "住院", "生育"),
        ("81", "门诊", "普通"),
        (21, "住院", "普通"),
        ("61", UNKNOWN, UNKNOWN),
        ("140104", UNKNOWN, UNKNOWN),
        ("", UNKNOWN, UNKNOWN),
    ],
)
def test_visit_kind(code: Any, kind: Any, benefit: Any) -> None:
    found = visit(of_encounter(med_type=code))
    assert found.visit_kind is kind or found.visit_kind == kind
    assert found.benefit_kind is benefit or found.benefit_kind == benefit


def test_an_unmapped_visit_kind_is_noted_once_for_a_request() -> None:
    notes = read(of_encounter(med_type="990404", fsi_order_dtos=[order(n) for n in range(5)])).facts.notes
    assert len([n for n in notes if n.startswith("med_type")]) == 1


def test_visit_kind_by_site() -> None:
    assert visit(of_encounter(med_type="140104"), site=SiteSettings(med_type_first_two=True)).visit_kind == "门诊慢特病"
    by_map = SiteSettings.from_toml({"med_type": {"140104": "门诊", "9907": "online"}})
    assert visit(of_encounter(med_type="140104"), site=by_map).visit_kind == "门诊"
    assert visit(of_encounter(med_type="9907"), site=by_map).visit_kind == "互联网诊疗"
    online = SiteSettings(reim_flag_online=True)
    assert visit(of_encounter(med_type="11", reim_flag="5"), site=online).visit_kind == "互联网诊疗"
    assert visit(of_encounter(med_type="11", reim_flag="5")).visit_kind == "门诊"


def test_insurance() -> None:
    assert visit(of_encounter(insutype="390")).insurance == "基本医疗"
    assert visit(of_encounter(insutype="")).insurance is UNKNOWN
    assert visit(of_encounter(insutype="31")).insurance is UNKNOWN
    assert visit(message(envelope={"recer_sys_code": "GSXT"})).insurance == "工伤"
    assert visit(message(envelope={"recer_sys_code": "MBS_LOCAL"})).insurance == "基本医疗"
    site = SiteSettings.from_toml({"insutype": {"31": "基本医疗"}, "recer_sys_code": {"SYXT": "生育"}})
    assert visit(of_encounter(insutype="31"), site=site).insurance == "基本医疗"
    assert visit(message(envelope={"recer_sys_code": "SYXT"}), site=site).insurance == "生育"


def test_maternity_is_unknown_until_the_site_chooses_a_numbering() -> None:
    def state(code: str, site: SiteSettings) -> Any:
        return visit(of_encounter(matn_stas=code), site=site).patient.maternity

    assert state("1", SiteSettings()) is UNKNOWN and state("3", SiteSettings()) is UNKNOWN
    five, three = SiteSettings.from_toml({"matn_stas": "five"}), SiteSettings.from_toml({"matn_stas": "three"})
    assert state("1", five) == "非妊娠期或哺乳期" and state("3", five) == "妊娠期" and state("0", five) is UNKNOWN
    assert state("1", three) == "妊娠期" and state("2", three) == "哺乳期" and state("0", three) is UNKNOWN


def test_hospital_level_comes_from_the_site() -> None:
    rank = SCALES["hospital"].rank
    assert visit(message()).institution.level is UNKNOWN
    table = SiteSettings.from_toml({"medins_lv": {"02": "二级"}})
    assert visit(message(), site=table).institution.level == rank("二级")
    register = SiteSettings.from_toml(
        {
            "medins_lv": {"02": "二级"},
            "institutions": {"h11000000001": {"level": "三级", "grade": "甲等", "specialty": "眼科"}},
        }
    )
    found = visit(message(), site=register).institution
    assert found.level == rank("三级") and found.grade == SCALES["grade"].rank("甲等") and found.specialty == "眼科"


def test_titles() -> None:
    rank = SCALES["title"].rank
    assert line(of_order(drord_dr_profttl="231")).physician.title == rank("主任医师")
    assert line(of_order(drord_dr_profttl="4")).physician.title is UNKNOWN
    site = SiteSettings.from_toml({"profttl": "single"})
    assert line(of_order(drord_dr_profttl="4"), site=site).physician.title == rank("副主任医师")
    assert line(of_order(drord_dr_profttl="235"), site=site).physician.title == rank("医士")


@pytest.mark.parametrize(
    ("field", "sent", "attribute"),
    [
        ("hilist_type", "1", "list_kind"),
        ("chrg_type", "1", "charge_kind"),
        ("drord_bhvr", "3", "take_home"),
        ("hilist_lv", "--", "list_level"),
    ],
)
def test_filler_codes_are_unknown(field: str, sent: str, attribute: str) -> None:
    assert getattr(line(of_order(**{field: sent})), attribute) is UNKNOWN


def test_list_level_with_or_without_zero() -> None:
    assert [line(of_order(hilist_lv=v)).list_level for v in ("01", "1", "02", 2, "3")] == ["甲", "甲", "乙", "乙", "丙"]


@pytest.mark.parametrize(("sent", "expected"), [("0", UNKNOWN), ("9", UNKNOWN), ("1", "男"), ("2", "女"), ("", UNKNOWN)])
def test_sex(sent: str, expected: Any) -> None:
    found = visit(message(patient_dtos=[patient(gend=sent)])).patient.sex
    assert found is expected or found == expected


def test_institution_letters_are_unknown() -> None:
    assert visit(of_encounter(medins_type="A1")).institution.kind is UNKNOWN


def test_local_departments() -> None:
    assert visit(of_encounter(adm_dept_codg="0201")).dept_in is UNKNOWN
    site = SiteSettings.from_toml({"departments": {"0201": "A50.01"}})
    assert visit(of_encounter(adm_dept_codg="0201"), site=site).dept_in == "A50.01"


def test_out_of_area_takes_0_and_1_and_what_the_site_adds() -> None:
    assert visit(of_encounter(out_setl_flag="1")).out_of_area is True
    assert visit(of_encounter(out_setl_flag="2")).out_of_area is UNKNOWN
    site = SiteSettings.from_toml({"out_setl_flag": {"2": False, "4": True}})
    assert visit(of_encounter(out_setl_flag="4"), site=site).out_of_area is True
