"""Literals: numbers with units, ages, ranges, dates, texts."""
from __future__ import annotations

from decimal import Decimal
from typing import Final

from medrules.check.context import RuleContext
from medrules.check.program import Const
from medrules.check.typenames import unit_zh
from medrules.check.units import dimension, in_unit_of
from medrules.diagnostics.codes import Twin
from medrules.language import nodes as ast
from medrules.model.types import AGE, BOOL, DATE, TEXT, Type, range_of
from medrules.model.values import AgeLimit, AgeRange, NumRange

__all__ = ["AGE_UNITS", "age_limit", "literal", "number", "range_literal"]

AGE_UNITS: Final = frozenset({"岁", "月"})  # 天 is an age only beside one


def scaled(value: Decimal) -> tuple[int, int]:
    """The number as (int, scale), exact."""
    sign, digits_, exponent = value.as_tuple()
    n = int("".join(map(str, digits_)) or "0")
    scale = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if isinstance(exponent, int) and exponent > 0:
        n *= 10**exponent
    return (-n if sign else n), scale


def number(ctx: RuleContext, node: ast.Number) -> Const:
    """`18岁` is an age, anything else a number in its unit."""
    n, scale = scaled(node.value)
    if node.unit in AGE_UNITS:
        if scale or n < 0:
            ctx.sink.refuse("MR-T114", node.span, text=f"{node.value}{node.unit}")
        return Const(AgeLimit(n, node.unit), AGE)
    if dimension(node.unit) is None:
        ctx.sink.refuse("MR-T104", node.span, a=node.unit, b="")
    unit = "天" if node.unit == "日" else node.unit
    return Const(n, Type("num", scale=scale, unit=unit, precision=max(len(str(abs(n))), scale + 1)))


def age_limit(c: Const) -> Const | None:
    """The constant as an age: 28天 beside an age is one."""
    if c.type.kind == "age":
        return c
    if c.type.kind == "num" and c.type.unit == "天" and c.type.scale == 0:
        return Const(AgeLimit(c.value, "天"), AGE)
    return None


def range_literal(ctx: RuleContext, node: ast.RangeLiteral, expected: Type | None) -> Const:
    """`满12岁 不满55岁`, `不超过28天`: a range of ages when an age stands beside it or a unit says so, else of numbers."""
    ends = [number(ctx, end[1]) if end and isinstance(end[1], ast.Number) else None for end in (node.low, node.high)]
    for end, made in zip((node.low, node.high), ends, strict=True):
        if end is not None and made is None:
            ctx.sink.refuse("MR-T114", end[1].span, text=Twin("范围的一端", "the end of a range"))
    low_closed = node.low is not None and node.low[0] == ">="
    high_closed = node.high is not None and node.high[0] == "<="
    wanted = expected.of if expected is not None and expected.kind == "range" and expected.of is not None else expected
    given = [e for e in ends if e is not None]
    is_age = any(e.type.kind == "age" for e in given) or (wanted is not None and wanted.kind == "age")
    if not is_age and wanted is None and all(e.type.unit == "天" for e in given):
        is_age = True  # 不超过28天 by itself: the national rules know ages in days, and no other range in days
    if is_age:
        limits = [None if e is None else age_limit(e) for e in ends]
        if any(e is not None and limit is None for e, limit in zip(ends, limits, strict=True)):
            ctx.sink.refuse("MR-T114", node.span, text=Twin("年龄的范围", "the range of ages"))
        low, high = (None if limit is None else limit.value for limit in limits)
        return Const(AgeRange(low, low_closed, high, high_closed), range_of(AGE))
    return _number_range(ctx, node, ends, low_closed, high_closed, wanted)


def _number_range(
    ctx: RuleContext, node: ast.RangeLiteral, ends: list[Const | None], low_closed: bool, high_closed: bool, wanted: Type | None
) -> Const:
    given = [e for e in ends if e is not None]
    member = wanted if wanted is not None and wanted.kind == "num" else given[0].type
    scale = max([member.scale, *(e.type.scale for e in given)])
    values: list[int | None] = []
    for end in ends:
        if end is None:
            values.append(None)
            continue
        if dimension(end.type.unit) != dimension(member.unit):
            ctx.sink.refuse("MR-T104", node.span, a=unit_zh(end.type), b=unit_zh(member))
        here = in_unit_of(end, member.unit)
        assert isinstance(here, Const)
        values.append(here.value * 10 ** (scale - end.type.scale))
    t = Type("num", scale=scale, unit=member.unit)
    return Const(NumRange(values[0], low_closed, values[1], high_closed), range_of(t))


def literal(ctx: RuleContext, node: ast.Number | ast.Text | ast.Bool | ast.DateLiteral) -> Const:
    match node:
        case ast.Number():
            return number(ctx, node)
        case ast.Text():
            return Const(node.value, TEXT)
        case ast.Bool():
            return Const(node.value, BOOL)
        case ast.DateLiteral():
            return Const(node.ordinal, DATE)
