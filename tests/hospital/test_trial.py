"""Versions in trial: what the log holds and what not, and its summary."""
from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from medrules.errors import PackError
from medrules.hospital.store_engine import StoreEngine
from medrules.hospital.trial import TrialLog, read_trials
from tests.hospital.held_samples import Memory, version
from tests.hospital.samples import facts

CHILD = {"出生": "2020-01-01"}


def engine(log: Path, limit: str = "200") -> StoreEngine:
    states = Memory(version(1), version(2, "2026-07-01", limit=limit), modes={2: "shadow"})
    return StoreEngine(states, today=lambda: date(2026, 8, 1), trial=TrialLog(log))


def test_a_log_says_what_would_change_and_names_nobody(tmp_path: Path) -> None:
    log = tmp_path / "shadow.jsonl"
    stored = engine(log)
    for price in ("50", "150", "300"):
        stored.review(facts("2026-07-02", 单价=price, 入院科室="A03", **CHILD))
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [[(c["rule"], c["kind"], c["department"], c["was"], c["is"]) for c in line["changes"]] for line in lines] == [
        [], [("N1002", "gone", "A03", 15000, 0)], []]
    assert {(x["day"], x["before"], x["after"]) for x in lines} == {("2026-07-02", "1.1.0", "1.2.0")}
    for secret in ("P1", "E1", "L1", "2020-01-01", "H1"):
        assert f'"{secret}"' not in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_the_summary_counts_by_rule_and_department(tmp_path: Path) -> None:
    log = tmp_path / "shadow.jsonl"
    stored = engine(log, limit="40")
    for day, price, department in (("2026-07-02", "50", "A03"), ("2026-07-03", "50", "A04"), ("2026-07-04", "300", "A03")):
        stored.review(facts(day, 单价=price, 入院科室=department, **CHILD))
    found = read_trials([log])
    assert (found.requests, found.differing, found.first, found.last) == (3, 2, "2026-07-02", "2026-07-04")
    rule = found.rules["N1002"]
    assert (dict(rule.kinds), dict(rule.departments), rule.was, rule.is_) == ({"new": 2}, {"A03": 1, "A04": 1}, 0, 10000)
    assert found.versions == {("1.1.0", "1.2.0"): 3}


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "shadow.jsonl"
    stored = engine(log)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: stored.review(facts("2026-07-02", 单价="150", **CHILD)), range(80)))
    assert read_trials([log]).requests == 80


def test_a_line_being_written_is_left_out_and_anything_else_refused(tmp_path: Path) -> None:
    log = tmp_path / "shadow.jsonl"
    engine(log).review(facts("2026-07-02", 单价="150", **CHILD))
    whole = log.read_bytes()
    log.write_bytes(whole + whole[:30])
    assert read_trials([log]).requests == 1
    for bad in (b"{}\n", b"\xff\n", b"[]\n", b'{"format":"x"}\n', whole.replace(b'"gone"', b'"lost"'), whole.replace(b"15000", b"1.5"), whole.replace(b'"N1002"', b"7")):
        log.write_bytes(bad)
        with pytest.raises(PackError) as caught:
            read_trials([log])
        assert caught.value.code == "MR-P412"
