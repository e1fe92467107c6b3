"""What pack.toml says for publishing: who may rely on a pack, where and when. Needed when a pack file is built, not to run a folder.

    adcode = "330000"                # GB/T 2260; 100000 = the whole country
    level = "province"               # national | province | city | hospital
    roots = ["ZJ1"]                  # prefixes of the codes of its rules
    minimum_engine = "0.1.0"
    [effective]                      # business dates, `to` exclusive
    from = 2026-07-01
    to = 2027-01-01
    [people]                         # offices, not persons
    drafted = "起草：规则处"
    reviewed = "审核：业务处"
    approved = "批准：局务会"
    [mandatory]                      # what lower layers may not weaken: rules = ["ZJ1-001"], or all = true
    all = false
    rules = []
    [[extends]]                      # packs that this one stands on
    name = "national"
    from = "2026.7.0"
    below = "2027.0.0"
    [[supersedes]]                   # versions that this one withdraws
    version = "2026.6.2"
    reason = "…"
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from medrules.diagnostics import Diagnostic, Source
from medrules.knowledge.entries import Entries

__all__ = ["NOT_SAID", "Extension", "Publication", "Supersession", "read_publication"]

LEVELS: Final = ("national", "province", "city", "hospital")
_ADCODE: Final = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_ROOT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
_VERSION: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}(?:-[0-9A-Za-z.-]+)?", re.ASCII)
_VERSION_ZH, _VERSION_EN = "版本号（2026.7.1，数字前不加 0）", "a version (2026.7.1, no leading zeros)"


@dataclass(frozen=True, slots=True)
class Extension:
    name: str
    begin: str
    below: str


@dataclass(frozen=True, slots=True)
class Supersession:
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Publication:
    """The entries as written; "" and () = not said. `begin`, `end`: ordinals of the business dates, 0 = not said."""

    adcode: str = ""
    level: str = ""
    roots: tuple[str, ...] = ()
    minimum_engine: str = ""
    begin: int = 0
    end: int = 0
    drafted: str = ""
    reviewed: str = ""
    approved: str = ""
    mandatory_all: bool = False
    mandatory_rules: tuple[str, ...] = ()
    extends: tuple[Extension, ...] = ()
    supersedes: tuple[Supersession, ...] = ()


NOT_SAID: Final = Publication()


def read_publication(entries: Entries, source: Source, problems: list[Diagnostic]) -> Publication:
    """Takes the entries for publishing out of pack.toml. A value of the wrong form is a diagnostic (MR-G203)."""
    adcode = entries.matching("adcode", _ADCODE, " 6 位行政区划代码", "a division code of six digits")
    level = entries.choice("level", ("", *LEVELS), "")
    roots = entries.texts("roots", ())
    if not all(_ROOT.fullmatch(r) for r in roots):
        entries.wrong("roots", "规则编码前缀的列表", "a list of prefixes of rule codes")
        roots = ()
    engine = entries.matching("minimum_engine", _VERSION, _VERSION_ZH, _VERSION_EN)
    effective, people, mandatory = (_inner(entries, source, problems, k) for k in ("effective", "people", "mandatory"))
    begin, end = effective.day("from", 0), effective.day("to", 0)
    if begin and end and end <= begin:
        effective.wrong("to", "晚于 from 的日期", "a date after `from`")
    made = Publication(
        adcode, level, roots, engine, begin, end,
        people.text("drafted", ""), people.text("reviewed", ""), people.text("approved", ""),
        mandatory.flag("all", False), mandatory.texts("rules", ()),
        tuple(_extension(e) for e in _several(entries, source, problems, "extends")),
        tuple(_supersession(e) for e in _several(entries, source, problems, "supersedes")))
    for one in (effective, people, mandatory):
        one.close()
    return made


def _inner(entries: Entries, source: Source, problems: list[Diagnostic], name: str) -> Entries:
    """The entries of `[name]`; none if it is not there."""
    return Entries(entries.table(name), source, problems, "MR-G203", "MR-G204", max(source.text.find(f"[{name}]"), 0))


def _several(entries: Entries, source: Source, problems: list[Diagnostic], name: str) -> Iterator[Entries]:
    start = 0
    for table in entries.tables(name):
        start = max(source.text.find(f"[[{name}]]", start), 0) + 1
        yield Entries(table, source, problems, "MR-G203", "MR-G204", start)


def _extension(e: Entries) -> Extension:
    made = Extension(
        e.text("name"), e.matching("from", _VERSION, _VERSION_ZH, _VERSION_EN), e.matching("below", _VERSION, _VERSION_ZH, _VERSION_EN))
    e.close()
    return made


def _supersession(e: Entries) -> Supersession:
    made = Supersession(e.matching("version", _VERSION, _VERSION_ZH, _VERSION_EN), e.text("reason"))
    e.close()
    return made
