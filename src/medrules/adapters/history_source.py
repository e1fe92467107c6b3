"""Opens the place where earlier encounters are held: a database address, or a file or folder of native facts."""
from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from medrules.adapters.native import read_facts
from medrules.errors import InvalidHistory, MissingExtra
from medrules.history.files import FileHistory
from medrules.history.provider import HistoryProvider
from medrules.history.records import Coverage, ReadFacts
from medrules.knowledge.mapping import CodeMapping

__all__ = ["COVERAGE_FILE", "files_of", "is_address", "line_reader", "open_history", "sql"]

COVERAGE_FILE: Final = "coverage.toml"  # beside the files: from when on, of what, nothing is missing
_KEYS: Final = frozenset(("covered_from", "covered_until", "coverage", "institution"))


def open_history(where: str | Path, *, codes: CodeMapping | None = None) -> HistoryProvider:
    """What a review asks for earlier encounters.

    Args:
        where: the address of a database (`sqlite:///history.db`, `postgresql+psycopg://user@host/name`; needs `medrules[history]`), or a
          file or folder of native facts (.jsonl, one request a line). `coverage.toml` beside the files says how complete they are:
          covered_from (a date), coverage (本院, 统筹区, 全国), and where it applies covered_until and institution.
        codes: the hospital's and the province's codes in files, brought to national ones (a database holds them as they were loaded).

    Raises:
        InvalidHistory: nothing is there, it cannot be read, or the database was not prepared (`medrules history init`).
        MissingExtra: the libraries for databases are not installed.
    """
    if is_address(str(where)):
        return sql().SqlHistory.open(str(where))  # type: ignore[no-any-return]
    paths = files_of((where,))
    return FileHistory.of_files(paths, line_reader(codes), coverage_beside(paths[0].parent))


def is_address(where: str) -> bool:
    return "://" in where


def line_reader(codes: CodeMapping | None = None) -> ReadFacts:
    """Reads one line of native facts."""
    return lambda line: read_facts(line, codes=codes)


def files_of(names: Iterable[str | Path]) -> list[Path]:
    """The .jsonl files that the names mean: files, or all of a folder.

    Raises:
        InvalidHistory: there is none.
    """
    out: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        inside = sorted(p for p in path.rglob("*.jsonl") if p.is_file()) if path.is_dir() else [path] if path.is_file() else []
        if not inside:
            raise InvalidHistory(f"没有这个文件，或文件夹里没有 .jsonl：{name} / no such file, or no .jsonl in the folder")
        out.update(dict.fromkeys(inside))
    return list(out)


def coverage_beside(folder: Path) -> tuple[Coverage, ...]:
    """What `coverage.toml` in a folder says; nothing if there is none.

    Raises:
        InvalidHistory: it cannot be understood.
    """
    path = folder / COVERAGE_FILE
    if not path.is_file():
        return ()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise InvalidHistory(f"{COVERAGE_FILE} 不是能读的 TOML / cannot be read as TOML") from None
    unknown = set(told) - _KEYS
    if unknown:
        raise InvalidHistory(f"{COVERAGE_FILE} 没有「{min(unknown)}」这一项 / unknown key")
    return (Coverage(_day(told, "covered_from"), _day(told, "covered_until") if "covered_until" in told else 0,
                     _word(told, "coverage"), _word(told, "institution") if "institution" in told else ""),)


def _day(told: Mapping[str, Any], key: str) -> int:
    found = told.get(key)
    if not isinstance(found, date):
        raise InvalidHistory(f"{COVERAGE_FILE} 的 {key} 应为日期，如 2025-01-01 / a date")
    return found.toordinal()


def _word(told: Mapping[str, Any], key: str) -> str:
    found = told.get(key)
    if not isinstance(found, str):
        raise InvalidHistory(f"{COVERAGE_FILE} 的 {key} 应为文字 / a text")
    return found


def sql() -> Any:
    """The module for databases.

    Raises:
        MissingExtra: its libraries are not installed.
    """
    try:
        from medrules.history import sql as found  # the optional extra
    except ImportError as missing:
        raise MissingExtra('历史数据库需要扩展：pip install "medrules[history]" / databases of history need this extra') from missing
    return found
