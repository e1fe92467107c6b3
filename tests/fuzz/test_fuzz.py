"""What fuzzing found stays mended, and fuzzing itself finds what is there to be found."""
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from medrules.cases.yaml_reader import read_cases
from tests.fuzz.guided import run
from tests.fuzz.mutations import text_changed, tree_changed
from tests.fuzz.targets import CORPUS, TARGETS, case_seeds


@pytest.mark.parametrize("find", sorted(p.name for p in CORPUS.iterdir()))
def test_finds_stay_mended(find: str) -> None:
    target = TARGETS[find.partition("-")[0]]
    text = Path(CORPUS, find).read_bytes().decode("utf-8", "surrogatepass")
    target.judge(target.make(text, (), [text]))


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_well(name: str) -> None:
    """A target whose own seeds fail would find nothing but that."""
    target = TARGETS[name]
    seeds = target.seeds()
    assert len(seeds) >= 8
    for seed in seeds[:3]:
        target.judge(target.make(seed, (), seeds))


def test_seeds_of_cases_are_cases(tmp_path: Path) -> None:
    """Else nothing behind the YAML parser is reached, whatever the number of inputs."""
    path = tmp_path / "cases.yaml"
    for seed in case_seeds()[:20]:
        path.write_text(seed, "utf-8")
        assert len(read_cases(path)) == 1


def test_a_planted_fault_is_found_and_made_small() -> None:
    def judge(text: str) -> None:
        assert "字字" not in text

    planted = replace(TARGETS["parser"], seeds=lambda: ["规则 LK-1「例」{\n  当：一律\n}\n"] * 3, judge=judge)
    result = run(planted, 20, 1)
    assert result.finds and "字字" in result.finds[0][1] and len(result.finds[0][1]) < 400


def test_changes_are_the_same_for_the_same_numbers() -> None:
    steps = [(n, 7 * n, 11 * n) for n in range(36)]
    assert text_changed("规则 甲", steps, ["一", "二"], ["另一个"]) == text_changed("规则 甲", steps, ["一", "二"], ["另一个"])
    tree = json.loads('{"a":[1,{"b":"c"}],"d":null}')
    assert tree_changed(tree, steps, ["x", "y"]) == tree_changed(tree, steps, ["x", "y"])
    assert tree == {"a": [1, {"b": "c"}], "d": None}
