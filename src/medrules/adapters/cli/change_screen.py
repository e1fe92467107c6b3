"""What changed between two versions, on a screen: counts, rules, tables, who must act; the whole of it is in the notice."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from medrules.adapters.cli.console import Console, Table, Text
from medrules.release.changes import ChangeReport
from medrules.release.compare import WordChange

__all__ = ["show_changes"]

KINDS: Final = {"added": ("新增 added", "green"), "removed": ("删除 removed", "red"), "changed": ("修改 changed", "yellow")}
MOST: Final = 30
MOST_WORDS: Final = 6


def show_changes(out: Console, changes: ChangeReport) -> None:
    """Print a report."""
    before = changes.before
    if before is None:
        out.print(f"[bold]首次发布 first release[/]：{changes.totals['rules']} 条规则 rules，{changes.totals['rows']} 行知识点 rows")
    else:
        out.print(f"[bold]{before.version} → {changes.after.version}[/]" + ("：判断不变 / it judges as before" if changes.is_empty else ""))
        _rules(out, changes)
        _tables(out, changes)
        _rest(out, changes)
    table = Table("谁 who", "做什么 what", "何时前 by", title="谁要做什么 who must act", title_justify="left", title_style="bold")
    for task in changes.tasks:
        table.add_row("\n".join(task.who), "\n".join(task.what), task.by or "立即 now")
    out.print(table)
    advice = changes.advice
    if before is not None:
        style = "green" if advice.enough else "bold yellow"
        fits = "相符 fits" if advice.enough else f"偏低 too low：不低于 at least {advice.least}"
        out.print(f"版本号 version：{advice.step}，[{style}]{fits}[/]")


def _rules(out: Console, changes: ChangeReport) -> None:
    for rule in changes.rules[:MOST]:
        word, style = KINDS[rule.kind]
        since = changes.since.get(rule.code, "")
        out.print(Text.assemble((word, style), f" {rule.code}「{rule.name}」", (f" 自 since {since}" if since else "", "dim")), soft_wrap=True)
        _words(out, rule.clauses)
    _more(out, len(changes.rules))
    for one in changes.touched[:MOST]:
        through = "、".join(f"{x.name}" for x in one.through)
        out.print(Text.assemble(("随之 follows", "cyan"), f" {one.code}「{one.name}」", (f" 因 through {through}", "dim")), soft_wrap=True)
    _more(out, len(changes.touched))


def _tables(out: Console, changes: ChangeReport) -> None:
    if not changes.tables:
        return
    table = Table("知识表 table", "新增 added", "删除 removed", "修改 changed", "例 examples", box=None)
    for one in changes.tables[:MOST]:
        examples = "；".join(f"{r.point} {c} {a or '（空）'}→{b or '（空）'}" for r in one.changed[:2] for c, a, b in r.cells[:1])
        table.add_row(one.name, str(len(one.added)), str(len(one.removed)), str(len(one.changed)), Text(examples))
    out.print(table)
    _more(out, len(changes.tables))


def _rest(out: Console, changes: ChangeReport) -> None:
    for one in changes.named[:MOST]:
        word, style = KINDS[one.kind]
        out.print(Text.assemble((word, style), f" {one.thing.kind}「{one.thing.name}」"), soft_wrap=True)
        _words(out, one.words)
    _more(out, len(changes.named))
    for entry, old, new in changes.facts:
        out.print(Text(f"清单 manifest {entry}：{old} → {new}"), soft_wrap=True)


def _words(out: Console, words: Sequence[WordChange]) -> None:
    for word in words[:MOST_WORDS]:
        if word.old:
            out.print(Text(f"    − {word.old}", style="red"), soft_wrap=True)
        if word.new:
            out.print(Text(f"    + {word.new}", style="green"), soft_wrap=True)
    if len(words) > MOST_WORDS:
        out.print(f"    … 另有 {len(words) - MOST_WORDS} 处 / and {len(words) - MOST_WORDS} more", style="dim")


def _more(out: Console, count: int) -> None:
    if count > MOST:
        out.print(f"… 另有 {count - MOST} 项，见 --json 或 --markdown / and {count - MOST} more", style="dim")
