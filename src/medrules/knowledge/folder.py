"""The files of a pack to everything that checking needs: rule texts, tables, code sets, catalogues. Reads; judges no rule.

    pack.toml
    shared/{parameters,definitions}.medrule, shared/codesets/<name>.toml, shared/tables/, shared/catalogues/, shared/terms/
    families/<code>_<english slug>/{rule.medrule, cases.yaml, README.md, tables/<slug>.toml + <slug>.csv}
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from medrules.diagnostics import Diagnostic, Source
from medrules.knowledge.catalogue import Catalogue, read_catalogue
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.codesets import NamedCodeSet, read_codesets
from medrules.knowledge.declaration import read_declaration
from medrules.knowledge.pack import PackDeclaration, read_pack_toml
from medrules.knowledge.packfiles import CASES, PackFiles, collect_files, content_hash
from medrules.knowledge.problem import Problem
from medrules.knowledge.reader import read_rows
from medrules.knowledge.table import Table

__all__ = ["PackSources", "read_pack_files", "read_pack_folder"]

PARAMETERS: Final = "shared/parameters.medrule"
DEFINITIONS: Final = "shared/definitions.medrule"
_NAMED: Final = re.compile(r"""^[ \t]*(?:name|en)[ \t]*=[ \t]*["']([^"'\n]*)""", re.MULTILINE)
_NO_FILES: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PackSources:
    """A pack as read. Mappings of tables, code sets and catalogues hold each under both of its names.

    rule_sources  parameters and definitions first, then the families in the order of their folders
    families      family folder of each rule source by its name ("" for shared text)
    cases         names of the families' case files
    origins       where each code set comes from and how sure it is
    hash          SHA-256 of all files of the pack but the cases
    quiet_tables  files of tables whose lack of rows is no news: empty on purpose, or their lines have diagnostics
    failed_tables names of tables that could not be read; their diagnostics say why
    files         contents by name
    """

    declaration: PackDeclaration
    rule_sources: tuple[Source, ...]
    families: Mapping[str, str]
    tables: Mapping[str, Table]
    codesets: Mapping[str, CodeSet]
    origins: Mapping[str, NamedCodeSet]
    catalogues: Mapping[str, Catalogue]
    cases: tuple[str, ...]
    hash: str
    diagnostics: tuple[Diagnostic, ...]
    quiet_tables: frozenset[str] = frozenset()
    failed_tables: frozenset[str] = frozenset()
    files: Mapping[str, bytes] = field(default_factory=lambda: _NO_FILES)

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def version(self) -> str:
        return self.declaration.version


def read_pack_folder(folder: Path) -> PackSources:
    """Reads a pack folder. Problems with its content are diagnostics; nothing is raised for them."""
    return read_pack_files(collect_files(folder), folder.name)


def read_pack_files(files: PackFiles, fallback: str = "") -> PackSources:
    """The same of files from anywhere; `fallback` is the name of a pack whose pack.toml cannot be read."""
    problems = list(files.diagnostics)
    declaration = _declaration(files, fallback, problems)
    rules = sorted(
        (n for n in files.contents if n.endswith(".medrule")),
        key=lambda n: (not n.startswith("shared/"), n != PARAMETERS, n != DEFINITIONS, n),
    )
    rule_sources = tuple(s for n in rules if (s := _text(files, n, problems)) is not None)
    families = {s.name: s.name.split("/")[1] if s.name.startswith("families/") else "" for s in rule_sources}
    sets = [s for n in files.named("shared/codesets/*.toml") if (s := _text(files, n, problems)) is not None]
    origins, found = read_codesets(sets)
    problems.extend(found)
    codesets = {name: origin.set for name, origin in origins.items()}
    tables, quiet, failed = _tables(files, codesets, problems)
    if declaration.tables_empty:
        quiet |= {t.file for t in tables.values()}
    catalogues = _catalogues(files, declaration, problems)
    cases = tuple(n for n in files.contents if n.endswith(CASES))
    return PackSources(
        declaration, rule_sources, MappingProxyType(families), MappingProxyType(tables), MappingProxyType(codesets),
        origins, MappingProxyType(catalogues), cases, content_hash(files.contents), tuple(problems),
        frozenset(quiet), frozenset(failed), MappingProxyType(files.contents),
    )


def _declaration(files: PackFiles, fallback: str, problems: list[Diagnostic]) -> PackDeclaration:
    if "pack.toml" not in files.contents:
        problems.append(Problem("MR-G201", {"file": "pack.toml"}).at("pack.toml"))
        return PackDeclaration(fallback, "")
    source = _text(files, "pack.toml", problems)
    if source is None:
        return PackDeclaration(fallback, "")
    declaration, found = read_pack_toml(source, fallback)
    problems.extend(found)
    return declaration


def _text(files: PackFiles, name: str, problems: list[Diagnostic]) -> Source | None:
    try:
        return Source(name, files.contents[name].decode("utf-8-sig"))
    except UnicodeDecodeError:
        problems.append(Problem("MR-G205", {"file": name}).at(name))
        return None


def _tables(files: PackFiles, codesets: Mapping[str, CodeSet], problems: list[Diagnostic]) -> tuple[
    dict[str, Table], set[str], set[str],
]:
    """The tables by both names; the files that have wrong lines; the names of tables that could not be read."""
    tables: dict[str, Table] = {}
    quiet: set[str] = set()
    failed: set[str] = set()
    declarations = files.named("families/*/tables/*.toml") + files.named("shared/tables/*.toml")
    for csv_name in files.named("families/*/tables/*.csv") + files.named("shared/tables/*.csv"):
        if csv_name.removesuffix(".csv") + ".toml" not in files.contents:
            problems.append(_alone(csv_name, ".toml"))
    for toml_name in declarations:
        csv_name = toml_name.removesuffix(".toml") + ".csv"
        failed |= _names(files.contents[toml_name])
        source = _text(files, toml_name, problems)
        if source is None:
            continue
        declared, found = read_declaration(source)
        problems.extend(found)
        if declared is None:
            continue
        if csv_name not in files.contents:
            problems.append(_alone(toml_name, ".csv"))
            continue
        taken = next((tables[n] for n in (declared.name, declared.en) if n in tables), None)
        if taken is not None:
            name = declared.name if declared.name in (taken.name, taken.en) else declared.en
            problems.append(Problem("MR-G208", {"name": name, "file": taken.file}).at(toml_name, source))
            continue
        table, found = read_rows(declared, files.contents[csv_name], codesets, csv_name)
        problems.extend(found)
        if found or declared.empty:
            quiet.add(csv_name)
        if table is not None:
            tables[table.name] = table
            if table.en:
                tables[table.en] = table
    return tables, quiet, failed - set(tables)


def _names(content: bytes) -> set[str]:
    """What a declaration seems to call its table, even if it cannot be read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")  # the usual other encoding
    return set(_NAMED.findall(text.split("\n[[", 1)[0])) - {""}


def _alone(name: str, other: str) -> Diagnostic:
    return Problem("MR-G207", {"file": name, "other": other}).at(name)


def _catalogues(files: PackFiles, declaration: PackDeclaration, problems: list[Diagnostic]) -> dict[str, Catalogue]:
    catalogues: dict[str, Catalogue] = {}
    for entry in declaration.catalogues:
        found: Catalogue | None = Catalogue(entry.name, frozenset(), True, entry.en, entry.system, entry.source)
        if entry.file:
            content = files.contents.get(entry.file)
            if content is None:
                problems.append(Problem("MR-G201", {"file": entry.file}).at("pack.toml catalogue"))
                continue
            found, more = read_catalogue(
                content, entry.column, file=entry.file, name=entry.name, incomplete=entry.incomplete, en=entry.en,
                system=entry.system, source=entry.source,
            )
            problems.extend(more)
        for name in (entry.name, entry.en):
            if found is not None and name:
                catalogues[name] = found
    return catalogues
