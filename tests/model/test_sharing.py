"""Facts are read by several threads at once, and by requests of any size: identity, causes and time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from operator import attrgetter
from typing import Any

import pytest

from medrules.adapters.native import NATIVE
from medrules.model.builder import build_facts
from medrules.model.facts import Door
from medrules.model.values import UNKNOWN, Instant, UnknownTouched
from medrules.model.why import cause_of

DAY0 = date(2026, 3, 1).toordinal()


def at(day: int) -> Instant:
    second = (DAY0 + day) * 86_400 + 8 * 3_600
    return Instant(second, second)


def stay(lines: list[dict[str, Any]]) -> Any:
    encounter = {"id": "E", "is_current": True, "items": lines}
    return build_facts(
        door=NATIVE, stage="after", business_time=at(100), patients=[{"id": "P", "encounters": [encounter]}]
    ).current[0]


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_get_one_and_the_same_derived_object(eager_switching: None) -> None:
    for _ in range(30):
        e = stay([{"id": f"L{n}", "rx_no": f"R{n % 7}", "performed_at": at(0)} for n in range(60)])
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(attrgetter("prescription"), [e.items[n % 60] for n in range(240)]))
        for n, prescription in enumerate(found):
            assert any(prescription is p for p in e.prescriptions) and prescription is e.items[n % 60].prescription


def test_threads_lose_no_cause(eager_switching: None) -> None:
    names = ("rank", "use_period", "run_hours", "billed_hours", "prescription")
    for _ in range(300):
        item = stay([{"id": "L", "line_kind": "charge"}]).items[0]
        with ThreadPoolExecutor(5) as pool:
            assert all(v is UNKNOWN for v in pool.map(getattr, [item] * len(names), names))
        causes = [cause_of(item, name) for name in names]
        assert causes == ["item.performed_at", "item.performed_at", "item.end", "item.quantity", "item.rx_no"]


def seconds(run: Any) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def test_refunds_that_fit_no_original_cost_no_more_than_the_sort() -> None:
    def lines(n: int) -> list[dict[str, Any]]:
        one = {"code": "A", "unit_price": 10_000, "performed_at": at(0), "amount": 100}
        charges = [{**one, "id": f"c{i}", "quantity": 10_000} for i in range(n)]
        return charges + [{**one, "id": f"r{i}", "quantity": -20_000, "amount": -200} for i in range(n)]

    assert seconds(lambda: stay(lines(10_000))) < 5  # looking at each original for each refund: 15 s


def test_every_line_with_a_prescription_of_its_own() -> None:
    e = stay([{"id": f"L{n}", "rx_no": f"R{n}", "performed_at": at(0)} for n in range(20_000)])
    assert seconds(lambda: [i.prescription for i in e.items]) < 3


def test_the_place_in_the_order_is_computed_once() -> None:
    def charge(n: int, quantity: int) -> dict[str, Any]:
        return {"id": f"L{n}", "code": f"C{n}", "quantity": quantity, "performed_at": at(0)}

    e = stay([charge(n, 10_000 if n % 2 else -10_000) for n in range(6_000)])
    assert seconds(lambda: [i.rank for i in e.raw_items]) < 3


@pytest.mark.parametrize("touch", [
    lambda: UNKNOWN // 2, lambda: 2 % UNKNOWN, lambda: abs(UNKNOWN), lambda: UNKNOWN / 1, lambda: [1][UNKNOWN],
    lambda: divmod(UNKNOWN, 2), lambda: float(UNKNOWN), lambda: UNKNOWN & 1, lambda: UNKNOWN in {1}, lambda: -UNKNOWN,
])
def test_whatever_is_done_with_unknown_is_noticed(touch: Any) -> None:
    with pytest.raises(UnknownTouched):
        touch()


def test_a_door_that_carries_no_time_of_a_line() -> None:
    blind = Door("blind", NATIVE.carries - {"item.performed_at", "item.charged_at", "item.begin"})
    encounter = {"id": "E", "is_current": True, "items": [{"id": "L", "line_kind": "charge"}]}
    facts = build_facts(door=blind, stage="after", business_time=at(100), patients=[{"id": "P", "encounters": [encounter]}])
    (item,) = facts.current[0].items
    assert item.at is UNKNOWN and item.on is UNKNOWN and cause_of(item, "at") == "item.performed_at"
