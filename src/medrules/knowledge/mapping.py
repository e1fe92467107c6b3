"""Codes of one hospital and one province to the national ones, by day: 医院编码, 国家编码, 省编码, 名称, 有效起, 有效止.

A hospital's own codes match no national table. Here they are looked up, never guessed: a code that is not listed, or that two rows claim
on the same day, is not known.
"""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from medrules.diagnostics import Diagnostic
from medrules.knowledge.cells import parse_date
from medrules.knowledge.imports.csv_sheet import decoded
from medrules.knowledge.members import parse_code
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import OPEN_END
from medrules.model.folding import fold_code, fold_text

__all__ = ["COLUMNS", "CodeMapping", "MappedCode", "read_mapping"]

COLUMNS: Final[Mapping[str, str]] = MappingProxyType({
    "医院编码": "hospital_code", "国家编码": "national_code", "省编码": "provincial_code", "名称": "name", "有效起": "valid_from", "有效止": "valid_to",
})
_NEEDED: Final = ("医院编码", "国家编码")
MAX_ROWS: Final = 1_000_000
MAX_LISTED: Final = 200
MAX_PER_CODE: Final = 100  # rows of one local code


class MappedCode(NamedTuple):
    """One row: a local code, what it means, on days [begin, end). `line` is where it stands."""

    local: str
    national: str
    name: str
    begin: int
    end: int
    line: int


class CodeMapping:
    """Local codes to national ones. Immutable once made; safe to share between threads."""

    __slots__ = ("_doubtful", "_national", "_rows", "file")

    def __init__(self, rows: Mapping[str, tuple[MappedCode, ...]], doubtful: Mapping[str, tuple[tuple[int, int], ...]], file: str = "") -> None:
        self._rows, self._doubtful, self.file = rows, doubtful, file
        self._national = frozenset(row.national for found in rows.values() for row in found)

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def national(self, code: str, day: int) -> str | None:
        """The national code that a code means on a day; None if that is not known.

        A code of the hospital or of the province is looked up. A code that the mapping names as a national one stands for itself, as does
        any that the mapping does not know but that has the national form: 15 digits beginning with 00 for services, 20 characters and
        more for drugs and consumables, T and 9 digits for herbs.
        """
        found = self._rows.get(code)
        if found is not None:
            if any(begin <= day < end for begin, end in self._doubtful.get(code, ())):
                return None
            return next((row.national for row in found if row.begin <= day < row.end), None)
        return code if code in self._national or _has_national_form(code) else None

    def knows(self, code: str) -> bool:
        """Whether a code stands in the mapping on any side."""
        return code in self._rows or code in self._national

    def names(self) -> Iterable[tuple[str, str]]:
        """(name, national code) of every row that has a name."""
        return ((row.name, row.national) for found in self._rows.values() for row in found if row.name)


def _has_national_form(code: str) -> bool:
    if code.isdecimal():
        return len(code) == 15 and code.startswith("00")
    if code[:1] == "T":
        return len(code) == 10 and code[1:].isdecimal()
    return code[:1] in "XZC" and 20 <= len(code) <= 27 and code.isalnum()


def read_mapping(content: bytes, file: str) -> tuple[CodeMapping | None, tuple[Diagnostic, ...]]:
    """The mapping of a CSV (UTF-8 or GB18030); None if its headings cannot be used. A row with a diagnostic maps nothing, and where two
    rows disagree neither does, on the days that they share."""
    text, problem = decoded(content)
    told: list[Diagnostic] = [] if problem is None else [problem.at(file)]
    if text is None:
        return None, tuple(told)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: dict[str, list[MappedCode]] = {}
    doubtful: dict[str, list[tuple[int, int]]] = {}
    try:
        heads = [fold_text(cell) for cell in next(reader, [])]
        at = {zh: next((heads.index(n) for n in (zh, en) if n in heads), -1) for zh, en in COLUMNS.items()}
        missing = [n for n in _NEEDED if at[n] < 0]
        if missing:
            return None, (*told, *(Problem("MR-K202", {"name": n}).at(f"{file} 第 1 行") for n in missing))
        for number, cells in enumerate(reader, 2):
            if number > MAX_ROWS:
                told.append(Problem("MR-K206", {"limit": str(MAX_ROWS)}).at(file))
                break
            if any(cell.strip() for cell in cells):
                _read_row({n: cells[i].strip() if 0 <= i < len(cells) else "" for n, i in at.items()}, number, file, rows, doubtful, told)
    except csv.Error as error:
        told.append(Problem("MR-K208", {"detail": str(error)}).at(f"{file} 第 {reader.line_num} 行"))
        return None, tuple(told)
    if len(told) > MAX_LISTED:
        told = [*told[:MAX_LISTED], Problem("MR-K210", {"count": str(len(told) - MAX_LISTED)}).at(file)]
    frozen = {code: tuple(found) for code, found in rows.items()}
    return CodeMapping(frozen, {code: tuple(found) for code, found in doubtful.items()}, file), tuple(told)


def _read_row(
    cells: Mapping[str, str], line: int, file: str, rows: dict[str, list[MappedCode]], doubtful: dict[str, list[tuple[int, int]]],
    told: list[Diagnostic],
) -> None:
    def tell(problem: Problem, column: str) -> None:
        told.append(problem.at(f"{file} 第 {line} 行 {column}"))

    locals_ = [(column, cells[column]) for column in ("医院编码", "省编码") if cells[column]]
    if not cells["国家编码"] or not locals_:
        tell(Problem("MR-K632"), "国家编码" if not cells["国家编码"] else "医院编码")
        return
    national = parse_code("item", cells["国家编码"])
    if isinstance(national, Problem):
        tell(national, "国家编码")
        return
    days = []
    for column, empty in (("有效起", 0), ("有效止", OPEN_END)):
        day = parse_date(fold_text(cells[column])) if cells[column] else empty
        if isinstance(day, Problem):
            tell(day, column)
            return
        days.append(day)
    begin, end = days
    if end <= begin:
        tell(Problem("MR-K304", {"start": cells["有效起"], "to": cells["有效止"]}), "有效止")
        return
    for column, written in locals_:
        local = fold_code(written)
        earlier = rows.setdefault(local, [])
        if len(earlier) >= MAX_PER_CODE:
            tell(Problem("MR-K309", {"count": f"{MAX_PER_CODE}+", "limit": str(MAX_PER_CODE)}), column)
            doubtful[local] = [(0, OPEN_END)]
            continue
        for other in earlier:
            if other.begin < end and begin < other.end and other.national != national:
                tell(Problem("MR-K631", {"cell": written, "line": str(other.line), "other": other.national}), column)
                doubtful.setdefault(local, []).append((max(begin, other.begin), min(end, other.end)))
        earlier.append(MappedCode(local, national, cells["名称"], begin, end, line))
