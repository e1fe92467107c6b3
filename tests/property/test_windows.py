"""Law 5 where it is hardest: windows and quotas over a history that is cut off, and facts that are dropped from many lines."""
from __future__ import annotations

from copy import deepcopy
from random import Random

from hypothesis import given

from medrules.check.program import Program
from tests.property.histories import crowded, cut, window_texts
from tests.property.judging import judged
from tests.property.strategies import SEEDS, WINDOWS
from tests.property.test_information import dropped, flips
from tests.property.written import compiled


def window_rules(seed: int) -> Program:
    """Six of the window rules; none may be refused."""
    program, problems = compiled(window_texts(seed))
    assert len(program.rules) == 6, [p.message for p in problems]
    return program


@WINDOWS
@given(SEEDS)
def test_law_5_what_came_before_the_history_never_flips_an_answer(seed: int) -> None:
    program, whole = window_rules(seed), crowded(Random(seed))
    full = judged(program, whole)
    for day in ("2026-02-24", "2026-03-01", "2026-03-05"):
        assert flips(judged(program, cut(whole, day)), full) == [], day


@WINDOWS
@given(SEEDS)
def test_law_3_facts_missing_on_other_lines_never_flip_an_answer(seed: int) -> None:
    program, whole = window_rules(seed), crowded(Random(seed))
    less = deepcopy(whole)
    dropped(Random(seed + 1), less, 0.1)
    for e in (*less["就诊"], *less["历次就诊"]):
        for line in e.get("明细", ()):
            if Random(f"{seed}{line['标识']}").random() < 0.15:
                line.pop("数量", None)
    assert flips(judged(program, less), judged(program, whole)) == []
