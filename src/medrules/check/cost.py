"""What a rule costs (ruling T39): 逐条 · 成组 · 历史 · 期间, and how far back its windows look."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from medrules.check import program as ir
from medrules.check.walk import Node, nodes
from medrules.knowledge.table import EMPTY, Table
from medrules.model.types import UNIT_FACTORS
from medrules.model.values import Frame

__all__ = ["Cost", "cost_of", "top_of_range"]

Cost = Literal["item", "group", "history", "period"]

# How far each frame looks back: days, or a word; ordered from near to far.
_WITHIN: Final = frozenset({"encounter", "prescription", "operation", "specimen", "site", "tooth", "time_overlap"})
_DAYS: Final[Mapping[str, int]] = {"day": 1, "hour_bucket": 1, "month": 31, "quarter": 92, "year": 366, "insurance_year": 366}
_SECONDS_A_DAY: Final = 86_400
# Windows with one of these keys stay with the stay or the institution's day; a window of the patient alone may reach anywhere.
_NARROW: Final = frozenset({"institution", "encounter", "prescription"})


def _reach(
    frame: ir.Expr, tables: Mapping[str, Table], params: Mapping[str, ir.ParamTable], narrow: bool
) -> int | None:
    """Days back, 0 = within the encounter, None = no bound is known. `narrow`: what a column without cells is taken to hold,
    spans of a day, not of months."""
    match frame:
        case ir.Const(value=Frame() as f):
            return _frame_reach(f)
        case ir.Col():
            cells = tables[frame.table].rows.cells[frame.index].distinct()
            if all(c is EMPTY for c in cells):
                return 1 if narrow and frame.type.kind == "frame" else None
            return _furthest(_frame_reach(c) if isinstance(c, Frame) else _whole_days(c, frame) for c in cells)
        case ir.Const(value=int() as n):
            return int(n // 10**frame.type.scale)
        case ir.Param():
            return _furthest(top_of_range(v, frame.type.scale) for v in params[frame.name].versions)
        case _:
            return None


def top_of_range(version: ir.ParamVersion, scale: int) -> int | None:
    """A bureau may tune the parameter to the top of its range: so far back history has to reach."""
    known = [v for v in (version.value, version.high) if isinstance(v, int)]
    return max(-(-v // 10**scale) for v in known) if known else None


def _frame_reach(f: Frame) -> int | None:
    if f.kind in _WITHIN:
        return 0
    if f.kind == "days":
        return f.n
    if f.kind == "hours":
        return f.n // 24 + 1
    return _DAYS.get(f.kind)


def _whole_days(cell: object, col: ir.Col) -> int | None:
    if cell is EMPTY:
        return 0
    if not isinstance(cell, int) or col.type.kind != "num":
        return None
    return int(cell * UNIT_FACTORS[col.type.unit][1] // _SECONDS_A_DAY // 10**col.type.scale)


def _furthest(found: Iterable[int | None]) -> int | None:
    out = 0
    for days in found:
        if days is None:
            return None
        out = max(out, days)
    return out


def cost_of(
    scope: ir.Scope, roots: tuple[Node | None, ...], tables: Mapping[str, Table], params: Mapping[str, ir.ParamTable]
) -> tuple[Cost, str]:
    """The cost class and the horizon ("" none, "encounter", "days:30", "year", "open")."""
    if isinstance(scope, ir.PeriodScope):
        return "period", ""
    found: list[int | None] = []
    grouped = not isinstance(scope, ir.ItemScope)
    for node in nodes(*roots):
        if isinstance(node, ir.Window):
            found.append(_reach(node.frame, tables, params, any(k.kind in _NARROW for k in node.same)))
    if isinstance(scope, ir.PairScope):
        found.append(_reach(scope.frame, tables, params, True))
    if isinstance(scope, ir.StayPairScope):
        return "history", "open"
    if not found:
        return ("group" if grouped else "item"), ("encounter" if grouped else "")
    furthest = _furthest(found)
    if furthest is None:
        return "history", "open"
    if furthest == 0:
        return "group", "encounter"
    if furthest == 1:
        return "group", "days:1"
    return "history", "year" if furthest >= 366 else f"days:{furthest}"
