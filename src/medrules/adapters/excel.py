"""Workbooks: the one file that knows openpyxl. Reads a workbook's sheets for `knowledge.imports`, writes templates.

A workbook is a zip of XML from anywhere. Before openpyxl sees it, its parts are counted and read once with expat: sizes, a DTD, rows and
columns beyond all bounds are refused, and what openpyxl's streaming reader does not tell (hidden rows and columns, merged cells) is noted.
"""
from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple
from warnings import catch_warnings, simplefilter
from xml.parsers import expat

from medrules.diagnostics import Diagnostic
from medrules.errors import MissingExtra
from medrules.knowledge.imports.sheet import LIMITS, Area, Cell, Limits, Odd, Sheet, column_number
from medrules.knowledge.imports.template import TemplateColumn
from medrules.knowledge.problem import Problem

try:
    from openpyxl import Workbook, load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation
except ImportError as missing:  # pragma: no cover - exercised in an environment without the extra
    raise MissingExtra("读写 XLSX 需要 openpyxl：pip install medrules[excel] / XLSX needs: pip install medrules[excel]") from missing

__all__ = ["read_workbook", "write_template"]

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_OLD: Final = b"\xd0\xcf\x11\xe0"  # .xls, or a workbook with a password
_SMALL: Final = 1024 * 1024  # bytes of a part about whose ratio nobody worries
_CHUNK: Final = 1024 * 1024
_WORDS_SHEET: Final = "词表"
_LAST_ROW: Final = 1_048_576


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Shape(NamedTuple):
    """What openpyxl's streaming reader leaves out of a sheet."""

    hidden_rows: set[int]
    hidden_columns: set[int]
    merged: list[Area]


def read_workbook(content: bytes, file: str, limits: Limits = LIMITS) -> tuple[tuple[Sheet, ...], tuple[Diagnostic, ...]]:
    """All sheets in their order; () and a diagnostic if the workbook cannot be read whole. Formulas are not calculated."""
    try:
        shapes = _looked_over(content, limits)
        with catch_warnings():
            simplefilter("ignore")  # openpyxl warns of what it leaves out: colours, pictures, drop-down lists
            return tuple(_sheets(content, file, shapes, limits)), ()
    except _Refused as refused:
        return (), (refused.problem.at(file),)
    except Exception:  # openpyxl on a broken workbook may raise anything; none of it is the reader's fault
        return (), (_broken("内容损坏", "damaged content").at(file),)


# ---------------------------------------------------------------- looking a package over


def _looked_over(content: bytes, limits: Limits) -> dict[str, tuple[_Shape, bool]]:
    """The shape of each sheet by name, and whether it is hidden."""
    if len(content) > limits.content:
        raise _too_much("文件", "The file", f"{limits.content} 字节")
    if content.startswith(_OLD):
        raise _Refused(_broken("是旧的 .xls，或设了密码；另存为没有密码的 .xlsx", "an old .xls, or protected by a password; save it as .xlsx"))
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OverflowError):
        raise _Refused(_broken("不是 XLSX", "not an XLSX")) from None
    with package:
        members = package.infolist()
        if len(members) > limits.parts or len({m.filename for m in members}) != len(members):
            raise _too_much("文件里的部分", "The number of parts", str(limits.parts))
        unpacked = sum(m.file_size for m in members)
        if unpacked > limits.unpacked or any(m.file_size > _SMALL and m.file_size > limits.ratio * max(m.compress_size, 1) for m in members):
            raise _too_much("解压后的大小", "The unpacked size", f"{limits.unpacked} 字节（{limits.ratio} 倍）")
        names = {m.filename for m in members}
        if _WORKBOOK not in names or _RELATIONS not in names:
            raise _Refused(_broken("不是 XLSX 工作簿", "not an XLSX workbook"))
        listed: list[tuple[str, str, bool]] = []
        targets: dict[str, str] = {}
        shapes: dict[str, _Shape] = {}
        for member in members:
            if not member.filename.endswith((".xml", ".rels", ".vml")):
                continue
            match member.filename:
                case name if name == _WORKBOOK:
                    _parse(package, member, _workbook_handler(listed))
                case name if name == _RELATIONS:
                    _parse(package, member, _relations_handler(targets))
                case name if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    shapes[name] = _Shape(set(), set(), [])
                    _parse(package, member, _sheet_handler(shapes[name], limits))
                case _:
                    _parse(package, member, lambda name, attributes: None)
    if len(listed) > limits.sheets:
        raise _too_much("工作表", "The number of sheets", str(limits.sheets))
    found = {}
    for title, relation, hidden in listed:
        target = targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        if part in shapes:  # a sheet that is a chart has no cells
            found[title] = (shapes[part], hidden)
    return found


def _parse(package: zipfile.ZipFile, member: zipfile.ZipInfo, start: Any) -> None:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition("}")[2], attributes)
    parser.StartDoctypeDeclHandler = _no_doctype
    with package.open(member) as part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _no_doctype(*_: Any) -> None:
    raise _Refused(_broken("里面有文档类型定义（DTD）", "it has a document type definition (DTD)"))


def _workbook_handler(listed: list[tuple[str, str, bool]]) -> Any:
    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith("}id")), "")
            listed.append((attributes.get("name", ""), relation, attributes.get("state", "visible") != "visible"))

    return start


def _relations_handler(targets: dict[str, str]) -> Any:
    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    return start


def _sheet_handler(shape: _Shape, limits: Limits) -> Any:
    rows = merged = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal rows, merged
        match name:
            case "row":
                rows += 1
                number = int(attributes.get("r", rows))
                if number > limits.rows or rows > limits.rows:
                    raise _too_much("行数", "The number of rows", str(limits.rows))
                if _flag(attributes.get("hidden")) or attributes.get("ht") in ("0", "0.0"):
                    shape.hidden_rows.add(number)
            case "c":
                letters = attributes.get("r", "").rstrip("0123456789")
                if len(letters) > 3 or column_number(letters) > limits.columns:
                    raise _too_much("列数", "The number of columns", str(limits.columns))
            case "col":
                if _flag(attributes.get("hidden")) or attributes.get("width") in ("0", "0.0"):
                    last = min(int(attributes["max"]), limits.columns)
                    shape.hidden_columns.update(range(int(attributes["min"]), last + 1))
            case "mergeCell":
                area = _area(attributes["ref"])
                merged += area.bottom - area.top + 1
                if merged > limits.rows:
                    raise _too_much("合并单元格", "The number of merged lines", str(limits.rows))
                shape.merged.append(area)

    return start


def _flag(text: str | None) -> bool:
    return text in ("1", "true")


def _area(reference: str) -> Area:
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = _at(first), _at(last or first)
    return Area(top, left, bottom, right)


def _at(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters):]), column_number(letters)


def _broken(detail: str, detail_en: str) -> Problem:
    return Problem("MR-K601", {"detail": detail, "detail_en": detail_en})


def _too_much(what: str, what_en: str, limit: str) -> _Refused:
    return _Refused(Problem("MR-K602", {"what": what, "what_en": what_en, "limit": limit}))


# ---------------------------------------------------------------- cells


def _sheets(content: bytes, file: str, shapes: Mapping[str, tuple[_Shape, bool]], limits: Limits) -> Iterator[Sheet]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        for one in book.worksheets:
            shape, hidden = shapes[one.title]
            rows: list[list[Cell]] = []
            for cells in one.iter_rows():
                row = [_cell(cell, limits) for cell in cells]
                while row and row[-1] == "":
                    row.pop()
                rows.append(row)
            while rows and not rows[-1]:
                rows.pop()
            yield Sheet(one.title, file, rows, hidden, frozenset(shape.hidden_rows), frozenset(shape.hidden_columns), tuple(shape.merged))
    finally:
        book.close()


def _cell(cell: Any, limits: Limits) -> Cell:
    value, kind = cell.value, cell.data_type
    if value is None:
        return ""
    if kind == "f":
        return Odd(str(getattr(value, "text", value)), "formula")
    if kind == "e":
        return Odd(str(value), "error")
    match value:
        case str():
            if len(value) > limits.cell:
                raise _Refused(Problem("MR-K207", {"length": str(len(value)), "limit": str(limits.cell)}))
            return value
        case bool():
            return Odd("是" if value else "否", "bool")
        case int() | float():
            return Odd(_number(value), "number")
        case datetime():
            whole = value.time() == time()
            return Odd(value.date().isoformat() if whole else value.isoformat(" ", "seconds"), "date")
        case date():
            return Odd(value.isoformat(), "date")
        case _:
            return Odd(str(value), "date")  # a time of day, or a length of time


def _number(value: int | float) -> str:
    """As a clerk reads it: no exponent, no `.0`."""
    if isinstance(value, float):
        if not value.is_integer():
            return format(Decimal(repr(value)), "f")
        value = int(value)
    return str(value)


# ---------------------------------------------------------------- templates


def write_template(title: str, columns: Sequence[TemplateColumn], explained: Sequence[tuple[str, str]]) -> bytes:
    """A workbook whose cells are all text, so that no code loses a digit. `explained` fills a second sheet, 填写说明."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _sheet_title(title)
    listed = book.create_sheet(_WORDS_SHEET)
    lists = 0
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        head = sheet.cell(1, number, column.name)
        head.font = Font(bold=True, color="C00000" if column.needed else "000000")
        head.fill = PatternFill("solid", fgColor="DDEBF7")
        head.number_format = "@"
        head.comment = Comment(column.comment, "medrules", width=320, height=160)
        dimension = sheet.column_dimensions[letter]
        dimension.width = max(14, min(40, 2 * len(column.name) + 6))
        dimension.number_format = "@"
        if column.words:
            lists += 1
            for row, word in enumerate((column.name, *column.words), 1):
                listed.cell(row, lists, word).number_format = "@"
            place = get_column_letter(lists)
            choice = DataValidation("list", formula1=f"='{_WORDS_SHEET}'!${place}$2:${place}${len(column.words) + 1}", allow_blank=True)
            choice.showErrorMessage = False  # a list of several words is written by hand, with | between them
            choice.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"
    if not lists:
        book.remove(listed)
    notes = book.create_sheet("填写说明")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 24, 100
    for row, (left, right) in enumerate(explained, 1):
        notes.cell(row, 1, left).font = Font(bold=True)
        notes.cell(row, 2, right)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_title(title: str) -> str:
    return "".join("_" if c in r"[]:*?/\\" else c for c in title)[:31] or "Sheet1"
