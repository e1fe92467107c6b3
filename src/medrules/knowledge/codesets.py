"""Named code sets (`shared/codesets/<name>.toml`): their members, where they come from, how sure they are."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from medrules.diagnostics import Diagnostic, Source
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.columntypes import SYSTEMS
from medrules.knowledge.entries import Entries, parse_toml
from medrules.knowledge.members import parse_members, reference_name
from medrules.knowledge.problem import Problem

__all__ = ["STATUSES", "NamedCodeSet", "read_codesets"]

STATUSES: Final = ("官方", "推定")


@dataclass(frozen=True, slots=True)
class NamedCodeSet:
    """A code set with its origin. `status`: 官方 (an official text lists these codes) or 推定 (inferred)."""

    set: CodeSet
    en: str
    source: str
    status: str
    valid_from: int
    doc: str
    file: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A file as read, before its references to other sets are followed."""

    name: str
    en: str
    system: str
    members: tuple[str, ...]
    excepted: tuple[str, ...]
    partial: bool
    source: str
    status: str
    valid_from: int
    doc: str
    entries: Entries
    file: str


def read_codesets(
    sources: Iterable[Source],
) -> tuple[Mapping[str, NamedCodeSet], tuple[Diagnostic, ...]]:
    """The sets by both of their names, and the diagnostics of all files. A file with an error gives no set."""
    problems: list[Diagnostic] = []
    written: dict[str, _Written] = {}
    for source in sources:
        one = _read(source, problems)
        if one is None:
            continue
        taken = next((written[n] for n in (one.name, one.en) if n and n in written), None)
        if taken is not None:
            name = one.name if one.name in (taken.name, taken.en) else one.en
            one.entries.report(Problem("MR-G208", {"name": name, "file": taken.file}), "name")
            continue
        written[one.name] = one
        if one.en:
            written[one.en] = one
    done: dict[str, NamedCodeSet] = {}
    for one in dict.fromkeys(written.values()):
        _resolve(one, written, done, [])
    return MappingProxyType(done), tuple(problems)


def _read(source: Source, problems: list[Diagnostic]) -> _Written | None:
    before = len(problems)
    data = parse_toml(source, "MR-G101", problems)
    if data is None:
        return None
    entries = Entries(data, source, problems, "MR-G102", "MR-G103")
    name, en, system = entries.text("name"), entries.text("en", ""), entries.text("system")
    if system and system not in SYSTEMS:
        entries.report(Problem("MR-G104", {"system": system, "systems": "、".join(SYSTEMS)}), "system")
    status = entries.choice("status", STATUSES)
    origin, doc = entries.text("source"), entries.text("doc", "")
    partial, empty = entries.flag("partial"), entries.flag("empty")  # empty: nothing belongs to it until an area fills it
    members, excepted = entries.texts("members", ()), entries.texts("except", ())
    valid_from = entries.day("valid_from", 0)
    entries.close()
    if len(problems) > before:
        return None
    if not members and not partial and not empty:
        entries.report(Problem("MR-G105", {"name": name}), "members")
        return None
    return _Written(name, en, system, members, excepted, partial, origin, status, valid_from, doc, entries, source.name)


def _resolve(
    one: _Written, written: Mapping[str, _Written], done: dict[str, NamedCodeSet], path: list[str],
) -> None:
    """Reads the sets that this one refers to first. A circle is a diagnostic of the set that closes it."""
    if one.name in done:
        return
    if one.name in path:
        circle = " → ".join([*path[path.index(one.name):], one.name])
        one.entries.report(Problem("MR-G106", {"names": circle}), "members")
        return
    for member in one.members:
        other = written.get(reference_name(member.split("除")[0]) or "")
        if other is not None:
            _resolve(other, written, done, [*path, one.name])
            if other.name not in done:
                return  # its own diagnostic says why
    known = {name: named.set for name, named in done.items()}
    found = parse_members(
        one.system, one.members, known, name=one.name, excepted=one.excepted, partial=one.partial,
        text="、".join(one.members),
    )
    if isinstance(found, Problem):
        one.entries.report(found, "members")
        return
    named = NamedCodeSet(replace(found, en=one.en), one.en, one.source, one.status, one.valid_from, one.doc, one.file)
    done[one.name] = named
    if one.en:
        done[one.en] = named
