"""`medrules screen`: the summary, files of findings, and what cannot be read."""
from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
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


def lines(name: str) -> str:
    return json.dumps(json.loads((NATIVE / name).read_text("utf-8")), ensure_ascii=False)


@pytest.mark.parametrize("command", ["screen", "review"])
def test_a_bad_line_is_told_with_its_number_and_the_lines_after_it_are_judged(run: Run, pack: Path, tmp_path: Path, command: str) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(["{坏", lines("01-outpatient-finding.json"), "", '{"患者": {"唯一号": "330102196001010001"}}',
                               lines("02-outpatient-undecided.json")]) + "\n", encoding="utf-8")
    done = run(command, path, "--pack", pack, "--json")
    assert done.code == exits.BAD_INPUT and "many.jsonl:1" in done.err and "many.jsonl:4" in done.err and "3301" not in done.err + done.out
    if command == "screen":
        assert done.json["encounters"] == 2 and len(done.json["refused"]) == 2 and done.json["findings"]
    else:
        assert [a["file"] for a in done.json] == ["many.jsonl:1", "many.jsonl:2", "many.jsonl:4", "many.jsonl:5"]
        assert ["report" in a for a in done.json] == [False, True, False, True]


def test_a_file_with_bad_lines_does_not_pass_for_complete(run: Run, pack: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(lines("01-outpatient-finding.json") + "\n{\n", encoding="utf-8")
    done = run("screen", path, "--pack", pack, "--json", "--covered-from", "2026-01-01", "--coverage", "统筹区")
    assert done.code == exits.BAD_INPUT and any("不全" in note for note in done.json["notes"])
