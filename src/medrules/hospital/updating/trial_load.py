"""What the child process does: read the packs of the store, put them together as they would judge, run the cases of what is new."""
from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO, Final

from medrules.api import CheckedPack
from medrules.cases.case import Case, CaseError
from medrules.cases.packs import CasePack, family_of
from medrules.cases.yaml_reader import parse_cases
from medrules.errors import InvalidLayers, InvalidPack, MedRulesError, StoreError
from medrules.hospital.opening import joined_packs
from medrules.hospital.preparing import prepare
from medrules.knowledge.packfiles import CASES
from medrules.model.facts import Facts
from medrules.packs.archive import PackFile, read_pack_file
from medrules.packs.store import Fault
from medrules.packs.store.faults import refuse
from medrules.packs.store.files import SystemFiles
from medrules.packs.store.layout import COMPILED, MAX_COMPILED, MAX_PACK, PACKS, compiled_name, pack_name
from medrules.packs.store.view import hashed

if sys.platform != "win32":
    import resource

__all__ = ["limit", "load", "run"]

_SHOWN: Final = 3  # differences of cases that are told
_LONGEST: Final = 100_000_000  # bytes of a request


def run(read: Callable[[Case], Facts], given: BinaryIO, answers: BinaryIO) -> int:
    """Read a request of `child.Child`, answer it, and give the exit code.

    Args:
        read: makes the facts of a case; the doors know how.
    """
    request = json.loads(given.read(_LONGEST))
    limit(request["seconds"], request["megabytes"])
    try:
        cases, compiled = load(request, read)
    except StoreError as error:
        said = Fault(error.code, error.where, error.where_en)
        head: dict[str, Any] = {"ok": False, "code": said.code, "zh": said.where, "en": said.where_en}
        parts: list[bytes] = []
    except MemoryError:
        head, parts = {"ok": False, "code": "MR-P331", "zh": f"超过 {request['megabytes']} MB", "en": f"more than {request['megabytes']} MB"}, []
    else:
        parts = [content for content in compiled.values() if content is not None]
        head = {"ok": True, "cases": cases, "compiled": [[k, -1 if c is None else len(c)] for k, c in compiled.items()]}
    answers.write(json.dumps(head).encode() + b"\n")
    for part in parts:
        answers.write(part)
    answers.flush()
    return 0


def load(request: Mapping[str, Any], read: Callable[[Case], Facts]) -> tuple[int, dict[str, bytes | None]]:
    """How many cases hold, and the compiled forms by key (None = in the store already).

    Raises:
        StoreError: MR-P306, MR-P329, MR-P330.
    """
    folder, known = request["store"], request["known"]
    overlay = None if request["overlay"] is None else base64.b64decode(request["overlay"])
    packs = [(_pack(folder, digest), mode) for digest, mode in request["packs"]]

    def kept(key: str) -> bytes | None:
        return hashed(SystemFiles(), f"{folder}/{COMPILED}/{compiled_name(known[key])}", known[key], MAX_COMPILED) if key in known else None

    try:
        prepared = prepare(packs, overlay, request["today"], kept)
        ran = 0
        for file, _ in packs:
            if file.sha256 in request["with_cases"]:
                ran += _cases(file, [p for p, _ in packs], read)
    except (InvalidLayers, InvalidPack) as error:
        raise refuse("MR-P329", *_sides(error)) from error
    except StoreError:
        raise
    except MedRulesError as error:
        raise refuse("MR-P329", *_sides(error)) from error
    return ran, {key: None if key in known and kept(key) == content else content for key, content in prepared.compiled.items()}


def _cases(file: PackFile, packs: Sequence[PackFile], read: Callable[[Case], Facts]) -> int:
    """Runs a pack's own cases on its rules, and those of the packs it stands on, on both evaluators."""
    pack = CasePack(_checked(file, packs), read)
    ran = 0
    for name in sorted(n for n in file.members if n.endswith(CASES)):
        try:
            cases = parse_cases(file.members[name], name)
        except CaseError as error:
            raise refuse("MR-P330", f"{name}：{error}", f"{name} cannot be read") from error
        for case in cases:
            ran += 1
            if wrong := pack.differences(case, family_of(name)):
                told = "；".join(wrong[:_SHOWN])
                raise refuse("MR-P330", f"{file.manifest.name} {file.manifest.version} {name}「{case.title}」：{told}",
                             f"{file.manifest.name} {file.manifest.version} {name}, case {case.number}")
    return ran


def _checked(file: PackFile, packs: Sequence[PackFile]) -> CheckedPack:
    """A pack as its cases see it: the program of the pack and of those that it extends."""
    standing = _standing(file, packs)
    joined = joined_packs(standing, None)
    own = next(y for y in joined.layers if y.digest == file.sha256)
    prefix = "" if len(standing) == 1 else f"{own.manifest.name}/"
    families = {source.name: own.sources.families.get(source.name.removeprefix(prefix), "") for source, _ in own.files}
    sources = replace(
        own.sources, families=families, tables={n: t for y in joined.layers for n, t in y.sources.tables.items()},
        codesets={n: c for y in joined.layers for n, c in y.sources.codesets.items()},
        catalogues={n: c for y in joined.layers for n, c in y.sources.catalogues.items()},
        files={n: c for y in joined.layers for n, c in y.sources.files.items()})
    return CheckedPack(sources, joined.written, joined.diagnostics, tuple(f for layer in joined.layers for f in layer.files))


def _standing(file: PackFile, packs: Sequence[PackFile]) -> list[PackFile]:
    """A pack with the highest versions here of those that it extends, and that these extend."""
    out = [file]
    for one in out:  # grows while it is walked
        for parent in one.manifest.extends:
            fits = [p for p in packs if p.manifest.name == parent.name and parent.begin <= p.manifest.version < parent.below]
            if fits and all(o.manifest.name != parent.name for o in out):
                out.append(max(fits, key=lambda p: p.manifest.version))
    return out


def _pack(folder: str, digest: str) -> PackFile:
    content = hashed(SystemFiles(), f"{folder}/{PACKS}/{pack_name(digest)}", digest, MAX_PACK)
    if content is None:
        raise refuse("MR-P306", digest[:16])
    return read_pack_file(content)


def limit(seconds: int, megabytes: int) -> None:
    """No more than so much processor time and memory from here on, where the system can say so."""
    if sys.platform != "win32":
        for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, megabytes * 1024 * 1024), (resource.RLIMIT_CORE, 0)):
            with suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
                hard = resource.getrlimit(kind)[1]
                resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _sides(error: MedRulesError) -> tuple[str, str]:
    """Code and sentence, in both languages."""
    diagnostics = getattr(error, "diagnostics", ())
    if diagnostics:
        first = diagnostics[0]
        return f"{first.code} {first.message}", f"{first.code} {first.message_en}"
    zh, _, en = str(error).partition(" / ")
    return f"{error.code} {zh}", f"{error.code} {en or zh}"
