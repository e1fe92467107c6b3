"""Hypothesis strategies over the generators: seeds that make programs and requests, so that a failure is one number."""
from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from medrules.check.program import Program
from tests.property.programs import random_program
from tests.property.requests import request

SEEDS = st.integers(min_value=0, max_value=10**6)
FEW = settings(max_examples=60, deadline=None, derandomize=True)
WINDOWS = settings(max_examples=120, deadline=None, derandomize=True)


def programs(most: int = 4) -> st.SearchStrategy[Program]:
    """Random checked programs."""
    return SEEDS.map(lambda seed: random_program(seed, most))


def requests(drop: float | None = None, lines: int | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Random native facts."""
    return SEEDS.map(lambda seed: request(Random(seed), drop=drop, lines=lines))
