"""Whatever is sent, the answer is a valid answer: arbitrary bytes, arbitrary JSON, and national messages with parts replaced."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nhsa_messages import as_bytes, diagnosis, encounter, feedback, message, order, patient

from medrules import Engine
from medrules.adapters.nhsa import Service, accept_feedback, review_message

SLOW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "-",
            "--",
            "0",
            "1",
            "2",
            "9",
            "99",
            "21",
            "310",
            "9999-12-31 00:00:00",
            "2026-02-30",
            "2026-07-02",
            "0001-01-01",
            "9998-12-31 23:59:59",
            "1e9",
            "-1",
            "1e-30",
            "XYZD018987",
            "I63.900",
            "小时",
            "h",
            "日",
            "002101030280000",
            "001102000040000",
            "001103000010000",
            "\ud800",
            "𠮷",
        ]
    ),
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)


def base() -> dict[str, Any]:
    return message(
        patient_dtos=[
            patient(
                fsi_encounter_dtos=[
                    encounter(mdtrt_id="JZ0000", adm_date="2026-05-01", dscg_date="2026-05-09", fsi_order_dtos=[order(5)]),
                    encounter(
                        fsi_diagnose_dtos=[diagnosis(), diagnosis("J06.900", maindise_flag="0")],
                        fsi_order_dtos=[
                            order(1),
                            order(2, long_drord_flag="1"),
                            order(3, cnt="-1", sumamt="-10.50", curr_drord_flag="0"),
                            order(4, hilist_code="002101030280000", hilist_type="201", spec_unt="次"),
                            order(6, hilist_code="001102000040000", hilist_type="201", spec_unt="日", cnt="3"),
                        ],
                    ),
                ]
            )
        ]
    )


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        found += paths(part, (*at, key))
    return found


PATHS = paths(base())


def replaced(sent: Any, at: tuple[Any, ...], value: Any, how: str) -> Any:
    place = sent
    for key in at[:-1]:
        if not isinstance(place, (dict, list)) or (isinstance(place, list) and not (isinstance(key, int) and key < len(place))):
            return sent
        if isinstance(place, dict) and key not in place:
            return sent
        place = place[key]
    try:
        if how == "drop":
            del place[at[-1]]
        else:
            place[at[-1]] = value
    except (KeyError, IndexError, TypeError):
        pass
    return sent


changes = st.lists(st.tuples(st.sampled_from(PATHS), values, st.sampled_from(["set", "set", "drop"])), min_size=1, max_size=6)


def is_answer(raw: bytes, encoding: str = "utf-8") -> dict[str, Any]:
    """Check the form of an answer, and give it back parsed."""
    sent: dict[str, Any] = json.loads(raw.decode(encoding))
    assert sent["infcode"] in (0, -1) and type(sent["infcode"]) is int
    assert (sent["err_msg"] is None) == (sent["infcode"] == 0)
    assert sent["err_msg"] is None or 0 < len(sent["err_msg"]) <= 200
    assert isinstance(sent["output"]["result"], list)
    ids = set()
    for item in sent["output"]["result"]:
        assert isinstance(item["judge_result_detail_dtos"], list) and isinstance(item["vola_amt"], (int, float))
        assert item["sev_deg"] in ("1", "2", "3") and len(item["vola_cont"]) <= 500
        for part in (item, *item["judge_result_detail_dtos"]):
            made = part.get("jrd_id") or part["jr_id"]
            assert made not in ids and len(made) <= 50
            ids.add(made)
    return sent


@SLOW
@given(body=st.binary(max_size=300))
def test_any_bytes(engine: Engine, body: bytes) -> None:
    answer = Service(engine).answer(body)
    assert is_answer(answer.body, answer.encoding)["infcode"] == -1 and answer.outcome == "refused"


@SLOW
@given(value=values)
def test_any_json(engine: Engine, value: Any) -> None:
    raw = json.dumps(value).encode()
    is_answer(review_message(engine, raw))
    is_answer(review_message(engine, json.dumps({"infno": "3101", "input": {"data": value}}).encode()))


@SLOW
@given(edits=changes)
def test_any_change_to_a_message(engine: Engine, edits: Any) -> None:
    sent = copy.deepcopy(base())
    for at, value, how in edits:
        replaced(sent, at, value, how)
    raw = json.dumps(sent).encode()
    first = is_answer(review_message(engine, raw))
    again = is_answer(review_message(engine, raw))
    assert first["output"] == again["output"] and first["infcode"] == again["infcode"]
    assert not [i for i in first["output"]["result"] if i["rule_id"] == "MR-UNCHECKED"]
    assert "审核没有完成" not in (first["err_msg"] or "")  # refused in words, or reviewed: never a fault of ours


@SLOW
@given(edits=changes)
def test_a_changed_message_in_gbk(engine: Engine, edits: Any) -> None:
    sent = copy.deepcopy(base())
    for at, value, how in edits:
        replaced(sent, at, value, how)
    raw = json.dumps(sent, ensure_ascii=False).encode("gbk", "replace")
    answer = Service(engine).answer(raw, "gbk")
    assert answer.encoding == "gbk"
    is_answer(answer.body, "gbk")


@SLOW
@given(edits=st.lists(st.tuples(st.sampled_from(paths(feedback())), values, st.sampled_from(["set", "drop"])), max_size=4))
def test_any_change_to_feedback(edits: Any) -> None:
    sent = feedback()
    for at, value, how in edits:
        replaced(sent, at, value, how)
    kept: list[Any] = []
    answer = json.loads(accept_feedback(json.dumps(sent).encode(), kept.append))
    assert (answer["infcode"] == 0) == (len(kept) == 1)


def test_a_truncated_message_is_refused_in_words(engine: Engine) -> None:
    raw = as_bytes(base())
    for length in range(0, len(raw) - 1, 97):
        answer = is_answer(review_message(engine, raw[:length]))
        assert answer["infcode"] == -1 and "未检查" not in answer["err_msg"]
