"""Refunds (T09, law 25) and day pieces (T06, T18)."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.adapters.native import NATIVE
from medrules.model import netting
from medrules.model.builder import build_facts
from medrules.model.values import ABSENT, UNKNOWN, Instant
from medrules.model.why import cause_of

DAY0 = date(2026, 3, 1).toordinal()


def at(day: int, hour: int = 0, minute: int = 0) -> Instant:
    second = (DAY0 + day) * 86_400 + hour * 3_600 + minute * 60
    return Instant(second, second)


def whole_day(day: int) -> Instant:
    return Instant((DAY0 + day) * 86_400, (DAY0 + day) * 86_400 + 86_399)


def line(ident: str, day: int, quantity: int, price: int = 30, **more: Any) -> dict[str, Any]:
    """A charge of `quantity` × `price` yuan at 08:00 of a day."""
    return {
        "id": ident,
        "code": "A",
        "line_kind": "charge",
        "performed_at": at(day, 8),
        "quantity": quantity * 10_000,
        "unit_price": price * 10_000,
        "amount": quantity * price * 100,
        "unit": "次",
        **more,
    }


def stay(lines: list[dict[str, Any]], **more: Any) -> Any:
    facts = build_facts(
        door=NATIVE,
        stage="after",
        business_time=at(100),
        patients=[{"id": "P", "encounters": [{"id": "E", "is_current": True, "items": lines, **more}]}],
    )
    return facts.current[0]


def seen(encounter: Any) -> list[tuple[str, int, int, int]]:
    return [(i.id, i.on - DAY0, i.quantity // 10_000, i.amount) for i in encounter.items]


class TestRefunds:
    def test_refund_lowers_the_original_on_its_own_day(self) -> None:
        e = stay([line("L1", 0, 2), line("L2", 1, -1)])
        assert seen(e) == [("L1", 0, 1, 3_000)]
        assert [(i.id, i.paired) for i in e.raw_items] == [("L1", False), ("L2", True)]
        assert e.raw_items[0].quantity == 20_000  # raw lines stay as they were sent

    def test_full_refund_vanishes(self) -> None:
        assert seen(stay([line("L1", 0, 2), line("L2", 0, -2)])) == []

    def test_unpaired_refund_leaves_items_and_stays_raw(self) -> None:
        e = stay([line("L1", 0, 2), line("L2", 1, -1, code="B")])
        assert seen(e) == [("L1", 0, 2, 6_000)]
        assert [i.paired for i in e.raw_items] == [False, False]

    def test_named_original_wins_over_the_latest(self) -> None:
        e = stay([line("L1", 0, 2), line("L2", 1, 2), line("L3", 2, -1, reverses="L1")])
        assert seen(e) == [("L1", 0, 1, 3_000), ("L2", 1, 2, 6_000)]

    def test_without_a_name_the_latest_earlier_line_with_enough_left(self) -> None:
        e = stay([line("L1", 0, 2), line("L2", 1, 1), line("L3", 2, -2), line("L4", 3, 5)])
        assert seen(e) == [("L2", 1, 1, 3_000), ("L4", 3, 5, 15_000)]

    def test_two_refunds_do_not_take_the_same_units(self) -> None:
        e = stay([line("L1", 0, 3), line("L2", 1, -2), line("L3", 2, -2)])
        assert seen(e) == [("L1", 0, 1, 3_000)]
        assert [i.paired for i in e.raw_items] == [False, True, False]

    def test_another_price_is_another_line(self) -> None:
        assert seen(stay([line("L1", 0, 2, 30), line("L2", 1, -1, 20)])) == [("L1", 0, 2, 6_000)]

    def test_a_later_original_is_not_refunded(self) -> None:
        assert seen(stay([line("L1", 5, 2), line("L2", 1, -1)])) == [("L1", 5, 2, 6_000)]

    def test_refund_known_to_the_day_may_follow_a_line_of_that_day(self) -> None:
        assert seen(stay([line("L1", 0, 1), line("L2", 0, -1, performed_at=whole_day(0))])) == []

    def test_refund_after_business_time_is_not_looked_at(self) -> None:
        assert seen(stay([line("L1", 0, 1), line("L2", 101, -1)])) == [("L1", 0, 1, 3_000)]

    def test_negative_amount_with_positive_quantity_is_a_refund(self) -> None:
        refund = {**line("L2", 1, 1), "amount": -3_000}
        assert seen(stay([line("L1", 0, 2), refund])) == [("L1", 0, 1, 3_000)]

    def test_zero_lines_vanish(self) -> None:
        assert seen(stay([line("L1", 0, 0), line("L2", 0, 1)])) == [("L2", 0, 1, 3_000)]

    def test_self_paid_is_lowered_with_it(self) -> None:
        e = stay([line("L1", 0, 2, self_paid=4_000), line("L2", 1, -1, self_paid=-1_000)])
        assert e.items[0].self_paid == 3_000

    def test_amount_that_the_refund_leaves_out_is_unknown(self) -> None:
        refund = line("L2", 1, -1, self_paid=-100)
        del refund["amount"]
        lowered = stay([line("L1", 0, 2, self_paid=4_000, amount=5_999), refund]).items[0]
        assert lowered.amount is UNKNOWN and lowered.self_paid == 3_900
        plain = stay([line("L1", 0, 2), {k: v for k, v in line("L2", 1, -1).items() if k != "amount"}]).items[0]
        assert plain.amount == 3_000  # quantity × price was the amount before, so it is afterwards

    def test_an_amount_left_out_names_itself_as_missing(self) -> None:
        refund = line("L2", 1, -1)
        (left,) = stay([line("L1", 0, 2, self_paid=2_000), refund]).items
        assert left.amount == 3_000 and left.self_paid is UNKNOWN and cause_of(left, "self_paid") == "item.self_paid"

    def test_quantity_not_sent_follows_from_amount_and_price(self) -> None:
        refund = line("L2", 1, -1)
        del refund["quantity"]
        (left,) = stay([line("L1", 0, 2), refund]).items
        assert (left.quantity, left.amount) == (10_000, 3_000)

    @pytest.mark.parametrize("missing", ["quantity", "unit_price"])
    def test_nothing_is_divided_by_a_price_or_a_quantity_of_nothing(self, missing: str) -> None:
        refund = {k: v for k, v in line("L2", 1, 0, price=0, amount=-3_000).items() if k != missing}
        assert seen(stay([line("L1", 0, 2, price=0), refund])) == [("L1", 0, 2, 0)]

    def test_a_named_original_is_not_known_when_the_refund_does_not_say_how_much(self) -> None:
        refund = line("L2", 1, -1, reverses="L1")
        del refund["quantity"], refund["unit_price"]
        (left,) = stay([line("L1", 0, 2), refund]).items
        assert left.quantity is UNKNOWN and left.amount is UNKNOWN and cause_of(left, "amount") == "item.quantity"

    def test_lines_without_a_time_pair_in_line_order(self) -> None:
        def untimed(ident: str, quantity: int) -> dict[str, Any]:
            made = line(ident, 0, quantity)
            del made["performed_at"]
            return made

        lines = stay([untimed("L1", 1), untimed("L2", -1), untimed("L3", 1)]).items
        assert [i.id for i in lines] == ["L3"]
        assert [i.id for i in stay([untimed("L2", -1), untimed("L3", 1)]).items] == ["L3"]

    def test_only_the_later_of_two_originals_has_enough_left(self) -> None:
        assert seen(stay([line("L1", 0, 1), line("L2", 1, 2), line("L3", 2, -2)])) == [("L1", 0, 1, 3_000)]

    def test_a_price_that_was_not_sent_is_amount_over_quantity(self) -> None:
        refund = line("L2", 1, -1)
        del refund["unit_price"]
        assert seen(stay([line("L1", 0, 2), refund])) == [("L1", 0, 1, 3_000)]

    def test_nothing_paid_by_the_patient_stays_nothing(self) -> None:
        """Zero is plain: a refund that leaves it out changes nothing; one fen is not."""
        refund = line("L2", 1, -1)
        assert stay([line("L1", 0, 2, self_paid=0), refund]).items[0].self_paid == 0
        assert stay([line("L1", 0, 2, self_paid=1), dict(refund)]).items[0].self_paid is UNKNOWN

    def test_what_one_refund_left_unknown_no_later_refund_makes_known(self) -> None:
        lines = [line("L1", 0, 3, self_paid=2_000), line("L2", 1, -1), line("L3", 2, -1, self_paid=-500)]
        (left,) = stay(lines).items
        assert left.self_paid is UNKNOWN and left.quantity == 10_000 and left.amount == 3_000
        assert "self_paid" not in left.__dict__  # like one that was never sent

    def test_a_name_means_the_line_of_the_same_stay_else_of_another(self) -> None:
        def two(own: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[list[tuple[str, int, int, int]]]:
            made = build_facts(door=NATIVE, stage="after", business_time=at(100), patients=[{"id": "P", "encounters": [
                {"id": "E1", "is_current": True, "items": own}, {"id": "E2", "items": other}]}])
            return [seen(e) for e in made.current[0].patient.encounters]

        refund = line("L9", 6, -1, reverses="L1")
        assert two([line("L1", 0, 2), refund], [line("L1", 5, 2)]) == [[("L1", 0, 1, 3_000)], [("L1", 5, 2, 6_000)]]
        assert two([line("L1", 5, 2)], [line("L1", 0, 2), dict(refund)]) == [[("L1", 5, 2, 6_000)], [("L1", 0, 1, 3_000)]]
        assert two([dict(refund)], [line("L1", 5, 2)]) == [[], [("L1", 5, 1, 3_000)]]

    def test_a_refund_at_the_business_time_itself_is_looked_at(self) -> None:
        assert seen(stay([line("L1", 0, 1), line("L2", 0, -1, performed_at=at(100))])) == []

    def test_a_line_that_costs_nothing_is_no_refund(self) -> None:
        assert seen(stay([line("L1", 0, 2, price=0), line("L2", 0, 1, code="B"), line("L3", 1, -1, code="B")])) == [("L1", 0, 2, 0)]
        assert seen(stay([line("L1", 0, 2), line("L2", 0, 0, amount=-3_000)])) == [("L1", 0, 2, 6_000)]

    def test_the_smallest_rest_of_a_line_is_a_line(self) -> None:
        (left,) = stay([line("L1", 0, 2), {**line("L2", 1, -2), "quantity": -19_999, "amount": -5_999}]).items
        assert (left.quantity, left.amount) == (1, 1)
        least = {**line("L1", 0, 1), "quantity": 1, "amount": 1}
        assert stay([least, {**line("L2", 1, -1), "quantity": -1, "amount": -1}]).items == ()

    def test_only_a_name_makes_a_line_unknown_that_a_refund_without_a_quantity_takes_from(self) -> None:
        """30 yuan each, and 10 yuan come back: of one line by its name, of none where only code and price are alike."""
        refund = {k: v for k, v in line("L2", 1, -1, amount=-1_000).items() if k != "quantity"}
        assert stay([line("L1", 0, 2), {**refund, "reverses": "L1"}]).items[0].quantity is UNKNOWN
        assert seen(stay([line("L1", 0, 2), dict(refund)])) == [("L1", 0, 2, 6_000)]
        twice = [line("L1", 0, 2), line("L1", 0, 2), {**refund, "reverses": "L1"}]
        assert seen(stay(twice)) == [("L1", 0, 2, 6_000), ("L1", 0, 2, 6_000)]
        beside_nothing = [line("L1", 0, 2), line("L1", 0, 0), {**refund, "reverses": "L1"}]
        assert stay(beside_nothing).items[0].quantity is UNKNOWN

    def test_what_a_named_refund_took_is_not_there_for_one_without_a_name(self) -> None:
        e = stay([line("L1", 0, 2), line("L2", 1, -2, reverses="L1"), line("L3", 2, -1)])
        assert seen(e) == [] and [i.paired for i in e.raw_items] == [False, True, False]

    def test_an_early_line_taken_back_leaves_a_later_one_to_be_found(self) -> None:
        assert seen(stay([line("L1", 0, 1), line("L2", 1, -1), line("L3", 2, 2), line("L4", 3, -1)])) == [("L3", 2, 1, 3_000)]
        assert seen(stay([line("L1", 0, 2), line("L2", 1, 1), line("L3", 2, -1), line("L4", 3, -2)])) == []
        ones = [line(f"L{n}", n, 1) for n in range(3)]
        assert [n for n, *_ in seen(stay([*ones, line("L3", 3, -1), line("L4", 4, 2), line("L5", 5, -2)]))] == ["L0", "L1"]

    def test_lines_without_a_time_and_lines_with_one_are_not_taken_for_each_other(self) -> None:
        """When either was is not known to be before the other: only a name pairs them."""
        untimed = {k: v for k, v in line("L1", 0, 1).items() if k != "performed_at"}
        timed, refund = line("L2", 0, 1), line("L3", 1, -1)
        late = {k: v for k, v in refund.items() if k != "performed_at"}
        for lines, left in (([untimed, timed, refund], ["L1"]), ([untimed, refund], ["L1"]), ([timed, late], ["L2"])):
            assert [i.id for i in stay(_copies(lines)).items] == left

    def test_all_paid_by_the_patient_stays_all(self) -> None:
        assert stay([line("L1", 0, 2, self_paid=6_000), line("L2", 1, -1)]).items[0].self_paid == 3_000

    def test_a_line_that_is_not_known_any_more_names_the_quantity_for_what_was_sent_and_itself_for_what_was_not(self) -> None:
        sent = {k: v for k, v in line("L1", 0, 2, self_paid=100).items() if k != "performed_at"}
        refund = {k: v for k, v in line("L2", 1, -1, reverses="L1").items() if k not in ("quantity", "unit_price")}
        (left,) = stay([sent, refund]).items
        assert [cause_of(left, n) for n in ("amount", "self_paid", "pooled", "at")] == [
            "item.quantity", "item.quantity", "item.pooled", "item.performed_at"]

    def test_code_not_known_pairs_nothing(self) -> None:
        lines = [line("L1", 0, 2), line("L2", 1, -1)]
        for one in lines:
            del one["code"]
        assert (
            len(stay(lines).items) == 1
            and stay(
                [line("L1", 0, 1, code=ABSENT, local_code="Z"), line("L2", 1, -1, code=ABSENT, local_code="Z")]
            ).items
            == ()
        )


@st.composite
def _stays(draw: st.DrawFn) -> list[dict[str, Any]]:
    count = draw(st.integers(1, 8))
    return [
        line(
            f"L{n}",
            draw(st.integers(0, 4)),
            draw(st.integers(-3, 5)),
            draw(st.sampled_from((10, 30))),
            code=draw(st.sampled_from("AB")),
        )
        for n in range(count)
    ]


def _copies(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict(one) for one in lines]


@given(_stays(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_sending_is_irrelevant(lines: list[dict[str, Any]], shuffler: random.Random) -> None:
    expected = sorted(seen(stay(_copies(lines))))
    shuffled = _copies(lines)
    shuffler.shuffle(shuffled)
    assert sorted(seen(stay(shuffled))) == expected


@given(_stays())
@settings(max_examples=60, deadline=None)
def test_amounts_are_conserved(lines: list[dict[str, Any]]) -> None:
    e = stay(_copies(lines))
    unpaired = sum(i.amount for i in e.raw_items if i.quantity < 0 and not i.paired)
    assert sum(i.amount for i in e.items) == sum(i.amount for i in e.raw_items) - unpaired
    assert all(i.quantity > 0 and i.amount >= 0 for i in e.items)


@given(_stays(), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_line_and_its_full_refund_is_no_line(lines: list[dict[str, Any]], quantity: int) -> None:
    extra = [line("X1", 2, quantity), line("X2", 3, -quantity, reverses="X1")]
    # Lines with a refund of their own may pick the extra line when it is the latest: give it a code of its own.
    for one in extra:
        one["code"] = "X"
    assert seen(stay(_copies(lines) + extra)) == seen(stay(_copies(lines)))


def _latest_by_search(lines: list[dict[str, Any]]) -> dict[str, int]:
    """What is left of each original, by looking at all of them for every refund (the ruling, word for word)."""
    left = {one["id"]: one["quantity"] for one in lines if one["quantity"] > 0}
    for refund in sorted((x for x in lines if x["quantity"] < 0), key=lambda x: (x["performed_at"].lo, len(x["id"]), x["id"])):
        fit = [
            (x["performed_at"].lo, len(x["id"]), x["id"])
            for x in lines
            if x["quantity"] > 0 and x["code"] == refund["code"] and x["unit_price"] == refund["unit_price"]
            and x["performed_at"].lo <= refund["performed_at"].hi and left[x["id"]] >= -refund["quantity"]
        ]
        if fit:
            left[max(fit)[2]] += refund["quantity"]
    return {ident: quantity for ident, quantity in left.items() if quantity}


@given(_stays())
@settings(max_examples=100, deadline=None)
def test_the_quick_search_finds_what_a_plain_search_finds(lines: list[dict[str, Any]]) -> None:
    expected = _latest_by_search(lines)
    assert {i.id: i.quantity for i in stay(_copies(lines)).items} == expected


class TestPieces:
    def ventilator(self, hours: int, begin: Instant, end: Any, **more: Any) -> dict[str, Any]:
        given = line("L1", 0, hours, 5, unit="小时", performed_at=begin, begin=begin, **more)
        if end is not UNKNOWN:
            given["end"] = end
        return given

    def test_three_days_of_ventilation(self) -> None:
        e = stay([self.ventilator(72, at(0, 8), at(3, 8))])
        assert seen(e) == [("L1", 0, 16, 8_000), ("L1", 1, 24, 12_000), ("L1", 2, 24, 12_000), ("L1", 3, 8, 4_000)]
        assert len({i.position for i in e.items}) == 1 and all(i.piece_of is e.raw_items[0] for i in e.items)
        assert [i.at for i in e.items] == [at(0, 8), at(1), at(2), at(3)]
        assert [i.rank for i in e.items] == [1, 2, 3, 4]
        assert [i.run_hours for i in e.items] == [160_000, 240_000, 240_000, 80_000]

    def test_without_end_more_than_a_day_is_unknown(self) -> None:
        (only,) = stay([self.ventilator(72, at(0, 8), UNKNOWN)]).items
        assert only.quantity is UNKNOWN and only.__dict__["_why"]["quantity"] == "item.end" and only.amount == 36_000

    def test_without_end_a_day_is_known(self) -> None:
        assert stay([self.ventilator(24, at(0, 8), UNKNOWN)]).items[0].quantity == 240_000

    def test_begin_and_end_on_one_day_is_not_cut(self) -> None:
        assert seen(stay([self.ventilator(30, whole_day(0), whole_day(0))])) == [("L1", 0, 30, 15_000)]

    def test_long_term_order_is_never_cut(self) -> None:
        order = self.ventilator(24, at(0, 8), at(5, 8), long_term=True)
        assert seen(stay([{**order, "line_kind": "order"}])) == [("L1", 0, 24, 12_000)]

    def test_order_not_known_to_be_long_term_is_undecided(self) -> None:
        order = {**self.ventilator(24, at(0, 8), at(5, 8)), "line_kind": "order"}
        (only,) = stay([order]).items
        assert only.quantity is UNKNOWN and only.__dict__["_why"]["quantity"] == "item.long_term"

    def test_times_known_to_the_day_leave_the_shares_unknown(self) -> None:
        days = stay([self.ventilator(40, whole_day(0), whole_day(2))]).items
        assert [i.on - DAY0 for i in days] == [0, 1, 2] and all(i.quantity is UNKNOWN for i in days)
        assert sum(i.amount for i in days) == 20_000

    def test_times_known_to_the_day_with_all_hours_billed_are_certain(self) -> None:
        assert seen(stay([self.ventilator(48, whole_day(0), whole_day(1))])) == [
            ("L1", 0, 24, 12_000),
            ("L1", 1, 24, 12_000),
        ]

    def test_days_are_one_for_each_started_day(self) -> None:
        bed = line("L1", 0, 3, 50, unit="日", begin=at(0, 10), end=at(2, 9))
        assert seen(stay([bed])) == [("L1", 0, 1, 5_000), ("L1", 1, 1, 5_000), ("L1", 2, 1, 5_000)]

    def test_more_days_billed_than_started_show_on_the_last(self) -> None:
        bed = line("L1", 0, 5, 50, unit="天", begin=at(0, 10), end=at(2, 9))
        assert [q for _, _, q, _ in seen(stay([bed]))] == [1, 1, 3]

    def test_counted_units_stay_on_the_start_day(self) -> None:
        assert seen(stay([line("L1", 0, 3, unit="次", begin=at(0), end=at(2))])) == [("L1", 0, 3, 9_000)]

    def test_quantity_not_known_is_in_doubt_on_each_of_its_days(self) -> None:
        given_line = self.ventilator(1, at(0, 8), at(2, 8))
        del given_line["quantity"]
        days = stay([given_line]).items
        assert [i.on - DAY0 for i in days] == [0, 1, 2] and sum(i.amount for i in days) == 500
        assert all(i.quantity is UNKNOWN and cause_of(i, "quantity") == "item.quantity" for i in days)

    def test_end_before_begin_is_no_span(self) -> None:
        (only,) = stay([self.ventilator(72, at(3, 8), at(0, 8))]).items
        assert only.quantity is UNKNOWN

    def test_pieces_come_after_netting(self) -> None:
        refund = line("L2", 4, -24, 5, unit="小时")
        assert sum(i.quantity for i in stay([self.ventilator(72, at(0, 8), at(3, 8)), refund]).items) == 48 * 10_000

    def test_a_stay_is_cut_into_no_more_pieces_than_there_may_be_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Five lines: three days fill all but two places, three more find too few, and what lies on one day needs but its own."""
        monkeypatch.setattr(netting, "_MAX_LINES", 5)
        lines = [self.ventilator(72, at(0, 8), at(2, 8)), self.ventilator(72, at(3, 8), at(5, 8)), self.ventilator(48, at(6, 8), at(7, 8)),
                 self.ventilator(30, whole_day(8), whole_day(8))]
        found = stay([{**one, "id": f"L{n}"} for n, one in enumerate(lines, 1)]).items
        assert [(i.id, i.on - DAY0) for i in found] == [("L1", 0), ("L1", 1), ("L1", 2), ("L2", 3), ("L3", 6), ("L4", 8)]
        assert [i.quantity is UNKNOWN for i in found] == [False, False, False, True, True, False]

    @given(
        st.integers(1, 20_000), st.integers(0, 9_999), st.integers(0, 9_999), st.integers(0, 9_999), st.integers(1, 100)
    )
    @settings(max_examples=80, deadline=None)
    def test_shares_add_up_exactly(self, amount: int, own: int, before: int, copay: int, hours: int) -> None:
        own, before = min(own, amount), min(before, max(0, amount - own))
        given_line = self.ventilator(1, at(0, 8), at(hours // 24 + 1, hours % 24))
        given_line.update(quantity=hours * 7_001, amount=amount, self_paid=own, already_deducted=before, copay=copay)
        items = stay([given_line]).items
        assert sum(i.quantity for i in items) == hours * 7_001
        assert sum(i.amount for i in items) == amount
        assert sum(i.self_paid for i in items) == own and sum(i.already_deducted for i in items) == before
        assert sum(i.copay for i in items) == copay
        assert all(i.amount - i.self_paid - i.already_deducted >= 0 for i in items)


@pytest.mark.parametrize("unit", ["H", "h", "小时", "时", "ｈ"])
def test_unit_synonyms_of_hours_are_cut(unit: str) -> None:
    assert len(stay([line("L1", 0, 48, unit=unit, begin=at(0, 8), end=at(2, 8))]).items) == 3
