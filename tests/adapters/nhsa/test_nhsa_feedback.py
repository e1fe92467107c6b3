"""3103: what was done about each warning, checked and handed on; a refusal says which entry is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nhsa_messages import as_bytes, feedback, message

from medrules.adapters.nhsa import Feedback, Limits, SiteSettings, accept_feedback, read_feedback
from medrules.adapters.nhsa.feedback import FeedbackResponse
from medrules.errors import InvalidMessage


def warn(**changes: Any) -> dict[str, Any]:
    return {"warn_rslt_id": "JR1", "dspo_way": "1", "dspo_way_rea": "病情需要", **changes}


def test_responses_are_read() -> None:
    found = read_feedback(as_bytes(feedback()))
    assert found.responses == (FeedbackResponse("JR1", "go_on", "病情需要"), FeedbackResponse("JR2", "change", ""))
    assert found.stage == "before" and found.institution == "H11000000001" and found.at is not None


def test_one_object_and_codes_as_numbers() -> None:
    sent = feedback(warn_type=2)
    sent["input"]["data"]["warns"] = warn(dspo_way=2)
    found = read_feedback(as_bytes(sent))
    assert found.stage == "during" and found.responses[0].outcome == "change"


def test_the_stage_may_be_missing() -> None:
    assert read_feedback(as_bytes(feedback(warn_type=""))).stage == ""


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (feedback(warn(dspo_way_rea="")), "第 1 项选择继续执行，必须填写"),
        (feedback(warn(), warn(dspo_way_rea="-")), "第 2 项"),
        (feedback(warn(dspo_way="3")), "dspo_way"),
        (feedback(warn(dspo_way=None)), "dspo_way"),
        (feedback(warn(warn_rslt_id="")), "warn_rslt_id"),
        (feedback(warn(warn_rslt_id="x" * 51)), "50"),
        (feedback(warn(dspo_way_rea="x" * 2001)), "2000"),
        (feedback(warn_type="9"), "warn_type"),
        (feedback(warns=[]), "缺少 warns"),
        (feedback(warns="x"), "warns"),
        (feedback(warns=["x"]), "第 1 项"),
        (message("3101"), "3101"),
    ],
)
def test_wrong_feedback_is_refused(sent: Any, words: str) -> None:
    with pytest.raises(InvalidMessage) as error:
        read_feedback(as_bytes(sent))
    assert words in str(error.value)


def test_too_many_responses() -> None:
    with pytest.raises(InvalidMessage):
        read_feedback(as_bytes(feedback(warn(), warn())), site=SiteSettings(limits=Limits(warns=1)))


def test_feedback_is_stored_before_it_is_answered() -> None:
    kept: list[Feedback] = []
    sent = json.loads(accept_feedback(as_bytes(feedback()), kept.append))
    assert sent["infcode"] == 0 and sent["err_msg"] is None and len(kept) == 1


def test_a_store_that_fails_is_answered_so_that_the_client_tries_again() -> None:
    def refuse(_: Feedback) -> None:
        raise OSError("disk full")

    sent = json.loads(accept_feedback(as_bytes(feedback()), refuse))
    assert sent["infcode"] == -1 and "重发" in sent["err_msg"]


def test_refused_feedback_is_not_stored() -> None:
    kept: list[Feedback] = []
    sent = json.loads(accept_feedback(as_bytes(feedback(warn(dspo_way_rea=""))), kept.append))
    assert sent["infcode"] == -1 and kept == []


def test_a_reason_in_gbk() -> None:
    kept: list[Feedback] = []
    accept_feedback(as_bytes(feedback(warn(dspo_way_rea="病情需要")), "gbk"), kept.append, encoding="gbk")
    assert kept[0].responses[0].reason == "病情需要"
