"""A random pack, compiled and opened again, says what the pack says: written again it is the same file, and reports are equal."""
from __future__ import annotations

from random import Random

from hypothesis import given

from medrules.adapters.native import read_facts
from medrules.compiled.plans import read_plan, write_plan
from medrules.engine.engine import Engine
from tests.property.programs import random_program
from tests.property.requests import request
from tests.property.strategies import FEW, SEEDS


@FEW
@given(SEEDS)
def test_compiled_equals_source(seed: int) -> None:
    source = Engine(random_program(seed))
    content = write_plan(source.plan)
    made = read_plan(content)
    assert made.program == source.program and write_plan(made) == content
    compiled = Engine(made)
    for n, drop in enumerate((0.0, 0.2, 0.5, 0.0)):
        facts = read_facts(request(Random(seed + n), drop=drop))
        assert compiled.review(facts) == source.review(facts)
