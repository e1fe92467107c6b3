"""What one report makes of several violations of one rule on one line: which of them speaks, how they are ranked, what stays open."""
from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from medrules.check.program import Program, Rule
from medrules.engine.report import Draft, assemble, findings_of, open_entries
from medrules.model.builder import build_facts
from medrules.model.facts import Door
from medrules.model.reports import Claim, Finding, LineRef, Undecided
from medrules.model.values import Instant
from tests.engine.reference.judged import rule, rules

LINE, OTHER = LineRef("item", "E1", "L1", 0), LineRef("item", "E1", "L2", 1)
ONE = rules(rule("当：一律", "扣减：全额"))
TWO = rules(*(rule("当：一律", "扣减：全额", code=code) for code in ("LK-900-1", "LK-900-2")))
FACTS: Any = build_facts(door=Door("例", frozenset()), stage="after", business_time=Instant(63_000_000_000, 63_000_000_000), patients=[])


def draft(by: Rule = ONE.rules[0], amount: int | None = 100, **more: Any) -> Draft:
    made = Draft(by, "suspect", "soft", LINE, (LINE,), (), (), (Claim(LINE, amount),), (), "", (), "", "")
    return replace(made, **more)


def merged(*drafts: Draft, program: Program = ONE) -> Finding:
    """The one finding of drafts, in whatever order they are found."""
    (first, *others) = [findings_of(program, held) for held in permutations(drafts)]
    assert all(found == first for found in others)
    (only,) = first
    return only


@pytest.mark.parametrize(("graver", "lesser"), [
    ({"result": "definite", "amount": 1}, {"result": "suspect", "amount": 900}), ({"result": "suspect", "amount": 1}, {"result": "monitor", "amount": 900}),
    ({"amount": 900}, {"amount": 1}), ({"amount": 1}, {"amount": None}), ({"piece": 0}, {"piece": 1}), ({"rows": ("K1",)}, {"rows": ("K2",)}),
])
def test_the_gravest_speaks_then_the_dearest_then_the_first(graver: dict[str, Any], lesser: dict[str, Any]) -> None:
    """Messages are against the order, so that they decide nothing where anything else does."""
    assert merged(draft(message="B", **graver), draft(message="A", **lesser)).message == "B"


def test_how_a_doctor_is_stopped_is_said_by_those_of_the_findings_own_result() -> None:
    """A suspicion that stops hard does not make the certain violation beside it stop hard."""
    held = draft(result="definite", interaction="passive"), draft(result="definite", interaction="soft"), draft(interaction="hard")
    assert merged(*held).interaction == "soft"


def test_of_two_violations_of_a_line_the_graver_claims_not_the_dearer() -> None:
    found = merged(draft(result="definite", amount=1), draft(amount=900))
    assert found.result == "definite" and found.amount == 1 and (found.credited, found.carried_by) == (0, "")


def test_sub_rules_with_the_same_result_are_one_finding_with_the_grounds_of_both_in_their_order() -> None:
    first, second = (replace(r, header=replace(r.header, basis=(f"依据{n}",))) for n, r in enumerate(TWO.rules))
    found = merged(draft(second, 300, message="二"), draft(first, 200, message="一"), program=TWO)
    assert found.sub_rules == ("LK-900-1", "LK-900-2") and found.basis == ("依据0", "依据1") and found.amount == 300 and found.message == "二"


def test_what_is_found_on_a_line_is_not_open_there() -> None:
    (found,) = findings_of(ONE, [draft()])
    asked = Undecided("LK-900", "LK-900", "例", LINE, ("item.site",))
    elsewhere, again = replace(asked, anchor=OTHER, rows=("K2",)), replace(asked, anchor=OTHER, causes=("item.at",), rows=("K1",))
    (left,), _ = open_entries(FACTS, [found], [asked, elsewhere, again], ())
    assert left == replace(elsewhere, causes=("item.at", "item.site"), rows=("K1", "K2"))


def test_a_report_begins_with_the_gravest_then_the_dearest() -> None:
    """An amount that is not known ranks as nothing: behind one fen."""
    lines = [replace(LINE, line=f"L{n}", position=n) for n in range(5)]
    held = [("monitor", 900), ("suspect", None), ("suspect", 1), ("suspect", 2), ("definite", 1)]
    drafts = [draft(result=r, anchor=x, at_fault=(x,), claims=(Claim(x, a),)) for x, (r, a) in zip(lines, held, strict=True)]
    for several in permutations(drafts):
        assert [f.anchor for f in assemble(ONE, FACTS, several, (), ()).findings] == lines[::-1]


def test_of_two_findings_alike_the_one_about_a_line_stands_before_the_one_about_several() -> None:
    drafts = [draft(at_fault=(LINE, OTHER)), draft()]
    for several in permutations(drafts):
        assert [len(f.at_fault) for f in assemble(ONE, FACTS, several, (), ()).findings] == [1, 2]


@pytest.mark.parametrize("result", ["definite", "suspect"])
def test_of_equal_claims_the_lowest_code_carries_and_is_named_by_all_others(result: Any) -> None:
    """One fen each: amounts and places in the list are told apart."""
    three = rules(*(rule("当：一律", "扣减：全额", code=f"LK-90{n}") for n in range(3)))
    made = assemble(three, FACTS, [draft(r, 1, result=result) for r in three.rules], (), ())
    assert [(f.rule, f.credited, f.carried_by) for f in made.findings] == [("LK-900", 1, ""), ("LK-901", 0, "LK-900"), ("LK-902", 0, "LK-900")]
