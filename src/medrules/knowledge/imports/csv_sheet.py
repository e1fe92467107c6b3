"""A CSV as clerks save it (UTF-8, UTF-8 with a byte order mark, GB18030) to a sheet."""
from __future__ import annotations

import csv
import io

from medrules.diagnostics import Diagnostic
from medrules.knowledge.imports.sheet import LIMITS, Limits, Sheet
from medrules.knowledge.problem import Problem

__all__ = ["decoded", "read_csv"]


def read_csv(content: bytes, file: str, limits: Limits = LIMITS) -> tuple[Sheet | None, tuple[Diagnostic, ...]]:
    """The sheet, and what is to be said of the file; None if it cannot be read whole."""
    if len(content) > limits.content:
        return None, (_too_much("文件", "The file", f"{limits.content} 字节").at(file),)
    text, problem = decoded(content)
    told = () if problem is None else (problem.at(file),)
    if text is None:
        return None, told
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if len(rows) >= limits.rows:
                return None, (*told, _too_much("行数", "The number of rows", str(limits.rows)).at(file))
            while cells and not cells[-1].strip():
                cells.pop()
            if len(cells) > limits.columns:
                return None, (*told, _too_much("列数", "The number of columns", str(limits.columns)).at(f"{file} 第 {len(rows) + 1} 行"))
            longest = max(map(len, cells), default=0)
            if longest > limits.cell:
                return None, (*told, Problem("MR-K207", {"length": str(longest), "limit": str(limits.cell)}).at(f"{file} 第 {len(rows) + 1} 行"))
            rows.append(cells)
    except csv.Error as error:
        detail = str(error)
        if "field limit" in detail:
            problem = Problem("MR-K207", {"length": "131072+", "limit": str(limits.cell)})
        else:
            problem = Problem("MR-K208", {"detail": detail})
        return None, (*told, problem.at(f"{file} 第 {len(rows) + 1} 行"))
    return Sheet("", file, rows), told


def decoded(content: bytes) -> tuple[str | None, Problem | None]:
    """The text, and a warning when it is GB18030; None and an error when it is neither."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, Problem("MR-K603")
    try:
        text, told = content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        try:
            text, told = content.decode("gb18030"), Problem("MR-K604")
        except UnicodeDecodeError:
            return None, Problem("MR-K603")
    if "\0" in text:
        return None, Problem("MR-K208", {"detail": "line contains NUL"})
    return text, told


def _too_much(what: str, what_en: str, limit: str) -> Problem:
    return Problem("MR-K602", {"what": what, "what_en": what_en, "limit": limit})
