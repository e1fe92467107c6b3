"""药品限支付疗程: how many days are paid, how they are counted, in what window, how soon after onset to begin.

计算方式 follows the official detection logic (日期总计 → 累计日, 时间跨度 → 跨度). 周期 is 单次就诊 where the text
speaks of one stay; else it is 同一疗程, which is inferred. What a text asks beyond that (indication, level, inpatient)
is judged by the families of those restrictions; here it stands in 其他条件, which this rule does not read.
"""
from __future__ import annotations

import re
from pathlib import Path

from .outrows import Coded, OutRow, from_point
from .published import STRUCTURED, Point, by_name, read_points, read_table, same_wording

__all__ = ["course_drugs"]

_COUNTING = {
    "使用药品的日期总计超过限制天数": "累计日",
    "第一次使用药品的日期开始计算的连续时间跨度超过限制天数": "跨度",
}
_LIMIT = re.compile(r"(?P<stay>单次住院|单次)?(?P<verb>最多支付|支付不超过)(?P<n>\d{1,3})(?P<unit>天|个月)[：:]?")
_ONSET = re.compile(r"在发作(\d{1,3})小时内开始使用")
_LONGEST_YEAR = 366


def course_drugs(data: Path) -> list[OutRow]:
    structured = by_name(read_table(data, STRUCTURED, "第六批-药品规则库（限定支付疗程）"), "药品通用名")
    points = read_points(data, "药品限支付疗程", "GZ10000101010000")
    known = {p.id: p for p in points}
    rows: list[OutRow] = []
    for point in points:
        old = known.get(point.supersedes)
        same = old is not None and same_wording(old.name, point.name) and same_wording(old.text, point.text)
        stated = structured[point.name]["限定值域"] if point.batch or same else ""
        rows += _rows(point, stated, "结构化文件" if point.batch else f"被替代行{point.supersedes}" if same else "原文")
    return rows


def _rows(point: Point, stated: str, origin: str) -> list[OutRow]:
    found = _LIMIT.search(point.text)
    if found is None:
        raise ValueError(f"{point.id}: no number of days in {point.text}")
    written = f"{found['n']}天" if found["unit"] == "天" else f"{_days_of_months(int(found['n']))}天"
    onset = _ONSET.search(point.text)
    cells = {
        "天数": stated or written, "计算方式": _COUNTING[point.logic],
        "周期": "单次就诊" if found["stay"] else "同一疗程", "启用时限": f"{onset[1]}小时" if onset else "",
        "其他条件": _rest(point.text, found, onset),
    }
    coded: Coded = "部分" if cells["其他条件"] else "全"
    notes: tuple[str, ...] = () if found["stay"] else ("周期为推定（原文未写统计窗口）",)
    if not stated or stated == written:
        return [from_point(point, cells, coded, origin, notes=notes)]
    # Two sources disagree: both stand as rows, the stricter one is a suspicion at most (ruling T24).
    both = sorted((stated, written), key=lambda days: int(days.removesuffix("天")))
    clash = f"冲突：结构化文件{stated}，原文{found['n']}{found['unit']}，从严者至多可疑（T24）"
    origins = {stated: "结构化文件", written: "原文"}
    notes = (*notes, clash)
    return [
        from_point(point, {**cells, "天数": both[1]}, coded, origins[both[1]], suffix="-1", notes=notes),
        from_point(point, {**cells, "天数": both[0]}, coded, origins[both[0]], suffix="-2", result="可疑", notes=notes),
    ]


def _days_of_months(months: int) -> int:
    """The longest that so many months can last; only twelve months occur."""
    if months != 12:
        raise ValueError(f"a limit of {months} months is not read yet")
    return _LONGEST_YEAR


def _rest(text: str, limit: re.Match[str], onset: re.Match[str] | None) -> str:
    rest = text.replace(limit.group(), "")
    if onset is not None:
        rest = rest.replace(f"，应{onset.group()}", "").replace(onset.group(), "")
    rest = rest.removeprefix("限").replace("以下情况方可支付，且", "").strip("，。；;：: ")
    return re.sub(r"[，,]。|。[，,]|[，,]{2,}", "，", rest).strip("，。 ")
