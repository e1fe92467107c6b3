"""`medrules knowledge import BATCH --pack PACK --table TABLE`: an official batch into a knowledge table, every row accounted for."""
from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Console, Table, Text, console, error_console, print_json, working
from medrules.adapters.cli.files import read_text, write_text, write_whole
from medrules.adapters.cli.problems import show
from medrules.adapters.cli.sheets import read_sheets
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.errors import InvalidPack, MedRulesError
from medrules.knowledge.imports.batch import import_batch, sheet_named
from medrules.knowledge.imports.layout import Layout, read_layout, written_layout
from medrules.knowledge.imports.propose import own_layout, propose
from medrules.knowledge.imports.report import KINDS, Report
from medrules.knowledge.imports.sheet import Sheet
from medrules.knowledge.imports.target import Target, open_target
from medrules.knowledge.problem import Problem

HEAD: Final = ("类别", "知识点", "位置", "列", "原来", "现在", "代码", "说明")
MOST: Final = 20  # rows of each kind on the screen
STYLES: Final = {"added": "green", "changed": "red", "superseded": "yellow", "removed": "yellow", "unchanged": "dim", "unreadable": "red"}


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", help="批次文件：.xlsx 或 .csv（UTF-8、GB18030）batch file")
    parser.add_argument("--pack", required=True, help="规则包文件夹 pack folder")
    parser.add_argument("--table", required=True, help="知识表的名字：中文、英文或文件名 the table's name")
    parser.add_argument("--mapping", help="确认过的对照文件（TOML）；不写就提议一份然后停下 confirmed mapping file; without it one is proposed")
    parser.add_argument("--report", help="报告另写成表格软件能开的 CSV，一行一处 write the report as a CSV too, a line for each cell")
    parser.add_argument("--dry-run", action="store_true", help="只报告，不写 report only, write nothing")
    parser.add_argument("--accept", action="store_true", help="同意改动表里已有的行（改写、替代、到期）accept changes of rows that are there")
    parser.add_argument("--json", action="store_true", help="报告以 JSON 输出 report as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    batch, folder = Path(arguments.batch), Path(arguments.pack)
    if not folder.is_dir():
        raise MedRulesError(f"没有这个规则包文件夹：{folder} / no such pack folder")
    with working("读批次和规则包 reading"):
        sheets, told = read_sheets(batch)
        target, problems = open_target(folder, arguments.table)
    if target is None:
        raise InvalidPack("知识表不能用 / the table cannot be used", problems)
    layout, name = _layout(arguments.mapping, sheets, target)
    if layout is None:
        return _propose(batch, arguments, sheets, target)
    with working("核对每一行 checking every row"):
        report = import_batch(sheets, layout, target, mapping=name, beside=_beside(batch, layout), told=told)
    written = _written(report, folder, arguments)
    if arguments.report:
        write_whole(Path(arguments.report), _as_csv(report))
    if arguments.json:
        print_json({**report.as_json(), "written": written, "dry_run": arguments.dry_run, "needs_accept": report.touches and not arguments.accept})
    else:
        _show(console(not arguments.no_color), report)
        _conclude(error_console(not arguments.no_color), report, arguments, written)
    stopped = report.content is None or (report.touches and not arguments.accept and not arguments.dry_run)
    return exits.BAD_INPUT if report.content is None else exits.PROBLEMS if stopped or report.unreadable else exits.OK


def _layout(mapping: str | None, sheets: Sequence[Sheet], target: Target) -> tuple[Layout | None, str]:
    """The confirmed layout, that of a file with the table's own headings, or None."""
    if mapping is None:
        sheet = sheet_named(sheets, "")
        return (own_layout(sheet, target) if sheet is not None else None), ""
    path = Path(mapping)
    layout, problems = read_layout(Source(path.name, read_text(path)))
    if layout is None:
        raise InvalidPack("对照文件不能用 / the mapping file cannot be used", problems)
    return layout, path.name


def _beside(batch: Path, layout: Layout) -> Sheet | None:
    """The CSV of codes that the layout names: in the batch's own folder, nowhere else."""
    if layout.codes is None or not layout.codes.file:
        return None
    if Path(layout.codes.file).name != layout.codes.file:
        raise MedRulesError(f"编码文件要和批次放在同一个文件夹：{layout.codes.file} / the file of codes lies beside the batch")
    sheets, _ = read_sheets(batch.with_name(layout.codes.file))
    return sheets[0]


def _propose(batch: Path, arguments: argparse.Namespace, sheets: Sequence[Sheet], target: Target) -> int:
    codes = batch.with_name(f"{batch.stem}-codes.csv")
    beside = (codes.name, read_sheets(codes)[0][0]) if codes.exists() else None
    proposal = propose(sheets, target, beside)
    if isinstance(proposal, Problem):
        raise InvalidPack("认不出这个文件 / the file is not recognised", [proposal.at(batch.name)])
    path = batch.with_name(f"{batch.name}.mapping.toml")
    if path.exists():
        raise MedRulesError(f"已有对照文件，核对后用 --mapping {path} / there is a mapping file already, use it")
    write_text(path, written_layout(proposal.layout, proposal.notes, proposal.unused))
    if arguments.json:
        print_json({"proposed": str(path), "columns": {k: v.column for k, v in proposal.layout.columns.items()}, "unused": list(proposal.unused)})
    else:
        out = console(not arguments.no_color)
        out.print(f"对照文件已写好 mapping file written：{path}", markup=False, soft_wrap=True)
        for column, one in proposal.layout.columns.items():
            out.print(f"  {column} ← {one.column}  {proposal.notes.get(column, '')}", markup=False)
        blank = [name for name, value in proposal.layout.constants.items() if not value]
        if blank:
            out.print(f"要补 fill in：{'、'.join(blank)}", markup=False)
        out.print("逐行核对，写 confirmed = true，再加 --mapping 运行 / check every line, confirm, and run again with --mapping", markup=False)
    return exits.PROBLEMS


def _written(report: Report, folder: Path, arguments: argparse.Namespace) -> bool:
    """Writes the table, unless something must be asked first or there is nothing to write."""
    if report.content is None or arguments.dry_run or (report.touches and not arguments.accept):
        return False
    path = folder / report.file
    if path.read_bytes() == report.content or not (report.touches or any(c.kind == "added" for c in report.changes)):
        return False
    write_whole(path, report.content)
    return True


def _as_csv(report: Report) -> bytes:
    """Every cell of the report but for the unchanged rows; a byte order mark tells a spreadsheet that it is UTF-8."""
    lines = [HEAD]
    for change in report.changes:
        if change.kind != "unchanged":
            kind = KINDS[change.kind][0]
            lines += [(kind, change.point, change.place, name, before, after, "", change.successor) for name, (before, after) in change.cells.items()]
    told = [("unreadable", d) for d in report.unreadable] + [("warning", d) for d in report.warnings]
    lines += [("读不了" if kind == "unreadable" else "提醒", "", d.place, "", "", "", d.code, f"{d.message}。{d.help}") for kind, d in told]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([f"'{c}" if c[:1] in ("=", "+", "@", "-") else c for c in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def _show(out: Console, report: Report) -> None:
    counts = report.counts()
    out.print(Text(f"知识表 table：{report.table}（{report.file}）", "bold"))
    out.print(Text(" · ").join(Text(f"{zh} {counts[kind]}", STYLES[kind] if counts[kind] else "dim") for kind, (zh, _) in KINDS.items()))
    for kind, (zh, en) in KINDS.items():
        found = [c for c in report.changes if c.kind == kind]
        if kind == "unchanged" or not found:
            continue
        table = Table(title=f"{zh} {en}", title_justify="left", title_style=f"bold {STYLES[kind]}", box=None, pad_edge=False)
        for head in ("知识点", "在文件里", "内容"):
            table.add_column(head, overflow="fold")
        for change in found[:MOST]:
            cells = "；".join(f"{n}：{_short(a)}→{_short(b)}" if kind != "added" else f"{n}：{_short(b)}" for n, (a, b) in change.cells.items())
            table.add_row(change.point, change.place, cells + (f"；由 {change.successor} 替代" if change.successor not in ("", change.point) else ""))
        out.print(table)
        if len(found) > MOST:
            out.print(f"… 另有 {len(found) - MOST} 行，见 --json / more, see --json", markup=False)
    _problems(out, "读不了 unreadable", report.unreadable)
    _problems(out, "提醒 warnings", report.warnings)


def _short(cell: str) -> str:
    return "（空）" if not cell else cell if len(cell) <= 40 else f"{cell[:39]}…"


def _problems(out: Console, title: str, found: Sequence[Diagnostic]) -> None:
    if found:
        out.print(Text(title, "bold"))
        show(sorted(found, key=lambda d: d.severity is not Severity.ERROR), most=MOST, color=not out.no_color)


def _conclude(out: Console, report: Report, arguments: argparse.Namespace, written: bool) -> None:
    if report.content is None:
        out.print("没有导入 / nothing imported", markup=False)
    elif arguments.dry_run:
        out.print("只报告，没有写 / dry run, nothing written", markup=False)
    elif report.touches and not arguments.accept:
        out.print("要改动表里已有的行：看清楚上面，再加 --accept / rows that are there would change: look, then add --accept", markup=False)
    elif written:
        out.print(f"已写 written：{report.file}；接着运行 medrules check、medrules test / now run medrules check and medrules test", markup=False)
    else:
        out.print("没有要写的 / nothing to write", markup=False)
