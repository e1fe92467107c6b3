"""From a pack to an engine: the only module that joins reading, parsing, checking, planning and the compiled form.

What only source needs (parser, checker, table readers, `pathlib`) is imported where source is read: a process that opens a compiled pack pays
for none of it.
"""
from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import isdir, isfile
from typing import TYPE_CHECKING

from medrules.compiled.container import MAX_BYTES, refuse
from medrules.compiled.plans import read_plan, write_plan
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.engine.engine import Engine
from medrules.errors import InvalidCompiledPack, InvalidPack, NoSuchPack

if TYPE_CHECKING:
    from pathlib import Path

    from medrules.check.program import Program
    from medrules.knowledge.folder import PackSources
    from medrules.language.nodes import File

__all__ = ["CheckedPack", "check_pack", "compile_pack", "open_pack"]


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
    from pathlib import Path

    from medrules.check.checker import check
    from medrules.knowledge.folder import read_pack_folder
    from medrules.language.parser import parse

    if not isdir(folder):
        raise NoSuchPack(f"没有这个文件夹：{folder} / no such folder")
    with _collecting_later():
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


def open_pack(pack: str | Path, *, compiled: str | Path | None = None) -> Engine:
    """An engine for a pack folder, or for a file that `medrules compile` made.

    Args:
        pack: the folder, or the compiled file.
        compiled: a compiled file of the folder `pack`. It is opened instead, if it is there, fits this version of medrules and was
            made of exactly what is in the folder; else the folder is read.

    Raises:
        InvalidPack: the pack has errors; `diagnostics` lists all of them with places and help.
        InvalidCompiledPack: the file is damaged (MR-E111) or made by another version of medrules (MR-E112).
        NoSuchPack: there is no such folder or file.
    """
    if isfile(pack):
        return _open_compiled(pack)
    if compiled is not None and isdir(pack) and isfile(compiled):
        from pathlib import Path

        from medrules.knowledge.packfiles import collect_files, content_hash

        try:
            engine = _open_compiled(compiled)
        except InvalidCompiledPack:
            pass
        else:
            if engine.program.pack_hash == content_hash(collect_files(Path(pack)).contents):
                return engine
    program = _usable(pack)
    with _collecting_later():
        return Engine(program)


def compile_pack(folder: str | Path) -> bytes:
    """The compiled form of a pack folder: the same folder gives the same bytes.

    Raises:
        InvalidPack: the pack has errors. NoSuchPack: there is no such folder.
    """
    from medrules.plan.planner import plan

    program = _usable(folder)
    with _collecting_later():
        return write_plan(plan(program))


def _usable(folder: str | Path) -> Program:
    checked = check_pack(folder)
    if checked.has_errors:
        errors = [d for d in checked.diagnostics if d.severity is Severity.ERROR]
        raise InvalidPack(f"规则包有 {len(errors)} 处错误，首处：{errors[0].message} / {errors[0].message_en}", errors)
    return checked.program


def _open_compiled(path: str | Path) -> Engine:
    with open(path, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    with _collecting_later():
        plan = read_plan(content)
        del content
        try:
            return Engine(plan)
        except Exception as error:  # rules for which there can be no code: a file that no compiler made
            raise refuse("规则前后不符", "its rules do not fit together") from error


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Opening makes a million objects and no garbage: looking through them for garbage again and again would double the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # else the caller has frozen objects of his own, which are not ours to thaw
            gc.freeze()  # and thawed, all that was made counts as old: no search for garbage among it as soon as it is enabled
            gc.unfreeze()
        gc.enable()
