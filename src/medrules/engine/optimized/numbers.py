"""Numbers what tests of one plan ask of a request, so that equal questions of several rules have one answer per request."""
from __future__ import annotations

from typing import Any

from medrules.frozen import dataclass
from medrules.plan.plan import Plan
from medrules.plan.rewrite import any_node
from medrules.plan.shapes import CodesProbe, Grouping, Hole, SharedGroup, TotalOver

__all__ = ["GroupSpec", "ListSpec", "Numbers", "TotalSpec"]


@dataclass(frozen=True, slots=True)
class ListSpec:
    """The codes of a list of the encounter, or their prefixes of the lengths that sets have."""

    path: tuple[str, ...]
    field: tuple[str, ...]
    as_prefixes: bool


@dataclass(frozen=True, slots=True)
class TotalSpec:
    """A total per group, or per group and day."""

    grouping: Grouping
    value: tuple[str, ...]
    per_day: bool


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """Which groups several lines (of several codes) are in."""

    grouping: Grouping
    other_code: bool


class Numbers:
    """lists, totals and groups of a plan, each met once."""

    def __init__(self, plan: Plan) -> None:
        lists: dict[ListSpec, int] = {}
        totals: dict[TotalSpec, int] = {}
        groups: dict[GroupSpec, int] = {}

        def note(node: Any) -> bool:
            match node:
                case CodesProbe():
                    lists.setdefault(list_spec(node), len(lists))
                case TotalOver():
                    totals.setdefault(total_spec(node), len(totals))
                case SharedGroup():
                    groups.setdefault(group_spec(node), len(groups))
            return False

        for shape in plan.shapes:
            any_node(shape.test, note)
        self.lists, self.totals, self.groups = tuple(lists), tuple(totals), tuple(groups)
        self._lists, self._totals, self._groups = lists, totals, groups

    def list(self, node: CodesProbe) -> int:
        return self._lists[list_spec(node)]

    def total(self, node: TotalOver) -> int:
        return self._totals[total_spec(node)]

    def group(self, node: SharedGroup) -> int:
        return self._groups[group_spec(node)]


def list_spec(node: CodesProbe) -> ListSpec:
    return ListSpec(node.path, node.field, isinstance(node.codes, Hole) and node.codes.form == "prefixes")


def total_spec(node: TotalOver) -> TotalSpec:
    return TotalSpec(node.grouping, node.value, node.per_day)


def group_spec(node: SharedGroup) -> GroupSpec:
    return GroupSpec(node.grouping, node.other_code)
