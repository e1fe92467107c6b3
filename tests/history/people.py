"""Invented patients and small programs that look back, for the history tests."""
from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from medrules.adapters.native import read_facts
from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.history.records import Record, records_of
from medrules.model.facts import Facts
from tests.plan.small import MOST, program, row, rule, table

Json = dict[str, Any]

SUM_30 = rule("LK-1", "  针对：明细 属于 知识表「限量」记为 限定\n  当：合计 同期明细.数量 取 近 30天 按 同一 患者、限定 含本次 超过 限定.上限\n  扣减：无")
SAME_DAY = rule("LK-2", "  针对：明细 属于 知识表「限量」记为 限定\n  令：超出 = 超额 明细.数量 限 限定.上限 每 单日 按 同一 患者、机构、限定\n  当：超出 大于 0\n  扣减：无")
ONE_LINE = rule("LK-3", "  针对：明细 属于 知识表「限量」记为 限定\n  当：明细.数量 超过 限定.上限\n  扣减：无")
ROLLING = rule("LK-4", "  针对：明细 属于 知识表「限量」记为 限定\n  令：超出 = 超额 明细.数量 限 限定.上限 每 近 7天 按 同一 患者、限定\n  当：超出 大于 0\n  扣减：无")
TABLE = table("限量", (MOST,), row("KP-1", ["A1"], 50_000), row("KP-2", ["B1", "B2"], 20_000), row("KP-3", ["C*"], 10_000))


def of(*rules: str) -> Program:
    return program("\n".join(rules), TABLE)


def engine(*rules: str) -> Engine:
    return Engine(of(*rules))


def line(ident: str, on: str, code: str = "A1", quantity: str = "1", **more: Any) -> Json:
    return {"标识": ident, "种类": "费用", "编码": code, "名称": "例", "数量": quantity, "单位": "次", "单价": "10", "金额": str(10 * int(quantity)),
            "自费金额": "0", "执行时间": f"{on} 09:00:00", **more}


def visit(ident: str, on: str, *lines: Json, institution: str = "H1", kind: str = "门诊", **more: Any) -> Json:
    return {"标识": ident, "就医方式": kind, "结算险种": "基本医疗", "入院时间": f"{on} 08:00:00", "出院时间": f"{on} 12:00:00",
            "机构": {"编码": institution, "级别": "三级"}, "明细": list(lines), **more}


def request(*visits: Json, patient: str = "P1", at: str = "2026-03-20 10:00:00", **more: Any) -> Json:
    return {"业务时间": at, "环节": "事后", "患者": {"唯一号": patient, "性别": "女", "出生日期": "1960-01-01"}, "就诊": list(visits), **more}


def today(quantity: str = "1", code: str = "A1", patient: str = "P1") -> Facts:
    """A visit of 2026-03-20 with one line."""
    return read_facts(request(visit("E-now", "2026-03-20", line("L1", "2026-03-20", code, quantity)), patient=patient))


def earlier(*visits: Json, patient: str = "P1", at: str = "2026-03-19 23:00:00") -> list[Record]:
    """Records of earlier visits."""
    return records_of(read_facts(request(*visits, patient=patient, at=at)))[0]


def written(path: Path, requests: Iterable[Json]) -> Path:
    """A .jsonl file of requests."""
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in requests), encoding="utf-8")
    return path
