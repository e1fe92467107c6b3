"""Parameters: versions, units, tunable ranges, and the rows whose cells name them (law 20)."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from check_corpus import catalogues, checked, codesets, only, parsed, rule, tables, with_a_row

from medrules.check.checker import check
from medrules.knowledge.params import BuildRange, BuildValue, Named
from medrules.knowledge.table import ParamCell, Row
from medrules.model.types import AGE, Type, range_of
from medrules.model.values import UNKNOWN, AgeLimit, AgeRange

START = date(2025, 1, 1).toordinal()
LATER = date(2026, 7, 1).toordinal()


def test_versions_follow_one_another() -> None:
    program, _ = checked(
        "参数 上限 = 5次 自 2026-07-01\n参数 上限 = 3次 自 2025-01-01 可调 2次 至 10次\n" + rule("当：明细.数量 超过 参数.上限"))
    table = program.params["上限"]
    assert [(v.value, v.valid_from, v.valid_to, v.low, v.high) for v in table.versions] == [
        (3, START, LATER, 2, 10), (5, LATER, 10_000_000, None, None)]
    assert (table.type.unit, table.type.scale) == ("次", 0)


def test_values_and_ranges_share_the_finest_unit_and_scale() -> None:
    program, _ = checked(
        "参数 提前量 = 2小时 自 2025-01-01 可调 30分钟 至 2小时\n参数 比例 = 5% 自 2025-01-01 可调 2.5% 至 10%\n"
        + rule("当：明细.执行时长 超过 参数.提前量 且 占比（明细.自费金额，明细.金额）超过 参数.比例"))
    assert [(v.value, v.low, v.high) for v in program.params["提前量"].versions] == [(120, 30, 120)]
    assert [(v.value, v.low, v.high) for v in program.params["比例"].versions] == [(50, 25, 100)]
    assert program.params["比例"].type.scale == 3


def test_an_undetermined_parameter_is_unknown() -> None:
    program, _ = checked(
        "参数 参考值（按 机构.级别） = 未定 自 2025-01-01 可调 0% 至 100%\n" + rule("当：一律", "说明：「{参数.参考值（机构.级别）}」"))
    table = program.params["参考值"]
    assert table.versions[0].value is UNKNOWN and table.keys == ("机构.级别",) and table.type.scale == 2


def test_twins_name_one_parameter() -> None:
    program, found = checked(
        "参数 上限「most」 = 3次 自 2025-01-01\n" + rule("当：明细.数量 超过 参数.上限"),
        'rule LK-901 "twin" {\n  result: suspect\n  for: item in table "限儿童药品" as limit\n'
        "  when: item.quantity more than parameter.most\n}\n")
    assert found == () and list(program.params) == ["上限"]
    assert program.rules[0].when == program.rules[1].when


def test_a_row_with_parameters_becomes_one_row_a_version() -> None:
    table = tables()["限儿童药品"]
    cell = ParamCell(
        ("下限", "上限"), "", BuildRange(AgeRange, Named("下限"), True, Named("上限"), False), (AGE, AGE))
    row = Row("KP-1", (("X",),), (cell, table.columns[1].type and "条件"), START + 10, LATER + 400)
    text = ("参数 下限 = 16岁 自 2025-01-01\n参数 上限 = 60岁 自 2025-01-01\n参数 上限 = 63岁 自 2026-07-01\n"
            + rule("须：患者.年龄 属于 限定.年龄段"))
    program, found = check(
        [parsed(text)], {**with_a_row(tables()), "限儿童药品": replace(table, rows=(row,))}, codesets(), catalogues())
    assert found == ()
    made = program.tables["限儿童药品"].rows
    assert [(r.valid_from, r.valid_to, r.cells[0]) for r in made] == [
        (START + 10, LATER, AgeRange(AgeLimit(16, "岁"), True, AgeLimit(60, "岁"), False)),
        (LATER, LATER + 400, AgeRange(AgeLimit(16, "岁"), True, AgeLimit(63, "岁"), False)),
    ]
    assert {r.point for r in made} == {"KP-1"} and all(r.cells[1] == "条件" for r in made)


def test_before_its_first_day_a_parameter_is_unknown() -> None:
    table = tables()["限儿童药品"]
    row = Row("KP-1", (("X",),), (ParamCell(("年龄段",), "", BuildValue("年龄段"), (range_of(AGE),)), "条件"), 0, 10_000_000)
    text = "参数 年龄段 = 不超过28天 自 2025-01-01\n" + rule("须：患者.年龄 属于 限定.年龄段")
    program, _ = check([parsed(text)], {"限儿童药品": replace(table, rows=(row,))}, codesets(), catalogues())
    assert [(r.valid_to, r.cells[0]) for r in program.tables["限儿童药品"].rows] == [
        (START, UNKNOWN), (10_000_000, AgeRange(None, False, AgeLimit(28, "天"), True))]


def test_numbers_are_brought_to_the_cells_unit_and_scale() -> None:
    table = tables()["限开药天数"]
    cell = ParamCell(("最多天数",), "", BuildValue("最多天数"), (Type("num", scale=1, unit="小时"),))
    row = Row("KP-1", (("X",),), (cell,))
    text = "参数 最多天数 = 3天 自 0001-01-01\n" + rule("当：明细.用药天数 超过 限定.最大天数", scope="明细 属于 知识表「限开药天数」记为 限定")
    program, _ = check([parsed(text)], {"限开药天数": replace(table, rows=(row,))}, codesets(), catalogues())
    assert [r.cells for r in program.tables["限开药天数"].rows][-1] == (720,)


def test_a_cell_that_names_no_parameter_of_the_pack_is_told_with_its_place() -> None:
    table = tables()["限儿童药品"]
    row = Row("KP-1", (("X",),), (ParamCell(("没有",), "", BuildValue("没有"), (range_of(AGE),)), "条件"), line=3)
    _, found = check(
        [parsed(rule("须：患者.年龄 属于 限定.年龄段"))], {"限儿童药品": replace(table, rows=(row,))}, codesets(), catalogues())
    assert [(d.code, d.place) for d in found if d.code != "MR-W303"] == [("MR-N107", "限儿童药品.csv 第 3 行 年龄段")]


def test_ages_compare_with_parameters() -> None:
    made = only("参数 儿童年龄上限 = 18岁 自 2025-01-01\n" + rule("当：患者.年龄 不满 参数.儿童年龄上限"))
    assert made.when is not None
