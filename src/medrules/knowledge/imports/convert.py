"""The rows of a batch as rows of a table, cell by cell, with a diagnostic for each cell that cannot be taken as it stands."""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from medrules.diagnostics import Diagnostic
from medrules.diagnostics.codes import Twin
from medrules.frozen import dataclass
from medrules.knowledge.cells import UNCODED, shown
from medrules.knowledge.imports.cells import POINT_TYPE, cell_text, warned
from medrules.knowledge.imports.layout import POINT, From, Layout
from medrules.knowledge.imports.propose import column_types
from medrules.knowledge.imports.sheet import Cell, Sheet, text_of
from medrules.knowledge.imports.target import OTHER, Target
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import PAIR_ONLY, RESERVED_NAMES
from medrules.knowledge.rows import RowBuilder
from medrules.knowledge.table import Row
from medrules.model.folding import fold_text
from medrules.model.types import TEXT, Type

__all__ = ["Record", "check_layout", "convert"]

_REMARK: Final = re.compile(r"(?:合\s*计|总\s*计|小\s*计|备\s*注|说\s*明|注)(?:[：:\s(（].*)?", re.DOTALL)
_CONDITION_KINDS: Final = ("range", "num", "level", "list", "bool", "frame", "code", "codeset", "date")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the batch, fit for the table. `cells` are by Chinese column name; `row` is parsed but for a point that is still to be
    found (`cells[知识点号]` is then a placeholder)."""

    line: int
    place: str
    cells: Mapping[str, str]
    row: Row
    supersedes: str = ""
    attested: tuple[str, ...] = ()  # columns whose words could not be read and stay text


def check_layout(layout: Layout, sheet: Sheet, target: Target, name: str) -> Iterator[Diagnostic]:
    """What is wrong with a mapping file for this sheet and this table. `name` is the mapping file's."""
    heads = [fold_text(text_of(cell)) for cell in (sheet.rows[layout.header - 1] if layout.header <= len(sheet.rows) else ())]
    declared = {c.zh: c for c in target.declared.columns}
    keys = [k.zh for k in target.declared.keys]
    reserved = {n for n in RESERVED_NAMES if target.declared.key_kind == "pair" or n not in PAIR_ONLY}
    known = {*declared, *keys, *reserved}
    given = {**layout.columns, **layout.constants, **layout.unfilled}
    for column in given:
        if column not in known:
            yield Problem("MR-K628", {"name": column, "table": target.declared.name, "words": "、".join([*keys, *declared])}).at(name)
    sources = [one.column for one in layout.columns.values()] + [n for n in (layout.supersedes, layout.rule_code, *layout.only) if n]
    if layout.codes is not None:
        sources.append(layout.codes.match)
    for source in dict.fromkeys(sources):
        count = heads.count(fold_text(source))
        if not count:
            yield Problem("MR-K623", {"name": source, "line": str(layout.header)}).at(sheet.place(layout.header))
        elif count > 1:
            yield Problem("MR-K204", {"name": source}).at(sheet.place(layout.header, heads.index(fold_text(source)) + 1))
        elif (number := heads.index(fold_text(source)) + 1) in sheet.hidden_columns:
            yield Problem("MR-K611", {"what": Twin("列", "column")}).at(sheet.place(layout.header, number))
    if sheet.hidden:
        yield Problem("MR-K611", {"what": Twin("工作表", "sheet")}).at(sheet.place(layout.header))
    # The keys of a combination, and those beside a set, may be empty: any value.
    full_keys = keys if target.declared.key_kind not in ("combination", "set") else []
    needed = [*([POINT] if layout.identity == (POINT,) else layout.identity), *declared, "有效起"]
    needed += [k for k in keys if layout.codes is None or k != keys[0]]
    for column in dict.fromkeys(needed):
        stated = column in layout.columns or layout.constants.get(column, "").strip()
        left = column in layout.unfilled and column not in (POINT, "有效起", *full_keys) and layout.unfilled[column] in ("", *UNCODED)
        if not (stated or left or (column == OTHER and "原文" in layout.columns)):
            yield Problem("MR-K624", {"name": column}).at(name)


class _Converter:
    def __init__(self, sheet: Sheet, layout: Layout, target: Target, codes: Mapping[str, str] | None) -> None:
        self._sheet, self._layout, self._target, self._codes = sheet, layout, target, codes
        heads = [fold_text(text_of(cell)) for cell in sheet.rows[layout.header - 1]]
        self._at = {name: heads.index(fold_text(one.column)) + 1 for name, one in layout.columns.items()}
        self._extra = {n: heads.index(fold_text(n)) + 1 for n in (layout.supersedes, layout.rule_code) if n}
        self._only = {n: heads.index(fold_text(n)) + 1 for n in layout.only}
        self._match = heads.index(fold_text(layout.codes.match)) + 1 if layout.codes else 0
        self._types: dict[str, Type] = {**column_types(target), POINT: POINT_TYPE}
        self._keys = [k.zh for k in target.declared.keys]
        self._builder = RowBuilder(target.declared, target.places(), target.codesets)
        self._typed = [c.zh for c in target.declared.columns if c.type != TEXT and c.zh not in self._keys]
        self._used = sorted({*self._at.values(), *self._extra.values(), *([self._match] if self._match else [])})
        self._merged = _merged_lines(sheet)
        self.told: list[Diagnostic] = []

    def _tell(self, problem: Problem, line: int, column: int = 0) -> None:
        self.told.append(problem.at(self._sheet.place(line, column)))

    def rows(self) -> Iterator[Record]:
        for line in range(self._layout.header + 1, len(self._sheet.rows) + 1):
            cells = self._sheet.rows[line - 1]
            if any(text_of(cell).strip() for cell in cells):
                made = self._row(line, cells)
                if made is not None:
                    yield made

    def _row(self, line: int, cells: Sequence[Cell]) -> Record | None:
        first = next(i for i, cell in enumerate(cells, 1) if text_of(cell).strip())
        areas = self._merged.get(line, ())
        filled = sum(bool(text_of(self._sheet.cell(line, i)).strip()) for i in self._used)
        words = text_of(cells[first - 1]).strip()
        key_empty = not any(text_of(self._sheet.cell(line, self._at[k])).strip() for k in self._keys if k in self._at)
        if _REMARK.fullmatch(words) and (key_empty or filled <= 1 or first == self._at.get(POINT)):  # 合计 is no number of a point
            self._tell(Problem("MR-K609", {"cell": shown(words)}), line, first)
            return None
        for name, column in self._only.items():
            word = text_of(self._sheet.cell(line, column)).strip()
            if word not in self._layout.only[name]:
                self._tell(Problem("MR-K630", {"column": name, "cell": shown(word), "words": "、".join(self._layout.only[name])}), line, column)
                return None
        if line in self._sheet.hidden_rows:
            self._tell(Problem("MR-K611", {"what": Twin("行", "row")}), line)
            return None
        for area in areas:
            if any(area[0] <= column <= area[1] for column in self._used):
                self._tell(Problem("MR-K610", {"area": area[2]}), line, area[0])
                return None
        return self._taken(line)

    def _taken(self, line: int) -> Record | None:
        values = {**dict.fromkeys(self._target.header, ""), **self._layout.unfilled, **self._layout.constants}
        wrong = False
        for name, one in self._layout.columns.items():
            cell, type_ = self._sheet.cell(line, self._at[name]), self._types.get(name, TEXT)
            found = cell_text(cell, one, type_)
            if isinstance(found, Problem):
                self._tell(found, line, self._at[name])
                wrong = True
                continue
            warning = warned(cell, type_)
            if warning is not None:
                self._tell(warning, line, self._at[name])
            if found or name not in self._layout.constants:
                values[name] = found
        supersedes = self._checked_extra(line)
        if not wrong and not values["有效起"].strip():
            self._tell(Problem("MR-K624", {"name": "有效起"}), line, self._at.get("有效起", 0))
            wrong = True
        if wrong or supersedes is None:
            return None
        if self._codes is not None and not self._joined(values, line):
            return None
        return self._built(values, line, supersedes)

    def _checked_extra(self, line: int) -> str | None:
        """The point that the row takes the place of; None if the row belongs to another rule."""
        rule, supersedes = self._layout.rule_code, self._layout.supersedes
        if rule:
            stated = text_of(self._sheet.cell(line, self._extra[rule])).strip()
            if stated and self._target.family and stated != self._target.family:
                self._tell(Problem("MR-K618", {"found": shown(stated), "expected": self._target.family}), line, self._extra[rule])
                return None
        if not supersedes:
            return ""
        named = cell_text(self._sheet.cell(line, self._extra[supersedes]), From(supersedes), POINT_TYPE)
        if isinstance(named, Problem):
            self._tell(named, line, self._extra[supersedes])
            return None
        return named

    def _joined(self, values: dict[str, str], line: int) -> bool:
        assert self._codes is not None
        name = fold_text(text_of(self._sheet.cell(line, self._match)))
        found = self._codes.get(name, "")
        if not found:
            self._tell(Problem("MR-K627", {"name": shown(name)}), line, self._match)
        values[self._keys[0]] = found
        return bool(found)

    def _built(self, values: dict[str, str], line: int, supersedes: str) -> Record | None:
        """The row; words of a condition that cannot be read become text where the table has a column for it."""
        if OTHER in values and OTHER not in self._layout.columns and OTHER not in self._layout.constants:
            values[OTHER] = ""
        if not values[POINT] and self._layout.identity != (POINT,):
            values[POINT] = "?"
        attested: list[str] = []
        header = self._target.header
        for _ in range(2):
            row = self._builder.build([values[name] for name in header], line)
            if isinstance(row, Row):
                _count(values, self._typed)
                row = self._builder.build([values[name] for name in header], line)
                assert isinstance(row, Row)
                return Record(line, self._sheet.place(line, self._at.get(self._keys[0], 0) or self._match), values, row, supersedes, tuple(attested))
            refused = [(problem, header[place]) for problem, place in row]
            if OTHER not in values or any(name not in self._typed or self._types[name].kind not in _CONDITION_KINDS for _, name in refused):
                for problem, name in refused:
                    self._tell(problem, line, self._at.get(name, 0))
                return None
            for problem, name in refused:
                told = problem.at("")
                self._tell(Problem("MR-K619", {
                    "column": name, "cell": shown(values[name]), "reason": Twin(told.message, told.message_en)}), line, self._at.get(name, 0))
                if values[name] not in values[OTHER]:
                    values[OTHER] = "；".join(filter(None, (values[OTHER], f"{name}：{values[name]}")))
                values[name] = ""
                attested.append(name)
        return None


def _count(values: dict[str, str], typed: Sequence[str]) -> None:
    """编全, where the file does not say it: how much of the row is in typed columns."""
    if values.get("编全", "").strip():
        return
    there = [values[name] for name in typed if values[name].strip() and values[name].strip() not in UNCODED]
    left = values.get(OTHER, "").strip() or any(values[name].strip() in UNCODED for name in typed if values[name].strip())
    values["编全"] = "全" if not left else "部分" if there else "仅文本"


def _merged_lines(sheet: Sheet) -> dict[int, list[tuple[int, int, str]]]:
    """First column, last column and name of the merged areas, by line."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    for area in sheet.merged:
        for line in range(area.top, min(area.bottom, len(sheet.rows)) + 1):
            found.setdefault(line, []).append((area.left, area.right, str(area)))
    return found


def convert(
    sheet: Sheet, layout: Layout, target: Target, codes: Mapping[str, str] | None = None,
) -> tuple[tuple[Record, ...], tuple[Diagnostic, ...]]:
    """The rows that can be taken, and what is to be said of the others. `codes` are those that stand apart, by name."""
    converter = _Converter(sheet, layout, target, codes)
    records = tuple(converter.rows())
    return records, tuple(converter.told)
