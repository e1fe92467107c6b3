"""限儿童使用, 儿童专用, 区分性别使用（药品、项目）, 限工伤保险, 限生育保险: who the patient is.

The structured tables of batch 1 and 3 state the restricted object (限定对象); the update of 2026-01-28 does not, so an
update row takes the value of the row that it replaces when name and text agree apart from punctuation, and is read from
its own text otherwise.
"""
from __future__ import annotations

import re
from pathlib import Path

from .ages import CHILD, read_age
from .outrows import Coded, OutRow, from_point
from .published import STRUCTURED, Point, by_name, read_points, read_table, same_wording

__all__ = ["child_drugs", "child_only_drugs", "injury_drugs", "maternity_drugs", "sex_drugs", "sex_items"]

_NUMBERED = re.compile(r"(?:(?<=[：:；;])|^)\s*(\d)\.(?=\D|\d{1,2}岁)")
_MALE = re.compile(r"前列腺|男性|阳痿|遗精|睾丸")
_FEMALE = re.compile(r"月经|子宫|宫颈|阴道|妇女|女性|妊娠|产后|卵巢")
_LABEL_NARROWER = re.compile(r"早产婴儿|11周岁以下患者|1月以上婴儿和儿童|(?<=适用于)婴幼儿|(?<=用于)婴儿|初生小儿")
_ADULT_DOSE = "药品说明书包含成人用法用量"


def child_drugs(data: Path) -> list[OutRow]:
    rows: list[OutRow] = []
    for point in read_points(data, "药品限儿童使用", "GZ10000101007000"):
        clauses = _alternatives(point.text)
        for i, clause in enumerate(clauses, 1):
            age = read_age(clause)
            if age is None:
                raise ValueError(f"{point.id}: no age in {clause}")
            rest = _rest_after_age(clause)
            coded: Coded = "部分" if rest else "全"
            cells = {"年龄段": age.cell, "其他条件": rest}
            rows.append(from_point(point, cells, coded, "原文", suffix=f"-{i}" if len(clauses) > 1 else ""))
    return rows


def _alternatives(text: str) -> list[str]:
    """The numbered alternatives of a text when each names its own age; else the text as one."""
    body = text.rstrip("。").removeprefix("限").lstrip("：:")
    parts = [p.strip("；; ") for p in _NUMBERED.split(body)[2::2]]
    return parts if parts and len({read_age(p) for p in parts}) > 1 else [body]


def _rest_after_age(clause: str) -> str:
    """What a person must still attest: the clause without its age words."""
    rest = re.sub(r"\d{1,2}岁及\d{1,2}岁以上|\d{1,2}岁?(?:至|-)\d{1,2}岁(?:以下)?|\d{1,2}岁及以上", "", clause, count=1)
    rest = re.sub(r"儿童和青少年的|儿童患者$|^儿童的?|患者$", "", rest)
    return rest.strip("，。；; ")


def child_only_drugs(data: Path) -> list[OutRow]:
    """限定对象 is 儿童; the text is the label's indication, which explains the list and restricts nothing itself."""
    structured = by_name(read_table(data, STRUCTURED, "第一批-药品规则库(限定年龄对象)"), "药品通用名")
    points = read_points(data, "药品儿童专用", "GZ10000301002000")
    known = {p.id: p for p in points}
    rows: list[OutRow] = []
    for point in points:
        value, origin = _typed_value(point, known, {n: r["限定对象"] for n, r in structured.items()})
        if value != "儿童":
            raise ValueError(f"{point.id}: 限定对象 is {value or 'not given'}")
        narrower = _LABEL_NARROWER.search(point.text)
        if _ADULT_DOSE in point.text:
            rows.append(from_point(point, {"年龄段": CHILD}, "全", f"{origin}（限定对象：儿童）", suffix="-1"))
            adult = {"年龄段": "满 参数.儿童年龄上限", "其他条件": f"{_ADULT_DOSE}，按说明书核对"}
            rows.append(from_point(point, adult, "部分", "原文附注", suffix="-2"))
            continue
        cells = {"年龄段": CHILD, "其他条件": narrower.group() if narrower else ""}
        coded: Coded = "部分" if narrower else "全"
        rows.append(from_point(point, cells, coded, f"{origin}（限定对象：儿童，原文为说明书适应症）"))
    return rows


def _typed_value(point: Point, known: dict[str, Point], structured: dict[str, str]) -> tuple[str, str]:
    """The value that the publisher states for a point and where it stands; empty when it must be read from the text."""
    if point.batch:
        return structured.get(point.name, ""), "结构化文件"
    old = known.get(point.supersedes)
    if old is not None and same_wording(old.name, point.name) and same_wording(old.text, point.text):
        return structured.get(old.name, ""), f"被替代行{old.id}"
    return "", "原文"


def sex_drugs(data: Path) -> list[OutRow]:
    structured = by_name(read_table(data, STRUCTURED, "第一批-药品规则库(限定性别对象)"), "药品通用名")
    points = read_points(data, "药品区分性别使用", "GZ10000301004000")
    known = {p.id: p for p in points}
    rows: list[OutRow] = []
    for point in points:
        sex, origin = _typed_value(point, known, {n: r["限定对象"] for n, r in structured.items()})
        if not sex:
            male, female = _MALE.search(point.text), _FEMALE.search(point.text)
            if bool(male) == bool(female):
                raise ValueError(f"{point.id}: the text names no single sex: {point.text}")
            sex = "男" if male else "女"
        # A text that begins with 限 is a payment restriction with conditions of its own; a label's indication is not.
        rest = point.text.removeprefix("限").lstrip("：:").rstrip("。") if point.text.startswith("限") else ""
        coded: Coded = "部分" if rest else "全"
        rows.append(from_point(point, {"性别": sex, "其他条件": rest}, coded, f"{origin}（限定对象：{sex}）"))
    return rows


def sex_items(data: Path) -> tuple[list[OutRow], list[Point]]:
    """The rows, and the points without a code: the remark about unclear sex, which is the rule's exemption."""
    structured = {r["国标代码"]: r for r in read_table(data, STRUCTURED, "第一批-项目规则库(限定性别对象)")}
    rows: list[OutRow] = []
    unusable: list[Point] = []
    for point in read_points(data, "医疗服务项目区分性别使用", "GZ10000302004000"):
        if not point.codes:
            unusable.append(point)
            continue
        sex = structured[point.codes[0]]["限定性别"]
        if not point.text.startswith(sex):
            raise ValueError(f"{point.id}: {sex} against {point.text}")
        cells = {"性别": sex, "儿童除外": "是" if "儿童除外" in point.text or "儿童除外" in point.name else ""}
        rows.append(from_point(point, cells, "全", f"结构化文件（限定性别：{sex}）"))
    return rows, unusable


def injury_drugs(data: Path) -> list[OutRow]:
    return _insurance(data, "药品限工伤保险", "GZ10000101001000", "工伤")


def maternity_drugs(data: Path) -> list[OutRow]:
    return _insurance(data, "药品限生育保险", "GZ10000101002000", "生育")


def _insurance(data: Path, rule: str, code: str, kind: str) -> list[OutRow]:
    structured = by_name(read_table(data, STRUCTURED, "第三批-药品规则库（限定保险类型）"), "药品通用名")
    points = read_points(data, rule, code)
    known = {p.id: p for p in points}
    rows: list[OutRow] = []
    for point in points:
        value, origin = _typed_value(point, known, {n: r["限定对象"] for n, r in structured.items()})
        if (value or kind) != kind or point.text != f"限{kind}保险":
            raise ValueError(f"{point.id}: {value} against {point.text}")
        rows.append(from_point(point, {"险种": kind}, "全", origin))
    return rows
