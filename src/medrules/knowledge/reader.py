"""A table from its declaration and its CSV: typed rows, and a diagnostic for each cell that cannot be read."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from medrules.diagnostics import Diagnostic, Source
from medrules.knowledge.bulk import read_plainly
from medrules.knowledge.cells import MAX_CELL
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.conflicts import Conflicts, Repeats
from medrules.knowledge.declaration import Declaration, read_declaration
from medrules.knowledge.entries import turning_marks
from medrules.knowledge.header import Header, read_header
from medrules.knowledge.problem import Problem
from medrules.knowledge.rows import RowBuilder
from medrules.knowledge.table import Row, Rows, Table

__all__ = ["MAX_ROWS", "read_rows", "read_table"]

MAX_ROWS: Final = 1_000_000
MAX_BYTES: Final = 128 * 1024 * 1024
MAX_LISTED: Final = 200  # diagnostics of one table

_NO_CODESETS: Final[Mapping[str, CodeSet]] = MappingProxyType({})


def read_table(
    toml_text: str, csv_bytes: bytes, codesets: Mapping[str, CodeSet] = _NO_CODESETS, *, toml_name: str = "table.toml",
    csv_name: str = "table.csv",
) -> tuple[Table | None, tuple[Diagnostic, ...]]:
    """A table and its diagnostics; None when the declaration or the header cannot be used.

    A line with a diagnostic gives no row; the other lines do. `codesets` are those of the pack, by both of their names.
    """
    declared, problems = read_declaration(Source(toml_name, toml_text))
    if declared is None:
        return None, problems
    return read_rows(declared, csv_bytes, codesets, csv_name)


def read_rows(
    declared: Declaration, csv_bytes: bytes, codesets: Mapping[str, CodeSet], csv_name: str,
) -> tuple[Table | None, tuple[Diagnostic, ...]]:
    """The table of a declaration that has been read."""
    if len(csv_bytes) > MAX_BYTES:
        return None, (Problem("MR-K209", {"limit": str(MAX_BYTES)}).at(csv_name),)
    try:
        text = csv_bytes.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = csv_bytes.count(b"\n", 0, error.start) + 1
        return None, (Problem("MR-K201").at(f"{csv_name} 第 {line} 行"),)
    marks = tuple(turning_marks(Source(csv_name, text))) if not text.isascii() else ()
    if marks:
        return None, marks
    reading = _Reading(declared, text, csv_name)
    rows = reading.read(codesets)
    if rows is None:
        return None, reading.diagnostics()
    table = Table(
        declared.name, declared.en, declared.key_kind, tuple(k.field for k in declared.keys), declared.columns,
        rows,
        declared.unordered, declared.doc or declared.source, csv_name, declared.unique,
    )
    return table, reading.diagnostics()


class _Lines(Protocol):
    """What `csv.reader` returns."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class _Reading:
    """One pass over a CSV text. Collects problems with their places; makes diagnostics of them at the end."""

    def __init__(self, declared: Declaration, text: str, name: str) -> None:
        self._declared, self._text, self._name = declared, text, name
        self._found: list[tuple[Problem, int, str]] = []  # problem, line, column name
        self._unlisted = 0

    def read(self, codesets: Mapping[str, CodeSet]) -> Rows | None:
        rows = self._read_plainly(codesets)
        if rows is None:
            listed = self._read_carefully(codesets)
            rows = None if listed is None else Rows.of(listed, len(self._declared.keys), len(self._declared.columns))
        return rows

    def _read_plainly(self, codesets: Mapping[str, CodeSet]) -> Rows | None:
        """The rows, if nothing is wrong with the file."""
        reader = csv.reader(io.StringIO(self._text, newline=""), strict=True)
        try:
            header, problems = read_header(next(reader, []), self._declared)
            if header is None or problems or "\0" in self._text:
                return None
            first = reader.line_num + 1
            rows = read_plainly(reader, header, self._declared, codesets, first, MAX_ROWS)
        except csv.Error:
            return None
        # A row of several lines: their numbers are for the careful way to count.
        return rows if rows is not None and reader.line_num == first + len(rows) - 1 else None

    def _read_carefully(self, codesets: Mapping[str, CodeSet]) -> tuple[Row, ...] | None:
        reader = csv.reader(io.StringIO(self._text, newline=""), strict=True)
        rows: list[Row] = []
        try:
            if "\0" in self._text:
                raise csv.Error("line contains NUL")
            header, problems = read_header(next(reader, []), self._declared)
            for problem in problems:
                self._report(problem, 1, problem.values["name"])
            if header is not None:
                self._read_lines(reader, header, codesets, rows)
        except csv.Error as error:
            detail = str(error)
            if "field limit" in detail:
                problem = Problem("MR-K207", {"length": "131072+", "limit": str(MAX_CELL)})
            else:
                problem = Problem("MR-K208", {"detail": detail})
            self._report(problem, reader.line_num, "")
            return tuple(rows)
        return None if header is None else tuple(rows)

    def _read_lines(
        self, reader: _Lines, header: Header, codesets: Mapping[str, CodeSet], rows: list[Row],
    ) -> None:
        builder = RowBuilder(self._declared, header, codesets)
        pairs = self._declared.key_kind == "pair" and not self._declared.unordered
        conflicts = Conflicts(unique=self._declared.unique, ordered_pairs=pairs)
        repeats = Repeats(header.reserved["知识点号"])
        build, width, end, count = builder.build, builder.width, reader.line_num, 0
        for cells in reader:
            line, end = end + 1, reader.line_num
            if len(cells) != width and not self._fit(cells, width, line):
                continue
            row = build(cells, line)
            if isinstance(row, list):
                if any(cell.strip() for cell in cells):
                    for problem, place in row:
                        self._report(problem, line, header.names[place])
                continue
            conflict = conflicts.add(row)
            if conflict is not None:
                self._report(conflict, line, "知识点号" if conflict.code == "MR-K302" else self._declared.keys[0].zh)
                continue
            repeat = repeats.add(cells, line)
            if repeat is not None:
                self._report(repeat, line, "")
            count += 1
            if count > MAX_ROWS:
                self._report(Problem("MR-K206", {"limit": str(MAX_ROWS)}), line, "")
                return
            rows.append(row)

    def _fit(self, cells: list[str], width: int, line: int) -> bool:
        """Whether a line of another length is harmless: blank, or with empty cells behind the last column."""
        if not any(cells):
            return False
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return True
        self._report(Problem("MR-K205", {"found": str(len(cells)), "expected": str(width)}), line, "")
        return False

    def _report(self, problem: Problem, line: int, column: str) -> None:
        if len(self._found) < MAX_LISTED:
            self._found.append((problem, line, column))
        else:
            self._unlisted += 1

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        if not self._found:
            return ()
        source = Source(self._name, self._text)
        listed = [
            problem.at(f"{self._name} 第 {line} 行 {column}".rstrip(), source, source.span_of_line(line))
            for problem, line, column in self._found
        ]
        if self._unlisted:
            listed.append(Problem("MR-K210", {"count": str(self._unlisted)}).at(self._name))
        return tuple(listed)

