"""The tables that only the 2025 edition has, machine-read from print: knowledge points without a published id.

Each row gets an id of its own, `E25-` + the rule's number in the edition + its place in the table. Some rows are cut or stand
under the wrong heading; what cannot be used is left out and counted.
"""
from __future__ import annotations

import re
from pathlib import Path

from .published import ASSUMED_FROM, Point, plain, read_table

__all__ = ["EDITION", "EXTRA", "edition_point", "edition_rows", "label_text", "whole_name"]

EDITION = "edition-2025"
EXTRA = "edition-2025-extra"
BATCH = "2025版"
# What the print has before a text: the tail of the column that says how the rule looks for a violation.
_HEADINGS = re.compile(
    r"^(?:.{0,12}?(?:符合药品说明书适应症|合药品说明书疾病禁忌|(?:存在)?老?年用药禁忌的药品|用存在相关用药禁忌的药品|药禁忌的药品"
    r"|作用的两种药品|互作用的两种药品))")
# A name cut at the edge of its column (伏格列波糖分散, 利多卡因气雾), or a line of the table's head.
_CUT = re.compile(r"(?:分散|气雾|滴|乳|抑制剂|哺乳|血液)$|年版|序号|检出逻辑|同时使用|老年人使用")


def edition_rows(data: Path, name: str, extra: bool = False) -> list[dict[str, str]]:
    return read_table(data, EXTRA if extra else EDITION, name)


def edition_point(rule: int, place: int, name: str, text: str, codes: tuple[str, ...]) -> Point:
    """A row of the printed edition as a point. `place` counts from 1."""
    return Point(
        id=f"E25-{rule:03d}-{place:04d}", batch=BATCH, published_at="", name=plain(name), text=plain(text), logic="",
        codes=codes, supersedes="", valid_from=ASSUMED_FROM)


def label_text(text: str) -> str:
    """A text without the heading that runs into it."""
    return _HEADINGS.sub("", plain(text)).strip()


def whole_name(name: str) -> bool:
    """Whether a name is whole, as far as its end tells."""
    return _CUT.search(name) is None
