"""The whole namespace of generated code: nothing else can be named there, no builtins among it."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from medrules.engine.optimized.values import MANY, any_member, codes_by_day, count_unmatched, known, meet, member, strangers
from medrules.model.values import ABSENT, UNKNOWN, UnknownTouched

__all__ = ["NAMES", "UNSURE"]

# What may go wrong where a fact is missing: UNKNOWN touched, or an UNKNOWN or ABSENT link that has no attributes. Each only
# makes the exact evaluation look, so catching too much costs time, never truth.
UNSURE: Final = (UnknownTouched, AttributeError, TypeError)

NAMES: Final[Mapping[str, Any]] = MappingProxyType({
    "ABSENT": ABSENT, "UNKNOWN": UNKNOWN, "MANY": MANY, "known": known, "member": member, "any_member": any_member, "meet": meet,
    "codes_by_day": codes_by_day, "count_unmatched": count_unmatched, "strangers": strangers, "UNSURE": UNSURE, "any": any, "set": set, "frozenset": frozenset,
    "list": list, "len": len, "map": map, "min": min, "max": max, "enumerate": enumerate,
})
