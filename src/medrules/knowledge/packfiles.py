"""The files of a pack: which belong, how large they may be, and their content hash. No file is parsed here."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from medrules.diagnostics import Diagnostic
from medrules.knowledge.problem import Problem

__all__ = ["CASES", "PackFiles", "collect_files", "content_hash", "held_files", "is_source"]

CASES: Final = ("cases.yaml", "cases.json")  # the same cases, for people and as a built pack holds them
MAX_FILES: Final = 10_000
MAX_FILE: Final = 128 * 1024 * 1024
MAX_TEXT: Final = 4 * 1024 * 1024  # rule text, declarations
MAX_TOTAL: Final = 1024 * 1024 * 1024

# Where files may stand. Anything else is reported, and neither read nor hashed.
_PLACES: Final = re.compile(
    r"pack\.toml|tune\.toml|rows/[^/]+\.csv|(?:.*/)?README\.md|shared/[^/]+\.medrule|shared/codesets/[^/]+\.toml|shared/catalogues/[^/]+\.csv"
    r"|shared/tables/[^/]+\.(?:toml|csv)|shared/terms/[^/]+\.csv"
    r"|families/[A-Za-z0-9.-]+_[a-z0-9_]+/"
    r"(?:[^/]+\.medrule|cases\.(?:yaml|json)|tables/[^/]+\.(?:toml|csv))"
)


@dataclass(frozen=True, slots=True)
class PackFiles:
    """Contents by relative name, in the order of the names."""

    contents: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]

    def named(self, pattern: str) -> list[str]:
        """The names that match a glob of pathlib (`families/*/tables/*.toml`)."""
        depth = pattern.count("/")
        return [name for name in self.contents if name.count("/") == depth and PurePosixPath(name).match(pattern)]


def collect_files(folder: Path) -> PackFiles:
    """Reads every file of the pack. Never raises for what it finds: a file that cannot be read is a diagnostic."""
    problems: list[Diagnostic] = []
    contents: dict[str, bytes] = {}
    total = 0
    for name in _walk(folder, "", problems):
        path = folder / name
        if len(contents) >= MAX_FILES:
            problems.append(_too_much("文件数", "The number of files", f"{MAX_FILES}"))
            break
        try:
            size = path.stat().st_size
            limit = MAX_FILE if name.endswith(".csv") else MAX_TEXT
            if size > limit:
                problems.append(_too_much(f"{name} 的大小", f"The size of {name}", f"{limit} 字节"))
                continue
            total += size
            if total > MAX_TOTAL:
                problems.append(_too_much("规则包的大小", "The size of the pack", f"{MAX_TOTAL} 字节"))
                break
            contents[name] = path.read_bytes()
        except OSError:
            problems.append(Problem("MR-G201", {"file": name}).at(name))
    return PackFiles(contents, tuple(problems))


def is_source(name: str) -> bool:
    """Whether a file of this name belongs to the sources of a pack."""
    return _PLACES.fullmatch(name) is not None


def held_files(contents: Mapping[str, bytes]) -> PackFiles:
    """Files held in memory, as `collect_files` gives those of a folder."""
    problems = [_misplaced(name) for name in contents if not is_source(name)]
    return PackFiles({name: contents[name] for name in sorted(contents) if is_source(name)}, tuple(problems))


def _walk(folder: Path, below: str, problems: list[Diagnostic]) -> list[str]:
    """Relative names of the files that belong, sorted by code point so that every machine sees one order."""
    found: list[str] = []
    try:
        entries = sorted((folder / below).iterdir(), key=lambda p: p.name)
    except OSError:
        if below:  # of a pack that is not there, pack.toml is missed
            problems.append(Problem("MR-G211", {"file": below}).at(below))
        return found
    for entry in entries:
        name = f"{below}{entry.name}"
        if not _is_text(entry.name):
            shown = name.encode("utf-8", "replace").decode()
            problems.append(_misplaced(shown))
            continue
        if entry.name.startswith((".", "~$")) or entry.name == "__pycache__":
            continue
        if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
            problems.append(Problem("MR-G211", {"file": name}).at(name))
        elif entry.is_dir():
            if name.count("/") < 4:
                found.extend(_walk(folder, f"{name}/", problems))
        elif is_source(name):
            found.append(name)
        else:
            problems.append(_misplaced(name))
    return sorted(found)


def _misplaced(name: str) -> Diagnostic:
    """A file in no place of a pack: an error where rules are lost by it."""
    return Problem("MR-G212" if name.endswith(".medrule") else "MR-G209", {"file": name}).at(name)


def _is_text(name: str) -> bool:
    """Whether a name can be written as UTF-8: file systems hold other bytes too."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_much(what: str, what_en: str, limit: str) -> Diagnostic:
    return Problem("MR-G206", {"what": what, "what_en": what_en, "limit": limit}).at("")


def content_hash(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted names and bytes, each with its length; the same on every machine.

    Of all files but the cases: they judge nothing, and a folder has them as YAML where a built pack has JSON. So a folder and the file
    built of it are the same rules under one hash.
    """
    digest = hashlib.sha256()
    for name in sorted(contents):
        if name.endswith(CASES):
            continue
        label = name.encode()
        digest.update(b"%d:%b%d:" % (len(label), label, len(contents[name])))
        digest.update(contents[name])
    return digest.hexdigest()
