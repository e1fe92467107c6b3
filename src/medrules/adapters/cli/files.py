"""Names on a command line to files: patterns and folders too, because not every shell expands them; text read and written alike everywhere."""
from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from medrules.errors import FactError, InvalidFacts, MedRulesError

__all__ = ["found", "read_bytes", "read_text", "write_text", "write_whole"]

MOST: Final = 64 * 1024 * 1024  # bytes; readers have smaller limits of their own


def found(names: Iterable[str], *suffixes: str) -> list[Path]:
    """The files that the names mean, each once: a file, a pattern (`*.json`), or a folder (its files with these suffixes).

    Raises:
        MedRulesError: a pattern or a folder holds none.
    """
    out: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in suffixes)
        elif name != "-" and not path.exists() and any(c in name for c in "*?["):
            base = Path(path.anchor) if path.anchor else Path()
            inside = sorted(p for p in base.glob(str(path.relative_to(path.anchor) if path.anchor else path)) if p.is_file())
        else:
            inside = [path]
        if not inside:
            raise MedRulesError(f"里面没有 {'、'.join(suffixes)} 文件：{name} / no such files there")
        out.update(dict.fromkeys(inside))
    return list(out)


def read_bytes(path: Path) -> bytes:
    """All of a file, or of standard input for `-`. What never ends (a device, a pipe) is not read to its end.

    Raises:
        InvalidFacts: MR-E202, it is larger than any reader would take.
    """
    if str(path) == "-":
        content = sys.stdin.buffer.read(MOST + 1)
    else:
        with path.open("rb") as file:
            content = file.read(MOST + 1)
    if len(content) > MOST:
        said = f"文件过大，最多 {MOST // 1024 // 1024} MB"
        raise InvalidFacts(f"{said}：{path} / file too large", [FactError("", said, "MR-E202")])
    return content


def read_text(path: Path) -> str:
    """UTF-8, with or without a byte order mark.

    Raises:
        InvalidFacts: MR-E202, it is too large.
    """
    return read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def write_text(path: Path, text: str) -> None:
    """UTF-8 with `\\n`, so that a file is the same bytes on every machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing: whoever opens the file meanwhile sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():  # else the trouble would be told of the file beside
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
