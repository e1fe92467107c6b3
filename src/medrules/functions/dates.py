"""Functions of dates and times."""
from __future__ import annotations

from types import MappingProxyType
from typing import Final

from medrules.functions.function import Function, Parameter

__all__ = ["DISTANCE", "OVERLAP"]

DISTANCE: Final = Function(
    "distance", "相隔", "distance", (Parameter("一", "a", "moment"), Parameter("另一", "b", "moment")), "天（两个日期）或 秒（两个时间）",
    "两个日期或两个时间之差，不分先后，非负。两个日期得天数，两个时间得时长。",
    "How far apart two dates (in days) or two instants (a length of time) are; never negative.",
    MappingProxyType({"相隔（2025-03-01，2025-03-16）": "15天", "相隔（2025-03-16，2025-03-01）": "15天"}),
    synonyms=("apart",),
)

OVERLAP: Final = Function(
    "overlap", "重叠时长", "overlap", (Parameter("一条明细", "a", "item"), Parameter("另一条明细", "b", "item")), "时长",
    "两条明细的起止时间重叠了多久；不重叠为0。任一起止时间未知，则未知。",
    "How long the [from, to] of two lines overlap; 0 if they do not; UNKNOWN if an end is.",
    MappingProxyType({"重叠时长（08:00–12:00 的一条，10:00–14:00 的一条）": "2小时"}),
)
