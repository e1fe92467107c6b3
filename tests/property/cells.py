"""A random cell of any column type: few values, so that lines meet them, and the forms that rows of real packs have."""
from __future__ import annotations

from random import Random

from medrules.model.types import Type
from tests.property.pools import CHRONIC, CODES, GENERICS, SPECIALTIES

WINDOWS = ("单日", "同一小时", "单次就诊", "同一处方", "同台手术", "6小时", "近7天", "近30天", "自然月", "自然年", "用药期重叠", "同一疗程",
           "每季", "医保年度", "同一部位", "同一标本", "同一牙位", "时段重叠")
PAIR_SPANS = ("单日", "同一小时", "单次就诊", "同一处方", "同台手术", "6小时", "用药期重叠", "时段重叠", "同一部位", "自然月", "同一标本", "同一牙位",
              "近7天", "自然年", "每季", "医保年度", "同一疗程")
QUOTA_WINDOWS = ("单日", "单次就诊", "近7天", "近15天", "自然月", "自然年", "同台手术", "每季", "医保年度", "同一处方")

_SETS = {
    "icd10": ("I63", "I10|H36", "C00-C97 除 C44", "O26.9|M10", "编码集「慢病」"),
    "icd9cm3": ("81.65", "81.65|36.01", "36.0"),
    "item": ("A100|A101", "B100", "A1*", "A100|B100|B101", "编码集「项目」"),
    "generic": ("甲药", "甲药|乙药"), "product": ("甲产品", "甲产品|乙产品"), "dept": ("A01", "A02|A10", "A0*"), "chronic": CHRONIC,
}
_LISTS = {
    "sex": ("男", "女", "男|女"), "insurance": ("工伤", "基本医疗|生育"), "visit_kind": ("住院", "门诊|急诊"), "specialty": SPECIALTIES,
    "chronic": CHRONIC, "incision": ("Ⅰ", "Ⅱ"), "counting": ("累计日", "跨度"), "capability": ("麻醉恢复室",), "purpose": ("治疗", "预防"),
}
_LEVELS = {
    "hospital": ("一级", "二级", "三级"), "antibiotic": ("限制使用级", "特殊使用级"), "operation": ("三级", "四级"), "grade": ("甲等", "乙等"),
    "title": ("主治医师", "主任医师"),
}
_NUMBERS = {
    "": ("1", "2", "3", "1.5", "24"), "天": ("1", "3", "7", "28"), "小时": ("2", "6", "24"), "种": ("1", "2", "3"), "项": ("1", "2", "3"),
    "次": ("1", "2"), "元": ("10", "20.0001", "50"), "g": ("5", "10"), "ml/min": ("30", "60"),
}
AGES = ("不满18岁", "满18岁", "满12岁 不满55岁", "不超过28天", "超过6月", "不超过6岁")


def cell(rng: Random, kind: Type, zh: str, spans: tuple[str, ...] = QUOTA_WINDOWS, ages: tuple[str, ...] = ()) -> str:
    """The text of one cell. `spans` are the windows a frame cell may name, `ages` further age ranges (by parameters)."""
    if rng.random() < 0.2:
        return ""
    if rng.random() < 0.06:
        return "待编"
    match kind.kind:
        case "range":
            return rng.choice((*AGES, *ages)) if kind.of is not None and kind.of.kind == "age" else rng.choice(("不超过2", "满2 不满10", "超过1"))
        case "list" | "code":
            words = _LISTS.get(kind.name, CODES)
            plain = [w for w in words if "|" not in w]
            return rng.choice(words if kind.kind == "list" else plain)
        case "codeset":
            return rng.choice(_SETS[kind.name])
        case "level":
            return rng.choice(_LEVELS[kind.name])
        case "bool":
            return rng.choice(("是", "否"))
        case "frame":
            return rng.choice(spans)
        case "date":
            return rng.choice(("2026-02-27", "2026-03-05"))
        case "num":
            if kind.unit == "元" and kind.scale == 2:
                return rng.choice(("10", "50", "99.99"))
            words = _NUMBERS.get(kind.unit, _NUMBERS[""])
            return rng.choice([w for w in words if kind.scale or "." not in w])
        case _:
            return _text(rng, zh)


def _text(rng: Random, zh: str) -> str:
    if "组" in zh:
        return rng.choice(("G1", "G2"))
    if "单位" in zh:
        return rng.choice(("次", "小时"))
    return rng.choice(("癌症患者", "一线无效"))


def key(rng: Random, kind: str, field: str, of: Type) -> str:
    """The text of one key cell of a table of this kind, matched with `field`."""
    match kind, field:
        case "prefix", _:
            return rng.choice(("A1*", "A10*", "A100", "B*", "B10*", "A100|B101"))
        case _, "generic":
            return rng.choice((*GENERICS, "甲药|丙药"))
        case _, "product":
            return rng.choice(("甲产品", "乙产品", "甲产品|乙产品"))
        case _, "institution.level":
            return rng.choice(("", "二级", "三级"))
        case _, "institution.area":
            return rng.choice(("", "61", "1101"))
        case _, "incision":
            return rng.choice(("", "Ⅰ", "Ⅱ"))
        case _ if of.kind == "codeset" and of.name == "icd10":
            return rng.choice(("I10", "I63", "I60-I64", "C00-C97 除 C44", "O26.9"))
        case _ if of.kind == "codeset" and of.name == "icd9cm3":
            return rng.choice(("81.65", "81.65|36.01", "36.0", "81.6"))
        case _ if of.kind == "codeset":
            return rng.choice(("A100|A101", "A1*", "B100|B101", "编码集「项目」", "A100|B100 除 A101"))
        case _:
            return "|".join(sorted(rng.sample(CODES, rng.choice((1, 1, 2, 3)))))


def restricted(rng: Random, pair: bool) -> tuple[str, ...]:
    """The reserved cells of a row: 有效起, 有效止, 环节, 场景, 结果, 提醒方式, 地区 and, for pairs, 主项排除, 部位相同."""
    row = (
        rng.choice(("2026-02-27", "2026-03-01", "2026-03-05", "2026-03-10")) if rng.random() < 0.15 else "",
        rng.choice(("2026-03-06", "2026-03-05")) if rng.random() < 0.1 else "", "事前" if rng.random() < 0.08 else "",
        rng.choice(("住院", "门急诊|异地就医")) if rng.random() < 0.1 else "", rng.choice(("监测", "监测", "监测", "可疑")) if rng.random() < 0.1 else "",
        "静默" if rng.random() < 0.1 else "", rng.choice(("61", "11")) if rng.random() < 0.1 else "",
    )
    if not pair:
        return row
    return (*row, rng.choice(CODES) if rng.random() < 0.15 else "", "是" if rng.random() < 0.15 else "")


RESTRICTIONS = ("有效起", "有效止", "环节", "场景", "结果", "提醒方式", "地区")
PAIR_RESTRICTIONS = ("主项排除", "部位相同")
