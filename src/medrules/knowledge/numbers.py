"""Exact decimals with units, as scaled integers: `12.50元` in a money column is 1250."""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.problem import Problem
from medrules.model.types import UNIT_FACTORS, Type
from medrules.model.units import canonical_unit

__all__ = ["MAX_DIGITS", "parse_number"]

MAX_DIGITS: Final = 15  # more can only be a code or a slip of the key

_NUMBER: Final = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?(?:\s*([^\s0-9.,].*))?")


def parse_number(text: str, wanted: Type) -> int | Problem:
    """A folded text as an int × 10**-scale of `wanted`; another unit of the same dimension is converted exactly."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return Problem("MR-K404", {"cell": text})
    sign, whole, fraction, unit = found[1], found[2], found[3] or "", (found[4] or "").strip()
    if len(whole) + len(fraction) > MAX_DIGITS:
        return Problem("MR-K404", {"cell": text})
    value, places = int(whole + fraction), len(fraction)
    if unit == "%" and wanted.unit == "":
        unit, places = "", places + 2
    factor, divisor = _factor(unit, wanted.unit)
    if factor == 0:
        return Problem("MR-K405", {"cell": text, "unit": wanted.unit or "（无）"})
    shift = wanted.scale - places
    up, down = int("1" + "0" * max(shift, 0)), int("1" + "0" * max(-shift, 0))
    scaled, rest = divmod(value * factor * up, divisor * down)
    if rest:
        return Problem("MR-K406", {"cell": text, "scale": str(wanted.scale)})
    return -scaled if sign == "-" else scaled


def _factor(written: str, wanted: str) -> tuple[int, int]:
    """How a number in one unit becomes one in another: × first ÷ second. (0, 0) when it cannot."""
    if not written:
        return 1, 1
    unit = written if written in UNIT_FACTORS else canonical_unit(written)
    if unit not in UNIT_FACTORS or wanted not in UNIT_FACTORS:
        return (1, 1) if unit == wanted else (0, 0)
    (dimension, factor), (other, divisor) = UNIT_FACTORS[unit], UNIT_FACTORS[wanted]
    return (factor, divisor) if dimension == other else (0, 0)
