"""What a condition looks like once its constants are taken out, and the few nodes that only plans have.

A shape answers one question: *may* this line be at fault? "No" is exact, so silence needs nothing else. "Yes" is exact too
when `Shape.exact`; otherwise (windows) the binding is looked at again, exactly. Touching UNKNOWN counts as "may".
"""
from __future__ import annotations

from typing import Any, Literal

from medrules.check.program import Expr
from medrules.frozen import dataclass
from medrules.model.types import Type

__all__ = ["CodesProbe", "Form", "Grouping", "Hole", "PointOf", "Region", "Shape", "Shaped", "SharedGroup", "Source",
           "TotalOver", "Touch"]

Form = Literal["value", "codes", "prefixes", "list", "months", "days", "ages", "point"]
Region = Literal["encounter", "institution", "anywhere"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a lifted constant comes from: a cell of the row (`column` ≥ 0), the row's identity, or the rule's own text.

    factor: power of ten that brings a number to the scale of the other operand. ends: how a limit becomes an age interval
    ("<", "<=", ">", ">=", "=" against it, or "in" for a range).
    """

    column: int
    value: Any = None
    factor: int = 1
    ends: str = "in"


@dataclass(frozen=True, slots=True)
class Hole:
    """The place of a lifted constant: the rule's own, or a cell of the row. `form` says how the constant is prepared.

    value   as it stands, numbers on the scale of `type` · codes  the member test of a code set · prefixes  a frozenset of
    hierarchy prefixes · list  a frozenset · months / days  (low, high) of an age, half open, in steps of
    `100 × month + day` or in days; fills two places · ages  an AgeRange of mixed units · point  the row's identity
    """

    index: int
    form: Form
    type: Type


@dataclass(frozen=True, slots=True)
class PointOf:
    """The identity of the current row, as the key of a group: lifted to a hole."""

    type: Type


@dataclass(frozen=True, slots=True)
class Grouping:
    """How lines fall together by one key of a window: by the same row ("row"), by the value of a column, or by item code."""

    table: str
    kind: Literal["row", "column", "code"]
    column: int = -1


@dataclass(frozen=True, slots=True)
class CodesProbe:
    """Some member of a list of the encounter has a `field` that is in the set (任一 就诊.诊断 属于 …): exact."""

    path: tuple[str, ...]
    field: tuple[str, ...]
    codes: Any


@dataclass(frozen=True, slots=True)
class TotalOver:
    """The total of `value` over all lines of the group (one day of them if `per_day`) is over `limit` (or reaches it), or the
    window's region is not known to be complete: an upper bound for every window of that group, whatever its filters."""

    grouping: Grouping
    key: Any  # the group's key: a column's cell or the row's identity; None for item codes
    value: tuple[str, ...]  # () counts lines
    per_day: bool
    limit: Any
    reaches: bool  # ≥ instead of >
    region: Region
    back: int  # days that the window looks back


@dataclass(frozen=True, slots=True)
class SharedGroup:
    """Another line of the patient (with another code, if `other_code`) is in the same group, or the region is not complete."""

    grouping: Grouping
    key: Any
    other_code: bool
    region: Region
    back: int


@dataclass(frozen=True, slots=True)
class Touch:
    """Always "may be": the exact evaluation must look."""


Shaped = Expr | Hole | PointOf | CodesProbe | TotalOver | SharedGroup | Touch


@dataclass(frozen=True, slots=True)
class Shape:
    """One condition without its constants. Rules of one shape differ only in their constants, so they share code.

    test: a `Shaped` in negation normal form; true = may be at fault.
    """

    number: int
    test: Any
    holes: tuple[Form, ...]
    exact: bool

    @property
    def width(self) -> int:
        """How many places the constants of one row take."""
        return sum(2 if form in ("months", "days") else 1 for form in self.holes)
