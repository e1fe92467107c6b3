"""Sheets, a layout and a table in; a report and the table's next CSV out. The one entry of the folder for what commands do."""
from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

from medrules.diagnostics import Diagnostic, Severity
from medrules.knowledge.imports.convert import check_layout, convert
from medrules.knowledge.imports.layout import CodesJoin, Layout
from medrules.knowledge.imports.reconcile import reconcile, told_apart
from medrules.knowledge.imports.report import Report
from medrules.knowledge.imports.sheet import Odd, Sheet, text_of
from medrules.knowledge.imports.target import Target
from medrules.knowledge.problem import Problem
from medrules.knowledge.reader import read_rows
from medrules.knowledge.reserved import RESERVED_NAMES
from medrules.model.folding import fold_text

__all__ = ["import_batch", "sheet_named", "written_csv"]


def sheet_named(sheets: Sequence[Sheet], name: str) -> Sheet | None:
    """The sheet of that name; without a name the first that people see."""
    return next((s for s in sheets if (s.name == name if name else not s.hidden)), None)


def import_batch(
    sheets: Sequence[Sheet], layout: Layout, target: Target, *, mapping: str = "mapping.toml", beside: Sheet | None = None,
    told: Sequence[Diagnostic] = (),
) -> Report:
    """What the batch would make of the table. Nothing is written.

    Args:
        mapping: the mapping file's name, for diagnostics.
        beside: the CSV of codes that the layout names.
        told: what was to be said of the batch while it was read.
    """
    def stopped(*problems: Diagnostic) -> Report:
        return Report(target.declared.name, target.file, (), (*told, *problems))

    if not layout.confirmed:
        return stopped(Problem("MR-K625").at(mapping))
    sheet = sheet_named(sheets, layout.sheet)
    if sheet is None:
        return stopped(Problem("MR-K626", {"name": layout.sheet or target.declared.name}).at(mapping))
    own = len(target.header)
    target = _wider(target, layout)
    wrong = tuple(check_layout(layout, sheet, target, mapping))
    if wrong:
        return stopped(*wrong)
    codes, missing = _codes(layout.codes, sheets, beside, mapping)
    if any(d.severity is Severity.ERROR for d in missing) and codes is None and layout.codes is not None:
        return stopped(*missing)
    records, unread = convert(sheet, layout, target, codes)
    kept, doubled = told_apart(records, target, layout)
    made = reconcile(kept, target, layout)
    content = written_csv(target.header, made.lines, target.written, own)
    _, faults = read_rows(target.declared, content, target.codesets, target.file)
    broken = tuple(d for d in faults if d.severity is Severity.ERROR)
    diagnostics = (*told, *missing, *unread, *doubled, *made.told, *broken)
    return Report(target.declared.name, target.file, made.changes, diagnostics, None if broken else content)


def _wider(target: Target, layout: Layout) -> Target:
    """The table with the reserved columns that this batch fills and the table did not have."""
    more = [n for n in (*layout.columns, *layout.constants) if n in RESERVED_NAMES and n not in target.header]
    if not more:
        return target
    blank = ("",) * len(more)
    return replace(
        target, header=(*target.header, *more), lines=tuple(line + blank for line in target.lines), written=(*target.written, *more))


def written_csv(header: Sequence[str], lines: Sequence[Sequence[str]], written: Sequence[str], own: int) -> bytes:
    """A table's CSV, as the packs are written: UTF-8, `\n`. Columns that this batch could have filled and did not are left out.

    Args:
        header, written: the headings in Chinese, and as the file has them.
        own: how many of them, from the first, are the table's own.
    """
    kept = [i for i in range(len(header)) if i < own or any(line[i].strip() for line in lines)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([written[i] for i in kept])
    writer.writerows([line[i] for i in kept] for line in lines)
    return out.getvalue().encode()


def _codes(
    join: CodesJoin | None, sheets: Sequence[Sheet], beside: Sheet | None, mapping: str,
) -> tuple[Mapping[str, str] | None, tuple[Diagnostic, ...]]:
    """The codes by name, each name's joined by `|`; diagnostics for cells that a spreadsheet has damaged."""
    if join is None:
        return None, ()
    sheet = beside if join.file else sheet_named(sheets, join.sheet)
    if sheet is None or not sheet.rows:
        return None, (Problem("MR-K626", {"name": join.sheet or join.file}).at(mapping),)
    heads = [fold_text(text_of(cell)) for cell in sheet.rows[0]]
    missing = [n for n in (join.match, join.column) if fold_text(n) not in heads]
    if missing:
        return None, tuple(Problem("MR-K623", {"name": n, "line": "1"}).at(sheet.place(1)) for n in missing)
    name_at, code_at = (heads.index(fold_text(n)) + 1 for n in (join.match, join.column))
    found: dict[str, dict[str, None]] = {}
    damaged: set[str] = set()
    told: list[Diagnostic] = []
    for line in range(2, len(sheet.rows) + 1):
        cell, name = sheet.cell(line, code_at), fold_text(text_of(sheet.cell(line, name_at)))
        code = text_of(cell).strip()
        if not code or not name:
            continue
        problem = None
        if isinstance(cell, Odd):
            problem = Problem("MR-K605" if cell.kind == "number" else "MR-K607" if cell.kind == "date" else "MR-K412", {"cell": code[:40]})
        elif line in sheet.hidden_rows:
            problem = Problem("MR-K611", {"what": "行"})
        if problem is not None:
            told.append(problem.at(sheet.place(line, code_at)))
            damaged.add(name)
        else:
            found.setdefault(name, {})[code] = None
    return {name: "|".join(codes) for name, codes in found.items() if name not in damaged}, tuple(told)
