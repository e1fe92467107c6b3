"""Limits, encodings, and the forms outside the national one: each refused in Chinese words that say what to change."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from nhsa_messages import as_bytes, message, of_encounter, order, patient

from medrules import Facts, Report
from medrules.adapters.nhsa import Limits, SiteSettings, read_request, review_message
from medrules.adapters.nhsa.refusals import REFUSALS, refuse
from medrules.errors import InvalidMessage


def refusal(body: Any, **options: Any) -> str:
    with pytest.raises(InvalidMessage) as error:
        read_request(body, **options)
    assert len(str(error.value)) <= 200
    return str(error.value)


def data(**changes: Any) -> dict[str, Any]:
    return {"infno": "3101", "inf_time": "2026-07-02 09:00:00", "input": changes}


def test_too_large_is_refused_before_parsing() -> None:
    site = SiteSettings(limits=Limits(body_bytes=100))
    assert "超过上限 100" in refusal(b"{" * 101, site=site)


def test_too_deep_is_refused_before_parsing() -> None:
    assert "嵌套" in refusal(b'{"input":' * 100_000)
    assert "嵌套" in refusal(b"[" * 65 + b"]" * 65)
    site = SiteSettings(limits=Limits(depth=6))
    assert "嵌套" in refusal(as_bytes(message()), site=site)


def test_brackets_inside_texts_are_not_depth() -> None:
    sent = of_encounter(medins_name="[" * 200, fsi_order_dtos=[order(spec='{"[\\"{[' * 40)])
    assert read_request(as_bytes(sent)).facts.current


def test_too_many_lines() -> None:
    site = SiteSettings(limits=Limits(lines=3))
    sent = as_bytes(of_encounter(fsi_order_dtos=[order(n) for n in range(4)]))
    assert "4 条" in refusal(sent, site=site)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "为空"),
        (b"   ", "不是合法的 JSON"),
        (b"{", "不是合法的 JSON"),
        (b"null", "JSON 对象"),
        (b"[]", "JSON 对象"),
        (b'{"input": {"data": {"a": NaN}}}', "NaN"),
        (b'{"input": {"data": {"a": -Infinity}}}', "Infinity"),
        (b'{"a":' + b"9" * 5000 + b"}", "过长的数字"),
        (json.dumps(json.dumps({"input": {}})).encode(), "重复编码"),
    ],
)
def test_not_json(body: bytes, words: str) -> None:
    assert words in refusal(body)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"infno": "3101"}, "缺少 input"),
        ({"input": "{}"}, "input_may_be_text"),
        ({"input": [1]}, "input 应为"),
        ({"input": {}}, "input.data"),
        ({"input": {"data": [1]}}, "input.data"),
        ({"input": {"trigScen": "2", "patientDtos": []}}, "驼峰"),
        ({"input": {"data": {"trigScen": "2"}}}, "驼峰"),
        ({"input": {"patient_dtos": []}}, "放在 input.data 之下"),
        ({"patient_dtos": []}, "没有交易外层"),
        ({"curr_jzid": "1", "jzid": "1"}, "没有交易外层"),
        (data(data={}), "patient_dtos"),
        (data(data={"patient_dtos": "x"}), "patient_dtos"),
        (data(data={"patient_dtos": ["x"]}), "第 1 项"),
        (data(data={"patient_dtos": [{}]}), "就诊信息"),
        (data(data={"patient_dtos": {"$ref": "$.x"}}), "就诊信息"),
        ({**message(), "infno": "2204"}, "2204"),
        ({**message(), "infno": "3103"}, "3103"),
    ],
)
def test_outside_the_national_form(sent: Any, words: str) -> None:
    assert words in refusal(as_bytes(sent))


def test_input_as_text_behind_the_option() -> None:
    sent = message()
    sent["input"] = json.dumps(sent["input"], ensure_ascii=False)
    assert "input_may_be_text" in refusal(as_bytes(sent))
    assert read_request(as_bytes(sent), site=SiteSettings(input_may_be_text=True)).facts.current


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("declared", [True, False])
def test_encodings(encoding: str, declared: bool) -> None:
    body = as_bytes(of_encounter(medins_name="示例医院"), encoding)
    request = read_request(body, encoding=encoding if declared else "")
    assert request.facts.current[0].institution.name == "示例医院"
    assert request.encoding == ("utf-8" if encoding.startswith("utf") else "gb18030")


def test_wrong_or_unknown_encodings() -> None:
    assert "UTF-8" in refusal(as_bytes(message(), "gbk"), encoding="utf-8")
    assert "UTF-16" in refusal(as_bytes(message()), encoding="UTF-16").upper()
    assert "编码" in refusal(b'{"a":"\xff\xff\xff"}')


def test_a_parsed_message_reads_like_its_bytes() -> None:
    sent = message()
    assert read_request(sent).lines == read_request(as_bytes(sent)).lines
    assert read_request(json.dumps(sent)).lines == read_request(as_bytes(sent)).lines


def test_reading_does_not_change_the_message() -> None:
    sent = message()
    before = json.dumps(sent, sort_keys=True)
    read_request(sent)
    assert json.dumps(sent, sort_keys=True) == before


@pytest.mark.parametrize("reason", sorted(REFUSALS))
def test_every_refusal_fits_the_field_and_is_chinese(reason: str) -> None:
    names = ("size", "limit", "encoding", "line", "column", "name", "key", "infno", "place", "n", "count")
    text = str(refuse(reason, **dict.fromkeys(names, "x" * 20)))
    assert len(text) <= 200 and any("一" <= c <= "鿿" for c in text) and text.endswith(")")


def test_many_threads_share_one_reader() -> None:
    site = SiteSettings()
    seen: list[Any] = []

    def work(n: int) -> None:
        for k in range(50):
            sent = message(patient_dtos=[patient(patn_id=f"P{n}")], task_id=f"{n}-{k}")
            request = read_request(as_bytes(sent), site=site)
            seen.append((request.lines[0][0], request.facts.patients[0].id) == (f"P{n}", f"P{n}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(seen) == 400 and all(seen)


@pytest.mark.parametrize("body", [None, 1, [], object()])
def test_what_is_no_bytes_is_told_so(body: Any) -> None:
    class Idle:
        def review(self, facts: Facts, *, deadline: float | None = None) -> Report:
            return Report()

    answer = json.loads(review_message(Idle(), body))
    assert answer["infcode"] == -1 and answer["err_msg"].startswith("报文应为字节")
