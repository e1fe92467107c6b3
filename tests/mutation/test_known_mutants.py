"""The mutation tester in small, as CI runs it: a handful of faults that would cost money must be noticed, and the tool must really put
them in. The whole run is a command: `python -m tools.mutation medrules.engine.reference.windows …` (docs/mutation.md)."""
from __future__ import annotations

import ast
import importlib
import json
import os
import sys
from pathlib import Path

import pytest
from tools.mutation.__main__ import all_mutants, in_fork
from tools.mutation.apply import apply
from tools.mutation.kill import Suite
from tools.mutation.mutators import mutants

# (module, function, a part of the line, the change): each a real kind of mistake.
KNOWN = (
    ("medrules.engine.reference.frames", "by_day", "abs(x - y) < frame.n", "Lt → LtE"),  # one day too many in 近 n天
    ("medrules.engine.reference.windows", "seen", "base <= 0", "LtE → Lt"),  # self-paid lines counted in windows
    ("medrules.engine.reference.regions", "openness", "day > start", "Gt → GtE"),  # a history that covers the window counts as cut off
    ("medrules.engine.reference.claims", "_claim", "max(0, min(amount, base))", "min → max"),  # more deducted than the line cost
    ("medrules.engine.deduct", "credit", "max(0, second[0] - d)", "Sub → Add"),  # a suspect claim on top of a definite one in full
    ("medrules.model.netting", "_Left.take", "self.quantity -= units", "left out"),  # refunds that take nothing back
)


@pytest.fixture(scope="module")
def suite() -> Suite:
    made = Suite(seeds=16, requests=4, reread=True).prepare()
    assert [check() for name, check in made.steps("") if name != "tests"] == ["", "", ""]
    return made


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize(("module", "function", "part", "change"), KNOWN)
def test_a_known_fault_is_noticed(suite: Suite, module: str, function: str, part: str, change: str) -> None:
    found = [m for m in all_mutants([module], 1.0, 0, "") if m.function == function and part in m.text and m.change == change]
    assert found, f"no such mutant any more: {module}:{function} {part} {change}"
    pid, out = in_fork(found[0], suite)
    with os.fdopen(out, "rb") as told:
        held = told.read()
    os.waitpid(pid, 0)
    check, noticed = json.loads(held)
    assert check in ("national cases", "kept regressions", "campaign", "tests"), (check, noticed)


SOURCE = '''
LIMIT = 3


class Box:
    def __init__(self):
        self.n = 0

    @property
    def small(self):
        return self.n <= LIMIT


def total(values, start=0):
    """Doc with 1 number."""
    found = start
    for v in values:
        if v is None or v < 0:
            continue
        found += v
    return found if found else -1
'''


def test_every_kind_of_fault_is_made_once_and_named_apart() -> None:
    made = list(mutants("m", SOURCE))
    assert len({m.name for m in made}) == len(made)
    assert {(m.function, m.change) for m in made} == {
        ("Box.__init__", "left out"), ("Box.__init__", "0 → 1"), ("Box.small", "LtE → Lt"), ("Box.small", "returns None"),
        ("total", "0 → 1"), ("total", "Or → And"), ("total", "Is → IsNot"), ("total", "Lt → LtE"), ("total", "left out"),
        ("total", "condition turned"), ("total", "returns None"), ("total", "USub dropped"), ("total", "1 → 2"), ("total", "1 → 0"),
    }
    for mutant in made:
        assert ast.dump(mutant.make()) != ast.dump(ast.parse(SOURCE))


def test_who_holds_a_function_has_the_fault(tmp_path: Path) -> None:
    (tmp_path / "mutated_here.py").write_text(SOURCE, "utf-8")
    sys.path.insert(0, str(tmp_path))
    try:
        held = importlib.import_module("mutated_here")
        total, box = held.total, held.Box()
        box.n = 3
        assert total([1, 2]) == 3 and box.small
        (fault,) = (m for m in mutants("mutated_here", SOURCE) if m.function == "total" and m.change == "returns None")
        assert apply("mutated_here", fault.make()) == 1
        assert total([1, 2]) is None and box.small
        (fault,) = (m for m in mutants("mutated_here", SOURCE) if m.change == "LtE → Lt")
        assert apply("mutated_here", fault.make()) == 2  # the other one is taken back
        assert total([1, 2]) == 3 and not box.small
    finally:
        sys.path.remove(str(tmp_path))
        del sys.modules["mutated_here"]
