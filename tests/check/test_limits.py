"""Texts made to explode: chains that double, chains that never end, choices in choices. Each is refused, and quickly."""
from __future__ import annotations

import time

import pytest
from check_corpus import checked, errors, only, rule

from medrules.check.limits import is_too_long

_DIGITS = "甲乙丙丁戊己庚辛壬癸"


def name(i: int) -> str:
    return "量" + _DIGITS[i // 10] + _DIGITS[i % 10]


def lets(n: int, first: str, following: str) -> list[str]:
    return [f"令：{name(0)} = {first}", *(f"令：{name(i)} = {following.format(name(i - 1))}" for i in range(1, n))]


def took(*texts: str) -> tuple[float, list[str]]:
    began = time.perf_counter()
    found = errors(*texts)
    return time.perf_counter() - began, found


@pytest.mark.parametrize("condition", ["{} 大于 0", "任一 就诊.诊断 满足（{} 大于 0）"])
def test_lets_that_double(condition: str) -> None:
    seconds, found = took(rule(*lets(60, "明细.数量", "{0} + {0}"), "当：" + condition.format(name(59))))
    assert set(found) <= {"MR-C222", "MR-T108"} and found and seconds < 2


def test_definitions_that_double() -> None:
    chain = ["定义 是大 = 明细.数量 大于 0"]
    chain += [f"定义 是{name(i)} = 是{name(i - 1) if i else '大'} 且 是{name(i - 1) if i else '大'}" for i in range(40)]
    seconds, found = took("\n".join(chain) + "\n" + rule(f"当：是{name(39)}"))
    assert set(found) == {"MR-C222"} and seconds < 2


def test_a_chain_of_lets_without_end() -> None:
    seconds, found = took(rule(*lets(100, "较大者（明细.数量，1）", "较大者（较大者（{0}，1），2）"), f"当：{name(99)} 大于 0"))
    assert set(found) <= {"MR-C222", "MR-T108"} and found and seconds < 2


def test_a_very_long_chain_does_not_exhaust_the_stack() -> None:
    chain = ["定义 是大 = 明细.数量 大于 0"] + [
        f"定义 是{name(i)}{name(j)} = 非（非 是{name(i)}{name(j - 1)}）" if j else
        f"定义 是{name(i)}{name(0)} = 非（非 {f'是{name(i - 1)}{name(99)}' if i else '是大'}）"
        for i in range(10) for j in range(100)
    ]
    seconds, found = took(*(f"{d}\n" for d in chain), rule(f"当：是{name(9)}{name(99)}"))
    assert set(found) == {"MR-C222"} and seconds < 5


def test_choices_that_double() -> None:
    one = "（若 患者.性别 = 女 则 限定.最大天数 否则 1天）"
    scope = "明细 属于 知识表「限开药天数」记为 限定"
    assert errors(rule(f"当：{' + '.join([one] * 5)} 大于 3天", scope=scope)) == []
    seconds, found = took(rule(f"当：{' + '.join([one] * 30)} 大于 3天", scope=scope))
    assert set(found) <= {"MR-C222", "MR-T108"} and found and seconds < 2


def test_lets_and_definitions_may_not_go_in_a_circle() -> None:
    assert errors(rule("令：甲 = 乙", "令：乙 = 甲", "当：甲 大于 0")) == ["MR-N111"]
    found = errors("定义 是甲 = 非 是乙\n定义 是乙 = 非 是甲\n" + rule("当：是甲"))
    assert set(found) == {"MR-N111"}


def test_a_rule_of_usual_size_is_far_from_the_limits() -> None:
    made = only(rule(*lets(8, "明细.数量", "{0} × 2"), f"当：{name(7)} 大于 0"))
    assert made.when is not None and not is_too_long(made.when)


def test_what_is_refused_is_not_in_the_program() -> None:
    program, _ = checked(rule(*lets(60, "明细.数量", "{0} + {0}"), f"当：{name(59)} 大于 0"))
    assert program.rules == ()
