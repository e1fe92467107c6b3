"""What people read: values as they are printed, messages from templates, and the formula of a deduction with its numbers.

One place for every execution path, so that a finding reads the same however it was computed. Numbers come as Fractions (or
as scaled ints of their type), instants as `Instant` or seconds; whoever evaluates passes the function that gives values.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import zip_longest
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.program import Expr, Template
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY
from medrules.model.entity import Entity
from medrules.model.levels import SCALES
from medrules.model.rounding import round_div
from medrules.model.schema import SCHEMA
from medrules.model.types import TEXT, Type
from medrules.model.values import (
    ABSENT,
    DAY_SECONDS,
    UNKNOWN,
    AgeLimit,
    AgeRange,
    Frame,
    Instant,
    NumRange,
    age_in,
)

__all__ = ["Wording", "cause_text", "formula", "frame_text", "label", "printed", "render"]

FRAMES: Final[dict[str, str]] = {
    "day": "单日", "hour_bucket": "同一小时", "encounter": "单次就诊", "prescription": "同一处方", "operation": "同台手术",
    "specimen": "同一标本", "site": "同一部位", "tooth": "同一牙位", "course": "同一疗程", "month": "自然月",
    "quarter": "每季", "year": "自然年", "insurance_year": "医保年度", "use_overlap": "用药期重叠", "time_overlap": "时段重叠",
}
# Units that are read after a number: base units of the checker in the words of people.
COUNTS: Final = frozenset(("次", "种", "味", "个", "条", "剂", "项", "人"))
SECONDS: Final = (("天", 86_400), ("小时", 3_600), ("分钟", 60), ("秒", 1))


def frame_text(frame: Frame) -> str:
    if frame.kind == "hours":
        return f"{frame.n}小时"
    return f"{frame.n}天" if frame.kind == "days" else FRAMES[frame.kind]


def _decimal(x: Fraction, digits: int) -> str:
    """At most `digits` places, rounded half up, no trailing zeros."""
    n = round_div(x.numerator * 10**digits, x.denominator)
    whole, part = divmod(abs(n), 10**digits)
    tail = f".{part:0{digits}d}".rstrip("0").rstrip(".") if digits else ""
    return f"{'-' if n < 0 else ''}{whole}{tail}"


def _money(x: Fraction) -> str:
    fen = round_div(x.numerator * 100, x.denominator)
    tail = _decimal(x, 4)
    exact = Fraction(fen, 100) == x
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}元" if exact else f"{tail}元"


def _number(value: Any, type: Type) -> str:
    x = value if isinstance(value, Fraction) else Fraction(value, 10**type.scale)
    if type.unit == "元":
        return _money(x)
    if type.unit == "%":
        return f"{_decimal(x * 100, 2)}%"
    if type.unit == "秒":
        for word, size in SECONDS:
            if x and (x / size).denominator == 1:
                return f"{_decimal(x / size, 0)}{word}"
        return f"{_decimal(x / 3_600, 2)}小时"
    return f"{_decimal(x, 4)}{type.unit}"


def _day(ordinal: int) -> str:
    return date.fromordinal(int(ordinal)).isoformat()


def _instant(value: Any) -> str:
    if isinstance(value, Instant):
        lo, hi = value.lo, value.hi
    else:
        lo = hi = int(value)
    if lo != hi:
        return _day(lo // DAY_SECONDS)
    second = lo % DAY_SECONDS
    return f"{_day(lo // DAY_SECONDS)} {second // 3600:02d}:{second // 60 % 60:02d}"


def _age(birth: int, on: int) -> str:
    years, months = age_in("岁", birth, on), age_in("月", birth, on)
    if years >= 1:
        return f"{years}岁"
    return f"{months}个月" if months >= 1 else f"{on - birth}天"


def _range(low: str | None, low_closed: bool, high: str | None, high_closed: bool) -> str:
    below = "" if low is None else f"{'满' if low_closed else '超过'}{low}"
    above = "" if high is None else f"{'不超过' if high_closed else '不满'}{high}"
    return f"{below}{above}" or "不限"


def _entity(value: Any) -> str:
    """What an entity is called: its name, else its code, else its id."""
    for name in ("name", "code", "id", "no"):
        found = getattr(value, name, UNKNOWN)
        if found is not UNKNOWN and found is not ABSENT:
            return str(found)
    return "未知"


def printed(value: Any, type: Type) -> str:
    """A value as people read it: units, levels and enumerations in words; 未知 where nothing was sent, 无 where there is none."""
    if value.__class__ is str and type.kind == "text":  # names, published texts and entities are most of what is printed
        return value
    if type.kind == "entity" and isinstance(value, Entity):
        return _entity(value)
    if value is EMPTY:
        return "不限"
    if value is ABSENT:
        return "无"
    if value is UNKNOWN or (hasattr(value, "causes") and not hasattr(value, "lo")):
        return "未知"
    if hasattr(value, "causes"):
        return _bounds(value.lo, value.hi, type)
    match value:
        case bool():
            return "是" if value else "否"
        case AgeLimit():
            return f"{value.n}{value.unit}"
        case AgeRange():
            low, high = (None if a is None else f"{a.n}{a.unit}" for a in (value.low, value.high))
            return _range(low, value.low_closed, high, value.high_closed)
        case NumRange():
            of = type.of or type
            ends = [None if n is None else printed(n, of) for n in (value.low, value.high)]
            return _range(ends[0], value.low_closed, ends[1], value.high_closed)
        case Frame():
            return frame_text(value)
        case CodeSet():
            return value.text or value.name or "、".join(sorted(value.exact)[:5])
        case Instant():
            return _instant(value)
        case tuple():
            member = type.of or TEXT
            return "、".join(printed(v, member) for v in value) or "无"
    match type.kind:
        case "num":
            return _number(value, type)
        case "date":
            return _day(value)
        case "instant":
            return _instant(value)
        case "age":
            return _age(value.birth, value.on)
        case "level":
            return SCALES[type.name].word(value) if type.name in SCALES else str(value)
        case "code":
            found = SCHEMA.enumeration(type.name)
            return found.word(value) if found is not None else str(value)
        case "entity":
            return _entity(value)
        case _:
            return str(value)


def _bounds(low: Any, high: Any, type: Type) -> str:
    if type.kind == "instant":
        return _instant(Instant(int(low), int(high))) if low is not None and high is not None else "未知"
    if low is None:
        return f"至多{printed(high, type)}"
    return f"至少{printed(low, type)}" if high is None else f"{printed(low, type)}至{printed(high, type)}"


_GOES_ON: Final = frozenset("，；：、。,;:.)）")


def _said_next(unit: str, after: str | Expr) -> bool:
    """Whether the template itself says the unit after a number (门诊{次数}次, 饮片{种数}味)."""
    if not unit or not isinstance(after, str):
        return False
    return after.startswith(unit) or (unit in COUNTS and after[:1] in COUNTS)


class Wording:
    """A template made ready to be worded many times: how each of its expressions is printed hangs on the words around it only."""

    __slots__ = ("_parts",)

    def __init__(self, template: Template) -> None:
        # Words, or an expression, the type by which it is printed, and the unit that the template itself says after it.
        self._parts: tuple[str | tuple[Expr, Type, str], ...] = tuple(
            part if isinstance(part, str) else _as_printed(part, after)
            for part, after in zip_longest(template.parts, template.parts[1:], fillvalue=""))  # a rule may have no message at all

    def told(self, value: Callable[[Expr], Any]) -> str:
        """The message: the template's words, and its expressions as `value` gives them. A published text that ends with a full
        stop loses it where the sentence goes on; a unit is not said twice."""
        out: list[str] = []
        for part in self._parts:
            if isinstance(part, str):
                text = part
            else:
                e, type, unit = part
                text = printed(value(e), type)
                if unit:
                    text = text.removesuffix(unit)
            if out and text and text[0] in _GOES_ON:
                out[-1] = out[-1].rstrip("。.；;")
            out.append(text)
        return "".join(out)


def _as_printed(e: Expr, after: str | Expr) -> tuple[Expr, Type, str]:
    type = replace(e.type, unit="%") if isinstance(e, ir.Ratio) else e.type
    return e, type, type.unit if _said_next(type.unit, after) else ""


def render(template: Template, value: Callable[[Expr], Any]) -> str:
    """A message that is worded once (see `Wording.told`)."""
    return Wording(template).told(value)


def label(e: ir.Fact) -> str:
    """A fact as people call it: 患者.出生日期; of two lines or stays, whose it is: 第二项.明细.部位."""
    field = SCHEMA.fields.get(e.field)
    name = e.field if field is None else f"{SCHEMA.entities[field.entity].zh}.{field.zh}"
    return f"{OF_TWO[e.role]}.{name}" if e.role in OF_TWO else name


def cause_text(cause: str) -> str:
    """What is missing, in words: `encounter.rescue` → 就诊.抢救标志, `attest:癌症患者` → 已核「癌症患者」."""
    kind, colon, rest = cause.partition(":")
    if not colon:
        field = SCHEMA.fields.get(cause)
        return cause if field is None else f"{SCHEMA.entities[field.entity].zh}.{field.zh}"
    match kind:
        case "column":
            table, _, column = rest.rpartition(".")
            return f"知识表「{table}」.{column}"
        case "table":
            return f"知识表「{rest}」"
        case "codeset":
            return f"编码集「{rest}」"
        case "param":
            return f"参数.{rest}"
        case "attest":
            return f"已核「{rest}」"
        case "ratio":
            return "占比的分母为0"
        case _:
            return cause


OF_TWO: Final = {"first": "第一项", "second": "第二项", "previous": "前次", "current": "本次"}
OPERATORS: Final[dict[str, str]] = {"+": "+", "-": "−", "*": "×"}


def _with_numbers(e: Expr, value: Callable[[Expr], Any], top: bool = True) -> str:
    match e:
        case ir.Arith():
            text = f"{_with_numbers(e.a, value, False)} {OPERATORS[e.op]} {_with_numbers(e.b, value, False)}"
            return text if top else f"({text})"
        case ir.Prim(op="proportion"):
            money, part, whole = (_with_numbers(a, value, False) for a in e.args)
            return f"{money} × {part} ÷ {whole}"
        case _:
            return printed(value(e), e.type)


def formula(deduct: ir.Deduct, value: Callable[[Expr], Any], amounts: Iterable[int | None]) -> str:
    """The deduction as written, with its numbers and its result: `超出 × 明细.单价 = 4小时 × 5.00元 = 20.00元`."""
    held = list(amounts)
    total = None if None in held else sum(a for a in held if a is not None)
    result = "待定" if total is None else _money(Fraction(total, 100))
    if deduct.kind == "none":
        return "不扣减"
    if deduct.kind == "all" or deduct.expr is None:
        return f"全额 = {result}"
    steps = (deduct.text, _with_numbers(deduct.expr, value), result)
    return " = ".join(dict.fromkeys(step for step in steps if step))
