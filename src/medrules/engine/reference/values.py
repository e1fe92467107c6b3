"""What an expression can be worth, and how facts are read: exact numbers, ABSENT, Unk with causes, or an interval.

Numbers are Fractions (the raw scaled int divided by 10**scale), so that no alignment of scales is needed. Dates are ordinal
days. An instant known to the second is its second; one known to the day is the interval of its seconds.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from medrules.engine.reference.truth import Truth, Unk
from medrules.knowledge.table import EMPTY
from medrules.model.derive import HERB_KINDS
from medrules.model.types import Type
from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = [
    "Age", "Group", "Interval", "add", "cause_of", "causes_of", "compare", "day_of", "distance", "herbs_of", "larger", "lift", "minus",
    "read", "smaller", "times", "when",
]


@dataclass(frozen=True, slots=True)
class Age:
    """A person born on day `birth` as of day `on`: compared with limits and ranges in completed units, or printed."""

    birth: int
    on: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A number, day or second that lies in [lo, hi] (None = no bound), because of the facts named in `causes`."""

    lo: Fraction | int | None
    hi: Fraction | int | None
    causes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of a group scope, or of one prescription whose number was not sent: `items` belong to it, `unsure` may."""

    items: tuple[Any, ...]
    unsure: tuple[tuple[Any, Unk], ...] = ()
    encounter: Any = None
    open: frozenset[str] = frozenset()  # why lines may be missing


def herbs_of(group: Group) -> Group:
    """The herbs among the lines of a group."""
    def herb(i: Any) -> bool:
        return i.list_kind is UNKNOWN or i.list_kind in HERB_KINDS

    return Group(tuple(i for i in group.items if herb(i)), tuple(x for x in group.unsure if herb(x[0])), group.encounter)


def cause_of(entity: Any, name: str, field: str) -> str:
    """The field id to name when `entity.name` is not known: the entity's own `_why`, else the schema id."""
    why = entity.__dict__.get("_why") if hasattr(entity, "__dict__") else None
    return why.get(name, field) if why else field


# The field that is missing when a link on the way was not sent; other links are always there.
LINKS: Final = {"institution": "encounter.institution", "physician": "item.physician", "prescription": "item.prescription",
                "settlement": "encounter.settlement", "history": "patient.history"}


def read(entity: Any, path: tuple[str, ...], field: str, links: tuple[str, ...] = ()) -> Any:
    """Walk `path` from `entity`: the raw value at its end, ABSENT, or Unk naming the field where it broke off."""
    at = entity
    for i, name in enumerate(path):
        last = i == len(path) - 1
        found = getattr(at, name, UNKNOWN)
        if found is UNKNOWN:
            link = links[i] if i < len(links) and links[i] else LINKS.get(name, field)
            return Unk(frozenset((cause_of(at, name, field if last else link),)))
        if found is ABSENT:
            return ABSENT
        if last and isinstance(found, Instant) and not found.is_exact:
            return Interval(found.lo, found.hi, frozenset((cause_of(at, name, field),)))
        at = found
    return at


def lift(raw: Any, type: Type, cause: str = "") -> Any:
    """A raw run-time value as the reference counts with it."""
    if isinstance(raw, (Unk, Interval)):
        return raw
    if raw is UNKNOWN:
        return Unk(frozenset((cause,)))
    if raw is ABSENT or raw is EMPTY:
        return ABSENT
    if isinstance(raw, Instant):
        return raw.lo if raw.is_exact else Interval(raw.lo, raw.hi, frozenset((cause,)))
    if type.kind == "num" and isinstance(raw, int):
        return Fraction(raw, 10**type.scale)
    return raw


def day_of(entity: Any) -> Any:
    """The ordinal day of a line (its `on`, else its `at`), or Unk."""
    day = getattr(entity, "on", UNKNOWN)
    if day is UNKNOWN:
        at = getattr(entity, "at", UNKNOWN)
        if isinstance(at, Instant):
            return at.day
        return Unk(frozenset((cause_of(entity, "at", "item.performed_at"),)))
    return day


def when(entity: Any) -> Any:
    """The instant of a line, or Unk."""
    at = getattr(entity, "at", UNKNOWN)
    return at if isinstance(at, Instant) else Unk(frozenset((cause_of(entity, "at", "item.performed_at"),)))


def causes_of(values: Iterable[Any]) -> frozenset[str]:
    out: frozenset[str] = frozenset()
    for v in values:
        if isinstance(v, (Unk, Interval)):
            out |= v.causes
    return out


# ---------------------------------------------------------------- arithmetic on exact values and intervals


def _ends(v: Any) -> tuple[Any, Any]:
    return (v.lo, v.hi) if isinstance(v, Interval) else (v, v)


def _strict(a: Any, b: Any, both: Callable[[Any, Any], Any]) -> Any:
    if isinstance(a, Unk) or isinstance(b, Unk):
        return Unk(causes_of((a, b)))
    if a is ABSENT or b is ABSENT or a is EMPTY or b is EMPTY:
        return Unk(frozenset())  # only outside conditions, where nothing guards: printed as unknown, deducted as undetermined
    return both(a, b)


def _interval(lo: Any, hi: Any, a: Any, b: Any) -> Any:
    """The result of an operation: exact when neither operand was an interval."""
    if not isinstance(a, Interval) and not isinstance(b, Interval):
        return lo
    return Interval(lo, hi, causes_of((a, b)))


def add(a: Any, b: Any) -> Any:
    def both(a: Any, b: Any) -> Any:
        (al, ah), (bl, bh) = _ends(a), _ends(b)
        return _interval(None if al is None or bl is None else al + bl, None if ah is None or bh is None else ah + bh, a, b)

    return _strict(a, b, both)


def minus(a: Any, b: Any) -> Any:
    def both(a: Any, b: Any) -> Any:
        (al, ah), (bl, bh) = _ends(a), _ends(b)
        return _interval(None if al is None or bh is None else al - bh, None if ah is None or bl is None else ah - bl, a, b)

    return _strict(a, b, both)


def times(a: Any, b: Any) -> Any:
    """Exact × exact; interval × a factor that is not negative; anything else with an interval is unknown."""

    def both(a: Any, b: Any) -> Any:
        if not isinstance(a, Interval) and not isinstance(b, Interval):
            return a * b
        (al, ah), (bl, bh) = _ends(a), _ends(b)
        if al is None or bl is None or al < 0 or bl < 0:
            return Unk(causes_of((a, b)))
        return Interval(al * bl, None if ah is None or bh is None else ah * bh, causes_of((a, b)))

    return _strict(a, b, both)


def distance(a: Any, b: Any) -> Any:
    """|a − b|."""

    def both(a: Any, b: Any) -> Any:
        d = minus(a, b)
        if not isinstance(d, Interval):
            return Fraction(abs(d))
        ends: list[Any] = [abs(x) for x in (d.lo, d.hi) if x is not None]
        touches_zero = (d.lo is None or d.lo <= 0) and (d.hi is None or d.hi >= 0)
        return Interval(0 if touches_zero else min(ends), max(ends) if len(ends) == 2 else None, d.causes)

    return _strict(a, b, both)


def smaller(a: Any, b: Any) -> Any:
    def both(a: Any, b: Any) -> Any:
        (al, ah), (bl, bh) = _ends(a), _ends(b)
        highs = [x for x in (ah, bh) if x is not None]
        return _interval(None if al is None or bl is None else min(al, bl), min(highs) if highs else None, a, b)

    return _strict(a, b, both)


def larger(a: Any, b: Any) -> Any:
    def both(a: Any, b: Any) -> Any:
        (al, ah), (bl, bh) = _ends(a), _ends(b)
        lows = [x for x in (al, bl) if x is not None]
        return _interval(max(lows) if lows else None, None if ah is None or bh is None else max(ah, bh), a, b)

    return _strict(a, b, both)


def compare(op: str, a: Any, b: Any) -> Truth:
    """a ⋈ b for op "<", "<=", "=": True if every point satisfies it, False if none does. ABSENT compares false."""
    if isinstance(a, Unk) or isinstance(b, Unk):
        return False if a is ABSENT or b is ABSENT else Unk(causes_of((a, b)))
    if a is ABSENT or b is ABSENT or a is EMPTY or b is EMPTY:
        return False
    if not isinstance(a, Interval) and not isinstance(b, Interval):
        if op == "=":
            return bool(a == b)
        return bool(a < b) if op == "<" else bool(a <= b)
    (al, ah), (bl, bh) = _ends(a), _ends(b)
    unknown = Unk(causes_of((a, b)))
    if op == "=":
        if (ah is not None and bl is not None and ah < bl) or (al is not None and bh is not None and bh < al):
            return False
        return True if al is not None and al == ah and al == bl and bl == bh else unknown
    if ah is not None and bl is not None and (ah < bl or (op == "<=" and ah == bl)):
        return True
    if al is not None and bh is not None and (al > bh or (op == "<" and al == bh)):
        return False
    return unknown
