"""A random case as people would write it: rule texts and tables as text, so that it can be read, shrunk and kept."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from medrules.check.checker import check
from medrules.check.program import Catalogue, Program
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.declaration import Declaration, read_declaration
from medrules.knowledge.reader import read_rows
from medrules.knowledge.table import Table
from medrules.language.nodes import File
from medrules.language.parser import parse
from tests.property.pools import ICD10, OPERATIONS


@dataclass(frozen=True)
class TableText:
    """A table: its declaration as TOML text, its header and its rows of cells."""

    toml: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def csv(self) -> bytes:
        return "\n".join(",".join(r) for r in (self.header, *self.rows)).encode()

    @property
    def declaration(self) -> Declaration:
        return declared(self.toml)


@dataclass(frozen=True)
class Written:
    """A pack in small. `catalogued`: the catalogues are complete, so that a code that is not in them is not listed."""

    rules: tuple[str, ...]
    tables: tuple[TableText, ...]
    shared: str
    catalogued: bool = True
    codesets: tuple[CodeSet, ...] = ()

    @property
    def hash(self) -> str:
        text = "\n".join((self.shared, *self.rules, *(t.toml + t.csv.decode() for t in self.tables), str(self.catalogued)))
        return hashlib.sha1(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=500)
def declared(toml: str) -> Declaration:
    found, problems = read_declaration(Source("table.toml", toml))
    if found is None:
        raise AssertionError([p.message for p in problems])
    return found


def read(text: TableText, codesets: Mapping[str, CodeSet]) -> Table:
    """The table; lines that the reader refuses are left out by it."""
    table, problems = read_rows(text.declaration, text.csv, codesets, "table.csv")
    if table is None:
        raise AssertionError([p.message for p in problems if p.severity is Severity.ERROR])
    return table


def compiled(written: Written) -> tuple[Program, tuple[Diagnostic, ...]]:
    """The Program of the rules that the checker accepts, and what it says of the others."""
    codesets = {s.name: s for s in written.codesets}
    tables: dict[str, Table] = {}
    for text in written.tables:
        table = read(text, codesets)
        tables[table.name] = tables[table.en] = table
    incomplete = not written.catalogued
    catalogues = {name: Catalogue(name, frozenset(codes), incomplete=incomplete) for name, codes in (
        ("名录", ICD10[:5]), ("ICD10医保版", ICD10[:5]), ("ICD9医保版", OPERATIONS[:2]))}
    files: list[tuple[Source, File]] = []
    found: list[Diagnostic] = []
    for name, body in (("shared", written.shared), ("rules", "\n".join(written.rules))):
        source = Source(f"{name}.medrule", body)
        tree, problems = parse(source)
        found.extend(problems)
        if tree is not None:
            files.append((source, tree))
    program, problems = check(files, tables, codesets, catalogues, pack="p", version="1", hash="h")
    return program, (*found, *problems)


def errors(problems: Iterable[Diagnostic]) -> list[Any]:
    return [p for p in problems if p.severity is Severity.ERROR]
