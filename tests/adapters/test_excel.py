"""Workbooks as clerks make them, and as nobody should: read whole, or refused with a reason."""
from __future__ import annotations

import csv
import io
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from medrules.adapters.excel import read_workbook, write_template
from medrules.knowledge.imports.batch import import_batch
from medrules.knowledge.imports.propose import own_layout
from medrules.knowledge.imports.sheet import Limits, Odd
from medrules.knowledge.imports.template import EXPLAINED, template_columns

sys.path.insert(0, str(Path(__file__).parents[1] / "knowledge"))
from batches import DAY_MAP, LEVEL_HEAD, LEVEL_MAP, imported, kinds, rows, target, unread, write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*lines: list[object], title: str = "明细") -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for line in lines:
        sheet.append(line)
    return book


def sheets(book: Workbook):  # type: ignore[no-untyped-def]
    found, told = read_workbook(saved(book), "b.xlsx")
    assert not told, [(d.code, d.message) for d in told]
    return found


HEAD = LEVEL_HEAD.split(",")
NEW = ["KP-9", "XA03AAA001A001010100001", "丙片", "二级", "限二级。", "2026-06-01", None]


def test_texts_are_texts_and_everything_else_is_told_apart() -> None:
    book = book_of(["a", 1, 1.5, 3.31e14, datetime(2026, 5, 1), datetime(2026, 5, 1, 8, 30), "=1+1", True, "#N/A", None, "末"])
    book.active["L1"] = CellRichText("限", TextBlock(InlineFont(b=True), "二级"))  # type: ignore[index]
    (one,) = sheets(book)
    assert list(one.rows[0]) == [
        "a", Odd("1", "number"), Odd("1.5", "number"), Odd("331000000000000", "number"), Odd("2026-05-01", "date"), Odd("2026-05-01 08:30:00", "date"),
        Odd("=1+1", "formula"), Odd("是", "bool"), Odd("#N/A", "error"), "", "末", "限二级"]


def test_a_batch_in_a_workbook_goes_in(pack: Path) -> None:
    book = book_of(["第十八批知识点明细"], HEAD, NEW, ["KP-8", "XA04", "丁片", "二级", "限二级。", datetime(2026, 6, 1), "KP-1"], ["合计", None, 2])
    book.active.merge_cells("A1:G1")  # type: ignore[union-attr]
    report = imported(pack, "限级别", "header = 2\n" + LEVEL_MAP, sheets=sheets(book))
    assert kinds(report) == [("added", "KP-9"), ("added", "KP-8"), ("superseded", "KP-1")]
    assert unread(report) == [("MR-K609", "b.xlsx 明细!A5")] and rows(report)[-1]["有效起"] == "2026-06-01"


@pytest.mark.parametrize(("line", "code", "cell"), [
    (["D-2", 1103000010000, 7, "2026-01-01"], "MR-K605", "B2"),
    (["D-2", 3.31e14, 7, "2026-01-01"], "MR-K605", "B2"),
    ([12345678901234567, "XA01", 7, "2026-01-01"], "MR-K605", "A2"),
    (["D-2", "=A1", 7, "2026-01-01"], "MR-K412", "B2"),
    (["D-2", "XA01", "=1+6", "2026-01-01"], "MR-K412", "C2"),
    (["D-2", "XA01", datetime(2026, 3, 1), "2026-01-01"], "MR-K607", "C2"),
    (["D-2", "XA01", 7, 45658], "MR-K606", "D2"),
    (["D-2", "XA01", 7, datetime(2026, 1, 1, 12)], "MR-K607", "D2"),
])
def test_what_the_spreadsheet_did_to_a_cell_is_named(pack: Path, line: list[object], code: str, cell: str) -> None:
    report = imported(pack, "天数", DAY_MAP, sheets=sheets(book_of(["id", "code", "n", "from"], line, ["D-3", "XA02", 7, datetime(2026, 1, 1)])))
    assert unread(report) == [(code, f"b.xlsx 明细!{cell}")] and kinds(report) == [("added", "D-3")]
    assert rows(report)[-1]["天数"] == "7"


def test_what_nobody_sees_is_not_imported(pack: Path) -> None:
    book = book_of(HEAD, NEW, ["KP-8", "XA04", "丁片", "二级", "限。", "2026-06-01", None])
    book.active.row_dimensions[2].hidden = True  # type: ignore[union-attr]
    report = imported(pack, "限级别", LEVEL_MAP, sheets=sheets(book))
    assert kinds(report) == [("added", "KP-8")] and unread(report) == [("MR-K611", "b.xlsx 明细!第 2 行")]
    book.active.column_dimensions["A"].hidden = True  # type: ignore[union-attr]
    report = imported(pack, "限级别", LEVEL_MAP, sheets=sheets(book))
    assert report.content is None and unread(report) == [("MR-K611", "b.xlsx 明细!A1")]
    book.create_sheet("另一张").append(["x"])
    book["明细"].sheet_state = "hidden"
    assert "MR-K611" in [c for c, _ in unread(imported(pack, "限级别", 'sheet = "明细"\n' + LEVEL_MAP, sheets=sheets(book)))]


def test_merged_data_cells_are_not_filled_in(pack: Path) -> None:
    book = book_of(HEAD, NEW, ["KP-8", None, "丁片", "二级", "限。", "2026-06-01", None], ["KP-7", "XA07", "己片", "二级", "限。", "2026-06-01", None])
    book.active.merge_cells("B2:B3")  # type: ignore[union-attr]
    report = imported(pack, "限级别", LEVEL_MAP, sheets=sheets(book))
    assert kinds(report) == [("added", "KP-7")]
    assert unread(report) == [("MR-K610", "b.xlsx 明细!B2"), ("MR-K610", "b.xlsx 明细!B3")]


def test_codes_of_another_sheet_are_joined_and_a_damaged_one_takes_its_name_out(pack: Path) -> None:
    book = book_of(["药品通用名", "药品说明", "限定值域"], ["丙片", "限二级。", "二级"], ["丁片", "限二级。", "二级"])
    codes = book.create_sheet("药品代码")
    for line in (["药品通用名", "国标代码"], ["丙片", "XA03"], ["丙片", "XA04"], ["丁片", "XA05"], ["丁片", 12345678901]):
        codes.append(line)
    mapping = 'identity = ["名称"]\n[columns]\n"名称" = "药品通用名"\n"最低级别" = "限定值域"\n"原文" = "药品说明"\n[constants]\n"有效起" = "2026-06-01"\n' \
              '[unfilled]\n"就医方式" = ""\n[codes]\nsheet = "药品代码"\nmatch = "药品通用名"\ncolumn = "国标代码"\n'
    report = imported(pack, "限级别", mapping, sheets=sheets(book))
    assert [k for k, _ in kinds(report)] == ["added"] and rows(report)[-1]["编码"] == "XA03|XA04"
    assert unread(report) == [("MR-K605", "b.xlsx 药品代码!B5"), ("MR-K627", "b.xlsx 明细!A3")]


# ---------------------------------------------------------------- templates


def test_a_filled_template_comes_back_as_its_rows(pack: Path) -> None:
    for table in ("限级别", "成对", "天数"):
        goal = target(pack, table)
        book = load_workbook(io.BytesIO(write_template(table, template_columns(goal), EXPLAINED)))
        sheet = book[table]
        heads = [c.value for c in sheet[1]]
        with (pack / goal.file).open(encoding="utf-8", newline="") as file:
            old = list(csv.DictReader(file))
        for row in old:
            sheet.append([row.get(str(h)) or None for h in heads])
        found, told = read_workbook(saved(book), "t.xlsx")
        mine = own_layout(found[0], goal)
        assert not told and mine is not None
        report = import_batch(found, mine, goal)
        assert [k for k, _ in kinds(report)] == ["unchanged"] * len(old), unread(report)
        assert report.content == (pack / goal.file).read_bytes()


def test_a_template_is_text_with_comments_and_lists(pack: Path) -> None:
    book = load_workbook(io.BytesIO(write_template("限级别", template_columns(target(pack, "限级别")), EXPLAINED)))
    sheet = book["限级别"]
    heads = [c.value for c in sheet[1]]
    assert all(sheet.column_dimensions[c.column_letter].number_format == "@" for c in sheet[1])
    level = sheet[1][heads.index("最低级别")]
    assert "例如：" in level.comment.text and "二级" in level.comment.text
    (choice,) = [v for v in sheet.data_validations.dataValidation if f"{level.column_letter}2" in v.sqref]
    place = choice.formula1.split("$")[1]
    assert [c.value for c in book["词表"][place]][1:5] == ["未定级", "一级", "二级", "三级"]


@given(st.lists(st.text("0123456789XABCE", min_size=1, max_size=24), min_size=1, max_size=8, unique=True), st.sampled_from(["", "二级", "三级"]))
@settings(max_examples=25, deadline=None)
def test_no_code_typed_into_a_template_is_lost(codes: list[str], level: str) -> None:
    """Typed as text, every code comes back as it was typed, or is refused by name; never as another."""
    goal = _goal()
    book = load_workbook(io.BytesIO(write_template("限级别", template_columns(goal), EXPLAINED)))
    sheet = book["限级别"]
    heads = [str(c.value) for c in sheet[1]]
    for i, code in enumerate(codes):
        values = {"知识点号": f"N-{i}", "编码": code, "最低级别": level, "有效起": "2026-06-01"}
        for n, head in enumerate(heads, 1):
            sheet.cell(i + 2, n, values.get(head)).number_format = "@"
    found, _ = read_workbook(saved(book), "t.xlsx")
    mine = own_layout(found[0], goal)
    assert mine is not None
    report = import_batch(found, mine, goal)
    got = {r["知识点号"]: r["编码"] for r in rows(report)[3:]}
    refused = {d.place.rpartition("B")[2] for d in report.unreadable}
    for i, code in enumerate(codes):
        assert got.get(f"N-{i}") == code or str(i + 2) in refused, (code, unread(report))


_GOAL: list[object] = []


def _goal():  # type: ignore[no-untyped-def]
    import tempfile

    if not _GOAL:
        _GOAL.append(target(write_pack(Path(tempfile.mkdtemp()) / "pack"), "限级别"))
    return _GOAL[0]


# ---------------------------------------------------------------- hostile workbooks


def package(parts: dict[str, str]) -> bytes:
    """A zip made by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return out.getvalue()


def edited(book: Workbook, name: str, old: bytes, new: bytes) -> bytes:
    """A workbook one of whose parts somebody has changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == name:
                assert old in content
                content = content.replace(old, new)
            made.writestr(member.filename, content)
    return out.getvalue()


ONE = "xl/worksheets/sheet1.xml"
DTD = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def bomb() -> bytes:
    return edited(book_of(["a"]), ONE, b"</sheetData>", b"</sheetData>" + b" " * 40_000_000)


@pytest.mark.parametrize(("content", "code"), [
    (lambda: b"PK\x03\x04 nonsense", "MR-K601"),
    (lambda: b"\xd0\xcf\x11\xe0 old", "MR-K601"),
    (lambda: saved(book_of(["a"]))[:-300], "MR-K601"),
    (lambda: package({"a.xml": "<a/>"}), "MR-K601"),
    (lambda: package({"xl/workbook.xml": "<workbook>", "xl/_rels/workbook.xml.rels": "<x/>"}), "MR-K601"),
    (lambda: edited(book_of(["a"]), "xl/workbook.xml", b"<workbook", DTD + b"<workbook"), "MR-K601"),
    (lambda: edited(book_of(["a"]), ONE, b"<worksheet", DTD + b"<worksheet"), "MR-K601"),
    (lambda: edited(book_of(["a"]), ONE, b'<row r="1"', b'<row r="99999999"'), "MR-K602"),
    (lambda: edited(book_of(["a"]), ONE, b'<c r="A1"', b'<c r="XFD1"'), "MR-K602"),
    (lambda: edited(book_of(["a"]), ONE, b'<row r="1"', b'<row r="x"'), "MR-K601"),
    (lambda: edited(book_of(["a"]), ONE, b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:A400000"/>' * 3 + b"</mergeCells>"), "MR-K602"),
    (bomb, "MR-K602"),
    (lambda: saved(book_of(["x" * 30_000] * 3)), "MR-K207"),
    (lambda: b"PK\x03\x04" + b"0" * 2_000_000, "MR-K602"),
])
def test_hostile_workbooks_are_refused(content, code: str) -> None:  # type: ignore[no-untyped-def]
    found, told = read_workbook(content(), "b.xlsx", Limits(content=1_500_000, unpacked=60_000_000, cell=20_000))
    assert found == () and [d.code for d in told] == [code]


@given(st.integers(0, 4_500), st.binary(min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_damaged_workbooks_never_raise(at: int, noise: bytes) -> None:
    content = bytearray(_SAVED)
    content[at % len(content):at % len(content) + len(noise)] = noise
    found, told = read_workbook(bytes(content), "b.xlsx")
    assert found or told


_SAVED = saved(book_of(HEAD, NEW))

