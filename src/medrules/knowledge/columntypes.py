"""Column types as declared (`age_range`, `number:天:0`, `list:insurance`, `codes:icd10`) to `Type`s."""
from __future__ import annotations

from types import MappingProxyType
from typing import Final

from medrules.model.levels import SCALES
from medrules.model.types import (
    AGE,
    BOOL,
    DATE,
    FRAME,
    MONEY,
    TEXT,
    UNIT_FACTORS,
    Type,
    code,
    level,
    list_of,
    number,
    range_of,
)

__all__ = ["COLUMN_TYPES", "SYSTEMS", "parse_column_type"]

# Code systems that a code set may have. A column or key of another name would be a slip of the pen.
SYSTEMS: Final = ("icd10", "icd9cm3", "item", "generic", "product", "dept", "device", "chronic")

COLUMN_TYPES: Final = (
    "age_range", "number_range", "text", "bool", "money", "number", "window", "level", "code", "list", "codes", "date",
)
_PLAIN: Final = MappingProxyType({
    "age_range": range_of(AGE), "text": TEXT, "bool": BOOL, "money": MONEY, "window": FRAME, "date": DATE,
})
MAX_SCALE: Final = 6


def parse_column_type(text: str) -> Type | None:
    """The type, or None if there is no such type."""
    head, *rest = (part.strip() for part in text.split(":"))
    match head, rest:
        case _, [] if head in _PLAIN:
            return _PLAIN[head]
        case "number", _ if len(rest) <= 2:
            return _number(rest)
        case "number_range", _ if len(rest) <= 2:
            member = _number(rest)
            return member and range_of(member)
        case "level", [name] if name in SCALES:
            return level(name)
        case "code", [name] if name:
            return code(name)
        case "list", [name] if name:
            return list_of(code(name))
        case "codes", [name] if name in SYSTEMS:
            return Type("codeset", name=name)
    return None


def _number(rest: list[str]) -> Type | None:
    unit = rest[0] if rest else ""
    if unit not in UNIT_FACTORS:
        return None
    if len(rest) < 2:
        return number(4, unit)
    scale = int(rest[1]) if rest[1].isdecimal() and rest[1].isascii() else MAX_SCALE + 1
    return number(scale, unit) if scale <= MAX_SCALE else None
