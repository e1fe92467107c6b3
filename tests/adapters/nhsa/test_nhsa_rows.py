"""Every field of the form, row by row: what is sent in it arrives in its fact, and no field of the form is forgotten."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from nhsa_messages import diagnosis, message, of_encounter, of_order, patient
from nhsa_reading import at, line, visit

from medrules.adapters.nhsa import SiteSettings, codes, fields
from medrules.adapters.nhsa.fields import Carried
from medrules.model.levels import SCALES
from medrules.model.values import ABSENT, UNKNOWN

OPERATION = {"setl_list_oprn_id": "S1", "oprn_name": "示例术", "main_oprn_flag": "0"}
DAY = date(2026, 6, 30).toordinal()


def _patient(key: str, value: Any, **_: Any) -> Any:
    return visit(message(patient_dtos=[patient(**{key: value})])).patient


def _encounter(key: str, value: Any, site: SiteSettings) -> Any:
    return visit(of_encounter(**{key: value}), site=site)


def _diagnosis(key: str, value: Any, **_: Any) -> Any:
    return visit(of_encounter(dscg_main_dise_codg="", fsi_diagnose_dtos=[diagnosis(**{key: value})])).diagnoses[0]


def _operation(key: str, value: Any, **_: Any) -> Any:
    return visit(of_encounter(fsi_operation_dtos=[{**OPERATION, key: value}])).operations[0]


def _line(key: str, value: Any, **_: Any) -> Any:
    return line(of_order(**{key: value}))


ENTITY = {
    "patient": _patient,
    "encounter": _encounter,
    "institution": lambda key, value, site: _encounter(key, value, site).institution,
    "settlement": lambda key, value, site: _encounter(key, value, site).settlement,
    "diagnosis": _diagnosis,
    "operation": _operation,
    "item": _line,
    "physician": lambda key, value, site: _line(key, value).physician,
}
SITE = SiteSettings.from_toml({"medins_lv": {"07": "三级"}, "matn_stas": "five"})
# (field, fact, what is sent, what it must become). What is sent differs from what the message holds anyway.
CASES: list[tuple[str, str, Any, Any]] = [
    ("patn_id", "patient.id", "P7", "P7"),
    ("gend", "patient.sex", "2", "女"),
    ("brdy", "patient.birth_date", "2026-06-30", DAY),
    ("poolarea", "patient.pool_area", "460100", "460100"),
    ("mdtrt_id", "encounter.id", "J7", "J7"),
    ("med_type", "encounter.visit_kind", "41", "购药"),
    ("med_type", "encounter.benefit_kind", "52", "生育"),
    ("adm_date", "encounter.admitted_at", "2026-06-30 07:00:01", at(2026, 6, 30, 7, 0, 1)),
    ("dscg_date", "encounter.discharged_at", "2026-07-05 07:00:01", at(2026, 7, 5, 7, 0, 1)),
    ("adm_dept_codg", "encounter.dept_in", "A04.02", "A04.02"),
    ("dscg_dept_codg", "encounter.dept_out", "A05", "A05"),
    ("wardarea_codg", "encounter.ward", "w9", "W9"),
    ("matn_stas", "patient.maternity", "3", "妊娠期"),
    ("medfee_sumamt", "encounter.total_amount", "12.34", 1234),
    ("insutype", "encounter.insurance", "410", "长期护理"),
    ("out_setl_flag", "encounter.out_of_area", "1", True),
    ("medins_id", "institution.id", "h9", "H9"),
    ("medins_name", "institution.name", " 别院 ", "别院"),
    ("medins_admdvs", "institution.area", "460100", "460100"),
    ("medins_type", "institution.kind", "2", "定点零售药店"),
    ("medins_lv", "institution.level", "07", SCALES["hospital"].rank("三级")),
    ("hifp_payamt", "settlement.pooled", "1.01", 101),
    ("acct_payamt", "settlement.account", "1.02", 102),
    ("dise_codg", "diagnosis.code", "J06.900", "J06.900"),
    ("dise_name", "diagnosis.name", "别病", "别病"),
    ("maindise_flag", "diagnosis.is_main", "0", False),
    ("dias_srt_no", "diagnosis.order", "7", 7),
    ("inout_dise_type", "diagnosis.kind", "2", "出院"),
    ("dise_date", "diagnosis.at", "2026-06-30 07:00:01", at(2026, 6, 30, 7, 0, 1)),
    ("setl_list_oprn_id", "operation.id", "S9", "S9"),
    ("oprn_code", "operation.code", "81.6500", "81.6500"),
    ("oprn_name", "operation.name", "别术", "别术"),
    ("main_oprn_flag", "operation.is_main", "1", True),
    ("oprn_date", "operation.date", "2026-06-30", DAY),
    ("anst_way", "operation.anaesthesia", "01", "01"),
    ("oper_dr_code", "operation.surgeon", "D9", "D9"),
    ("hilist_type", "item.list_kind", "201", "医疗服务项目"),
    ("chrg_type", "item.charge_kind", "05", "治疗"),
    ("hilist_code", "item.code", "x9", "X9"),
    ("hilist_name", "item.name", "别药", "别药"),
    ("hilist_dosform", "item.dose_form", "胶囊", "胶囊"),
    ("hilist_lv", "item.list_level", "02", "乙"),
    ("hosplist_code", "item.local_code", "y9", "Y9"),
    ("pric", "item.unit_price", "1.2345", 12_345),
    ("spec", "item.spec", "5mg", "5mg"),
    ("spec_unt", "item.unit", "支", "支"),
    ("long_drord_flag", "item.long_term", "1", True),
    ("drord_bhvr", "item.take_home", "1", True),
    ("drord_dept_codg", "item.ordering_dept", "A06", "A06"),
    ("curr_drord_flag", "item.is_current", None, UNKNOWN),
    ("rx_id", "item.id", "Y9", "Y9"),
    ("cnt", "item.quantity", "1.5", 15_000),
    ("sumamt", "item.amount", "9.99", 999),
    ("ownpay_amt", "item.self_paid", "0.31", 31),
    ("selfpay_amt", "item.copay", "0.32", 32),
    ("drord_stop_date", "item.end", "2026-07-03 07:00:01", at(2026, 7, 3, 7, 0, 1)),
    ("drord_begn_date", "item.begin", "2026-07-02 07:00:01", at(2026, 7, 2, 7, 0, 1)),
    ("grpno", "item.group_no", "G9", "G9"),
    ("rxno", "item.rx_no", "CF9", "CF9"),
    ("drord_dr_codg", "physician.id", "D9", "D9"),
    ("drord_dr_profttl", "physician.title", "231", SCALES["title"].rank("主任医师")),
]
# Rows whose fact is an entity or a list: their contents have rows of their own, their choice has tests of its own.
HELD_ELSEWHERE = {
    "encounter.main_diagnosis", "encounter.diagnoses", "encounter.items", "encounter.operations", "item.physician",
}


@pytest.mark.parametrize(("key", "fact", "sent", "expected"), CASES, ids=lambda v: v if isinstance(v, str) else None)
def test_what_is_sent_arrives(key: str, fact: str, sent: Any, expected: Any) -> None:
    entity, _, name = fact.partition(".")
    if fact == "patient.maternity":
        found = _encounter(key, sent, SITE).patient.maternity
    else:
        found = getattr(ENTITY[entity](key, sent, site=SITE), name)
    assert found is expected or found == expected


def test_every_row_of_the_mapping_has_a_case() -> None:
    rows = {(row.key, row.fact) for table in fields.TABLES for row in table if row.fact not in HELD_ELSEWHERE}
    assert rows == {(key, fact) for key, fact, _, _ in CASES}
    assert all(isinstance(row, Carried) for table in fields.TABLES for row in table)


@pytest.mark.parametrize("empty", ["", "-", None, []])
@pytest.mark.parametrize(("key", "fact", "sent", "expected"), CASES, ids=lambda v: v if isinstance(v, str) else None)
def test_an_empty_field_is_unknown_unless_the_form_says_absent(key: str, fact: str, sent: Any, expected: Any, empty: Any) -> None:
    absent = {"dscg_date", "grpno", "hilist_code"}
    stands_in = {"patn_id": "#1", "mdtrt_id": "JZ0001", "medins_id": "H11000000001", "hilist_name": "示例片"}
    entity, _, name = fact.partition(".")
    if fact == "patient.maternity":
        found = _encounter(key, empty, SITE).patient.maternity
    else:
        owner = ENTITY[entity](key, empty, site=SITE)
        if owner is UNKNOWN:  # nothing of the settlement was sent
            return
        found = getattr(owner, name)
    if key in absent:
        assert found is ABSENT
    elif key in stands_in:
        assert found == stands_in[key]
    else:
        assert found is UNKNOWN


# Sections 3 to 7 of the interface, field by field.
FORM = """
patn_id patn_name gend brdy poolarea curr_mdtrt_id fsi_encounter_dtos fsi_his_data_dto
mdtrt_id medins_id medins_name medins_admdvs medins_type medins_lv wardarea_codg wardno bedno adm_date dscg_date
dscg_main_dise_codg dscg_main_dise_name fsi_diagnose_dtos dr_codg adm_dept_codg adm_dept_name dscg_dept_codg
dscg_dept_name med_mdtrt_type med_type fsi_order_dtos matn_stas medfee_sumamt ownpay_amt selfpay_amt acct_payamt ma_amt
hifp_payamt setl_totlnum insutype reim_flag out_setl_flag fsi_operation_dtos
dise_id inout_dise_type maindise_flag dias_srt_no dise_codg dise_name dise_date
rx_id rxno grpno long_drord_flag hilist_type chrg_type drord_bhvr hilist_code hilist_name hilist_dosform hilist_lv
hilist_pric lv1_hosp_item_pric lv2_hosp_item_pric lv3_hosp_item_pric hilist_memo hosplist_code hosplist_name
hosplist_dosform cnt pric sumamt spec spec_unt drord_begn_date drord_stop_date drord_dept_codg drord_dept_name
drord_dr_codg drord_dr_name drord_dr_profttl curr_drord_flag
setl_list_oprn_id oprn_code oprn_name main_oprn_flag oprn_date anst_way oper_dr_name oper_dr_code anst_dr_name
anst_dr_code
""".split()  # noqa: SIM905 - a table to compare with the form


def test_every_field_of_the_form_is_carried_or_left_out_on_purpose() -> None:
    carried = {row.key for table in fields.TABLES for row in table}
    assert carried | fields.IGNORED == set(FORM)


def test_code_tables_are_those_that_the_sources_agree_on() -> None:
    assert codes.SEXES == {"1": "男", "2": "女"}
    assert {k: v for k, v in codes.VISIT_KINDS.items() if v not in ("门诊", "住院")} == {"13": "急诊", "14": "门诊慢特病", "41": "购药"}
    assert {k for k, v in codes.VISIT_KINDS.items() if v == "门诊"} == {"11", "12", "15", "16", "51", "81"}
    assert {k for k, v in codes.VISIT_KINDS.items() if v == "住院"} == {"21", "22", "23", "24", "25", "26", "27", "28", "52"}
    assert list(codes.CHARGE_KINDS) == [f"{n:02d}" for n in range(1, 15)]
    assert "".join(codes.CHARGE_KINDS.values()) == "床位诊察检查化验治疗手术护理卫生材料西药中药饮片中成药一般诊疗挂号其他"
    assert codes.LIST_KINDS == {
        "101": "西药中成药", "102": "中药饮片", "103": "自制剂", "104": "民族药", "105": "其他", "106": "中药颗粒",
        "201": "医疗服务项目", "301": "医用耗材", "501": "长护服务项目",
    }
    assert codes.DIAGNOSIS_KINDS == {"1": "入院", "2": "出院"} and codes.TAKE_HOME == {"0": False, "1": True}
    assert codes.INSTITUTION_KINDS == {
        "1": "定点医疗机构", "2": "定点零售药店", "3": "工伤定点康复机构", "4": "辅助器具配置机构", "5": "计划生育服务机构",
    }
    assert codes.RECEIVER_INSURANCES == {"GSXT": "工伤"} and codes.INSURANCES["399"] == "基本医疗" and "31" not in codes.INSURANCES
    assert codes.SEVERITIES == {"definite": "1", "suspect": "2", "monitor": "3"}
    assert codes.TITLE_SCHEMES["231"] == {"231": "主任医师", "232": "副主任医师", "233": "主治医师", "234": "医师", "235": "医士"}
