"""From one JSON value to one run-time value, by the type that the schema gives the fact.

Numbers are read from their text, never through a float. What is well formed but cannot be right (a day that does
not exist, more decimals than the fact has) becomes UNKNOWN with a note; what is no value of the type at all is an
error.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from medrules.model.entity import Field
from medrules.model.folding import fold_code, fold_text
from medrules.model.schema import SCHEMA
from medrules.model.types import UNIT_FACTORS, Type
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

__all__ = ["MAX_TEXT", "Reading", "converter"]

MAX_TEXT: Final = 1_000
_MAX_DIGITS: Final = 18
_UNKNOWN_WORDS: Final = frozenset({"未知", "unknown"})
_SIGNED: Final = frozenset({"quantity", "amount", "self_paid", "copay", "pooled", "account_paid", "unit_price"})
_BOOLS: Final[dict[str, bool]] = {
    "是": True, "yes": True, "true": True, "1": True, "否": False, "no": False, "false": False, "0": False,
}
_TIME: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?")
_NUMBER: Final = re.compile(r"([+-]?\d{1,24}(?:\.\d{1,24})?(?:[eE][+-]?\d{1,2})?)\s*(.*)", re.DOTALL)
_UNIT_WORDS: Final[dict[str, str]] = {
    "克": "g", "毫克": "mg", "千克": "kg", "公斤": "kg", "h": "小时", "时": "小时", "分": "分钟", "min": "分钟",
    "日": "天", "d": "天",
}


@dataclass(slots=True)
class Reading:
    """What one call of `read_facts` collects while it reads."""

    midnight_is_time: bool = False
    notes: dict[str, int] = field(default_factory=dict)

    def unknown(self, fact: Field, reason: str) -> Any:
        """Note why a value is taken for UNKNOWN; the note names the fact, never the value or the person."""
        note = f"{SCHEMA.entities[fact.entity].zh}.{fact.zh}：{reason}，按未知处理"
        self.notes[note] = self.notes.get(note, 0) + 1
        return UNKNOWN


Converter = Callable[[Any, Reading], Any]


def converter(fact: Field) -> Converter:
    """The reader of one fact's JSON value. It raises ValueError with a Chinese sentence; it answers UNKNOWN, ABSENT
    or a value."""
    read = _reader(fact, fact.type)

    def convert(value: Any, reading: Reading) -> Any:
        if value is None or value == "":
            if fact.type.optional:
                return ABSENT
            raise ValueError(f"「{fact.zh}」不能为空；不知道就不要写这一项")
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise ValueError(f"「{fact.zh}」超过{MAX_TEXT}个字符")
            if not value.isascii() and not _is_text(value):
                raise ValueError(f"「{fact.zh}」含有不合法的字符")
            if value in _UNKNOWN_WORDS:
                return UNKNOWN
        return read(value, reading)

    return convert


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: JSON lets half a surrogate pair through."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _reader(fact: Field, type: Type) -> Converter:
    match type.kind:
        case "bool":
            return lambda value, reading: _bool(fact, value)
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
        case _:
            return lambda value, reading: fold_text(_word(fact, value))


def _word(fact: Field, value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"「{fact.zh}」应为文字")


def _code_reader(fact: Field, type: Type) -> Converter:
    enumeration = SCHEMA.enumerations.get(type.name)
    if enumeration is not None:
        choices = "、".join(w.zh for w in enumeration.words[:16])

        def enumerated(value: Any, reading: Reading) -> Any:
            found = enumeration.value_of(fold_text(_word(fact, value)))
            if found is None:
                raise ValueError(f"「{fact.zh}」应为：{choices}")
            return found

        return enumerated
    if type.name in ("id", "point"):  # given back as they came
        return lambda value, reading: _word(fact, value)
    return lambda value, reading: fold_code(_word(fact, value))


def _list(fact: Field, member: Converter, value: Any, reading: Reading) -> Any:
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"「{fact.zh}」应为列表，没有请写 []")
    if len(value) > MAX_TEXT:
        raise ValueError(f"「{fact.zh}」超过{MAX_TEXT}项")
    found = []
    for one in value:
        if one is None or one == "" or (isinstance(one, str) and (len(one) > MAX_TEXT or not _is_text(one))):
            raise ValueError(f"「{fact.zh}」的各项不能为空，也不能过长")
        read = member(one, reading)
        if read is UNKNOWN:
            return UNKNOWN
        found.append(read)
    return tuple(found)


def _bool(fact: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    found = _BOOLS.get(str(value).strip().lower()) if isinstance(value, (str, int)) else None
    if found is None:
        raise ValueError(f"「{fact.zh}」应为是或否（true / false）")
    return found


def _level(fact: Field, type: Type, value: Any) -> int:
    scale = SCHEMA.scales[type.name]
    rank = scale.rank(fold_text(_word(fact, value)))
    if rank is None:
        raise ValueError(f"「{fact.zh}」应为：{'、'.join(s.zh for s in scale.steps)}")
    return rank


def _number(fact: Field, type: Type, value: Any, reading: Reading) -> Any:
    amount, unit = _decimal(fact, value)
    if unit:
        amount = _in_unit(fact, type, amount, unit)
    if amount.is_signed() and amount and fact.non_negative and not (fact.entity == "item" and fact.name in _SIGNED):
        raise ValueError(f"「{fact.zh}」不能为负")
    if amount and amount.adjusted() >= _MAX_DIGITS:
        raise ValueError(f"「{fact.zh}」数字过大")
    scaled = amount.scaleb(type.scale)
    if scaled != scaled.to_integral_value():
        return reading.unknown(fact, f"小数多于{type.scale}位")
    return int(scaled)


def _decimal(fact: Field, value: Any) -> tuple[Decimal, str]:
    """The exact number, and the unit written after it."""
    if isinstance(value, bool):
        raise ValueError(f"「{fact.zh}」应为数字")
    if isinstance(value, (int, float, Decimal)):
        value = str(value)  # a float's shortest text is the text it was written with
    found = _NUMBER.fullmatch(fold_text(value)) if isinstance(value, str) and len(value) <= 80 else None
    if found is None:
        raise ValueError(f"「{fact.zh}」应为数字")
    try:
        return Decimal(found[1]), found[2].strip()
    except InvalidOperation:
        raise ValueError(f"「{fact.zh}」应为数字") from None


def _in_unit(fact: Field, type: Type, amount: Decimal, unit: str) -> Decimal:
    """`0.5g` for a fact in mg, `90分钟` for one in hours."""
    word = _UNIT_WORDS.get(unit.lower(), unit)
    have, want = UNIT_FACTORS.get(word), UNIT_FACTORS.get(type.unit)
    if word == type.unit:
        return amount
    if have is None or want is None or have[0] != want[0] or not have[0]:
        raise ValueError(f"「{fact.zh}」的单位应为{type.unit or '无'}")
    return amount * have[1] / want[1]


def _moment(fact: Field, value: Any, reading: Reading) -> tuple[date, int | None] | None:
    """The day, and the second of the day when a time was given; None (noted) for a day or time that does not exist."""
    if isinstance(value, datetime):
        return value.date(), value.hour * 3_600 + value.minute * 60 + value.second
    if isinstance(value, date):
        return value, None
    found = _TIME.fullmatch(fold_text(value)) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"「{fact.zh}」应为日期或时间，如 2026-03-01 或 2026-03-01 09:00:00")
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        on = date(int(year), int(month), int(day))
        if hour is None:
            return on, None
        at = datetime(on.year, on.month, on.day, int(hour), int(minute), int(second or 0))
        if zone is not None:
            at += timedelta(hours=8) - _offset(zone)
    except (ValueError, OverflowError):
        reading.unknown(fact, "日期或时间不存在")
        return None
    return at.date(), at.hour * 3_600 + at.minute * 60 + at.second


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
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
