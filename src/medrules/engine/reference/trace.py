"""Why: what a rule saw on one line, and why it spoke, stayed silent or could not decide. Values seen, and what is missing."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from medrules.check import program as ir
from medrules.check.program import Expr, Program, Rule
from medrules.engine.messages import cause_text, printed
from medrules.engine.reference.bases import base_of
from medrules.engine.reference.evaluator import Reference
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.rows import in_force
from medrules.engine.reference.scopes import Candidate, Option, item_day
from medrules.engine.reference.truth import Truth, Unk
from medrules.engine.reference.values import Group
from medrules.engine.reference.verdicts import claimable, exempted
from medrules.engine.reference.windows import Binding
from medrules.engine.reference.wording import worded, worded_collection
from medrules.engine.refs import ref
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["Step", "Trace", "render_trace", "why"]

Answer = Literal["violation", "silent", "undecided"]
_ANSWERS = {"violation": "违规", "silent": "不提示", "undecided": "待核"}
Looks = ir.Agg | ir.Excess | ir.DayOrdinal | ir.Rank | ir.KindRank
LOOKS = (ir.Agg, ir.Excess, ir.DayOrdinal, ir.Rank, ir.KindRank)
MOST = 12  # members shown of a list
_STAGES = {"before": "事前", "during": "事中", "after": "事后"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was asked: in words, what it came to, what is missing for it, and its parts."""

    text: str
    value: str
    causes: tuple[str, ...] = ()
    parts: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """What one (sub-)rule made of one line, diagnosis, prescription or stay. `subject` names what was judged, where that is not
    `line` itself (the other one of a pair, the prescription of a line)."""

    rule: str
    name: str
    line: str
    answer: Answer
    reason: str
    steps: tuple[Step, ...] = ()
    subject: str = ""


def why(program: Program, facts: Facts, rule: str, line: str, encounter: str = "") -> tuple[Trace, ...]:
    """Explain a rule on one line.

    Args:
        rule: an official or local code; with a parent code, every sub-rule is explained.
        line: the line's id; for diagnoses and operations their code, for prescriptions their number, for stays the
            encounter's id.
        encounter: narrows repeated ids.

    Returns:
        One trace per (sub-)rule and candidate; () when the program has no such rule.
    """
    reference = Reference(program)
    out: list[Trace] = []
    for r in program.rules:
        if rule in (r.code, r.parent):
            found = list(_of_rule(reference, facts, r, line, encounter))
            out.extend(found or [_unbound(reference, facts, r, line, encounter)])
    return tuple(out)


def _names(subject: Any) -> tuple[str, str]:
    if isinstance(subject, Group):
        return "", ref(subject.encounter).encounter
    at = ref(subject)
    return at.line or at.encounter, at.encounter


def _of_rule(reference: Reference, facts: Facts, rule: Rule, line: str, encounter: str) -> Iterator[Trace]:
    if facts.stage not in rule.header.stages:
        stages = "、".join(_STAGES[s] for s in sorted(rule.header.stages))
        yield Trace(rule.code, rule.name, line, "silent", f"本规则只在{stages}使用，本次为{_STAGES[facts.stage]}")
        return
    judge = reference.judge(facts, rule)
    for candidate in reference.candidates(rule, judge):
        name, within = _names(candidate.subject)
        held = _held(candidate)
        if (line == name or line in held) and encounter in ("", within):
            yield _explained(reference, rule, candidate, judge, line)


def _held(candidate: Candidate) -> frozenset[str]:
    """Ids of the lines of a group or prescription."""
    out: set[str] = set()
    for entity in (candidate.subject, *candidate.options[0].binding.roles.values()):
        items = entity.items if isinstance(entity, Group) else getattr(entity, "items", ())
        if type(entity).__name__ in ("Group", "Prescription") and isinstance(items, tuple):
            out |= {ref(i).line for i in items}
    return frozenset(out)


def _explained(reference: Reference, rule: Rule, candidate: Candidate, judge: Judge, line: str) -> Trace:
    def trace(answer: Answer, reason: str, *steps: Step) -> Trace:
        return Trace(rule.code, rule.name, line, answer, reason, steps, _names(candidate.subject)[0])

    if not rule.valid_from <= candidate.day < rule.valid_to:
        return trace("silent", f"规则在 {date.fromordinal(candidate.day)} 不在有效期内")
    verdict = reference.verdict(rule, candidate, judge)
    if verdict is None:
        return trace("silent", "应判金额为0（自费或已扣减），不判", *_base_step(rule, candidate, judge))
    base = candidate.options[0].binding
    steps = []
    if rule.guard is not None:
        steps.append(replace(step(rule.guard, base, judge), text=f"适用：{worded(rule.guard)}"))
    steps += [_option_step(rule, o, judge) for o in candidate.options]
    excuses = [(e, o) for e in rule.exempt for o in candidate.options[:1]]
    steps += [_exempt_step(e, o.binding, judge) for e, o in excuses]
    return trace(*_reason(rule, candidate, verdict.answer, verdict.header, judge), *steps)


def _reason(rule: Rule, candidate: Candidate, answer: Truth, header: Truth, judge: Judge) -> tuple[Answer, str]:
    if answer is True:
        return "violation", "条件成立，没有成立的除外"
    if isinstance(answer, Unk):
        return "undecided", f"缺 {'、'.join(sorted(map(cause_text, answer.causes)))}"
    if header is False:
        return "silent", "不在适用范围（场景、险种、机构级别或类型）"
    met = [e.label for e in rule.exempt if any(exempted(e, o.binding, judge) is True for o in candidate.options)]
    if met:
        return "silent", f"除外成立：{'、'.join(met)}"
    return "silent", "符合规定的条件" if rule.mode == "must" else "违规条件不成立"


def _base_step(rule: Rule, candidate: Candidate, judge: Judge) -> tuple[Step, ...]:
    base = base_of(candidate.subject, rule.header.fees, judge.facts)
    words = {"all": "全部费用", "pooled": "列入统筹费用", "account": "个人账户"}[rule.header.fees]
    return () if isinstance(base, Unk) else (Step(f"费用：{words}", f"{base // 100}.{base % 100:02d}元"),)


def _truth_text(t: Truth) -> str:
    return "未知" if isinstance(t, Unk) else "是" if t else "否"


def _causes(t: Any) -> tuple[str, ...]:
    return tuple(sorted(map(cause_text, t.causes))) if hasattr(t, "causes") else ()


def _option_step(rule: Rule, option: Option, judge: Judge) -> Step:
    row = option.binding.row
    parts = []
    if rule.when is not None and rule.mode != "always":
        word = "须" if rule.mode == "must" else "当"
        found = step(rule.when, option.binding, judge)
        parts.append(replace(found, text=f"{word}：{found.text}"))
    text = f"知识点 {row.point}" + (f"（{row.text}）" if row.text else "") if row is not None else "本条"
    if option.partner is not None:
        text += f"，与 {_names(option.partner)[0]} 配对"
    return Step(text, "匹配" if option.holds is True else "可能匹配", _causes(option.holds), tuple(parts))


def _exempt_step(e: ir.Exempt, b: Binding, judge: Judge) -> Step:
    answer = exempted(e, b, judge)
    parts = [step(e.when, replace(b, excuse=1), judge)]
    if e.but is not None:
        parts.append(replace(found := step(e.but, replace(b, excuse=-1), judge), text=f"但 {found.text}"))
    text = f"除外「{e.label}」"
    return Step(text, "可申报" if claimable(e, b, judge) else _truth_text(answer), _causes(answer), tuple(parts))


def step(e: Expr, b: Binding, judge: Judge) -> Step:
    """An expression with what it came to, and its parts."""
    answer = judge.truth(e, b)
    match e:
        case ir.And() | ir.Or():
            parts = tuple(step(a, b, judge) for a in e.args if not isinstance(a, ir.Has))
            if len(parts) == 1:
                return replace(parts[0], value=_truth_text(answer), causes=_causes(answer))
            return Step("都成立" if isinstance(e, ir.And) else "任一成立", _truth_text(answer), _causes(answer), parts)
        case ir.Not():
            return Step(worded(e), _truth_text(answer), _causes(answer), tuple(_seen(e.arg, b, judge)))
        case ir.Guard():
            empty = b.row is not None and any(
                printed(b.row.cells[c.index], c.type) == "不限" for c in e.columns if c.index >= 0)
            if empty:
                return Step(worded(e.atom), f"{_truth_text(answer)}（空格）")
            return step(e.atom, b, judge)
        case _:
            return Step(worded(e), _truth_text(answer), _causes(answer), tuple(_seen(e, b, judge)))


def _seen(e: Expr, b: Binding, judge: Judge) -> Iterator[Step]:
    """The values that an atom compared."""
    match e:
        case ir.Cmp():
            sides: tuple[Expr, ...] = (e.a, e.b)
        case ir.CmpRatio():
            sides = (e.ratio, e.r)
        case ir.In():
            sides = (e.x,) if e.how in ("table", "catalogue") else (e.x, e.container)
        case ir.Has():
            sides = (e.x,)
        case ir.Quant() | ir.Agg():
            yield _members(e, b, judge)
            return
        case ir.Guard():
            yield from _seen(e.atom, b, judge)
            return
        case ir.And():
            for a in e.args:
                yield from _seen(a, b, judge)
            return
        case _:
            return
    for side in sides:
        if not isinstance(side, ir.Const):
            value = judge.value(side, b)
            text = worded(side)
            below = (_members(side, b, judge),) if isinstance(side, LOOKS) else ()
            yield Step(text, printed(value, side.type), _causes(value), below)


def _members(e: ir.Quant | Looks, b: Binding, judge: Judge) -> Step:
    """The members that a quantifier or aggregate looked at."""
    view = judge.view(e.over, b)
    text = worded_collection(e.over)
    if isinstance(view, Unk):
        return Step(text, "未知", _causes(view))
    shown = [_member(m) + ("" if t is True else "（可能）") for m, t in view.members[:MOST]]
    more = f"等{len(view.members)}项" if len(view.members) > MOST else ""
    return Step(text, ("、".join(shown) or "没有") + more, tuple(sorted(map(cause_text, view.doubts))))


def _member(m: Any) -> str:
    for name in ("code", "id"):
        found = getattr(m, name, UNKNOWN)
        if found is not UNKNOWN and found is not ABSENT:
            return str(found) if name == "id" or type(m).key != "item" else f"{ref(m).line}（{found}）"
    return str(m) if isinstance(m, str) else "一项"


def _unbound(reference: Reference, facts: Facts, rule: Rule, line: str, encounter: str) -> Trace:
    """Why a rule never looked at a line."""
    def silent(reason: str) -> Trace:
        return Trace(rule.code, rule.name, line, "silent", reason)

    items = [i for e in facts.current if e.items is not UNKNOWN for i in e.items if ref(i).line == line and encounter in ("", e.id)]
    if not items:
        return silent("本次没有这一条，或它不是本规则所判的对象")
    item = items[0]
    if item.is_current is False:
        return silent("不是本次处方的明细")
    if item.code is UNKNOWN or item_day(item) is None:
        return silent(f"明细的{'编码' if item.code is UNKNOWN else '日期'}没有送，另列为未判")
    scope = rule.scope
    if isinstance(scope, ir.ItemScope) and scope.codes is not None:
        return silent(f"编码不在编码集「{scope.codes.name}」")
    table = getattr(scope, "table", "")
    if not table:
        return silent("不是本规则所判的对象")
    if item.code is ABSENT:
        return silent("没有医保编码，不在任何知识表")
    rows = reference.judge(facts, rule).rows(table)
    day = item_day(item) or 0
    columns = (0, 1) if rows.table.key_kind == "pair" else (-1,)
    for row in rows.table.rows:
        if not in_force(row, day) and any(rows.match(row, item, row.valid_from, c) is True for c in columns):
            return silent(f"知识点 {row.point} 在 {date.fromordinal(day)} 不在有效期内")
    matched = [row for c in columns for row, t in rows.matching(item, day, c) if t is True]
    if not matched:
        return silent(f"不在知识表「{table}」中")
    if isinstance(scope, ir.PairScope):
        return silent(f"在知识表「{table}」中，但同一时间窗内没有与之配对的明细")
    return silent(f"知识点 {matched[0].point} 限了环节、场景或地区，或不满足「其中」，本条不适用")


def render_trace(trace: Trace) -> str:
    """A trace as indented Chinese lines."""
    lines = [f"{trace.rule}「{trace.name}」对 {trace.line}：{_ANSWERS[trace.answer]}。{trace.reason}"]

    def add(s: Step, depth: int) -> None:
        missing = f"（缺 {'、'.join(s.causes)}）" if s.causes else ""
        lines.append(f"{'  ' * depth}{s.text} → {s.value}{missing}")
        for part in s.parts:
            add(part, depth + 1)

    for s in trace.steps:
        add(s, 1)
    return "\n".join(lines)
