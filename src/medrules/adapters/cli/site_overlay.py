"""`medrules site overlay FILE`: what is wrong with the hospital's overlay.toml, or what it changes, before it is activated."""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Table, console, escape, print_json
from medrules.adapters.cli.site_packs import add_packs, joined
from medrules.errors import InvalidLayers
from medrules.hospital.layers import Joined
from medrules.hospital.overlay import speaks_of
from medrules.hospital.reasons import day
from medrules.hospital.written import TIERS


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="overlay.toml")
    add_packs(parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        made = joined(arguments, Path(arguments.file).read_bytes())
    except InvalidLayers as error:
        if arguments.json:
            print_json({"ok": False, "problems": [p.as_json() for p in error.problems], "diagnostics": [d.as_json() for d in error.diagnostics]})
            return exits.PROBLEMS
        out = console(not arguments.no_color)
        for p in error.problems:
            out.print(f"[bold red]{p.code}[/] {escape(p.place)}：{escape(p.message)}", soft_wrap=True)
            out.print(f"  {p.help}", soft_wrap=True)
        return exits.PROBLEMS
    changes = _changes(made)
    if arguments.json:
        print_json({"ok": True, "changes": changes})
        return exits.OK
    out = console(not arguments.no_color)
    table = Table(box=None, pad_edge=False)
    for head in ("规则", "名称", "原来", "改为", "业务日", "理由", "谁"):
        table.add_column(head)
    for c in changes:
        table.add_row(c["rule"], c["name"], TIERS[c["was"]], "停用" if c["disabled"] else TIERS[c["interaction"]],
                      f"{c['from']} 起" + (f"，{c['to']} 前" if c["to"] else ""), c["reason"], f"{c['by']} {c['on']}")
    out.print(table)
    out.print(f"{len(changes)} 处，没有问题 / {len(changes)} changes, nothing wrong")
    return exits.OK


def _changes(made: Joined) -> list[dict[str, Any]]:
    return [
        {"rule": r.code, "name": r.name, "was": r.header.interaction, "interaction": e.interaction or None, "disabled": e.disabled, "reason": e.reason,
         "by": e.by, "on": day(e.on), "from": day(e.begin), "to": day(e.end)}
        for e in made.overlay.entries for r in made.written.rules if speaks_of(e.code, r)]
