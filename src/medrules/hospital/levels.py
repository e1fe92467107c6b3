"""The levels of packs, their areas and days: what is known of a pack from its manifest alone."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.packs.entries import Period

__all__ = ["DEPTH", "LEVEL_WORDS", "OPEN_END", "area_of", "days_of"]

OPEN_END: Final = 10_000_000  # as an open validity is written in rows and rules
DEPTH: Final[Mapping[str, int]] = MappingProxyType({"national": 0, "province": 1, "city": 2, "hospital": 3})
LEVEL_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "national": ("国家", "national"), "province": ("省级", "province"), "city": ("市级", "city"), "hospital": ("本院", "hospital")})


def area_of(adcode: str) -> str:
    """The digits that all places of an area share: "" the country, 2 of a province, 4 of a city, 6 of a county (GB/T 2260)."""
    if adcode == "100000":
        return ""
    return adcode[:2] if adcode.endswith("0000") else adcode[:4] if adcode.endswith("00") else adcode


def days_of(period: Period) -> tuple[int, int]:
    """[begin, end) as ordinals."""
    return period.begin.toordinal(), OPEN_END if period.end is None else period.end.toordinal()
