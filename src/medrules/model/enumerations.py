"""Enumerated codes (性别, 就医方式, 目录类别 …): which words a rule, a table cell or a JSON value may use, and what
they become.

The run-time value is the Chinese word unless `value` says otherwise (明细.种类 and 环节 keep short English ids). An
open enumeration lists the words that have an English twin; any other word is its own value.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.frozen import dataclass

__all__ = ["ENUMERATIONS", "SCENES", "Enumeration", "Word"]


@dataclass(frozen=True, slots=True)
class Word:
    """One value: its Chinese and English word, other words that mean it, and the run-time value."""

    zh: str
    en: str
    synonyms: tuple[str, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Enumeration:
    name: str
    zh: str
    words: tuple[Word, ...]
    open: bool = False

    def value_of(self, word: str) -> str | None:
        """The run-time value of a Chinese word, English word, synonym or value; None if a closed enumeration lacks
        it."""
        for w in self.words:
            if word == w.zh or word == w.en or word == w.value or word in w.synonyms:
                return w.value
        return word if self.open and word else None

    def word(self, value: str, language: str = "zh") -> str:
        """The word that people read for a run-time value; the value itself when it has no twin."""
        for w in self.words:
            if value == w.value:
                return w.zh if language == "zh" else w.en
        return value


def _of(name: str, zh: str, *words: str, open: bool = False) -> tuple[str, Enumeration]:
    """Each word is written `中文=english` with further synonyms after `|`, and a run-time value after `>`."""
    made = []
    for text in words:
        text, _, value = text.partition(">")
        first, *synonyms = text.split("|")
        word_zh, _, word_en = first.partition("=")
        made.append(Word(word_zh, word_en, tuple(synonyms), value or word_zh))
    return name, Enumeration(name, zh, tuple(made), open)


ENUMERATIONS: Final[Mapping[str, Enumeration]] = MappingProxyType(dict((
    _of("sex", "性别", "男=male|男性", "女=female|女性"),
    _of("maternity", "生育状态", "非妊娠期或哺乳期=neither", "近期有生育计划=planning", "妊娠期=pregnant",
        "哺乳期=lactating"),
    _of("visit_kind", "就医方式", "门诊=outpatient", "急诊=emergency", "住院=inpatient", "购药=purchase|药店购药",
        "互联网诊疗=online|互联网", "门诊慢特病=chronic_outpatient"),
    _of("scene", "场景", "门急诊=outpatient_emergency", "住院=inpatient", "购药=purchase", "互联网诊疗=online",
        "门诊慢特病=chronic_outpatient", "异地就医=out_of_area"),
    _of("insurance", "险种", "基本医疗=basic|基本医疗保险", "工伤=work_injury|工伤保险", "生育=maternity|生育保险",
        "长期护理=long_term_care|长期护理保险"),
    _of("benefit_kind", "待遇类别", "普通=ordinary", "生育=maternity", "慢特病=chronic"),
    _of("admission_route", "入院途径", "急诊=emergency", "门诊=outpatient", "转入=transfer|其他医疗机构转入",
        "其他=other"),
    _of("discharge_way", "离院方式", "医嘱离院=ordered", "医嘱转院=transferred",
        "医嘱转社区=transferred_to_community", "非医嘱离院=against_advice", "死亡=died", "其他=other"),
    _of("identity_check", "身份核验", "一致=matched|通过", "不一致=mismatched|不符", "未核验=unchecked"),
    _of("bed_kind", "床位类型", "普通=ordinary", "重症监护=icu|ICU", "层流=laminar_flow", "日间=day", open=True),
    _of("diagnosis_kind", "诊断类别", "入院=admission", "出院=discharge"),
    _of("incision", "切口等级", "0=none|0类", "Ⅰ=i|Ⅰ类|I|I类|1", "Ⅱ=ii|Ⅱ类|II|II类|2", "Ⅲ=iii|Ⅲ类|III|III类|3"),
    _of("line_kind", "明细种类", "医嘱=order>order", "费用=charge>charge"),
    _of("list_kind", "目录类别", "西药中成药=western_or_patent", "中药饮片=herb", "自制剂=hospital_made",
        "民族药=ethnic", "其他=other", "中药颗粒=herb_granule", "医疗服务项目=service", "医用耗材=consumable",
        "长护服务项目=long_term_care"),
    _of("charge_kind", "收费类别", "床位=bed", "诊察=consultation", "检查=examination", "化验=laboratory",
        "治疗=treatment", "手术=surgery", "护理=nursing", "卫生材料=material", "西药=western_medicine",
        "中药饮片=herb", "中成药=patent_medicine", "一般诊疗=general", "挂号=registration", "其他=other"),
    _of("list_level", "目录等级", "甲=a|甲类", "乙=b|乙类", "丙=c|丙类|自费"),
    _of("route", "给药途径", "口服=oral", "静脉滴注=iv_drip|静滴", "静脉注射=iv_push|静注", "肌内注射=im|肌注",
        "皮下注射=sc|皮下", "外用=topical", "吸入=inhaled", open=True),
    _of("purpose", "用药目的", "治疗=treatment", "预防=prophylaxis"),
    _of("anaesthesia", "麻醉方式", "全身麻醉=general|全麻", "椎管内麻醉=neuraxial", "局部麻醉=local|局麻",
        "神经阻滞麻醉=nerve_block", open=True),
    _of("prescription_kind", "处方类别", "普通=ordinary", "急诊=emergency", "儿科=paediatric", "麻精=narcotic",
        "中药=herbal", open=True),
    _of("institution_kind", "机构类型", "定点医疗机构=hospital|医疗机构", "定点零售药店=pharmacy|零售药店",
        "工伤定点康复机构=injury_rehabilitation", "辅助器具配置机构=assistive_devices",
        "计划生育服务机构=family_planning"),
    _of("specialty", "专科类别", "综合=general|综合医院", "眼科=ophthalmology|眼科专科", "口腔=dental|口腔专科",
        "肿瘤=oncology|肿瘤专科", "儿童=children|儿童专科", "妇产=obstetrics|妇产专科", "精神=psychiatric|精神专科",
        "传染病=infectious|传染病专科", "中医=traditional|中医医院", "康复=rehabilitation|康复专科", open=True),
    _of("capability", "机构能力", "重症监护=icu|ICU", "层流=laminar_flow", "麻醉恢复室=recovery_room",
        "静配中心=iv_pharmacy", open=True),
    _of("scope_of_practice", "执业范围", open=True),
    _of("coverage", "覆盖范围", "本院=own|own_institution", "统筹区=pool_area|area", "全国=national"),
    _of("outcome", "结论", "符合=met", "不符合=not_met|不符"),
    _of("stage", "环节", "事前=before>before", "事中=during>during", "事后=after>after"),
    _of("counting", "计算方式", "累计日=days_of_use", "跨度=span"),
    _of("subject_kind", "监管对象", "机构=institution", "科室=department", "医师=physician", "参保人=patient|患者"),
)))

# Which 就医方式 each 场景 means (facts.md). 异地就医 is not here: it is 就诊.异地标志, a second, independent value.
SCENES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "门急诊": ("门诊", "急诊", "门诊慢特病"), "住院": ("住院",), "购药": ("购药",), "互联网诊疗": ("互联网诊疗",),
    "门诊慢特病": ("门诊慢特病",),
})
