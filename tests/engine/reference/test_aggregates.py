"""合计、最大、最小 over members whose values lie in an interval, and which sums can only grow (semantics 1.3)."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import pytest

from medrules.check.program import Agg, Arith, Const, Expr, Fact, Members, Prim, Ref
from medrules.engine.reference.aggregates import _extreme, _never_negative, aggregate
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Interval
from medrules.engine.reference.windows import Binding, Evaluates, View
from medrules.model.types import Type

WHY = frozenset(("item.performed_at",))
NUM = Type("num")
ITEMS = Members("enc", ("items",), "encounter.items", "item", "x")
RAW = Members("enc", ("raw_items",), "encounter.raw_items", "item", "x")
OWN_RAW = Members("item", ("encounter", "raw_items"), "encounter.raw_items", "item", "x")
QUANTITY, PRICE = (Fact("x", (n,), f"item.{n}", NUM) for n in ("quantity", "unit_price"))


def between(low: int | None, high: int | None) -> Interval:
    return Interval(None if low is None else Fraction(low), None if high is None else Fraction(high), WHY)


@dataclass
class Given:
    """The values of the members of a collection, as an evaluator that found them would answer."""

    values: tuple[Any, ...]

    def view(self, over: Any, b: Binding) -> View:
        return View(tuple((n, True) for n in range(len(self.values))), frozenset())

    def value(self, expr: Expr, b: Binding) -> Any:
        return self.values[b.roles["x"]]


def total(*values: Any) -> Any:
    e = Agg("sum", ITEMS, Prim("difference", (QUANTITY, QUANTITY), NUM), NUM)
    return aggregate(e, Binding({}, None, 0), cast(Evaluates, Given(values)))


def test_a_sum_of_bounded_values_is_at_least_the_sum_of_their_least() -> None:
    assert total(Fraction(2), Fraction(3)) == 5
    assert total(Fraction(2), between(3, 7)) == Interval(Fraction(5), None, WHY)
    assert total(Fraction(2), between(None, 7)) == Interval(Fraction(2), None, WHY)


def test_a_value_that_lies_between_two_is_no_kind_for_certain() -> None:
    e = Agg("kinds", ITEMS, QUANTITY, NUM)
    held = Given((Fraction(1), Fraction(1), between(2, 3)))
    assert aggregate(e, Binding({}, None, 0), cast(Evaluates, held)) == Interval(Fraction(1), None, WHY)


@pytest.mark.parametrize(("fn", "values", "found"), [
    ("min", (between(None, 3), between(2, 4)), (None, 3)), ("max", (between(None, 3), between(2, 4)), (None, 4)),
    ("max", (between(1, None), between(2, 4)), (2, None)), ("min", (Fraction(1), between(2, 4)), (1, 1)),
])
def test_extremes_of_bounded_values(fn: str, values: tuple[Any, ...], found: tuple[Any, Any]) -> None:
    made = _extreme(fn, list(values), WHY, all_known=True)
    assert isinstance(made, Interval) and (made.lo, made.hi) == found


def test_an_extreme_with_no_end_is_unknown() -> None:
    assert _extreme("min", [between(None, None)], WHY, all_known=True) == Unk(WHY)


@pytest.mark.parametrize(("e", "over", "answer"), [
    (QUANTITY, ITEMS, True), (QUANTITY, RAW, False), (QUANTITY, OWN_RAW, False), (None, ITEMS, False), (Ref("x", NUM), ITEMS, False),
    (Const(0, NUM), ITEMS, True), (Const(-1, NUM), ITEMS, False), (Const("1", NUM), ITEMS, False),
    (Arith("*", QUANTITY, PRICE, NUM), ITEMS, True), (Arith("+", QUANTITY, Const(-1, NUM), NUM), ITEMS, False),
    (Arith("+", Const(-1, NUM), QUANTITY, NUM), ITEMS, False), (Arith("-", QUANTITY, PRICE, NUM), ITEMS, False),
    (Arith("*", QUANTITY, PRICE, NUM), RAW, False), (Prim("in_unit", (QUANTITY, Ref("x", NUM)), NUM), ITEMS, True),
])
def test_what_can_only_grow(e: Expr | None, over: Members, answer: bool) -> None:
    assert _never_negative(e, over) is answer
