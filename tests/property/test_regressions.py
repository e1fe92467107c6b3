"""The kept cases: what some path once got wrong, none gets wrong again."""
from __future__ import annotations

import pytest

from tests.property.agreement import judge
from tests.property.regressions import Case, case_of, kept, plain
from tests.property.tally import Tally
from tests.property.written import compiled

CASES = kept()


@pytest.mark.parametrize("name", CASES)
def test_every_path_says_what_the_reference_says(name: str) -> None:
    case = CASES[name]
    program, _ = compiled(case.written)
    assert program.rules
    assert judge(program, [case.asked], 0, Tally()) == [], case.sentence


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_read_as_it_was_written(name: str) -> None:
    case: Case = CASES[name]
    assert case_of(plain(case)) == case and len(case.sentence) > 10
