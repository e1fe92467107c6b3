"""Random knowledge tables: every column type, empty and 待编 cells, validity, restrictions, prefixes, several rows a key."""
from __future__ import annotations

from random import Random

from medrules.diagnostics import Severity
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.reader import read_table
from medrules.knowledge.table import Table

CODES = ("A100", "A101", "A200", "B100", "B101")
GENERICS = ("甲药", "乙药", "丙药")
ICD10 = ("I10", "I63.9", "I63.900", "C44.3", "C18.0", "O26.9", "H36.0", "M10.9")
ICD9 = ("81.65", "81.66", "36.01")
DEPARTMENTS = ("A01", "A02", "A10")

# Columns that rules may read: Chinese name → (English name, declared type).
COLUMNS = {
    "年龄段": ("ages", "age_range"), "性别": ("sexes", "list:sex"), "诊断": ("diagnoses", "codes:icd10"),
    "最低级别": ("least_level", "level:hospital"), "其他条件": ("other_conditions", "text"), "上限": ("most", "number"),
    "单位": ("unit", "text"), "组号": ("group_no", "text"), "周期": ("period", "window"), "天数": ("days", "number:天:0"),
    "配套": ("partners", "codes:item"), "限额": ("cap", "money"), "儿童除外": ("child", "bool"),
    "险种": ("insurances", "list:insurance"), "就医方式": ("kinds", "list:visit_kind"), "科室": ("depts", "codes:dept"),
    "频度": ("span", "window"), "最少项数": ("least", "number:种:0"),
}
WINDOWS = ("单日", "同一小时", "单次就诊", "同一处方", "同台手术", "6小时", "近7天", "近30天", "自然月", "自然年", "用药期重叠", "同一疗程")
PAIR_SPANS = ("单日", "同一小时", "单次就诊", "同一处方", "同台手术", "6小时", "用药期重叠", "时段重叠", "同一部位", "自然月")
QUOTA_WINDOWS = ("单日", "单次就诊", "近7天", "近15天", "自然月", "自然年", "同台手术")

KINDS = {
    "码表": ("code", ("编码",), ("code",), ("code",)),
    "前缀表": ("prefix", ("编码",), ("code",), ("code",)),
    "名表": ("generic", ("通用名",), ("generic",), ("generic",)),
    "组合表": ("combination", ("编码", "机构级别", "地区码"), ("code", "key_level", "key_area"),
               ("code", "institution.level", "institution.area")),
    "对表": ("pair", ("主项编码", "从项编码"), ("main_code", "sub_code"), ("code", "code")),
    "无序表": ("pair", ("甲", "乙"), ("one_code", "other_code"), ("code", "code")),
    "诊断表": ("icd", ("诊断编码",), ("diagnosis_code",), ("code",)),
    "价表": ("combination", ("编码", "机构级别", "地区码"), ("code", "key_level", "key_area"),
           ("code", "institution.level", "institution.area")),
    "套餐表": ("code", ("编码",), ("code",), ("code",)),
}

BY_CODE = ("码表", "前缀表", "组合表", "对表", "无序表", "价表")  # tables about lines whose keys are item codes


def _some(rng: Random, values: tuple[str, ...], most: int) -> str:
    return "|".join(sorted(rng.sample(values, rng.randint(1, min(most, len(values))))))


def _key(rng: Random, kind: str, field: str) -> str:
    match kind, field:
        case "prefix", _:
            return rng.choice(("A1*", "A10*", "A100", "B*", "B10*", "A100|B101"))
        case "generic", _:
            return rng.choice(GENERICS)
        case "icd", _:
            return rng.choice(("I10", "I63", "I60-I64", "C00-C97 除 C44", "O26.9"))
        case _, "institution.level":
            return rng.choice(("", "二级", "三级"))
        case _, "institution.area":
            return rng.choice(("", "61", "1101"))
        case _:
            return _some(rng, CODES, 2)


def _cell(rng: Random, zh: str, table: str) -> str:
    if rng.random() < 0.22:
        return ""
    if rng.random() < 0.06:
        return "待编"
    match zh:
        case "年龄段":
            return rng.choice(("不满18岁", "满18岁", "满12岁 不满55岁", "不超过28天", "超过6月", "满 参数.成年 不满60岁", "不超过6岁"))
        case "性别":
            return rng.choice(("男", "女", "男|女"))
        case "诊断":
            return rng.choice(("I63", "I10|H36", "C00-C97 除 C44", "O26.9|M10", "编码集「慢病」"))
        case "最低级别":
            return rng.choice(("一级", "二级", "三级"))
        case "其他条件":
            return rng.choice(("癌症患者", "一线无效"))
        case "上限":
            return rng.choice(("1", "2", "3", "1.5", "24"))
        case "单位":
            return rng.choice(("次", "小时"))
        case "组号":
            return rng.choice(("G1", "G2"))
        case "周期":
            return rng.choice(QUOTA_WINDOWS if table != "码表" else (*WINDOWS[:-2], "同一疗程"))
        case "频度":
            return rng.choice(PAIR_SPANS)
        case "天数":
            return rng.choice(("1", "3", "7", "28"))
        case "配套":
            return rng.choice(("A100|A101", "B100", "A1*", "A100|B100|B101", "编码集「项目」"))
        case "限额":
            return rng.choice(("10", "50", "99.99"))
        case "儿童除外":
            return rng.choice(("是", "否"))
        case "险种":
            return rng.choice(("工伤", "基本医疗|生育"))
        case "就医方式":
            return rng.choice(("住院", "门诊|急诊"))
        case "科室":
            return rng.choice(("A01", "A02|A10", "A0*"))
        case "最少项数":
            return rng.choice(("1", "2", "3"))
        case _:
            raise KeyError(zh)


def _date(rng: Random) -> str:
    return rng.choice(("2026-02-27", "2026-03-01", "2026-03-05", "2026-03-10"))


def make_table(rng: Random, name: str, codesets: dict[str, CodeSet], steady: bool = False) -> Table:
    """One table of the given name with up to eight rows; lines that the reader refuses are left out by it. steady: no row has days,
    stage, scene, result or area of its own."""
    kind, zh_keys, en_keys, fields = KINDS[name]
    toml = (
        f'name = "{name}"\nen = "t_{list(KINDS).index(name)}"\nkey = "{kind}"\nsource = "例"\n'
        f"key_columns = {list(zh_keys)}\nkey_names = {list(en_keys)}\nkey_fields = {list(fields)}\n"
        f"unordered = {'true' if name == '无序表' else 'false'}\nunique = {'true' if name == '价表' else 'false'}\n".replace("'", '"')
    ) + "".join(f'[[column]]\nzh = "{zh}"\nen = "{en}"\ntype = "{kind_}"\n' for zh, (en, kind_) in COLUMNS.items())
    header = ["知识点号", *zh_keys, *COLUMNS, "有效起", "有效止", "环节", "场景", "结果", "提醒方式", "地区"]
    if kind == "pair":
        header += ["主项排除", "部位相同"]
    lines = [",".join(header)]
    for n in range(rng.randint(3, 8) if name != "价表" else len(CODES)):
        keys = [_key(rng, kind, f) for f in fields] if name != "价表" else [CODES[n], "", ""]
        row = [f"KP-{name}-{n}", *keys, *(_cell(rng, zh, name) for zh in COLUMNS)]
        row += [""] * 7 if steady else [
            _date(rng) if rng.random() < 0.15 else "", "2026-03-06" if rng.random() < 0.1 else "",
            "事前" if rng.random() < 0.08 else "", "住院" if rng.random() < 0.1 else "",
            rng.choice(("监测", "可疑")) if rng.random() < 0.1 else "", "静默" if rng.random() < 0.1 else "",
            rng.choice(("61", "11")) if rng.random() < 0.1 else "",
        ]
        if kind == "pair":
            row += [rng.choice(CODES) if rng.random() < 0.15 else "", "是" if rng.random() < 0.15 else ""]
        lines.append(",".join(row))
    table, problems = read_table(toml, "\n".join(lines).encode(), codesets)
    if table is None:
        raise AssertionError([p.message for p in problems if p.severity is Severity.ERROR])
    return table


def make_codesets() -> dict[str, CodeSet]:
    """The code sets that rules and cells name."""
    return {s.name: s for s in (
        CodeSet("慢病", "icd10", prefixes=("I10", "I11"), text="I10|I11"),
        CodeSet("待定病", "icd10", prefixes=("O",), partial=True, text="O 待编"),
        CodeSet("项目", "item", exact=frozenset(("A100", "B101")), text="A100|B101"),
        CodeSet("抗菌", "item", prefixes=("A2",), text="A2*"),
    )}
