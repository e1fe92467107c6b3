"""Closures for values: numbers as ints on the scale of their node, everything else as facts hold it; `Unsure` and `Span` go through."""
from __future__ import annotations

from fractions import Fraction
from typing import Any

from medrules.check import program as ir
from medrules.check.program import RESERVED
from medrules.engine.optimized.kleene import quotas
from medrules.engine.optimized.kleene.ground import Env, Ground, reader
from medrules.engine.optimized.kleene.truths import (
    NOTHING,
    Age,
    Span,
    Unsure,
    added,
    apart,
    causes_of,
    exact,
    larger,
    lessened,
    lifted,
    multiplied,
    scaled,
    smaller,
)
from medrules.engine.optimized.kleene.windows import Code, Compiles, View, collection
from medrules.engine.optimized.lines import NoCode
from medrules.knowledge.table import EMPTY, Row
from medrules.model.rounding import round_div
from medrules.model.schema import SCHEMA
from medrules.model.units import same_unit
from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = ["compile_value", "number"]

RATIO_OF_NOTHING = Unsure(frozenset(("ratio:0",)))


def number(e: ir.Expr, scale: int, compiler: Compiles) -> Code:
    """A value; a number brought to `scale`, which is not coarser than its own."""
    return _finer(compiler.value(e), e.type.scale if e.type.kind == "num" else 0, scale)


def _finer(code: Code, scale: int, to: int) -> Code:
    if scale == to:
        return code
    if scale > to:
        raise NoCode("a coarser scale")
    factor = 10 ** (to - scale)
    return lambda env, row, ground: scaled(code(env, row, ground), factor)


def compile_value(e: ir.Expr, compiler: Compiles) -> Code:
    match e:
        case ir.Const(value=value):
            held = _constant(value)
            return lambda env, row, ground: held
        case ir.Fact(role=role):
            return _fact(role, reader(e.path, e.field, e.links))
        case ir.Ref(role=role):
            return lambda env, row, ground: env[role]
        case ir.Col():
            return _cell(e)
        case ir.Param():
            return _parameter(e, compiler)
        case ir.Lookup():
            return _lookup(e, compiler)
        case ir.AgeAt():
            return _age(compiler.value(e.birth), compiler.value(e.on))
        case ir.Arith():
            return _arithmetic(e, compiler)
        case ir.Prim():
            return _primitive(e, compiler)
        case ir.Choose():
            return _choice(e, compiler)
        case ir.Ratio():
            return _ratio(e, compiler)
        case ir.Agg():
            return _aggregate(e, compiler)
        case ir.DayOrdinal():
            return _finer(quotas.day_ordinal(e, compiler), 0, e.type.scale)
        case ir.Rank():
            return _finer(quotas.rank(e, compiler), 0, e.type.scale)
        case ir.KindRank():
            return _finer(quotas.kind_rank(e, compiler), 0, e.type.scale)
        case ir.Excess():
            return quotas.excess(e, compiler)
        case _:
            return compiler.truth(e)


def _constant(value: Any) -> Any:
    if value is UNKNOWN:
        return Unsure(frozenset(("param:?",)))
    return ABSENT if value is EMPTY else lifted(value, frozenset(("param:?",)))


def _fact(role: str, read: Any) -> Code:
    def fact(env: Env, row: Row | None, ground: Ground) -> Any:
        try:
            return read(env[role])
        except KeyError:
            return read(UNKNOWN)

    return fact


def _cell(e: ir.Col) -> Code:
    index = e.index
    if index < 0:
        name = RESERVED[index]
        return lambda env, row, ground: getattr(row, name) or ""
    cause = frozenset((f"column:{e.table}.{e.column}",))
    unknown = Unsure(cause)

    def cell(env: Env, row: Row | None, ground: Ground) -> Any:
        assert row is not None
        found = row.cells[index]
        if found is UNKNOWN:
            return unknown
        return found if found.__class__ is not Instant else lifted(found, cause)

    return cell


def _parameter(e: ir.Param, compiler: Compiles) -> Code:
    keys = [compiler.value(k) for k in e.keys]
    table = compiler.program.params[e.name]
    cause = frozenset((f"param:{e.name}",))
    unknown = Unsure(cause)
    versions = tuple((v.valid_from, v.valid_to, v.keys, unknown if v.value is UNKNOWN else lifted(v.value, cause)) for v in table.versions)

    def value(env: Env, row: Row | None, ground: Ground) -> Any:
        held = [k(env, row, ground) for k in keys]
        for k in held:
            if k.__class__ is Unsure:
                return Unsure(causes_of(*(x for x in held if x.__class__ is Unsure or x.__class__ is Span)))
        day = env["@day"]
        for start, end, own, found in versions:
            if start <= day < end and (not own or all(a == b for a, b in zip(own, held, strict=True))):
                return found
        return unknown

    return _finer(value, table.type.scale, e.type.scale) if e.type.kind == "num" else value


def _lookup(e: ir.Lookup, compiler: Compiles) -> Code:
    rows, index = compiler.keys(e.table), e.index
    keys = [compiler.value(k) for k in e.keys]
    unknown, cause = Unsure(frozenset((f"table:{e.table}",))), frozenset((f"column:{e.table}.{e.column}",))
    unsaid = Unsure(cause)

    def cell(env: Env, row: Row | None, ground: Ground) -> Any:
        held = [k(env, row, ground) for k in keys]
        for k in held:
            if k.__class__ is Unsure:
                return Unsure(causes_of(*held))
        day = env["@day"]
        for other in rows.near(0, held[0]):
            if other.valid_from <= day < other.valid_to and all(rows.says(other, i, k) is True for i, k in enumerate(held)):
                found = other.cells[index]
                if found is not EMPTY:
                    return unsaid if found is UNKNOWN else lifted(found, cause)
        return unknown

    return cell


def _age(birth: Code, on: Code) -> Code:
    def age(env: Env, row: Row | None, ground: Ground) -> Any:
        born, day = birth(env, row, ground), on(env, row, ground)
        if born.__class__ is Unsure or day.__class__ is Unsure:
            return Unsure(causes_of(born, day))
        return ABSENT if born is ABSENT or day is ABSENT else Age(born, day)

    return age


def _arithmetic(e: ir.Arith, compiler: Compiles) -> Code:
    numbers = e.a.type.kind == e.b.type.kind == "num"
    if not numbers:
        a, b, work = _whole(e.a, compiler), _whole(e.b, compiler), multiplied if e.op == "*" else added if e.op == "+" else lessened
        return lambda env, row, ground: work(a(env, row, ground), b(env, row, ground))
    if e.op == "*":
        a, b = compiler.value(e.a), compiler.value(e.b)
        return _finer(
            lambda env, row, ground: multiplied(a(env, row, ground), b(env, row, ground)), e.a.type.scale + e.b.type.scale, e.type.scale)
    a, b = compiler.number(e.a, e.type.scale), compiler.number(e.b, e.type.scale)
    if e.op == "+":
        return lambda env, row, ground: added(a(env, row, ground), b(env, row, ground))
    return lambda env, row, ground: lessened(a(env, row, ground), b(env, row, ground))


def _whole(e: ir.Expr, compiler: Compiles) -> Code:
    """Days or seconds beside a date or an instant: a number without its scale."""
    code, scale = compiler.value(e), e.type.scale if e.type.kind == "num" else 0
    if not scale:
        return code

    def whole(env: Env, row: Row | None, ground: Ground) -> Any:
        v = code(env, row, ground)
        if v.__class__ is Span:
            return Span(None if v.lo is None else exact(v.lo, scale), None if v.hi is None else exact(v.hi, scale), v.causes)
        return exact(v, scale) if v.__class__ is int else v

    return whole


def _primitive(e: ir.Prim, compiler: Compiles) -> Code:
    if e.op == "judged_on":
        return lambda env, row, ground: env["@day"]
    if e.op == "proportion":
        return _proportion(e, compiler)
    if e.op == "overlap":
        a, b = (compiler.value(x) for x in e.args)
        return _finer(lambda env, row, ground: _overlap(a(env, row, ground), b(env, row, ground)), 0, e.type.scale)
    if e.op == "in_unit":
        quantity, unit, wanted = compiler.number(e.args[0], e.type.scale), compiler.value(e.args[1]), compiler.value(e.args[2])
        return lambda env, row, ground: _in_unit(quantity(env, row, ground), unit(env, row, ground), wanted(env, row, ground))
    work = {"distance": apart, "difference": apart, "min": smaller, "max": larger}.get(e.op)
    if work is None:
        raise NoCode(e.op)
    scale = max(x.type.scale if x.type.kind == "num" else 0 for x in e.args)
    a, b = (_whole(x, compiler) if x.type.kind != "num" else compiler.number(x, scale) for x in e.args)
    both: Code = lambda env, row, ground: work(a(env, row, ground), b(env, row, ground))  # noqa: E731
    return _finer(both, scale, e.type.scale) if e.type.kind == "num" else both


def _proportion(e: ir.Prim, compiler: Compiles) -> Code:
    """按比例: rounded once, half up, to fen."""
    money, part, whole = (compiler.value(x) for x in e.args)
    scales = [x.type.scale for x in e.args]
    up, down = 10 ** (scales[2] + 2), 10 ** (scales[0] + scales[1])

    def share(env: Env, row: Row | None, ground: Ground) -> Any:
        values = money(env, row, ground), part(env, row, ground), whole(env, row, ground)
        if any(v is ABSENT or v is EMPTY for v in values):
            return Unsure(NOTHING)
        if any(v.__class__ is Unsure or v.__class__ is Span for v in values):
            return Unsure(causes_of(*values))
        if values[2] == 0:
            return RATIO_OF_NOTHING
        found = Fraction(values[0] * values[1] * up, values[2] * down)
        return round_div(found.numerator, found.denominator)

    return _finer(share, 2, e.type.scale)


def _overlap(a: Any, b: Any) -> Any:
    """The seconds that two lines run at the same time."""
    a0, a1, b0, b1 = _begin(a), _end(a), _begin(b), _end(b)
    return larger(lessened(smaller(a1, b1), larger(a0, b0)), 0)


_begin, _end = reader(("begin",), "item.begin"), reader(("end",), "item.end")


def _in_unit(quantity: Any, unit: Any, wanted: Any) -> Any:
    if wanted is EMPTY or wanted is ABSENT:
        return quantity
    if unit.__class__ is Unsure or wanted.__class__ is Unsure:
        return Unsure(causes_of(unit, wanted))
    return quantity if same_unit(unit, wanted) is True else Unsure(frozenset(("item.unit",)))


def _choice(e: ir.Choose, compiler: Compiles) -> Code:
    test = compiler.truth(e.condition)
    if e.type.kind == "num":
        then, otherwise = compiler.number(e.then, e.type.scale), compiler.number(e.otherwise, e.type.scale)
    else:
        then, otherwise = compiler.value(e.then), compiler.value(e.otherwise)

    def choose(env: Env, row: Row | None, ground: Ground) -> Any:
        answer = test(env, row, ground)
        if answer is True:
            return then(env, row, ground)
        return otherwise(env, row, ground) if answer is False else answer

    return choose


def _ratio(e: ir.Ratio, compiler: Compiles) -> Code:
    """占比 for printing: conditions compare without dividing. A Fraction."""
    num, den = compiler.value(e.num), compiler.value(e.den)
    up, down = 10**e.den.type.scale, 10**e.num.type.scale

    def ratio(env: Env, row: Row | None, ground: Ground) -> Any:
        a, b = num(env, row, ground), den(env, row, ground)
        if a.__class__ in (Unsure, Span) or b.__class__ in (Unsure, Span):
            return Unsure(causes_of(a, b))
        if a is ABSENT or b is ABSENT:
            return ABSENT
        return Fraction(a * up, b * down) if b > 0 else RATIO_OF_NOTHING

    return ratio


# ---------------------------------------------------------------- aggregates


def _aggregate(e: ir.Agg, compiler: Compiles) -> Code:
    look, fn, var = collection(e.over, compiler, 0), e.fn, e.over.var
    term: Code | None = None
    scale = 0
    if fn == "days":
        term, scale = _fact(var, reader(("on",), "item.on")), 0
    elif e.value is not None:
        term, scale = compiler.value(e.value), e.value.type.scale if e.value.type.kind == "num" else 0
    signed = not _never_negative(e.value, e.over)

    def aggregate(env: Env, row: Row | None, ground: Ground) -> Any:
        view = look(env, row, ground)
        if isinstance(view, Unsure):
            return view
        values: list[Any] = []
        doubts = view.doubts
        n_open = 0
        for m, truth in view.members:
            value: Any = True
            if term is not None:
                env[var] = m
                value = term(env, row, ground)
                if value.__class__ is Unsure or value.__class__ is Span:
                    doubts = doubts | value.causes
            if truth is True:
                values.append(value)
                n_open += value.__class__ is Unsure
        if fn == "count":
            low: Any = len(values)
            return Span(low, None, doubts) if doubts else low
        seen = [v for v in values if v.__class__ is not Unsure and v is not ABSENT]
        if fn == "max" or fn == "min":
            return _extreme(fn, seen, doubts, view, n_open)
        if fn == "sum":
            if doubts and signed:
                return Unsure(doubts)
            low = sum(v if v.__class__ is not Span else v.lo or 0 for v in seen)
        else:
            low = len({v for v in seen if v.__class__ is not Span})
        return Span(low, None, doubts) if doubts else low

    if fn in ("count", "days", "kinds"):
        return _finer(aggregate, 0, e.type.scale)
    return _finer(aggregate, scale, e.type.scale) if e.type.kind == "num" else aggregate


def _extreme(fn: str, seen: list[Any], doubts: frozenset[str], view: View, n_open: int) -> Any:
    """The greatest or least; where members are in doubt only one end of it is certain."""
    if not seen:
        return Unsure(doubts) if doubts else ABSENT
    pick = max if fn == "max" else min
    lows = [v.lo if v.__class__ is Span else v for v in seen]
    low = None if any(x is None for x in lows) else pick(lows)
    if not doubts:
        return low
    highs = [v.hi if v.__class__ is Span else v for v in seen]
    high = None if any(x is None for x in highs) else pick(highs)
    if view.doubts or n_open:
        low, high = (low, None) if fn == "max" else (None, high)
    return Unsure(doubts) if low is None and high is None else Span(low, high, doubts)


def _never_negative(e: ir.Expr | None, over: ir.Collection) -> bool:
    """Whether an expression over members is ≥ 0 by the schema (lines as sent may be negative)."""
    if isinstance(over, ir.Members) and over.path[-1:] == ("raw_items",):
        return False
    match e:
        case ir.Fact(field=field):
            return field in SCHEMA.fields and SCHEMA.fields[field].non_negative
        case ir.Const(value=value):
            return isinstance(value, int) and value >= 0
        case ir.Arith(op="+" | "*"):
            return _never_negative(e.a, over) and _never_negative(e.b, over)
        case ir.Prim(op="overlap" | "distance" | "difference"):
            return True
        case ir.Prim(op="in_unit"):
            return _never_negative(e.args[0], over)
        case _:
            return False
