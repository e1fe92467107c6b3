"""医疗服务项目重复收费, 医疗服务项目限定频次: both come whole from the structured tables of batches 7 and 8."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .outrows import OutRow, from_point
from .published import STRUCTURED, Point, read_points, read_table

__all__ = ["daily_limits", "duplicate_pairs"]

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
