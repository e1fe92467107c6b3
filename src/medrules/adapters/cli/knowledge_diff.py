"""`medrules knowledge diff OLD NEW`: what is new, gone or changed between two batches, two CSVs or two packs."""
from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any, Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Console, Table, Text, console, print_json, working
from medrules.adapters.cli.sheets import read_sheets
from medrules.errors import InvalidPack, MedRulesError
from medrules.knowledge.imports.compare import compare, identity_of, records_of
from medrules.knowledge.imports.report import KINDS, Change
from medrules.knowledge.imports.target import PackTables

MOST: Final = 40
STYLES: Final = {"added": "green", "removed": "red", "changed": "yellow", "superseded": "cyan"}
Compared = tuple[str, tuple[Change, ...]]


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", help="旧的：批次文件、CSV，或规则包文件夹 old: a batch, a CSV or a pack")
    parser.add_argument("new", help="新的 new")
    parser.add_argument("--table", help="只比规则包的这张表 only this table of the packs")
    parser.add_argument("--key", action="append", default=[], help="凭哪一列认出同一行（可写几次）the column that tells a row again (repeatable)")
    parser.add_argument("--sheet", default="", help="工作簿的哪张表 the sheet of a workbook")
    parser.add_argument("--all", action="store_true", help="全部列出 list everything")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    old, new = Path(arguments.old), Path(arguments.new)
    if old.is_dir() != new.is_dir():
        raise MedRulesError("两边要都是文件，或都是规则包文件夹 / both are files, or both are pack folders")
    with working("比较 comparing"):
        found = _packs(old, new, arguments.table) if old.is_dir() else [_files(old, new, arguments)]
    if arguments.json:
        print_json({"tables": [_as_json(name, changes) for name, changes in found]})
    else:
        _show(console(not arguments.no_color), found, arguments.all)
    return exits.OK


def _packs(old: Path, new: Path, only: str | None) -> list[Compared]:
    before, after = PackTables(old), PackTables(new)
    found = []
    for name in [only] if only else sorted({*before.names, *after.names}):
        changes = compare(_rows(before, name, only), _rows(after, name, only), ("知识点号", "有效起"))
        if only or any(c.kind != "unchanged" for c in changes):
            found.append((name, changes))
    return found


def _rows(pack: PackTables, name: str, only: str | None) -> list[dict[str, str]]:
    """The rows of a table; none where the other pack alone has it."""
    if not only and name not in pack.names:
        return []
    target, problems = pack.open(name)
    if target is None:
        raise InvalidPack("知识表不能用 / the table cannot be used", problems)
    return [dict(zip(target.header, line, strict=True)) for line in target.lines]


def _files(old: Path, new: Path, arguments: argparse.Namespace) -> Compared:
    sides = []
    for path in (old, new):
        sheets, _ = read_sheets(path)
        sheet = next((s for s in sheets if (s.name == arguments.sheet if arguments.sheet else not s.hidden)), None)
        if sheet is None:
            raise MedRulesError(f"没有这张工作表：{arguments.sheet}（{path.name}）/ no such sheet")
        sides.append(records_of(sheet))
    (old_heads, old_rows), (new_heads, new_rows) = sides
    identity = tuple(arguments.key) or identity_of(old_heads, new_heads)
    missing = [n for n in identity if n not in old_heads or n not in new_heads]
    if not identity or missing:
        raise MedRulesError(f"凭哪一列认出同一行？用 --key 指明；两边都有：{'、'.join(n for n in old_heads if n in new_heads)} / name the key column")
    return new.name, compare(old_rows, new_rows, identity)


def _as_json(name: str, changes: tuple[Change, ...]) -> dict[str, Any]:
    counts = Counter(c.kind for c in changes)
    made: dict[str, Any] = {"table": name, "counts": {kind: counts[kind] for kind in KINDS if kind != "unreadable"}}  # type: ignore[index]
    for kind in STYLES:
        made[kind] = [c.as_json() for c in changes if c.kind == kind]
    return made


def _show(out: Console, found: list[Compared], every: bool) -> None:
    if not found:
        out.print("两边一样 / no difference", markup=False)
    for name, changes in found:
        counts = Counter(c.kind for c in changes)
        out.print(Text(name, "bold"))
        out.print(Text(" · ").join(Text(f"{KINDS[k][0]} {counts[k]}", STYLES.get(k, "dim")) for k in ("added", "removed", "changed", "superseded", "unchanged")))
        differing = [c for c in changes if c.kind != "unchanged"]
        table = Table(box=None, pad_edge=False)
        for head in ("", "知识点", "列", "旧", "新"):
            table.add_column(head, overflow="fold")
        for change in differing if every else differing[:MOST]:
            for i, (column, (before, after)) in enumerate(change.cells.items() or [("", ("", ""))]):
                first = i == 0
                table.add_row(
                    Text(KINDS[change.kind][0] if first else "", STYLES[change.kind]), change.point if first else "", column, Text(_short(before), "red"),
                    Text(_short(after), "green"))
        if differing:
            out.print(table)
        if not every and len(differing) > MOST:
            out.print(f"… 另有 {len(differing) - MOST} 行，见 --all / more, see --all", markup=False)


def _short(cell: str) -> str:
    return cell if len(cell) <= 60 else f"{cell[:59]}…"
