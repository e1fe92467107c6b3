"""`medrules history init|load|show URL`: the database of earlier encounters that rules over days, months and stays look back into."""
from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.arguments import date_argument
from medrules.adapters.cli.console import Table, console, error_console, print_json, progress
from medrules.adapters.history_source import files_of, is_address, line_reader, sql
from medrules.adapters.nhsa import SiteSettings
from medrules.errors import InvalidHistory
from medrules.history.records import Coverage


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作 action", title="动作 actions", help="做什么 what to do")
    make = _action(actions, "init", "建表，或升级到这一版 make the tables, or bring them up to date")
    load = _action(actions, "load", "装入原生事实，一行一个请求；重复装入不会重复 load native facts, one request a line; twice is as once")
    show = _action(actions, "show", "库里有多少、全到什么程度 what the database holds, and how complete it is")
    for one in (make, load, show):
        one.add_argument("url", metavar="URL", help="数据库地址，如 sqlite:///history.db 或 postgresql+psycopg://user@host/name the database")
        one.add_argument("--json", action="store_true", help="以 JSON 输出 answer as JSON")
        one.add_argument("--no-color", action="store_true", help="不用颜色 no colours")
    load.add_argument("files", nargs="+", help="原生事实 .jsonl 文件或文件夹 files of native facts, or folders")
    load.add_argument("--site", help="站点设置 TOML 文件：用其中的编码对照 site settings, for their code mapping")
    load.add_argument("--covered-from", type=date_argument, metavar="日期", help="库里自这一天起是全的 nothing is missing from this day on")
    load.add_argument("--covered-until", type=date_argument, metavar="日期", help="全到这一天；不写就是一直在更新 … up to this day; without it, kept up to date")
    load.add_argument("--coverage", choices=["本院", "统筹区", "全国"], default="本院", help="全的是哪个范围（缺省本院）of what nothing is missing")
    load.add_argument("--institution", default="", metavar="编码", help="「本院」是哪个机构（缺省为来问的机构）which institution 本院 is")
    load.add_argument("--keep-good", action="store_true", help="有坏行时，其余的照样装入（缺省什么都不装）load the other lines when some are bad")


def _action(actions: Any, name: str, help_text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = actions.add_parser(name, help=help_text, description=help_text)
    return made


def run(arguments: argparse.Namespace) -> int:
    if not is_address(arguments.url):
        raise InvalidHistory("数据库地址应如 sqlite:///history.db 或 postgresql+psycopg://user@host/name / not the address of a database")
    match arguments.action:
        case "init":
            return _init(arguments)
        case "load":
            return _load(arguments)
        case _:
            return _show(arguments)


def _init(arguments: argparse.Namespace) -> int:
    revision = sql().prepare(arguments.url)
    if arguments.json:
        print_json({"revision": revision})
    else:
        console(not arguments.no_color).print(f"[green]表已备好[/]（版本 {revision}）/ the tables are ready")
    return exits.OK


def _load(arguments: argparse.Namespace) -> int:
    databases = sql()
    said = _said(arguments)
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    paths = files_of(arguments.files)
    engine = databases.connect(arguments.url, may_write=True)
    try:
        with progress("装入 loading") as bar:
            task = bar.add_task("", total=sum(p.stat().st_size for p in paths))
            done = databases.load(
                engine, paths, line_reader(site.code_mapping), keep_good=arguments.keep_good, step=lambda size: bar.advance(task, size))
        if said is not None and done.written and not done.bad_lines:
            databases.state_coverage(engine, said)
    finally:
        engine.dispose()
    counts = {name: getattr(done, name) for name in ("requests", "added", "changed", "unchanged", "older", "lines", "bad_lines", "written")}
    if arguments.json:
        print_json({**counts, "bad": [{"file": b.name, "line": b.line, "reason": b.reason} for b in done.bad]})
    else:
        out = console(not arguments.no_color)
        if done.written:
            out.print(f"就诊 新增 [bold]{done.added:,}[/]，更新 {done.changed:,}，没有变化 {done.unchanged:,}，较旧未采用 {done.older:,}；明细 {done.lines:,} 行 "
                      "/ encounters added, changed, unchanged, older; lines")
        else:
            out.print(f"[bold red]有 {done.bad_lines:,} 行不能用，什么都没有装入[/]（--keep-good 装入其余各行）/ nothing was loaded")
    err = error_console(not arguments.no_color)
    for bad in done.bad[:20]:
        err.print(str(bad), markup=False)
    if said is not None and done.written and done.bad_lines:
        err.print("有坏行，库并不全：没有记下 --covered-from / not complete: --covered-from was not stored", markup=False)
    if done.bad_lines > 20:
        err.print(f"… 共 {done.bad_lines:,} 行 / lines in all", markup=False)
    return exits.BAD_INPUT if done.bad_lines else exits.OK


def _said(arguments: argparse.Namespace) -> Coverage | None:
    if arguments.covered_from is None:
        if arguments.covered_until is not None:
            raise InvalidHistory("写了 --covered-until 就要写 --covered-from / --covered-until needs --covered-from")
        return None
    until = arguments.covered_until.toordinal() if arguments.covered_until else 0
    return Coverage(arguments.covered_from.toordinal(), until, arguments.coverage, arguments.institution)


def _show(arguments: argparse.Namespace) -> int:
    databases = sql()
    engine = databases.connect(arguments.url)
    try:
        found = databases.overview(engine)
    finally:
        engine.dispose()
    if arguments.json:
        print_json({
            "address": found.address, "revision": found.revision, "people": found.people, "encounters": found.encounters, "lines": found.lines,
            "institutions": found.institutions, "first_day": _written(found.first_day), "last_day": _written(found.last_day),
            "coverage": [{
                "coverage": c.reach, "institution": c.institution, "covered_from": _written(c.first_day), "covered_until": _written(c.last_day),
                "people": c.people} for c in found.coverage],
        })
        return exits.OK
    out = console(not arguments.no_color)
    out.print(f"{found.address}（版本 {found.revision}）", markup=False)
    out.print(f"[bold]{found.people:,}[/] 人 people · [bold]{found.encounters:,}[/] 次就诊 encounters · [bold]{found.lines:,}[/] 行明细 lines · "
              f"{found.institutions:,} 个机构 institutions · {_written(found.first_day) or '—'} 至 {_written(found.last_day) or '—'}")
    if not found.coverage:
        out.print("[yellow]没有说明全到什么程度：找到的算数，没找到的不能说没有（--covered-from）[/] / completeness is not stated")
        return exits.OK
    table = Table(title="全到什么程度 how complete", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for head in ("范围", "机构", "自", "至", "对谁"):
        table.add_column(head)
    for c in found.coverage:
        table.add_row(c.reach, c.institution or "（来问的机构）" if c.reach == "本院" else "", _written(c.first_day),
                      _written(c.last_day) or "一直更新", f"{c.people:,} 人" if c.people else "所有人")
    out.print(table)
    return exits.OK


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
