"""Every table of the shipped packs goes out as a template and comes back as it was, cell by cell."""
from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from medrules.adapters.excel import read_workbook, write_template
from medrules.diagnostics import Severity
from medrules.knowledge.imports.batch import import_batch
from medrules.knowledge.imports.propose import own_layout
from medrules.knowledge.imports.target import PackTables
from medrules.knowledge.imports.template import EXPLAINED, template_columns

PACKS = Path(__file__).resolve().parents[2] / "rulepacks"
ROWS = 25  # of each table


@pytest.mark.parametrize("pack", ["national", "typical-problems"])
def test_rows_come_back_from_a_workbook_as_they_went_in(pack: str) -> None:
    tables = PackTables(PACKS / pack)
    filled = 0
    for name in tables.names:
        target, problems = tables.open(name)
        assert target is not None, problems
        columns = template_columns(target)
        book = load_workbook(io.BytesIO(write_template(name, columns, EXPLAINED)))
        at = {head: i for i, head in enumerate(target.header)}
        assert set(target.header) <= {c.name for c in columns}
        for line in target.lines[:ROWS]:
            book.worksheets[0].append([(line[at[c.name]] or None) if c.name in at else None for c in columns])
        out = io.BytesIO()
        book.save(out)
        sheets, told = read_workbook(out.getvalue(), "t.xlsx")
        layout = own_layout(sheets[0], target)
        assert layout is not None and not told, name
        report = import_batch(sheets, layout, target)
        assert {c.kind for c in report.changes} <= {"unchanged"} and len(report.changes) == len(target.lines[:ROWS]), (name, report.diagnostics[:3])
        assert not [d for d in report.diagnostics if d.severity is Severity.ERROR], name
        assert report.content == (PACKS / pack / target.file).read_bytes(), name
        filled += bool(target.lines)
    assert filled > 10
