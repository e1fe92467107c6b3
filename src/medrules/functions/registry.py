"""The one registry of functions. Adding a function is one declaration here and its meaning in every executor.

A function is an expansion into the core form or a primitive (`check.program.Prim`); `PRIMITIVES` are the ids executors must
know, those that no author writes included.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.functions.amounts import DIFFERENCE, GREATER, LESSER, PROPORTION, RATIO
from medrules.functions.dates import DISTANCE, OVERLAP
from medrules.functions.function import Function, Parameter

__all__ = ["FUNCTIONS", "PRIMITIVES", "Function", "Parameter", "find"]

FUNCTIONS: Final[tuple[Function, ...]] = (DISTANCE, DIFFERENCE, OVERLAP, PROPORTION, RATIO, LESSER, GREATER)

# What the checker makes without a call: the unit of a limit beside the unit of a line, and the day whose law applies.
_INTERNAL: Final = ("in_unit", "judged_on")

PRIMITIVES: Final[tuple[str, ...]] = (*(f.id for f in FUNCTIONS if f.id != "ratio"), *_INTERNAL)

_BY_NAME: Final[Mapping[str, Function]] = MappingProxyType(
    {name: f for f in FUNCTIONS for name in (f.zh, f.en, *f.synonyms)}
)


def find(name: str) -> Function | None:
    """The function of a Chinese or English name; None if there is none."""
    return _BY_NAME.get(name)
