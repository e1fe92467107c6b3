"""`medrules explain PACK [RULE]`: what a rule says in full; with a request and a line, why it spoke or was silent there."""
from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Table, console, print_json
from medrules.adapters.cli.packs import usable
from medrules.adapters.cli.rule_screen import show_sheet
from medrules.adapters.cli.rule_sheet import COST, rule_sheet, rules_named, tables_of
from medrules.adapters.nhsa import SiteSettings, door_of
from medrules.api import CheckedPack
from medrules.check.names import suggestion
from medrules.errors import MedRulesError
from medrules.language.vocabulary import vocabulary
from medrules.plan.planner import plan as make_plan


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹 pack folder")
    parser.add_argument("rule", nargs="?", help="规则编码或名称；不写则列出全部规则 rule code or name; none = list them")
    parser.add_argument("--request", help="请求文件（3101/3102 或原生事实）：解释这条规则对它的回答 a request to explain the answer for")
    parser.add_argument("--line", help="明细标识（rx_id）；不写则逐行 line id; none = every line")
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    parser.add_argument("--day", type=date.fromisoformat, help="知识点与参数按哪一天（缺省今天）day of rows and parameters, default today")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="规则写成哪种语言 language of the rule text")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    checked = usable(arguments.pack)
    if not arguments.rule:
        _list(checked, arguments)
        return exits.OK
    rules = rules_named(checked, arguments.rule)
    if not rules:
        raise MedRulesError(_unknown(checked, arguments.rule))
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    door = door_of("3101", site)
    plan = make_plan(checked.program)
    day = arguments.day or date.today()
    sheets = [rule_sheet(checked, plan, rule, door, day, arguments.lang) for rule in rules]
    if arguments.json:
        pack = {"name": checked.sources.name, "version": checked.sources.version, "hash": checked.sources.hash}
        print_json({"pack": pack, "rules": [s.sheet for s in sheets]})
        return exits.OK
    out = console(not arguments.no_color)
    for sheet in sheets:
        show_sheet(out, sheet, arguments.lang, door.name)
    return exits.OK


def _unknown(checked: CheckedPack, name: str) -> str:
    codes = [r.code for r in checked.program.rules]
    near = suggestion(name, codes) or suggestion(name, [r.name for r in checked.program.rules])
    hint = f"，是不是「{near}」" if near else f"；列出全部规则：medrules explain {checked.sources.name}"
    return f"规则包里没有「{name}」{hint} / no such rule in the pack" + (f", did you mean {near}" if near else "")


def _list(checked: CheckedPack, arguments: argparse.Namespace) -> None:
    rows = [
        {"code": r.code, "name": r.name, "result": r.header.result, "interaction": r.header.interaction, "cost": r.cost,
         "version": r.version, "tables": tables_of(r), "rows": sum(len(checked.program.tables[t].rows) for t in tables_of(r))}
        for r in checked.program.rules
    ]
    if arguments.json:
        pack = {"name": checked.sources.name, "version": checked.sources.version, "hash": checked.sources.hash}
        print_json({"pack": pack, "rules": rows})
        return
    words, en = vocabulary(arguments.lang), arguments.lang == "en"
    heads = ("rule", "name", "result", "interaction", "cost", "rows") if en else ("规则", "名称", "结果", "提醒方式", "代价", "知识点")
    table = Table(title=f"{checked.sources.name} {checked.sources.version}", title_justify="left")
    for i, head in enumerate(heads):
        table.add_column(head, justify="right" if i == 5 else "left", no_wrap=i == 0)
    for row in rows:
        table.add_row(
            str(row["code"]), str(row["name"]), words.word("value.result", str(row["result"])),
            words.word("value.interaction", str(row["interaction"])), COST[str(row["cost"])][en], str(row["rows"]))
    console(not arguments.no_color).print(table)
