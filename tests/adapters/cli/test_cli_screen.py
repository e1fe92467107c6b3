"""`medrules screen`: the summary, files of findings, and what cannot be read."""
from __future__ import annotations

import csv
from pathlib import Path

from cli_runs import ROOT, Run

from medrules.adapters.cli import exits

NATIVE = ROOT / "examples" / "native"


def test_summary_and_csv(run: Run, pack: Path, tmp_path: Path) -> None:
    out = tmp_path / "findings.csv"
    done = run("screen", NATIVE, "--pack", pack, "--out", out)
    assert done.code == exits.OK and "药品限儿童使用" in done.out and "█" in done.out
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    summary = run("screen", NATIVE, "--pack", pack, "--json").json
    assert [r["规则"] for r in rows] == [f["规则"] for f in summary["findings"]] != []
    assert summary["encounters"] == 2 and summary["undecided"][0]["missing"]


def test_what_cannot_be_read_is_told_and_the_rest_is_screened(run: Run, pack: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"患者": 1}', encoding="utf-8")
    done = run("screen", bad, NATIVE, "--pack", pack, "--json")
    assert done.code == exits.BAD_INPUT and "bad.json" in done.err and done.json["encounters"] == 2
    assert run("screen", NATIVE, "--pack", pack, "--out", tmp_path / "x.txt").code == exits.BAD_INPUT
