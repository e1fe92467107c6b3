"""Why a rule spoke or was silent, on the terminal: one tree a line, with the values that were seen and what is missing."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from medrules.adapters.cli.console import Console, Table, Text, Tree, yuan
from medrules.engine.reference.trace import Step, Trace
from medrules.model.reports import Finding, Report

__all__ = ["finding_of", "show_answers", "show_trace", "trace_json"]

ANSWER: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "violation": ("违规", "bold white on red"), "undecided": ("待核", "bold black on yellow"), "silent": ("不提示", "bold black on green"),
})


def finding_of(report: Report, trace: Trace) -> Finding | None:
    """The finding that a violation came to."""
    if trace.answer != "violation":
        return None
    return next((f for f in report.findings if trace.rule in (f.rule, *f.sub_rules) and (trace.subject or trace.line) in _ids(f)), None)


def _ids(finding: Finding) -> set[str]:
    return {x.line or x.encounter for x in (finding.anchor, *finding.at_fault)}


def _about(trace: Trace) -> str:
    """The line asked for; and what was judged, where that is something else."""
    return trace.line if trace.subject in ("", trace.line) else f"{trace.subject}（涉及 {trace.line}）"


def show_trace(out: Console, trace: Trace, finding: Finding | None) -> None:
    """One rule on one line."""
    word, style = ANSWER[trace.answer]
    tree = Tree(Text.assemble((f" {word} ", style), f" {trace.rule} {trace.name} · ", (_about(trace), "bold"), f"  {trace.reason}"), guide_style="dim")
    for step in trace.steps:
        _branch(tree, step)
    if finding is not None:
        amount = f"{yuan(finding.amount)} 元" if finding.amount is not None else "待定"
        tree.add(Text.assemble(("提示：", "dim"), finding.message))
        tree.add(Text.assemble(("金额：", "dim"), f"{amount}　{finding.formula}".rstrip()))
        if finding.claimable:
            tree.add(Text.assemble(("可申报：", "dim"), "、".join(f"「{c}」" for c in finding.claimable)))
    out.print(tree)


def _branch(tree: Tree, step: Step) -> None:
    label = Text.assemble(step.text, (" → ", "dim"), (step.value, "bold"))
    if step.causes:
        label.append(f"（缺 {'、'.join(step.causes)}）", "yellow")
    below = tree.add(label)
    for part in step.parts:
        _branch(below, part)


def show_answers(out: Console, traces: Sequence[Trace], title: str) -> None:
    """Many rules or lines at a glance: those that looked, and how many did not."""
    looked = [t for t in traces if t.steps or t.answer != "silent"]
    if looked:
        table = Table(title=Text(title, "bold"), title_justify="left", title_style="bold")
        for head in ("规则", "名称", "对象", "回答", "为什么"):
            table.add_column(head, overflow="fold", no_wrap=head in ("规则", "回答"))
        for t in looked:
            word, style = ANSWER[t.answer]
            table.add_row(t.rule, t.name, _about(t), Text(word, style), t.reason)
        out.print(table)
    rest: dict[str, int] = {}
    for t in traces:
        if t not in looked:
            rest[t.reason] = rest.get(t.reason, 0) + 1
    if len(traces) - len(looked) > 0 and not looked:
        out.print(Text(title, "bold"))
    for reason, n in sorted(rest.items(), key=lambda x: -x[1])[:8]:
        out.print(Text(f"不提示 {n} 次：{reason}", "dim"), soft_wrap=True)


def trace_json(trace: Trace, finding: Finding | None) -> dict[str, Any]:
    """A trace as plain data; amounts as decimal strings in yuan."""
    made: dict[str, Any] = {
        "rule": trace.rule, "name": trace.name, "line": trace.line, "judged": trace.subject or trace.line, "answer": trace.answer, "reason": trace.reason,
        "steps": [_step_json(s) for s in trace.steps],
    }
    if finding is not None:
        made["finding"] = {
            "message": finding.message, "amount": None if finding.amount is None else yuan(finding.amount), "formula": finding.formula,
            "rows": list(finding.rows), "claimable": list(finding.claimable),
        }
    return made


def _step_json(step: Step) -> dict[str, Any]:
    made: dict[str, Any] = {"text": step.text, "value": step.value}
    if step.causes:
        made["missing"] = list(step.causes)
    if step.parts:
        made["parts"] = [_step_json(p) for p in step.parts]
    return made
