"""The table that a batch goes into: its declaration, its CSV as it stands, and the code sets its cells may name."""
from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from medrules.diagnostics import Diagnostic, Severity, Source
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

__all__ = ["OTHER", "WRITTEN", "PackTables", "Target", "base_point", "open_target"]

OTHER: Final = "其他条件"  # the column of conditions that stay text and are attested by a person
# The reserved columns that an import writes, in the order in which they are added to a table that lacks them.
WRITTEN: Final = ("编全", "原文", "批次", "来源", "有效起", "有效止")
_LISTED: Final = 40  # names in a message
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
    written: tuple[str, ...]  # the headings as the file has them, Chinese or English

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


class PackTables:
    """The tables of a pack folder, read once: by any of their names (Chinese, English, file)."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._contents = folder.name, collect_files(folder).contents
        self._known: dict[str, tuple[str, Declaration]] = {}
        for name, content in self._contents.items():
            if name.endswith(".toml") and "/tables/" in name:
                declared, _ = read_declaration(Source(name, content.decode("utf-8-sig", "replace")))
                if declared is not None:
                    for word in (declared.name, declared.en, Path(name).stem):
                        self._known.setdefault(word, (name, declared))
        sources = [
            Source(n, c.decode("utf-8-sig", "replace")) for n, c in self._contents.items() if n.startswith("shared/codesets/")]
        found, self._problems = read_codesets(sources)
        self._codesets = {name: one.set for name, one in found.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The Chinese names, sorted."""
        return tuple(sorted({declared.name for _, declared in self._known.values()}))

    def open(self, table: str) -> tuple[Target | None, tuple[Diagnostic, ...]]:
        """The table of that name; None and diagnostics if there is none or it cannot be read without faults."""
        if table not in self._known:
            near = nearest(table, self._known)
            if not self._known:
                hint = "这个文件夹里没有知识表，是规则包的文件夹吗？", "There is no table in this folder: is it a pack?"
            elif near:
                hint = f"是不是「{near}」？", f"Did you mean `{near}`?"
            else:
                hint = f"有：{'、'.join(self.names[:_LISTED])}。", f"Tables: {', '.join(self.names[:_LISTED])}."
            return None, (Problem("MR-K629", {"name": table, "hint": hint[0], "hint_en": hint[1]}).at(self._folder),)
        toml_name, declared = self._known[table]
        csv_name = toml_name.removesuffix(".toml") + ".csv"
        content = self._contents.get(csv_name)
        if content is None:
            return None, (Problem("MR-G207", {"file": toml_name, "other": ".csv"}).at(toml_name),)
        _, found = read_rows(declared, content, self._codesets, csv_name)
        wrong = tuple(d for d in (*self._problems, *found) if d.severity is Severity.ERROR)
        if wrong:
            return None, wrong
        rows = [tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
        written = tuple(name.strip() for name in rows[0])
        while written and not written[-1]:
            written = written[:-1]
        header = _in_chinese(written, declared)
        more = tuple(name for name in WRITTEN if name not in header)
        width = len(header) + len(more)
        lines = tuple((row[:len(header)] + ("",) * width)[:width] for row in rows[1:] if any(cell.strip() for cell in row))
        family = toml_name.split("/")[1].partition("_")[0] if toml_name.startswith("families/") else ""
        return Target(declared, csv_name, family, header + more, lines, self._codesets, written + more), ()


def open_target(folder: Path, table: str) -> tuple[Target | None, tuple[Diagnostic, ...]]:
    """The table of that name of a pack folder; see `PackTables.open`."""
    return PackTables(folder).open(table)


def _in_chinese(row: tuple[str, ...], declared: Declaration) -> tuple[str, ...]:
    """The headings by their Chinese names, whichever of the two a table is written with."""
    english = {en: zh for zh, en in RESERVED_NAMES.items()} | {k.en: k.zh for k in declared.keys} | {c.en: c.zh for c in declared.columns}
    return tuple(english.get(name, name) for name in row)
