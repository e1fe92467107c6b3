"""`medrules explain PACK [RULE]`: what a rule says in full; with a request and a line, why it spoke or was silent there."""
from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.arguments import date_argument
from medrules.adapters.cli.console import Table, console, error_console, print_json
from medrules.adapters.cli.packs import usable
from medrules.adapters.cli.requests import OneRequest, read_all
from medrules.adapters.cli.rule_screen import show_sheet
from medrules.adapters.cli.rule_sheet import COST, rule_sheet, rules_named
from medrules.adapters.cli.site_why import decisions_of, show_decision
from medrules.adapters.cli.trace_screen import finding_of, show_answers, show_trace, trace_json
from medrules.adapters.nhsa import SiteSettings, door_of
from medrules.api import CheckedPack
from medrules.check import program as ir
from medrules.check.contents import tables_of
from medrules.check.names import suggestion
from medrules.check.program import Rule
from medrules.engine.engine import Engine
from medrules.engine.reference.trace import Trace, why
from medrules.errors import MedRulesError
from medrules.language.vocabulary import vocabulary
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.model.values import ABSENT, UNKNOWN
from medrules.plan.planner import plan as make_plan


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹或文件（.mrpack）pack folder or pack file")
    parser.add_argument("rule", nargs="?", help="规则编码或名称；不写则列出全部规则 rule code or name; none = list them")
    parser.add_argument(
        "--request", help="请求文件（3101/3102 或原生事实，- 是标准输入）：解释对它的回答 a request: explain the answer to it")
    parser.add_argument("--line", help="明细标识（rx_id），或诊断、手术编码，处方号，就诊标识；不写则每一行 line id; none = every line")
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    parser.add_argument("--store", help="本院的规则库：另列出各层和本院对这条规则说了什么 also what each layer of the hospital's store says of the rule")
    parser.add_argument("--day", type=date_argument, help="知识点与参数按哪一天（缺省今天）day of rows and parameters, default today")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="规则写成哪种语言 language of the rule text")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    if arguments.store and (arguments.request or not arguments.rule):
        raise MedRulesError("--store 用于解释一条规则，不和 --request 一起用 / --store goes with a rule, without --request")
    if arguments.line and not arguments.request:
        raise MedRulesError("--line 要和 --request 一起用 / --line needs --request")
    checked = usable(arguments.pack)
    rules = _wanted(checked, arguments.rule) if arguments.rule else list(checked.program.rules)
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    if arguments.request:
        return _why(checked, rules, site, arguments)
    if not arguments.rule:
        _list(checked, arguments)
    else:
        _sheets(checked, rules, site, arguments)
    return exits.OK


def _wanted(checked: CheckedPack, name: str) -> list[Rule]:
    rules = rules_named(checked, name)
    if rules:
        return rules
    codes = [r.code for r in checked.program.rules]
    near = suggestion(name, codes) or suggestion(name, [r.name for r in checked.program.rules])
    hint = f"，是不是「{near}」" if near else "；不写规则就列出全部"
    raise MedRulesError(f"规则包里没有「{name}」{hint} / no such rule in the pack" + (f", did you mean {near}" if near else ""))


def _pack(checked: CheckedPack) -> dict[str, str]:
    return {"name": checked.sources.name, "version": checked.sources.version, "hash": checked.sources.hash}


# ---------------------------------------------------------------- what a rule says


def _sheets(checked: CheckedPack, rules: list[Rule], site: SiteSettings, arguments: argparse.Namespace) -> None:
    door = door_of("3101", site)
    plan = make_plan(checked.program)
    day = arguments.day or date.today()
    sheets = [rule_sheet(checked, plan, rule, door, day, arguments.lang) for rule in rules]
    decisions = decisions_of(arguments, dict.fromkeys(r.code for r in rules)) if arguments.store else ()
    if arguments.json:
        layers = {"layers": [d.as_json() for d in decisions]} if arguments.store else {}
        print_json({"pack": _pack(checked), "rules": [s.sheet for s in sheets], **layers})
        return
    out = console(not arguments.no_color)
    for sheet in sheets:
        show_sheet(out, sheet, arguments.lang, door.name)
    for decision in decisions:
        show_decision(out, decision, day)


def _list(checked: CheckedPack, arguments: argparse.Namespace) -> None:
    rows: list[dict[str, Any]] = [
        {"code": r.code, "name": r.name, "result": r.header.result, "interaction": r.header.interaction, "cost": r.cost,
         "version": r.version, "tables": tables_of(r), "rows": sum(len(checked.program.tables[t].rows) for t in tables_of(r))}
        for r in checked.program.rules
    ]
    if arguments.json:
        print_json({"pack": _pack(checked), "rules": rows})
        return
    words, en = vocabulary(arguments.lang), arguments.lang == "en"
    heads = ("rule", "name", "result", "interaction", "cost", "rows") if en else ("规则", "名称", "结果", "提醒方式", "代价", "知识点")
    table = Table(title=f"{checked.sources.name} {checked.sources.version}", title_justify="left", title_style="bold")
    for i, head in enumerate(heads):
        table.add_column(head, justify="right" if i == 5 else "left", no_wrap=i == 0)
    for row in rows:
        table.add_row(
            row["code"], row["name"], words.word("value.result", row["result"]), words.word("value.interaction", row["interaction"]),
            COST[row["cost"]][en], str(row["rows"]))
    console(not arguments.no_color).print(table)


# ---------------------------------------------------------------- why it spoke or was silent


def _why(checked: CheckedPack, rules: list[Rule], site: SiteSettings, arguments: argparse.Namespace) -> int:
    engine = Engine(checked.program)
    answers: list[dict[str, Any]] = []
    every = 0
    for one in read_all(Path(arguments.request), "", site):
        report = engine.review(one.facts)
        traces = [
            t for rule in rules for line in ([arguments.line] if arguments.line else dict.fromkeys(_lines(one.facts, rule)))
            for t in why(checked.program, one.facts, rule.code, line)
            if t.rule == rule.code and (arguments.line or t.subject in ("", line))
        ]
        every += len(traces)
        if arguments.json:
            answers += [{"request": one.title} | trace_json(t, finding_of(report, t)) for t in traces]
        else:
            _show(one, report, traces, arguments)
    if arguments.json:
        print_json({"pack": _pack(checked), "answers": answers})
    elif not every:
        error_console().print("请求里没有可以解释的对象 / nothing in the request to explain")
    return exits.OK


def _show(one: OneRequest, report: Report, traces: list[Trace], arguments: argparse.Namespace) -> None:
    """Trees where one rule or one line was asked for and looked; otherwise a table of answers."""
    out = console(not arguments.no_color)
    looked = [t for t in traces if t.steps or t.answer != "silent"]
    if arguments.rule and (arguments.line or looked):
        shown = traces if arguments.line else looked
        for trace in shown:
            show_trace(out, trace, finding_of(report, trace))
        if len(shown) < len(traces):
            out.print(f"[dim]另有 {len(traces) - len(shown)} 个对象不是本规则所判的 / {len(traces) - len(shown)} more that the rule does not judge[/]")
    else:
        show_answers(out, traces, one.title)


def _lines(facts: Facts, rule: Rule) -> Iterator[str]:
    """Ids of what the rule may judge in the stays under review: lines, or whatever its scope speaks of."""
    match rule.scope:
        case ir.ItemScope(relation="diagnosis"):
            name, attribute = "diagnoses", "code"
        case ir.ItemScope(relation="operation"):
            name, attribute = "operations", "code"
        case ir.EachScope(relation="prescription"):
            name, attribute = "prescriptions", "no"
        case ir.ItemScope() | ir.PairScope() | ir.GroupScope():
            name, attribute = "items", "id"
        case _:
            name, attribute = "", "id"
    for encounter in facts.current:
        held = getattr(encounter, name, UNKNOWN) if name else (encounter,)
        if isinstance(held, tuple):
            yield from (str(v) for x in held if (v := getattr(x, attribute, UNKNOWN)) is not UNKNOWN and v is not ABSENT)
