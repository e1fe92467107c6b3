"""`medrules site history`: the ledger, for people: when which versions were activated, why, and what was refused."""
from __future__ import annotations

import argparse
from typing import Any, Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Table, console, print_json
from medrules.adapters.cli.site_sites import add_site, site_of
from medrules.hospital.ledger_history import history_of

__all__ = ["add", "run"]

_WORDS: Final = {
    "update": "更新 update", "rollback": "本地回退 rollback", "rollback-ended": "回退结束 rollback ended", "restored": "修复 restored",
    "refused": "没更新成 refused", "repaired": "补好断行 repaired", "restarted": "另起台账 new ledger", "abandoned": "没做完 abandoned"}


def add(parser: argparse.ArgumentParser) -> None:
    add_site(parser)
    parser.add_argument("--last", type=int, default=50, metavar="条 N", help="最多显示最近几条，缺省 50 at most so many")


def run(arguments: argparse.Namespace) -> int:
    site = site_of(arguments)
    events, broken = history_of(str(site.store))
    shown = events[-arguments.last:] if arguments.last > 0 else []
    code = exits.PROBLEMS if broken else exits.OK
    if arguments.json:
        print_json({"events": shown, "broken_at": broken})
        return code
    out = console(not arguments.no_color)
    table = Table()
    for head in ("行 line", "时间 at (UTC)", "事件 event", "内容 what"):
        table.add_column(head)
    for event in shown:
        table.add_row(str(event["line"]), event["at"], _WORDS.get(event["event"], event["event"]), _said(event))
    out.print(table)
    if broken:
        out.print(f"[bold red]台账第 {broken} 行起对不上 / the chain does not hold from line {broken} on[/]")
    return code


def _said(event: dict[str, Any]) -> str:
    changes = [f"{c['pack']} {c['from'] or '—'} → {c['to'] or '—'}" + (f"（{c['mode']}）" if c["mode"] != "enforce" else "") for c in event["changes"]]
    withdrawn = [f"已撤回 withdrawn {w['pack']} {w['version']}：{w['reason']}" for w in event["withdrawn"]]
    return "\n".join([*changes, *withdrawn, *filter(None, [event["reason"]])])
