"""`medrules site why RULE`: how a rule judges in this hospital, and who said so, layer by layer."""
from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import date

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Console, Table, console, print_json
from medrules.adapters.cli.site_packs import add_packs, joined
from medrules.hospital.reasons import RESULTS, Decision, Say, day, level_word, why
from medrules.hospital.written import TIERS


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", help="规则编码 rule code")
    add_packs(parser)
    parser.add_argument("--overlay", help="本院的 overlay.toml（和 --pack 一起用；缺省用规则库里启用的）overlay file, with --pack")


def run(arguments: argparse.Namespace) -> int:
    overlay = None
    if arguments.overlay:
        with open(arguments.overlay, "rb") as file:
            overlay = file.read()
    on = arguments.day or date.today()
    found = why(joined(arguments, overlay), arguments.rule)
    if arguments.json:
        print_json([{**d.as_json(), "day": on.isoformat(), "interaction": d.at(on.toordinal()) or None} for d in found])
        return exits.OK
    out = console(not arguments.no_color)
    for decision in found:
        show_decision(out, decision, on)
    return exits.OK


def decisions_of(arguments: argparse.Namespace, codes: Iterable[str]) -> tuple[Decision, ...]:
    """The decisions of these rules, one for each of their parts, by the packs of a store on a day (`arguments.store`, `arguments.day`)."""
    found = joined(argparse.Namespace(store=arguments.store, day=arguments.day, pack=[]))
    return tuple({d.rule: d for code in codes for d in why(found, code)}.values())


def show_decision(out: Console, decision: Decision, on: date) -> None:
    tier = decision.at(on.toordinal())
    must = "，上层规定必须执行" if decision.mandatory else ""
    out.print(f"[bold]{decision.rule}[/] {decision.name}：{on.isoformat()} {TIERS[tier] if tier else '不执行'}（{RESULTS[decision.result]}{must}）")
    table = Table(box=None, pad_edge=False)
    for head in ("层", "规则包", "说了什么", "业务日", "理由", "谁"):
        table.add_column(head, no_wrap=head in ("层", "业务日"))
    for say in decision.says:
        pack = f"{say.pack} {say.version}".strip() + (f" ({say.sha256[:8]})" if say.sha256 else "")
        table.add_row(level_word(say.level), pack, _clause(say), _span(say.begin, say.end), say.reason, " ".join(x for x in (say.by, say.on) if x))
    out.print(table)


def _clause(say: Say) -> str:
    match say.clause:
        case "parameter":
            return f"参数「{say.about}」= {say.value}"
        case "rows":
            return f"知识表「{say.about}」加 {say.value}"
        case "interaction":
            return f"提醒方式不低于 {say.value}"
        case _:
            return say.value


def _span(begin: int, end: int) -> str:
    first, last = day(begin), day(end)
    return f"{first or ''} 起" + (f"，{last} 前" if last else "") if first or last else "一直"
