"""Units and digits of numbers: brings two numbers to one unit, and says how many digits a result can have."""
from __future__ import annotations

from dataclasses import replace
from typing import Final

from medrules.check.program import Arith, Const, Expr
from medrules.model.types import UNIT_FACTORS, Type

__all__ = [
    "DIGITS_LIMIT",
    "compatible",
    "digits",
    "dimension",
    "in_unit_of",
    "product_type",
    "sum_type",
    "to_finer",
    "to_seconds",
]

# Digits of a number whose type does not say: amounts and quantities of one line or one stay fit with room to spare.
_USUAL_DIGITS: Final = 12
# SQL engines hold at most this many decimal digits; more is refused by the checker, so that no back end overflows.
DIGITS_LIMIT: Final = 38


def dimension(unit: str) -> str | None:
    """The dimension of a unit ("" for counts and plain numbers); None for an unknown unit."""
    entry = UNIT_FACTORS.get(unit)
    return None if entry is None else entry[0]


def _factor(unit: str) -> int:
    return UNIT_FACTORS[unit][1]


def digits(t: Type) -> int:
    return t.precision or max(_USUAL_DIGITS, t.scale + 1)


def compatible(a: Type, b: Type) -> bool:
    """Whether numbers of the two types may be compared or added."""
    da, db = dimension(a.unit), dimension(b.unit)
    return da is not None and da == db


def _is_zero(e: Expr) -> bool:
    return isinstance(e, Const) and e.value == 0 and e.type.kind == "num" and e.type.unit == ""


def _times(e: Expr, factor: int, unit: str) -> Expr:
    """`e × factor`, its type in `unit`; a literal is multiplied at once."""
    t = replace(e.type, unit=unit, precision=digits(e.type) + len(str(factor)) - 1)
    if isinstance(e, Const) and isinstance(e.value, int):
        return Const(e.value * factor, t)
    if factor == 1:
        return e
    return Arith("*", Const(factor, Type("num", precision=len(str(factor)))), e, t)


def in_unit_of(e: Expr, unit: str) -> Expr:
    """`e` expressed in a finer unit of its dimension."""
    return _times(e, _factor(e.type.unit) // _factor(unit), unit)


def to_finer(a: Expr, b: Expr) -> tuple[Expr, Expr] | None:
    """Both numbers in the finer of their units; None when their dimensions differ. A bare 0 fits every unit."""
    if _is_zero(b) and a.type.unit:
        return a, Const(0, replace(b.type, unit=a.type.unit))
    if _is_zero(a) and b.type.unit:
        return Const(0, replace(a.type, unit=b.type.unit)), b
    if not compatible(a.type, b.type):
        return None
    fa, fb = _factor(a.type.unit), _factor(b.type.unit)
    if fa == fb:
        return a, b
    return (in_unit_of(a, b.type.unit), b) if fa > fb else (a, in_unit_of(b, a.type.unit))


def to_seconds(e: Expr) -> Expr | None:
    """A length of time in 秒; None when it is none."""
    return in_unit_of(e, "秒") if dimension(e.type.unit) == "time" else None


def sum_type(a: Type, b: Type) -> Type:
    """Type of a + b and a − b, both in one unit."""
    scale = max(a.scale, b.scale)
    whole = max(digits(a) - a.scale, digits(b) - b.scale)
    return Type("num", scale=scale, unit=a.unit or b.unit, precision=whole + scale + 1)


def product_type(a: Type, b: Type) -> Type | None:
    """Type of a × b; None when both carry a dimension."""
    if dimension(a.unit) not in ("", None) and dimension(b.unit) not in ("", None):
        return None
    unit = a.unit if dimension(a.unit) != "" else (b.unit if dimension(b.unit) != "" else "")
    return Type("num", scale=a.scale + b.scale, unit=unit, precision=digits(a) + digits(b))
