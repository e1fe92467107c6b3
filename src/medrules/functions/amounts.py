"""Functions of amounts and other numbers."""
from __future__ import annotations

from types import MappingProxyType
from typing import Final

from medrules.functions.function import Function, Parameter

__all__ = ["DIFFERENCE", "GREATER", "LESSER", "PROPORTION", "RATIO"]

_TWO: Final = (Parameter("一", "a", "number"), Parameter("另一", "b", "number"))

DIFFERENCE: Final = Function(
    "difference", "相差", "difference", _TWO, "数，单位同前", "两个数之差的绝对值。", "The absolute difference of two numbers.",
    MappingProxyType({"相差（100.00元，99.50元）": "0.50元"}),
)

LESSER: Final = Function(
    "min", "较小者", "lesser", _TWO, "数，单位同前", "两个数中较小的一个；任一未知则未知。", "The lesser of two numbers; strict.",
    MappingProxyType({"较小者（3，5）": "3"}), synonyms=("lesser_of",),
)

GREATER: Final = Function(
    "max", "较大者", "greater", _TWO, "数，单位同前", "两个数中较大的一个；任一未知则未知。", "The greater of two numbers; strict.",
    MappingProxyType({"较大者（−20元，0元）": "0元"}), synonyms=("greater_of",),
)

PROPORTION: Final = Function(
    "proportion", "按比例", "proportion",
    (Parameter("金额", "amount", "money"), Parameter("部分", "part", "number"), Parameter("全部", "whole", "number")), "元",
    "金额 × 部分 ÷ 全部，四舍五入到分一次；全部为0时未知。语言里没有除法，按日均价扣减用它（T35）。",
    "amount × part ÷ whole, rounded half up to fen once; UNKNOWN when whole is 0.",
    MappingProxyType({"按比例（250.00元，56天，84天）": "166.67元"}), together=False,
)

RATIO: Final = Function(
    "ratio", "占比", "ratio", (Parameter("部分", "part", "number"), Parameter("全部", "whole", "number")), "比例",
    "部分占全部的比例，只用来比较或印在说明里；比较时不做除法，全部为0时未知。",
    "The share of a part in a whole; only compared (exactly, without dividing) or printed; UNKNOWN when the whole is 0.",
    MappingProxyType({"占比（30元，100元）超过 25%": "是"}), synonyms=("share",),
)
