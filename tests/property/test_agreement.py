"""Laws 1 and 2: every execution path gives the reference's answer, and there always is one."""
from __future__ import annotations

from random import Random

from hypothesis import given

from tests.property.agreement import differences
from tests.property.judging import reported
from tests.property.programs import random_program
from tests.property.requests import request
from tests.property.strategies import FEW, SEEDS


@FEW
@given(SEEDS)
def test_law_1_optimized_equals_reference(seed: int) -> None:
    assert differences(seed, requests=6) == []


@FEW
@given(SEEDS)
def test_law_2_there_is_always_a_report(seed: int) -> None:
    program = random_program(seed)
    for n, drop in enumerate((0.0, 0.3, 0.6)):
        report = reported(program, request(Random(seed + n), drop=drop))
        assert not report.unchecked
        for f in report.findings:
            assert f.amount is None or f.amount >= 0
