"""A rule sheet on the terminal: the text with its heads marked, then cost, facts, tables, parameters and plan."""
from __future__ import annotations

import re
from typing import Any, Final

from medrules.adapters.cli.console import Console, Panel, Table, Text
from medrules.adapters.cli.rule_sheet import RuleSheet

__all__ = ["show_sheet"]

_HEAD: Final = re.compile(r"^ {2}[^\s：:#].*?[：:]", re.MULTILINE)
_LABELS: Final = {
    "version": ("版本", "version"), "result": ("结果", "result"), "where": ("何时何处", "applies"), "same": ("同", "same as"),
    "followers": ("跟随者", "followers"), "cost": ("代价", "cost"), "reads": ("读的事实", "reads"), "excuses": ("只用来免责", "only excuses"),
    "tables": ("知识表", "tables"), "parameters": ("参数", "parameters"), "definitions": ("定义", "definitions"), "plan": ("计划", "plan"),
}
_ROUTES: Final = {
    "code": ("按编码索引", "indexed by code"), "scan": ("逐行扫描", "looks at every line"), "pair": ("两项编码配对", "pairs of codes"),
    "whole": ("每个请求算一次", "once per request"),
}


def show_sheet(out: Console, one: RuleSheet, lang: str, door: str) -> None:
    """Print one rule."""
    en = lang == "en"
    sheet = one.sheet
    text = Text(one.text)
    text.highlight_regex(_HEAD, "cyan")
    body = Text.assemble(("".join(f"# {n}\n" for n in sheet["notes"]), "dim"), text)
    out.print(Panel(body, title=Text.assemble(" ", (sheet["code"], "bold"), f" {sheet['name']} "), title_align="left", border_style="cyan"))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")

    def row(label: str, value: Any) -> None:
        if value:
            grid.add_row(_LABELS[label][en], value if isinstance(value, Text) else Text(str(value)))

    comma = ", " if en else "、"
    row("version", sheet["version"])
    row("result", f"{sheet['result']} · {sheet['interaction']} · {sheet['fees']}")
    where = [comma.join(sheet["stages"]), comma.join(sheet["visit_kinds"] + sheet["insurance"]), _validity(sheet, en)]
    row("where", " · ".join(w for w in where if w))
    if sheet["same_as"]:
        row("same", f"{sheet['same_as']} ({'takes' if en else '取自它或默认'}：{comma.join(sheet['taken'])})")
    row("followers", comma.join(sheet["followers"]))
    row("cost", f"{sheet['cost_words']} · {sheet['horizon_words']}")
    row("reads", _facts(sheet, False, comma))
    row("excuses", _facts(sheet, True, comma))
    row("tables", "\n".join(_table(t, en) for t in sheet["tables"]))
    row("parameters", "\n".join(_parameter(p, en) for p in sheet["parameters"]))
    row("definitions", "\n".join(sheet["definitions"]))
    row("plan", _plan(sheet["plan"], en))
    out.print(grid)
    if any(not f["carried"] for f in sheet["reads"]):
        out.print(f"[yellow]*[/] [dim]{door} 不能承载的事实 / facts that {door} cannot carry[/]")
    out.print()


def _validity(sheet: dict[str, Any], en: bool) -> str:
    begin, end = sheet["valid_from"], sheet["valid_to"]
    if begin is None and end is None:
        return ""
    if en:
        return " ".join(p for p in (f"from {begin}" if begin else "", f"to {end}" if end else "") if p)
    return f"{begin or ''} 起" if end is None else f"{begin or ''} 至 {end}"


def _facts(sheet: dict[str, Any], excuses: bool, comma: str) -> Text:
    out = Text()
    for fact in sheet["reads"]:
        if fact["only_excuses"] is not excuses:
            continue
        if out:
            out.append(comma)
        out.append(fact["name"])
        if not fact["carried"]:
            out.append("*", style="yellow")
    return out


def _table(table: dict[str, Any], en: bool) -> str:
    if en:
        return f"{table['name']}: {table['in_force']} rows in force ({table['rows']} in all), key {table['key']}"
    return f"{table['name']}：在效 {table['in_force']} 行（共 {table['rows']} 行），键 {table['key']}"


def _parameter(one: dict[str, Any], en: bool) -> str:
    keys = f"（{'、'.join(one['for'])}）" if one["for"] else ""
    tunable = f"  {'tunable' if en else '可调'} {one['tunable'][0]}–{one['tunable'][1]}" if one["tunable"] else ""
    return f"{one['name']}{keys} = {one['value']}{tunable}"


def _plan(plan: dict[str, Any], en: bool) -> str:
    route = _ROUTES[plan["route"]][en] + (f" ({plan['reason']})" if plan["reason"] else "")
    parts = [route]
    if plan["codes"]:
        parts.append(f"{plan['codes']} codes" if en else f"{plan['codes']} 个编码")
    if plan["shapes"]:
        exact = sum(s["exact"] for s in plan["shapes"])
        parts.append(f"{len(plan['shapes'])} shapes, {exact} exact" if en else f"{len(plan['shapes'])} 种形状，{exact} 种一次定论")
    return " · ".join(parts)
