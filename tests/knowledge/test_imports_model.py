"""Batch after batch against a plain model: what the table says on every day is what the latest batch before that day said."""
from __future__ import annotations

import csv
import io
import tempfile
from datetime import date, timedelta
from pathlib import Path

from batches import LEVEL_HEAD, LEVEL_MAP, layout, sheet, target, write_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.knowledge.imports.batch import import_batch
from medrules.knowledge.imports.compare import compare
from medrules.knowledge.imports.target import Target

FIRST = date(2026, 1, 1)
POINTS = st.sampled_from(["KP-21", "KP-22", "KP-23", "KP-24"])
CONTENT = st.tuples(st.sampled_from(["一级", "二级", "三级"]), st.sampled_from(["限甲。", "限乙。", "限丙。"]))
BATCHES = st.lists(st.tuples(st.integers(1, 40), st.dictionaries(POINTS, CONTENT, max_size=4), st.booleans()), min_size=1, max_size=5)
PACK = write_pack(Path(tempfile.mkdtemp()) / "pack")
EMPTY = "知识点号,编码,名称,最低级别,就医方式,其他条件,编全,原文,批次,来源,有效起,有效止\n"


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def table(content: bytes) -> Target:
    """The table with these rows."""
    path = PACK / "families" / "F6_levels" / "tables" / "levels.csv"
    path.write_bytes(content)
    return target(PACK, "限级别")


def in_force(rows: list[dict[str, str]], day: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row["有效起"] <= day and (not row["有效止"] or day < row["有效止"]):
            assert row["知识点号"] not in found, "two rows of one point on one day"
            found[row["知识点号"]] = (row["最低级别"], row["原文"])
    return found


@given(BATCHES)
@settings(max_examples=60, deadline=None)
def test_the_table_says_what_the_latest_batch_before_each_day_said(batches: list[tuple[int, dict[str, tuple[str, str]], bool]]) -> None:
    content, day = EMPTY.encode(), FIRST
    said: dict[str, dict[str, tuple[str, str]]] = {}  # what is in force from each batch's day on
    now: dict[str, tuple[str, str]] = {}
    for step, points, full in batches:
        day += timedelta(days=step)
        full = full and bool(points)
        lines = [f"{p},XZ{p[3:]},药,{level},{text},{day}," for p, (level, text) in points.items()]
        mapping = f"full = {str(full).lower()}\n" + LEVEL_MAP
        before = read(content)
        report = import_batch([sheet("\n".join([LEVEL_HEAD, *lines]))], layout(mapping), table(content))
        assert report.content is not None and not report.unreadable, [(d.code, d.message) for d in report.diagnostics]
        now = {**({} if full else now), **points}
        said[str(day)] = dict(now)
        content = report.content
        after = read(content)
        counts = report.counts()
        assert counts["added"] + counts["unchanged"] + len({c.point for c in report.changes if c.kind == "superseded"}) == len(points)
        # Nothing of the past is lost: every old row is there, at most with its end.
        assert [{**r, "有效止": ""} for r in after[:len(before)]] == [{**r, "有效止": ""} for r in before]
        found = compare(before, after, ("知识点号", "有效起"))
        assert {c.kind for c in found} <= {"unchanged", "added", "superseded"}
        assert sum(c.kind == "superseded" for c in found) == counts["superseded"] + counts["removed"]
    rows = read(content)
    for start, expected in said.items():
        assert in_force(rows, start) == expected, start
    assert in_force(rows, str(day + timedelta(days=999))) == now
    assert in_force(rows, str(FIRST)) == {}


ROWS = st.lists(st.fixed_dictionaries({"知识点号": POINTS, "有效起": st.sampled_from(["", "a"]), "甲": st.text("xy", max_size=2)}), max_size=8)


@given(ROWS, ROWS)
def test_a_comparison_accounts_for_every_row(old: list[dict[str, str]], new: list[dict[str, str]]) -> None:
    kinds = [c.kind for c in compare(old, new, ("知识点号", "有效起"))]
    paired = kinds.count("unchanged") + kinds.count("changed")
    assert paired + kinds.count("removed") == len(old) and paired + kinds.count("added") == len(new)
    assert [c.kind for c in compare(old, old, ("知识点号", "有效起"))] == ["unchanged"] * len(old)
