"""Hostile bodies: refused in words or read, always quickly, never with what was sent in the answer."""

from __future__ import annotations

import gzip
import json
import logging
import time
from typing import Any

import pytest
from nhsa_messages import as_bytes, encounter, feedback, message, of_encounter, of_order, order, patient
from nhsa_reading import read

from medrules import Engine
from medrules.adapters.nhsa import Service, SiteSettings, accept_feedback, review_message
from medrules.adapters.nhsa.envelope import open_envelope

SITE = SiteSettings()


def refusal(engine: Engine, body: bytes, encoding: str = "") -> str:
    started = time.monotonic()
    answer = Service(engine).answer(body, encoding)
    assert time.monotonic() - started < 20  # linear: a second; quadratic: hours
    sent = json.loads(answer.body.decode(answer.encoding))
    assert sent["infcode"] == -1 and answer.outcome == "refused" and sent["output"] == {"result": []}
    return str(sent["err_msg"])


def test_an_endless_row_of_escaped_quotes_takes_no_time(engine: Engine) -> None:
    """A text that never ends, after enough brackets that the depth is looked at."""
    assert "JSON" in refusal(engine, b"[" * 64 + b'"' + b'\\"' * 2_000_000)
    assert "嵌套" in refusal(engine, b"[" * 65 + b'"' + b'\\"' * 2_000_000)
    assert "JSON" in refusal(engine, (b'"' + b"\\" * 999_999 + b'"{') * 4)


@pytest.mark.parametrize("unit", [b"[", b'{"a":', b'[{"a":'])
def test_deep_nesting(engine: Engine, unit: bytes) -> None:
    assert "嵌套" in refusal(engine, unit * 700_000)
    assert "嵌套" in refusal(engine, b'{"input":{"data":{"patient_dtos":' + unit * 65)


def test_brackets_in_escaped_texts_are_not_depth() -> None:
    for text in ('\\"' + "[{" * 100, "\\\\" + "{" * 100, 'a\\"b\\\\\\"' + "[" * 100, "{" * 100 + "\\\\"):
        body = as_bytes(message()).replace("示例医院".encode(), text.encode())
        assert open_envelope(body, SITE).infno == "3101"


def test_ten_megabytes(engine: Engine) -> None:
    assert "上限" in refusal(engine, b" " * 10_000_000)
    assert "上限" in refusal(engine, as_bytes(of_encounter(medins_name="x" * 10_000_000)))


def test_five_megabytes_of_lists_and_of_keys(engine: Engine) -> None:
    assert refusal(engine, b'{"input":{"data":{"patient_dtos":[' + b"[]," * 1_500_000 + b"[]]}}}")
    keys = ",".join(f'"k{n}":[]' for n in range(300_000)).encode()
    assert refusal(engine, b"{" + keys + b"}")


def test_huge_and_odd_numbers(engine: Engine) -> None:
    for number in ("1e400", "9" * 400, "-9e99", "0.000000000000000000000000000001", "1E-99", "123456789012345678901"):
        body = as_bytes(of_order(cnt="@")).replace(b'"@"', number.encode())
        assert json.loads(review_message(engine, body))["infcode"] == 0, number
    for number in ("NaN", "Infinity", "-Infinity", "01", "1.", "+1", "9" * 5000):
        body = as_bytes(of_order(cnt="@")).replace(b'"@"', number.encode())
        assert refusal(engine, body), number


def test_of_a_repeated_key_the_last_counts() -> None:
    body = as_bytes(of_order()).replace(b'"cnt": "2.00"', b'"cnt": "7", "cnt": "3"')
    assert read(json.loads(body)).facts.current[0].raw_items[0].quantity == 30_000


def test_bytes_that_are_no_text(engine: Engine) -> None:
    body = as_bytes(of_encounter(medins_name="示例"), "gbk")
    assert "编码" in refusal(engine, gzip.compress(body)) or "JSON" in refusal(engine, gzip.compress(body))
    assert "编码" in refusal(engine, body.replace("示".encode("gbk"), b"\xff\xff"), "gbk")
    assert refusal(engine, as_bytes(message()).decode().encode("utf-16"))
    assert "编码" in refusal(engine, body[:-40] + b"\x81", "gbk")


def test_a_byte_order_mark_is_believed_whatever_is_declared(engine: Engine) -> None:
    body = b"\xef\xbb\xbf" + as_bytes(message())
    for declared in ("", "utf-8", "gbk"):
        answer = Service(engine).answer(body, declared)
        assert answer.outcome == "reviewed" and answer.encoding == "utf-8"


@pytest.mark.parametrize("wrong", ["x", 1, True, [["x"]], [1]])
@pytest.mark.parametrize("place", ["patient_dtos", "fsi_encounter_dtos", "fsi_order_dtos", "fsi_diagnose_dtos", "fsi_operation_dtos"])
def test_wrong_nesting_is_refused_by_name(engine: Engine, place: str, wrong: Any) -> None:
    sent = {
        "patient_dtos": lambda: message(patient_dtos=wrong),
        "fsi_encounter_dtos": lambda: message(patient_dtos=[patient(fsi_encounter_dtos=wrong)]),
    }.get(place, lambda: of_encounter(**{place: wrong}))()
    assert place in refusal(engine, as_bytes(sent))


SECRET = "张示例13800000000"


@pytest.mark.parametrize(
    "sent",
    [
        {**message(), "infno": SECRET},
        {**feedback(), "infno": SECRET},
        {"infno": SECRET, "input": SECRET},
        {SECRET: SECRET, "input": {SECRET: {SECRET: SECRET}}},
        message(patient_dtos=SECRET),
        message(patient_dtos=[SECRET]),
        of_encounter(fsi_order_dtos={"a": SECRET} and SECRET),
        feedback({"warn_rslt_id": SECRET, "dspo_way": SECRET}),
        feedback({"warn_rslt_id": SECRET, "dspo_way": "1"}),
        feedback(warn_type=SECRET),
    ],
)
def test_a_refusal_never_repeats_what_was_sent(engine: Engine, sent: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for raw in (
            Service(engine).answer(as_bytes(sent)).body,
            Service(engine).answer(as_bytes(sent), "", "3102").body,
            Service(engine).answer(as_bytes(sent), "", "3103").body,
            accept_feedback(as_bytes(sent), lambda _: None),
        ):
            answer = json.loads(raw)
            assert answer["infcode"] == -1 and SECRET[:8] not in json.dumps(answer, ensure_ascii=False)
    assert not caplog.records


def test_a_fault_of_ours_repeats_nothing() -> None:
    class Broken:
        def review(self, facts: Any, *, deadline: float | None = None) -> Any:
            raise ValueError(facts.patients[0].id)

    sent = message(patient_dtos=[patient(patn_id=SECRET, fsi_encounter_dtos=[encounter(fsi_order_dtos=[order(1)])])])
    answer = json.loads(review_message(Broken(), as_bytes(sent)))
    assert answer["infcode"] == -1 and SECRET not in str(answer) and "未检查" in answer["err_msg"]
