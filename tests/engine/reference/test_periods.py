"""Period rules: grouped by subject and month, judged when screening only, lower bounds where visits may be missing."""
from __future__ import annotations

from typing import Any

import pytest

from medrules.adapters.native import read_facts
from medrules.check.program import Program
from medrules.engine.reference import evaluate
from tests.rulings.packs import build_pack


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    plain = """规则 LK-950「门诊多」{
  依据：例
  结果：可疑
  环节：事后
  有效：2025-01-01 起
  提醒方式：静默
  针对：每个 患者 每 月 记为 期
  当：期.门诊次数 超过 3次
  扣减：无
  说明：「x」
  建议：「x」
}"""
    return build_pack(
        tmp_path_factory.mktemp("periods") / "p", rules=["GZ10000204002000", "ZB10000205001000", "GZ10000202001000"], text=plain)


def visit(n: int, day: str, *lines: dict[str, str]) -> dict[str, Any]:
    return {"标识": f"E{n}", "就医方式": "门诊", "入院时间": f"{day} 09:00:01", "诊断": [{"编码": "I10"}],
            "机构": {"编码": "H1", "名称": "甲院", "类型": "定点医疗机构"}, "明细": [{"标识": f"L{n}{i}", "执行时间": f"{day} 09:30:01", **line}
                                                                  for i, line in enumerate(lines)]}


def facts(visits: list[dict[str, Any]], **more: Any) -> Any:
    return read_facts({"业务时间": "2026-04-30 12:00:00", "环节": "事后", "患者": {"唯一号": "P1"}, "就诊": visits, **more})


def test_not_in_a_single_review(program: Program) -> None:
    report = evaluate(program, facts([visit(n, "2026-03-02") for n in range(20)]))
    assert report.findings == () and report.undecided == () and report.unchecked == ()


def test_frequent_visits_by_month_and_by_day(program: Program) -> None:
    covered = {"历史": {"覆盖起": "2026-01-01", "覆盖范围": "统筹区"}}
    days = [f"2026-03-{d:02d}" for d in range(1, 17)]
    found = evaluate(program, facts([visit(n, d) for n, d in enumerate(days)], **covered), screening=True)
    (one,) = [f for f in found.findings if f.rule == "GZ10000204002000"]
    assert one.message == "2026年3月门诊16次，单日最多1次"
    quiet = evaluate(program, facts([visit(n, d) for n, d in enumerate(days[:15])], **covered), screening=True)
    assert not [f for f in quiet.findings if f.rule == "GZ10000204002000"] and not quiet.undecided
    busy_day = evaluate(program, facts([visit(n, "2026-03-02") for n in range(4)], **covered), screening=True)
    assert [f.rule for f in busy_day.findings if f.result == "suspect"] == ["GZ10000204002000", "LK-950"]


def test_visits_that_may_be_missing_prove_more_than_never_at_most(program: Program) -> None:
    few = evaluate(program, facts([visit(n, "2026-03-02") for n in range(2)]), screening=True)
    assert [(u.rule, u.causes) for u in few.undecided] == [(r, ("history.items",)) for r in ("GZ10000204002000", "LK-950")]
    many = evaluate(program, facts([visit(n, "2026-03-02") for n in range(4)]), screening=True)
    assert [f.rule for f in many.findings if f.result == "suspect"] == ["LK-950"]
    # Whether a diagnosis of another stay excuses it is not known: the exemption keeps the first rule open.
    assert [u.rule for u in many.undecided] == ["GZ10000204002000"]


def test_a_share_of_an_institution_in_a_month(program: Program) -> None:
    drug, test = {"编码": "D1", "目录类别": "西药中成药", "金额": "30.00"}, {"编码": "T1", "目录类别": "医疗服务项目", "金额": "70.00"}
    report = evaluate(program, facts([visit(1, "2026-03-02", drug, test), visit(2, "2026-04-02", test)]), screening=True)
    assert [f.message for f in report.findings if f.rule == "ZB10000205001000"] == [
        "甲院2026年3月药占比30%，参考值未知", "甲院2026年4月药占比0%，参考值未知"]


def test_stock_that_does_not_add_up(program: Program) -> None:
    drug = {"编码": "D1", "名称": "药", "目录类别": "西药中成药"}
    record = {"机构编码": "H1", "编码": "D1", "起": "2026-03-01", "止": "2026-03-31", "期初库存": "10", "购入数量": "100",
              "期末库存": "10", "申报数量": "110", "平均单价": "2.5"}
    report = evaluate(program, facts([visit(1, "2026-03-02", drug)], 进销存=[record]), screening=True)
    (one,) = [f for f in report.findings if f.rule == "GZ10000202001000"]
    assert (one.amount, one.result) == (2500, "suspect")
    fine = evaluate(program, facts([visit(1, "2026-03-02", drug)], 进销存=[{**record, "申报数量": "103"}]), screening=True)
    assert not [f for f in fine.findings if f.rule == "GZ10000202001000"]
