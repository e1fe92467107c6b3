"""Batch files on a command line to sheets: XLSX through the extra, CSV without it."""
from __future__ import annotations

from pathlib import Path

from medrules.diagnostics import Diagnostic, Severity
from medrules.errors import InvalidPack
from medrules.knowledge.imports.csv_sheet import read_csv
from medrules.knowledge.imports.sheet import LIMITS, Sheet
from medrules.knowledge.problem import Problem

__all__ = ["is_workbook", "read_sheets"]

_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0"


def is_workbook(path: Path, content: bytes) -> bool:
    """By its first bytes, then by its name: a workbook that somebody has called .csv is one all the same."""
    return content.startswith((_ZIP, _OLD)) or path.suffix.lower() in (".xlsx", ".xlsm", ".xls")


def read_sheets(path: Path) -> tuple[tuple[Sheet, ...], tuple[Diagnostic, ...]]:
    """The sheets of a file and what is to be said of it.

    Raises:
        InvalidPack: it cannot be read; its diagnostics say why.
        MissingExtra: a workbook, without openpyxl.
    """
    if path.stat().st_size > LIMITS.content:
        told: tuple[Diagnostic, ...] = (Problem("MR-K602", {"what": "文件", "what_en": "The file", "limit": f"{LIMITS.content} 字节"}).at(path.name),)
        raise InvalidPack(told[0].message, told)
    content = path.read_bytes()
    if is_workbook(path, content):
        from medrules.adapters.excel import read_workbook  # the extra: only whoever reads a workbook needs it

        sheets, told = read_workbook(content, path.name)
    else:
        sheet, told = read_csv(content, path.name)
        sheets = () if sheet is None else (sheet,)
    errors = [d for d in told if d.severity is Severity.ERROR]
    if errors or not sheets:
        raise InvalidPack("文件读不了 / the file cannot be read", errors)
    return sheets, told
