"""The compiled form is the plan: what is opened from it is equal, writes the same bytes, and answers the same."""
from __future__ import annotations

import random
from pathlib import Path

import pytest

from medrules.api import check_pack, compile_pack, open_pack
from medrules.compiled.plans import read_plan, write_plan
from medrules.engine.engine import Engine
from medrules.errors import InvalidCompiledPack
from medrules.plan.plan import Plan
from medrules.plan.planner import plan
from tests.plan.small import AGES, DIAGNOSES, line, pair_rule, pairs, program, request, row, rule, table, years

PACKS = Path(__file__).parents[2] / "rulepacks"


@pytest.fixture(scope="module")
def national() -> Plan:
    return plan(check_pack(PACKS / "national").program)


def test_a_national_plan_comes_back_equal(national: Plan) -> None:
    content = write_plan(national)
    back = read_plan(content)
    assert back.program == national.program
    assert back == national
    assert write_plan(back) == content


def test_every_record_of_the_national_plan_comes_back(national: Plan) -> None:
    back = read_plan(write_plan(national))
    assert list(back.records.items()) == list(national.records.items())
    assert {a: dict(b) for a, b in back.pairs.partners.items()} == {a: dict(b) for a, b in national.pairs.partners.items()}


def test_a_pack_with_every_kind_of_rule_comes_back() -> None:
    checked = check_pack(PACKS / "typical-problems").program
    assert read_plan(write_plan(plan(checked))).program == checked


def test_compiling_twice_gives_the_same_bytes() -> None:
    assert compile_pack(PACKS / "national") == compile_pack(PACKS / "national")


def test_a_small_pack_answers_alike() -> None:
    age = rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n  扣减：全额")
    both = pair_rule("T-9", "  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 单日\n  当：一律\n  违规：乙\n  扣减：全额")
    made = program(
        age + both,
        table("年龄", (AGES,), row("a", ["X", "Z*"], years(18, None), start=100, end=740_000), row("b", ["X"], years(None, 60), start=740_000)),
        pairs("对", ("A", "B"), ("X", "B")), table("别的", (DIAGNOSES,)))
    source = Engine(made)
    back = Engine(read_plan(write_plan(source.plan)))
    draw = random.Random(1)
    for _ in range(200):
        lines = [line(n, draw.choice(("X", "ZZ1", "A", "B", "Q")), draw.randint(-2, 2)) for n in range(draw.randint(1, 5))]
        facts = request(*lines, age=draw.choice((5, 30, 70, -1)))
        assert back.review(facts) == source.review(facts)


def test_open_pack_takes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "national.mrc"
    file.write_bytes(compile_pack(PACKS / "national"))
    assert open_pack(file).program == open_pack(PACKS / "national").program


def test_a_compiled_file_beside_its_folder_is_used_only_if_it_fits(tmp_path: Path) -> None:
    other, stale = tmp_path / "other.mrc", tmp_path / "stale.mrc"
    other.write_bytes(compile_pack(PACKS / "typical-problems"))
    stale.write_bytes(compile_pack(PACKS / "national").replace(b'"schema": 1', b'"schema": 2', 1))
    for file in (other, stale, tmp_path / "missing.mrc"):
        assert open_pack(PACKS / "national", compiled=file).program.pack == "national"
    with pytest.raises(InvalidCompiledPack) as found:
        open_pack(stale)
    assert found.value.code == "MR-E112" and "medrules compile" in str(found.value)
