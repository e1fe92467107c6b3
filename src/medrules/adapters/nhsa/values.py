"""Tolerant scalars: what one JSON value of a national message means as text, code, number or time.

Every function takes the JSON value as sent and gives the model's plain value, `EMPTY` (nothing was said) or `UNREADABLE`
(something was said that cannot be understood: it becomes UNKNOWN and a data-quality note). None of them raises, but for
`FractionSent`, which never leaves the adapter: a number with a fraction must come as its own text (see `envelope`).
"""
from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import Any, Final

from medrules.model.folding import fold_code, fold_text
from medrules.model.values import Instant

__all__ = [
    "BLANKS", "BLANK_CODES", "EMPTY", "UNREADABLE", "WHOLE_BELOW", "FractionSent", "Nothing", "as_code", "as_day", "as_flag", "as_instant", "as_scaled", "as_text",
]


class Nothing(Enum):
    """Why there is no value."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"


class FractionSent(Exception):
    """A number with a fraction arrived as a binary one: the message is read again with its digits as they were sent."""


EMPTY: Final = Nothing.EMPTY
UNREADABLE: Final = Nothing.UNREADABLE

BLANKS: Final = frozenset({"", "-", "--", "—", "－", "null", "NULL", "None", "undefined"})
BLANK_CODES: Final = frozenset(mark.upper() for mark in BLANKS)  # codes are compared in upper case
MAX_TEXT: Final = 4_000  # the longest field of the form is 2,000 characters; anything far longer is not a value
DAY_SECONDS: Final = 86_400
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?")
_TIME: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?(?:\d{3})?")
_EXACT: Final = Context(prec=60)
_FIRST_FAR_DAY: Final = date(9999, 1, 1).toordinal()
# What .NET, SQL Server, OLE (Delphi) and old databases write for a date that was never filled. Inferred, not published.
_UNFILLED_DAYS: Final = frozenset(date(*d).toordinal() for d in ((1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1900, 1, 1)))
WHOLE_BELOW: Final = 2**53  # below it a binary fraction that is whole is exactly that whole number
_new: Final = object.__new__
_set_lo: Final = Instant.__dict__["lo"].__set__
_set_hi: Final = Instant.__dict__["hi"].__set__
_MAX_ADJUSTED: Final = 15  # amounts and quantities beyond 10^16 are not amounts


def as_text(value: Any) -> str | Nothing:
    """A name or an id: trimmed, otherwise as sent. Numbers become their text, true and false 1 and 0."""
    if type(value) is str:
        text = value.strip()
        if text in BLANKS:
            return EMPTY
        return text if len(text) <= MAX_TEXT else UNREADABLE
    if value is None or value == [] or value == {}:
        return EMPTY
    if value is True or value is False:
        return "1" if value else "0"
    if type(value) is int:
        return str(value) if value.bit_length() < 256 else UNREADABLE
    if isinstance(value, float):
        if not math.isfinite(value):
            return UNREADABLE
        if value.is_integer() and -WHOLE_BELOW < value < WHOLE_BELOW:  # 1.0 is the same key as 1, so it means the same
            return str(int(value))
        raise FractionSent
    if isinstance(value, Decimal) and value.is_finite():  # only where a caller parsed the message itself
        return str(int(value)) if value.adjusted() < 19 and value == value.to_integral_value() else str(value)
    return UNREADABLE


def as_code(value: Any) -> str | Nothing:
    """A code: folded to half width, NFC, upper case, trimmed (the model compares codes as they stand)."""
    text = as_text(value)
    if isinstance(text, Nothing):
        return text
    folded = fold_code(text)
    return EMPTY if folded in BLANK_CODES else folded


def as_flag(value: Any) -> bool | Nothing:
    """0 否, 1 是, as text, number or JSON truth value."""
    text = as_text(value)
    if isinstance(text, Nothing):
        return text
    return _FLAGS.get(text, UNREADABLE)


def as_scaled(value: Any, scale: int) -> int | Nothing:
    """An exact decimal as an int of 10**-scale, rounded half up once where more digits were sent."""
    if type(value) is str:  # digits with few places, as nearly all are
        whole, _, places = value.partition(".")
        if len(places) > scale:
            places = places.rstrip("0") if len(places) <= 18 else "?"
        if len(whole) <= _MAX_ADJUSTED and len(places) <= scale and value.isascii() and whole.isdecimal() and (
            not places or places.isdecimal()
        ):
            factor: int = 10 ** (scale - len(places))
            return int(whole + places) * factor
    elif type(value) is int:
        return value * 10**scale if -(10**_MAX_ADJUSTED) < value < 10**_MAX_ADJUSTED else UNREADABLE
    text = as_text(value)
    if isinstance(text, Nothing):
        return text
    if not text.isascii():
        text = fold_text(text)
    if _NUMBER.fullmatch(text) is None:
        return UNREADABLE
    number = Decimal(text)
    if number.adjusted() > _MAX_ADJUSTED:
        return UNREADABLE
    return int(number.scaleb(scale, _EXACT).to_integral_value(ROUND_HALF_UP, _EXACT))


def as_day(value: Any) -> int | Nothing:
    """A date as its ordinal; a time of day is cut off. A far date (9999-…) or a zero date (0001-01-01, 1900-01-01 …)
    means nothing was said."""
    if type(value) is str and len(value) == 10 and value[4:8:3] == "--" and value[5].isdigit():
        try:
            day = date.fromisoformat(value).toordinal()
        except ValueError:
            return UNREADABLE
        return day if _is_said(day) else EMPTY
    moment = as_instant(value, True)
    return moment.lo // DAY_SECONDS if isinstance(moment, Instant) else moment


def as_instant(value: Any, midnight_is_time: bool) -> Instant | Nothing:
    """A moment with its precision (ruling T07): to the second, to the minute, or to the day.

    00:00:00 is a day unless the site says that it is a time. An offset is converted to UTC+8.
    """
    if type(value) is str and len(value) == 19 and value[4:11:3] == "-- " and value[5].isdigit():
        try:  # the form that the specification asks for
            return _moment(datetime.fromisoformat(value), True, midnight_is_time)
        except ValueError:
            pass  # perhaps another form with a space around it
    text = as_text(value)
    if isinstance(text, Nothing):
        return text
    if not text.isascii():
        text = fold_text(text)
    found = _TIME.fullmatch(text)
    if found is None:
        found = _COMPACT.fullmatch(text)
        if found is None:
            return UNREADABLE
        year, month, day, hour, minute, second = found.groups()
        offset = None
    else:
        year, month, day, hour, minute, second, offset = found.groups()
    if year == "9999":
        return EMPTY
    try:
        if hour is None:
            ordinal = date(int(year), int(month), int(day)).toordinal()
            lo = ordinal * DAY_SECONDS
            return Instant(lo, lo + DAY_SECONDS - 1) if _is_said(ordinal) else EMPTY
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
        if offset is not None:
            moment += timedelta(hours=8) - _offset(offset)
    except (ValueError, OverflowError):
        return UNREADABLE
    return _moment(moment, second is not None, midnight_is_time)


def _moment(moment: datetime, to_the_second: bool, midnight_is_time: bool) -> Instant | Nothing:
    day = moment.toordinal()
    if not _is_said(day):
        return EMPTY
    second = moment.hour * 3_600 + moment.minute * 60 + moment.second
    made = _new(Instant)  # filled directly: lines are of times that were never seen before
    _set_lo(made, day * DAY_SECONDS + second)
    if second == 0 and not midnight_is_time:
        _set_hi(made, (day + 1) * DAY_SECONDS - 1)
    else:
        _set_hi(made, made.lo if to_the_second else made.lo + 59)
    return made


def _is_said(day: int) -> bool:
    return day < _FIRST_FAR_DAY and day not in _UNFILLED_DAYS


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta(0)
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if text[0] == "-" else offset


_FLAGS: Final[dict[str, bool]] = {"0": False, "1": True, "N": False, "Y": True, "否": False, "是": True}
