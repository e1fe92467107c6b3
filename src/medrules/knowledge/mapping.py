"""Codes of one hospital and one province to the national ones, by day: 医院编码, 国家编码, 省编码, 名称, 有效起, 有效止.

A hospital's own codes match no national table. Here they are looked up, never guessed: a code that is not listed, or that two rows claim
on the same day, is UNKNOWN. 国家编码 may say 目录外: then the item has no national code, and that is known.
"""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from medrules.diagnostics import Diagnostic
from medrules.knowledge.cells import parse_date
from medrules.knowledge.imports.csv_sheet import decoded
from medrules.knowledge.members import parse_code
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import OPEN_END
from medrules.model.folding import fold_code, fold_text
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

__all__ = ["COLUMNS", "CodeMapping", "MappedCode", "read_mapping"]

COLUMNS: Final[Mapping[str, str]] = MappingProxyType({
    "医院编码": "hospital_code", "国家编码": "national_code", "省编码": "provincial_code", "名称": "name", "有效起": "valid_from", "有效止": "valid_to",
})
_NEEDED: Final = ("医院编码", "国家编码")
OFF_LIST: Final = frozenset({"目录外", "无", "NONE"})
# Where item codes stand below an encounter, besides its lines.
_CODES_BELOW: Final = (("sessions", "item"), ("results", "charged_as"))
_TIMES: Final = ("performed_at", "charged_at", "begin")
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
        self._national = frozenset(row.national for found in rows.values() for row in found) - OFF_LIST

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def national(self, code: str, day: int) -> Any:
        """The national code that a code means on a day: a str, ABSENT for an item off the national lists, UNKNOWN if that is not known.

        A code of the hospital or of the province is looked up. A code that the mapping names as a national one stands for itself, as does
        any that the mapping does not list but that has the national form: 15 digits beginning with 00 for services, 20 characters and
        more for drugs and consumables, T and 9 digits for herbs.
        """
        found = self._rows.get(code)
        if found is not None:
            if any(begin <= day < end for begin, end in self._doubtful.get(code, ())):
                return UNKNOWN
            national = next((row.national for row in found if row.begin <= day < row.end), None)
            return UNKNOWN if national is None else ABSENT if national in OFF_LIST else national
        return code if code in self._national or _has_national_form(code) else UNKNOWN

    def local_codes(self, national: str, day: int) -> tuple[str, ...]:
        """The hospital's and the province's codes that mean a national one on a day, sorted."""
        return tuple(sorted(
            code for code, found in self._rows.items() if any(r.national == national and r.begin <= day < r.end for r in found)
            and not any(begin <= day < end for begin, end in self._doubtful.get(code, ()))))

    def apply(self, patients: Iterable[dict[str, Any]], day: int) -> int:
        """Bring the item codes of a request to national ones, in the dicts that a door hands to `build_facts`; the number of lines whose
        code is not known.

        Args:
            day: for lines without a time of their own, and for what has none.
        """
        unmapped = 0
        for patient in patients:
            allergies = patient.get("drug_allergies")
            if isinstance(allergies, tuple):
                mapped = [self.national(code, day) for code in allergies]
                if any(code is UNKNOWN for code in mapped):
                    del patient["drug_allergies"]
                else:
                    patient["drug_allergies"] = tuple(code for code in mapped if code is not ABSENT)
            for encounter in patient.get("encounters", ()):
                for item in encounter.get("items", ()):
                    unmapped += not self._apply(item, "code", _day_of(item, day), item.get("local_code"))
                for name, field in _CODES_BELOW:
                    for one in encounter.get(name, ()):
                        self._apply(one, field, day)
        return unmapped

    def apply_to_stock(self, records: Sequence[dict[str, Any]], day: int) -> None:
        """The same for 进销存 records."""
        for record in records:
            self._apply(record, "code", day)

    def _apply(self, values: dict[str, Any], field: str, day: int, local: Any = None) -> bool:
        """Map one code in place. A code that means nothing is taken out (UNKNOWN); one that was never sent stays so."""
        code = values.get(field, UNKNOWN)
        found = self.national(code, day) if isinstance(code, str) else UNKNOWN
        if found is UNKNOWN and isinstance(local, str):
            found = self.national(local, day)
        if found is UNKNOWN:
            if code is ABSENT and not isinstance(local, str):
                return True  # nothing to look up: it was said that there is no code
            values.pop(field, None)
            return code is UNKNOWN and not isinstance(local, str)
        values[field] = found
        return True

    def knows(self, code: str) -> bool:
        """Whether a code stands in the mapping on any side."""
        return code in self._rows or code in self._national

    def names(self) -> Iterable[tuple[str, str]]:
        """(name, national code) of every row that has a name."""
        return ((row.name, row.national) for found in self._rows.values() for row in found if row.name and row.national not in OFF_LIST)


def _day_of(item: Mapping[str, Any], otherwise: int) -> int:
    """The day of a line: of the first of its times that is known."""
    at = next((at for name in _TIMES if isinstance(at := item.get(name), Instant)), None)
    return otherwise if at is None else at.lo // DAY_SECONDS


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
    national = cells["国家编码"] if cells["国家编码"].upper() in OFF_LIST else parse_code("item", cells["国家编码"])
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
