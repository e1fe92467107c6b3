"""The printed cost of a rule: what its windows may reach, by the cells of its tables, and by its keys where a table has no rows yet."""
from __future__ import annotations

from dataclasses import replace

import pytest
from check_corpus import checked, table

from medrules.knowledge.table import EMPTY, Row
from medrules.model.values import Frame

RULE = """
规则 LK-991「试验」{{
  依据：试验
  结果：可疑
  针对：明细 属于 知识表「试验表」记为 限定
  {condition}
  扣减：无
  说明：「{{明细.名称}}」
}}
"""
LOOK_BACK = "须：  有 同期明细 取 近 限定.回溯天数 按 同一 患者 不含本次 其中 同期明细 属于 限定.一线药"
QUOTA = "当：  （超额 明细.数量 限 1 每 限定.周期 按 同一 {keys}、限定）大于 0"
COLUMNS = "回溯天数 look_back number:天:0;周期 period window;一线药 first_line codes:item"


def cost(condition: str, cells: tuple[tuple[object, object], ...]) -> tuple[str, str]:
    """Cost and horizon of a rule over a table whose rows have these two cells."""
    rows = tuple(Row(f"KP-{i}", ((f"X{i}",),), (days, frame, EMPTY)) for i, (days, frame) in enumerate(cells))
    made = replace(table("试验表", "code", "code", COLUMNS), rows=rows)
    program, found = checked(RULE.format(condition=condition), more={"试验表": made})
    assert program.rules, [(d.code, d.message) for d in found]
    return program.rules[0].cost, program.rules[0].horizon


@pytest.mark.parametrize(("condition", "cells", "expected"), [
    (LOOK_BACK, (), ("history", "open")),
    (LOOK_BACK, ((EMPTY, EMPTY),), ("history", "open")),
    (LOOK_BACK, ((30, EMPTY), (180, EMPTY)), ("history", "days:180")),
    (LOOK_BACK, ((400, EMPTY),), ("history", "year")),
    (QUOTA.format(keys="患者"), (), ("history", "open")),
    (QUOTA.format(keys="患者、机构"), (), ("group", "days:1")),
    (QUOTA.format(keys="患者"), ((EMPTY, Frame("day")),), ("group", "days:1")),
    (QUOTA.format(keys="患者"), ((EMPTY, Frame("encounter")),), ("group", "encounter")),
    (QUOTA.format(keys="患者、机构"), ((EMPTY, Frame("day")), (EMPTY, Frame("days", 15))), ("history", "days:15")),
    ("当：  明细.数量 大于 1", (), ("item", "")),
])
def test_cost_follows_from_the_cells(condition: str, cells: tuple[tuple[object, object], ...], expected: tuple[str, str]) -> None:
    assert cost(condition, cells) == expected
