"""`medrules check PACK`: every problem in a pack, with place and help."""
from __future__ import annotations

import argparse
from collections import Counter

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Table, console, print_json
from medrules.adapters.cli.problems import show
from medrules.api import check_pack


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹 pack folder")
    parser.add_argument("--json", action="store_true", help="诊断以 JSON 输出 diagnostics as JSON")
    parser.add_argument("--strict", action="store_true", help="提醒也算问题 warnings count as problems")
    parser.add_argument("--no-color", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    checked = check_pack(arguments.pack)
    bad = checked.has_errors or (arguments.strict and bool(checked.diagnostics))
    if arguments.json:
        print_json({
            "pack": checked.sources.name, "version": checked.sources.version, "hash": checked.sources.hash,
            "rules": len(checked.program.rules), "tables": len(checked.program.tables),
            "rows": sum(len(t.rows) for t in checked.program.tables.values()),
            "diagnostics": [d.as_json() for d in checked.diagnostics],
        })
        return exits.PROBLEMS if bad else exits.OK
    show(checked.diagnostics, not arguments.no_color)
    out = console(not arguments.no_color)
    costs = Counter(rule.cost for rule in checked.program.rules)
    table = Table(title=f"{checked.sources.name} {checked.sources.version}", show_header=False, title_justify="left")
    table.add_row("规则 rules", str(len(checked.program.rules)))
    table.add_row("知识表 tables", str(len(checked.program.tables)))
    table.add_row("知识点行 rows", str(sum(len(t.rows) for t in checked.program.tables.values())))
    words = {"item": "逐条", "group": "成组", "history": "历史", "period": "期间"}
    table.add_row("代价 cost", " · ".join(f"{words[c]} {n}" for c, n in sorted(costs.items())))
    out.print(table)
    if not bad:
        out.print("[green]检查通过 / no errors[/]")
    return exits.PROBLEMS if bad else exits.OK
