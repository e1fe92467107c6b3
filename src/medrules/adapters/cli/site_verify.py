"""`medrules site verify`: everything in the store hashed and its signatures checked again, from the pinned roots."""
from __future__ import annotations

import argparse

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console, print_json, working
from medrules.adapters.cli.site_sites import add_site, site_of

__all__ = ["add", "run"]


def add(parser: argparse.ArgumentParser) -> None:
    add_site(parser)


def run(arguments: argparse.Namespace) -> int:
    from medrules.hospital.updating.inspect import inspect  # the libraries of trust take long to import

    site = site_of(arguments)
    with working("核对规则库 verifying the store"):
        found = inspect(site, str(site.store))
    code = exits.OK if found.sound else exits.PROBLEMS
    if arguments.json:
        print_json(found.as_json())
        return code
    out = console(not arguments.no_color)
    out.print("[bold green]完好 sound[/]" if found.sound else "[bold red]有问题 not sound[/]")
    out.print(f"规则包 packs：{found.packs}/{found.of} 完好 whole，{len(found.signed)} 个由现有元数据签名 signed by present metadata；台账 ledger：{found.lines} 行 lines")
    for f in found.faults:
        out.print(f"[bold red]{f.code}[/] {f.zh}\n{f.en}", soft_wrap=True)
    for p in found.problems:
        out.print(f"[bold red]{p.code}[/] {p.where} {p.zh}\n{p.en}", soft_wrap=True)
    return code
