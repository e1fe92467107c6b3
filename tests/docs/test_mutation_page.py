"""What is said of surviving mutants stands on the page, and speaks of code that is there."""
from __future__ import annotations

from pathlib import Path

from tools.mutation.__main__ import all_mutants
from tools.mutation.explained import EXPLAINED

ROOT = Path(__file__).resolve().parents[2]


def test_every_explained_survivor_is_on_the_page() -> None:
    page = (ROOT / "docs" / "mutation.md").read_text("utf-8")
    assert [name for name, said in EXPLAINED.items() if said not in page] == []


def test_every_explanation_speaks_of_a_mutant_that_can_be_made() -> None:
    modules = sorted({name.split(":")[0] for name in EXPLAINED})
    names = {m.name for m in all_mutants(modules, 1.0, 0, "")} if modules else set()
    assert set(EXPLAINED) - names == set()
