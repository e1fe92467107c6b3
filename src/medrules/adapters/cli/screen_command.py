"""`medrules screen FILE…`: files of many encounters after the fact (事后): line rules and rules about months and years."""
from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.arguments import date_argument
from medrules.adapters.cli.console import Console, Table, Text, console, error_console, print_json, progress, yuan
from medrules.adapters.cli.files import found
from medrules.adapters.cli.requests import read_all
from medrules.adapters.cli.rules import add_rules, opened
from medrules.adapters.native_report import cause_word
from medrules.adapters.nhsa import SiteSettings
from medrules.engine.screening import Screened, Screening, screen
from medrules.errors import MedRulesError
from medrules.model.facts import Facts

RESULTS: Final = {"definite": "明确违规", "suspect": "可疑", "monitor": "监测"}
HEAD: Final = ("规则", "名称", "结果", "患者", "机构", "科室", "年月", "就诊", "明细", "金额", "计入扣减", "知识点", "说明", "建议")
FULL: Final = 24


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="很多次就诊的文件：原生事实或 3101/3102，.jsonl 一行一个请求，或 .json files of many encounters")
    add_rules(parser)
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    parser.add_argument("--out", help="提示写到这个文件：.csv 或 .jsonl write findings into this file")
    parser.add_argument("--covered-from", type=date_argument, help="文件自这一天起是全的 the file has everything from this day on")
    parser.add_argument("--coverage", choices=["本院", "统筹区", "全国"], default="本院", help="全的是哪个范围（缺省本院）of what it has everything")
    parser.add_argument("--parts", type=int, default=64, help="在磁盘上分成几份，越多越省内存（缺省 64）parts on disk; more, less memory")
    parser.add_argument("--json", action="store_true", help="汇总以 JSON 输出（没有 --out 时含提示）summary as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    if arguments.out and Path(arguments.out).suffix not in (".csv", ".jsonl"):
        raise MedRulesError("--out 应为 .csv 或 .jsonl 文件 / --out is a .csv or .jsonl file")
    files = found(arguments.files, ".json", ".jsonl")
    engine = opened(arguments)
    refused: list[str] = []
    with ExitStack() as open_, progress("筛查 screening") as bar:
        tasks: dict[str, Any] = {}

        def step(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=None)
            bar.update(tasks[stage], completed=done, total=total or None)

        take = _writer(open_, Path(arguments.out)) if arguments.out else None
        result = screen(
            engine, _requests(files, site, refused), found=take, parts=arguments.parts, covered_from=arguments.covered_from,
            coverage=arguments.coverage, step=step)
    if refused and arguments.covered_from:
        result.notes["有请求没有读进来，对其中的患者文件并不全"] += len(refused)
    if arguments.json:
        print_json(_as_json(result, refused, arguments.out is None))
    else:
        _show(console(not arguments.no_color), result)
    for sentence in refused[:20]:
        error_console(not arguments.no_color).print(sentence, markup=False)
    if len(refused) > 20:
        error_console(not arguments.no_color).print(f"… 共 {len(refused):,} 处没有读进来 / not read, in all", markup=False)
    if refused:
        return exits.BAD_INPUT
    return exits.INCOMPLETE if result.unchecked else exits.OK


def _requests(files: list[Path], site: SiteSettings, refused: list[str]) -> Iterator[Facts]:
    """All requests. A line or file that cannot be read is told; the others go on."""
    for path in files:
        try:
            for one in read_all(path, "", site, lambda line, error, name=path.name: refused.append(f"{name}:{line} {error.code} {error}")):  # type: ignore[misc]
                yield one.facts
        except MedRulesError as error:
            refused.append(f"{path.name} {error.code} {error}")


def _cells(s: Screened) -> tuple[str, ...]:
    f = s.finding
    return (
        f.rule, f.name, RESULTS[f.result], s.patient, s.institution, s.department, s.month, f.anchor.encounter, f.anchor.line, yuan(f.amount),
        yuan(f.credited), "|".join(f.rows), f.message, f.suggestion)


def _writer(open_: ExitStack, path: Path) -> Any:
    """Writes findings as they come. CSV with a byte order mark, so that a spreadsheet reads it as UTF-8."""
    as_csv = path.suffix == ".csv"
    file = open_.enter_context(path.open("w", encoding="utf-8-sig" if as_csv else "utf-8", newline="" if as_csv else "\n"))
    if not as_csv:
        return lambda s: file.write(json.dumps(dict(zip(HEAD, _cells(s), strict=True)), ensure_ascii=False) + "\n")
    rows = csv.writer(file)
    rows.writerow(HEAD)
    return lambda s: rows.writerow([f"'{c}" if c[:1] in ("=", "+", "@") else c for c in _cells(s)])  # no cell is a formula


def _as_json(r: Screening, refused: list[str], every: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "requests": r.requests, "people": r.people, "encounters": r.encounters, "lines": r.lines, "definite": yuan(r.definite),
        "suspect": yuan(r.suspect),
        "rules": [{"code": c, "name": n, "result": k, "findings": v, "amount": yuan(r.amounts[c, n, k])} for (c, n, k), v in r.by_rule.most_common()],
        "departments": dict(r.by_department), "months": dict(sorted(r.by_month.items())), "institutions": dict(r.by_institution),
        "undecided": [{"rule": rule, "missing": [cause_word(c) for c in causes], "count": n} for (rule, causes), n in r.undecided.most_common()],
        "unjudged": dict(r.unjudged), "unchecked": [{"rule": rule, "reason": why, "count": n} for (rule, why), n in r.unchecked.items()],
        "notes": dict(r.notes), "refused": refused,
    }
    if every:
        made["findings"] = [dict(zip(HEAD, _cells(s), strict=True)) for s in r.findings]
    return made


def _show(out: Console, r: Screening) -> None:
    out.print(f"[bold]{r.people:,}[/] 人 people · [bold]{r.encounters:,}[/] 次就诊 encounters · [bold]{r.lines:,}[/] 行明细 lines")
    table = Table(title="各规则 by rule", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for head, justify in (("规则", "left"), ("名称", "left"), ("结果", "left"), ("提示", "right"), ("计入扣减（元）", "right"), ("", "left")):
        table.add_column(head, justify=justify, no_wrap=head != "名称")  # type: ignore[arg-type]
    most = max(r.by_rule.values(), default=1)
    for (code, name, result), n in r.by_rule.most_common():
        table.add_row(code, name, RESULTS[result], f"{n:,}", yuan(r.amounts[code, name, result]), Text("█" * max(1, n * FULL // most), "red"))
    out.print(table)
    _bars(out, "各科室 by department", r.by_department.most_common(12))
    _bars(out, "各月 by month", sorted(r.by_month.items()))
    out.print(f"[bold]合计[/] 明确 {yuan(r.definite)} 元 · 可疑（确认后另扣）{yuan(r.suspect)} 元 · 待核 {sum(r.undecided.values()):,} 项")
    missing: Counter[str] = Counter()
    for (_, causes), n in r.undecided.items():
        missing.update({cause_word(c): n for c in causes})
    if missing:
        out.print("[yellow]待核最缺[/] " + "、".join(f"{c}（{n:,}）" for c, n in missing.most_common(5)))
    for note, n in r.notes.most_common(8):
        out.print(f"[dim]数据提示 {note}（{n:,}）[/]")
    if r.unchecked:
        out.print("[bold red]未检查[/] " + "、".join(sorted({rule for rule, _ in r.unchecked})))


def _bars(out: Console, title: str, counts: list[tuple[str, int]]) -> None:
    if not counts:
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for head in ("", "提示", ""):
        table.add_column(head, no_wrap=True)
    most = max(n for _, n in counts)
    for name, n in counts:
        table.add_row(name or "（未知）", f"{n:,}", Text("█" * max(1, n * FULL // most), "cyan"))
    out.print(table)
