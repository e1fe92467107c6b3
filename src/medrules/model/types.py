"""The types that facts, columns and expressions have. A type is checked once, when rules are checked; never at run time."""
from __future__ import annotations

from typing import Final, Literal

from medrules.frozen import dataclass, replace

__all__ = [
    "AGE", "BOOL", "DATE", "FRAME", "INSTANT", "MONEY", "TEXT", "UNIT_FACTORS", "Kind", "Type", "code", "entity", "level",
    "list_of", "number", "range_of",
]

Kind = Literal["bool", "code", "text", "num", "date", "instant", "age", "level", "frame", "range", "list", "codeset", "entity"]


@dataclass(frozen=True, slots=True)
class Type:
    """One type.

    name   for code: the code system or enumeration ("drug", "icd10", "sex", …); for level: the scale's name; for entity and
           list of entity: the entity ("item"). For codeset: the code system of its members.
    scale  for num: digits after the point (the run-time value is an int × 10**-scale). precision: total digits, 0 = not bounded yet.
    unit   for num: "" (a plain number or a count), "元", "天", "小时", "分钟", "秒", "g", "mg", "kg", …
    of     for list and range: the member type.
    optional  may be ABSENT.
    """

    kind: Kind
    name: str = ""
    scale: int = 0
    unit: str = ""
    precision: int = 0
    of: Type | None = None
    optional: bool = False

    def as_optional(self) -> Type:
        return replace(self, optional=True)


BOOL: Final = Type("bool")
TEXT: Final = Type("text")
DATE: Final = Type("date")
INSTANT: Final = Type("instant")
AGE: Final = Type("age")
FRAME: Final = Type("frame")
MONEY: Final = Type("num", scale=2, unit="元")


def code(system: str) -> Type:
    """A code or an enumerated value; `system` names the code system or enumeration."""
    return Type("code", name=system)


def number(scale: int = 4, unit: str = "") -> Type:
    return Type("num", scale=scale, unit=unit)


def level(scale_name: str) -> Type:
    """An ordered level (机构级别, 职称 …): run-time value is its int rank on that scale, see `model.levels`."""
    return Type("level", name=scale_name)


def list_of(member: Type) -> Type:
    return Type("list", name=member.name, of=member)


def range_of(member: Type) -> Type:
    return Type("range", of=member)


def entity(name: str) -> Type:
    return Type("entity", name=name)


# One base unit per dimension: (dimension, how many base units one of it is). Numbers of one dimension compare after scaling.
UNIT_FACTORS: Final[dict[str, tuple[str, int]]] = {
    "": ("", 1), "次": ("", 1), "种": ("", 1), "味": ("", 1), "个": ("", 1), "条": ("", 1), "剂": ("", 1), "项": ("", 1),
    "秒": ("time", 1), "分钟": ("time", 60), "小时": ("time", 3_600), "天": ("time", 86_400), "日": ("time", 86_400),
    "元": ("money", 1), "mg": ("mass", 1), "g": ("mass", 1_000), "kg": ("mass", 1_000_000),
    "ml/min": ("clearance", 1), "kg/m²": ("bmi", 1),
}
