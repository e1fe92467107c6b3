"""Strong Kleene values of the fast path: an unknown names its causes, an inexact number lies between two ends.

Truths are True, False or `Unsure`. Values are plain run-time values (numbers as ints on the scale of their node's type), ABSENT,
EMPTY, `Unsure` or `Span`.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, Final, NoReturn

from medrules.knowledge.table import EMPTY
from medrules.model.values import ABSENT, Instant

__all__ = [
    "NOTHING", "Age", "Span", "Truth", "Unsure", "added", "apart", "causes_of", "compare", "conj", "disj", "exact", "larger", "lessened",
    "lifted", "missing", "multiplied", "neg", "scaled", "smaller",
]

NOTHING: Final[frozenset[str]] = frozenset()


class Unsure:
    """Not known, as a truth and as a value, because of `causes`."""

    __slots__ = ("causes",)

    def __init__(self, causes: frozenset[str]) -> None:
        self.causes = causes

    def __bool__(self) -> NoReturn:
        raise TypeError("an unknown truth is neither true nor false")


class Span:
    """A number, day or second in [lo, hi]; None is no end."""

    __slots__ = ("causes", "hi", "lo")

    def __init__(self, lo: Any, hi: Any, causes: frozenset[str]) -> None:
        self.lo, self.hi, self.causes = lo, hi, causes


class Age:
    """A person born on day `birth` as of day `on`."""

    __slots__ = ("birth", "on")

    def __init__(self, birth: int, on: int) -> None:
        self.birth, self.on = birth, on


Truth = bool | Unsure


def conj(parts: Iterable[Truth]) -> Truth:
    causes: frozenset[str] | None = None
    for a in parts:
        if a is False:
            return False
        if a.__class__ is Unsure:
            causes = a.causes if causes is None else causes | a.causes
    return True if causes is None else Unsure(causes)


def disj(parts: Iterable[Truth]) -> Truth:
    causes: frozenset[str] | None = None
    for a in parts:
        if a is True:
            return True
        if a.__class__ is Unsure:
            causes = a.causes if causes is None else causes | a.causes
    return False if causes is None else Unsure(causes)


def neg(a: Truth) -> Truth:
    return a if a.__class__ is Unsure else not a


def causes_of(*values: Any) -> frozenset[str]:
    found = NOTHING
    for v in values:
        if v.__class__ is Unsure or v.__class__ is Span:
            found = found | v.causes
    return found


def missing(entity: Any, name: str, field: str, usual: Unsure) -> Unsure:
    """Why `entity.name` is not known: what the entity says itself, else the field (`usual` is the answer then, made before)."""
    held = getattr(entity, "__dict__", None)
    why = held.get("_why") if held else None
    return Unsure(frozenset((why.get(name, field),))) if why else usual


def lifted(raw: Any, cause: frozenset[str]) -> Any:
    """An instant as its second, or as the span of its precision."""
    if raw.__class__ is Instant:
        return raw.lo if raw.lo == raw.hi else Span(raw.lo, raw.hi, cause)
    return raw


# ---------------------------------------------------------------- numbers


def exact(value: int, scale: int) -> Any:
    """`value` × 10^-scale: an int where it is whole."""
    whole, rest = divmod(value, 10**scale)
    return Fraction(value, 10**scale) if rest else whole


def scaled(v: Any, factor: int) -> Any:
    """A number brought to a finer scale; whatever else it may be stays."""
    if v.__class__ is int or v.__class__ is Fraction:
        return v * factor
    if v.__class__ is Span:
        return Span(None if v.lo is None else v.lo * factor, None if v.hi is None else v.hi * factor, v.causes)
    return v


def _operated(a: Any, b: Any, work: Callable[[Any, Any, Any, Any], tuple[Any, Any]]) -> Any:
    """`work` on the ends of two values: exact where both are."""
    if a.__class__ is Unsure or b.__class__ is Unsure:
        return Unsure(causes_of(a, b))
    if a is ABSENT or b is ABSENT or a is EMPTY or b is EMPTY:
        return Unsure(NOTHING)  # nothing guards outside conditions
    if a.__class__ is not Span and b.__class__ is not Span:
        return work(a, a, b, b)[0]
    al, ah = (a.lo, a.hi) if a.__class__ is Span else (a, a)
    bl, bh = (b.lo, b.hi) if b.__class__ is Span else (b, b)
    lo, hi = work(al, ah, bl, bh)
    return Span(lo, hi, causes_of(a, b))


def _both(a: Any, b: Any, work: Callable[[Any, Any], Any]) -> Any:
    return None if a is None or b is None else work(a, b)


def _plus(a: Any, b: Any) -> Any:
    return a + b


def _less(a: Any, b: Any) -> Any:
    return a - b


def added(a: Any, b: Any) -> Any:
    if a.__class__ is int and b.__class__ is int:
        return a + b
    return _operated(a, b, lambda al, ah, bl, bh: (_both(al, bl, _plus), _both(ah, bh, _plus)))


def lessened(a: Any, b: Any) -> Any:
    if a.__class__ is int and b.__class__ is int:
        return a - b
    return _operated(a, b, lambda al, ah, bl, bh: (_both(al, bh, _less), _both(ah, bl, _less)))


def multiplied(a: Any, b: Any) -> Any:
    """A product; of spans only where nothing is negative."""
    if a.__class__ is int and b.__class__ is int:
        return a * b
    if (a.__class__ is Span or b.__class__ is Span) and all(_may_be_negative(v) is not None for v in (a, b)) and any(
        map(_may_be_negative, (a, b))):
        return Unsure(causes_of(a, b))
    return _operated(a, b, lambda al, ah, bl, bh: (al * bl, None if ah is None or bh is None else ah * bh))


def _may_be_negative(v: Any) -> bool | None:
    """Of a number; None of what is none."""
    if v.__class__ is Unsure or v is ABSENT or v is EMPTY:
        return None
    low = v.lo if v.__class__ is Span else v
    return low is None or low < 0


def apart(a: Any, b: Any) -> Any:
    """|a − b|."""
    d = lessened(a, b)
    if d.__class__ is Unsure:
        return d
    if d.__class__ is not Span:
        return abs(d)
    ends = [abs(x) for x in (d.lo, d.hi) if x is not None]
    meets = (d.lo is None or d.lo <= 0) and (d.hi is None or d.hi >= 0)
    return Span(0 if meets else min(ends), max(ends) if len(ends) == 2 else None, d.causes)


def smaller(a: Any, b: Any) -> Any:
    return _operated(a, b, lambda al, ah, bl, bh: (
        _both(al, bl, min), min((x for x in (ah, bh) if x is not None), default=None)))


def larger(a: Any, b: Any) -> Any:
    return _operated(a, b, lambda al, ah, bl, bh: (
        max((x for x in (al, bl) if x is not None), default=None), _both(ah, bh, max)))


def compare(op: str, a: Any, b: Any) -> Truth:
    """a ⋈ b for "<", "<=", "=": what holds at every point."""
    if a is ABSENT or b is ABSENT:
        return False
    if a.__class__ is Unsure or b.__class__ is Unsure:
        return Unsure(causes_of(a, b))
    if a is EMPTY or b is EMPTY:
        return False
    if a.__class__ is not Span and b.__class__ is not Span:
        return bool(a == b if op == "=" else a < b if op == "<" else a <= b)
    al, ah = (a.lo, a.hi) if a.__class__ is Span else (a, a)
    bl, bh = (b.lo, b.hi) if b.__class__ is Span else (b, b)
    if op == "=":
        if (ah is not None and bl is not None and ah < bl) or (al is not None and bh is not None and bh < al):
            return False
        if al is not None and al == ah == bl == bh:
            return True
    else:
        if ah is not None and bl is not None and (ah < bl or (op == "<=" and ah == bl)):
            return True
        if al is not None and bh is not None and (al > bh or (op == "<" and al == bh)):
            return False
    return Unsure(causes_of(a, b))
