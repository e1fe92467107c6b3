"""Whether two lines, or a line and a treatment record, stand in one span: a day, an hour, an operation, a period, overlapping days of use."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from medrules.engine.optimized.kleene.ground import at_of, day_of, reader, same
from medrules.engine.optimized.kleene.truths import Span, Truth, Unsure, apart, causes_of, compare, conj, missing
from medrules.model.pieces import may_need_cutting
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Frame, Instant

__all__ = ["INSIDE", "begins", "recorded", "together"]

_BY_DAY: Final = frozenset(("day", "days", "month", "quarter", "year", "insurance_year"))
INSIDE: Final = frozenset(("encounter", "prescription", "operation", "specimen", "site", "tooth"))  # of one encounter
LONGEST_USE: Final = 84  # days: no prescription may be for longer (长期处方管理规范)
HOUR: Final = 3_600
_OF_FACT: Final = {
    kind: reader((name,), f"item.{name}")
    for kind, name in (("prescription", "rx_no"), ("specimen", "specimen"), ("site", "site"), ("tooth", "tooth"))
}
_operation_no: Final = reader(("operation_no",), "item.operation_no")
_operation_id: Final = reader(("id",), "operation.id")
_operation_date: Final = reader(("date",), "operation.date")
_use_period: Final = reader(("use_period",), "item.use_period")
_session_begin: Final = reader(("begin",), "session.begin")
_at, _begin, _end = (reader((name,), f"item.{name}") for name in ("at", "begin", "end"))


def together(frame: Frame, a: Any, b: Any) -> Truth:
    """Symmetric; "days" is |day − day| < n here."""
    kind = frame.kind
    if kind in INSIDE:
        if a.encounter is not b.encounter:
            return False
        if kind == "encounter":
            return True
        if kind == "operation":
            return _in_operation(a, b)
        return same(_OF_FACT[kind], a, b)
    found = _OTHERS.get(kind)
    if found is not None:
        return found(frame, a, b)
    return by_day(frame, day_of(a), day_of(b))


def by_day(frame: Frame, x: Any, y: Any) -> Truth:
    """Whether two days are in one span."""
    kind = frame.kind
    if x.__class__ is Unsure or y.__class__ is Unsure:
        return Unsure(causes_of(x, y))
    if kind == "day":
        return bool(x == y)
    if kind == "days":
        return bool(abs(x - y) < frame.n)
    return _period(kind, x) == _period(kind, y)


def _period(kind: str, day: int) -> tuple[int, int]:
    d = date.fromordinal(day)
    return d.year, d.month if kind == "month" else (d.month - 1) // 3 if kind == "quarter" else 0


def _near(frame: Frame, a: Any, b: Any) -> Truth:
    return compare("<=", apart(_at(a), _at(b)), frame.n * HOUR)


def _hours(line: Any) -> Any:
    """(first, last clock hour that a line touches, whether that is certain)."""
    begin, end = getattr(line, "begin", UNKNOWN), getattr(line, "end", UNKNOWN)
    if begin.__class__ is Instant and end.__class__ is Instant and end.lo > begin.hi and may_need_cutting(line.unit, line.long_term):
        return begin.lo // HOUR, (end.lo - 1) // HOUR, begin.lo == begin.hi and end.lo == end.hi
    at = at_of(line)
    if at.__class__ is Unsure:
        return at
    first, last = at.lo // HOUR, at.hi // HOUR
    return first, last, first == last


def _same_hour(frame: Frame, a: Any, b: Any) -> Truth:
    x, y = _hours(a), _hours(b)
    if x.__class__ is Unsure or y.__class__ is Unsure:
        return Unsure(causes_of(x, y))
    if x[1] < y[0] or y[1] < x[0]:
        return False
    if x[2] and y[2]:
        return True
    usual = Unsure(frozenset(("item.at",)))
    return Unsure(causes_of(*(missing(i, "at", "item.at", usual) for i, held in ((a, x), (b, y)) if not held[2])))


def _in_operation(a: Any, b: Any) -> Truth:
    """同台手术: equal numbers; without one, the only operation of the stay has the lines of its day and the next."""
    x, y = _operation_no(a), _operation_no(b)
    known = [v for v in (x, y) if v.__class__ is not Unsure and v is not ABSENT]
    if len(known) == 2:
        return bool(x == y)
    operations = getattr(a.encounter, "operations", UNKNOWN)
    if operations is UNKNOWN:
        usual = Unsure(frozenset(("encounter.operations",)))
        return Unsure(causes_of(x, y, missing(a.encounter, "operations", "encounter.operations", usual)))
    if not operations:
        return False
    if len(operations) > 1:
        return Unsure(causes_of(x, y) or frozenset(("item.operation_no",)))
    return conj([_belongs(i, v, operations[0]) for i, v in ((a, x), (b, y))])


def _belongs(line: Any, number: Any, operation: Any) -> Truth:
    if number.__class__ is not Unsure and number is not ABSENT:
        return compare("=", number, _operation_id(operation))
    on, day = day_of(line), _operation_date(operation)
    if on.__class__ is Unsure or day.__class__ is Unsure:
        return compare("=", on, day)
    return bool(day <= on <= day + 1)


def _use(line: Any) -> Any:
    """Days of use: (first, last that is certain, last that is possible)."""
    period = _use_period(line)
    if period.__class__ is Unsure:
        return period
    return period.first, period.last, period.last if period.certain else period.first + LONGEST_USE - 1


def _use_overlap(frame: Frame, a: Any, b: Any) -> Truth:
    x, y = _use(a), _use(b)
    if x.__class__ is Unsure or y.__class__ is Unsure:
        return Unsure(causes_of(x, y))
    if x[0] <= y[1] and y[0] <= x[1]:
        return True
    if x[0] <= y[2] and y[0] <= x[2]:
        usual = Unsure(frozenset(("item.days",)))
        return Unsure(causes_of(*(missing(i, "days", "item.days", usual) for i, held in ((a, x), (b, y)) if held[1] != held[2])))
    return False


def _time_overlap(frame: Frame, a: Any, b: Any) -> Truth:
    return conj((compare("<", _begin(a), _end(b)), compare("<", _begin(b), _end(a))))


_OTHERS: Final[dict[str, Callable[[Frame, Any, Any], Truth]]] = {
    "hours": _near, "hour_bucket": _same_hour, "use_overlap": _use_overlap, "time_overlap": _time_overlap,
}


def recorded(frame: Frame, anchor: Any, record: Any) -> Truth:
    """Whether a treatment record of the stay stands in a frame, by when it began; a span by what only lines have holds them all."""
    if frame.kind == "encounter":
        return True
    begin = _session_begin(record)
    if begin.__class__ is Unsure:
        return begin
    if frame.kind == "hours":
        return compare("<=", apart(begin, _at(anchor)), frame.n * HOUR)
    if frame.kind not in _BY_DAY:
        return True
    day, own = (begin.lo if begin.__class__ is Span else begin) // DAY_SECONDS, day_of(anchor)
    found = by_day(frame, day, own)
    return conj((found, compare("<=", day, own))) if frame.kind == "days" else found


def begins(frame: Frame, line: Any) -> int | None:
    """The first day on which a line may stand that shares this frame with `line`; None without a day."""
    day = day_of(line)
    if day.__class__ is Unsure:
        return None
    match frame.kind:
        case "days":
            return int(day - frame.n + 1)
        case "hours":
            at = at_of(line)
            return None if at.__class__ is Unsure else int((at.lo - frame.n * HOUR) // DAY_SECONDS)
        case "month" | "quarter" | "year" | "insurance_year":
            d = date.fromordinal(day)
            month = d.month if frame.kind == "month" else (d.month - 1) // 3 * 3 + 1 if frame.kind == "quarter" else 1
            return date(d.year, month, 1).toordinal()
        case "use_overlap" | "time_overlap":
            begin = getattr(line, "begin", UNKNOWN)
            start = begin.day if begin.__class__ is Instant else day
            return int(start - LONGEST_USE + 1)
        case _:
            return int(day)
