"""`medrules profile PACK FILE…`: what every rule costs on these requests, the dearest first, before a pack is published."""
from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Console, Table, Text, console, print_json, progress, working
from medrules.adapters.cli.files import found
from medrules.adapters.cli.requests import OneRequest, read_all
from medrules.adapters.cli.rule_sheet import COST
from medrules.adapters.nhsa import SiteSettings
from medrules.api import open_pack
from medrules.engine.profile import Profile, Profiler
from medrules.errors import MedRulesError
from medrules.model.facts import Facts

AT_ONCE: Final = 200  # requests held at a time, so that a file of any length fits
WAYS: Final = {"code": "按编码", "scan": "逐行", "pair": "成对", "whole": "参照"}
FULL: Final = 12
PARTS: Final = " ▏▎▍▌▋▊▉"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹或文件（.mrpack）pack folder or pack file")
    parser.add_argument("files", nargs="+", help="请求文件、通配符或文件夹：3101/3102 或原生事实，.json 或 .jsonl（一行一个请求）request files")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--facts", dest="form", action="store_const", const="facts", help="文件是原生事实（缺省看内容）native facts")
    form.add_argument("--3101", dest="form", action="store_const", const="3101", help="文件是 3101/3102 请求（缺省看内容）national form")
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    parser.add_argument("--rounds", type=_positive, default=5, help="每条规则量几遍，取最快的一遍（缺省 5）rounds, the quickest counts")
    parser.add_argument("--top", type=_positive, default=0, help="只列最慢的几条（缺省全部）only the dearest rules")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")
    parser.set_defaults(form="")


def _positive(word: str) -> int:
    n = int(word)
    if n < 1:
        raise ValueError("must be at least 1")
    return n


def run(arguments: argparse.Namespace) -> int:
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    files = found(arguments.files, ".json", ".jsonl")
    with working("读规则包 reading the pack"):
        profiler = Profiler(open_pack(arguments.pack).program, rounds=arguments.rounds)
    reading = _Reading(files, arguments.form, site)
    with progress("逐条量 profiling") as bar:
        task = bar.add_task("", total=None)
        for n, some in enumerate(reading.chunks(), 1):
            bar.update(task, total=n * profiler.rules)
            profiler.add(some, lambda: bar.advance(task))
    result = profiler.result()
    if not result.requests:
        raise MedRulesError("文件里没有请求 / no requests in these files")
    if arguments.json:
        print_json(_as_json(result, reading.nanoseconds))
    else:
        _show(console(not arguments.no_color), result, reading.nanoseconds, arguments.top)
    return exits.OK


class _Reading:
    """Reads requests some at a time and adds up how long their door took."""

    def __init__(self, files: list[Path], form: str, site: SiteSettings) -> None:
        self._files, self._form, self._site = files, form, site
        self.nanoseconds = 0

    def chunks(self) -> Iterator[list[Facts]]:
        some: list[Facts] = []
        for path in self._files:
            requests = read_all(path, self._form, self._site)
            while (facts := self._next(requests)) is not None:
                some.append(facts)
                if len(some) == AT_ONCE:
                    yield some
                    some = []
        if some:
            yield some

    def _next(self, requests: Iterator[OneRequest]) -> Facts | None:
        start = time.perf_counter_ns()
        one = next(requests, None)
        self.nanoseconds += time.perf_counter_ns() - start
        return None if one is None else one.facts


def _each(nanoseconds: int, requests: int) -> float:
    """Microseconds of one request."""
    return round(nanoseconds / requests / 1000, 2)


def _as_json(p: Profile, reading: int) -> dict[str, Any]:
    n = p.requests
    return {
        "requests": n, "lines": p.lines, "unit": "µs/request",
        "stages": {"reading": _each(reading, n), "judging": _each(p.first, n), "messages": _each(p.messages, n)},
        "judging_again": _each(p.again, n), "without_rules": _each(p.floor, n),
        "rules": [
            {
                "code": r.rule.code, "name": r.rule.name, "cost": r.rule.cost, "way": r.way, "way_reason": r.reason,
                "share": round(p.share(r), 4), "judging": _each(r.judging, n), "messages": _each(r.messages, n),
                "candidates": r.candidates, "hits": r.hits, "undecided": r.undecided, "asked_reference": r.asked,
            }
            for r in p.rules
        ],
    }


def _bar(share: float) -> str:
    """A bar of up to FULL cells, drawn in eighths."""
    eighths = round(share * FULL * 8)
    return ("█" * (eighths // 8) + PARTS[eighths % 8]).rstrip()


def _show(out: Console, p: Profile, reading: int, top: int) -> None:
    n = p.requests
    out.print(f"[bold]{n:,}[/] 个请求 requests · [bold]{p.lines:,}[/] 行明细 lines · [bold]{len(p.rules)}[/] 条规则 rules")
    stages = Table(title="各阶段 stages", title_justify="left", title_style="bold", box=None, pad_edge=False)
    stages.add_column("阶段", style="dim")
    stages.add_column("µs", justify="right")
    stages.add_column("")
    total = reading + p.first + p.messages or 1
    for name, took in (("读取 reading", reading), ("判断 judging", p.first), ("文字 messages", p.messages)):
        stages.add_row(name, f"{_each(took, n):,.1f}", Text(_bar(took / total), "cyan"))
    out.print(stages)
    table = Table(
        title="各规则，单独运行，贵的在前 rules alone, the dearest first（µs/请求 request）", title_justify="left", title_style="bold", box=None,
        pad_edge=False)
    table.add_column("规则", no_wrap=True, min_width=18)
    table.add_column("名称", overflow="ellipsis", no_wrap=True, max_width=22)
    table.add_column("代价", no_wrap=True, min_width=4)
    table.add_column("方式", no_wrap=True, min_width=6)
    for head, width in (("µs", 8), ("候选", 5), ("命中", 5), ("待核", 5), ("问参照", 6)):
        table.add_column(head, justify="right", no_wrap=True, min_width=width)
    table.add_column("占比", no_wrap=True, min_width=FULL + 5)
    for r in p.rules[:top] if top else p.rules:
        table.add_row(
            r.rule.code, r.rule.name, COST[r.rule.cost][0], Text(WAYS[r.way], "yellow" if r.way == "whole" else ""),
            f"{_each(r.total, n):,.1f}", f"{r.candidates:,}", f"{r.hits:,}", f"{r.undecided:,}", Text(f"{r.asked:,}", "yellow" if r.asked else "dim"),
            Text.assemble((f"{p.share(r) * 100:4.0f}% ", ""), (_bar(p.share(r)), _colour(p.share(r)))))
    out.print(table)
    if top and len(p.rules) > top:
        out.print(f"… 另有 {len(p.rules) - top} 条规则，不写 --top 全部列出 / more rules without --top")
    out.print(
        "[dim]每条规则单独成包、在同样的请求上另跑，减去空规则包的时间；合在一起时共用索引与事实，总和会大于「判断」。\n"
        "候选 candidates · 命中 hits · 待核 undecided · 问参照：编译后的规则判不了、由参照求值器判的次数，贵多半贵在这里。\n"
        "Each rule runs alone, less what an empty pack takes; together they share work, so their sum is more than judging.\n"
        "问参照 = bindings that the compiled rule handed to the reference evaluator: usually what makes a rule dear.[/]")


def _colour(share: float) -> str:
    return "red" if share >= 0.25 else "yellow" if share >= 0.1 else "green"
