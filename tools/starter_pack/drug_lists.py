"""Lists of drugs and herbs that say no more than that a code is on them: never paid, unpaid alone, not over the internet, second line."""
from __future__ import annotations

from pathlib import Path

from .outrows import OutRow, from_point
from .published import read_points

__all__ = ["internet_drugs", "second_line_drugs", "unpaid_alone_herbs", "unpaid_herbs"]


def unpaid_herbs(data: Path) -> list[OutRow]:
    return _listed(data, "中药饮片单复方均不予支付", "GZ10000101003000", "不得纳入基金支付范围的中药饮片")


def unpaid_alone_herbs(data: Path) -> list[OutRow]:
    return _listed(data, "中药饮片单方使用不予支付", "GZ10000101004000", "单独使用时统筹基金不予支付")


def internet_drugs(data: Path) -> list[OutRow]:
    return _listed(data, "超互联网医院药品支付范围", "LK-047", "不得开具麻醉药品、精神药品")


def _listed(data: Path, rule: str, code: str, says: str) -> list[OutRow]:
    points = read_points(data, rule, code)
    if wrong := [p.id for p in points if says not in p.text]:
        raise ValueError(f"{rule}: another text in {wrong}")
    return [from_point(p, {}, "全", "原文") for p in points]


def second_line_drugs(data: Path) -> list[OutRow]:
    """No first-line drug is published: 一线药 is 待编, so that nothing clears or accuses; a pool area codes it."""
    return [
        from_point(p, {"一线药": "待编", "其他条件": p.text.removeprefix("限").lstrip("：:").rstrip("。 ")},
                   "仅文本", "原文")
        for p in read_points(data, "药品限二线使用", "GZ10000101005000")
    ]
