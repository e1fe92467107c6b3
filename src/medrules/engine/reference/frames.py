"""Whether two lines stand together in a span or window: buckets, distances, overlaps (rulings T06-T08, T16, T32)."""
from __future__ import annotations

from datetime import date
from typing import Any, Final

from medrules.engine.reference.truth import Truth, Unk, conj
from medrules.engine.reference.values import cause_of, compare, day_of, distance, read, when
from medrules.model.pieces import may_need_cutting
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Frame, Instant

__all__ = ["BY_DAY", "IN_ENCOUNTER", "MAX_USE_DAYS", "by_day", "first_day", "near", "same_fact", "together"]

# Spans that lie inside one encounter whatever their keys say (T16).
IN_ENCOUNTER: Final = frozenset(("encounter", "prescription", "operation", "specimen", "site", "tooth"))
BY_DAY: Final = frozenset(("day", "days", "month", "quarter", "year", "insurance_year"))
# No prescription may be for more than 12 weeks (长期处方管理规范): how far back a line can start whose days of use still overlap.
MAX_USE_DAYS: Final = 84
HOUR: Final = 3_600


def _same(a: Any, b: Any) -> Truth:
    """Equality of two facts as read: ABSENT equals nothing."""
    return compare("=", a, b)


def same_fact(a: Any, b: Any, name: str, field: str) -> Truth:
    return _same(read(a, (name,), field), read(b, (name,), field))


def _period(kind: str, day: int) -> tuple[int, int]:
    d = date.fromordinal(day)
    if kind == "month":
        return d.year, d.month
    if kind == "quarter":
        return d.year, (d.month - 1) // 3
    return d.year, 0


def by_day(frame: Frame, x: Any, y: Any) -> Truth:
    """Whether two days are in one span."""
    if isinstance(x, Unk) or isinstance(y, Unk):
        return compare("=", x, y)
    match frame.kind:
        case "day":
            return bool(x == y)
        case "days":
            return bool(abs(x - y) < frame.n)
        case _:
            return _period(frame.kind, x) == _period(frame.kind, y)


def _hours(item: Any) -> tuple[int, int, bool] | Unk:
    """The clock hours that a line touches (first, last, certain): its span if it is counted in time, else its instant."""
    begin, end = getattr(item, "begin", UNKNOWN), getattr(item, "end", UNKNOWN)
    if may_need_cutting(item.unit, item.long_term) and isinstance(begin, Instant) and isinstance(end, Instant) and end.lo > begin.hi:
        return begin.lo // HOUR, (end.lo - 1) // HOUR, begin.is_exact and end.is_exact
    at = when(item)
    if isinstance(at, Unk):
        return at
    return at.lo // HOUR, at.hi // HOUR, at.lo // HOUR == at.hi // HOUR


def _same_hour(a: Any, b: Any) -> Truth:
    x, y = _hours(a), _hours(b)
    if isinstance(x, Unk) or isinstance(y, Unk):
        return compare("=", x, y)
    if x[1] < y[0] or y[1] < x[0]:
        return False
    if x[2] and y[2]:
        return True
    return Unk(frozenset(cause_of(i, "at", "item.at") for i, h in ((a, x), (b, y)) if not h[2]))


def near(frame: Frame, x: Any, y: Any) -> Truth:
    """Whether two times, as read, are no more hours apart."""
    x = x.lo if isinstance(x, Instant) else x
    y = y.lo if isinstance(y, Instant) else y
    return compare("<=", distance(x, y), frame.n * HOUR)


def _in_operation(a: Any, b: Any) -> Truth:
    """同台手术 (T32): equal ids; an id missing: with one operation in the stay the lines of its day and the next."""
    x, y = read(a, ("operation_no",), "item.operation_no"), read(b, ("operation_no",), "item.operation_no")
    known = [v for v in (x, y) if not isinstance(v, Unk) and v is not ABSENT]
    if len(known) == 2:
        return bool(x == y)
    missing = frozenset(cause_of(i, "operation_no", "item.operation_no") for i, v in ((a, x), (b, y)) if isinstance(v, Unk))
    operations = getattr(a.encounter, "operations", UNKNOWN)
    if operations is UNKNOWN:
        return Unk(missing | {cause_of(a.encounter, "operations", "encounter.operations")})
    if not operations:
        return False
    if len(operations) > 1:
        return Unk(missing or frozenset(("item.operation_no",)))
    (operation,) = operations
    return conj(_belongs(i, v, operation) for i, v in ((a, x), (b, y)))


def _belongs(item: Any, number: Any, operation: Any) -> Truth:
    if not isinstance(number, Unk) and number is not ABSENT:
        return compare("=", number, read(operation, ("id",), "operation.id"))
    on, day = day_of(item), read(operation, ("date",), "operation.date")
    if isinstance(on, Unk) or isinstance(day, Unk):
        return compare("=", on, day)
    return bool(day <= on <= day + 1)


def _use(item: Any) -> tuple[int, int, int] | Unk:
    """Days of use as (first, last that is certain, last that is possible)."""
    period = read(item, ("use_period",), "item.use_period")
    if isinstance(period, Unk):
        return period
    return period.first, period.last, period.last if period.certain else period.first + MAX_USE_DAYS - 1


def _use_overlap(a: Any, b: Any) -> Truth:
    x, y = _use(a), _use(b)
    if isinstance(x, Unk) or isinstance(y, Unk):
        return compare("=", x, y)
    if x[0] <= y[1] and y[0] <= x[1]:
        return True
    if x[0] <= y[2] and y[0] <= x[2]:
        return Unk(frozenset(cause_of(i, "days", "item.days") for i, p in ((a, x), (b, y)) if p[1] != p[2]))
    return False


def _time_overlap(a: Any, b: Any) -> Truth:
    ends = [read(i, (n,), f"item.{n}") for i in (a, b) for n in ("begin", "end")]
    a0, a1, b0, b1 = (e.lo if isinstance(e, Instant) else e for e in ends)
    return conj((compare("<", a0, b1), compare("<", b0, a1)))


def together(frame: Frame, a: Any, b: Any) -> Truth:
    """Whether lines a and b of one patient are in one span. Symmetric; "days" is |day − day| < n here (pairs)."""
    if frame.kind in IN_ENCOUNTER:
        if a.encounter is not b.encounter:
            return False
        match frame.kind:
            case "encounter":
                return True
            case "prescription":
                return same_fact(a, b, "rx_no", "item.rx_no")
            case "operation":
                return _in_operation(a, b)
            case name:
                return same_fact(a, b, name, f"item.{name}")
    match frame.kind:
        case "hours":
            return near(frame, read(a, ("at",), "item.at"), read(b, ("at",), "item.at"))
        case "hour_bucket":
            return _same_hour(a, b)
        case "use_overlap":
            return _use_overlap(a, b)
        case "time_overlap":
            return _time_overlap(a, b)
        case _:
            return by_day(frame, day_of(a), day_of(b))


def first_day(frame: Frame, item: Any) -> int | None:
    """The first day on which a line can lie that stands in this frame with `item`; None when `item` has no day."""
    day = day_of(item)
    if isinstance(day, Unk):
        return None
    match frame.kind:
        case "days":
            return int(day - frame.n + 1)
        case "hours":
            at = when(item)
            return None if isinstance(at, Unk) else int((at.lo - frame.n * HOUR) // DAY_SECONDS)
        case "month" | "quarter" | "year" | "insurance_year":
            d = date.fromordinal(day)
            month = d.month if frame.kind == "month" else (d.month - 1) // 3 * 3 + 1 if frame.kind == "quarter" else 1
            return date(d.year, month, 1).toordinal()
        case "use_overlap" | "time_overlap":
            begin = getattr(item, "begin", UNKNOWN)
            start = begin.day if isinstance(begin, Instant) else day
            return int(start - MAX_USE_DAYS + 1)
        case _:
            return int(day)
