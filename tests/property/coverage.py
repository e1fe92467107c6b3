"""What a campaign has exercised, as a table: a construct that was never drawn, or on which no answer hung, is named loudly."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.property.constructs import inventory
from tests.property.situations import ALL
from tests.property.tally import Tally

# Constructs of check/program.py that no campaign can meet, each with its reason.
NOT_DRAWN = {
    "node: PeriodScope": "screening only", "scope: period": "judged when screening, not in a review: tests/engine/reference/test_periods.py",
    "quantifier: all window": "the language has no phrase for it: 全部 takes no window",
    "scope: item by set": "the checker allows tables of kind set for groups and operations only",
    "literal: frame": "a frame has no value to take away",
}
# Constructs whose value is no one's to take away: they are counted with the node that reads them.
NEVER_TRIED = ("node: Ref", "node: Members", "node: Window", "node: Guard")


def missing(tally: Tally) -> tuple[list[str], list[str]]:
    """(never drawn, drawn but no answer hung on it) of the inventory and of what was drawn beside it."""
    names = (inventory() | tally.drawn.keys()) - NOT_DRAWN.keys()
    undrawn = sorted(n for n in names if not tally.drawn[n])
    idle = sorted(n for n in names if tally.drawn[n] and not tally.decided[n] and not n.startswith(NEVER_TRIED))
    return undrawn, idle


def unmet(tally: Tally) -> list[str]:
    """Situations that no request held."""
    return [s for s in ALL if not tally.situations[s]]


def show(
    console: Console, tally: Tally, found: Iterable[dict[str, Any]], disagreements: int, code: str, seconds: float, before: int,
) -> None:
    """The whole result on a screen."""
    answers, requests = tally.answers, tally.answers["requests"]
    console.print(_constructs(tally))
    console.print(_counted("情形", tally.situations, requests))
    console.print("回答  " + " · ".join(f"{k} {v:,}" for k, v in sorted(answers.items())))
    spent = sum(tally.seconds.values())
    console.print("用时  " + " · ".join(f"{k} {v:,.0f} 秒（{v / spent:.0%}）" for k, v in sorted(tally.seconds.items(), key=lambda p: -p[1])))
    undrawn, idle = missing(tally)
    for title, names in (("从未抽到", undrawn), ("抽到但没有一个答案取决于它", idle), ("没有出现的情形", unmet(tally))):
        if names:
            console.print(f"[bold red]{title}（{len(names)}）[/]：{'、'.join(names)}", highlight=False)
    for one in found:
        console.print(f"[red]不一致[/] seed {one['seed']} request {one['request']} {one['path']} {one['part']}", highlight=False)
        console.print(f"  只在参照：{list(one['only_reference'])}\n  只在 {one['path']}：{list(one['only_path'])}", highlight=False, markup=False)
    console.print(
        f"代码 {code} · {requests:,} 次评估 · 不同的规则包 {len(tally.programs):,} 个、规则 {answers['rules']:,} 条 · "
        f"本次 {requests - before:,} 次用 {seconds:,.0f} 秒（{(requests - before) / max(seconds, 0.001):,.0f} 次/秒）")
    console.print(f"disagreements: {disagreements}")


def _constructs(tally: Tally) -> Table:
    table = Table("构造", "抽到", "试去", "答案取决于它", title="构造覆盖：试去 = 把它的值拿掉再判；规则一级的构造数的是含它的规则给出回答的次数")
    for name in sorted(tally.drawn.keys() | (inventory() - NOT_DRAWN.keys())):
        drawn, decided = tally.drawn[name], tally.decided[name]
        style = "red" if not drawn or (not decided and not name.startswith(NEVER_TRIED)) else ""
        table.add_row(name, f"{drawn:,}", f"{tally.tried[name]:,}" if tally.tried[name] else "", f"{decided:,}", style=style)
    return table


def _counted(title: str, counts: dict[str, int], total: int) -> Table:
    table = Table(title, "请求", "占")
    for name in sorted(counts.keys() | set(ALL)):
        table.add_row(name, f"{counts[name]:,}", f"{counts[name] / max(total, 1):.1%}", style="" if counts[name] else "red")
    return table
