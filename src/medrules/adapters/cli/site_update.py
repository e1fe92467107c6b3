"""`medrules update` and `medrules site update`: fetch, verify, try and activate; one screen says what changed."""
from __future__ import annotations

import argparse
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Console, Table, console, print_json, working
from medrules.adapters.cli.site_sites import add_site, site_of
from medrules.errors import PackError
from medrules.packs.store import Pack

__all__ = ["add", "run", "show_outcome"]

_MODES = {"shadow": "试运行 shadow", "observe": "观察 observe", "enforce": "正式 enforce"}
_LINES = 40


def add(parser: argparse.ArgumentParser) -> None:
    add_site(parser)
    parser.add_argument("--wait", type=float, default=60.0, metavar="秒 SECONDS", help="别的更新正在写时最多等几秒，缺省 60 how long to wait for another update")
    parser.add_argument("--full-notice", action="store_true", help="变更公示全文 the whole notice of each change")


def run(arguments: argparse.Namespace) -> int:
    # The one command that needs the libraries of trust: they take long to import.
    from medrules.hospital.updating.now import update_now
    from medrules.hospital.updating.outcome import problem_of

    site = site_of(arguments)
    try:
        with working("更新规则包 updating the packs"):
            outcome = update_now(site, arguments.wait)
    except PackError as error:
        problem = problem_of(error)
        if arguments.json:
            print_json({"activated": False, "problems": [problem.as_json()]})
        else:
            console(not arguments.no_color).print(f"[bold red]没有更新 not updated[/]  {problem.code} {problem.zh}\n{problem.en}", soft_wrap=True)
        return exits.PROBLEMS
    said = outcome.as_json()
    if arguments.json:
        print_json(said)
    else:
        changes = [(c.pack, c.title, c.before, c.after, c.notice) for c in outcome.changes]
        show_outcome(console(not arguments.no_color), said, changes, None if arguments.full_notice else _LINES)
    return exits.PROBLEMS if outcome.problems else exits.OK


def show_outcome(out: Console, said: dict[str, Any], changes: list[tuple[str, str, Pack | None, Pack | None, str]], most: int | None) -> None:
    """One screen: what changed, what was left, what was put right."""
    if changes:
        table = Table(title="已启用 activated", title_justify="left", title_style="bold green")
        for head in ("规则包 pack", "原版本 from", "现版本 to", "方式 mode", "适用日期 effective"):
            table.add_column(head)
        for pack, title, before, after, _ in changes:
            table.add_row(
                f"{title}\n{pack}" if title else pack, "—" if before is None else str(before.version), "停用 none" if after is None else str(after.version),
                "" if after is None else _MODES[after.mode], "" if after is None else _period(after))
        out.print(table)
        for pack, _, _, after, notice in changes:
            if notice and after is not None:
                lines = notice.rstrip().splitlines()
                shown = lines if most is None else lines[:most]
                out.print(f"\n[bold]变更公示 notice[/]  {pack} {after.version}")
                out.print("\n".join(shown), markup=False, soft_wrap=True)
                if len(shown) < len(lines):
                    out.print(f"… 另有 {len(lines) - len(shown)} 行，--full-notice 看全文 / more lines")
    elif said["activated"]:
        out.print("[bold green]已启用 activated[/]：启用的规则包没变，存下的版本或其状态有变 / the same packs, other versions held")
    else:
        out.print("没有新的规则包 nothing new")
    if said.get("cases"):
        out.print(f"试装通过：{said['cases']} 个自带用例都符合 / {said['cases']} cases hold")
    for p in said["problems"]:
        out.print(f"[bold yellow]没有更新 not updated[/]  {p['where']}：{p['code']} {p['zh']}\n{p['en']}", soft_wrap=True)
    for f in said["healed"]:
        out.print(f"[yellow]规则库原有问题 found before[/]  {f['code']} {f['zh']}", soft_wrap=True)
    for note in said["notes"]:
        out.print(f"注意 note：{note['zh']} / {note['en']}", soft_wrap=True)


def _period(pack: Pack) -> str:
    end = pack.effective.end
    return f"{pack.effective.begin} 起 on" if end is None else f"{pack.effective.begin} — {end}（不含 exclusive）"

