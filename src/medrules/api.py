"""From a pack to an engine: the only module that joins reading, parsing, checking, planning and the compiled form.

What only source needs (parser, checker, table readers, `pathlib`) is imported where source is read: a process that opens a compiled pack pays
for none of it.
"""
from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from os.path import isdir, isfile
from typing import TYPE_CHECKING, Final

from medrules import __version__
from medrules.compiled.container import MAX_BYTES, SCHEMA, refuse
from medrules.compiled.plans import read_plan, write_plan
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.engine.engine import Engine
from medrules.errors import InvalidCompiledPack, InvalidPack, NoSuchPack
from medrules.frozen import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from medrules.check.program import Program
    from medrules.knowledge.folder import PackSources
    from medrules.knowledge.packfiles import PackFiles
    from medrules.language.nodes import File
    from medrules.packs.archive import PackFile

__all__ = [
    "CheckedPack", "check_files", "check_pack", "check_pack_file", "compile_checked", "compile_pack", "open_pack", "open_pack_file",
]

OTHER_VERSION: Final = "MR-E112"  # of a compiled pack: no fault, its sources are read instead
_ZIP: Final = b"PK"  # how a pack file begins: what else is no compiled pack is refused as one


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
    """Read, parse and check a pack folder, or the sources of a pack file (.mrpack); every problem is a diagnostic, nothing is raised for
    the content of a folder.

    Raises:
        NoSuchPack: there is no such folder or file. InvalidPackFile: the file is no whole pack file.
    """
    if isfile(folder):
        return check_pack_file(_read_file(folder))
    from pathlib import Path

    from medrules.knowledge.packfiles import collect_files

    if not isdir(folder):
        raise NoSuchPack(f"没有这个文件夹：{folder} / no such folder")
    with _collecting_later():
        return check_files(collect_files(Path(folder)), Path(folder).name)


def check_files(held: PackFiles, fallback: str = "") -> CheckedPack:
    """`check_pack` for files from anywhere (`medrules.knowledge.packfiles.held_files` takes them from memory)."""
    from medrules.check.checker import check
    from medrules.knowledge.folder import read_pack_files
    from medrules.language.parser import parse

    with _collecting_later():
        sources = read_pack_files(held, fallback)
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
    """An engine for a pack folder, for a pack file (.mrpack), or for a file that `medrules compile` made.

    A pack file is read in memory and every member verified; whether its publisher is trusted is what a store of packs knows.

    Args:
        pack: the folder, the pack file, or the compiled file.
        compiled: a compiled file of the folder `pack`. It is opened instead, if it is there, fits this version of medrules and was
            made of exactly what is in the folder; else the folder is read.

    Raises:
        InvalidPack: the pack has errors; `diagnostics` lists all of them with places and help.
        InvalidPackFile: the pack file is damaged, forged or needs a newer medrules (MR-P5xx).
        InvalidCompiledPack: the file is damaged (MR-E111) or made by another version of medrules (MR-E112).
        NoSuchPack: there is no such folder or file.
    """
    if isfile(pack):
        return _open_file(pack)
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
    program = _usable(check_pack(pack))
    with _collecting_later():
        return Engine(program)


def open_pack_file(file: PackFile) -> Engine:
    """An engine for a pack file that was read: from its compiled member if that fits this medrules, else from its sources.

    Raises:
        InvalidPackFile: MR-P513 it needs a newer medrules; MR-P515, MR-P516 its parts are not of one pack.
        InvalidPack: its sources have errors.
    """
    from medrules.packs.manifest import must_fit
    from medrules.packs.refusals import refuse as refuse_file

    manifest = file.manifest
    must_fit(manifest, __version__)
    held = _sources_of(file)
    if manifest.compiled is not None and manifest.compiled[1] == SCHEMA:
        content = file.members[manifest.compiled[0]]
        try:
            engine = _engine(content)
        except InvalidCompiledPack as error:
            if error.code != OTHER_VERSION:
                raise refuse_file("MR-P516", "编译件读不出来", "its compiled member cannot be read") from error
        else:
            if engine.program.pack_hash != manifest.content_hash:
                raise refuse_file("MR-P516", "编译件是别的内容的", "its compiled member is of other sources")
            return engine
    program = _usable(check_files(held, manifest.name))
    with _collecting_later():
        return Engine(program)


def check_pack_file(file: PackFile) -> CheckedPack:
    """The sources of a pack file, checked as `check_pack` checks a folder.

    Raises:
        InvalidPackFile: MR-P515, its sources are not those that its manifest names.
    """
    return check_files(_sources_of(file), file.manifest.name)


def _sources_of(file: PackFile) -> PackFiles:
    from medrules.knowledge.packfiles import content_hash, held_files, is_source

    held = held_files({name: content for name, content in file.members.items() if is_source(name)})
    if content_hash(held.contents) != file.manifest.content_hash:
        from medrules.packs.refusals import refuse as refuse_file

        raise refuse_file("MR-P515", file.manifest.identity, file.manifest.identity)
    return held


def compile_pack(folder: str | Path) -> bytes:
    """The compiled form of a pack folder: the same folder gives the same bytes.

    Raises:
        InvalidPack: the pack has errors. NoSuchPack: there is no such folder.
    """
    return compile_checked(check_pack(folder))


def compile_checked(checked: CheckedPack) -> bytes:
    """The compiled form of a pack that was checked: the same files give the same bytes.

    Raises:
        InvalidPack: the pack has errors.
    """
    from medrules.plan.planner import plan

    program = _usable(checked)
    with _collecting_later():
        return write_plan(plan(program))


def _usable(checked: CheckedPack) -> Program:
    if checked.has_errors:
        errors = [d for d in checked.diagnostics if d.severity is Severity.ERROR]
        raise InvalidPack(f"规则包有 {len(errors)} 处错误，首处：{errors[0].message} / {errors[0].message_en}", errors)
    return checked.program


def _open_file(path: str | Path) -> Engine:
    with open(path, "rb") as file:
        packed = file.read(len(_ZIP)) == _ZIP
    return open_pack_file(_read_file(path)) if packed else _open_compiled(path)


def _read_file(path: str | Path) -> PackFile:
    from medrules.packs.archive import BUDGET, read_pack_file  # a process that opens a compiled pack needs no archive

    with open(path, "rb") as file:
        return read_pack_file(file.read(BUDGET.file + 1))


def _open_compiled(path: str | Path) -> Engine:
    with open(path, "rb") as file:
        return _engine(file.read(MAX_BYTES + 1))


def _engine(content: bytes) -> Engine:
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
