"""Runs cases on an evaluator and says in sentences where the answer differs from what a case expects."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from medrules.cases.case import ANY_AMOUNT, Case, ExpectedFinding, ExpectedUndecided
from medrules.engine.messages import cause_text
from medrules.model.facts import Facts
from medrules.model.reports import Finding, LineRef, Report, Undecided
from medrules.model.schema import SCHEMA

__all__ = ["CaseResult", "compare", "run_cases"]

_RESULTS = {"definite": "明确违规", "suspect": "可疑", "monitor": "监测"}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of a case: no differences = it holds."""

    case: Case
    differences: tuple[str, ...]
    report: Report

    @property
    def holds(self) -> bool:
        return not self.differences


def _name(ref: LineRef) -> str:
    """What a case calls the thing at fault: the line's (or diagnosis') id, else the encounter's."""
    return ref.line or ref.encounter


def _yuan(fen: int | None) -> str:
    return "待定" if fen is None else f"{fen // 100}.{fen % 100:02d}"


def _codes(finding: Finding) -> frozenset[str]:
    return frozenset((finding.rule, *finding.sub_rules))


def _wrong(e: ExpectedFinding, f: Finding) -> Iterator[str]:
    """Where a finding differs from the expected one, in sentences."""
    if e.amount != ANY_AMOUNT and e.amount != f.amount:
        yield f"金额应为 {_yuan(e.amount)}，得 {_yuan(f.amount)}"
    if e.result is not None and e.result != f.result:
        yield f"结果应为 {_RESULTS.get(e.result, e.result)}，得 {_RESULTS[f.result]}"
    if e.credited != ANY_AMOUNT and e.credited != f.credited:
        yield f"计入扣减应为 {_yuan(e.credited)}，得 {_yuan(f.credited)}"
    if e.carried_by is not None and e.carried_by != f.carried_by:
        yield f"应由 {e.carried_by or '本条'} 扣减，得 {f.carried_by or '本条'}"
    if e.message is not None and e.message != f.message:
        yield f"说明应为「{e.message}」，得「{f.message}」"
    for what, wanted, found in (
        ("知识点", e.rows, frozenset(f.rows)), ("涉及项", e.involved, frozenset(map(_name, f.involved))),
        ("可申报的除外", e.claimable, frozenset(f.claimable)), ("违规明细", e.at_fault, frozenset(map(_name, f.at_fault))),
    ):
        if wanted is not None and wanted != found:
            yield f"{what}应为 {_listed(wanted)}，得 {_listed(found)}"


def _listed(words: Iterable[str]) -> str:
    return "、".join(sorted(words)) or "无"


def _findings(case: Case, found: list[Finding]) -> Iterator[str]:
    rest = list(found)
    missing: list[ExpectedFinding] = []
    for e in case.findings:
        match = next((f for f in rest if e.rule in _codes(f) and e.line in (None, _name(f.anchor)) and not any(_wrong(e, f))), None)
        if match is None:
            missing.append(e)
        else:
            rest.remove(match)
    for e in missing:
        near = next((f for f in rest if e.rule in _codes(f) and e.line in (None, _name(f.anchor))), None)
        where = f"规则 {e.rule}" + (f" 明细 {e.line}" if e.line is not None else "")
        if near is None:
            yield f"应有提示：{where}，没有"
        else:
            rest.remove(near)
            yield f"{where}：{'；'.join(_wrong(e, near))}"
    for f in rest:
        yield f"多出提示：规则 {f.rule} 明细 {_name(f.anchor)} {_RESULTS[f.result]} {_yuan(f.amount)}元「{f.message}」"


def _causes(words: Iterable[str]) -> frozenset[str]:
    """Causes as a case writes them (就诊.抢救标志, history.items, 已核「…」) in one form."""
    out = set()
    for word in words:
        entity, _, name = word.partition(".")
        field = SCHEMA.find_field(entity, name) if name else None
        out.add(cause_text(field.id if field is not None else word))
    return frozenset(out)


def _undecided(case: Case, found: list[Undecided]) -> Iterator[str]:
    rest = list(found)

    def fits(e: ExpectedUndecided, u: Undecided) -> bool:
        return e.rule in (u.rule, u.sub_rule) and e.line in (None, _name(u.anchor))

    for e in case.undecided:
        near = [u for u in rest if fits(e, u)]
        match = next((u for u in near if e.missing is None or _causes(e.missing) == _causes(u.causes)), None)
        where = f"规则 {e.rule}" + (f" 明细 {e.line}" if e.line is not None else "")
        if match is not None:
            rest.remove(match)
        elif near:
            rest.remove(near[0])
            yield f"待核 {where}：应缺 {_listed(_causes(e.missing or ()))}，得 {_listed(_causes(near[0].causes))}"
        else:
            yield f"应有待核：{where}，没有"
    for u in rest:
        yield f"多出待核：规则 {u.sub_rule} 明细 {_name(u.anchor)} 缺 {_listed(_causes(u.causes))}"


def compare(case: Case, report: Report, only: frozenset[str] | None = None) -> tuple[str, ...]:
    """The differences between a report and what a case expects, as Chinese sentences.

    Args:
        only: rule codes (or sub-rule codes) to look at; findings and undecided of other rules are not compared.
    """
    findings = [f for f in report.findings if only is None or _codes(f) & only]
    undecided = [u for u in report.undecided if only is None or u.rule in only or u.sub_rule in only]
    out = [*_findings(case, findings), *_undecided(case, undecided)]
    out += [f"规则 {u.rule} 未检查：{u.reason}" for u in report.unchecked if only is None or u.rule in only]
    if case.unjudged is not None:
        held = frozenset((_name(u.anchor), u.reason) for u in report.unjudged)
        if held != case.unjudged:
            out.append(f"未判应为 {_listed(' '.join(p) for p in case.unjudged)}，得 {_listed(' '.join(p) for p in held)}")
    for what, wanted, total in (
        ("明确扣减合计", case.definite_total, report.definite_total), ("可疑扣减合计", case.suspect_total, report.suspect_total),
    ):
        if wanted is not None and wanted != total:
            out.append(f"{what}应为 {_yuan(wanted)}，得 {_yuan(total)}")
    return tuple(out)


def run_cases(
    cases: Iterable[Case], evaluate: Callable[[Facts], Report], read: Callable[[Case], Facts], only: frozenset[str] | None = None,
) -> Iterator[CaseResult]:
    """Run cases one by one.

    Args:
        evaluate: any execution path of the rules.
        read: makes the facts of a case (`facts` natively, `request` by the 3101 door), limited to the case's door.
        only: see `compare`.
    """
    for case in cases:
        report = evaluate(read(case))
        yield CaseResult(case, compare(case, report, only), report)
