"""The native report: both languages say the same, amounts are exact texts, and "clean" never hides anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from medrules.adapters.native_report import cause_word, dump_report, report_to_json
from medrules.model.reports import Claim, Deduction, Finding, LineRef, Report, Unchecked, Undecided, Unjudged

LINE = LineRef("item", "E1", "L1", 0)
FINDING = Finding(
    rule="R1", sub_rules=("R1-1", "R1-3"), name="规则", version="v1", result="suspect", interaction="reason", anchor=LINE,
    at_fault=(LINE,), involved=(LineRef("item", "E1", "L2", 1),), rows=("KP-1",), claims=(Claim(LINE, None),), amount=None,
    credited=0, carried_by="R2", basis=("依据",), claimable=("急诊抢救",), formula="全额", facts=(("患者.年龄", "36岁"),),
    message="说明", suggestion="建议",
)  # fmt: skip
FULL = Report(
    findings=(FINDING,), undecided=(Undecided("R3", "R3-1", "规则三", LINE, ("encounter.rescue", "table:项目价格"), ("KP-2",)),),
    unjudged=(Unjudged(LineRef("encounter", "E1"), "scene"),), unchecked=(Unchecked("R4", "fault:ValueError"),),
    deductions=(Deduction(LINE, 123456, 5, "R2", "R1"),), unmatched=2, notes=("提示",), pack="p", pack_version="1",
    pack_hash="h", engine_version="0",
)  # fmt: skip


def shape(value: Any) -> Any:
    """The structure of JSON, without keys and texts."""
    if isinstance(value, dict):
        return [shape(v) for v in value.values()]
    return [shape(v) for v in value] if isinstance(value, list) else type(value).__name__


def test_both_languages_have_the_same_structure() -> None:
    zh, en = report_to_json(FULL), report_to_json(FULL, "en")
    assert shape(zh) == shape(en) and not any(ord(c) < 128 for key in zh for c in key)
    assert all(key.isascii() for key in en)


def test_words_and_amounts() -> None:
    zh, en = report_to_json(FULL), report_to_json(FULL, "en")
    (found,) = zh["违规提示"]
    assert (found["结果"], found["提醒方式"], found["金额"], found["金额已由"]) == ("可疑", "须填原因", "待定", "R2")
    assert found["所用事实"] == {"患者.年龄": "36岁"} and found["对象"]["种类"] == "明细"
    assert zh["扣减"][0]["明确"] == "1234.56" and zh["合计"] == {"明确": "1234.56", "可疑": "0.05", "待定项数": 1}
    assert en["findings"][0]["amount"] == "undetermined" and en["unchecked"][0]["reason"] == "fault"


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (Report(), "clean"),
        (Report(undecided=FULL.undecided), "undecided"),
        (Report(unjudged=FULL.unjudged), "undecided"),
        (Report(unchecked=FULL.unchecked), "not_checked"),
        (FULL, "findings"),
    ],
)
def test_status(report: Report, status: str) -> None:
    assert report_to_json(report, "en")["status"] == status


def test_missing_facts_are_named_as_rules_name_them() -> None:
    assert report_to_json(FULL)["待核"][0]["缺"] == ["就诊.抢救标志", "知识表「项目价格」"]
    assert cause_word("item.begin", "en") == "item.from" and cause_word("attest:癌症患者") == "已核「癌症患者」"
    assert cause_word("something.new") == "something.new"


def test_the_text_is_json() -> None:
    assert json.loads(dump_report(FULL, "en", indent=1)) == report_to_json(FULL, "en")
