"""Every ruling's example holds on every execution path (docs: rulings T01-T44)."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from medrules.cases import Case, compare
from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.model.facts import Facts
from medrules.model.reports import Report
from tests.rulings.reading import facts_of, read_ruling

DATA = Path(__file__).parent / "data"
RULINGS = {r.name: r for r in (read_ruling(p) for p in sorted(DATA.glob("*.yaml")))}
PATHS: dict[str, Callable[[Program], Callable[[Facts], Report]]] = {
    "optimized": lambda program: Engine(program).review,
    "reference": lambda program: Reference(program).evaluate,
}
CASES = [(name, n) for name, r in RULINGS.items() for n in range(len(r.cases))]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    return {}


def _program(name: str, programs: dict[str, Program], factory: pytest.TempPathFactory) -> Program:
    if name not in programs:
        programs[name] = RULINGS[name].program(factory.mktemp(name) / "pack")
    return programs[name]


@pytest.mark.parametrize("path", sorted(PATHS))
@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{n}-{i + 1}" for n, i in CASES])
def test_ruling(
    name: str, number: int, path: str, programs: dict[str, Program], tmp_path_factory: pytest.TempPathFactory,
) -> None:
    case: Case = RULINGS[name].cases[number]
    report = PATHS[path](_program(name, programs, tmp_path_factory))(facts_of(case))
    assert not compare(case, report), f"{case.title}\n" + "\n".join(compare(case, report))
