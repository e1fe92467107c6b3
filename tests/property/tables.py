"""Random knowledge tables: every column type, empty and 待编 cells, validity, restrictions, prefixes, several rows a key."""
from __future__ import annotations

from random import Random

from medrules.knowledge.codeset import CodeSet
from tests.property.cells import PAIR_RESTRICTIONS, PAIR_SPANS, QUOTA_WINDOWS, RESTRICTIONS, WINDOWS, cell, key, restricted
from tests.property.pools import CODES
from tests.property.written import TableText, declared

# Columns that rules may read: Chinese name → (English name, declared type).
COLUMNS = {
    "年龄段": ("ages", "age_range"), "性别": ("sexes", "list:sex"), "诊断": ("diagnoses", "codes:icd10"),
    "最低级别": ("least_level", "level:hospital"), "其他条件": ("other_conditions", "text"), "上限": ("most", "number"),
    "单位": ("unit", "text"), "组号": ("group_no", "text"), "周期": ("period", "window"), "天数": ("days", "number:天:0"),
    "配套": ("partners", "codes:item"), "限额": ("cap", "money"), "儿童除外": ("child", "bool"),
    "险种": ("insurances", "list:insurance"), "就医方式": ("kinds", "list:visit_kind"), "科室": ("depts", "codes:dept"),
    "频度": ("span", "window"), "最少项数": ("least", "number:种:0"), "限性别": ("only_sex", "code:sex"), "数量段": ("amounts", "number_range"),
    "时长": ("hours", "number:小时:2"), "分级": ("grade", "level:antibiotic"), "药名": ("names", "codes:generic"), "专科": ("specialties", "list:specialty"),
    "起用日": ("since", "date"), "每日量": ("daily", "number:g"),
}
_PLACE = (("编码", "机构级别", "地区码"), ("code", "key_level", "key_area"), ("code", "institution.level", "institution.area"))
# Name → key kind, key columns, their en names, fields, further lines of the declaration.
KINDS = {
    "码表": ("code", ("编码",), ("code",), ("code",), ""),
    "前缀表": ("prefix", ("编码",), ("code",), ("code",), ""),
    "名表": ("generic", ("通用名",), ("generic",), ("generic",), ""),
    "组合表": ("combination", *_PLACE, ""),
    "对表": ("pair", ("主项编码", "从项编码"), ("main_code", "sub_code"), ("code", "code"), ""),
    "无序表": ("pair", ("甲", "乙"), ("one_code", "other_code"), ("code", "code"), "unordered = true\n"),
    "诊断表": ("icd", ("诊断编码",), ("diagnosis_code",), ("code",), ""),
    "价表": ("combination", *_PLACE, "unique = true\n"),
    "套餐表": ("code", ("编码",), ("code",), ("code",), ""),
    "产品表": ("product", ("产品名",), ("product",), ("product",), ""),
    "集表": ("set", ("编码集",), ("code_set",), ("code",), ""),
    "手术表": ("set", ("手术编码",), ("operation_codes",), ("code",), 'key_types = ["codes:icd9cm3"]\n'),
    "药对表": ("pair", ("甲药", "乙药"), ("one_drug", "other_drug"), ("generic", "generic"), "unordered = true\n"),
}
PAIRS = ("对表", "无序表", "药对表")
BY_CODE = ("码表", "前缀表", "组合表", "对表", "无序表", "价表")  # tables about lines whose keys are item codes


def make_codesets() -> tuple[CodeSet, ...]:
    """The code sets that rules and cells name."""
    return (
        CodeSet("慢病", "icd10", prefixes=("I10", "I11"), text="I10|I11"),
        CodeSet("待定病", "icd10", prefixes=("O",), partial=True, text="O 待编"),
        CodeSet("项目", "item", exact=frozenset(("A100", "B101")), text="A100|B101"),
        CodeSet("抗菌", "item", prefixes=("A2",), text="A2*"),
        CodeSet("药名集", "generic", exact=frozenset(("甲药",)), text="甲药"),
        CodeSet("椎体手术", "icd9cm3", prefixes=("81.6",), text="81.6"),
    )


def _toml(name: str) -> str:
    kind, zh, en, fields, more = KINDS[name]
    head = (
        f'name = "{name}"\nen = "t_{list(KINDS).index(name)}"\nkey = "{kind}"\nsource = "例"\n'
        + f"key_columns = {list(zh)}\nkey_names = {list(en)}\nkey_fields = {list(fields)}\n".replace("'", '"') + more)
    return head + "".join(f'[[column]]\nzh = "{c}"\nen = "{e}"\ntype = "{t}"\n' for c, (e, t) in COLUMNS.items())


def table_text(rng: Random, name: str, steady: bool = False) -> TableText:
    """One table of the given name with some rows. steady: no row has days, stage, scene, result or area of its own."""
    toml, pair = _toml(name), name in PAIRS
    kind, zh_keys, _, fields, _ = KINDS[name]
    of = declared(toml)
    header = ("知识点号", *zh_keys, *COLUMNS, *RESTRICTIONS, *(PAIR_RESTRICTIONS if pair else ()))
    windows = WINDOWS if name == "码表" or rng.random() < 0.1 else QUOTA_WINDOWS
    rows = []
    for n in range(rng.randint(3, 8) if name != "价表" else len(CODES)):
        keys = [key(rng, kind, f, k.type) for f, k in zip(fields, of.keys, strict=True)] if name != "价表" else [CODES[n], "", ""]
        cells = [cell(rng, c.type, c.zh, PAIR_SPANS if c.zh == "频度" else windows, ("满 参数.成年 不满60岁", "参数.婴儿")) for c in of.columns]
        own = restricted(rng, pair)
        if steady:
            own = ("",) * len(RESTRICTIONS) + own[len(RESTRICTIONS):]
        rows.append((f"KP-{name}-{n}", *keys, *cells, *own))
    return TableText(toml, header, tuple(rows))
