"""`medrules knowledge unmatched FACTS --pack PACK`: items of a hospital that match no code, most used first."""
from __future__ import annotations

import argparse
import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Table, Text, console, error_console, print_json, progress, working, yuan
from medrules.adapters.cli.files import found, read_bytes, write_whole
from medrules.adapters.cli.packs import usable
from medrules.adapters.cli.problems import show
from medrules.adapters.cli.requests import read_all
from medrules.adapters.nhsa import SiteSettings
from medrules.errors import InvalidPack
from medrules.knowledge.mapping import CodeMapping, read_mapping
from medrules.knowledge.unmatched import KnownCodes, Names, Unmatched, Usage
from medrules.model.facts import Facts
from medrules.model.values import DAY_SECONDS, UNKNOWN

MOST: Final = 50
HEAD: Final = ("医院编码", "国家编码", "省编码", "名称", "有效起", "有效止", "次数", "金额", "建议编码", "建议名称")


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="本院的事实：原生事实或 3101/3102，.jsonl 或 .json the hospital's facts")
    parser.add_argument("--pack", required=True, help="规则包文件夹 pack folder")
    parser.add_argument("--mapping", help="编码对照表 CSV（缺省用站点设置里的）code mapping, default that of the site")
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    parser.add_argument("--most", type=int, default=MOST, help=f"最多列几项（缺省 {MOST}，0 全部）how many to list")
    parser.add_argument("--out", help="写成编码对照表 CSV，国家编码空着，人来填 write a code mapping to be filled in")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    mapping = _mapping(arguments, site)
    raw = replace(site, code_mapping=None)  # codes as the hospital sent them
    sources = usable(arguments.pack).sources
    with working("整理编码 collecting codes"):
        tables = list({id(t): t for t in sources.tables.values()}.values())
        known = KnownCodes(tables, sources.codesets.values(), sources.catalogues.values())
        names = Names(tables, mapping)
    usage = Usage(known, mapping)
    with progress("读事实 reading") as bar:
        task = bar.add_task("", total=None)
        for path in found(arguments.files, ".json", ".jsonl"):
            for request in read_all(path, "", raw):
                _count(request.facts, usage)
                bar.advance(task)
    listed = usage.unmatched(names, arguments.most or None)
    if arguments.out:
        write_whole(Path(arguments.out), _as_mapping(usage.unmatched(names)))
    if arguments.json:
        print_json(_as_json(usage, listed))
    else:
        _show(usage, listed, arguments)
    return exits.OK


def _mapping(arguments: argparse.Namespace, site: SiteSettings) -> CodeMapping | None:
    if not arguments.mapping:
        return site.code_mapping
    path = Path(arguments.mapping)
    mapping, told = read_mapping(read_bytes(path), path.name)
    if mapping is None:
        raise InvalidPack("编码对照表不能用 / the code mapping cannot be used", told)
    show(told, to_stderr=True, color=not arguments.no_color)
    return mapping


def _count(facts: Facts, usage: Usage) -> None:
    for patient in facts.patients:
        for encounter in patient.encounters:
            for item in encounter.__dict__.get("raw_items", ()):
                values = item.__dict__
                at = values.get("at", UNKNOWN)
                usage.add(values, facts.business_time.day if at is UNKNOWN else at.lo // DAY_SECONDS)


def _as_mapping(found_: tuple[Unmatched, ...]) -> bytes:
    """A code mapping with the hospital's side filled in. The suggestions stand in columns of their own, for people; a byte order mark
    tells a spreadsheet that it is UTF-8."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEAD)
    for one in found_:
        best = one.suggestions[0] if one.suggestions else None
        cells = (one.local_code or one.code, "", one.code if one.local_code else "", one.name, "", "", str(one.lines), yuan(one.amount),
                 best.code if best else "", best.name if best else "")
        rows.writerow([f"'{c}" if c[:1] in ("=", "+", "@") else c for c in cells])  # no cell is a formula
    return out.getvalue().encode("utf-8-sig")


def _as_json(usage: Usage, listed: tuple[Unmatched, ...]) -> dict[str, Any]:
    return {
        "lines": usage.lines, "unmatched_lines": usage.unmatched_lines, "unmatched_items": usage.kinds,
        "items": [
            {"code": one.code, "local_code": one.local_code, "name": one.name, "count": one.lines, "amount": yuan(one.amount),
             "建议": [{"name": s.name, "code": s.code, "alike": f"{s.alike / 10:.1f}%"} for s in one.suggestions]}
            for one in listed
        ],
    }


def _show(usage: Usage, listed: tuple[Unmatched, ...], arguments: argparse.Namespace) -> None:
    out = console(not arguments.no_color)
    out.print(f"{usage.lines:,} 行明细 lines，{usage.unmatched_lines:,} 行没有对上 unmatched，{usage.kinds:,} 种项目 items", markup=False)
    table = Table(box=None, pad_edge=False)
    for head, justify in (("编码", "left"), ("医院编码", "left"), ("名称", "left"), ("次数", "right"), ("金额（元）", "right"), ("建议（只按名称，未采用）", "left")):
        table.add_column(head, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for one in listed:
        best = one.suggestions[0] if one.suggestions else None
        table.add_row(
            Text(one.code), Text(one.local_code), Text(one.name), f"{one.lines:,}", yuan(one.amount),
            Text(f"{best.name} {best.code}（{best.alike / 10:.0f}%）" if best else "", "dim"))
    if listed:
        out.print(table)
    if usage.kinds > len(listed):
        error_console(not arguments.no_color).print(f"… 另有 {usage.kinds - len(listed)} 项，见 --most 0 / more, see --most 0", markup=False)
    if arguments.out:
        error_console(not arguments.no_color).print(f"已写 written：{arguments.out}；填国家编码，目录外的写「目录外」/ fill in the national codes", markup=False)
