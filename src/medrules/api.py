"""From a pack folder to an engine: the only module that joins reading, parsing, checking and planning."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medrules.check.checker import check
from medrules.check.program import Program
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.engine.engine import Engine
from medrules.errors import InvalidPack, NoSuchPack
from medrules.knowledge.folder import PackSources, read_pack_folder
from medrules.language.nodes import File
from medrules.language.parser import parse

__all__ = ["CheckedPack", "check_pack", "open_pack"]


@dataclass(frozen=True, slots=True)
class CheckedPack:
    """A pack folder after reading, parsing and checking. `program` holds the rules that have no errors; `files` are the parsed
    texts, for whoever shows rules as they are written."""

    sources: PackSources
    program: Program
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[tuple[Source, File], ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(d.severity is Severity.ERROR for d in self.diagnostics)


def check_pack(folder: str | Path) -> CheckedPack:
    """Read, parse and check a pack folder; every problem is a diagnostic, nothing is raised for its content.

    Raises:
        NoSuchPack: there is no such folder.
    """
    if not Path(folder).is_dir():
        raise NoSuchPack(f"没有这个文件夹：{folder} / no such folder")
    sources = read_pack_folder(Path(folder))
    problems = list(sources.diagnostics)
    files = []
    for source in sources.rule_sources:
        tree, found = parse(source)
        problems.extend(found)
        if tree is not None:
            files.append((source, tree))
    program, found = check(
        files, sources.tables, sources.codesets, sources.catalogues,
        pack=sources.name, version=sources.version, hash=sources.hash, sourced=True, quiet_tables=sources.quiet_tables,
        failed_tables=sources.failed_tables,
    )
    problems.extend(found)
    return CheckedPack(sources, program, tuple(problems), tuple(files))


def open_pack(folder: str | Path) -> Engine:
    """An engine for a pack folder.

    Raises:
        InvalidPack: the pack has errors; `diagnostics` lists all of them with places and help.
        NoSuchPack: there is no such folder.
    """
    checked = check_pack(folder)
    if checked.has_errors:
        errors = [d for d in checked.diagnostics if d.severity is Severity.ERROR]
        raise InvalidPack(f"规则包有 {len(errors)} 处错误，首处：{errors[0].message} / {errors[0].message_en}", errors)
    return Engine(checked.program)
