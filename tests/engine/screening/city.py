"""A small invented city for tests: people with encounters at two hospitals over some months, as requests in any order."""
from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from medrules.adapters.native import read_facts
from medrules.check.program import Program
from medrules.model.facts import Facts
from tests.rulings.packs import build_pack

EDITION = (
    "GZ10000204002000", "GZ10000204003000", "GZ10000204004000", "GZ10000204001000", "ZB10000205001000", "ZB10000205003000",
    "ZB10000205007000", "ZB10000205008000", "GZ10000202001000", "GZ10000203001000", "WT-109-2",
)
HEAD = "  依据：例\n  结果：{result}\n  环节：事后\n  费用：全部费用\n  有效：2025-01-01 起\n  提醒方式：静默\n"
OWN = """规则 LK-951「单日同药两次」{{
{head}  针对：明细 其中 明细.编码 属于（「D1」、「D2」）
  令：  几次 = 次数 同期明细 取 单日 按 同一 患者、机构、明细.编码 含本次
  当：  几次 超过 1次
  扣减：全额
  说明：「{{明细.编码}}」
  建议：「x」
}}
规则 LK-952「三十天内同药」{{
{head}  针对：明细 其中 明细.编码 = 「D3」
  令：  几次 = 次数 同期明细 取 近30天 按 同一 患者、明细.编码 含本次
  当：  几次 超过 1次
  扣减：全额
  说明：「{{明细.编码}}」
  建议：「x」
}}
规则 LK-953「月内门诊多于两次」{{
{head}  针对：每个 患者、机构 每 月 记为 期
  当：  期.门诊次数 超过 2次
  扣减：无
  说明：「{{期}}」
  建议：「x」
}}
规则 LK-954「季度内住院多」{{
{head}  针对：每个 患者 每 季 记为 期
  当：  期.住院次数 超过 1次
  扣减：无
  说明：「{{期}}」
  建议：「x」
}}
"""
LINES = """规则 LK-955「一月内某药」{{
{head}  针对：每个 {subject} 每 月 记为 期
  令：  几次 = 次数 期.明细 其中 明细.编码 = 「D1」
  当：  几次 超过 1次
  违规：期.明细
  扣减：全额
  说明：「{{期}}」
  建议：「x」
}}
"""


def own_text(result: str = "可疑") -> str:
    return OWN.format(head=HEAD.format(result=result))


def lines_text(subject: str) -> str:
    """A period rule that claims on lines."""
    return LINES.format(head=HEAD.format(result="明确违规"), subject=subject)


def small_program(folder: Path, text: str = "") -> Program:
    return build_pack(folder / "p", rules=EDITION, text=own_text() + text)


def draw_requests(seed: int) -> list[dict[str, Any]]:
    """Requests of a few people: one encounter or several each, some facts left out."""
    draw = Random(seed)
    out = []
    for p in range(draw.randint(1, 5)):
        patient = {"唯一号": f"P{p}", "性别": draw.choice("男女")}
        covered = draw.random() < 0.6
        visits = [_visit(draw, p, n) for n in range(draw.randint(1, 7))]
        while visits:
            n = draw.randint(1, min(3, len(visits)))
            some, visits = visits[:n], visits[n:]
            request: dict[str, Any] = {"环节": "事后", "患者": patient, "就诊": some, "业务时间": f"2026-0{draw.randint(5, 6)}-15 12:00:00"}
            if covered:
                request["历史"] = {"覆盖起": draw.choice(("2026-01-01", "2026-03-20")), "覆盖范围": draw.choice(("统筹区", "全国", "本院"))}
            if visits and draw.random() < 0.3:
                request["历次就诊"] = [visits[0]]  # told here as earlier, and elsewhere as under review
            if draw.random() < 0.4:
                request["进销存"] = [_stock(draw)]
            out.append(request)
    return out


def _visit(draw: Random, p: int, n: int) -> dict[str, Any]:
    day = f"2026-0{draw.randint(3, 5)}-{draw.randint(1, 6):02d}"
    kind = draw.choice(("门诊", "门诊", "住院", "购药"))
    visit: dict[str, Any] = {
        "标识": f"E{p}-{n}", "就医方式": kind, "入院时间": f"{day} 08:{draw.randrange(60):02d}:01", "结算险种": "基本医疗",
        "机构": {"名称": "院", "级别": "三级"} | draw.choice((
            {"编码": "H1", "类型": "定点医疗机构"}, {"编码": "H2", "类型": "定点医疗机构"}, {"编码": "H3", "类型": "定点零售药店"},
            {"编码": "H2", "类型": "定点零售药店"})),  # H2 is described in two ways
        "诊断": [{"编码": draw.choice(("I10", "J18.9", "N18.5")), "主要标志": True}],
        "明细": [_line(draw, f"L{p}-{n}-{i}", day) for i in range(draw.randint(0, 4))],
    }
    if kind == "住院":
        visit["出院时间"] = f"{day[:8]}{draw.randint(7, 12):02d} 10:00:01"
        visit["出院科室"] = draw.choice(("A01", "A02"))
    for name in ("就医方式", "机构", "诊断", "明细", "入院时间"):
        if draw.random() < 0.04:
            del visit[name]
    return visit


def _line(draw: Random, name: str, day: str) -> dict[str, Any]:
    code, kind = draw.choice((("D1", "西药中成药"), ("D2", "西药中成药"), ("D3", "西药中成药"), ("C1", "医用耗材"), ("S1", "医疗服务项目")))
    quantity = draw.choice((1, 1, 2, -1))
    line = {
        "标识": name, "编码": code, "名称": code, "目录类别": kind, "收费类别": draw.choice(("检查", "西药", "治疗")), "数量": str(quantity), "单价": "10",
        "金额": f"{quantity * 10}.00", "自费金额": "0", "执行时间": f"{day} 09:{draw.randrange(60):02d}:02", "开单科室": draw.choice(("A01", "A02")),
    }
    if draw.random() < 0.05:
        del line[draw.choice(("编码", "执行时间", "目录类别", "金额"))]
    return line


def _stock(draw: Random) -> dict[str, str]:
    return {
        "机构编码": draw.choice(("H1", "H2")), "编码": draw.choice(("D1", "C1", "D9")), "起": "2026-03-01", "止": "2026-03-31", "期初库存": "10",
        "购入数量": "100", "期末库存": "10", "申报数量": draw.choice(("90", "150")), "平均单价": "2.5"}


def read(requests: list[dict[str, Any]]) -> list[Facts]:
    return [read_facts(r) for r in requests]
