"""Cells of every type: what they become, what is refused, and that printing and parsing are inverse."""
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrules.knowledge.cells import MAX_CELL, parse_cell
from medrules.knowledge.columntypes import parse_column_type
from medrules.knowledge.problem import Problem
from medrules.knowledge.table import EMPTY, ParamCell
from medrules.model.types import Type
from medrules.model.values import UNKNOWN, AgeLimit, AgeRange, Frame, NumRange


def cell(text: str, column: str) -> Any:
    type_ = parse_column_type(column)
    assert type_ is not None, column
    return parse_cell(text, type_)


def problem(text: str, column: str) -> str:
    found = cell(text, column)
    assert isinstance(found, Problem), found
    return found.code


YEARS_3 = AgeLimit(3, "岁")
YEARS_12 = AgeLimit(12, "岁")

AGES = {
    "满3岁 不满12岁": AgeRange(YEARS_3, True, YEARS_12, False),
    "满3岁不满12岁": AgeRange(YEARS_3, True, YEARS_12, False),
    "满3岁，不满12周岁": AgeRange(YEARS_3, True, YEARS_12, False),
    "满３岁 不满１２岁": AgeRange(YEARS_3, True, YEARS_12, False),
    "不满12岁 满3岁": AgeRange(YEARS_3, True, YEARS_12, False),
    "≥3岁 <12岁": AgeRange(YEARS_3, True, YEARS_12, False),
    "at least 3 years under 12 years": AgeRange(YEARS_3, True, YEARS_12, False),
    "At least 3 years and under 12 years": AgeRange(YEARS_3, True, YEARS_12, False),
    "不超过28天": AgeRange(None, False, AgeLimit(28, "天"), True),
    "at most 28 days": AgeRange(None, False, AgeLimit(28, "天"), True),
    "超过60岁": AgeRange(AgeLimit(60, "岁"), False, None, False),
    "满6个月 不超过6岁": AgeRange(AgeLimit(6, "月"), True, AgeLimit(6, "岁"), True),
    "等于6岁": AgeRange(AgeLimit(6, "岁"), True, AgeLimit(6, "岁"), True),
}


@pytest.mark.parametrize("text", AGES)
def test_age_ranges(text: str) -> None:
    assert cell(text, "age_range") == AGES[text]


@pytest.mark.parametrize(("text", "code"), [
    ("18岁", "MR-K401"), ("满18", "MR-K401"), ("满3岁 满6岁", "MR-K401"), ("满三岁", "MR-K401"), ("儿童", "MR-K401"),
    ("满3岁 或不满12岁", "MR-K401"), ("满3.5岁", "MR-K401"), ("满-3岁", "MR-K401"),
    ("12岁以下", "MR-K402"), ("3岁及以上", "MR-K402"), ("18岁以内", "MR-K402"), ("below 18 years", "MR-K402"),
    ("满12岁 不满3岁", "MR-K403"), ("超过2岁 不满3岁", "MR-K403"), ("满1岁 不满12个月", "MR-K403"),
    ("满1岁 不满300天", "MR-K403"),
    ("满3岁 不满3岁", "MR-K403"),
])
def test_age_ranges_refused(text: str, code: str) -> None:
    assert problem(text, "age_range") == code


def test_ranges_that_hold_somebody_are_kept() -> None:
    for text in ("满28天 不满1个月", "满1岁 不超过12个月", "超过2岁 不超过3岁", "满1岁 不满400天"):
        assert isinstance(cell(text, "age_range"), AgeRange), text


def test_words_of_t04() -> None:
    """不满13岁 holds 12岁11月 and not the thirteenth birthday (T04)."""
    found = cell("不满13岁", "age_range")
    born = 700_000
    assert found.contains(born, born + 13 * 365)
    assert not found.contains(born, born + 13 * 366)


limits = st.builds(AgeLimit, st.integers(0, 150), st.sampled_from(["岁", "月", "天"]))


def around(limit: AgeLimit) -> set[int]:
    """Every day on which somebody's age may reach or leave the limit."""
    shortest, longest = {"岁": (365, 366), "月": (28, 31), "天": (1, 1)}[limit.unit]
    return set(range(limit.n * shortest, (limit.n + 1) * longest + 2))


def written(limit: AgeLimit | None, word: str) -> str:
    return "" if limit is None else f"{word}{limit.n}{limit.unit}"


@given(st.none() | limits, st.booleans(), st.none() | limits, st.booleans(), st.sampled_from(["", " ", "，", " 且 "]))
def test_age_ranges_round_trip(
    low: AgeLimit | None, low_closed: bool, high: AgeLimit | None, high_closed: bool, between: str,
) -> None:
    parts = [written(low, "满" if low_closed else "超过"), written(high, "不超过" if high_closed else "不满")]
    found = cell(between.join(p for p in parts if p), "age_range")
    if low is None and high is None:
        assert found is EMPTY
    elif isinstance(found, Problem):
        assert found.code == "MR-K403"
        assert low is not None and high is not None
        age = AgeRange(low, low_closed, high, high_closed)
        assert not any(age.contains(700_000, 700_000 + day) for day in around(low) | around(high))
    else:
        assert found == AgeRange(low, low is not None and low_closed, high, high is not None and high_closed)


@given(st.integers(-10**9, 10**9), st.integers(0, 6), st.sampled_from(["", "天"]))
def test_numbers_round_trip(value: int, scale: int, unit: str) -> None:
    digits = f"{abs(value):0{scale + 1}d}"
    text = ("-" if value < 0 else "") + (digits[:-scale] + "." + digits[-scale:] if scale else digits) + unit
    assert cell(text, f"number:天:{scale}") == value


@pytest.mark.parametrize(("text", "column", "value"), [
    ("14", "number:天:0", 14), ("2天", "number:小时", 480_000), ("120分钟", "number:小时:0", 2),
    ("20%", "number", 2_000),
    ("12.5元", "money", 1_250), ("3克", "number:g", 30_000), ("500mg", "number:g", 5_000),
    ("１４天", "number:天:0", 14),
    ("1.50", "number:天:1", 15),
])
def test_numbers_with_units(text: str, column: str, value: int) -> None:
    assert cell(text, column) == value


@pytest.mark.parametrize(("text", "column", "code"), [
    ("1,200", "money", "MR-K404"), ("两次", "number", "MR-K404"), ("12.345", "money", "MR-K406"),
    ("1小时", "number:天:0", "MR-K406"),
    ("14克", "number:天:0", "MR-K405"), ("1234567890123456", "number", "MR-K404"), ("1.5.2", "number", "MR-K404"),
    ("20%", "money", "MR-K405"),
])
def test_numbers_refused(text: str, column: str, code: str) -> None:
    assert problem(text, column) == code


def test_number_ranges() -> None:
    assert cell("满5g 不满10g", "number_range:g") == NumRange(50_000, True, 100_000, False)
    assert cell("=5", "number_range:g") == NumRange(50_000, True, 50_000, True)
    assert problem("满10 不满5", "number_range:g") == "MR-K403"


FRAMES = {
    "单日": Frame("day"), "同一小时": Frame("hour_bucket"), "6小时": Frame("hours", 6), "单次就诊": Frame("encounter"),
    "近30天": Frame("days", 30), "30天": Frame("days", 30), "近 30 天": Frame("days", 30), "自然年": Frame("year"),
    "同台手术": Frame("operation"), "last 30 days": Frame("days", 30), "6 hours": Frame("hours", 6),
    "same_hour": Frame("hour_bucket"), "用药期重叠": Frame("use_overlap"),
}


@pytest.mark.parametrize("text", FRAMES)
def test_windows(text: str) -> None:
    assert cell(text, "window") == FRAMES[text]


@pytest.mark.parametrize("text", ["15", "0天", "6", "一天", "单日 单次就诊"])
def test_windows_refused(text: str) -> None:
    assert problem(text, "window") == "MR-K408"


def test_words() -> None:
    assert cell("二级", "level:hospital") == cell("level 2", "level:hospital") == 2
    assert problem("二级及以上", "level:hospital") == "MR-K409"
    assert cell("男", "code:sex") == cell("male", "code:sex") == "男"
    assert problem("不详", "code:sex") == "MR-K410"
    assert cell("住院|急诊|住院", "list:visit_kind") == ("住院", "急诊")
    assert cell("是", "bool") is True and cell("no", "bool") is False
    assert problem("有", "bool") == "MR-K407"
    assert cell("2025-01-01", "date") == 739_252
    assert problem("2025-02-30", "date") == problem("20250101", "date") == "MR-K411"


@pytest.mark.parametrize("column", ["age_range", "text", "bool", "money", "window", "level:hospital", "codes:icd10",
    "list:sex"])
def test_empty_and_uncoded(column: str) -> None:
    """T02: an empty cell is no restriction, 待编 is one that is not known."""
    assert cell("", column) is EMPTY and cell("  ", column) is EMPTY
    assert cell("待编", column) is UNKNOWN


@pytest.mark.parametrize("text", ["=A1+1", "＝A1", "@SUM(A1)", "#REF!", "#N/A"])
def test_formulas_are_refused_everywhere(text: str) -> None:
    for column in ("text", "number", "codes:item", "list:sex", "age_range"):
        assert problem(text, column) == "MR-K412"


def test_long_cells() -> None:
    assert problem("字" * (MAX_CELL + 1), "text") == "MR-K207"


def test_parameters() -> None:
    found = cell("满 参数.就业年龄下限 不满 参数.就业年龄上限", "age_range")
    assert isinstance(found, ParamCell)
    assert found.params == ("就业年龄下限", "就业年龄上限")
    assert [t.kind for t in found.types] == ["age", "age"]
    values = {"就业年龄下限": AgeLimit(16, "岁"), "就业年龄上限": AgeLimit(60, "岁")}
    assert found.build(values) == AgeRange(AgeLimit(16, "岁"), True, AgeLimit(60, "岁"), False)
    assert found.build({**values, "就业年龄上限": UNKNOWN}) is UNKNOWN
    assert found == cell("满 参数.就业年龄下限 不满 参数.就业年龄上限", "age_range")


def test_whole_cell_parameters() -> None:
    newborn = cell("参数.新生儿年龄段", "age_range")
    assert newborn.types[0].kind == "range" and newborn.build({"新生儿年龄段": UNKNOWN}) is UNKNOWN
    assert cell("参数.上限", "number:天:0").types == (Type("num", scale=0, unit="天"),)
    assert cell("近 参数.回溯", "window").build({"回溯": 30}) == Frame("days", 30)
    assert cell("parameter.cap", "money").params == ("cap",)
    assert cell("参数.名", "text") == "参数.名"


@pytest.mark.parametrize(
    "text", ["age", "number:里", "number:天:9", "level:无", "codes:icd11", "list", "codes", "number:天:0:1", "",
    "level"],
)
def test_unknown_column_types(text: str) -> None:
    assert parse_column_type(text) is None
