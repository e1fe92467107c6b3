"""The one way of rounding: half up (away from zero), on integers; and exact sharing of a whole among parts."""
from __future__ import annotations

from collections.abc import Sequence

__all__ = ["rescale", "round_div", "share"]


def round_div(numerator: int, denominator: int) -> int:
    """`numerator ÷ denominator` (denominator > 0) to the nearest integer, half away from zero."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def rescale(value: int, scale: int, to: int) -> int:
    """A number `value × 10**-scale` in scale `to`, half up."""
    return value * 10 ** (to - scale) if to >= scale else round_div(value, 10 ** (scale - to))


def share(whole: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split a whole in proportion to weights (≥ 0, not all 0); the parts add up to the whole exactly."""
    total, run, given = sum(weights), 0, 0
    parts = []
    for weight in weights:
        run += weight
        upto = round_div(whole * run, total)
        parts.append(upto - given)
        given = upto
    return tuple(parts)
