"""What clients need of a response: one test for each need, and for each decision about what the answer says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from nhsa_messages import as_bytes, encounter, message, of_encounter, order, patient

from medrules.adapters.nhsa import Request, SiteSettings, read_request, response, write_failure, write_response
from medrules.model.reports import Claim, Deduction, Finding, LineRef, Report, Unchecked, Undecided

NOW = datetime(2026, 7, 2, 9, 15, 31, 7_000)
LINE = LineRef("item", "JZ0001", "YZ0001", 0)
OTHER = LineRef("item", "JZ0001", "YZ0002", 1)
FINDING = Finding(
    rule="GZ10000101007000",
    sub_rules=("GZ10000101007000",),
    name="药品限儿童使用",
    version="1",
    result="definite",
    interaction="soft",
    anchor=LINE,
    at_fault=(LINE,),
    involved=(),
    rows=("KP-1",),
    claims=(Claim(LINE, 4100),),
    amount=4100,
    credited=4100,
    carried_by="",
    basis=("药品目录备注",),
    claimable=("急诊抢救",),
    formula="41.00",
    facts=(("患者.年龄", "36岁"),),
    message="示例片限儿童，患者36岁",
    suggestion="改用其他药品",
)


def request(**changes: Any) -> Request:
    return read_request(as_bytes(of_encounter(fsi_order_dtos=[order(1), order(2)], **changes)))


def answer(report: Report, **site: Any) -> Any:
    return json.loads(write_response(report, request(), SiteSettings(**site), NOW))


def items(report: Report, **site: Any) -> Any:
    return answer(report, **site)["output"]["result"]


def test_clean_is_the_number_0_an_empty_list_and_no_message() -> None:
    raw = write_response(Report(), request(), now=NOW)
    assert raw.startswith(b'{"infcode":0,')
    sent = json.loads(raw)
    assert sent["infcode"] == 0 and type(sent["infcode"]) is int
    assert sent["err_msg"] is None and sent["warn_msg"] is None and sent["output"] == {"result": []}


def test_envelope_fields_have_their_lengths() -> None:
    sent = answer(Report())
    assert len(sent["inf_refmsgid"]) == 30 and sent["inf_refmsgid"].startswith("11010020260702091531")
    assert sent["refmsg_time"] == sent["respond_time"] == "20260702091531007"
    without_area = read_request(as_bytes(message(envelope={"mdtrtarea_admvs": ""})))
    assert len(json.loads(write_response(Report(), without_area, now=NOW))["inf_refmsgid"]) == 30


def test_a_finding_has_every_field_of_the_form() -> None:
    (item,) = items(Report(findings=(FINDING,), deductions=(Deduction(LINE, 4100, 0, FINDING.rule),)))
    assert item == {
        "jr_id": item["jr_id"],
        "rule_id": "GZ10000101007000",
        "rule_name": "药品限儿童使用",
        "vola_cont": "示例片限儿童，患者36岁",
        "patn_id": "P0001",
        "mdtrt_id": "JZ0001",
        "judge_result_detail_dtos": [
            {
                "jrd_id": item["judge_result_detail_dtos"][0]["jrd_id"],
                "patn_id": "P0001",
                "mdtrt_id": "JZ0001",
                "rx_id": "YZ0001",
                "vola_item_type": "1",
                "vola_amt": 41.0,
            }
        ],
        "vola_amt": 41.0,
        "vola_amt_stas": "1",
        "sev_deg": "1",
        "vola_evid": "药品目录备注。知识点 KP-1。可申报的除外情形：急诊抢救。建议：改用其他药品",
        "vola_bhvr_type": "0",
        "task_id": "",
    }
    assert 1 <= len(item["jr_id"]) <= 50 and item["jr_id"] != item["judge_result_detail_dtos"][0]["jrd_id"]


def test_amounts_are_numbers_with_two_decimals() -> None:
    raw = write_response(Report(findings=(replace(FINDING, credited=5, claims=(Claim(LINE, 5),)),)), request(), now=NOW)
    assert raw.count(b'"vola_amt":0.05') == 2
    large = replace(FINDING, credited=123_456_789_012_345, claims=())
    assert b'"vola_amt":1234567890123.45' in write_response(Report(findings=(large,)), request(), now=NOW)


def test_an_undetermined_amount_is_0_with_the_state_abnormal() -> None:
    (item,) = items(Report(findings=(replace(FINDING, amount=None, credited=0, claims=(Claim(LINE, None),)),)))
    assert item["vola_amt"] == 0 and item["vola_amt_stas"] == "0"
    assert item["judge_result_detail_dtos"][0]["vola_amt"] == 0


def test_the_order_of_the_report_is_kept_and_codes_are_texts() -> None:
    found = items(Report(findings=(FINDING, replace(FINDING, result="suspect"), replace(FINDING, result="monitor"))))
    assert [i["sev_deg"] for i in found] == ["1", "2", "3"]
    for item in found:
        for name in ("sev_deg", "vola_amt_stas", "vola_bhvr_type"):
            assert isinstance(item[name], str)


def test_details_are_a_list_even_when_there_are_none() -> None:
    (item,) = items(Report(findings=(replace(FINDING, at_fault=(), claims=()),)))
    assert item["judge_result_detail_dtos"] == []


def test_involved_lines_are_details_of_type_2_without_amount() -> None:
    (item,) = items(Report(findings=(replace(FINDING, involved=(OTHER,)),)))
    assert [(d["rx_id"], d["vola_item_type"], d["vola_amt"]) for d in item["judge_result_detail_dtos"]] == [
        ("YZ0001", "1", 41.0),
        ("YZ0002", "2", 0),
    ]


def test_an_amount_that_another_rule_carries_is_0_and_says_so() -> None:
    lost = replace(FINDING, rule="LK-031", credited=0, carried_by="GZ10000102010000")
    (item,) = items(Report(findings=(lost,), deductions=(Deduction(LINE, 4100, 0, "GZ10000102010000"),)))
    assert item["vola_amt"] == 0 and item["judge_result_detail_dtos"][0]["vola_amt"] == 0
    assert item["vola_cont"].endswith("（金额已由 GZ10000102010000 扣减）")


def test_suspect_amounts_are_what_confirmation_would_add() -> None:
    suspect = replace(FINDING, result="suspect", credited=900)
    (item,) = items(Report(findings=(suspect,), deductions=(Deduction(LINE, 4100, 900, "X", FINDING.rule),)))
    assert item["vola_amt"] == 9.0 and item["judge_result_detail_dtos"][0]["vola_amt"] == 9.0


def test_passive_findings_can_be_left_out() -> None:
    report = Report(findings=(replace(FINDING, interaction="passive"), FINDING))
    assert len(items(report)) == 2
    assert len(items(report, include_passive=False)) == 1


def test_undecided_is_never_in_the_result_and_counted_only_if_the_site_wants_it() -> None:
    report = Report(undecided=(Undecided("R1", "R1", "规则", LINE, ("encounter.rescue",)),) * 3)
    assert answer(report)["output"]["result"] == [] and answer(report)["warn_msg"] is None
    assert answer(report, warn_msg=True)["warn_msg"] == "待核 3 项"


def test_what_was_not_checked_stands_first() -> None:
    report = Report(findings=(FINDING,), unchecked=(Unchecked("R2", "deadline"), Unchecked("R1", "deadline")))
    first, second = items(report)
    assert (first["rule_id"], first["rule_name"], first["sev_deg"], first["vola_amt"]) == (
        "MR-UNCHECKED",
        "未检查",
        "3",
        0,
    )
    assert first["judge_result_detail_dtos"] == [] and "R1、R2" in first["vola_cont"] and second["rule_id"] == FINDING.rule
    assert "原因：超时；" in first["vola_cont"]
    (alone,) = items(Report(unchecked=(Unchecked("R1", "fault:ValueError"), Unchecked("R2", "budget"))))
    assert alone["rule_id"] == "MR-UNCHECKED" and "原因：故障、超过步数上限；" in alone["vola_cont"] and "ValueError" not in alone["vola_cont"]


def test_if_nothing_was_judged_the_answer_is_a_failure() -> None:
    sent = answer(Report(unchecked=(Unchecked("", "fault"),)))
    assert sent["infcode"] == -1 and "未检查" in sent["err_msg"] and sent["output"] == {"result": []}
    every = Report(unchecked=(Unchecked("R1", "fault:ValueError"), Unchecked("R2", "deadline")))
    assert json.loads(write_response(every, request(), now=NOW, rules=("R1", "R2")))["infcode"] == -1
    assert json.loads(write_response(every, request(), now=NOW, rules=("R1", "R2", "R3")))["infcode"] == 0


def test_the_same_request_gives_the_same_ids() -> None:
    report = Report(findings=(FINDING, replace(FINDING, rule="R2", involved=(OTHER,))))
    first, second = write_response(report, request(), now=NOW), write_response(report, request(), now=NOW)
    assert first == second
    later = json.loads(write_response(report, request(), now=datetime(2026, 7, 3)))
    assert [i["jr_id"] for i in later["output"]["result"]] == [i["jr_id"] for i in json.loads(first)["output"]["result"]]


@pytest.mark.parametrize("change", [{"msgid": "H11000000001202607020915300002"}, {"msgid": "", "fixmedins_code": "H2"}])
def test_another_request_gives_other_ids(change: dict[str, str]) -> None:
    def ids(sent: Any) -> set[str]:
        made = json.loads(write_response(Report(findings=(FINDING,)), read_request(as_bytes(sent)), now=NOW))
        return {made["output"]["result"][0]["jr_id"]}

    assert ids(message()) != ids(message(envelope=change))


def test_ids_without_msgid_come_from_task_id_and_then_from_the_body() -> None:
    def seed(**changes: Any) -> str:
        return read_request(as_bytes(message(envelope={"msgid": ""}, **changes))).seed

    assert seed(task_id="T1") == seed(task_id="T1", trig_scen="9") != seed(task_id="T2")
    assert seed() == seed() != seed(trig_scen="9")


def test_all_ids_of_an_answer_differ() -> None:
    twice = (
        FINDING,
        replace(FINDING, anchor=replace(LINE, position=1), at_fault=(replace(LINE, position=1),)),
        FINDING,
    )
    found = items(Report(findings=twice))
    ids = [i["jr_id"] for i in found] + [d["jrd_id"] for i in found for d in i["judge_result_detail_dtos"]]
    assert len(set(ids)) == len(ids) == 6


def test_equal_places_are_counted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of lines of one rx_id: each hashed once or twice, not once for each that came before (that was eight seconds)."""
    hashed: list[str] = []
    monkeypatch.setattr(response, "_digest", lambda prefix, text, of=response._digest: hashed.append(text) or of(prefix, text))
    same = tuple(replace(LINE, position=n) for n in range(400))
    (item,) = items(Report(findings=(replace(FINDING, at_fault=same, claims=()),)))
    ids = [d["jrd_id"] for d in item["judge_result_detail_dtos"]]
    assert len(set(ids)) == 400 and len(hashed) <= 801


def test_a_repeated_rx_id_is_repeated() -> None:
    sent = read_request(as_bytes(of_encounter(fsi_order_dtos=[order(1), order(1)])))
    second = replace(FINDING, anchor=replace(LINE, position=1), at_fault=(replace(LINE, position=1),))
    (item,) = json.loads(write_response(Report(findings=(second,)), sent, now=NOW))["output"]["result"]
    assert item["judge_result_detail_dtos"][0]["rx_id"] == "YZ0001"


def test_padded_ids_go_back_as_they_came() -> None:
    padded = message(
        patient_dtos=[patient(patn_id="P0001   ", fsi_encounter_dtos=[encounter(mdtrt_id="JZ0001  ", fsi_order_dtos=[order(1, rx_id="YZ0001 ")])])]
    )
    sent = read_request(as_bytes(padded))
    assert sent.facts.current[0].id == "JZ0001" and sent.facts.current[0].items[0].id == "YZ0001"
    (item,) = json.loads(write_response(Report(findings=(FINDING,)), sent, now=NOW))["output"]["result"]
    (detail,) = item["judge_result_detail_dtos"]
    assert (detail["patn_id"], detail["mdtrt_id"], detail["rx_id"]) == ("P0001   ", "JZ0001  ", "YZ0001 ")


def test_findings_about_an_encounter_name_it() -> None:
    place = LineRef("encounter", "JZ0001")
    (item,) = items(Report(findings=(replace(FINDING, anchor=place, at_fault=(place,), claims=()),)))
    assert (item["mdtrt_id"], item["patn_id"]) == ("JZ0001", "P0001")
    assert item["judge_result_detail_dtos"][0]["rx_id"] == ""


def test_texts_are_cut_at_the_length_of_their_field() -> None:
    long = replace(FINDING, message="长" * 900, name="名" * 300, basis=("据" * 900,), rule="R" * 80)
    (item,) = items(Report(findings=(long,)))
    assert (len(item["vola_cont"]), len(item["rule_name"]), len(item["vola_evid"]), len(item["rule_id"])) == (
        500,
        200,
        500,
        50,
    )
    assert item["vola_cont"].endswith("…")


@pytest.mark.parametrize("text", ['引号"反斜杠\\换行\n制表\t', "\u0000\u001f", "𠮷野家", "\ud800", "é€", "</script>"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_any_text_survives_any_encoding(text: str, encoding: str) -> None:
    sent = read_request(json.dumps(message(), ensure_ascii=encoding == "gbk").encode(encoding), encoding=encoding)
    raw = write_response(Report(findings=(replace(FINDING, message=text),)), sent, now=NOW)
    assert json.loads(raw.decode(encoding))["output"]["result"][0]["vola_cont"] == text


def test_a_name_does_not_turn_the_sentence_around() -> None:
    """A direction mark in a name shows everything behind it in reverse, on the doctor's screen too."""
    (item,) = items(Report(findings=(replace(FINDING, message="示例\u202e片限\u2066儿童，患者36岁"),)))
    assert item["vola_cont"] == "示例片限儿童，患者36岁"


def test_the_answer_comes_in_the_encoding_of_the_request() -> None:
    sent = read_request(as_bytes(of_encounter(medins_name="示例"), "gbk"))
    raw = write_response(Report(findings=(FINDING,)), sent, now=NOW)
    assert "药品限儿童使用".encode("gbk") in raw


def test_failures_keep_to_the_form() -> None:
    sent = json.loads(write_failure("出错" * 300, now=NOW))
    assert sent["infcode"] == -1 and len(sent["err_msg"]) == 200 and sent["output"] == {"result": []}


def test_task_id_and_behaviour_class_are_passed_on() -> None:
    sent = read_request(as_bytes(message(task_id="T-9")))
    made = json.loads(write_response(Report(findings=(FINDING,)), sent, SiteSettings(vola_bhvr_type="2"), NOW))
    assert made["output"]["result"][0]["task_id"] == "T-9" and made["output"]["result"][0]["vola_bhvr_type"] == "2"
