"""合计, 次数, 天数, 种数, 最大, 最小 over a collection: exact when all of it is known, else an interval (semantics 1.3)."""
from __future__ import annotations

from fractions import Fraction
from typing import Any

from medrules.check import program as ir
from medrules.check.program import Agg, Expr, Members, Window
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Interval, causes_of, read
from medrules.engine.reference.windows import Binding, Evaluates
from medrules.model.schema import SCHEMA
from medrules.model.values import ABSENT

__all__ = ["aggregate"]


def aggregate(e: Agg, b: Binding, judge: Evaluates) -> Any:
    """The value of an aggregate; ABSENT for 最大/最小 of nothing."""
    view = judge.view(e.over, b)
    if isinstance(view, Unk):
        return view
    held: list[tuple[Any, bool]] = []  # the value of each member, and whether it is one with certainty
    for m, truth in view.members:
        if e.fn == "days":
            value = read(m, ("on",), "item.on")
        else:
            value = True if e.value is None else judge.value(e.value, b.bind(e.over.var, m))
        held.append((value, truth is True))
    values = [v for v, sure in held if sure]
    doubts = view.doubts | causes_of(v for v, _ in held)
    seen = [v for v in values if not isinstance(v, Unk) and v is not ABSENT]
    match e.fn:
        case "sum":
            low = sum((v if not isinstance(v, Interval) else v.lo or 0 for v in seen), Fraction(0))
            if doubts and not _never_negative(e.value, e.over):
                return Unk(doubts)
        case "count":
            low = Fraction(len(values))
        case "days" | "kinds":
            low = Fraction(len({v for v in seen if not isinstance(v, Interval)}))
        case _:
            return _extreme(e.fn, seen, doubts, all_known=not view.doubts and not any(isinstance(v, Unk) for v in values))
    return Interval(low, None, doubts) if doubts else low


def _extreme(fn: str, seen: list[Any], doubts: frozenset[str], all_known: bool) -> Any:
    """The greatest or least value; with members unknown, only one end of it is certain."""
    lows: list[Any] = [v.lo if isinstance(v, Interval) else v for v in seen]
    highs: list[Any] = [v.hi if isinstance(v, Interval) else v for v in seen]
    if not seen:
        return Unk(doubts) if doubts else ABSENT
    pick = max if fn == "max" else min
    low = None if any(x is None for x in lows) else pick(lows)
    high = None if any(x is None for x in highs) else pick(highs)
    if not doubts:
        return low
    if not all_known:
        low, high = (low, None) if fn == "max" else (None, high)
    return Unk(doubts) if low is None and high is None else Interval(low, high, doubts)


def _never_negative(e: Expr | None, over: Members | Window) -> bool:
    """Whether an expression over members is ≥ 0 by the schema (lines as sent may be negative)."""
    if isinstance(over, Members) and over.path[-1:] == ("raw_items",):
        return False
    match e:
        case ir.Fact():
            return e.field in SCHEMA.fields and SCHEMA.fields[e.field].non_negative
        case ir.Const():
            return isinstance(e.value, int) and e.value >= 0
        case ir.Arith(op="+" | "*"):
            return _never_negative(e.a, over) and _never_negative(e.b, over)
        case ir.Prim(op="overlap" | "distance" | "difference"):
            return True
        case ir.Prim(op="in_unit"):
            return _never_negative(e.args[0], over)
        case _:
            return False
