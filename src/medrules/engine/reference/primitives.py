"""The primitives that are more than arithmetic: 按比例, 重叠时长, 占比, and a quantity in a limit's unit."""
from __future__ import annotations

from fractions import Fraction
from typing import Any

from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Interval, causes_of, larger, minus, read, smaller
from medrules.knowledge.table import EMPTY
from medrules.model.rounding import round_div
from medrules.model.units import same_unit
from medrules.model.values import ABSENT, Instant

__all__ = ["in_unit", "overlap", "proportion", "ratio"]


def proportion(money: Any, part: Any, whole: Any) -> Any:
    """按比例: money × part ÷ whole, rounded half up to fen once; unknown when whole = 0."""
    args = (money, part, whole)
    if any(a is ABSENT or a is EMPTY for a in args):
        return Unk(frozenset())
    if any(isinstance(a, (Unk, Interval)) for a in args):
        return Unk(causes_of(args))
    if whole == 0:
        return Unk(frozenset(("ratio:0",)))
    exact = Fraction(money) * part / whole * 100
    return Fraction(round_div(exact.numerator, exact.denominator), 100)


def overlap(a: Any, b: Any) -> Any:
    """重叠时长: the seconds that two lines run at the same time."""
    ends = [read(i, (n,), f"item.{n}") for i in (a, b) for n in ("begin", "end")]
    a0, a1, b0, b1 = (x.lo if isinstance(x, Instant) else x for x in ends)
    return larger(minus(smaller(a1, b1), larger(a0, b0)), Fraction(0))


def in_unit(quantity: Any, unit: Any, wanted: Any) -> Any:
    """The quantity if its unit is the wanted one or a listed synonym, else unknown for want of the unit (T06)."""
    if wanted is EMPTY or wanted is ABSENT:
        return quantity
    if isinstance(unit, Unk) or isinstance(wanted, Unk):
        return Unk(causes_of((unit, wanted)))
    return quantity if same_unit(unit, wanted) is True else Unk(frozenset(("item.unit",)))


def ratio(num: Any, den: Any) -> Any:
    """占比 as a value, for printing only: conditions compare without dividing."""
    if isinstance(num, (Unk, Interval)) or isinstance(den, (Unk, Interval)):
        return Unk(causes_of((num, den)))
    if num is ABSENT or den is ABSENT:
        return ABSENT
    return Fraction(num) / den if den > 0 else Unk(frozenset(("ratio:0",)))
