"""Code tables of the national interface: sent code → the model's value. Where sources disagree nothing is mapped by
default.

None of these tables was taken from the official specification text; they are what several public hospital systems
agree on. A code that is not in its table is UNKNOWN and is reported once per request. A site adds its own codes in
`SiteSettings`.
"""
from __future__ import annotations

import re
from typing import Final

__all__ = [
    "BENEFIT_KINDS", "CHARGE_KINDS", "DIAGNOSIS_KINDS", "INSTITUTION_KINDS", "INSURANCES", "LIST_KINDS", "LIST_LEVELS",
    "MATERNITY_SCHEMES", "NATIONAL_DEPARTMENT", "ORDINARY_BENEFIT", "RECEIVER_INSURANCES", "SEVERITIES", "SEXES",
    "STAGES", "TAKE_HOME", "TITLE_SCHEMES",
    "VISIT_KINDS",
]

# infno → stage. 3660 and 3661 are Hainan's numbers for the same two services.
STAGES: Final[dict[str, str]] = {"3101": "before", "3102": "during", "3660": "before", "3661": "during"}

# gend: 0 未知 and 9 未说明 are UNKNOWN without a note. Agreed by all sources.
SEXES: Final[dict[str, str]] = {"1": "男", "2": "女"}

# med_type 医疗类别 → 就医方式 (facts.md). One provincial colouring is possible, so a site may override any of them.
VISIT_KINDS: Final[dict[str, str]] = {
    **dict.fromkeys(("11", "12", "15", "16", "51", "81"), "门诊"), "13": "急诊", "14": "门诊慢特病",
    **dict.fromkeys(("21", "22", "23", "24", "25", "26", "27", "28", "52"), "住院"), "41": "购药",
}
# med_type → 待遇类别; every other known med_type is ORDINARY_BENEFIT.
BENEFIT_KINDS: Final[dict[str, str]] = {"51": "生育", "52": "生育", "14": "慢特病"}
ORDINARY_BENEFIT: Final = "普通"

# insutype 险种: it has no code for 工伤 or 生育, so an ordinary one is 基本医疗 (facts.md).
INSURANCES: Final[dict[str, str]] = {
    **dict.fromkeys(("310", "320", "330", "340", "350", "360", "370", "380", "390", "391", "392", "399"), "基本医疗"),
    "410": "长期护理",
}
# recer_sys_code 接收方系统代码: only 工伤 overrides insutype (YBXT ordinary, LXXT retired cadres).
RECEIVER_INSURANCES: Final[dict[str, str]] = {"GSXT": "工伤"}

# medins_type: other values (letters such as A, A1) are UNKNOWN.
INSTITUTION_KINDS: Final[dict[str, str]] = {
    "1": "定点医疗机构", "2": "定点零售药店", "3": "工伤定点康复机构", "4": "辅助器具配置机构", "5": "计划生育服务机构",
}

LIST_KINDS: Final[dict[str, str]] = {
    "101": "西药中成药", "102": "中药饮片", "103": "自制剂", "104": "民族药", "105": "其他", "106": "中药颗粒",
    "201": "医疗服务项目", "301": "医用耗材", "501": "长护服务项目",
}
# Two digits only: a bare "1" is what some clients send for everything.
CHARGE_KINDS: Final[dict[str, str]] = {
    "01": "床位", "02": "诊察", "03": "检查", "04": "化验", "05": "治疗", "06": "手术", "07": "护理", "08": "卫生材料",
    "09": "西药", "10": "中药饮片", "11": "中成药", "12": "一般诊疗", "13": "挂号", "14": "其他",
}
# The zero may be missing.
LIST_LEVELS: Final[dict[str, str]] = {"01": "甲", "02": "乙", "03": "丙", "1": "甲", "2": "乙", "3": "丙"}

# drord_bhvr 医嘱行为: 1 出院带药. Other codes than 0 and 1 are UNKNOWN.
TAKE_HOME: Final[dict[str, bool]] = {"0": False, "1": True}

DIAGNOSIS_KINDS: Final[dict[str, str]] = {"1": "入院", "2": "出院"}

# matn_stas: two numberings in use; code 1 means opposite things, so a site must choose. 0 is UNKNOWN in both (ruling
# T34).
MATERNITY_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "five": {"1": "非妊娠期或哺乳期", "2": "近期有生育计划", "3": "妊娠期", "4": "哺乳期"},
    "three": {"1": "妊娠期", "2": "哺乳期"},
}
# drord_dr_profttl: the three-digit numbering is unmistakable and always read; the one-digit one only if a site says so.
TITLE_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "231": {"231": "主任医师", "232": "副主任医师", "233": "主治医师", "234": "医师", "235": "医士"},
    "single": {"1": "医士", "2": "医师", "3": "主治医师", "4": "副主任医师", "5": "主任医师"},
}

# The shape of a national department code (诊疗科目): A03, A03.01. Anything else is a hospital's own code.
NATIONAL_DEPARTMENT: Final = re.compile(r"A[0-9]{2}(?:\.[0-9]{2}){0,2}")

# sev_deg 严重程度 of the response.
SEVERITIES: Final[dict[str, str]] = {"definite": "1", "suspect": "2", "monitor": "3"}
