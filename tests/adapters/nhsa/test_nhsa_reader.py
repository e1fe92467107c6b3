"""What a 3101 or 3102 message becomes: one test for each quirk that real clients have, and for each row of the
mapping table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from nhsa_messages import (
    as_bytes,
    diagnosis,
    encounter,
    message,
    of_encounter,
    of_order,
    order,
    patient,
)

from medrules.adapters.nhsa import Request, SiteSettings, read_request
from medrules.errors import InvalidMessage
from medrules.model.levels import SCALES
from medrules.model.values import ABSENT, UNKNOWN, Instant


def read(sent: Any, **options: Any) -> Request:
    return read_request(as_bytes(sent), **options)


def visit(sent: Any, **options: Any) -> Any:
    return read(sent, **options).facts.current[0]


def line(sent: Any, **options: Any) -> Any:
    return visit(sent, **options).raw_items[0]


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> Instant:
    lo = date(year, month, day).toordinal() * 86_400 + hour * 3_600 + minute * 60 + second
    return Instant(lo, lo)


# ---------------------------------------------------------------- the mapping table


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


# ---------------------------------------------------------------- object or list, numbers or text


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


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("sent", "lo", "hi"),
    [
        ("2026-07-02 09:00:00", (9, 0, 0), (9, 0, 0)),
        ("2026/7/2 9:00:05", (9, 0, 5), (9, 0, 5)),
        ("2026-07-02T09:00:00", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02 09:00", (9, 0, 0), (9, 0, 59)),
        ("2026-07-02", (0, 0, 0), (23, 59, 59)),
        ("20260702", (0, 0, 0), (23, 59, 59)),
        ("20260702090000", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02 09:00:00.000", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02T01:00:00Z", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02T09:00:00+08:00", (9, 0, 0), (9, 0, 0)),
        ("2026年7月2日", (0, 0, 0), (23, 59, 59)),
        ("2026-07-02 00:00:00", (0, 0, 0), (23, 59, 59)),
    ],
)
def test_times_as_clients_write_them(sent: str, lo: tuple[int, int, int], hi: tuple[int, int, int]) -> None:
    assert line(of_order(drord_begn_date=sent)).begin == Instant(at(2026, 7, 2, *lo).lo, at(2026, 7, 2, *hi).lo)


def test_midnight_is_a_time_only_if_the_site_says_so() -> None:
    site = SiteSettings(midnight_is_time=True)
    assert line(of_order(drord_begn_date="2026-07-02 00:00:00"), site=site).begin == at(2026, 7, 2)


@pytest.mark.parametrize("sent", ["2026-13-02 09:00:00", "2026-02-30", "0000-00-00 00:00:00", "昨天", "2026-07-02 25:00:00", 1782953100000])
def test_impossible_times_are_unknown_and_noted(sent: Any) -> None:
    request = read(of_order(drord_begn_date=sent))
    item = request.facts.current[0].raw_items[0]
    assert item.begin is UNKNOWN and item.at is UNKNOWN
    assert any(note.startswith("drord_begn_date") for note in request.facts.notes)


@pytest.mark.parametrize("sent", ["", None, "-", "9999-12-31 00:00:00", "9999-12-31", "2026-07-01 08:30:00"])
def test_not_discharged(sent: Any) -> None:
    assert visit(of_encounter(dscg_date=sent)).discharged_at is ABSENT


def test_discharged() -> None:
    assert visit(of_encounter(dscg_date="2026-07-09 10:00:00")).discharged_at == at(2026, 7, 9, 10)
    assert visit(of_encounter(med_type="11", dscg_date="2026-07-01 08:30:00")).discharged_at == at(2026, 7, 1, 8, 30)
    assert visit(of_encounter(med_type="", dscg_date="2026-07-01 08:30:00")).discharged_at is UNKNOWN
    assert visit(of_encounter(dscg_date="2026-02-30")).discharged_at is UNKNOWN


def test_stop_date_of_a_long_term_order_and_of_others() -> None:
    assert line(of_order(long_drord_flag="1", drord_stop_date=None)).end is ABSENT
    assert line(of_order(long_drord_flag="0", drord_stop_date=None)).end is UNKNOWN
    assert line(of_order(drord_stop_date="2026-07-03 09:00:00")).end == at(2026, 7, 3, 9)


def test_a_line_without_a_time_has_none_unless_the_site_gives_the_day_of_the_request() -> None:
    assert line(of_order(drord_begn_date="")).at is UNKNOWN
    site = SiteSettings(missing_order_time="request")
    assert line(of_order(drord_begn_date=""), site=site).at == Instant(at(2026, 7, 2).lo, at(2026, 7, 2, 23, 59, 59).lo)
    assert line(of_order(drord_begn_date="", curr_drord_flag="0"), site=site).at == Instant(
        at(2026, 7, 2).lo, at(2026, 7, 2, 23, 59, 59).lo
    )  # nothing is flagged current, so everything is


def test_the_time_of_the_request() -> None:
    assert read(message(envelope={"inf_time": ""})).facts.business_time == at(2026, 7, 2, 9, 15, 30)  # inside msgid
    bare = message(envelope={"inf_time": "", "msgid": ""})
    assert read(bare, now=at(2026, 7, 2, 12)).facts.business_time == at(2026, 7, 2, 12)
    assert read(bare).facts.business_time == at(2026, 7, 2, 9)  # the latest time in the message
    empty = message(
        envelope={"inf_time": "", "msgid": ""},
        patient_dtos=[patient(fsi_encounter_dtos=[encounter(adm_date="", fsi_order_dtos=[])])],
    )
    with pytest.raises(InvalidMessage):
        read(empty)


def test_an_order_for_tomorrow_is_reviewed_today() -> None:
    request = read(of_order(drord_begn_date="2026-07-03 08:00:00"))
    assert request.facts.business_time == at(2026, 7, 3, 8)
    assert any("晚于交易时间" in note for note in request.facts.notes)


# ---------------------------------------------------------------- who, what, which


def test_the_current_encounter_is_the_named_one_and_earlier_ones_are_history() -> None:
    earlier = encounter(
        mdtrt_id="JZ0000",
        adm_date="2026-05-01 09:00:00",
        dscg_date="2026-05-09 09:00:00",
        fsi_order_dtos=[order(7, drord_begn_date="2026-05-02 09:00:00")],
    )
    facts = read(message(patient_dtos=[patient(fsi_encounter_dtos=[earlier, encounter()])])).facts
    assert [e.id for e in facts.current] == ["JZ0001"]
    (before, now) = facts.patients[0].encounters
    assert before.items[0].is_current is False and now.items[0].is_current is True


def test_lines_flagged_0_are_history() -> None:
    found = visit(of_encounter(fsi_order_dtos=[order(1), order(2, curr_drord_flag="0"), order(3, curr_drord_flag=None)]))
    assert [i.is_current for i in found.items] == [True, False, UNKNOWN]


def test_if_nothing_is_flagged_current_everything_is_reviewed() -> None:
    sent = of_encounter(fsi_order_dtos=[order(1, curr_drord_flag="0"), order(2, curr_drord_flag=0)])
    request = read(sent)
    assert [i.is_current for i in request.facts.current[0].items] == [UNKNOWN, UNKNOWN]
    assert any("2 条全部审核" in note for note in request.facts.notes)
    quiet = read(sent, site=SiteSettings(none_current="none"))
    assert [i.is_current for i in quiet.facts.current[0].items] == [False, False]
    assert any("均未审核" in note for note in quiet.facts.notes)


def test_an_encounter_without_an_id_takes_the_current_one() -> None:
    request = read(message(patient_dtos=[patient(fsi_encounter_dtos=[encounter(mdtrt_id="")])]))
    assert request.facts.current[0].id == "JZ0001" and request.lines[0][1] == "JZ0001"


def test_where_no_encounter_is_named_all_are_reviewed() -> None:
    facts = read(message(patient_dtos=[patient(curr_mdtrt_id="?", fsi_encounter_dtos=[encounter(mdtrt_id="A"), encounter(mdtrt_id="B")])])).facts
    assert {e.id for e in facts.current} == {"A", "B"}
    assert any("curr_mdtrt_id" in note for note in facts.notes)


def test_the_same_encounter_twice_is_one() -> None:
    first, second = encounter(), encounter(fsi_order_dtos=[order(2)])
    assert len(visit(message(patient_dtos=[patient(fsi_encounter_dtos=[first, first])])).items) == 1
    assert len(visit(message(patient_dtos=[patient(fsi_encounter_dtos=[first, second])])).items) == 2


def test_several_patients() -> None:
    facts = read(message(patient_dtos=[patient(), patient(patn_id="P0002")])).facts
    assert [p.id for p in facts.patients] == ["P0001", "P0002"] and len(facts.current) == 2
    assert len({e.id for e in facts.current}) == 2


def test_repeated_line_ids_are_told_apart_by_position() -> None:
    request = read(of_encounter(fsi_order_dtos=[order(1), order(1, hilist_code="B")]))
    assert [(i.id, i.position) for i in request.facts.current[0].items] == [("YZ0001", 0), ("YZ0001", 1)]
    assert any("rx_id" in note for note in request.facts.notes)


@pytest.mark.parametrize(
    ("code", "local", "expected"),
    [
        ("X1", "Y1", "X1"),
        ("", "Y1", ABSENT),
        ("-", "Y1", ABSENT),
        (None, "Y1", ABSENT),
        ("", "", UNKNOWN),
        ("0", "Y1", UNKNOWN),
        ("xn02b", "", "XN02B"),
        ("ｘ１", "", "X1"),
    ],
)
def test_the_catalogue_code_beside_the_local_one(code: Any, local: str, expected: Any) -> None:
    found = line(of_order(hilist_code=code, hosplist_code=local)).code
    assert found is expected or found == expected


def test_the_hospital_name_stands_in_for_a_missing_name() -> None:
    assert line(of_order(hilist_name=None, hosplist_name="院内名")).name == "院内名"


# ---------------------------------------------------------------- codes that a site settles


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


# ---------------------------------------------------------------- amounts of the encounter


def test_a_total_of_0_beside_lines_is_not_filled() -> None:
    found = visit(of_encounter(medfee_sumamt=0, hifp_payamt="0"))
    assert found.total_amount is UNKNOWN and found.settlement is UNKNOWN
    assert visit(of_encounter(medfee_sumamt=0, fsi_order_dtos=None)).total_amount == 0
    paid = visit(of_encounter(medfee_sumamt="21", hifp_payamt="15.20", acct_payamt="0"))
    assert (paid.settlement.pooled, paid.settlement.account) == (1520, 0)


# ---------------------------------------------------------------- diagnoses (T30)


def codes(found: Any) -> list[Any]:
    return [d.code for d in found.diagnoses]


def test_discharge_diagnoses_count_if_there_are_any() -> None:
    lists = [diagnosis("J06.900", maindise_flag="0"), diagnosis("I63.900", inout_dise_type="2")]
    assert codes(visit(of_encounter(fsi_diagnose_dtos=lists))) == ["I63.900"]
    assert codes(visit(of_encounter(fsi_diagnose_dtos=lists[:1], dscg_main_dise_codg=""))) == ["J06.900"]


def test_the_flagged_diagnosis_is_the_main_one_wherever_it_stands() -> None:
    lists = [diagnosis("J06.900", maindise_flag=0), diagnosis("I63.900", maindise_flag=1, dias_srt_no=3)]
    assert visit(of_encounter(fsi_diagnose_dtos=lists, dscg_main_dise_codg="J06.900")).main_diagnosis.code == "I63.900"


def test_a_flag_that_repeats_the_code() -> None:
    lists = [diagnosis("J06.900", maindise_flag="0"), diagnosis("I63.900", maindise_flag="I63.900")]
    assert visit(of_encounter(fsi_diagnose_dtos=lists, dscg_main_dise_codg="")).main_diagnosis.code == "I63.900"


def test_the_main_diagnosis_may_stand_in_the_encounter_only() -> None:
    lists = [diagnosis("J06.900", maindise_flag="0")]
    found = visit(of_encounter(fsi_diagnose_dtos=lists, dscg_main_dise_codg="I63.900"))
    assert found.main_diagnosis.code == "I63.900" and codes(found) == ["J06.900", "I63.900"]
    assert len(found.diagnoses) == 2


def test_a_main_diagnosis_without_a_list_is_a_known_member_of_an_unknown_list() -> None:
    found = visit(of_encounter(fsi_diagnose_dtos=[]))
    assert found.main_diagnosis.code == "I63.900"
    assert found.diagnoses[0].code == "I63.900" and found.diagnoses[1].code is UNKNOWN


def test_an_ill_formed_code_is_an_unknown_member_reported_once() -> None:
    facts = read(
        of_encounter(
            fsi_diagnose_dtos=[diagnosis("XYZD018987"), diagnosis("M10.900", maindise_flag="0")],
            dscg_main_dise_codg="XYZD018987",
        )
    ).facts
    found = facts.current[0].diagnoses
    assert found[0].code is UNKNOWN and found[1].code == "M10.900"
    assert [u[4:] for u in facts.unjudged] == [("ill_formed", "XYZD018987")]


def test_diagnosis_order_may_start_at_0_and_codes_fold() -> None:
    (found,) = visit(of_encounter(fsi_diagnose_dtos=[diagnosis("i10.x00", dias_srt_no=0)], dscg_main_dise_codg="I10.x00")).diagnoses
    assert found.code == "I10.X00" and found.order == 0 and found.is_main is True


def test_no_diagnosis_is_suspected_through_this_door() -> None:
    assert visit(message()).diagnoses[0].suspected is False
    assert len(visit(message()).confirmed_diagnoses) == 1


# ---------------------------------------------------------------- history and coverage


def test_history_has_no_coverage_unless_the_site_promises_it() -> None:
    assert visit(message()).patient.history is UNKNOWN
    site = SiteSettings(history_coverage="本院", history_days=90)
    history = visit(message(), site=site).patient.history
    assert history.coverage == "本院" and history.covered_from == date(2026, 7, 2).toordinal() - 90
    assert "history.coverage" in read(message(), site=site).facts.door.carries
    assert "history.coverage" not in read(message()).facts.door.carries


def test_refunds_are_netted() -> None:
    found = visit(
        of_encounter(
            "3102",
            fsi_order_dtos=[
                order(1),
                order(2, cnt="-1", sumamt="-10.50", selfpay_amt="-1.05", drord_begn_date="2026-07-02 09:10:00"),
            ],
        )
    )
    assert [i.quantity for i in found.items] == [10_000] and len(found.raw_items) == 2
