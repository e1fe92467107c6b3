"""The native door: what it accepts, what becomes UNKNOWN with a note, what is refused and how it says so."""

from __future__ import annotations

import datetime
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.native import NATIVE, door_limited, json_schema, read_facts, read_jsonl
from medrules.adapters.native.models import models
from medrules.adapters.native.reference import facts_markdown
from medrules.errors import InvalidFacts
from medrules.model.schema import SCHEMA
from medrules.model.values import ABSENT, UNKNOWN, Instant

DAY = datetime.date(2026, 3, 1).toordinal()
ZH = """{"业务时间":"2026-03-01 10:00:00","环节":"事前",
 "患者":{"唯一号":"P1","性别":"男","出生日期":"2010-01-01"},
 "就诊":{"标识":"E1","就医方式":"住院","结算险种":"基本医疗","入院时间":"2026-02-27 08:00:00","出院时间":null,
   "机构":{"编码":"H1","级别":"三级"},"诊断":[{"编码":"I63.9","名称":"脑梗死","主要标志":true}],"手术":[],"处方":[],
   "明细":[{"标识":"L1","种类":"费用","编码":"ｘa01","数量":"1","单价":30,"金额":30.00,"自费金额":"0",
     "执行时间":"2026-03-01 09:00:00","开单医师":{"编码":"D1","职称":"主治医师"}}]},
 "历次就诊":[],"历史":{"覆盖起":"2025-01-01","覆盖范围":"本院"},"已核记录":[],"申报记录":[]}"""
EN = {
    "business_time": "2026-03-01T10:00:00",
    "stage": "before",
    "patient": {"id": "P1", "sex": "male", "birth_date": "2010-01-01"},
    "encounter": [
        {
            "id": "E1",
            "visit_kind": "inpatient",
            "insurance": "basic",
            "admitted_at": "2026-02-27 08:00",
            "discharged_at": "",
            "institution": {"id": "H1", "level": "level_3"},
            "diagnoses": [{"code": "I63.9", "name": "脑梗死", "is_main": "yes"}],
            "operations": [],
            "prescriptions": [],
            "items": [
                {
                    "id": "L1",
                    "line_kind": "charge",
                    "code": "XA01",
                    "quantity": 1.0,
                    "unit_price": Decimal("30.0000"),
                    "amount": "30",
                    "self_paid": 0,
                    "performed_at": datetime.datetime(2026, 3, 1, 9),
                    "physician": {"id": "D1", "title": "attending"},
                }
            ],
        }
    ],
    "encounters": [],
    "history": {"covered_from": datetime.date(2025, 1, 1), "coverage": "own"},
    "attestations": [],
    "declarations": [],
}


def plain(value: Any) -> Any:
    """Facts as comparable data: entities as dicts of what was sent, without links back."""
    if isinstance(value, tuple) and not isinstance(value, str):
        return [plain(v) for v in value]
    fields = getattr(value, "fields", None)
    if fields is None:
        return value
    links = {"encounter", "patient", "prescription", "encounters", "raw_items", "history"}
    return {k: plain(v) for k, v in sorted(value.__dict__.items()) if k not in links and not k.startswith("_")}


def one_item(**item: Any) -> Any:
    return request(items=[item]).current[0].items[0]


def request(
    door: Any = NATIVE, top: dict[str, Any] | None = None, patient: dict[str, Any] | None = None, **encounter: Any
) -> Any:
    return read_facts(
        {"patient": {"id": "P", **(patient or {})}, "encounter": {"id": "E", **encounter}, **(top or {})}, door=door
    )


def errors(data: Any) -> dict[str, str]:
    with pytest.raises(InvalidFacts) as caught:
        read_facts(data)
    return {e.path: e.message for e in caught.value.errors}


def test_chinese_and_english_give_equal_facts() -> None:
    zh, en = read_facts(ZH), read_facts(EN)
    assert plain(zh.current) == plain(en.current) and (zh.stage, zh.business_time) == (en.stage, en.business_time)
    item = zh.current[0].items[0]
    assert (item.code, item.quantity, item.unit_price, item.amount, item.self_paid) == (
        "XA01",
        10_000,
        300_000,
        3_000,
        0,
    )
    assert item.at == Instant(DAY * 86_400 + 9 * 3_600, DAY * 86_400 + 9 * 3_600) and item.on == DAY
    assert item.physician.title == 2 and item.line_kind == "charge" and item.already_deducted == 0
    e = zh.current[0]
    assert e.discharged_at is ABSENT and e.institution.level == 3 and e.operations == () and e.settled is UNKNOWN
    assert e.patient.sex == "男" and zh.patients[0].history.coverage == "本院" and zh.stage == "before"


def test_bytes_text_mapping_and_model_are_one() -> None:
    expected = plain(read_facts(ZH).current)
    assert (
        plain(read_facts(ZH.encode()).current) == expected == plain(read_facts(b"\xef\xbb\xbf" + ZH.encode()).current)
    )
    assert plain(read_facts(json.loads(ZH)).current) == expected
    model = models("en").facts.model_validate(
        {"patient": {"id": "P"}, "encounter": {"id": "E", "items": [{"quantity": 2}]}}
    )
    assert read_facts(model).current[0].items[0].quantity == 20_000


def test_defaults_of_the_request() -> None:
    found = request(items=[{}, {"种类": "医嘱"}])
    assert found.stage == "after" and found.business_time.day == datetime.date.max.toordinal()
    assert [(i.id, i.line_kind) for i in found.current[0].items] == [("1", "charge"), ("2", "order")]
    assert request(top={"stage": "事前"}, items=[{}]).current[0].items[0].line_kind == "order"
    assert read_facts({"患者": {}, "就诊": {}}, stage="during").stage == "during"


@pytest.mark.parametrize(
    ("text", "lo", "exact"),
    [
        ("2026-03-01", 0, False),
        ("2026-03-01 00:00:00", 0, False),
        ("2026-03-01 09:00", 32_400, True),
        ("2026-03-01T09:00:05", 32_405, True),
        ("2026-03-01 09:00:00.123", 32_400, True),
        ("2026-03-01T01:00:00Z", 32_400, True),
        ("2026-03-01T00:00:00-01:00", 32_400, True),
        ("2026-3-1 9:00", 32_400, True),
    ],
)
def test_instants(text: str, lo: int, exact: bool) -> None:
    at = one_item(performed_at=text).at
    assert at.lo == DAY * 86_400 + lo and at.is_exact is exact and at.day == DAY


def test_midnight_may_be_a_time() -> None:
    data = {"patient": {}, "encounter": {"items": [{"performed_at": "2026-03-01 00:00:00"}]}}
    assert read_facts(data, midnight_is_time=True).current[0].items[0].at.is_exact
    assert read_facts({**data, "零点是时刻": True}).current[0].items[0].at.is_exact


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01 08:00:00", "2026-03-01 25:00:00", "0000-00-00"])
def test_impossible_days_are_unknown_with_a_note(text: str) -> None:
    found = request(items=[{"performed_at": text}, {"performed_at": text}])
    assert found.current[0].items[0].at is UNKNOWN
    assert found.notes == ("明细.执行时间：日期或时间不存在，按未知处理（2处）",)


def test_more_decimals_than_the_fact_has_are_unknown_with_a_note() -> None:
    found = request(items=[{"amount": "30.005", "unit_price": "30.0050", "quantity": "1e2"}])
    item = found.current[0].items[0]
    assert item.amount is UNKNOWN and item.unit_price == 300_050 and item.quantity == 1_000_000
    assert found.notes == ("明细.金额：小数多于2位，按未知处理",)


def test_numbers_never_pass_through_a_float() -> None:
    text = '{"patient":{},"encounter":{"items":[{"amount":90071992547409.93}]}}'
    assert read_facts(text).current[0].items[0].amount == 9_007_199_254_740_993
    assert one_item(amount=41.1).amount == 4_110


@pytest.mark.parametrize(
    "bad", ['{"patient":{},"encounter":{"items":[{"amount":NaN}]}}', '{"a":Infinity}', '{"a":-Infinity}']
)
def test_nan_and_infinity_are_refused(bad: str) -> None:
    assert "不能有" in errors(bad)[""]


@pytest.mark.parametrize(
    "bad", [math.nan, math.inf, "1,000", "一", True, [], {}, "1e99", "9" * 25, Decimal("NaN"), 10**18]
)
def test_no_numbers(bad: Any) -> None:
    assert set(errors({"患者": {}, "就诊": {"明细": [{"金额": bad}]}})) == {"就诊[1].明细[1].金额"}


def test_units_written_after_a_number() -> None:
    item = one_item(dose="0.5g", daily_amount="500 毫克", days="7天")
    assert (item.dose, item.daily_amount, item.days) == (5_000_000, 5_000, 7)
    found = request(operations=[{"anaesthesia_time": "90分钟"}])
    assert found.current[0].operations[0].anaesthesia_time == 15_000
    assert "单位" in errors({"患者": {}, "就诊": {"明细": [{"单次剂量": "3天"}]}})["就诊[1].明细[1].单次剂量"]


def test_empty_is_absent_where_the_fact_may_be_and_an_error_elsewhere() -> None:
    item = one_item(operation_no=None, rx_no="", to=None)
    assert item.operation_no is ABSENT and item.rx_no is ABSENT and item.end is ABSENT and item.specimen is UNKNOWN
    bad = errors({"患者": {"性别": None}, "就诊": {"诊断": None, "明细": [{"数量": ""}]}})
    assert bad["患者.性别"] == "「性别」不能为空；不知道就不要写这一项" and "没有请写 []" in bad["就诊[1].诊断"]
    assert "就诊[1].明细[1].数量" in bad


def test_the_word_unknown_is_unknown() -> None:
    assert request(patient={"性别": "未知"}).patients[0].sex is UNKNOWN


def test_no_patient_has_no_diagnosis() -> None:
    found = request(diagnoses=[])
    assert found.current[0].diagnoses is UNKNOWN and found.notes == ("就诊.诊断：列表为空，按未知处理",)


def test_main_diagnosis_may_be_stated_empty() -> None:
    assert request(主诊断=None).current[0].main_diagnosis is ABSENT
    assert request(主诊断="").current[0].main_diagnosis is ABSENT
    assert request(主诊断={"编码": ""}).current[0].main_diagnosis.code is ABSENT


def test_physician_may_be_a_code() -> None:
    assert one_item(physician="D1").physician.id == "D1" and one_item(physician="").physician is ABSENT


def test_levels_and_words_in_both_languages() -> None:
    found = request(
        institution={"级别": "二级", "等次": "甲等", "能力": ["recovery_room", "高压氧舱"], "类型": "pharmacy"}
    )
    there = found.current[0].institution
    assert (there.level, there.grade, there.kind) == (2, 2, "定点零售药店") and there.capabilities == (
        "麻醉恢复室",
        "高压氧舱",
    )
    bad = errors({"患者": {}, "就诊": {"机构": {"级别": "四级"}, "就医方式": "住店"}})
    assert "未定级、一级、二级、三级" in bad["就诊[1].机构.级别"] and "门诊、急诊、住院" in bad["就诊[1].就医方式"]


def test_every_error_is_told_at_once_in_chinese_with_its_place() -> None:
    bad = errors(
        {
            "患者": {"性别": "公", "身高": 1},
            "就诊": [{"明细": [{"数量": "abc"}, {"执行时间": "昨天"}, 3]}, 7],
            "环节": "何时",
        }
    )
    assert set(bad) == {
        "患者.性别",
        "患者.身高",
        "就诊[1].明细[1].数量",
        "就诊[1].明细[2].执行时间",
        "就诊[1].明细[3]",
        "就诊[2]",
        "环节",
    }
    assert "没有名为「身高」" in bad["患者.身高"] and bad["就诊[2]"] == "应为一个对象"
    assert set(errors({})) == {"患者", "就诊"}


def test_errors_do_not_repeat_what_was_sent() -> None:
    with pytest.raises(InvalidFacts) as caught:
        read_facts({"patient": {"id": ["张三"], "birth_date": "身份证110"}, "encounter": {"items": [{"name": 3.5}]}})
    assert "张三" not in str(caught.value.errors) + str(caught.value) and "110" not in str(caught.value.errors)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe{}",
        '{"a":1,"a":2}',
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a":%s}' % ("9" * 5_000),
    ],
)
def test_hostile_text_is_one_error(bad: Any) -> None:
    assert len(errors(bad)) >= 1


def test_too_large_and_too_many() -> None:
    assert errors(b" " * (16 * 1024 * 1024 + 1)) == {"": "数据过大，最多 16 MB"}
    many = {"patient": {}, "encounter": {"diagnoses": [{"code": "I10"}] * 2_001}}
    assert errors(many) == {"encounter[1].diagnoses": "最多 2000 项"}  # the path speaks as the sender did
    assert "超过" in errors({"患者": {"唯一号": "x" * 1_001}, "就诊": {}})["患者.唯一号"]


def test_half_a_surrogate_pair_is_refused() -> None:
    assert "不合法" in errors('{"患者":{"唯一号":"\\ud800"},"就诊":{}}')["患者.唯一号"]


def test_ids_come_back_as_they_were_sent_and_codes_are_folded() -> None:
    item = one_item(id="l－1 ", code=" ｘ０１ ", generic="布洛芬（缓释）", rx_no="r1")
    assert (item.id, item.code, item.generic, item.rx_no) == ("l－1", "X01", "布洛芬(缓释)", "r1")


class TestDoors:
    def test_native_carries_every_fact(self) -> None:
        assert all(NATIVE.can_carry(f.id) for f in SCHEMA)
        assert all(NATIVE.can_carry(x) for x in ("ledger", "attestations", "declarations"))

    def test_limited_doors_drop_what_they_cannot_carry(self) -> None:
        door = door_limited("3101", ["就诊.抢救标志", "item.operation_no", "declarations"])
        assert not door.can_carry("encounter.rescue") and not door.can_carry("declarations")
        found = request(
            door=door,
            rescue=True,
            items=[{"operation_no": "S1", "quantity": 1}],
            top={"declarations": [{"label": "x", "subject": "E"}]},
        )
        e = found.current[0]
        assert e.rescue is UNKNOWN and e.items[0].operation_no is UNKNOWN and e.items[0].quantity == 10_000
        assert found.declarations == () and found.door is not NATIVE
        with pytest.raises(KeyError):
            door_limited("x", ["就诊.没有这个"])

    def test_a_sender_may_say_what_it_cannot_carry(self) -> None:
        found = request(top={"不能提供": ["就诊.抢救标志"]})
        assert not found.door.can_carry("encounter.rescue") and found.door.can_carry("item.site")
        assert "不能提供" in errors({"patient": {}, "encounter": {}, "cannot_carry": ["x.y"]})

    def test_suspected_is_not_carried_unless_some_diagnosis_has_it(self) -> None:
        blind = request(diagnoses=[{"code": "I10"}])
        assert not blind.door.can_carry("diagnosis.suspected") and blind.current[0].confirmed_diagnoses[0].code == "I10"
        seeing = request(diagnoses=[{"code": "I10"}, {"code": "I11", "suspected": False}])
        assert seeing.door.can_carry("diagnosis.suspected") and seeing.current[0].confirmed_diagnoses[0].code is UNKNOWN

    def test_ledger(self) -> None:
        lines = [{"already_deducted": "60.00"}, {}]
        without, with_ = request(items=lines), request(items=lines, top={"有扣减台账": True})
        assert [i.already_deducted for i in without.current[0].items] == [6_000, 0]
        assert with_.current[0].items[1].already_deducted is UNKNOWN


def test_records_and_stock() -> None:
    found = request(
        top={
            "已核记录": [{"知识点号": "KP-1", "对象": "L1", "结论": "不符", "人": "u", "时间": "2026-03-01"}],
            "申报记录": [{"标签": "不同切口", "对象": "E"}],
            "进销存": [{"编码": "x", "期初库存": 3}],
        }
    )
    assert (found.attestations[0].point, found.attestations[0].outcome) == ("KP-1", "不符合")
    assert found.declarations[0].label == "不同切口" and found.periods[0].opening == 30_000
    assert request().periods is UNKNOWN


def test_jsonl(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    one = json.dumps(json.loads(ZH), ensure_ascii=False)
    file.write_text(f"{one}\n\n{one}\n", "utf-8")
    assert [f.current[0].id for f in read_jsonl(file)] == ["E1", "E1"]
    file.write_text(f"{one}\n{{}}\n", "utf-8")
    with pytest.raises(InvalidFacts) as caught:
        list(read_jsonl(file))
    assert caught.value.errors[0][0].startswith("第2行")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_json_schema_names_every_fact_that_may_be_sent(lang: Any) -> None:
    schema = json_schema(lang)
    items = schema["$defs"]["Item"]["properties"]
    field = SCHEMA.field("item", "数量")
    assert (field.zh if lang == "zh" else field.en) in items and ("from" in items) is (lang == "en")
    assert not ({"时间", "at", "日期", "on"} & set(items)) and "default" not in json.dumps(schema["$defs"]["Item"])
    assert "单位：mg" in json.dumps(schema, ensure_ascii=False)
    names = {f.zh if lang == "zh" else f.en for f in SCHEMA if f.entity == "item" and not f.derived}
    assert names == set(items)


def test_the_reference_page_is_current() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "facts.md"
    assert page.read_text("utf-8") == facts_markdown()
