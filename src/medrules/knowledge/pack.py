"""pack.toml: what a pack says of itself.

    name = "national"                # the folder's name
    version = "2025.1"
    title = "…"                      # Chinese title; title_en its twin
    authority = "…"                  # who publishes it
    tables_empty = false             # true: the pack brings headers only, so that a table without rows is no slip
    [[catalogue]]                    # lists asked with 在册
    name = "ICD10医保版"
    en = "icd10_nhsa"
    system = "icd10"
    file = "shared/catalogues/icd10.csv"   # none: no code is listed
    column = "code"
    incomplete = true
    source = "…"

What publishing needs beside this (adcode, roots, [effective], [people] …) is in `publication`.
"""
from __future__ import annotations

from dataclasses import dataclass

from medrules.diagnostics import Diagnostic, Source
from medrules.knowledge.entries import Entries, parse_toml
from medrules.knowledge.publication import NOT_SAID, Publication, read_publication

__all__ = ["CatalogueEntry", "PackDeclaration", "read_pack_toml"]

# `area` is no longer used: publishing asks for `adcode`.
_OPTIONAL = ("title_en", "authority", "area", "edition", "status", "source", "doc")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    name: str
    en: str
    system: str
    file: str
    column: str
    incomplete: bool
    source: str


@dataclass(frozen=True, slots=True)
class PackDeclaration:
    name: str
    version: str
    title: str = ""
    title_en: str = ""
    authority: str = ""
    area: str = ""
    edition: str = ""
    status: str = ""
    source: str = ""
    doc: str = ""
    catalogues: tuple[CatalogueEntry, ...] = ()
    tables_empty: bool = False
    publication: Publication = NOT_SAID


def read_pack_toml(source: Source, fallback: str) -> tuple[PackDeclaration, tuple[Diagnostic, ...]]:
    """What pack.toml says; `fallback` is the name of a pack whose file cannot be read."""
    problems: list[Diagnostic] = []
    data = parse_toml(source, "MR-G202", problems)
    if data is None:
        return PackDeclaration(fallback, ""), tuple(problems)
    entries = Entries(data, source, problems, "MR-G203", "MR-G204")
    name, version, title = entries.text("name"), entries.text("version"), entries.text("title")
    rest = {key: entries.text(key, "") for key in _OPTIONAL}
    empty = entries.flag("tables_empty", False)
    catalogues = []
    start = 0
    for table in entries.tables("catalogue"):
        start = max(source.text.find("[[catalogue]]", start), 0) + 1
        one = Entries(table, source, problems, "MR-G203", "MR-G204", start)
        catalogues.append(CatalogueEntry(
            one.text("name"), one.text("en", ""), one.text("system", ""), one.text("file", ""),
            one.text("column", "code"), one.flag("incomplete", False), one.text("source", ""),
        ))
        one.close()
    publication = read_publication(entries, source, problems)
    entries.close()
    made = PackDeclaration(
        name or fallback, version, title, **rest, catalogues=tuple(catalogues), tables_empty=empty, publication=publication)
    return made, tuple(problems)
