"""The tables of the 2025 edition's print: what is read from a row alone, and what is read by hand (edition_*.csv).

A row that is cut, stands under the wrong heading, or names no code that could be bound is not used and is counted.
Sets of diagnoses are wide where missing them accuses (须) and narrow where hitting them accuses (当).
"""
from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .edition_points import edition_point, edition_rows, label_text, whole_name
from .outrows import OutRow, from_point
from .published import Point

__all__ = [
    "chronic_label_days", "consumable_diseases", "consumables_by_sex", "diagnoses_by_age", "diagnoses_by_sex",
    "drug_contraindications", "drug_interactions", "duplicate_drug_groups", "elderly_drugs",
    "herb_doses", "herb_incompatibilities", "label_indications", "operation_diagnoses", "operations_by_sex", "perioperative_prophylaxis",
    "pregnancy_drugs", "service_indications", "test_indications", "treatment_indications",
]

HERE = Path(__file__).parent
Built = tuple[list[OutRow], int]
_PRINT = "2025版纸本"
_AGES = {"新生儿": "参数.新生儿年龄段", "婴儿": "不满1岁"}
_TOO_OLD = re.compile(r"禁用|不推荐|避免应用|不宜|不应")
_WITH_CARE = re.compile(r"慎|监测|减量|减少|小剂量|低剂量|谨慎|注意|调整|不良反应|毒性|风险|机会增多|高钾|认知功能|精神错乱|清除率")
_OTHER_HEADING = re.compile(r"孕妇|适应症|疾病禁忌")


def _hand(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _readings(rule: int) -> dict[str, dict[str, str]]:
    """The hand readings of a rule by name, with their groups of diagnoses written out."""
    sets: Mapping[str, str] = tomllib.loads((HERE / "edition_sets.toml").read_text("utf-8"))
    found = {}
    for row in _hand("edition_readings.csv"):
        if row["规则"] == str(rule) and row["诊断"]:
            codes = [sets[c[1:]] if c.startswith("@") else c for c in row["诊断"].split("|")]
            found[row["名称"]] = {**row, "诊断": "|".join(dict.fromkeys("|".join(codes).split("|")))}
    return found


# ---------------------------------------------------------------- codes with an attribute


def operations_by_sex(data: Path) -> Built:
    rows = []
    for n, r in enumerate(edition_rows(data, "手术操作编码与性别不符"), 1):
        if not r["basis"].startswith(r["limit_sex"]):
            raise ValueError(f"{r['op_code']}: {r['limit_sex']} against {r['basis']}")
        point = edition_point(39, n, r["op_name"], r["basis"], (r["op_code"],))
        rows.append(from_point(point, {"性别": r["limit_sex"]}, "全", _PRINT))
    return rows, 0


def diagnoses_by_sex(data: Path) -> Built:
    rows = []
    for n, r in enumerate(edition_rows(data, "诊断与患者性别不符"), 1):
        point = edition_point(54, n, r["dx_name"], r["basis"], (r["dx_code"],))
        rows.append(from_point(point, {"性别": r["basis"][0]}, "全", _PRINT))
    return rows, 0


def diagnoses_by_age(data: Path) -> Built:
    """新生儿, 婴儿 are ages; 幼年 (a form of disease as much as an age) stays 待编."""
    rows = []
    for n, r in enumerate(edition_rows(data, "诊断与患者年龄不符"), 1):
        word = r["basis"].removesuffix("相关疾病诊断")
        point = edition_point(55, n, r["dx_name"], r["basis"], (r["dx_code"],))
        known = _AGES.get(word)
        notes = ("年龄段为推定",) if known else ("「幼年」的年龄不明",)
        rows.append(from_point(point, {"年龄段": known or "待编"}, "全" if known else "部分", _PRINT, notes=notes))
    return rows, 0


def operation_diagnoses(data: Path) -> Built:
    """The print lists what fits (阑尾切除术 with 急性阑尾炎), not what does not: the rule asks for a row that fits."""
    rows, seen = [], set()
    for n, r in enumerate(edition_rows(data, "诊断编码与手术操作编码不符"), 1):
        pair = (r["op_code"], r["dx_code"])
        if pair in seen:
            continue
        seen.add(pair)
        point = edition_point(40, n, f"{r['op_name']}×{r['dx_name']}", r["basis"], (r["op_code"],))
        rows.append(from_point(point, {"诊断": r["dx_code"]}, "全", _PRINT))
    return rows, 0


# ---------------------------------------------------------------- drugs and herbs by name


def chronic_label_days(data: Path) -> Built:
    """A sample of 28 days each; that these are the days of a chronic disease in an outpatient clinic is inferred."""
    rows = []
    for n, r in enumerate(edition_rows(data, "68-超说明书用量开药-sample", extra=True), 1):
        point = edition_point(68, n, r["generic_name"], f"最大开药天数{r['max_days']}天", (r["generic_name"],))
        cells = {"最大天数": f"{r['max_days']}天", "就医方式": "门诊|门诊慢特病|购药"}
        rows.append(from_point(point, cells, "全", "2025版节选", named=False, notes=("就医方式为推定",)))
    return rows, 0


def duplicate_drug_groups(data: Path) -> Built:
    """Only 14 of the 793 printed names have the number of their group."""
    grouped = edition_rows(data, "69-重复开药-sample", extra=True)
    names = {r["item_name"] for r in edition_rows(data, "重复开药")}
    rows = []
    for n, r in enumerate(grouped, 1):
        point = edition_point(69, n, r["generic_name"], f"分类组{r['group_no']}：{r['group_name']}", (r["generic_name"],))
        rows.append(from_point(point, {"组号": r["group_no"], "组名": r["group_name"]}, "全", "2025版节选", named=False))
    return rows, len(names - {r["generic_name"] for r in grouped})


def herb_incompatibilities(data: Path) -> Built:
    rows, seen = [], set()
    for n, r in enumerate(edition_rows(data, "中药饮片配伍禁忌"), 1):
        pair = frozenset((r["herb_a"], r["herb_b"]))
        if pair in seen or len(pair) < 2:
            continue
        seen.add(pair)
        point = edition_point(75, n, "", f"{r['herb_a']}与{r['herb_b']}配伍禁忌（《中国药典》等）", ())
        rows.append(from_point(point, {}, "全", _PRINT, named=False, keys=(r["herb_a"], r["herb_b"])))
    return rows, 0


def herb_doses(data: Path) -> Built:
    rows = []
    for n, r in enumerate(edition_rows(data, "77-中药饮片超量上传-sample", extra=True), 1):
        point = edition_point(77, n, r["herb"], f"药典用量{r['label_range']}", (r["code"],))
        cells = {"每日最大克数": f"{r['pharmacopoeia_max_g_per_day']}g"}
        rows.append(from_point(point, cells, "全", "2025版节选"))
    return rows, 0


def drug_interactions(data: Path) -> Built:
    """Partners are named as substances; their dosage forms are inferred."""
    printed = edition_rows(data, "药品相互作用")
    rows = []
    for r in _hand("edition_interactions.csv"):
        row = printed[int(r["序"]) - 1]
        if row["item_name"] != r["甲"]:
            raise ValueError(f"{r['序']}: {row['item_name']} against {r['甲']}")
        point = edition_point(74, int(r["序"]), "", label_text(row["basis"]), ())
        rows.append(from_point(
            point, {}, "全", f"人工判读（{r['理由']}）", named=False, keys=(r["甲"], r["乙"])))
    return rows, len(printed) - len(rows)


def elderly_drugs(data: Path) -> Built:
    """禁用、不推荐 → as the rule; 慎用 and the like → 监测, by the row's own 结果."""
    def read(row: dict[str, str]) -> tuple[str, str] | None:
        text = label_text(row["basis"])
        if _OTHER_HEADING.search(row["basis"]) or not text.endswith("。"):
            return None
        if _TOO_OLD.search(text):
            return text, ""
        return (text, "监测") if _WITH_CARE.search(text) else None

    return _by_name(data, "老年人用药安全", 72, {"禁用年龄段": "满 参数.老年年龄"}, read)


def _by_name(
    data: Path, name: str, rule: int, cells: Mapping[str, str], read: Callable[[dict[str, str]], tuple[str, str] | None],
) -> Built:
    rows: list[OutRow] = []
    printed = edition_rows(data, name)
    for n, r in enumerate(printed, 1):
        found = read(r) if whole_name(r["item_name"]) else None
        if found is not None:
            point = edition_point(rule, n, r["item_name"], found[0], (r["item_name"],))
            rows.append(from_point(point, cells, "全", _PRINT, named=False, result=found[1]))
    return rows, len(printed) - len(rows)


_PREGNANT = re.compile(r"孕妇|怀孕|妊娠")
_NURSING = re.compile(r"哺乳")


def pregnancy_drugs(data: Path) -> Built:
    rows: list[OutRow] = []
    printed = edition_rows(data, "妊娠期及哺乳期用药安全")
    for n, r in enumerate(printed, 1):
        text = label_text(r["basis"])
        if not whole_name(r["item_name"]) or not text.endswith("。") or "禁用" not in text or "疾病" in r["basis"]:
            continue
        states = [s for s, found in (("妊娠期", _PREGNANT.search(text)), ("哺乳期", _NURSING.search(text))) if found]
        if states:
            point = edition_point(73, n, r["item_name"], text, (r["item_name"],))
            rows.append(from_point(point, {"禁用状态": "|".join(states)}, "全", _PRINT, named=False))
    return rows, len(printed) - len(rows)


def drug_contraindications(data: Path) -> Built:
    known = _readings(71)
    rows: list[OutRow] = []
    printed = edition_rows(data, "药品禁忌症")
    for n, r in enumerate(printed, 1):
        reading = known.get(r["item_name"])
        if reading is not None:
            point = edition_point(71, n, r["item_name"], label_text(r["basis"]), (r["item_name"],))
            notes = (f"未编：{reading['其他条件']}",) if reading["其他条件"] else ()
            rows.append(from_point(
                point, {"禁忌诊断": reading["诊断"]}, "部分" if notes else "全", "人工判读", named=False, notes=notes))
    return rows, len(printed) - len(rows)


# ---------------------------------------------------------------- what needs a diagnosis


def _indicated(point: Point, reading: dict[str, str], named: bool) -> OutRow:
    cells = {"诊断": reading["诊断"], "年龄段": reading["年龄段"], "性别": reading["性别"], "其他条件": reading["其他条件"]}
    return from_point(point, cells, "部分" if reading["其他条件"] else "全", "人工判读", named=named)


def label_indications(data: Path) -> Built:
    known = _readings(70)
    printed = edition_rows(data, "超说明书适应症用药")
    rows = [
        _indicated(edition_point(70, n, r["item_name"], label_text(r["basis"]), (r["item_name"],)), known[r["item_name"]], False)
        for n, r in enumerate(printed, 1) if r["item_name"] in known
    ]
    return rows, len(printed) - len(rows)


def test_indications(data: Path) -> Built:
    return _services(data, 78, "78-无指征检验检查", "indication_keywords(own summary)")


def treatment_indications(data: Path) -> Built:
    return _services(data, 79, "79-无指征治疗-partial", "indication(own summary)")


def service_indications(data: Path) -> Built:
    return _services(data, 83, "83-医疗服务项目超适应症使用-partial", "indication(own summary)")


def _services(data: Path, rule: int, name: str, column: str) -> Built:
    known = _readings(rule)
    printed = edition_rows(data, name, extra=True)
    rows, text = [], ""
    for n, r in enumerate(printed, 1):
        text = text if r[column] == "同上" else r[column]
        if r["item_code"] and r["item_name"] in known:
            point = edition_point(rule, n, r["item_name"], f"指征（摘要）：{text}", (r["item_code"],))
            rows.append(_indicated(point, known[r["item_name"]], True))
    return rows, len(printed) - len(rows)


def consumables_by_sex(data: Path) -> Built:
    rows = []
    for n, r in enumerate(edition_rows(data, "87-医用耗材与性别不符-male-partial", extra=True), 1):
        point = edition_point(87, n, r["consumable_name"], f"限{r['limit_sex']}性", (r["consumable_name"],))
        rows.append(from_point(point, {"性别": r["limit_sex"]}, "全", "2025版节选", named=False))
    return rows, 0


def consumable_diseases(data: Path) -> Built:
    known = _readings(88)
    printed = edition_rows(data, "医用耗材限疾病使用")
    rows: list[OutRow] = []
    for n, r in enumerate(printed, 1):
        words = [w for w in known if w in r["basis"]]
        if len(words) == 1 and whole_name(r["item_name"]):
            text = r["basis"].partition("，")[2].partition("。")[0]
            point = edition_point(88, n, r["item_name"], text, (r["item_name"],))
            rows.append(_indicated(point, known[words[0]], False))
    return rows, len(printed) - len(rows)


def perioperative_prophylaxis(data: Path) -> Built:
    """The printed groups of operations, bound to ICD-9-CM-3 by hand; classes of drugs by the places of the drug code."""
    printed = edition_rows(data, "44-围手术期抗菌药物预防性应用-partial", extra=True)
    rows = list(_prophylaxis(printed))
    return rows, len(printed) - len(rows)


def _prophylaxis(printed: list[dict[str, str]]) -> Iterator[OutRow]:
    for r in _hand("edition_prophylaxis.csv"):
        row = printed[int(r["序"]) - 1]
        text = f"{row['operation_group']}：{row['recommended_classes']}"
        point = edition_point(44, int(r["序"]), row["operation_group"], text, ())
        level = row["incision_class"].removesuffix("类")
        cells = {"允许药品": r["允许药品"], "最长时长": "参数.预防用药时长"}
        yield from_point(
            point, cells, "全", f"人工判读（{r['理由']}）", keys=(level, r["手术操作编码"]), notes=("编码为推定",))
