"""Values that are not exact: intervals from bounds, and what comparing and counting with them can prove."""
from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Interval, add, compare, distance, larger, minus, smaller, times
from medrules.model.values import ABSENT

WHY = frozenset(("history.items",))
BOUND = st.one_of(st.none(), st.integers(-4, 4))
VALUES = st.one_of(
    st.integers(-4, 4).map(Fraction),
    st.tuples(BOUND, BOUND).filter(lambda b: b[0] is None or b[1] is None or b[0] <= b[1]).map(lambda b: Interval(*b, WHY)))


def points(v: Any) -> list[Fraction]:
    """Points of a value inside a window that shows every behaviour."""
    if not isinstance(v, Interval):
        return [v]
    return [Fraction(n) for n in range(-9, 10) if (v.lo is None or n >= v.lo) and (v.hi is None or n <= v.hi)]


def holds(v: Any, x: Any) -> bool:
    if isinstance(v, Unk):
        return True
    if not isinstance(v, Interval):
        return bool(v == x)
    return (v.lo is None or v.lo <= x) and (v.hi is None or x <= v.hi)


@given(VALUES, VALUES)
def test_every_point_is_inside_the_result(a: Any, b: Any) -> None:
    for x in points(a):
        for y in points(b):
            assert holds(add(a, b), x + y) and holds(minus(a, b), x - y) and holds(times(a, b), x * y)
            assert holds(smaller(a, b), min(x, y)) and holds(larger(a, b), max(x, y)) and holds(distance(a, b), abs(x - y))


@given(VALUES, VALUES, st.sampled_from(("<", "<=", "=")))
def test_a_comparison_is_decided_exactly_when_all_points_agree(a: Any, b: Any, op: str) -> None:
    answers = {x < y if op == "<" else x <= y if op == "<=" else x == y for x in points(a) for y in points(b)}
    found = compare(op, a, b)
    if isinstance(found, Unk):
        assert len(answers) == 2 and found.causes == WHY
    else:
        assert answers == {found}


@pytest.mark.parametrize("op", ["<", "<=", "="])
def test_absent_compares_false_and_unknown_stays_unknown(op: str) -> None:
    assert compare(op, ABSENT, Fraction(1)) is False
    assert compare(op, Unk(WHY), Fraction(1)) == Unk(WHY)
    assert compare(op, Unk(WHY), ABSENT) is False


def test_an_unknown_truth_cannot_be_used_as_one() -> None:
    with pytest.raises(TypeError):
        bool(Unk(WHY))
