"""`medrules check PACK`: every problem in a pack, with place and help."""
from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from medrules import __version__
from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Table, console, print_json, working
from medrules.adapters.cli.problems import show
from medrules.adapters.cli.rule_sheet import COST
from medrules.api import CheckedPack, check_pack
from medrules.diagnostics.diagnostic import Severity
from medrules.diagnostics.render import to_sarif


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹或文件（.mrpack）pack folder or pack file")
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--json", action="store_true", help="诊断以 JSON 输出 diagnostics as JSON")
    answer.add_argument("--sarif", action="store_true", help="诊断以 SARIF 2.1.0 输出，供代码审查工具 diagnostics as SARIF")
    parser.add_argument("--strict", action="store_true", help="提醒也算问题 warnings count as problems")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="诊断的语言 language of the diagnostics")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    with working("检查规则包 checking the pack"):
        checked = check_pack(arguments.pack)
    bad = checked.has_errors or (arguments.strict and any(d.severity is not Severity.NOTE for d in checked.diagnostics))
    code = exits.PROBLEMS if bad else exits.OK
    if arguments.sarif:
        print_json(to_sarif(checked.diagnostics, version=__version__))
    elif arguments.json:
        print_json(_summary(checked) | {"diagnostics": [d.as_json() for d in checked.diagnostics]})
    else:
        _show(checked, bad, arguments)
    return code


def _summary(checked: CheckedPack) -> dict[str, Any]:
    tables = checked.program.tables
    return {
        "pack": checked.sources.name, "version": checked.sources.version, "hash": checked.sources.hash,
        "rules": len(checked.program.rules), "tables": len(tables), "rows": sum(len(t.rows) for t in tables.values()),
        "costs": dict(sorted(Counter(rule.cost for rule in checked.program.rules).items())),
    }


def _show(checked: CheckedPack, bad: bool, arguments: argparse.Namespace) -> None:
    show(checked.diagnostics, not arguments.no_color, lang=arguments.lang)
    out = console(not arguments.no_color)
    summary = _summary(checked)
    if checked.program.rules:
        title = f"{summary['pack']} {summary['version']} [dim]{summary['hash'][:12]}[/]"
        table = Table(title=title, show_header=False, title_justify="left", title_style="bold")
        table.add_row("规则 rules", str(summary["rules"]))
        table.add_row("知识表 tables", str(summary["tables"]))
        table.add_row("知识点行 rows", str(summary["rows"]))
        table.add_row("代价 cost", " · ".join(f"{COST[c][0]} {c} {n}" for c, n in summary["costs"].items()))
        out.print(table)
    if not bad:
        out.print("[green]检查通过 / no errors[/]")
