"""`medrules profile`: files of every form, the table, and JSON."""
from __future__ import annotations

import json
from pathlib import Path

from cli_runs import NATIONAL, ROOT, Run

from medrules.adapters.cli import exits
from medrules.adapters.cli.profile_command import _bar

MESSAGES = ROOT / "examples" / "3101"
NATIVE = ROOT / "examples" / "native"


def test_table(run: Run, pack: Path) -> None:
    done = run("profile", pack, MESSAGES / "01-outpatient-adult.json", "--rounds", 1)
    assert done.code == exits.OK
    assert "GZ10000101007000" in done.out and "药品限儿童使用" in done.out and "问参照" in done.out
    assert "1 个请求" in done.out and "█" in done.out
    short = run("profile", pack, MESSAGES / "01-outpatient-adult.json", "--rounds", 1, "--top", 1).out
    assert "另有 2 条规则" in short


def test_json(run: Run, pack: Path) -> None:
    found = run("profile", pack, MESSAGES / "01-outpatient-adult.json", NATIVE, "--rounds", 1, "--json").json
    assert found["requests"] == 3 and found["lines"] > 3
    assert all(found["stages"][s] > 0 for s in ("reading", "judging", "messages"))
    rules = {r["code"]: r for r in found["rules"]}
    assert set(rules) == {"GZ10000101007000", "GZ10000101008000", "GZ10000301002000"}
    assert rules["GZ10000101007000"]["hits"] >= 1 and rules["GZ10000101007000"]["way"] == "code"
    assert abs(sum(r["share"] for r in found["rules"]) - 1) < 0.01


def test_lines_of_messages_and_of_facts(run: Run, pack: Path, tmp_path: Path) -> None:
    """One request a line, in either form: what the first line is, all are."""
    message = json.dumps(json.loads((MESSAGES / "01-outpatient-adult.json").read_bytes()), ensure_ascii=False)
    facts = json.dumps(json.loads((NATIVE / "01-outpatient-finding.json").read_bytes()), ensure_ascii=False)
    for text in (message, facts, "\ufeff" + message):
        path = tmp_path / "many.jsonl"
        path.write_text(f"{text}\n\n{text.removeprefix(chr(0xfeff))}\n", encoding="utf-8")
        assert run("profile", pack, path, "--rounds", 1, "--json").json["requests"] == 2
        assert run("review", path, "--pack", pack, "--json").code == exits.OK


def test_no_requests(run: Run, pack: Path, tmp_path: Path) -> None:
    empty = tmp_path / "none.jsonl"
    empty.write_text("\n", encoding="utf-8")
    done = run("profile", pack, empty)
    assert done.code == exits.BAD_INPUT and "没有请求" in done.err
    assert run("profile", NATIONAL, empty, "--rounds", 0).code == exits.USAGE
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{", encoding="utf-8")
    assert run("profile", pack, bad).code == exits.BAD_INPUT


def test_bars() -> None:
    assert _bar(0) == "" and _bar(1) == "█" * 12
    assert _bar(0.5) == "█" * 6 and _bar(1 / 24) == "▌"
