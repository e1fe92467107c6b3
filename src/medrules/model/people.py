"""Facts about the patient, the earlier history, and those who treat: institution, department, physician."""
from __future__ import annotations

from typing import Any

from medrules.model import types as t
from medrules.model.entity import Entity, fact

__all__ = ["Department", "History", "Institution", "Patient", "Physician"]


class Patient(Entity):
    """The insured person. `age` is never stored: it is birth_date at the judged line's own day (checker: `AgeAt`)."""

    zh = "患者"

    id: Any = fact("唯一号", t.code("id"), nhsa="patn_id", doc="参保人唯一号；同一患者即此号相同")
    sex: Any = fact("性别", t.code("sex"), nhsa="gend", doc="男、女；未知、未说明不填")
    birth_date: Any = fact("出生日期", t.DATE, nhsa="brdy", doc="出生日期；出生当日为0天")
    age: Any = fact("年龄", t.AGE, derived=True, doc="明细（诊断、手术、就诊）当日的周岁、足月或日龄")
    maternity: Any = fact("生育状态", t.code("maternity"), nhsa="matn_stas", doc="妊娠期、哺乳期等；未知不填")
    last_menses: Any = fact("末次月经", t.DATE.as_optional(), doc="末次月经日期")
    chronic_entitlements: Any = fact("慢特病病种", t.list_of(t.code("chronic")), doc="已认定的门诊慢特病病种代码或名称")
    drug_allergies: Any = fact("过敏药", t.list_of(t.code("item")), doc="有过敏或不耐受记录的药品医保编码")
    weight: Any = fact("体重", t.number(2, "kg").as_optional(), doc="体重，kg", non_negative=True)
    creatinine_clearance: Any = fact(
        "肌酐清除率", t.number(2, "ml/min").as_optional(), doc="肌酐清除率，ml/min", non_negative=True)
    bmi: Any = fact("BMI", t.number(2, "kg/m²").as_optional(), doc="体质指数，kg/m²", non_negative=True)
    pool_area: Any = fact("统筹区", t.code("area"), nhsa="poolarea", doc="参保统筹区划代码")
    encounters: Any = fact("就诊", t.list_of(t.entity("encounter")), derived=True, doc="本次与历次就诊，按入院时间")
    history: Any = fact("历史", t.entity("history"), doc="历史记录及其覆盖范围")


class History(Entity):
    """How far back, and how wide, what was sent is complete (T17)."""

    zh = "历史"

    encounters: Any = fact("历次就诊", t.list_of(t.entity("encounter")), derived=True, doc="本次以前的就诊")
    items: Any = fact(
        "历史明细", t.list_of(t.entity("item")), derived=True,
        doc="历次就诊的明细，以及本次请求中标明不是本次处方的明细")
    covered_from: Any = fact("覆盖起", t.DATE, doc="自此日起历史记录是全的")
    coverage: Any = fact("覆盖范围", t.code("coverage"), doc="本院、统筹区或全国")


class Institution(Entity):
    """A designated hospital or pharmacy. 专科类别 and 能力 come from the bureau's register."""

    zh = "机构"

    id: Any = fact("编码", t.code("id"), nhsa="medins_id", doc="定点医药机构编码")
    name: Any = fact("名称", t.TEXT, nhsa="medins_name", doc="机构名称")
    area: Any = fact("地区", t.code("area"), nhsa="medins_admdvs", doc="机构行政区划代码，6位")
    kind: Any = fact(
        "类型", t.code("institution_kind"), nhsa="medins_type",
        doc="定点医疗机构、定点零售药店等；编码在 1–5 以外为未知")
    level: Any = fact("级别", t.level("hospital"), nhsa="medins_lv", doc="未定级<一级<二级<三级")
    grade: Any = fact("等次", t.level("grade").as_optional(), doc="丙等<乙等<甲等")
    specialty: Any = fact("专科类别", t.code("specialty"), doc="综合或专科（经办机构登记）")
    capabilities: Any = fact(
        "能力", t.list_of(t.code("capability")), doc="已登记的能力：重症监护、层流、麻醉恢复室、静配中心、设备等")


class Department(Entity):
    """A department, known by the national standard code. A line's 开单科室 and 执行科室 hold that code."""

    zh = "科室"

    std_code: Any = fact("标准科室代码", t.code("dept"), doc="国家标准科室代码（由本院代码对照）")
    name: Any = fact("名称", t.TEXT, doc="科室名称")


class Physician(Entity):
    """Who ordered a line."""

    zh = "医师"

    id: Any = fact("编码", t.code("id"), nhsa="drord_dr_codg", doc="医保医师代码")
    title: Any = fact(
        "职称", t.level("title").as_optional(), nhsa="drord_dr_profttl", doc="医士<医师<主治医师<副主任医师<主任医师")
    antibiotic_right: Any = fact(
        "抗菌药物处方权", t.level("antibiotic").as_optional(), doc="非限制使用级<限制使用级<特殊使用级；无处方权填空")
    narcotic_right: Any = fact("麻精处方权", t.BOOL, doc="有麻醉、第一类精神药品处方权")
    scope: Any = fact("执业范围", t.list_of(t.code("scope_of_practice")), doc="执业范围")
