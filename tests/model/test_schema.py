"""The schema: every fact once, by both names, with a type; nothing that others rely on may drift."""

from __future__ import annotations

import subprocess
import sys

import pytest

from medrules.model.entities import ENTITIES, Item
from medrules.model.enumerations import ENUMERATIONS, SCENES
from medrules.model.levels import SCALES
from medrules.model.schema import LINKS, SCHEMA
from medrules.model.values import UNKNOWN

# Facts that facts.md lists, by Chinese name: (entity, zh, attribute).
LISTED = """
患者 唯一号 id|性别 sex|出生日期 birth_date|年龄 age|生育状态 maternity|末次月经 last_menses
患者 慢特病病种 chronic_entitlements|过敏药 drug_allergies|体重 weight|肌酐清除率 creatinine_clearance|BMI bmi
患者 统筹区 pool_area
就诊 标识 id|就医方式 visit_kind|入院时间 admitted_at|出院时间 discharged_at|已结算 settled|入院日期 admitted_on
就诊 出院日期 discharged_on|入院年龄 admission_age|住院天数 stay_days|入院途径 admission_route
就诊 离院方式 discharge_way|再入院计划标志 planned_readmission|抢救标志 rescue|抢救开始时间 rescue_from
就诊 抢救结束时间 rescue_to|发病时间 onset_at|结算险种 insurance|待遇类别 benefit_kind|异地标志 out_of_area
就诊 入院科室 dept_in|出院科室 dept_out|病区 ward|床位类型 bed_kind|总费用 total_amount|主诊断 main_diagnosis
就诊 诊断 diagnoses|确诊诊断 confirmed_diagnoses|手术 operations|明细 items|原始明细 raw_items|治疗记录 sessions
就诊 下次就诊 next_stay
诊断 编码 code|名称 name|主要标志 is_main|序号 order|类别 kind|疑似标志 suspected|入院病情 present_on_admission
诊断 时间 at
手术 编号 id|编码 code|名称 name|主要标志 is_main|日期 date|开始时间 begin|结束时间 end|级别 grade
手术 切口等级 incision|部位数 sites|麻醉方式 anaesthesia|麻醉时长 anaesthesia_time|术者 surgeon
明细 标识 id|行号 line_no|原明细标识 reverses|种类 line_kind|编码 code|名称 name|医院编码 local_code
明细 通用名 generic|剂型 dose_form|产品名 product|目录类别 list_kind|收费类别 charge_kind|目录等级 list_level
明细 数量 quantity|单位 unit|单价 unit_price|金额 amount|自费金额 self_paid|自付金额 copay|统筹金额 pooled
明细 账户支付 account_paid|执行时间 performed_at|计费时间 charged_at|开始时间 begin|结束时间 end
明细 上传时间 uploaded_at|时间 at|日期 on|次序 rank|执行时长 run_hours|计价时长 billed_hours|已配对 paired
明细 规格 spec|包装数 pack_size|单次剂量 dose|频次 frequency|给药途径 route|用药天数 days|剂数 packets
明细 每日用量 daily_amount|用药期 use_period|用药目的 purpose|长期医嘱 long_term|医嘱号 order_no|处方号 rx_no
明细 组号 group_no|手术编号 operation_no|标本号 specimen|部位 site|牙位 tooth|设备 device|开单科室 ordering_dept
明细 执行科室 performing_dept|开单医师 physician|执行人 performer|会诊标志 consulted
明细 转入住院标志 moved_to_inpatient|出院带药 take_home|本次处方标志 is_current|已扣减金额 already_deducted
处方 处方号 no|类别 kind|开方日期 date|明细 items|饮片 herbs|长期处方标志 long_supply|剂数 packets
机构 编码 id|名称 name|地区 area|类型 kind|级别 level|等次 grade|专科类别 specialty|能力 capabilities
科室 标准科室代码 std_code
医师 职称 title|抗菌药物处方权 antibiotic_right|麻精处方权 narcotic_right|执业范围 scope
结算 时间 at|统筹支付 pooled|账户支付 account|清单字段组 sheet
历史 历次就诊 encounters|历史明细 items|覆盖起 covered_from|覆盖范围 coverage
治疗记录 项目 item|开始时间 begin|结束时间 end|时长 hours|机号 machine
检验 项目 item|结果 value|单位 unit|时间 at
期 明细 items|诊断 diagnoses|出院 discharges|门诊次数 outpatient_visits|购药次数 purchases|住院次数 stays
期 每日 daily|期初库存 opening|购入数量 purchased|退货数量 returned|期末库存 closing|申报数量 claimed
期 平均单价 avg_price|追溯码 trace
每日 门诊次数 outpatient_visits|购药次数 purchases
已核记录 知识点号 point|对象 subject|结论 outcome|人 by|时间 at
申报记录 标签 label|对象 subject|人 by|时间 at
其他 业务时间 business_time|环节 stage|场景 scene
"""
ROWS = [
    (entity, *fact.split(" "))
    for row in LISTED.strip().splitlines()
    for entity, _, facts in [row.partition(" ")]
    for fact in facts.split("|")
]


@pytest.mark.parametrize(("entity", "zh", "name"), ROWS)
def test_every_listed_fact_is_there(entity: str, zh: str, name: str) -> None:
    found = SCHEMA.field(entity, zh)
    assert found.name == name and found is SCHEMA.field(found.entity, name) is SCHEMA.by_id(found.id)


def test_begin_and_end_are_from_and_to_in_english() -> None:
    for entity in ("item", "operation", "session"):
        assert SCHEMA.field(entity, "from").name == "begin" and SCHEMA.field(entity, "to").name == "end"


def test_every_field_has_documentation_and_type_and_unique_names() -> None:
    for f in SCHEMA:
        assert f.doc and f.zh and f.type.kind
    for entity in ENTITIES:
        assert entity.zh and SCHEMA.entity(entity.zh) is entity is SCHEMA.entity(entity.key)


def test_facts_that_only_excuse_are_declarative() -> None:
    found = {f.id for f in SCHEMA if f.declarative}
    assert {
        "encounter.rescue",
        "item.consulted",
        "item.operation_no",
        "item.site",
        "item.moved_to_inpatient",
        "prescription.long_supply",
        "diagnosis.suspected",
    } <= found
    assert "item.code" not in found and "patient.sex" not in found


def test_quantities_and_amounts_are_non_negative() -> None:
    for f in SCHEMA:
        if (f.entity == "item" and f.type.unit == "元") or f.id == "item.quantity":
            assert f.non_negative, f.id


def test_code_types_name_known_enumerations_or_systems() -> None:
    systems = {
        "id",
        "area",
        "chronic",
        "item",
        "dept",
        "ward",
        "icd10",
        "icd9cm3",
        "device",
        "lab",
        "local_item",
        "generic",
        "product",
        "site",
        "tooth",
        "trace",
        "point",
    }
    for f in SCHEMA:
        kind = f.type.of if f.type.kind == "list" else f.type
        if kind is not None and kind.kind == "code":
            assert kind.name in ENUMERATIONS or kind.name in systems, f.id
        if f.type.kind == "level":
            assert f.type.name in SCALES, f.id
        if kind is not None and kind.kind == "entity":
            assert kind.name in SCHEMA.entities, f.id


def test_links_lead_to_the_entity_they_name() -> None:
    for start, targets in LINKS.items():
        for target, path in targets.items():
            key = start
            for step in path:
                key = SCHEMA.field(key, step).type.name
            assert key == target
    assert SCHEMA.path("item", "patient") == ("encounter", "patient")
    assert SCHEMA.path("item", "item") == () and SCHEMA.path("patient", "item") is None


@pytest.mark.parametrize(
    ("enum", "word", "value"),
    [
        ("sex", "男", "男"),
        ("sex", "female", "女"),
        ("visit_kind", "inpatient", "住院"),
        ("line_kind", "费用", "charge"),
        ("line_kind", "order", "order"),
        ("stage", "事前", "before"),
        ("incision", "Ⅱ类", "Ⅱ"),
        ("incision", "2", "Ⅱ"),
        ("sex", "公", None),
        ("capability", "高压氧舱", "高压氧舱"),
        ("outcome", "不符", "不符合"),
        ("sex", "", None),
    ],
)
def test_words_of_enumerations(enum: str, word: str, value: str | None) -> None:
    assert ENUMERATIONS[enum].value_of(word) == value


def test_words_are_unique_within_an_enumeration_or_scale() -> None:
    for e in ENUMERATIONS.values():
        words = [w for x in e.words for w in {x.zh, x.en, x.value, *x.synonyms}]
        assert len(words) == len(set(words)), e.name
    for s in SCALES.values():
        words = [w for x in s.steps for w in {x.zh, x.en, *x.synonyms}]
        assert len(words) == len(set(words)), s.name


def test_levels_are_ordered() -> None:
    rank = SCALES["hospital"].rank
    assert [rank(w) for w in ("未定级", "一级", "二级", "level_3", "四级")] == [0, 1, 2, 3, None]
    assert SCALES["grade"].rank("甲等") == 2 and SCALES["grade"].rank("丙") == 0
    assert SCALES["hospital"].word(3) == "三级" and SCALES["hospital"].word(3, "en") == "level_3"


def test_scenes_speak_of_known_ways() -> None:
    ways = {w.value for w in ENUMERATIONS["visit_kind"].words}
    assert set(SCENES) | {"异地就医"} == {w.value for w in ENUMERATIONS["scene"].words}
    assert {w for scene in SCENES.values() for w in scene} == ways


def test_a_fact_that_was_not_given_is_unknown_and_instances_are_frozen() -> None:
    item = Item({"id": "x"})
    assert item.quantity is UNKNOWN and Item.rank is UNKNOWN
    with pytest.raises(AttributeError):
        item.quantity = 1
    with pytest.raises(AttributeError):
        del item.id
    assert "x" not in repr(item).split()[2:]


def test_the_model_does_not_import_pydantic() -> None:
    code = "import sys, medrules.model.builder, medrules.model.schema; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
