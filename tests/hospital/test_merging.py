"""Law: a program cut at any day into two versions that say the same gives, merged, the report of the whole program."""
from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.adapters.native import read_facts
from medrules.check.program import PeriodScope
from medrules.engine.engine import Engine
from medrules.engine.reference.evaluator import Reference
from medrules.engine.reference.values import Group
from medrules.hospital.business_days import business_days, span_of
from medrules.hospital.merging import merged
from medrules.hospital.opening import clipped
from medrules.hospital.reach import reach
from tests.property.programs import random_program
from tests.property.requests import request


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1_000_000), st.integers(0, 1_000))
def test_law_versions_that_say_the_same_are_one_version(seed: int, n: int) -> None:
    program, facts = random_program(seed), read_facts(request(Random(n)))
    days = sorted(business_days(facts))
    cut = Random(n).choice([*days, days[-1] + 1])
    whole = Engine(program).review(facts)
    parts = [Engine(clipped(program, 0, cut)).review(facts), Engine(clipped(program, cut, 10_000_000)).review(facts)]
    both = merged(facts, parts)
    assert both.canonical() == whole.canonical()
    assert (both.notes, both.unchecked, both.definite_total, both.suspect_total) == (
        whole.notes, whole.unchecked, whole.definite_total, whole.suspect_total)
    assert [(f.rule, f.anchor, f.amount) for f in both.findings] == [(f.rule, f.anchor, f.amount) for f in whole.findings]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1_000_000), st.integers(0, 1_000))
def test_law_no_binding_has_another_day_than_the_business_days(seed: int, n: int) -> None:
    """Else a binding could fall between the versions that are asked."""
    program, facts = random_program(seed), read_facts(request(Random(n)))
    reference, far = Reference(program), reach(program)
    days = business_days(facts, far)
    assert span_of(facts, far) == (min(days), max(days))
    for rule in program.rules:
        if not isinstance(rule.scope, PeriodScope):
            found = list(reference.candidates(rule, reference.judge(facts, rule)))
            assert {c.day for c in found if not isinstance(c.subject, Group)} <= days
            assert {c.day for c in found} <= {*days, facts.business_time.day}  # what was not sent: on the day of the request
