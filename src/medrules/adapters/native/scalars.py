"""From one JSON value to one run-time value, by the type that the schema gives the fact.

Numbers are read from their text with whole numbers only: never through a float, and not through `decimal` either, whose
precision the calling program may have changed. What is well formed but cannot be right (a day that does not exist,
more decimals than the fact has) becomes UNKNOWN with a note; what is no value of the type at all is an error.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from medrules.model.entity import Field
from medrules.model.folding import fold_code, fold_text
from medrules.model.rounding import round_div
from medrules.model.schema import SCHEMA
from medrules.model.types import UNIT_FACTORS, Type
from medrules.model.units import canonical_unit
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

__all__ = ["MAX_TEXT", "Reading", "WrongValue", "converter", "read_flag"]

MAX_TEXT: Final = 1_000
_MAX_DIGITS: Final = 18
_MAX_BITS: Final = 256
_MAX_OFFSET: Final = timedelta(hours=14)
_LOCAL: Final = timezone(timedelta(hours=8))
_UNKNOWN_WORDS: Final = frozenset({"未知", "unknown"})
_SIGNED: Final = frozenset({"quantity", "amount", "self_paid", "copay", "pooled", "account_paid", "unit_price"})
_BOOLS: Final[dict[str, bool]] = {
    "是": True, "yes": True, "true": True, "1": True, "否": False, "no": False, "false": False, "0": False,
}
_TIME: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII)
_NUMBER: Final = re.compile(r"([+-]?)(\d{1,24})(?:\.(\d{1,24}))?(?:[eE]([+-]?\d{1,2}))?\s*(.*)", re.ASCII | re.DOTALL)
# Control characters, and halves of surrogate pairs, which JSON lets through and UTF-8 cannot carry.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS: Final = re.compile("[\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")


class WrongValue(ValueError):
    """A value that its fact cannot have: a Chinese sentence, and a code of `FACT_ERRORS`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Reading:
    """What one call of `read_facts` collects while it reads."""

    __slots__ = ("midnight_is_time", "notes")

    def __init__(self, midnight_is_time: bool = False) -> None:
        self.midnight_is_time = midnight_is_time
        self.notes: dict[str, int] = {}

    def unknown(self, fact: Field, reason: str) -> Any:
        """Note why a value is taken for UNKNOWN; the note names the fact, never the value or the person."""
        note = f"{SCHEMA.entities[fact.entity].zh}.{fact.zh}：{reason}，按未知处理"
        self.notes[note] = self.notes.get(note, 0) + 1
        return UNKNOWN


Converter = Callable[[Any, Reading], Any]


def converter(fact: Field) -> Converter:
    """The reader of one fact's JSON value. It raises WrongValue; it answers UNKNOWN, ABSENT or a value."""
    read = _reader(fact, fact.type)

    def convert(value: Any, reading: Reading) -> Any:
        if isinstance(value, str):
            _check_text(fact.zh, value)
            if value.strip() in _UNKNOWN_WORDS:
                return UNKNOWN
        if value is None or (isinstance(value, str) and not value.strip()):
            if fact.type.optional:
                return ABSENT
            raise WrongValue("MR-E205", f"「{fact.zh}」不能为空；不知道就不要写这一项")
        return read(value, reading)

    return convert


def read_flag(name: str, value: Any) -> bool:
    """A yes/no of the request itself: true, false, 是, 否, 1, 0."""
    found = None
    if isinstance(value, bool):
        found = value
    elif isinstance(value, str) and len(value) <= MAX_TEXT:
        found = _BOOLS.get(value.strip().lower())
    elif isinstance(value, int) and value in (0, 1):
        found = value == 1
    if found is None:
        raise WrongValue("MR-E206", f"「{name}」应为是或否（true / false）")
    return found


def _check_text(name: str, value: str) -> None:
    if len(value) > MAX_TEXT:
        raise WrongValue("MR-E202", f"「{name}」超过{MAX_TEXT}个字符")
    if _ILLEGAL.search(value) is not None:
        raise WrongValue("MR-E209", f"「{name}」含有不合法的字符")


def _reader(fact: Field, type: Type) -> Converter:
    match type.kind:
        case "bool":
            return lambda value, reading: read_flag(fact.zh, value)
        case "num":
            return lambda value, reading: _number(fact, type, value, reading)
        case "date":
            return lambda value, reading: _date(fact, value, reading)
        case "instant":
            return lambda value, reading: _instant(fact, value, reading)
        case "level":
            return lambda value, reading: _level(fact, type, value)
        case "list":
            member = _reader(fact, type.of or type)
            return lambda value, reading: _list(fact, member, value, reading)
        case "code":
            return _code_reader(fact, type)
        case _:  # a name is one line
            return lambda value, reading: _LINE_ENDS.sub(" ", fold_text(_word(fact, value)))


def _word(fact: Field, value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _MAX_BITS:
        return str(value)
    raise WrongValue("MR-E206", f"「{fact.zh}」应为文字")


def _code_reader(fact: Field, type: Type) -> Converter:
    enumeration = SCHEMA.enumerations.get(type.name)
    if enumeration is not None:
        choices = "、".join(w.zh for w in enumeration.words[:16])

        def enumerated(value: Any, reading: Reading) -> Any:
            found = enumeration.value_of(fold_text(_word(fact, value)))
            if found is None:
                raise WrongValue("MR-E207", f"「{fact.zh}」应为：{choices}")
            return found

        return enumerated
    if type.name in ("id", "point"):  # given back as they came

        def identity(value: Any, reading: Reading) -> Any:
            word = _word(fact, value)
            if not word.isascii() and _TURNING.search(word) is not None:
                raise WrongValue("MR-E209", f"「{fact.zh}」含有不合法的字符")
            return word

        return identity

    def code(value: Any, reading: Reading) -> Any:
        folded = fold_code(_word(fact, value))
        if not folded:  # nothing that can be seen
            raise WrongValue("MR-E209", f"「{fact.zh}」含有不合法的字符")
        return folded

    return code


def _list(fact: Field, member: Converter, value: Any, reading: Reading) -> Any:
    if not isinstance(value, (list, tuple)):
        raise WrongValue("MR-E206", f"「{fact.zh}」应为列表，没有请写 []")
    if len(value) > MAX_TEXT:
        raise WrongValue("MR-E202", f"「{fact.zh}」超过{MAX_TEXT}项")
    found = []
    doubtful = False
    for one in value:
        if one is None or (isinstance(one, str) and not one.strip()):
            raise WrongValue("MR-E205", f"「{fact.zh}」的各项不能为空")
        if isinstance(one, str):
            _check_text(fact.zh, one)
        read = UNKNOWN if isinstance(one, str) and one.strip() in _UNKNOWN_WORDS else member(one, reading)
        doubtful = doubtful or read is UNKNOWN
        found.append(read)
    return UNKNOWN if doubtful else tuple(found)


def _level(fact: Field, type: Type, value: Any) -> int:
    scale = SCHEMA.scales[type.name]
    rank = scale.rank(fold_text(_word(fact, value)))
    if rank is None:
        raise WrongValue("MR-E207", f"「{fact.zh}」应为：{'、'.join(s.zh for s in scale.steps)}")
    return rank


def _number(fact: Field, type: Type, value: Any, reading: Reading) -> Any:
    """A number as an int × 10**-scale. A unit of the same dimension is converted, and rounded half up once."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        # A float's shortest text is the text it was written with.
        value = "" if isinstance(value, int) and value.bit_length() > _MAX_BITS else str(value)
    found = _NUMBER.fullmatch(fold_text(value)) if isinstance(value, str) and len(value) <= 80 else None
    if found is None:
        raise WrongValue("MR-E208", f"「{fact.zh}」应为数字")
    sign, whole, decimals, exponent, unit = found.groups("")
    digits, places = int(whole + decimals), len(decimals) - int(exponent or 0)
    factor, divisor = _factor(fact, type, unit.strip())
    if sign == "-" and digits and fact.non_negative and not (fact.entity == "item" and fact.name in _SIGNED):
        raise WrongValue("MR-E208", f"「{fact.zh}」不能为负")
    if digits and len(str(digits)) - places > _MAX_DIGITS:
        raise WrongValue("MR-E208", f"「{fact.zh}」数字过大")
    shift = type.scale - places
    numerator = digits * factor * (10**shift if shift > 0 else 1)
    denominator = divisor * (10**-shift if shift < 0 else 1)
    if factor == divisor and numerator % denominator:
        return reading.unknown(fact, f"小数多于{type.scale}位")
    scaled = round_div(numerator, denominator)
    return -scaled if sign == "-" else scaled


def _factor(fact: Field, type: Type, unit: str) -> tuple[int, int]:
    """`0.5g` for a fact in mg, `90分钟` for one in hours: × first ÷ second."""
    if not unit:
        return 1, 1
    word = canonical_unit(unit)
    have, want = UNIT_FACTORS.get(word), UNIT_FACTORS.get(type.unit)
    if word == canonical_unit(type.unit):
        return 1, 1
    if have is None or want is None or have[0] != want[0] or not have[0]:
        raise WrongValue("MR-E208", f"「{fact.zh}」的单位应为{type.unit or '无'}")
    return have[1], want[1]


def _moment(fact: Field, value: Any, reading: Reading) -> tuple[date, int | None] | None:
    """The day, and the second of the day when a time was given; None (noted) for a day or time that does not exist."""
    try:
        if isinstance(value, datetime):
            return _split(value if value.tzinfo is None else value.astimezone(_LOCAL))
        if isinstance(value, date):
            return value, None
        found = _TIME.fullmatch(fold_text(value)) if isinstance(value, str) else None
        if found is None:
            raise WrongValue("MR-E208", f"「{fact.zh}」应为日期或时间，如 2026-03-01 或 2026-03-01 09:00:00")
        year, month, day, hour, minute, second, zone = found.groups()
        if hour is None:
            return date(int(year), int(month), int(day)), None
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
        return _split(at if zone is None else at + timedelta(hours=8) - _offset(zone))
    except WrongValue:
        raise
    except (ValueError, OverflowError):
        reading.unknown(fact, "日期或时间不存在")
        return None


def _split(at: datetime) -> tuple[date, int]:
    return at.date(), at.hour * 3_600 + at.minute * 60 + at.second


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if size > _MAX_OFFSET or digits[2:] > "59":
        raise ValueError("no such time zone")
    return -size if zone[0] == "-" else size


def _date(fact: Field, value: Any, reading: Reading) -> Any:
    found = _moment(fact, value, reading)
    return UNKNOWN if found is None else found[0].toordinal()


def _instant(fact: Field, value: Any, reading: Reading) -> Any:
    """A day alone, and midnight unless the sender says that it is a time, is known to the day only (T07)."""
    found = _moment(fact, value, reading)
    if found is None:
        return UNKNOWN
    on, second = found
    lo = on.toordinal() * DAY_SECONDS
    if second is None or (second == 0 and not reading.midnight_is_time):
        return Instant(lo, lo + DAY_SECONDS - 1)
    return Instant(lo + second, lo + second)
