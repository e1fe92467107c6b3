"""The published knowledge points as they stand: which rows there are, from when to when, and what replaced them.

A row is keyed by the name of the rule's file and its official code is checked where it has one; what a row says of its
own source file decides nothing (ruling T44).
"""
from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

__all__ = ["ASSUMED_FROM", "Point", "plain", "read_points", "read_table", "same_wording"]

ASSUMED_FROM = "2025-01-01"  # published without a date: 推定
KNOWLEDGE_POINTS = "knowledge-points"
STRUCTURED = "knowledge-points-structured"
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Point:
    """One published row. `codes` is empty for a row that names no item, `valid_to` while the row is current."""

    id: str
    batch: str
    published_at: str
    name: str
    text: str
    logic: str
    codes: tuple[str, ...]
    supersedes: str
    valid_from: str
    valid_to: str = ""
    successor: str = ""

    @property
    def assumed(self) -> bool:
        """Whether the first day is an assumption."""
        return not self.published_at

    @property
    def release(self) -> str:
        """The official batch, in the words of the publisher."""
        if self.batch and not self.batch.isdigit():
            return self.batch
        return f"第{self.batch}批" if self.batch else f"{self.published_at}更新"


def read_points(data: Path, rule: str, code: str) -> list[Point]:
    """All rows of a rule, superseded ones ending on the first day of their successor. ValueError for another code."""
    points: list[Point] = []
    for row in read_table(data, KNOWLEDGE_POINTS, rule):
        if row["gz_code"] not in ("", code):
            raise ValueError(f"{rule}: row {row['kp_id']} has code {row['gz_code']}, expected {code}")
        points.append(Point(
            id=row["kp_id"], batch=row["batch"], published_at=row["published_at"], name=row["item_name"].strip(),
            text=plain(row["constraint"]), logic=row["detect_logic"].strip(),
            codes=tuple(c.strip() for c in row["med_codes"].split("|") if c.strip()),
            supersedes=row["supersedes"].strip(), valid_from=row["published_at"] or ASSUMED_FROM,
        ))
    successors = {p.supersedes: p for p in points if p.supersedes}
    if missing := set(successors) - {p.id for p in points}:
        raise ValueError(f"{rule}: superseded rows not published here: {sorted(missing)}")
    return [
        replace(p, valid_to=successors[p.id].valid_from, successor=successors[p.id].id) if p.id in successors else p
        for p in points
    ]


def read_table(data: Path, folder: str, name: str) -> list[dict[str, str]]:
    """The rows of a published CSV, by its header."""
    with (data / folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]


def plain(text: str) -> str:
    """A text without the line breaks, control characters and stray radicals of the print file."""
    return re.sub(r"[\x00-\x1f]+", "", text.strip().replace("⼉", "儿"))


def same_wording(a: str, b: str) -> bool:
    """Whether two texts agree apart from punctuation and spaces."""
    return _PUNCTUATION.sub("", a) == _PUNCTUATION.sub("", b)


def by_name(rows: Iterable[Mapping[str, str]], column: str) -> dict[str, Mapping[str, str]]:
    """Rows by name; ValueError if a name occurs twice."""
    found: dict[str, Mapping[str, str]] = {}
    for row in rows:
        if row[column] in found:
            raise ValueError(f"name twice: {row[column]}")
        found[row[column]] = row
    return found
