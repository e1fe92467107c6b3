"""Tables of services that come whole from the structured tables of batches 1, 2, 7 and 8, or from a text of one pattern."""
from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from .outrows import OutRow, from_point
from .published import STRUCTURED, Point, read_points, read_table

__all__ = [
    "age_limited_services", "child_only_services", "course_services", "daily_limits", "duplicate_pairs", "newborn_only_services", "period_limits",
    "same_incision_groups",
]

_LONGEST_YEAR = 366

_SPANS = ("单日", "单次就诊", "6小时", "同一小时")


def duplicate_pairs(data: Path) -> list[OutRow]:
    points = {p.codes: p for p in read_points(data, "医疗服务项目重复收费", "GZ10000102012000")}
    rows: list[OutRow] = []
    for row in read_table(data, STRUCTURED, "第七批-项目规则库（重复收费）"):
        keys = (row["主项编码"], row["从项编码"])
        point = points.pop(keys)
        if row["频度"] not in _SPANS or point.text != row["备注"]:
            raise ValueError(f"{point.id}: {row['频度']}, {row['备注']} against {point.text}")
        cells = {"频度": row["频度"], "内涵": row["备注"].rstrip("。")}
        rows.append(from_point(point, cells, "全", "结构化文件", keys=keys))
    if points:
        raise ValueError(f"pairs without a span: {[p.id for p in points.values()]}")
    return rows


def daily_limits(data: Path) -> tuple[list[OutRow], list[Mapping[str, str]]]:
    """The rows and the two blank rows of the structured table (合计 and a remark), which are counted (ruling T44)."""
    points: dict[tuple[str, ...], Point] = {
        p.codes: p for p in read_points(data, "医疗服务项目限定频次", "GZ10000102014000")}
    rows: list[OutRow] = []
    blank: list[Mapping[str, str]] = []
    for row in read_table(data, STRUCTURED, "第八批-1-项目规则库（限定频次）"):
        if not row["项目编码"].strip():
            blank.append(row)
            continue
        point = points.pop((row["项目编码"],))
        if point.text != row["数量单位"] or point.name != row["项目名称"]:
            raise ValueError(f"{point.id}: {row['项目名称']}, {row['数量单位']} against {point.name}, {point.text}")
        cells = {"组号": row["序号"], "上限": row["限制数量"], "单位": row["数量单位"]}
        rows.append(from_point(point, cells, "全", "结构化文件"))
    if points:
        raise ValueError(f"items without a limit: {[p.id for p in points.values()]}")
    return rows, blank


def same_incision_groups(data: Path) -> list[OutRow]:
    """A few operations stand in two groups."""
    structured = {(r["国标代码"], r["限定值域"]) for r in read_table(data, STRUCTURED, "第二批-项目规则库（限定主次操作）")}
    rows: list[OutRow] = []
    for point in read_points(data, "手术项目未按规定折价收费", "GZ10000102002000"):
        if (point.codes[0], point.text) not in structured:
            raise ValueError(f"{point.id}: {point.text} is not what the structured table says")
        rows.append(from_point(point, {"组别": point.text}, "全", "结构化文件"))
    return rows


_COURSE = re.compile(r"(?:总时间不超过|支付不超过)(?:(\d{1,3})天|(一年))")


def course_services(data: Path) -> list[OutRow]:
    """限定支付疗程 of services: days of use. A text without a window counts within one course, which is inferred."""
    rows: list[OutRow] = []
    for point in read_points(data, "医疗服务项目限支付疗程", "GZ10000102010000"):
        found = _COURSE.search(point.text)
        if found is None or point.logic != "使用项目的日期总计超过限制天数":
            raise ValueError(f"{point.id}: {point.text}")
        days = found[1] or str(_LONGEST_YEAR)
        notes = () if "一个疾病过程" in point.text else ("周期为推定（原文未写统计窗口）",)
        rows.append(from_point(
            point, {"天数": f"{days}天", "计算方式": "累计日", "周期": "同一疗程"}, "全", "原文", notes=notes))
    return rows


def period_limits(data: Path) -> list[OutRow]:
    structured = {r["项目代码"]: r for r in read_table(data, STRUCTURED, "第八批-4-项目规则库（限定周期）")}
    rows: list[OutRow] = []
    for point in read_points(data, "医疗服务项目周期超频次", "LK-031"):
        row = structured[point.codes[0]]
        if row["项目名称"] != point.name:
            raise ValueError(f"{point.id}: {row['项目名称']} against {point.name}")
        cells = {"组号": row["序号"], "上限": row["频次上限"], "单位": "次", "周期天数": f"近{row['疗程周期']}天"}
        rows.append(from_point(point, cells, "全", "结构化文件"))
    return rows


def age_limited_services(data: Path) -> list[OutRow]:
    """限法定就业年龄段: the ages themselves are parameters (inferred)."""
    points = read_points(data, "医疗服务项目限年龄", "LK-029")
    if [p.text for p in points] != ["限法定就业年龄段患者"]:
        raise ValueError("another text than the age of employment")
    ages = "满 参数.就业年龄下限 不满 参数.就业年龄上限"
    return [from_point(p, {"年龄段": ages}, "全", "原文", notes=("年龄为推定（参数）",)) for p in points]


_CHILD_KINDS = {"儿童": "不满 参数.儿童年龄上限", "婴幼儿": "不满3岁"}
_CHILD_WORDS = {"儿童": ("儿童", "小儿"), "婴幼儿": ("婴幼儿",), "新生儿": ("新生儿",)}


def child_only_services(data: Path) -> list[OutRow]:
    return _child_services(data, _CHILD_KINDS)


def newborn_only_services(data: Path) -> list[OutRow]:
    """Apart, since days of age are judged by the day of the line alone (ruling T41)."""
    return _child_services(data, {"新生儿": "参数.新生儿年龄段"})


def _child_services(data: Path, kinds: Mapping[str, str]) -> list[OutRow]:
    structured = {r["国标代码"]: r["限定对象"] for r in read_table(data, STRUCTURED, "第一批-项目规则库(限定年龄对象)")}
    rows: list[OutRow] = []
    for point in read_points(data, "医疗服务项目儿童专用", "GZ10000302003000"):
        kind = structured[point.codes[0]]
        if kind not in (*_CHILD_KINDS, "新生儿"):
            raise ValueError(f"{point.id}: {kind}")
        if kind in kinds:
            # A text that names a narrower age is stricter, and at most a suspicion (ruling T24); a row that is enough by itself cannot say so.
            said = point.text.removesuffix("专用项目")
            clash = () if said in _CHILD_WORDS[kind] else (f"冲突：结构化文件为{kind}，原文为{said}，取宽者（T24）",)
            rows.append(from_point(point, {"年龄段": kinds[kind]}, "全", f"结构化文件（限定对象：{kind}）", notes=("年龄段为推定", *clash)))
    return rows
