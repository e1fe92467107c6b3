"""Cells that name parameters: what they need and how their value is made once the parameters are known."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from medrules.frozen import dataclass
from medrules.model.values import UNKNOWN, AgeRange, Frame, NumRange

__all__ = ["PARAM", "BuildFrame", "BuildRange", "BuildValue", "Named"]

# `参数.老年年龄`; the name ends at a space, a comma or the end of the cell.
PARAM: Final = re.compile(r"(?:参数|param|parameter)\s*\.\s*(?:「([^」]+)」|([^\s,|「」]+))")


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter in the place of a limit."""

    name: str


@dataclass(frozen=True, slots=True)
class BuildValue:
    """The whole cell is one parameter."""

    name: str

    def __call__(self, values: Mapping[str, Any]) -> Any:
        return values[self.name]


@dataclass(frozen=True, slots=True)
class BuildRange:
    """A range one or both of whose limits are parameters; UNKNOWN while one of them is 未定."""

    kind: type[AgeRange] | type[NumRange]
    low: Any
    low_closed: bool
    high: Any
    high_closed: bool

    def __call__(self, values: Mapping[str, Any]) -> Any:
        low = values[self.low.name] if isinstance(self.low, Named) else self.low
        high = values[self.high.name] if isinstance(self.high, Named) else self.high
        if low is UNKNOWN or high is UNKNOWN:
            return UNKNOWN
        return self.kind(low, self.low_closed, high, self.high_closed)


@dataclass(frozen=True, slots=True)
class BuildFrame:
    """`近 参数.x`, a look-back of that many days (days as a plain int, scale 0)."""

    name: str

    def __call__(self, values: Mapping[str, Any]) -> Any:
        n = values[self.name]
        return UNKNOWN if n is UNKNOWN else Frame("days", n)
