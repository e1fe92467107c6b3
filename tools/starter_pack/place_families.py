"""药品限医疗机构级别, 药品限就医方式: where the patient is treated.

The structured tables state the lowest level and the kind of visit. Where they are narrower than the official text
beside them the text decides, because a refusal must rest on the words (ruling T24); such a row says 冲突 in 来源.
"""
from __future__ import annotations

import re
from pathlib import Path

from .outrows import OutRow, from_point
from .published import STRUCTURED, Point, by_name, read_points, read_table

__all__ = ["level_drugs", "visit_drugs"]

_LEVEL = re.compile(r"^限?二级及以上医疗机构(?:的|并有|用于|(?=说明书))?")
_FIRST_ONLY = "首次处方时需由二级及以上医疗机构"
_EYE = re.compile(r"1\.需三级(综合)?医院眼科或二级及以上眼科专科医院医师处方[；;]")
_EYE_DEPARTMENT = "A10*"  # 眼科, 国家医保科别代码
_INPATIENT = re.compile(r"住院方可支付[，,。]?")


def level_drugs(data: Path) -> list[OutRow]:
    structured = by_name(read_table(data, STRUCTURED, "第五批-药品规则库（限定机构等级）"), "药品通用名")
    rows: list[OutRow] = []
    for point in read_points(data, "药品限医疗机构级别", "GZ10000101012000"):
        stated = structured[point.name]["限定值域"] if point.name in structured else ""
        eye = _EYE.search(point.text)
        if eye is not None:
            rows += _eye_rows(point, eye, stated)
        elif _FIRST_ONLY in point.text:
            rows.append(_first_prescription(point, stated))
        else:
            rows.append(_level_row(point, stated))
    return rows


def _level_row(point: Point, stated: str) -> OutRow:
    found = _LEVEL.match(point.text)
    if found is None or stated not in ("", "二级"):
        raise ValueError(f"{point.id}: level {stated} against {point.text}")
    rest = point.text[found.end():].strip("，。；; ")
    origin = "结构化文件" if point.batch else "原文"
    return from_point(point, {"最低级别": "二级", "其他条件": rest}, "部分" if rest else "全", origin)


def _first_prescription(point: Point, stated: str) -> OutRow:
    """Only the first prescription needs the level; the structured table asks it of all: a suspicion at most."""
    rest = point.text.removeprefix("限").strip("，。；; ")
    notes = ("冲突：结构化文件一律二级，原文只限首次处方，从严者至多可疑（T24）",)
    cells = {"最低级别": stated or "二级", "其他条件": rest}
    return from_point(point, cells, "部分", "结构化文件", result="可疑", notes=notes)


def _eye_rows(point: Point, found: re.Match[str], stated: str) -> list[OutRow]:
    """Two rows, either of which suffices (T21): the eye department of a tertiary hospital, or an eye hospital."""
    rest = (point.text[:found.start()] + point.text[found.end():]).removeprefix("限").lstrip("：:").rstrip("。")
    general = "综合" if found[1] else ""
    notes = (f"冲突：结构化文件只有{stated}，原文另许二级及以上眼科专科",) if point.batch else ()
    first = {"最低级别": "三级", "专科类别": general, "科室": _EYE_DEPARTMENT, "其他条件": rest}
    second = {"最低级别": "二级", "专科类别": "眼科", "其他条件": rest}
    return [
        from_point(point, first, "部分", "原文", suffix="-1", notes=notes),
        from_point(point, second, "部分", "原文", suffix="-2", notes=notes),
    ]


def visit_drugs(data: Path) -> list[OutRow]:
    structured = by_name(read_table(data, STRUCTURED, "第四批-药品规则库（限定就医方式）"), "药品通用名")
    rows: list[OutRow] = []
    for point in read_points(data, "药品限就医方式", "LK-013"):
        stated = structured[point.name]["限定值域"] if point.name in structured else ""
        if stated not in ("", "住院"):
            raise ValueError(f"{point.id}: {stated}")
        if point.text == "限急诊或住院患者。":
            notes = ("冲突：结构化文件为住院，原文为急诊或住院，取原文",) if stated and point.batch else ()
            rows.append(from_point(point, {"就医方式": "急诊|住院"}, "全", "原文", notes=notes))
            continue
        if "住院患者" not in point.text and not _INPATIENT.search(point.text):
            raise ValueError(f"{point.id}: no kind of visit in {point.text}")
        rest = _INPATIENT.sub("", point.text).replace("的住院患者方予支付", "的患者").replace("住院患者", "患者")
        rest = rest.removeprefix("限").strip("，,。；; ")
        origin = "结构化文件" if point.batch else "原文"
        rows.append(from_point(point, {"就医方式": "住院", "其他条件": rest}, "部分", origin))
    return rows
