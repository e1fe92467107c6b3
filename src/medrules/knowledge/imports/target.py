"""The table that a batch goes into: its declaration, its CSV as it stands, and the code sets its cells may name."""
from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from medrules.diagnostics import Diagnostic, Source
from medrules.diagnostics.nearest import nearest
from medrules.frozen import dataclass
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.codesets import read_codesets
from medrules.knowledge.declaration import Declaration, read_declaration
from medrules.knowledge.header import Header, read_header
from medrules.knowledge.packfiles import collect_files
from medrules.knowledge.problem import Problem
from medrules.knowledge.reader import read_rows
from medrules.knowledge.reserved import RESERVED_NAMES

__all__ = ["OTHER", "WRITTEN", "Target", "base_point", "known_tables", "open_target"]

OTHER: Final = "其他条件"  # the column of conditions that stay text and are attested by a person
# The reserved columns that an import writes, in the order in which they are added to a table that lacks them.
WRITTEN: Final = ("编全", "原文", "批次", "来源", "有效起", "有效止")
_SPLIT: Final = re.compile(r"(-\d{1,2})?U?")


@dataclass(frozen=True, slots=True)
class Target:
    """A table that can take rows. `header` are the CSV's headings, with those that an import needs; `lines` its rows, filled up to it."""

    declared: Declaration
    file: str  # name inside the pack
    family: str  # the family's code, "" for a shared table
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    codesets: Mapping[str, CodeSet]

    def places(self) -> Header:
        """Where the table's reader finds its columns."""
        found, _ = read_header(list(self.header), self.declared)
        assert found is not None  # `open_target` has read it
        return found

    def place(self, name: str) -> int:
        return self.header.index(name)


def base_point(point: str, numbers: Mapping[str, object]) -> str:
    """The published number of a row: a point that was split by hand has rows `…-1`, `…-2`, `…U`."""
    for end in range(len(point), 0, -1):
        if point[:end] in numbers and _SPLIT.fullmatch(point[end:]):
            return point[:end]
    return point


def known_tables(folder: Path) -> dict[str, tuple[str, Declaration]]:
    """Every table of a pack by each of its names (Chinese, English, file), with the name of its declaration's file."""
    found: dict[str, tuple[str, Declaration]] = {}
    contents = collect_files(folder).contents
    for name, content in contents.items():
        if name.endswith(".toml") and "/tables/" in name:
            try:
                source = Source(name, content.decode("utf-8-sig"))
            except UnicodeDecodeError:
                continue
            declared, _ = read_declaration(source)
            if declared is not None:
                for word in (declared.name, declared.en, Path(name).stem):
                    found.setdefault(word, (name, declared))
    return found


def open_target(folder: Path, table: str) -> tuple[Target | None, tuple[Diagnostic, ...]]:
    """The table of that name; None and diagnostics if there is none or it cannot be read without faults."""
    files = collect_files(folder)
    known = known_tables(folder)
    if table not in known:
        near = nearest(table, known)
        names = "、".join(sorted({declared.name for _, declared in known.values()})[:40])
        hint = (f"是不是「{near}」？", f"Did you mean `{near}`?") if near else (f"有：{names}。", f"Tables: {names}.")
        return None, (Problem("MR-K629", {"name": table, "hint": hint[0], "hint_en": hint[1]}).at(folder.name),)
    toml_name, declared = known[table]
    csv_name = toml_name.removesuffix(".toml") + ".csv"
    sets, problems = read_codesets([
        Source(n, c.decode("utf-8-sig", "replace")) for n, c in files.contents.items() if n.startswith("shared/codesets/")])
    content = files.contents.get(csv_name)
    if content is None:
        return None, (Problem("MR-G207", {"file": toml_name, "other": ".csv"}).at(toml_name),)
    codesets = {name: one.set for name, one in sets.items()}
    _, found = read_rows(declared, content, codesets, csv_name)
    wrong = tuple(d for d in (*problems, *found) if d.code != "MR-K310")
    if wrong:
        return None, wrong
    rows = [tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    header = _in_chinese(rows[0], declared)
    header += tuple(name for name in WRITTEN if name not in header)
    width = len(header)
    lines = tuple(row[:width] + ("",) * (width - len(row)) for row in rows[1:] if any(cell.strip() for cell in row))
    family = toml_name.split("/")[1].partition("_")[0] if toml_name.startswith("families/") else ""
    return Target(declared, csv_name, family, header, lines, codesets), ()


def _in_chinese(row: tuple[str, ...], declared: Declaration) -> tuple[str, ...]:
    """The headings by their Chinese names, whichever of the two a table is written with."""
    from_english = {en: zh for zh, en in ((k.zh, k.en) for k in declared.keys)} | {c.en: c.zh for c in declared.columns}
    names = list(row)
    while names and not names[-1].strip():
        names.pop()
    english = {en: zh for zh, en in RESERVED_NAMES.items()}
    return tuple(from_english.get(n.strip()) or english.get(n.strip()) or n.strip() for n in names)
