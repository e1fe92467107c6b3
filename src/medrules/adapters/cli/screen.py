"""A report as a doctor reads it: patient, order line, rule, why, amount, basis, what to do; then what could not be judged."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medrules.adapters.cli.console import Console, Panel, Table, Text, yuan
from medrules.adapters.native_report import cause_word, status_of
from medrules.model.facts import Facts
from medrules.model.reports import Finding, LineRef, Report, Undecided
from medrules.model.values import ABSENT, UNKNOWN, age_in

__all__ = ["show_report"]

RESULT: Final = {"definite": ("明确违规", "bold white on red"), "suspect": ("可疑", "bold black on yellow"), "monitor": ("监测", "black on cyan")}
INTERACTION: Final = {"passive": "静默", "soft": "提醒", "reason": "须填原因", "hard": "拦截"}
UNJUDGED: Final = {"code": "没有编码", "date": "没有日期", "ill_formed": "编码不合格式", "scene": "就医方式未知", "unmatched": "不在知识表中"}
UNCHECKED: Final = {"deadline": "超时", "budget": "超过步数上限", "fault": "故障", "no_pack": "业务日没有施行的规则包"}
STATUS: Final = {"findings": "", "not_checked": "[bold red]未全部检查[/]", "undecided": "[yellow]无违规提示，有待核[/]", "clean": "[green]无违规提示[/]"}


def known(value: Any, otherwise: str = "未知") -> str:
    return otherwise if value is UNKNOWN or value is ABSENT else str(value)


def patient_line(facts: Facts) -> str:
    """Sex, age, kind of visit and how many lines are under review. No name, no id: the caller's screen has them."""
    patient, parts = facts.patients[0], []
    parts.append(known(patient.sex, "性别未知"))
    birth = patient.birth_date
    if birth is UNKNOWN or birth is ABSENT:
        parts.append("年龄未知")
    else:
        years = age_in("岁", birth, facts.business_time.day)
        parts.append(f"{years}岁" if years >= 3 else f"{age_in('月', birth, facts.business_time.day)}月龄")
    for encounter in facts.current:
        parts.append(known(encounter.visit_kind, "就医方式未知"))
        items = encounter.items
        parts.append("明细未发送" if items is UNKNOWN else f"明细 {len({i.position for i in items})} 行")
    return " · ".join(parts)


class _Names:
    """Names of lines by their reference."""

    def __init__(self, facts: Facts) -> None:
        self._items: dict[tuple[str, int], str] = {}
        for patient in facts.patients:
            for encounter in patient.encounters:
                for relation in (encounter.items, encounter.raw_items):
                    if relation is not UNKNOWN:
                        for item in relation:
                            self._items[(known(encounter.id, ""), item.position)] = known(item.name, known(item.code, ""))

    def of(self, line: LineRef) -> str:
        match line.kind:
            case "item":
                return self._items.get((line.encounter, line.position), line.line)
            case "encounter":
                return "本次就诊"
            case "diagnosis":
                return f"诊断 {line.line}"
            case "operation":
                return f"手术 {line.line}"
            case "prescription":
                return f"处方 {line.line}"
            case _:
                return line.line


def _finding(finding: Finding, names: _Names) -> Panel:
    word, style = RESULT[finding.result]
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    grid.add_row("明细", "、".join(dict.fromkeys(names.of(x) for x in finding.at_fault)) or names.of(finding.anchor))
    grid.add_row("原因", Text(finding.message, style="bold"))
    if finding.involved:
        grid.add_row("涉及", "、".join(dict.fromkeys(names.of(x) for x in finding.involved)))
    amount = f"{yuan(finding.amount)} 元" if finding.amount is not None else "待定"
    if finding.amount and finding.credited != finding.amount and finding.carried_by:
        amount += f"（本条计 {yuan(finding.credited)} 元，已由 {finding.carried_by} 扣减）"
    grid.add_row("金额", amount + (f"　[dim]{finding.formula}[/]" if finding.formula else ""))
    grid.add_row("依据", "；".join(finding.basis))
    if finding.rows:
        more = f" 等 {len(finding.rows)} 个" if len(finding.rows) > 3 else ""
        grid.add_row("知识点", "、".join(finding.rows[:3]) + more)
    if finding.claimable:
        grid.add_row("可申报", "、".join(f"「{label}」" for label in finding.claimable))
    if finding.suggestion:
        grid.add_row("怎么办", Text(finding.suggestion, style="green"))
    title = Text.assemble((f" {word} ", style), f" {finding.rule} {finding.name} ", (f"〔{INTERACTION[finding.interaction]}〕", "dim"))
    return Panel(grid, title=title, title_align="left", border_style="red" if finding.result == "definite" else "yellow")


def show_report(out: Console, title: str, facts: Facts, report: Report) -> None:
    """Print one reviewed request."""
    names = _Names(facts)
    out.rule(f"[bold]{title}[/]  {patient_line(facts)}", align="left", style="cyan")
    for finding in report.findings:
        out.print(_finding(finding, names))
    if report.unchecked:
        out.print("[bold red]未检查[/] " + "、".join(f"{u.rule}（{UNCHECKED.get(u.reason.partition(':')[0], u.reason)}）" for u in report.unchecked))
    _undecided(out, report, names)
    for one in report.unjudged:
        out.print(f"[yellow]未识别[/] {names.of(one.anchor)}：{UNJUDGED.get(one.reason, one.reason)} {one.detail}".rstrip())
    for note in report.notes:
        out.print(f"[dim]数据提示 {note}[/]")
    if status_of(report) != "findings":
        out.print(STATUS[status_of(report)])
    if report.findings:
        out.print(
            f"[bold]合计[/] 明确 {yuan(report.definite_total)} 元 · 可疑（确认后另扣）{yuan(report.suspect_total)} 元"
            f" · 待核 {len(report.undecided)} 项 · 不在知识表的明细 {report.unmatched} 行"
        )
    out.print()


def _undecided(out: Console, report: Report, names: _Names, most: int = 8) -> None:
    """A count and a short work list, never a card (ruling T34): one row for all that waits for the same facts, the longest first."""
    if not report.undecided:
        return
    waiting: dict[tuple[str, ...], list[Undecided]] = {}
    for one in report.undecided:
        waiting.setdefault(tuple(cause_word(c) for c in one.causes), []).append(one)
    table = Table(title=f"待核 {len(report.undecided)} 项（不提醒医生，列为工作清单）", title_justify="left", title_style="yellow", box=None, pad_edge=False)
    for head in ("缺什么", "项", "规则", "对象"):
        table.add_column(head, style="dim", overflow="fold", justify="right" if head == "项" else "left")
    in_order = sorted(waiting.items(), key=lambda one: -len(one[1]))
    for missing, group in in_order[:most]:
        table.add_row("、".join(missing), str(len(group)), _some(one.name for one in group), _some(names.of(one.anchor) for one in group))
    out.print(table)
    if len(in_order) > most:
        out.print(f"[dim]… 另有 {sum(len(group) for _, group in in_order[most:])} 项，见 --json[/]")


def _some(words: Iterable[str], most: int = 3) -> str:
    """The first few different words, and how many there are."""
    different = list(dict.fromkeys(words))
    return "、".join(different[:most]) + (f" 等 {len(different)} 个" if len(different) > most else "")
