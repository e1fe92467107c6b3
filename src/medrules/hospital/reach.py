"""How far from the lines under review a rule may find something at fault in another visit: its day then selects the version too."""
from __future__ import annotations

from typing import Final

from medrules.check.program import Const, GroupScope, PairScope, Program, Rule, StayPairScope
from medrules.model.values import Frame

__all__ = ["MOST", "reach"]

MOST: Final = 31  # days; what is further apart is judged by the versions of the request's own days
_WITHIN: Final = frozenset(("day", "encounter", "prescription", "operation"))  # both lines have one day, or are of one visit


def reach(program: Program) -> int:
    """Days, at most `MOST`: pairs may put the blame on the partner's side, groups have the day of their last line, and of two stays the
    earlier one may be at fault."""
    return max((_of(rule) for rule in program.rules), default=0)


def _of(rule: Rule) -> int:
    match rule.scope:
        case PairScope(frame=Const(value=Frame(kind=kind, n=n))):
            if kind in _WITHIN:
                return 0
            return min(MOST, {"hour_bucket": 1, "hours": n // 24 + 1, "days": n}.get(kind, MOST))
        case PairScope():
            return MOST
        case GroupScope(same=keys):
            return 0 if any(k.kind in _WITHIN for k in keys) else MOST
        case StayPairScope():
            return 0 if rule.judged == "current" else MOST
        case _:
            return 0
