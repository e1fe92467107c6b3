"""The proofs of the packs can fail, and say what they found."""
from __future__ import annotations

import shutil
from pathlib import Path

from tools.pack_pages.__main__ import pages
from tools.pack_proof.mutants import mutants
from tools.pack_proof.mutation import mutate, reasons
from tools.pack_proof.reaching import reach

from medrules.api import check_pack

PACKS = Path(__file__).resolve().parents[2] / "rulepacks"
NATIONAL, PROBLEMS = PACKS / "national", PACKS / "typical-problems"


def test_a_family_kills_its_mutants() -> None:
    (tally,) = mutate(NATIONAL, "GZ10000204001000")
    assert tally.mutants >= 8 and tally.survivors == ()


def test_without_a_case_a_mutant_survives(tmp_path: Path) -> None:
    shutil.copytree(PROBLEMS, tmp_path / "pack")
    path = tmp_path / "pack" / "families" / "WT-HOME_take_home_supply" / "cases.yaml"
    path.write_text(path.read_text("utf-8").split("- title:", 2)[0] + "- title:" + path.read_text("utf-8").split("- title:", 2)[1], "utf-8")
    (tally,) = mutate(tmp_path / "pack", "WT-HOME")
    assert 0 < tally.killed < tally.mutants


def test_mutants_differ_from_the_rule_and_from_each_other() -> None:
    rules = {r.code: r for r in check_pack(NATIONAL).program.rules}
    rule = rules["GZ10000101008000"]
    found = list(mutants(rule))
    assert len({m.what for m in found}) == len(found) >= 10
    assert all(m.rule != rule and m.rule.code == rule.code for m in found)


def test_every_reason_names_a_mutant() -> None:
    rules = {r.code: r for pack in (NATIONAL, PROBLEMS) for r in check_pack(pack).program.rules}
    for code, named in reasons().items():
        assert set(named) <= {m.what for m in mutants(rules[code])}, code
        assert all(why.endswith("。") for why in named.values())


def test_a_sample_of_every_table_is_reached() -> None:
    for pack in (NATIONAL, PROBLEMS):
        assert [(r.table, r.missed) for r in reach(pack, 7, 2) if r.missed] == []


def test_a_row_that_contradicts_its_rule_is_not_reached(tmp_path: Path) -> None:
    shutil.copytree(PROBLEMS, tmp_path / "pack")
    path = next((tmp_path / "pack").glob("families/WT-FREQ_*/tables/problem_limits.csv"))
    path.write_text(path.read_text("utf-8").replace("WT-125,002503050080000,125,1,", "WT-125,002503050080000,125,999999,"), "utf-8")
    assert ("典型问题频次", ("WT-125",)) in [(r.table, r.missed) for r in reach(tmp_path / "pack", 7, 100)]


def test_the_sheets_are_current() -> None:
    for pack in (NATIONAL, PROBLEMS):
        assert [str(p) for p, text in pages(pack).items() if p.read_text("utf-8") != text] == []
