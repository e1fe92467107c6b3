"""`medrules site status`: what is active, how fresh its channels are, what is wrong and what to do. No network."""
from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Table, console, escape, print_json
from medrules.adapters.cli.site_sites import add_site, site_of
from medrules.hospital.status import status_of

__all__ = ["WORDS", "add", "run"]

# Status words: Chinese, colour. docs/hospital-guide.md says what each means and what to do.
WORDS: Final = {
    "ok": ("正常", "bold green"), "stale": ("渠道过期", "bold yellow"), "refused": ("有更新没成", "bold yellow"),
    "rolled-back": ("本地回退中", "bold yellow"), "damaged": ("规则库有损坏", "bold red"),
    "withdrawn": ("规则包已撤回", "bold red"), "none": ("没有启用的规则包", "bold red")}
_FRESHNESS: Final = {"fresh": "有效 fresh", "stale": "已过期 stale", "unknown": "没有联系过 never heard"}


def add(parser: argparse.ArgumentParser) -> None:
    add_site(parser)


def run(arguments: argparse.Namespace) -> int:
    site = site_of(arguments)
    status = status_of(str(site.store), site.place.hospital, tuple(c.name for c in site.channels), datetime.now(UTC))
    code = exits.PROBLEMS if status.word in ("none", "damaged", "withdrawn", "refused") else exits.OK
    if arguments.json:
        print_json(status.as_json())
        return code
    out = console(not arguments.no_color)
    zh, style = WORDS[status.word]
    out.print(f"[{style}]{zh} {status.word}[/]  {site.name} {site.place.hospital}  第 {status.sequence} 次启用 activation")
    table = Table()
    for head in ("启用的规则包 active", "版本 version", "方式 mode", "适用日期 effective", "启用时间 since (UTC)"):
        table.add_column(head)
    for p in status.active:
        end = p.effective.end
        table.add_row(p.pack, str(p.version), p.mode, f"{p.effective.begin} — {end or ''}", p.since)
    out.print(table)
    for c in status.channels:
        out.print(f"渠道 channel {c.name}：{_FRESHNESS[c.state]}，签发 issued {c.issued or '—'}，有效至 expires {c.expires or '—'}，上次联系 last heard {c.refreshed or '—'}")
    others = [p for p in status.held if p not in status.active]
    withdrawn = sum(1 for p in others if p.withdrawn)
    out.print(f"另存 {len(others) - withdrawn} 个版本，按业务时间使用 / more versions held for orders of other days")
    if withdrawn:
        out.print(f"还存着 {withdrawn} 个已撤回的版本，不再使用 / withdrawn versions kept and not used")
    if status.rolled_back is not None:
        r = status.rolled_back
        out.print(f"[yellow]本地回退 rollback[/]：{r['pack']} {r['wrong']} → {r['used']}，{r['reason']}，到期 expires {r['expires']}", soft_wrap=True)
    for p in status.active:
        if p.withdrawn:
            out.print(
                f"[bold red]已撤回 withdrawn[/]：{p.named}（{escape(p.withdrawn)}）。它不再参加审核；等发布单位的新版，运行 medrules update\n"
                "it judges no longer: wait for the publisher's next version and run medrules update", soft_wrap=True)
    for f in status.faults:
        out.print(f"[bold red]{f.code}[/] {f.zh}\n{f.en}", soft_wrap=True)
    if status.interrupted:
        out.print("MR-P307 有一次启用没有做完：正在进行，或被中断 / an activation is going on, or was interrupted")
    for r in status.refused:
        out.print(f"[yellow]{r['at']} {r['where']} {r['code']}[/] {r['zh']}\n{r['en']}", soft_wrap=True)
    return code
