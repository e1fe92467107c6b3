"""Runtime values that are not plain Python: UNKNOWN, ABSENT, instants, ages, ranges, frames, intervals.

Plain representations (what a fact holds once parsed):
  code, text   str (codes folded to half width, trimmed, NFC, upper-case at the door)
  yes/no       bool
  number       int, scaled: the schema or column type says the scale (quantity scale 4: 1.5 → 15000; money scale 2: fen)
  date         int, `date.toordinal()`
  instant      `Instant`
  list         tuple (a tuple is a complete list; a list not sent is UNKNOWN)
No floats, no Decimals, no None anywhere in facts.
"""
from __future__ import annotations

from typing import Any, Final, NoReturn

from medrules.frozen import dataclass

__all__ = [
    "ABSENT", "UNKNOWN", "Absent", "AgeLimit", "AgeRange", "Frame", "Instant", "NumRange", "Unknown", "UnknownTouched",
    "age_in", "is_known", "ymd",
]


class UnknownTouched(Exception):
    """The two-valued fast path touched UNKNOWN. Private to the engine: it never reaches a caller."""


class Unknown:
    """Nothing was sent. Every comparison, hash and truth test raises, so no two-valued code can mistake it for a value.

    Test with `is UNKNOWN`; never with `==` or `in`.
    """

    __slots__ = ()

    def _touched(self, *_: object) -> NoReturn:
        raise UnknownTouched

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _touched
    __hash__ = __bool__ = __iter__ = __len__ = __contains__ = __getitem__ = _touched
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __pos__ = __abs__ = _touched
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __pow__ = _touched
    __and__ = __rand__ = __or__ = __ror__ = __invert__ = __int__ = __index__ = __float__ = _touched

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, _: object) -> Unknown:
        return self

    def __reduce__(self) -> str:
        return "UNKNOWN"


class Absent:
    """The source states that there is none (not yet discharged, no operation)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __copy__(self) -> Absent:
        return self

    def __deepcopy__(self, _: object) -> Absent:
        return self

    def __reduce__(self) -> str:
        return "ABSENT"


UNKNOWN: Final = Unknown()
ABSENT: Final = Absent()

DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment in naive local time (UTC+8), with its precision: it lies somewhere in [lo, hi], both ends included.

    Seconds since 0001-01-01T00:00:00 + 86,400 (so `lo // 86_400` is `date.toordinal()`). A time known to the second has
    lo == hi; a time known only to the day has lo = midnight and hi = 23:59:59 of that day.
    """

    lo: int
    hi: int

    @property
    def day(self) -> int:
        """The ordinal of its day."""
        return self.lo // DAY_SECONDS

    @property
    def is_exact(self) -> bool:
        return self.lo == self.hi


def ymd(ordinal: int) -> int:
    """`10000·year + 100·month + day` of an ordinal day: ages and months are integer arithmetic on it."""
    from datetime import date

    d = date.fromordinal(ordinal)
    return d.year * 10_000 + d.month * 100 + d.day


def age_in(unit: str, birth: int, on: int) -> int:
    """Completed `岁` / `月` / `天` from the ordinal day `birth` to `on` (semantics 1.3). 29 February turns on 1 March.

    Negative when `on` is before `birth`.
    """
    if unit == "天":
        return on - birth
    b, t = ymd(birth), ymd(on)
    if unit == "岁":
        return (t - b) // 10_000
    months = 12 * (t // 10_000 - b // 10_000) + (t // 100 % 100 - b // 100 % 100)
    return months - (1 if t % 100 < b % 100 else 0)


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """`18岁`, `6月`, `28天`: an age in completed units."""

    n: int
    unit: str  # 岁 | 月 | 天


@dataclass(frozen=True, slots=True)
class AgeRange:
    """Ages between two limits, each with its own end. None = open. Units of the two ends may differ."""

    low: AgeLimit | None
    low_closed: bool
    high: AgeLimit | None
    high_closed: bool

    def contains(self, birth: int, on: int) -> bool:
        """Whether a person born on `birth` is inside on day `on`; a high end `≤ 6岁` holds to the eve of the 7th birthday."""
        if self.low is not None:
            a = age_in(self.low.unit, birth, on)
            if a < self.low.n or (a == self.low.n and not self.low_closed):
                return False
        if self.high is not None:
            a = age_in(self.high.unit, birth, on)
            if a > self.high.n or (a == self.high.n and not self.high_closed):
                return False
        return True


@dataclass(frozen=True, slots=True)
class NumRange:
    """Numbers between two ends (scaled ints of the column's type). None = open."""

    low: int | None
    low_closed: bool
    high: int | None
    high_closed: bool

    def contains(self, x: int) -> bool:
        if self.low is not None and (x < self.low or (x == self.low and not self.low_closed)):
            return False
        return not (self.high is not None and (x > self.high or (x == self.high and not self.high_closed)))


@dataclass(frozen=True, slots=True)
class Frame:
    """A span or window (`language.md` 3): which lines are looked at together.

    kind, and n where the kind counts:
      buckets   day hour_bucket encounter prescription operation specimen site tooth course month quarter year insurance_year
      distances hours (n hours: |t1 − t2| ≤ n h)
      look-back days (n calendar days up to and including the judged line's own; as a quota: any n consecutive days)
      overlaps  use_overlap (用药期重叠) time_overlap (时段重叠)
    """

    kind: str
    n: int = 0


def is_known(value: Any) -> bool:
    """Neither UNKNOWN nor ABSENT."""
    return value is not UNKNOWN and value is not ABSENT
