"""Windows and spans in a cell: `单日`, `6小时`, `近30天`, `同台手术`."""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.params import PARAM, BuildFrame
from medrules.knowledge.problem import Problem
from medrules.knowledge.table import ParamCell
from medrules.model.types import Type
from medrules.model.values import Frame

__all__ = ["parse_window"]

_BUCKETS: Final[dict[str, str]] = {
    "单日": "day", "同日": "day", "同一小时": "hour_bucket", "单次就诊": "encounter", "同一处方": "prescription",
    "同台手术": "operation", "同一标本": "specimen", "同一部位": "site", "同一牙位": "tooth", "同一疗程": "course",
    "自然月": "month", "每季": "quarter", "自然季": "quarter", "自然年": "year", "医保年度": "insurance_year",
    "用药期重叠": "use_overlap", "时段重叠": "time_overlap",
    "day": "day", "one day": "day", "same hour": "hour_bucket", "same encounter": "encounter",
    "same prescription": "prescription", "same operation": "operation", "same specimen": "specimen",
    "same site": "site", "same tooth": "tooth", "same course": "course", "calendar month": "month",
    "calendar quarter": "quarter", "calendar year": "year", "insurance year": "insurance_year",
    "overlapping use": "use_overlap", "overlapping time": "time_overlap",
}
_DISTANCE: Final = re.compile(r"([0-9]{1,4})\s*(?:小时|hours?|h)", re.IGNORECASE)
_LOOK_BACK: Final = re.compile(r"(?:近|(?:the )?last\s)?\s*([0-9]{1,5})\s*(?:天|日|days?)", re.IGNORECASE)
_LOOK_BACK_PARAM: Final = re.compile(rf"(?:近|(?:the )?last\s)?\s*{PARAM.pattern}", re.IGNORECASE)


def parse_window(text: str) -> Frame | ParamCell | Problem:
    """The frame that a folded text names."""
    bucket = _BUCKETS.get(text.lower().replace("_", " "))
    if bucket is not None:
        return Frame(bucket)
    for pattern, kind in ((_DISTANCE, "hours"), (_LOOK_BACK, "days")):
        found = pattern.fullmatch(text)
        if found is not None:
            return Frame(kind, int(found[1])) if int(found[1]) else Problem("MR-K408", {"cell": text})
    named = _LOOK_BACK_PARAM.fullmatch(text)
    if named is not None:
        name = named[1] or named[2]
        return ParamCell((name,), text, BuildFrame(name), (Type("num", scale=0, unit="天"),))
    return Problem("MR-K408", {"cell": text})
