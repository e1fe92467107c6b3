"""`medrules site shadow FILE…`: what a version in trial would have changed, before anyone sees a warning of it."""
from __future__ import annotations

import argparse
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Console, Table, console, print_json, progress, yuan
from medrules.adapters.cli.files import found
from medrules.hospital.trial import RuleTrial, Trials, read_trials


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="试运行记录 .jsonl（open_store 的 shadow_log）、通配符或文件夹 shadow logs")


def run(arguments: argparse.Namespace) -> int:
    with progress("读试运行记录 reading") as bar:
        task = bar.add_task("reading", total=None)
        trials = read_trials(found(arguments.files, ".jsonl"), lambda lines: bar.update(task, completed=lines))
    if arguments.json:
        print_json(_as_json(trials))
    else:
        _show(console(not arguments.no_color), trials)
    return exits.OK


def _one(held: RuleTrial) -> dict[str, Any]:
    return {"more": held.kinds["new"], "less": held.kinds["gone"], "changed": held.kinds["changed"], "amount_was": yuan(held.was), "amount_is": yuan(held.is_)}


def _as_json(t: Trials) -> dict[str, Any]:
    return {
        "requests": t.requests, "differing": t.differing, "first": t.first, "last": t.last,
        "versions": [{"before": a, "after": b, "requests": n} for (a, b), n in t.versions.most_common()],
        "rules": [{"code": code, "name": r.name, **_one(r), "departments": dict(r.departments.most_common())} for code, r in _by_size(t.rules)],
        "departments": [{"department": name, **_one(r)} for name, r in _by_size(t.departments)],
    }


def _by_size(held: dict[str, RuleTrial]) -> list[tuple[str, RuleTrial]]:
    return sorted(held.items(), key=lambda x: (-x[1].kinds.total(), x[0]))


def _show(out: Console, t: Trials) -> None:
    versions = "、".join(f"{a} → {b}" for (a, b), _ in t.versions.most_common(3))
    out.print(f"[bold]{t.requests:,}[/] 次请求，其中 [bold]{t.differing:,}[/] 次会不同；{t.first} 至 {t.last}；{versions}")
    if not t.rules:
        out.print("[green]试运行的版本没有改变任何提示[/] / the version in trial changes nothing")
        return
    _table(out, "各规则 by rule", ("规则", "名称"), [((code, r.name), r) for code, r in _by_size(t.rules)])
    _table(out, "各科室 by department", ("科室",), [((name or "（未知）",), r) for name, r in _by_size(t.departments)])


def _table(out: Console, title: str, heads: tuple[str, ...], rows: list[tuple[tuple[str, ...], RuleTrial]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, no_wrap=head != "名称")
    for head in ("会多", "会少", "会变", "扣减原为（元）", "会是（元）"):
        table.add_column(head, justify="right", no_wrap=True)
    for names, r in rows:
        table.add_row(*names, *(f"{r.kinds[k]:,}" for k in ("new", "gone", "changed")), yuan(r.was), yuan(r.is_))
    out.print(table)
