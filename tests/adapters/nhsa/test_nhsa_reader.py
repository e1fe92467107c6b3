"""What a 3101 or 3102 message becomes: the mapping table, and each quirk of form that real clients have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from nhsa_messages import as_bytes, diagnosis, encounter, message, of_encounter, of_order, order, patient
from nhsa_reading import at, line, read, visit

from medrules.adapters.nhsa import SiteSettings, read_request
from medrules.model.levels import SCALES
from medrules.model.values import ABSENT, UNKNOWN


def test_a_well_filled_message_becomes_facts() -> None:
    request = read(message())
    one, item = request.facts.current[0], request.facts.current[0].items[0]
    person = one.patient
    assert (person.id, person.sex, person.birth_date, person.pool_area) == (
        "P0001",
        "男",
        date(1970, 5, 6).toordinal(),
        "110100",
    )
    assert (one.id, one.visit_kind, one.benefit_kind, one.insurance) == ("JZ0001", "住院", "普通", "基本医疗")
    assert one.admitted_at == at(2026, 7, 1, 8, 30) and one.discharged_at is ABSENT and one.out_of_area is False
    assert (one.dept_in, one.ward, one.total_amount) == ("A03.01", "B01", 2100)
    assert (one.institution.id, one.institution.kind, one.institution.area) == (
        "H11000000001",
        "定点医疗机构",
        "110100",
    )
    assert one.main_diagnosis.code == "I63.900" and len(one.diagnoses) == 1
    assert (item.id, item.code, item.name, item.local_code) == ("YZ0001", "XN02BEA075A001010100001", "示例片", "YP0001")
    assert (item.quantity, item.unit_price, item.amount, item.self_paid, item.copay) == (20_000, 105_000, 2100, 0, 210)
    assert (item.list_kind, item.charge_kind, item.list_level, item.unit, item.dose_form) == (
        "西药中成药",
        "西药",
        "甲",
        "盒",
        "片剂",
    )
    assert item.at == item.begin == at(2026, 7, 2, 9) and item.is_current is True and item.long_term is False
    assert (item.rx_no, item.group_no, item.line_kind, item.take_home) == ("CF0001", ABSENT, "order", False)
    assert (item.physician.id, item.physician.title) == ("D110000000001", SCALES["title"].rank("主治医师"))
    assert (item.ordering_dept, item.spec) == ("A03.01", "10mg*10片/盒")
    assert request.facts.business_time == at(2026, 7, 2, 9, 15, 30) and request.facts.stage == "before"
    assert request.facts.door.name == "3101"


def test_names_of_people_are_not_facts() -> None:
    facts = read(message()).facts
    seen: list[str] = []

    def walk(entity: Any, depth: int = 0) -> None:
        for value in vars(entity).values():
            for v in value if isinstance(value, tuple) else (value,):
                if isinstance(v, str):
                    seen.append(v)
                elif hasattr(v, "__dict__") and depth < 4:
                    walk(v, depth + 1)

    walk(facts.patients[0])
    assert "示例患者" not in seen and "示例医师" not in seen and "示例操作员" not in seen


def test_3102_lines_are_charges_of_the_during_stage() -> None:
    facts = read(message("3102")).facts
    assert (facts.stage, facts.door.name, facts.current[0].items[0].line_kind) == ("during", "3102", "charge")


def test_the_stage_follows_infno_and_never_trig_scen() -> None:
    assert read(message(trig_scen="8")).facts.stage == "before"
    assert read(message("3102", trig_scen="1")).facts.stage == "during"
    assert read(message(trig_scen="2,4")).facts.stage == "before"
    assert read(message(trig_scen=23)).facts.stage == "before"


def test_an_envelope_without_infno_takes_the_transaction_of_its_address() -> None:
    sent = message()
    del sent["infno"]
    assert read(sent, infno="3102").facts.stage == "during"
    unnamed = read(sent).facts
    assert unnamed.stage == "before" and any("infno" in note for note in unnamed.notes)


def test_only_input_is_required_of_the_envelope() -> None:
    request = read({"input": message()["input"], "inf_time": "2026-07-02 09:15:30"})
    assert len(request.facts.current) == 1


@pytest.mark.parametrize("patients", ["object", "list"])
@pytest.mark.parametrize("encounters", ["object", "list"])
@pytest.mark.parametrize("lists", ["object", "list"])
def test_object_or_list_at_every_level(patients: str, encounters: str, lists: str) -> None:
    one = encounter()
    if lists == "object":
        one["fsi_order_dtos"], one["fsi_diagnose_dtos"] = one["fsi_order_dtos"][0], one["fsi_diagnose_dtos"][0]
    who = patient(fsi_encounter_dtos=one if encounters == "object" else [one])
    found = visit(message(patient_dtos=who if patients == "object" else [who]))
    assert len(found.items) == 1 and len(found.diagnoses) == 1 and found.patient.id == "P0001"


def test_numbers_as_text_and_codes_as_numbers() -> None:
    text = of_order(cnt="2", pric="10.5", sumamt="21")
    number = of_order(cnt=2, pric=10.5, sumamt=21.0, hilist_type=101, long_drord_flag=0, curr_drord_flag=1, drord_bhvr=0)
    assert vars(line(text)).keys() == vars(line(number)).keys()
    for name in ("quantity", "unit_price", "amount", "list_kind", "long_term", "is_current", "take_home"):
        assert getattr(line(text), name) == getattr(line(number), name)
    coded = message(patient_dtos=[patient(gend=2, patn_id=900005)])
    assert visit(coded).patient.sex == "女" and visit(coded).patient.id == "900005"
    assert visit(of_encounter(out_setl_flag=0, med_type=21)).visit_kind == "住院"


def test_amounts_never_pass_through_a_binary_fraction() -> None:
    sent = as_bytes(of_order()).replace(b'"sumamt": "21.00"', b'"sumamt": 1.005').replace(b'"pric": "10.5000"', b'"pric": 0.00015')
    item = read_request(sent).facts.current[0].raw_items[0]
    assert item.amount == 101  # half up of 1.005; the nearest binary fraction of it is below 1.005
    assert item.unit_price == 2


@pytest.mark.parametrize(
    ("sent", "fen"),
    [
        ("0.20", 20),
        ("-3.5", -350),
        ("+1", 100),
        (" 7.00 ", 700),
        ("1e2", 10_000),
        ("１２．５", 1250),
        (".5", 50),
        (12, 1200),
        (-1, -100),
        (True, 100),
    ],
)
def test_amounts_as_clients_write_them(sent: Any, fen: int) -> None:
    assert line(of_order(selfpay_amt=sent)).copay == fen


@pytest.mark.parametrize("sent", ["1,234", "12元", "0x10", "1__0", "1e99", "9" * 30, [1], {"a": 1}, "NaN", "1.2.3"])
def test_amounts_that_are_none_are_unknown_and_noted(sent: Any) -> None:
    request = read(of_order(selfpay_amt=sent))
    assert request.facts.current[0].raw_items[0].copay is UNKNOWN
    assert any(note.startswith("selfpay_amt") for note in request.facts.notes)


@pytest.mark.parametrize("empty", ["", "-", "--", None, [], {}, "  ", "null"])
def test_empty_values_are_unknown_without_a_note(empty: Any) -> None:
    request = read(of_order(selfpay_amt=empty, spec_unt=empty, hilist_dosform=empty, drord_dr_profttl=empty))
    item = request.facts.current[0].raw_items[0]
    assert item.copay is UNKNOWN and item.unit is UNKNOWN and item.dose_form is UNKNOWN and item.physician.title is UNKNOWN
    assert not [n for n in request.facts.notes if "读不懂" in n]


def test_a_field_that_is_not_there_is_unknown() -> None:
    one = order()
    for key in ("selfpay_amt", "spec_unt", "ownpay_amt"):
        del one[key]
    item = line(of_encounter(fsi_order_dtos=[one]))
    assert item.copay is UNKNOWN and item.unit is UNKNOWN and item.self_paid is UNKNOWN


@pytest.mark.parametrize("empty", ["", None, [], "-"])
def test_empty_instead_of_a_list_is_a_list_not_sent(empty: Any) -> None:
    found = visit(of_encounter(fsi_order_dtos=empty, fsi_diagnose_dtos=empty, fsi_operation_dtos=empty, dscg_main_dise_codg=""))
    assert found.items is UNKNOWN and found.diagnoses is UNKNOWN and found.operations is UNKNOWN


def test_no_lists_at_all() -> None:
    one = encounter()
    for key in ("fsi_order_dtos", "fsi_diagnose_dtos", "fsi_operation_dtos", "dscg_main_dise_codg"):
        del one[key]
    found = visit(message(patient_dtos=[patient(fsi_encounter_dtos=[one])]))
    assert found.items is UNKNOWN and found.diagnoses is UNKNOWN and found.main_diagnosis is UNKNOWN


def test_an_empty_operation_list_means_none_only_if_the_site_says_so() -> None:
    site = SiteSettings(empty_operations_mean_none=True)
    assert visit(message(), site=site).operations == ()
    assert visit(of_encounter(fsi_operation_dtos=None), site=site).operations is UNKNOWN


def test_operations_are_read_when_they_are_sent() -> None:
    sent = {
        "setl_list_oprn_id": "S1",
        "oprn_code": "81.6500",
        "oprn_name": "椎体成形术",
        "main_oprn_flag": "1",
        "oprn_date": "2026-07-01",
        "oper_dr_code": "D1",
    }
    (found,) = visit(of_encounter(fsi_operation_dtos=[sent])).operations
    assert (found.id, found.code, found.is_main, found.date) == ("S1", "81.6500", True, date(2026, 7, 1).toordinal())


def test_unknown_keys_at_every_level_are_ignored() -> None:
    sent = message(envelope={"mode": "1", "enc_type": "", "fixmedins_soft_fcty": "x"}, extra={"a": [1]})
    who = sent["input"]["data"]["patient_dtos"][0]
    who["extra"] = 1
    who["fsi_encounter_dtos"][0]["setl_date"] = None
    who["fsi_encounter_dtos"][0]["fsi_order_dtos"][0]["order_state"] = "A"
    assert len(read(sent).facts.current) == 1


def test_an_encounter_sent_twice_counts_once_and_the_fsi_name_wins() -> None:
    twice = encounter(order_dtos=[order(9)], diagnose_dtos=[diagnosis("J06.900")])
    who = patient(fsi_encounter_dtos=[twice], encounter_dtos=[encounter(mdtrt_id="OTHER")])
    found = visit(message(patient_dtos=[who]))
    assert [i.id for i in found.items] == ["YZ0001"] and found.main_diagnosis.code == "I63.900"
    del who["fsi_encounter_dtos"]
    who["encounter_dtos"] = [{**encounter(), "order_dtos": [order(9)], "fsi_order_dtos": None}]
    assert [i.id for i in visit(message(patient_dtos=[who])).items] == ["YZ0009"]
