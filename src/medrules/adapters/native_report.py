"""A report as JSON, with Chinese or English keys: what the command line prints and the local service answers.

Amounts are decimal strings in yuan ("41.00"), so that no reader turns them into binary fractions; an amount that
could not be computed is "待定" / "undetermined". Missing facts are named the way rules name them (就诊.抢救标志 /
encounter.rescue).
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from medrules.model.reports import Finding, LineRef, Report, Undecided
from medrules.model.schema import SCHEMA

__all__ = ["Language", "cause_word", "dump_report", "report_to_json"]

Language = Literal["zh", "en"]

_ZH: Final[Mapping[str, str]] = MappingProxyType({
    "status": "结论", "findings": "违规提示", "undecided": "待核", "unjudged": "未识别", "unchecked": "未检查",
    "deductions": "扣减", "totals": "合计", "unmatched": "未识别明细数", "notes": "数据提示", "pack": "规则包",
    "name": "名称", "version": "版本", "hash": "摘要", "engine": "引擎版本",
    "rule": "规则", "sub_rules": "子规则", "rule_version": "规则版本", "result": "结果", "interaction": "提醒方式",
    "subject": "对象", "at_fault": "违规项", "involved": "涉及项", "rows": "知识点", "claims": "主张金额",
    "amount": "金额",
    "credited": "计入扣减", "carried_by": "金额已由", "basis": "依据", "claimable": "可申报除外", "formula": "算式",
    "facts": "所用事实", "message": "说明", "suggestion": "建议",
    "kind": "种类", "encounter": "就诊", "line": "标识", "position": "位置",
    "sub_rule": "子规则", "missing": "缺", "reason": "原因", "detail": "内容",
    "definite": "明确", "suspect": "可疑", "definite_rule": "明确规则", "suspect_rule": "可疑规则",
    "undetermined": "待定项数",
})
_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "definite": ("明确违规", "definite"), "suspect": ("可疑", "suspect"), "monitor": ("监测", "monitor"),
    "passive": ("静默", "passive"), "soft": ("提醒", "soft"), "reason": ("须填原因", "reason"),
    "hard": ("拦截", "hard"),
    "undetermined": ("待定", "undetermined"),
    "findings": ("有违规提示", "findings"), "clean": ("无违规提示", "clean"),
    "not_checked": ("未全部检查", "not_checked"),
    "undecided": ("无违规提示，有待核", "undecided"),
    "code": ("没有编码", "code"), "date": ("没有日期", "date"),
    "scene": ("就医方式未知", "scene"), "ill_formed": ("编码不合格式", "ill_formed"),
    "unmatched": ("不在任何知识表中", "unmatched"), "deadline": ("超时", "deadline"), "no_pack": ("业务日没有施行的规则包", "no_pack"), "fault": ("故障", "fault"),
    "budget": ("超过步数上限", "step budget"),
})


def dump_report(report: Report, language: Language = "zh", indent: int | None = None) -> str:
    """The JSON text of `report_to_json`."""
    return json.dumps(report_to_json(report, language), ensure_ascii=False, indent=indent)


def report_to_json(report: Report, language: Language = "zh") -> dict[str, Any]:
    """The report as plain JSON values. `status` says in one word what a caller may conclude: "clean" never stands
    beside anything that was not checked or not decided."""
    return _Printer(language).report(report)


def cause_word(cause: str, language: Language = "zh") -> str:
    """How people name a missing fact: "encounter.rescue" → 就诊.抢救标志, "table:项目价格" → 知识表「项目价格」."""
    kind, _, name = cause.partition(":")
    if name:
        zh, en = {"table": ("知识表", "table"), "attest": ("已核", "attested")}.get(kind, (kind, kind))
        return f"{zh}「{name}」" if language == "zh" else f'{en} "{name}"'
    field = SCHEMA.fields.get(cause)
    if field is None:
        return cause
    return f"{SCHEMA.entities[field.entity].zh}.{field.zh}" if language == "zh" else f"{field.entity}.{field.en}"


def status_of(report: Report) -> str:
    """findings, not_checked, undecided or clean; what was not checked outweighs what was not decided."""
    if report.findings:
        return "findings"
    if report.unchecked:
        return "not_checked"
    return "undecided" if report.undecided or report.unjudged else "clean"


class _Printer:
    """Writes values with the keys of one language."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def _keyed(self, **values: Any) -> dict[str, Any]:
        return {_ZH[k]: v for k, v in values.items()} if self._language == "zh" else values

    def _word(self, value: str) -> str:
        value = value.partition(":")[0]  # "fault:ValueError": the kind of the fault is for a log, not for people
        zh, en = _WORDS.get(value, (value, value))
        return zh if self._language == "zh" else en

    def _money(self, fen: int | None) -> str:
        if fen is None:
            return self._word("undetermined")
        return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"

    def _line(self, line: LineRef) -> dict[str, Any]:
        kind = SCHEMA.entities[line.kind].zh if self._language == "zh" and line.kind in SCHEMA.entities else line.kind
        made = self._keyed(kind=kind, encounter=line.encounter)
        if line.line or line.position >= 0:
            made |= self._keyed(line=line.line, position=line.position)
        return made

    def report(self, report: Report) -> dict[str, Any]:
        undetermined = sum(1 for f in report.findings if f.amount is None)
        return self._keyed(
            status=self._word(status_of(report)),
            findings=[self._finding(f) for f in report.findings],
            undecided=[self._undecided(u) for u in report.undecided],
            unjudged=[self._keyed(subject=self._line(u.anchor), reason=self._word(u.reason), detail=u.detail)
                      for u in report.unjudged],
            unchecked=[self._keyed(rule=u.rule, reason=self._word(u.reason)) for u in report.unchecked],
            deductions=[
                self._keyed(
                    subject=self._line(d.line), definite=self._money(d.definite), suspect=self._money(d.suspect),
                    definite_rule=d.definite_rule, suspect_rule=d.suspect_rule,
                )
                for d in report.deductions
            ],
            totals=self._keyed(definite=self._money(report.definite_total), suspect=self._money(report.suspect_total),
                               undetermined=undetermined),
            unmatched=report.unmatched,
            notes=list(report.notes),
            pack=self._keyed(name=report.pack, version=report.pack_version, hash=report.pack_hash),
            engine=report.engine_version,
        )

    def _finding(self, f: Finding) -> dict[str, Any]:
        return self._keyed(
            rule=f.rule, sub_rules=[s for s in f.sub_rules if s != f.rule], name=f.name, rule_version=f.version,
            result=self._word(f.result), interaction=self._word(f.interaction), subject=self._line(f.anchor),
            at_fault=[self._line(x) for x in f.at_fault], involved=[self._line(x) for x in f.involved],
            rows=list(f.rows),
            claims=[self._keyed(subject=self._line(c.line), amount=self._money(c.amount)) for c in f.claims],
            amount=self._money(f.amount), credited=self._money(f.credited), carried_by=f.carried_by,
            basis=list(f.basis), claimable=list(f.claimable), formula=f.formula, facts=dict(f.facts),
            message=f.message, suggestion=f.suggestion,
        )

    def _undecided(self, u: Undecided) -> dict[str, Any]:
        return self._keyed(
            rule=u.rule, sub_rule=u.sub_rule, name=u.name, subject=self._line(u.anchor),
            missing=[cause_word(c, self._language) for c in u.causes], rows=list(u.rows),
        )
