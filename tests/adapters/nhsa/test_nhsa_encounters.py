"""Which encounter and which lines are under review, diagnoses (T30), amounts, history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from nhsa_messages import diagnosis, encounter, message, of_encounter, of_order, order, patient
from nhsa_reading import line, read, visit

from medrules.adapters.nhsa import SiteSettings
from medrules.model.values import ABSENT, UNKNOWN


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


def test_a_total_of_0_beside_lines_is_not_filled() -> None:
    found = visit(of_encounter(medfee_sumamt=0, hifp_payamt="0"))
    assert found.total_amount is UNKNOWN and found.settlement is UNKNOWN
    assert visit(of_encounter(medfee_sumamt=0, fsi_order_dtos=None)).total_amount == 0
    paid = visit(of_encounter(medfee_sumamt="21", hifp_payamt="15.20", acct_payamt="0"))
    assert (paid.settlement.pooled, paid.settlement.account) == (1520, 0)


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
