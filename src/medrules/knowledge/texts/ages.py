"""Ages: numbers with units (ends by ruling T04: 以上 and 以下 hold their own end), and words for age groups."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from medrules.knowledge.texts.folded import NUMERAL, numeral
from medrules.knowledge.texts.tokens import Found, Matcher

__all__ = ["ADULT", "AGES", "CHILD"]

ADULT: Final = "满18岁"
CHILD: Final = "不满 参数.儿童年龄上限"
_GROUPS: Final[dict[str, str]] = {
    "儿童": CHILD, "小儿": CHILD, "患儿": CHILD, "新生儿": "参数.新生儿年龄段", "婴幼儿": "不满3岁", "婴儿": "不满1岁",
    "成人": ADULT, "成年人": ADULT, "老年人": "满 参数.老年年龄", "老年患者": "满 参数.老年年龄", "老年病人": "满 参数.老年年龄",
    "老人": "满 参数.老年年龄", "法定就业年龄段": "满 参数.就业年龄下限 不满 参数.就业年龄上限",
}
_UNITS: Final[dict[str, str]] = {"周岁": "岁", "岁": "岁", "月龄": "月", "个月": "月", "日龄": "天"}
# 个月 is as often the length of a treatment: an age only before people.
_PEOPLE: Final = r"(?=(?:且|的|[(]含[)])?\s?(?:[^,;。]{0,9}的)?(?:儿童|婴|幼儿|患儿|患者|受者|人群))"


def _range(found: re.Match[str]) -> Found:
    low, low_unit, less, high, unit = found.groups()
    first, last = numeral(low), numeral(high)
    if first is None or last is None:
        return None
    unit = _UNITS[unit]
    low_unit = _UNITS[low_unit] if low_unit else unit
    if low_unit == unit and first >= last:
        return None
    return f"满{first}{low_unit} {'不满' if less else '不超过'}{last}{unit}", "确定"


def _at_least(found: re.Match[str]) -> Found:
    n, again = numeral(found["n"]), found.groupdict().get("again")
    if n is None or (again and numeral(again) != n):
        return None
    return f"满{n}{_UNITS[found['u']]}", "确定"


def _limit(word: str) -> Callable[[re.Match[str]], Found]:
    def say(found: re.Match[str]) -> Found:
        n = numeral(found["n"])
        return None if n is None else (f"{word}{n}{_UNITS[found['u']]}", "确定")
    return say


def _group(found: re.Match[str]) -> Found:
    return _GROUPS[found[0]], "较确定"


def _matcher(pattern: str, say: Callable[[re.Match[str]], Found]) -> Matcher:
    return Matcher("A", "年龄段", re.compile(pattern), say)


_NU: Final = rf"(?P<n>{NUMERAL})\s?(?P<u>周岁|岁|月龄|日龄)"
AGES: Final = (
    _matcher(rf"({NUMERAL})\s?(周岁|岁|月龄|日龄)?\s?[-~至到]\s?(<)?\s?({NUMERAL})\s?(周岁|岁|月龄|日龄)(?:以下|以内)?", _range),
    _matcher(rf"{_NU}\s?(?:及|或|和)?\s?(?:(?P<again>{NUMERAL})\s?(?:周岁|岁|月龄|日龄))?(?:[(]含[)])?(?:及|或)?以上", _at_least),
    _matcher(rf"(?P<n>{NUMERAL})\s?(?P<u>个月)(?:及|或)?以上{_PEOPLE}", _at_least),
    _matcher(rf"(?:≥\s?|不小于|不低于|不少于|年满|已满|(?<![不未])满){_NU}(?:及以上|以上)?", _at_least),
    _matcher(rf"{_NU}(?:及|或)?(?:以下|以内)", _limit("不超过")),
    _matcher(rf"(?:≤\s?|不超过|不大于){_NU}", _limit("不超过")),
    _matcher(rf"(?:<\s?|不满|未满|不足|小于){_NU}", _limit("不满")),
    _matcher(rf"(?:>\s?|大于|(?<!不)超过){_NU}", _limit("超过")),
    _matcher("|".join(sorted(_GROUPS, key=len, reverse=True)), _group),
)
