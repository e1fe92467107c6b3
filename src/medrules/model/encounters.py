"""Facts about one encounter and what belongs to it: diagnoses, operations, treatment records, results, settlement."""
from __future__ import annotations

from typing import Any

from medrules.model import derive
from medrules.model import types as t
from medrules.model.entity import Entity, fact
from medrules.model.prescribing import prescriptions

__all__ = ["Diagnosis", "Encounter", "LabResult", "Operation", "Session", "Settlement"]


class Encounter(Entity):
    """One visit or stay. `items` are net of refunds and cut into day pieces; `raw_items` are the lines as sent."""

    zh = "就诊"

    id: Any = fact("标识", t.code("id"), nhsa="mdtrt_id", doc="就诊标识")
    visit_kind: Any = fact(
        "就医方式", t.code("visit_kind"), nhsa="med_type",
        doc="门诊、急诊、住院、购药、互联网诊疗、门诊慢特病（由医疗类别对照）")
    admitted_at: Any = fact("入院时间", t.INSTANT, nhsa="adm_date", doc="入院时间；门诊为就诊时间")
    discharged_at: Any = fact("出院时间", t.INSTANT.as_optional(), nhsa="dscg_date", doc="出院时间；在院填空")
    admitted_on: Any = fact("入院日期", t.DATE, compute=derive.admitted_on, doc="入院时间的日期")
    discharged_on: Any = fact("出院日期", t.DATE.as_optional(), compute=derive.discharged_on, doc="出院时间的日期")
    settled: Any = fact("已结算", t.BOOL, doc="已办结算")
    admission_age: Any = fact(
        "入院年龄", t.AGE, derived=True, doc="住院为入院当日的年龄；其他就医方式与患者.年龄相同（明细当日）")
    stay_days: Any = fact(
        "住院天数", t.number(0, "天").as_optional(), compute=derive.stay_days,
        doc="出院日期减入院日期，当日出院计1天；在院为无",
        non_negative=True)
    admission_route: Any = fact("入院途径", t.code("admission_route"), doc="急诊、门诊、转入、其他")
    discharge_way: Any = fact("离院方式", t.code("discharge_way").as_optional(), doc="医嘱离院、医嘱转院、死亡等")
    planned_readmission: Any = fact("再入院计划标志", t.BOOL, doc="有出院31天内再住院计划", declarative=True)
    rescue: Any = fact("抢救标志", t.BOOL, doc="本次就诊有急诊抢救", declarative=True)
    rescue_from: Any = fact("抢救开始时间", t.INSTANT.as_optional(), doc="抢救开始时间", declarative=True)
    rescue_to: Any = fact("抢救结束时间", t.INSTANT.as_optional(), doc="抢救结束时间", declarative=True)
    onset_at: Any = fact("发病时间", t.INSTANT.as_optional(), doc="本次疾病的发病时间")
    insurance: Any = fact(
        "结算险种", t.code("insurance"), nhsa="insutype", doc="基本医疗、工伤、生育；接收方系统 GSXT 为工伤")
    benefit_kind: Any = fact("待遇类别", t.code("benefit_kind"), nhsa="med_type", doc="普通、生育、慢特病")
    out_of_area: Any = fact("异地标志", t.BOOL, nhsa="out_setl_flag", doc="异地就医结算")
    dept_in: Any = fact("入院科室", t.code("dept"), nhsa="adm_dept_codg", doc="入院科室标准代码")
    dept_out: Any = fact("出院科室", t.code("dept").as_optional(), nhsa="dscg_dept_codg", doc="出院科室标准代码")
    ward: Any = fact("病区", t.code("ward").as_optional(), nhsa="wardarea_codg", doc="病区")
    bed_kind: Any = fact("床位类型", t.code("bed_kind").as_optional(), doc="床位类型")
    bed_days: Any = fact(
        "在床天数", t.number(1, "天").as_optional(), doc="床位传感、查房核验等院外系统记的实际在床天数，天", non_negative=True)
    identity_check: Any = fact(
        "身份核验", t.code("identity_check"), doc="人脸、指纹等核验就诊人与凭证持有人：一致、不一致、未核验")
    total_amount: Any = fact("总费用", t.MONEY, nhsa="medfee_sumamt", doc="总费用，元", non_negative=True)
    main_diagnosis: Any = fact(
        "主诊断", t.entity("diagnosis").as_optional(), nhsa="dscg_main_dise_codg", compute=derive.main_diagnosis,
        doc="主要标志为是的诊断；没有时取来源另行给出的主诊断")
    diagnoses: Any = fact(
        "诊断", t.list_of(t.entity("diagnosis")), nhsa="fsi_diagnose_dtos",
        doc="全部诊断：有出院诊断用出院诊断，否则入院诊断")
    confirmed_diagnoses: Any = fact(
        "确诊诊断", t.list_of(t.entity("diagnosis")), compute=derive.confirmed_diagnoses, doc="诊断中没有疑似标志的")
    operations: Any = fact("手术", t.list_of(t.entity("operation")), nhsa="fsi_operation_dtos", doc="手术操作")
    items: Any = fact(
        "明细", t.list_of(t.entity("item")), nhsa="fsi_order_dtos",
        doc="明细，已冲减退费；按小时、按日计价的跨日明细已分日")
    raw_items: Any = fact(
        "原始明细", t.list_of(t.entity("item")), nhsa="fsi_order_dtos", derived=True, doc="原样的明细，含退费行")
    prescriptions: Any = fact(
        "处方", t.list_of(t.entity("prescription")), compute=prescriptions,
        doc="按处方号归并的处方；明细的处方号相同即同一张处方")
    sessions: Any = fact("治疗记录", t.list_of(t.entity("session")), doc="设备或治疗记录")
    results: Any = fact("检验", t.list_of(t.entity("result")), doc="检验结果")
    next_stay: Any = fact(
        "下次就诊", t.entity("encounter").as_optional(), compute=derive.next_stay,
        doc="同一患者在同一机构的下一次住院；历史完整而没有时为无")
    patient: Any = fact("患者", t.entity("patient"), derived=True, doc="就诊的患者")
    institution: Any = fact("机构", t.entity("institution"), doc="就诊的机构")
    settlement: Any = fact("结算", t.entity("settlement").as_optional(), doc="本次就诊的结算")


class Diagnosis(Entity):
    """One diagnosis of an encounter."""

    zh = "诊断"

    code: Any = fact("编码", t.code("icd10").as_optional(), nhsa="dise_codg", doc="ICD-10 医保版编码")
    name: Any = fact("名称", t.TEXT.as_optional(), nhsa="dise_name", doc="诊断名称")
    is_main: Any = fact("主要标志", t.BOOL, nhsa="maindise_flag", doc="主要诊断")
    order: Any = fact("序号", t.number(0), nhsa="dias_srt_no", doc="诊断排序号")
    kind: Any = fact("类别", t.code("diagnosis_kind"), nhsa="inout_dise_type", doc="入院、出院")
    suspected: Any = fact("疑似标志", t.BOOL, doc="疑似、待查；来源没有此项即为否", declarative=True)
    present_on_admission: Any = fact(
        "入院病情", t.number(0).as_optional(), doc="1 有、2 临床未确定、3 情况不明、4 无")
    at: Any = fact("时间", t.INSTANT.as_optional(), nhsa="dise_date", doc="诊断时间")
    encounter: Any = fact("就诊", t.entity("encounter"), derived=True, doc="所属就诊")


class Operation(Entity):
    """One operation or procedure of an encounter."""

    zh = "手术"

    id: Any = fact(
        "编号", t.code("id").as_optional(), nhsa="setl_list_oprn_id",
        doc="手术编号；明细.手术编号 与它相同即属于本台手术")
    code: Any = fact("编码", t.code("icd9cm3").as_optional(), nhsa="oprn_code", doc="ICD-9-CM-3 医保版编码")
    name: Any = fact("名称", t.TEXT.as_optional(), nhsa="oprn_name", doc="手术操作名称")
    is_main: Any = fact("主要标志", t.BOOL, nhsa="main_oprn_flag", doc="主要手术")
    date: Any = fact("日期", t.DATE, nhsa="oprn_date", doc="手术日期")
    begin: Any = fact("开始时间", t.INSTANT.as_optional(), doc="手术开始时间", en="from")
    end: Any = fact("结束时间", t.INSTANT.as_optional(), doc="手术结束时间", en="to")
    grade: Any = fact("级别", t.level("operation").as_optional(), doc="一级<二级<三级<四级")
    incision: Any = fact("切口等级", t.code("incision").as_optional(), doc="0、Ⅰ、Ⅱ、Ⅲ")
    sites: Any = fact("部位数", t.number(0).as_optional(), doc="部位数（如椎体数）", non_negative=True)
    anaesthesia: Any = fact("麻醉方式", t.code("anaesthesia").as_optional(), nhsa="anst_way", doc="麻醉方式")
    anaesthesia_time: Any = fact(
        "麻醉时长", t.number(4, "小时").as_optional(), doc="麻醉记录的时长，小时", non_negative=True)
    surgeon: Any = fact("术者", t.code("id").as_optional(), nhsa="oper_dr_code", doc="术者代码")
    encounter: Any = fact("就诊", t.entity("encounter"), derived=True, doc="所属就诊")


class Session(Entity):
    """One treatment as the device or the ward recorded it (dialysis, ventilation)."""

    zh = "治疗记录"

    item: Any = fact("项目", t.code("item"), doc="治疗项目的医保编码")
    begin: Any = fact("开始时间", t.INSTANT, doc="开始时间", en="from")
    end: Any = fact("结束时间", t.INSTANT.as_optional(), doc="结束时间", en="to")
    hours: Any = fact(
        "时长", t.number(4, "小时").as_optional(), compute=derive.session_hours,
        doc="时长，小时；没有时为结束时间减开始时间",
        non_negative=True)
    machine: Any = fact("机号", t.code("device").as_optional(), doc="设备机号")
    encounter: Any = fact("就诊", t.entity("encounter"), derived=True, doc="所属就诊")


class LabResult(Entity):
    """One laboratory result."""

    zh = "检验"
    key = "result"

    item: Any = fact("项目", t.code("lab"), doc="检验项目代码或名称")
    charged_as: Any = fact("收费编码", t.code("item").as_optional(), doc="这个结果收费所用的医保项目编码")
    value: Any = fact("结果", t.number(4).as_optional(), doc="数值结果")
    text: Any = fact("文字结果", t.TEXT.as_optional(), doc="非数值结果（阳性、阴性等）")
    unit: Any = fact("单位", t.TEXT.as_optional(), doc="结果单位")
    at: Any = fact("时间", t.INSTANT, doc="结果时间")
    encounter: Any = fact("就诊", t.entity("encounter"), derived=True, doc="所属就诊")


class Settlement(Entity):
    """The settlement of an encounter."""

    zh = "结算"

    at: Any = fact("时间", t.INSTANT, doc="结算时间")
    pooled: Any = fact("统筹支付", t.MONEY, nhsa="hifp_payamt", doc="统筹基金支付，元")
    account: Any = fact("账户支付", t.MONEY, nhsa="acct_payamt", doc="个人账户支付，元")
    sheet: Any = fact("清单字段组", t.list_of(t.TEXT), doc="结算清单（4101）已填字段的名称")
    encounter: Any = fact("就诊", t.entity("encounter"), derived=True, doc="所属就诊")
