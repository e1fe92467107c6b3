"""Law 26: never twice, whatever the order, and nothing that is found lowers what is deducted."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrules.engine.deduct import resolve
from medrules.model.reports import Claim, Deduction, Finding, LineRef, Result

LINES = tuple(LineRef("item", "E1", f"L{n}", n) for n in range(3))
BASE = 1_000


def finding(rule: str, result: Result, line: LineRef, amount: int | None, row: str) -> Finding:
    claims = (Claim(line, amount),)
    return Finding(rule, (rule,), "", "", result, "soft", line, (line,), (), (row,), claims, amount, 0, "", (), (), "", (), "", "")


FINDINGS = st.lists(
    st.builds(finding, st.sampled_from(("GZ1", "GZ2", "LK3")), st.sampled_from(("definite", "suspect", "monitor")), st.sampled_from(LINES),
              st.one_of(st.none(), st.integers(0, BASE)), st.sampled_from(("K1", "K2"))),
    max_size=8, unique_by=lambda f: (f.rule, f.result, f.anchor))


def taken(findings: Sequence[Finding]) -> dict[LineRef, Deduction]:
    return {d.line: d for d in resolve(findings)[1]}


@given(FINDINGS)
def test_bounded_and_credited_once(findings: list[Finding]) -> None:
    credited, deductions = resolve(findings)
    for d in deductions:
        assert d.definite >= 0 and d.suspect >= 0 and d.definite + d.suspect <= BASE
        parts = [f.credited for f in credited if f.anchor == d.line]
        assert sum(parts) == d.definite + d.suspect
        assert sum(1 for p in parts if p) <= 2
    for f in credited:
        assert not (f.credited and f.carried_by)
        if f.amount and f.result != "monitor" and not f.credited:
            assert f.carried_by


@given(FINDINGS, st.randoms(use_true_random=False))
def test_order_and_duplicates_change_nothing(findings: list[Finding], rng: object) -> None:
    shuffled = list(findings)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert taken(shuffled) == taken(findings) == taken([*findings, *findings])


@given(FINDINGS)
def test_one_finding_more_never_deducts_less(findings: list[Finding]) -> None:
    for n in range(len(findings)):
        less, more = taken(findings[:n]), taken(findings[: n + 1])
        for line, d in less.items():
            assert more[line].definite >= d.definite
            assert more[line].definite + more[line].suspect >= d.definite + d.suspect


@given(FINDINGS)
def test_without_the_winner_the_next_largest_is_deducted(findings: list[Finding]) -> None:
    for line, d in taken(findings).items():
        rest = [f for f in findings if not (f.anchor == line and f.result == "definite" and f.rule == d.definite_rule)]
        next_ = max((f.amount or 0 for f in rest if f.anchor == line and f.result == "definite"), default=0)
        found = taken(rest).get(line)
        assert (found.definite if found else 0) == next_
        only_definite = [f for f in findings if f.result == "definite"]
        held = taken(only_definite).get(line)
        assert (held.definite if held else 0) == d.definite


@pytest.mark.parametrize(("result", "deduction"), [
    ("suspect", Deduction(LINES[0], 0, 1, "", "GZ0")), ("definite", Deduction(LINES[0], 1, 0, "GZ0", ""))])
def test_of_equal_claims_the_lower_code_carries_and_is_named_by_the_others(result: Result, deduction: Deduction) -> None:
    """One fen each: amounts and places in the list are told apart."""
    asked = [finding(f"GZ{n}", result, LINES[0], 1, "K1") for n in range(3)]
    credited, deductions = resolve(asked)
    assert [(f.credited, f.carried_by) for f in credited] == [(1, ""), (0, "GZ0"), (0, "GZ0")]
    assert deductions == (deduction,)


def test_a_suspect_claim_no_larger_than_the_definite_one_is_carried_by_it() -> None:
    credited, deductions = resolve([finding("GZ1", "definite", LINES[0], 5, "K1"), finding("GZ2", "suspect", LINES[0], 5, "K1")])
    assert [(f.credited, f.carried_by) for f in credited] == [(5, ""), (0, "GZ1")]
    assert deductions == (Deduction(LINES[0], 5, 0, "GZ1", ""),)


def test_of_equal_claims_of_one_rule_the_lower_row_carries_then_the_lower_sub_rule() -> None:
    """Only the first row of a finding is asked, and only where everything before it is equal."""
    late = replace(finding("GZ1", "definite", LINES[0], 5, "K2"), sub_rules=("GZ1-1",))
    early = replace(finding("GZ1", "definite", LINES[0], 5, "K1"), sub_rules=("GZ1-2",), rows=("K1", "K2"))
    other = replace(early, sub_rules=("GZ1-1",), rows=("K1", "K3"))
    assert [f.credited for f in resolve([late, early])[0]] == [0, 5]
    assert [f.credited for f in resolve([early, other])[0]] == [0, 5]


def test_a_finding_carried_by_several_rules_names_the_lowest_and_lines_stand_in_their_order() -> None:
    both = replace(finding("LK9", "suspect", LINES[0], 1, "K1"), claims=(Claim(LINES[1], 1), Claim(LINES[0], 1)))
    credited, deductions = resolve([both, finding("GZ2", "definite", LINES[1], 5, "K1"), finding("GZ1", "suspect", LINES[0], 5, "K1")])
    assert [(f.credited, f.carried_by) for f in credited] == [(0, "GZ1"), (5, ""), (5, "")]
    assert deductions == (Deduction(LINES[0], 0, 5, "", "GZ1"), Deduction(LINES[1], 5, 0, "GZ2", ""))
