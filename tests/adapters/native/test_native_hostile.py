"""What a careless or hostile sender may write: each is read rightly, or refused with a stable code and nothing leaked."""

from __future__ import annotations

import datetime
import decimal
import json
import time
from pathlib import Path
from typing import Any

import pydantic
import pytest

from medrules.adapters.native import json_schema, read_facts, read_jsonl
from medrules.adapters.native import reader as native_reader
from medrules.errors import FACT_ERRORS, InvalidFacts
from medrules.model.values import ABSENT, UNKNOWN, Instant

DAY = datetime.date(2026, 3, 1).toordinal()


def request(items: Any = (), top: Any = None, **encounter: Any) -> dict[str, Any]:
    return {"患者": {}, "就诊": {"明细": list(items), **encounter}, **(top or {})}


def first(**item: Any) -> Any:
    return read_facts(request([item])).current[0].items[0]


def codes(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFacts) as caught:
        read_facts(data)
    assert all(e.code in FACT_ERRORS and e.message for e in caught.value.errors)
    assert [tuple(e) for e in caught.value.errors] == [(e.path, e.message, e.code) for e in caught.value.errors]
    return [(e.path, e.code) for e in caught.value.errors]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("{", [("", "MR-E201")]),
        (b"\xff", [("", "MR-E201")]),
        ('{"a":NaN}', [("", "MR-E201")]),
        ("[]", [("", "MR-E206")]),
        ('{"a":1,"a":2}', [("", "MR-E203")]),
        ("[" * 200_000, [("", "MR-E202")]),
        ('{"a":' + "9" * 5_000 + "}", [("", "MR-E202")]),
        ({}, [("患者", "MR-E204"), ("就诊", "MR-E204")]),
        ({"患者": {}, "就诊": []}, [("就诊", "MR-E204")]),
        (request(top={"身高": 1}), [("身高", "MR-E203")]),
        (request([{"金额": ""}]), [("就诊[1].明细[1].金额", "MR-E205")]),
        (request([{"编码": {}}]), [("就诊[1].明细[1].编码", "MR-E206")]),
        (request([{"种类": "药"}]), [("就诊[1].明细[1].种类", "MR-E207")]),
        (request([{"金额": "一"}]), [("就诊[1].明细[1].金额", "MR-E208")]),
        (request([{"执行时间": "昨天"}]), [("就诊[1].明细[1].执行时间", "MR-E208")]),
        (request([{"名称": "a\x1b[2J"}]), [("就诊[1].明细[1].名称", "MR-E209")]),
        (request([{"名称": "\ud800"}]), [("就诊[1].明细[1].名称", "MR-E209")]),
        (request([{"标识": "L\u202e1"}]), [("就诊[1].明细[1].标识", "MR-E209")]),
        (request(诊断=[{"编码": "I10"}] * 2_001), [("就诊[1].诊断", "MR-E202")]),
        (request(top={"已核记录": [{}]}), [(f"已核记录[1].{n}", "MR-E204") for n in ("知识点号", "对象", "结论")]),
        (request(top={"申报记录": [{"人": "x"}]}), [(f"申报记录[1].{n}", "MR-E204") for n in ("标签", "对象")]),
    ],
)
def test_every_error_has_a_stable_code(data: Any, expected: list[tuple[str, str]]) -> None:
    assert codes(data) == expected


def test_the_codes_are_documented() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "facts.md").read_text("utf-8")
    assert all(f"| {code} |" in page for code in FACT_ERRORS)


def test_money_does_not_depend_on_the_callers_decimal_context() -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        assert first(金额="12345.67", 数量=decimal.Decimal("98765.4321")).amount == 1_234_567


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        ("1e2", 10_000),
        ("1.5e1", 1_500),
        ("150e-2", 150),
        ("1.500", 150),
        ("-0", 0),
        ("+1", 100),
        (" １２．５０ ", 1_250),
        ("999999999999999999", 99_999_999_999_999_999_900),
        (41.1, 4_110),
        ("1e-99", UNKNOWN),
        ("0.001", UNKNOWN),
        ("123456789012345678.000000000000000000000004", UNKNOWN),
    ],
)
def test_numbers_are_exact(sent: Any, amount: Any) -> None:
    found = first(金额=sent).amount
    assert found is amount if amount is UNKNOWN else found == amount


@pytest.mark.parametrize("sent", ["1000000000000000000", "1e18", "٣", "1_0", "0x1f", "1e999", "½", pytest.param(10**5_000, id="huge"), "1 0"])
def test_no_numbers(sent: Any) -> None:
    assert codes(request([{"金额": sent}])) == [("就诊[1].明细[1].金额", "MR-E208")]


def test_a_time_in_another_unit_is_rounded_once() -> None:
    found = read_facts(request(手术=[{"麻醉时长": "100分钟"}, {"麻醉时长": "3600秒"}])).current[0].operations
    assert [o.anaesthesia_time for o in found] == [16_667, 10_000]


def test_numbers_too_long_for_text_are_refused_in_chinese() -> None:
    huge = 10**5_000
    found = codes(request([{"名称": huge, "长期医嘱": huge, "编码": huge}]))
    assert [code for _, code in found] == ["MR-E206"] * 3


def test_blanks_of_every_kind_are_empty() -> None:
    item = first(编码="  ", 处方号="　", 结束时间="\t")
    assert item.code is ABSENT and item.rx_no is ABSENT and item.end is ABSENT
    assert codes(request([{"标识": " "}])) == [("就诊[1].明细[1].标识", "MR-E205")]
    assert codes(request([{"编码": "\u200b"}])) == [("就诊[1].明细[1].编码", "MR-E209")]


def test_invisible_characters_do_not_make_another_code() -> None:
    item = first(编码="\ufeffX0\u200b1", 通用名="布\u202e洛芬", 名称="布\u202e洛芬\n二行")
    assert (item.code, item.generic, item.name) == ("X01", "布洛芬", "布洛芬 二行")


def test_unknown_in_a_list_is_unknown() -> None:
    found = read_facts({"患者": {"慢特病病种": ["M1", "未知"], "过敏药": ["X"]}, "就诊": {}}).patients[0]
    assert found.chronic_entitlements is UNKNOWN and found.drug_allergies == ("X",)


def test_python_values_that_are_no_json() -> None:
    assert codes(request([{"金额": UNKNOWN, "编码": ABSENT}])) == [
        ("就诊[1].明细[1].编码", "MR-E206"), ("就诊[1].明细[1].金额", "MR-E208")]
    assert codes(pydantic.create_model("Other")()) == [("", "MR-E206")]
    assert [code for _, code in codes({1: 2, "患者": {3: 4}, "就诊": {}})] == ["MR-E203", "MR-E203"]


def test_times_of_other_zones_are_local_times() -> None:
    utc = datetime.datetime(2026, 3, 1, 2, tzinfo=datetime.UTC)
    ten = Instant(DAY * 86_400 + 36_000, DAY * 86_400 + 36_000)
    assert first(执行时间=utc).at == ten == first(执行时间="2026-03-01T02:00:00Z").at
    assert first(执行时间="2026-03-01 10:00:00+08:00").at == ten
    assert first(执行时间="2026-03-01 10:00:00+99:00").at is UNKNOWN
    assert first(执行时间=datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=14)))).at is UNKNOWN


@pytest.mark.parametrize("yes", [True, "true", "是", "yes", 1])
def test_flags_mean_what_they_say_however_they_are_written(yes: Any) -> None:
    midnight = request([{"执行时间": "2026-03-01 00:00:00"}], {"零点是时刻": yes, "有扣减台账": yes})
    item = read_facts(midnight).current[0].items[0]
    assert item.at.is_exact and item.already_deducted is UNKNOWN
    assert codes(request(top={"零点是时刻": "也许"})) == [("零点是时刻", "MR-E206")]


class TestEndOfData:
    """Without a business time an open stay is judged by the last day that the data speak of, not by the year 9999."""

    def end(self, **encounter: Any) -> Any:
        return read_facts({"患者": {}, "就诊": encounter}).business_time

    def test_latest_time(self) -> None:
        items = [{"执行时间": "2026-03-01 09:00:00"}, {"执行时间": "2026-03-02"}]
        assert self.end(入院时间="2026-02-27", 明细=items).day == DAY + 1

    def test_end_of_a_charge_counts_and_the_plan_of_an_order_does_not(self) -> None:
        line = {"开始时间": "2026-03-01 09:00:00", "结束时间": "2026-03-04 09:00:00", "单位": "小时", "数量": 72}
        assert self.end(明细=[line]).day == DAY + 3
        assert self.end(明细=[{**line, "长期医嘱": True}]).day == DAY

    def test_operations_and_settlement(self) -> None:
        assert self.end(手术=[{"日期": "2026-03-05"}]).day == DAY + 4
        assert self.end(结算={"时间": "2026-03-06 10:00:00"}).day == DAY + 5


def test_an_encounter_without_an_id_takes_nobody_elses() -> None:
    found = read_facts({"患者": {}, "就诊": [{}, {"标识": "1"}]}).current
    assert sorted(e.id for e in found) == ["#1", "1"]


def test_messages_repeat_no_key_that_may_be_an_id_or_cannot_be_printed() -> None:
    for key in ("110101199003078888", "a" * 400, "\u202eabc", "\x1b[2J"):
        with pytest.raises(InvalidFacts) as caught:
            read_facts({"患者": {key: 1}, "就诊": {}})
        told = f"{caught.value} {caught.value.errors}"
        assert key not in told and "不认识的名字" in told and told.isprintable()


def test_more_errors_than_are_listed_are_said_to_be_more() -> None:
    with pytest.raises(InvalidFacts, match="100 处以上"):
        read_facts(request([{"金额": "x"}] * 5_000))


def test_an_endless_line_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_reader, "MAX_BYTES", 1_000)
    file = tmp_path / "facts.jsonl"
    file.write_bytes(json.dumps({"patient": {}, "encounter": {}}).encode() + b"\n" + b" " * 900 + b"{" * 5_000)
    lines = read_jsonl(file)
    next(lines)
    with pytest.raises(InvalidFacts) as caught:
        next(lines)
    assert [(e.path, e.code) for e in caught.value.errors] == [("第2行", "MR-E202")]


def test_large_texts_are_refused_at_once() -> None:
    start = time.process_time()
    for text in ('{"患者":{"唯一号":"' + "x" * 10_000_000 + '"},"就诊":{}}',
                 '{"患者":{},"就诊":{"明细":[{"金额":0.' + "1" * 10_000_000 + "}]}}",
                 '{"患者":{},"就诊":{"明细":[{"金额":1e' + "9" * 1_000_000 + "}]}}"):
        assert len(codes(text)) == 1
    assert time.process_time() - start < 5


def test_schema_says_what_records_need() -> None:
    schema = json_schema("zh")
    assert schema["$defs"]["Attestation"]["required"] == ["知识点号", "对象", "结论"]
