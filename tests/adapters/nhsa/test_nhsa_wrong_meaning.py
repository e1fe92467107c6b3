"""Values that can be read but must not be believed: zeros and dates that were never filled, what an earlier visit says,
a far day, lists sent twice. Each of these would otherwise be a wrong finding, or a silence that looks like clean."""

from __future__ import annotations

import time
from typing import Any

import pytest
from nhsa_messages import diagnosis, encounter, message, of_encounter, of_order, order, patient
from nhsa_reading import at, line, read, visit

from medrules import Engine
from medrules.adapters.nhsa import SiteSettings
from medrules.errors import InvalidSettings
from medrules.model.values import ABSENT, UNKNOWN


def notes(sent: Any, **options: Any) -> str:
    return "\n".join(read(sent, **options).facts.notes)


@pytest.mark.parametrize(
    ("changes", "attribute", "field"),
    [({"sumamt": "0"}, "amount", "sumamt"), ({"pric": 0}, "unit_price", "pric"), ({"cnt": "0.00"}, "quantity", "cnt")],
)
def test_a_zero_that_the_other_two_contradict_was_not_filled(changes: Any, attribute: str, field: str) -> None:
    assert getattr(line(of_order(**changes)), attribute) is UNKNOWN
    assert f"{field}：1 条明细为 0" in notes(of_order(**changes))


def test_zeros_that_agree_are_zeros() -> None:
    free = line(of_order(sumamt="0", pric="0"))
    assert (free.amount, free.unit_price, free.quantity) == (0, 0, 20_000)
    assert line(of_order(sumamt="0", pric="")).amount == 0
    assert "为 0" not in notes(of_order(sumamt="0", pric="0"))


def test_the_finding_on_a_line_with_an_unfilled_amount_stands(engine: Engine) -> None:
    """限儿童 drug for an adult: with an amount of 0 believed, the line would cost nothing and nothing would be said."""
    changes = {"hilist_code": "XN05CCS273S003010101587", "hilist_name": "水合氯醛灌肠剂", "cnt": "1", "pric": "41", "sumamt": "0"}
    report = engine.review(read(of_order(**changes)).facts)
    (finding,) = [f for f in report.findings if f.rule == "GZ10000101007000"]
    assert finding.amount is None


@pytest.mark.parametrize("own", [None, "", "-"])
def test_self_paid_that_was_not_sent_leaves_the_amount_open(engine: Engine, own: Any) -> None:
    changes = {"hilist_code": "XN05CCS273S003010101587", "cnt": "1", "pric": "41", "sumamt": "41"}
    report = engine.review(read(of_order(**changes, ownpay_amt=own)).facts)
    assert [f.amount for f in report.findings if f.rule == "GZ10000101007000"] == [None]
    paid = engine.review(read(of_order(**changes, ownpay_amt="41")).facts)
    assert not [f for f in paid.findings if f.rule == "GZ10000101007000"]


def test_a_self_paid_part_larger_than_the_whole_is_not_believed() -> None:
    assert line(of_order(ownpay_amt="21.01")).self_paid is UNKNOWN
    assert line(of_order(ownpay_amt="21.00")).self_paid == 2100
    assert line(of_order(sumamt="", ownpay_amt="99")).self_paid == 9900
    assert "自费金额大于金额" in notes(of_order(ownpay_amt="21.01"))


@pytest.mark.parametrize("zero", ["0001-01-01 00:00:00", "0001-01-01T00:00:00", "1900-01-01", "1900-01-01 00:00:00", "1899-12-30", "1753/1/1"])
def test_zero_dates_are_no_dates(zero: str) -> None:
    assert visit(of_encounter(dscg_date=zero)).discharged_at is ABSENT
    assert visit(of_encounter(adm_date=zero)).admitted_at is UNKNOWN
    assert visit(message(patient_dtos=[patient(brdy=zero)])).patient.birth_date is UNKNOWN
    assert line(of_order(drord_begn_date=zero)).at is UNKNOWN
    assert line(of_order(long_drord_flag="1", drord_stop_date=zero)).end is ABSENT


def test_a_discharge_before_the_admission_is_not_believed() -> None:
    sent = of_encounter(dscg_date="2026-06-30 10:00:00")
    assert visit(sent).discharged_at is UNKNOWN and "早于入院时间" in notes(sent)
    assert visit(of_encounter(dscg_date="2026-07-01")).discharged_at is not UNKNOWN  # the day of admission, hour not known


def test_pregnancy_in_an_earlier_visit_says_nothing_of_now() -> None:
    site = SiteSettings.from_toml({"matn_stas": "five"})
    earlier = encounter(mdtrt_id="JZ0000", adm_date="2025-01-01", dscg_date="2025-01-09", matn_stas="3")
    for both in ([earlier, encounter()], [encounter(), earlier]):
        assert visit(message(patient_dtos=[patient(fsi_encounter_dtos=both)]), site=site).patient.maternity is UNKNOWN
    now = encounter(matn_stas="4")
    assert visit(message(patient_dtos=[patient(fsi_encounter_dtos=[now, earlier])]), site=site).patient.maternity == "哺乳期"


def test_lines_of_earlier_visits_are_history_whatever_their_flag() -> None:
    earlier = encounter(mdtrt_id="JZ0000", adm_date="2026-05-01", dscg_date="2026-05-09", fsi_order_dtos=[order(7, curr_drord_flag="1")])
    facts = read(message(patient_dtos=[patient(fsi_encounter_dtos=[earlier, encounter()])])).facts
    assert [(e.id, e.items[0].is_current) for e in facts.patients[0].encounters] == [("JZ0000", False), ("JZ0001", True)]


def test_an_encounter_sent_in_two_versions_does_not_double_its_lines() -> None:
    """Both hold the same line; doubled, it would be a duplicate charge."""
    first, second = encounter(bedno="1"), encounter(bedno="2", fsi_order_dtos=[order(1), order(2)])
    found = visit(message(patient_dtos=[patient(fsi_encounter_dtos=[first, second])]))
    assert [i.id for i in found.items] == ["YZ0001", "YZ0002"] and len(found.diagnoses) == 1
    operation = {"setl_list_oprn_id": "S1", "oprn_code": "81.6500"}
    both = [encounter(bedno=n, fsi_operation_dtos=[operation]) for n in "12"]
    assert len(visit(message(patient_dtos=[patient(fsi_encounter_dtos=both)])).operations) == 1


def test_an_encounter_sent_in_two_large_versions_is_read_in_time() -> None:
    many = [order(n) for n in range(3_000)]
    both = [encounter(bedno="1", fsi_order_dtos=many), encounter(bedno="2", fsi_order_dtos=[{**o, "bedno": 1} for o in many])]
    started = time.monotonic()
    assert len(visit(message(patient_dtos=[patient(fsi_encounter_dtos=both)])).items) == 6_000
    assert time.monotonic() - started < 30  # comparing each with each takes minutes


@pytest.mark.parametrize("kind", ["", "3", None])
def test_a_diagnosis_of_unknown_kind_counts_beside_discharge_diagnoses(kind: Any) -> None:
    lists = [diagnosis("J06.900"), diagnosis("I63.900", inout_dise_type="2"), diagnosis("E11.900", inout_dise_type=kind)]
    found = visit(of_encounter(fsi_diagnose_dtos=lists, dscg_main_dise_codg=""))
    assert [d.code for d in found.diagnoses] == ["I63.900", "E11.900"]


def test_a_far_day_is_a_slip_and_carries_nothing_with_it() -> None:
    sent = of_encounter(fsi_order_dtos=[order(1), order(2, drord_begn_date="2062-07-02 09:00:00")])
    facts = read(sent).facts
    assert facts.business_time == at(2026, 7, 2, 9, 15, 30)
    assert [i.at is UNKNOWN for i in facts.current[0].items] == [False, True]
    assert "31 日以上" in "".join(facts.notes)
    near = read(of_order(drord_begn_date="2026-08-02 09:00:00")).facts
    assert near.business_time == at(2026, 8, 2, 9)


def test_a_far_line_is_reported_as_without_a_date(engine: Engine) -> None:
    report = engine.review(read(of_order(drord_begn_date="2062-07-02 09:00:00")).facts)
    assert [(u.anchor.line, u.reason) for u in report.unjudged] == [("YZ0001", "date")]


def test_the_day_of_the_request_is_given_to_orders_only_and_only_if_nothing_was_sent(engine: Engine) -> None:
    site = SiteSettings(missing_order_time="request")
    assert line(of_order(drord_begn_date=""), site=site).on == at(2026, 7, 2).day
    assert line(of_order(drord_begn_date="昨天"), site=site).at is UNKNOWN
    charges = of_encounter("3102", fsi_order_dtos=[order(1, drord_begn_date="")])
    assert line(charges, site=site).at is UNKNOWN
    without = order(1)
    del without["drord_begn_date"]
    bare = of_encounter(fsi_order_dtos=[without])
    assert [u.reason for u in engine.review(read(bare).facts).unjudged] == ["date"]  # the default: visible, not guessed
    assert not engine.review(read(bare, site=site).facts).unjudged
    earlier = of_encounter(fsi_order_dtos=[order(1), order(2, drord_begn_date="", curr_drord_flag="0")])
    assert visit(earlier, site=site).raw_items[1].at is UNKNOWN


def test_the_register_knows_the_sender_of_the_visit_under_review() -> None:
    site = SiteSettings.from_toml({"institutions": {"H11000000001": {"level": "二级"}}})
    earlier = encounter(mdtrt_id="JZ0000", medins_id="1000002", adm_date="2026-05-01", dscg_date="2026-05-09")
    facts = read(message(patient_dtos=[patient(fsi_encounter_dtos=[earlier, encounter(medins_id="1000001")])]), site=site).facts
    before, now = facts.patients[0].encounters
    assert now.institution.level is not UNKNOWN and before.institution.level is UNKNOWN
    assert now.institution.id == "1000001"


@pytest.mark.parametrize(
    "given",
    [
        {"nhsa": 1},
        {"warn_msg": True, "nhsa": {}},
        {"history_coverage": "本院"},
        {"nhsa": {"history_days": 30}},
    ],
)
def test_a_setting_that_would_be_passed_over_in_silence_is_an_error(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettings):
        SiteSettings.from_toml(given)


@pytest.mark.parametrize("field", ["patn_id", "patn_name", "mdtrt_id", "rx_id", "drord_dr_name", "dise_name"])
def test_notes_and_refusals_never_repeat_what_was_sent(field: str) -> None:
    secret = "张示例13800000000"
    noisy: dict[str, Any] = dict.fromkeys(("cnt", "sumamt", "drord_begn_date", "hilist_type", "drord_dr_profttl", "curr_drord_flag"), secret)
    sent = message(
        patient_dtos=[patient(gend=secret, brdy=secret, fsi_encounter_dtos=[encounter(med_type=secret, insutype=secret, fsi_order_dtos=[order(1, **noisy)])])]
    )
    sent["input"]["data"]["patient_dtos"][0][field] = secret
    facts = read(sent).facts
    assert facts.notes and not [n for n in facts.notes if secret in n or "1380" in n]
    assert secret not in repr(read(sent)) and secret not in repr(facts.patients[0])
