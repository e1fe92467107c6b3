"""docs/how-it-works.md: one rule, one knowledge point and one request, shown at every stage as the code makes them."""
from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from medrules.adapters.native_report import report_to_json
from medrules.adapters.nhsa import SiteSettings, read_request, write_response
from medrules.api import CheckedPack, check_pack
from medrules.check.program import Rule
from medrules.check.readable import readable
from medrules.engine.engine import Engine
from medrules.engine.messages import printed
from medrules.engine.reference.trace import Step, why
from medrules.knowledge.table import EMPTY
from medrules.language import nodes as ast
from medrules.language.lexer import lex
from medrules.plan.plan import Plan
from medrules.plan.shapes import Hole, PointOf, Touch
from tools.docs.how_text import PARTS

__all__ = ["render"]

RULE: Final = "GZ10000101007000"
EXAMPLE: Final = "examples/3101/01-outpatient-adult.json"
SITE: Final = "examples/3101/site.toml"
NOW: Final = datetime(2026, 7, 6, 9, 41, 6)
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨"


def render(root: Path) -> str:
    case = _Case(root)
    stages = ("text", "tree", "table", "program", "plan", "facts", "evaluation", "report", "response")
    return "\n".join([PARTS["head"], *(f"{PARTS[name]}\n{getattr(case, name)()}\n" for name in stages), PARTS["tail"]])


def _fenced(text: str, kind: str = "") -> str:
    return f"```{kind}\n{text.rstrip()}\n```"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |" for row in rows)])


class _Case:
    """The rule, the row and the request, at each stage."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._checked: CheckedPack = check_pack(root / "rulepacks" / "national")
        self._engine = Engine(self._checked.program)
        self._plan: Plan = self._engine.plan
        self._rule: Rule = next(r for r in self._checked.program.rules if r.code == RULE)
        self._body = (root / EXAMPLE).read_bytes()
        self._site = SiteSettings.from_toml(root / SITE)
        self._request = read_request(self._body, site=self._site)
        self._report = self._engine.review(self._request.facts)
        self._finding = next(f for f in self._report.findings if f.rule == RULE)
        self._row = next(r for t in self._checked.program.tables.values() for r in t.rows if r.point == self._finding.rows[0])
        self._line = next(i for i in self._request.facts.current[0].items if i.id == self._finding.anchor.line)

    def text(self) -> str:
        source, _ = self._home()
        span = self._rule.span
        assert span is not None
        return _fenced(source.text[span.start:span.end], "medrule")

    def _home(self) -> Any:
        return next((s, f) for s, f in self._checked.files if any(isinstance(d, ast.RuleDecl) and d.code == RULE for d in f.declarations))

    def tree(self) -> str:
        source, file = self._home()
        rule = next(d for d in file.declarations if isinstance(d, ast.RuleDecl) and d.code == RULE)
        clause = next(c for c in rule.clauses if c.key == "must")
        body: Any = clause.body
        tokens = [t for t in lex(source).tokens if clause.span.start <= t.start_pos < clause.span.end][2:]  # without head and colon
        words = " ".join(f"{source.text[t.start_pos:t.end_pos]}‹{t.type}›" for t in tokens)
        return f"{_fenced(words)}\n\n{_fenced(chr(10).join(_outline(body)))}"

    def table(self) -> str:
        path = next(self._root.glob(f"rulepacks/national/families/{RULE}_*/tables/*.csv"))
        with path.open(encoding="utf-8-sig", newline="") as held:
            raw = next(r for r in csv.DictReader(held) if r["知识点号"] == self._row.point)
        table = next(t for t in self._checked.program.tables.values() if self._row in t.rows)
        read = {"知识点号": self._row.point, "编码": f"{len(self._row.keys[0])} 个编码", "原文": self._row.text, "批次": self._row.batch,
                "有效起": _day(self._row.valid_from), "有效止": _day(self._row.valid_to)}
        for column, cell in zip(table.columns, self._row.cells, strict=True):
            read[column.zh] = "不限（空格）" if cell is EMPTY else printed(cell, column.type)
        rows = [(name, _short(raw[name]) or "（空）", read[name]) for name in raw if name in read]
        return _table(("列", "CSV 里写的", "读成"), rows)

    def program(self) -> str:
        rule = self._rule
        lines = [
            f"规则    {rule.code}  版本 {rule.version}  代价 {rule.cost}", f"针对    明细 × 知识表「{self._table_name()}」", f"适用    {readable(rule.guard)}",
            f"须      {readable(rule.when)}", f"扣减    {rule.deduct.kind}", f"读      {'、'.join(sorted(rule.reads))}",
        ]
        return _fenced("\n".join(lines))

    def _table_name(self) -> str:
        return str(getattr(self._rule.scope, "table", ""))

    def plan(self) -> str:
        number = self._plan.rules.index(self._rule)
        code = str(self._line.code)
        lines = [f"编码 {code} 的记录："]
        for record in self._plan.records[code]:
            for place, entry in enumerate((*record.dense, *record.others)):
                if entry is None or entry.rule != number:
                    continue
                where = f"位 {place}" if place < len(record.dense) else "其他"
                shape, constants = entry.tests[0]
                rows = "、".join(r.point for r in entry.rows)
                lines.append(f"  {_day(record.start)} 起 {where}：形状 {shape}，常量 {_constants(constants)}，知识点 {rows}")
        shape, _ = self._entry(number, code)
        lines.append(f"形状 {shape} 「可能违规」＝ {readable(self._plan.shapes[shape].test, _said)}")
        return _fenced("\n".join(lines))

    def _entry(self, number: int, code: str) -> tuple[int, tuple[Any, ...]]:
        record = self._plan.records[code][-1]
        entry = next(e for e in (*record.dense, *record.others) if e is not None and e.rule == number)
        return entry.tests[0]

    def facts(self) -> str:
        person = json.loads(self._body)["input"]["data"]["patient_dtos"]
        visit = person["fsi_encounter_dtos"]
        order = next(o for o in visit["fsi_order_dtos"] if o["rx_id"] == self._line.id)
        line, stay = self._line, self._line.encounter
        shown = (
            ("brdy", person, "患者.出生日期", _day(stay.patient.birth_date)), ("gend", person, "患者.性别", stay.patient.sex),
            ("med_type", visit, "就诊.就医方式", stay.visit_kind), ("hilist_code", order, "明细.编码", line.code),
            ("hilist_name", order, "明细.名称", line.name), ("drord_begn_date", order, "明细.时间 → 明细.日期", _day(line.on)),
            ("sumamt", order, "明细.金额（分，定标整数）", str(line.amount)), ("ownpay_amt", order, "明细.自费金额（分）", str(line.self_paid)),
        )
        rows: list[tuple[str, ...]] = [(f"`{name}`", f"`{holder[name]}`", fact, str(value)) for name, holder, fact, value in shown]
        rows.append(("–", "–", "就诊.抢救标志", "未知（3101 没有这一项）"))
        return _table(("3101", "报文里", "事实", "值"), rows)

    def evaluation(self) -> str:
        (trace,) = why(self._checked.program, self._request.facts, RULE, str(self._line.id))
        rows = [row for step in trace.steps for row in _steps(step)]
        word = {"violation": "违规", "undecided": "待核", "silent": "不提示"}[trace.answer]
        return _table(("问什么", "得到"), [*rows, (f"**{trace.reason}**", f"**{word}**")])

    def report(self) -> str:
        found = next(f for f in report_to_json(self._report)["违规提示"] if f["规则"] == RULE)
        kept = ("规则", "名称", "规则版本", "结果", "提醒方式", "对象", "知识点", "主张金额", "计入扣减", "依据", "算式", "所用事实", "说明", "建议")
        return _fenced(json.dumps({k: found[k] for k in kept}, ensure_ascii=False, indent=1), "json")

    def response(self) -> str:
        answer = json.loads(write_response(self._report, self._request, self._site, NOW, NOW))
        found = next(r for r in answer["output"]["result"] if r["rule_id"] == RULE)
        text = json.dumps(found, ensure_ascii=False, indent=1)
        return _fenced(re.sub(r"(: [0-9]+\.[0-9])(?=,?$)", r"\g<1>0", text, flags=re.MULTILINE), "json")  # yuan with two digits, as sent


def _steps(step: Step, depth: int = 0) -> list[tuple[str, ...]]:
    missing = f"（缺 {'、'.join(step.causes)}）" if step.causes else ""
    rows: list[tuple[str, ...]] = [("　" * depth + step.text, step.value + missing)]
    for part in step.parts:
        rows += _steps(part, depth + 1)
    return rows


def _day(ordinal: Any) -> str:
    return date.fromordinal(ordinal).isoformat() if isinstance(ordinal, int) and ordinal < date.max.toordinal() else "至今"


def _short(text: str, most: int = 46) -> str:
    return text if len(text) <= most else text[:most] + "…"


def _constants(values: tuple[Any, ...]) -> str:
    return "（" + "，".join(str(v) if isinstance(v, int) else type(v).__name__ for v in values) + "）"


def _said(node: Any) -> str:
    """Nodes that only plans have."""
    match node:
        case Hole():
            return f"常量{_CIRCLED[node.index]}"
        case Touch():
            return "（再精确看一次）"
        case PointOf():
            return "本知识点"
        case _:
            return type(node).__name__


def _outline(node: Any, depth: int = 0) -> list[str]:
    """A tree, a node a line, without places in the text."""
    if not is_dataclass(node) or isinstance(node, type):
        return [f"{'  ' * depth}{node!r}"]
    plain: list[str] = []
    below: list[Any] = []
    for f in fields(node):
        value = getattr(node, f.name)
        if f.name in ("span", "word") or value is None or value == ():
            continue
        parts = value if isinstance(value, tuple) else (value,)
        if any(is_dataclass(p) for p in parts):
            below.extend(parts)
        elif isinstance(value, tuple):
            plain.append(".".join(map(str, value)))
        elif value not in ("", False):
            plain.append(f"{value}")
    lines = [f"{'  ' * depth}{type(node).__name__} {' '.join(plain)}".rstrip()]
    for part in below:
        lines += _outline(part, depth + 1)
    return lines
