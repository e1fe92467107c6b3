"""`medrules coverage PACK`: which rules a door can decide, what stays 待核 for want of which facts, and what to send next."""
from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.arguments import date_argument
from medrules.adapters.cli.case_facts import door_named
from medrules.adapters.cli.console import Console, Table, Text, console, print_json
from medrules.adapters.cli.packs import usable
from medrules.adapters.native_report import Language, cause_word
from medrules.adapters.nhsa import SiteSettings
from medrules.api import CheckedPack
from medrules.engine.coverage import Coverage, RuleCoverage, Status, coverage
from medrules.errors import MedRulesError
from medrules.model.schema import SCHEMA

HISTORY: Final = "history.items"
STAGES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"3101": ("before",), "3102": ("during",)})
# Facts that 3101 and 3102 carry once the site has settled something, and the site setting.
SITE_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({
    "institution.level": "institutions", "institution.grade": "institutions", "institution.specialty": "institutions",
    "patient.maternity": "matn_stas",
})
# status: (Chinese, English, colour, what it means)
STATUS: Final[Mapping[Status, tuple[str, str, str, str, str]]] = MappingProxyType({
    "full": ("能判", "decides", "green", "每个回答都有定论", "every answer is decided"),
    "part": ("部分", "in part", "yellow", "能提示，有的回答待核", "can warn; some answers stay undecided"),
    "clears": ("只能排除", "clears only", "yellow", "不会提示，只能说有的没有违规，其余待核", "never warns; clears some lines, the rest is undecided"),
    "none": ("不能判", "cannot", "red", "每个回答都是待核", "every answer is undecided"),
    "stage": ("不在此环节", "other stage", "dim", "规则不在这个环节运行", "the rule does not speak at this stage"),
    "screening": ("筛查", "screening", "dim", "只对一批数据运行，不对单个请求", "runs over a whole batch, not over one request"),
})


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹或文件（.mrpack）pack folder or pack file")
    parser.add_argument(
        "--door", default="3101",
        help="哪个接口：3101（缺省）、3102、native，或「native 缺 就诊.抢救标志 …」which door: 3101 (default), 3102, native, or native without some facts")
    parser.add_argument("--site", help="站点设置 TOML 文件：站点登记了什么，接口就多承载什么 site settings")
    parser.add_argument("--day", type=date_argument, help="按哪一天在效的知识点计数（缺省今天）count rows in force on this day, default today")
    parser.add_argument("--all", action="store_true", help="缺的事实全部列出 list every missing fact")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="语言 language")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    try:
        door = door_named(arguments.door, site)
    except KeyError as error:
        raise MedRulesError(f"没有这个事实：{error.args[0]}（见 docs/facts.md）/ no such fact") from None
    if door.name not in ("3101", "3102", "native"):
        raise MedRulesError(f"没有这个接口：{arguments.door}，有 3101、3102、native / no such door")
    checked = usable(arguments.pack)
    found = coverage(checked.program, door, STAGES.get(door.name, ()), (arguments.day or date.today()).toordinal())
    if arguments.json:
        print_json(_as_json(checked, found, arguments.lang))
    else:
        _show(console(not arguments.no_color), checked, found, arguments.lang, arguments.all)
    return exits.OK


def _name(fact: str, lang: Language) -> str:
    if fact == HISTORY:
        return "历史明细（含覆盖起、覆盖范围）" if lang == "zh" else "history.items (with covered_from, coverage)"
    if fact.startswith("column:"):
        table, _, column = fact.removeprefix("column:").rpartition(".")
        return f"待编：知识表「{table}」.{column}" if lang == "zh" else f'uncoded: table "{table}".{column}'
    if fact.startswith("param:"):
        return f"未定：参数.{fact.removeprefix('param:')}" if lang == "zh" else f"undetermined: parameter.{fact.removeprefix('param:')}"
    return cause_word(fact, lang)


def _needs(one: RuleCoverage, lang: Language) -> list[str]:
    return [_name(f, lang) for f in one.missing]


def _as_json(checked: CheckedPack, found: Coverage, lang: Language) -> dict[str, Any]:
    return {
        "pack": {"name": checked.sources.name, "version": checked.sources.version, "hash": checked.sources.hash},
        "door": found.door,
        "totals": {status: found.count(status) for status in STATUS},
        "rules": [
            {
                "code": r.rule.code, "name": r.rule.name, "result": r.rule.header.result, "status": r.status, "rows": r.rows,
                "rows_decided": r.decided, "rows_undecided": r.open, "missing": list(r.missing), "missing_names": _needs(r, lang),
                "claimable": list(r.claimable), "cost": r.rule.cost, "horizon": r.horizon,
            }
            for r in found.rules
        ],
        "send_next": [
            {"fact": g.fact, "name": _name(g.fact, lang), "rules_alone": list(g.alone), "rules_together": list(g.together), "rows": g.rows,
             "field_3101": _wire(g.fact), "site_setting": _setting(g.fact, found.door)}
            for g in found.gains
        ],
    }


def _reach(horizon: str, en: bool) -> str:
    """How much history a rule asks for, in a few words."""
    kind, _, n = horizon.partition(":")
    match kind:
        case "days":
            return f"{n} days" if en else f"近{n}天"
        case "year":
            return "one year" if en else "近一年"
        case _:
            return "as rows say" if en else "多久看知识表"


def _wire(fact: str) -> str:
    field = SCHEMA.fields.get(fact)
    return field.nhsa if field is not None else ""


def _setting(fact: str, door: str) -> str:
    return SITE_SETTINGS.get(fact, "") if door in STAGES else ""


def _how(fact: str, door: str, en: bool) -> str:
    """What to do for a fact: a site setting where that is what is missing, else the field to send."""
    setting = _setting(fact, door)
    return (f"site: {setting}" if en else f"站点设置 {setting}") if setting else _wire(fact) or "–"


def _show(out: Console, checked: CheckedPack, found: Coverage, lang: Language, every: bool) -> None:
    en = lang == "en"
    total = Text.assemble((f"{checked.sources.name} {checked.sources.version}", "bold"), f"  {'door' if en else '接口'} ", (found.door, "bold"), "  ")
    for i, (status, (zh, english, style, *_)) in enumerate(STATUS.items()):
        n = found.count(status)
        if n:
            total.append(f"{' · ' if i else ''}{english if en else zh} {n}", style)
    out.print(total)
    table = Table()
    columns: tuple[tuple[str, dict[str, Any]], ...] = (
        ("rule" if en else "规则", {"no_wrap": True}), ("name" if en else "名称", {"overflow": "fold"}), ("answer" if en else "回答", {"no_wrap": True}),
        ("rows" if en else "知识点", {"justify": "right", "no_wrap": True}), ("missing (for an answer)" if en else "缺什么（才待核）", {"overflow": "fold"}),
        ("claimable" if en else "要申报的除外", {"overflow": "fold"}),
    )
    for head, options in columns:
        table.add_column(head, **options)
    for r in found.rules:
        zh, english, style, *_ = STATUS[r.status]
        needs = (", " if en else "、").join(_needs(r, lang)) if r.status in ("part", "clears", "none", "screening") else ""
        if HISTORY in r.missing and needs:
            needs += f" [{_reach(r.horizon, en)}]" if en else f"〔{_reach(r.horizon, en)}〕"
        rows = "" if r.status in ("stage", "screening") else f"{r.decided}/{r.rows}"
        table.add_row(r.rule.code, r.rule.name, Text(english if en else zh, style), rows, Text(needs), Text("、".join(f"「{c}」" for c in r.claimable)))
    out.print(table)
    shown = {r.status for r in found.rules}
    for status, (zh, english, style, meaning, meaning_en) in STATUS.items():
        if status in shown:
            out.print(Text.assemble((english if en else zh, style), f"  {meaning_en if en else meaning}"))
    out.print(Text("rows: decided whatever the request says / in force" if en else "知识点：不论请求怎么写都有定论的行 / 在效的行", "dim"))
    _send_next(out, found, lang, every)


def _send_next(out: Console, found: Coverage, lang: Language, every: bool, most: int = 12) -> None:
    gains, en = found.gains, lang == "en"
    if not gains:
        return
    names = {r.rule.code: r.rule.name for r in found.rules}
    table = Table(title="what to send next" if en else "下一步送什么（先送最有用的）", title_justify="left", title_style="bold")
    table.add_column("fact" if en else "事实", overflow="fold")
    table.add_column("3101", no_wrap=True)
    table.add_column("decides alone" if en else "单独就能判", overflow="fold")
    table.add_column("with others" if en else "连同其他才能判", overflow="fold")
    table.add_column("rows +" if en else "知识点 +", justify="right")
    for gain in gains if every else gains[:most]:
        table.add_row(
            Text(_name(gain.fact, lang)), _how(gain.fact, found.door, en), Text(_listed(gain.alone, names), "green"),
            Text(_listed(gain.together, names)), str(gain.rows))
    out.print(table)
    if not every and len(gains) > most:
        left = len(gains) - most
        out.print(f"… and {left} more facts, see --all" if en else f"… 另有 {left} 项事实，见 --all")


def _listed(codes: tuple[str, ...], names: Mapping[str, str], most: int = 3) -> str:
    if not codes:
        return ""
    return f"{len(codes)}：" + "、".join(names[c] for c in codes[:most]) + ("…" if len(codes) > most else "")
