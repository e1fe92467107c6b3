"""Hostile batch files and code mappings: workbooks that grow, lie or damage, CSVs without end, mapping files that say too much."""
from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from openpyxl import Workbook

from medrules.adapters.excel import read_workbook
from medrules.diagnostics import Source
from medrules.knowledge.imports.batch import import_batch
from medrules.knowledge.imports.csv_sheet import read_csv
from medrules.knowledge.imports.layout import read_layout
from medrules.knowledge.imports.propose import propose
from medrules.knowledge.imports.sheet import Sheet
from medrules.knowledge.imports.target import Target, open_target
from medrules.knowledge.mapping import read_mapping
from medrules.knowledge.problem import Problem
from tests.hostile.cage import Attack

__all__ = ["ATTACKS", "HARMLESS", "is_alive"]

HARMLESS = frozenset((
    "a row without number behind the last", "columns hidden to the end",
    "a sheet of two hundred thousand rows", "a mapping of one code many times", "cells that look like names"))
MAP = 'confirmed = true\n[columns]\n"知识点号" = "id"\n"编码" = "code"\n"天数" = "n"\n"有效起" = "from"\n'
HEAD = "id,code,n,from\n"
TABLE = 'name = "表"\nen = "t"\nkey = "code"\nunique = true\n[[column]]\nzh = "天数"\nen = "days"\ntype = "number:天:0"\n'


def table() -> Target:
    folder = Path(tempfile.mkdtemp()) / "families" / "F1_t" / "tables"
    folder.mkdir(parents=True)
    (folder / "t.toml").write_text(TABLE, "utf-8")
    (folder / "t.csv").write_text("知识点号,编码,天数,有效起\nK,XA01,7,2025-01-01\n", "utf-8")
    found, _ = open_target(folder.parents[2], "表")
    assert found is not None
    return found


def imported(sheet: Sheet, mapping: str = MAP) -> list[str]:
    layout, problems = read_layout(Source("m.toml", mapping))
    if layout is None:
        return [d.code for d in problems]
    report = import_batch([sheet], layout, table())
    return sorted({d.code for d in report.diagnostics}) or ["ok"]


def csv_of(text: str) -> list[str]:
    sheet, told = read_csv(text.encode("utf-8", "surrogatepass"), "b.csv")
    return [d.code for d in told] if sheet is None else imported(sheet)


def workbook(content: bytes) -> list[str]:
    sheets, told = read_workbook(content, "b.xlsx")
    if not sheets:
        return [d.code for d in told]
    found = propose(sheets, table())
    return [found.code] if isinstance(found, Problem) else ["ok"]


def plain() -> bytes:
    book = Workbook()
    book.active.append(["id", "code", "n", "from"])  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(part: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        assert part in source.namelist()
        for member in source.infolist():
            content = source.read(member)
            if member.filename == part:
                assert old in content
                content = content.replace(old, new, 1)
            made.writestr(member.filename, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def rows(n: int, cell: bytes = b"") -> bytes:
    return b"<sheetData>" + b"".join(b'<row r="%d">%b</row>' % (k, cell) for k in range(1, n + 1)) + b"</sheetData>"


def nested(n: int) -> bytes:
    return edited(SHEET, b"<sheetData>", b"<sheetData>" + b"<a>" * n + b"</a>" * n)


def entities() -> bytes:
    levels = b"".join(b'<!ENTITY a%d "%b">' % (k, b"&a%d;" % (k - 1) * 20) for k in range(1, 12))
    return edited(SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a0 "ha">' + levels + b"]><worksheet")


def lying() -> bytes:
    """A package whose directory says that a part is small."""
    made = bytearray(edited(SHEET, b"</sheetData>", b"</sheetData>" + b" " * 30_000_000))
    at = made.rfind(b"xl/worksheets/sheet1.xml") - 46  # its entry in the directory
    made[at + 24:at + 28] = (1_000).to_bytes(4, "little")
    return bytes(made)


def noise() -> bytes:
    """A package whose parts do not pack well, so that only their size gives them away."""
    return edited(SHEET, b"</t>", b"".join(b"%x" % (k * 2_654_435_761 % 2**32) for k in range(8_000_000)) + b"</t>")


def is_alive() -> list[str]:
    return csv_of(HEAD + "N,XA02,7,2026-01-01\n")


ATTACKS: dict[str, Attack] = {
    "a bomb of zeros": lambda: workbook(edited(SHEET, b"</sheetData>", b"</sheetData>" + b" " * 400_000_000)),
    "a bomb in the strings": lambda: workbook(edited(SHEET, b"</t>", b"x" * 300_000_000 + b"</t>")),
    "a cell of sixty megabytes": lambda: workbook(noise()),
    "a directory that lies": lambda: workbook(lying()),
    "entities in entities": lambda: workbook(entities()),
    "an element in an element": lambda: workbook(nested(200_000)),
    "a million rows": lambda: workbook(edited(SHEET, b"<sheetData>", rows(1_000_000))),
    "a row at the end of the world": lambda: workbook(edited(SHEET, b'<row r="1"', b'<row r="2147483648"')),
    "a row without number behind the last": lambda: workbook(edited(SHEET, b"</sheetData>", b'<row r="499999"/><row><c t="s"><v>99</v></c></row></sheetData>')),
    "a column at the end of the world": lambda: workbook(edited(SHEET, b'<c r="B1"', b'<c r="ZZZZZZ1"')),
    "a million merged areas": lambda: workbook(edited(
        SHEET, b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:B9"/>' * 1_000_000 + b"</mergeCells>")),
    "merged areas that are whole columns": lambda: workbook(edited(
        SHEET, b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:A400000"/>' * 40 + b"</mergeCells>")),
    "columns hidden to the end": lambda: workbook(edited(SHEET, b"<sheetData>", b'<cols><col min="1" max="999999999" hidden="1"/></cols><sheetData>')),
    "ten megabytes in a cell": lambda: csv_of(HEAD + '"' + "x" * 10_000_000 + '",XA01,7,2026-01-01\n'),
    "a hundred thousand characters in each cell": lambda: csv_of(HEAD + "".join(f'K{k},"{"甲" * 99_000}",7,2026-01-01\n' for k in range(100))),
    "rows without end": lambda: csv_of(HEAD + "K,XA01,7,2026-01-01\n" * 600_000),
    "columns without end": lambda: csv_of("id," * 100_000 + "\n"),
    "one point many times": lambda: csv_of(HEAD + "".join(f"K,XA{k:05d},7,2026-01-01\n" for k in range(100_000))),
    "one point on many days": lambda: csv_of(HEAD + "".join(f"K,XA01,{k},{2000 + k // 360}-{k // 30 % 12 + 1:02d}-{k % 28 + 1:02d}\n" for k in range(20_000))),
    "one code of many points": lambda: csv_of(HEAD + "".join(f"K{k},XA05,7,2026-01-01\n" for k in range(50_000))),
    "a sheet of two hundred thousand rows": lambda: csv_of(HEAD + "".join(f"K{k},XA{k:06d},7,2026-01-01\n" for k in range(200_000))),
    "cells that look like names": lambda: csv_of(HEAD + "".join(f"K{k},XZ{k},{'7' * (k % 9 + 1)},2026-01-01\n" for k in range(1_000))),
    "turning marks": lambda: csv_of(HEAD + "K\u202e9,XA09,7,2026-01-01\n"),
    "a mapping file of dots": lambda: imported(Sheet("", "b.csv", [["id"]]), "a" + ".b" * 100_000 + " = 1\n"),
    "a mapping file of many words": lambda: imported(
        Sheet("", "b.csv", [["id", "code", "n", "from"], ["K", "XA02", "七", "2026-01-01"]]),
        MAP.replace('"天数" = "n"', '"天数" = {column = "n", words = {' + ", ".join(f'"{k}" = "7"' for k in range(100_000)) + "}}")),
    "a mapping of one code many times": lambda: [d.code for d in read_mapping(
        ("医院编码,国家编码\n" + "H1,001102000010000\n" * 200_000).encode(), "m.csv")[1]][:1],
    "a mapping that contradicts itself": lambda: [d.code for d in read_mapping(
        ("医院编码,国家编码\n" + "".join(f"H{k % 50},0011{k:011d}\n" for k in range(100_000))).encode(), "m.csv")[1]][:1],
}
