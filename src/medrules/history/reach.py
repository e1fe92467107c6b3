"""How far back the frame of a window goes from a line: the first day on which a line of it can lie."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.program import Program
from medrules.knowledge.table import EMPTY, Row
from medrules.model.types import UNIT_FACTORS
from medrules.model.values import UNKNOWN, Frame, Instant
from medrules.plan.lookback import top_of

__all__ = ["begin_of", "frames_of"]

_USE_DAYS: Final = 84  # no line is taken to be used longer than this (engine.reference.frames.MAX_USE_DAYS)
_SECONDS_A_DAY: Final = 86_400


def begin_of(frame: Frame, item: Any) -> int:
    """The first day on which a line can lie that stands in this frame with `item`; 0 = however far back."""
    day = int(item.on)
    match frame.kind:
        case "days":
            return max(0, day - frame.n + 1)
        case "hours":
            return max(0, day - frame.n // 24 - 1)
        case "day" | "hour_bucket":
            return day
        case "month" | "quarter" | "year" | "insurance_year":
            d = date.fromordinal(day)
            month = d.month if frame.kind == "month" else (d.month - 1) // 3 * 3 + 1 if frame.kind == "quarter" else 1
            return date(d.year, month, 1).toordinal()
        case "use_overlap" | "time_overlap":
            begin = item.begin
            start = min(day, begin.day) if isinstance(begin, Instant) else day
            return max(0, start - _USE_DAYS + 1)
        case _:
            return 0


def frames_of(frame: ir.Expr, row: Row | None, program: Program, asked_always: bool = False) -> Iterator[Frame | None]:
    """The frames that an expression may stand for in a binding with this row; None = one without a bound that is known here.

    Args:
        row: None = some row of the table.
        asked_always: whether an empty or 待编 cell leaves the span open (a pair's). In a condition an empty cell is not asked, and with a
          待编 one nothing is known, with or without history.
    """
    match frame:
        case ir.Const(value=Frame() as found):
            yield found
        case ir.Const(value=int() as n):
            yield Frame("days", int(n // 10**frame.type.scale))
        case ir.Param(name=name):
            top = top_of(program.params, name)
            yield None if top is None else Frame("days", top)
        case ir.Col(table=table, index=index) if index >= 0:
            column = program.tables[table].rows.cells[index]
            for cell in column.distinct() if row is None else (row.cells[index],):
                if cell is not EMPTY and cell is not UNKNOWN:
                    yield _of_cell(cell, frame)
                elif asked_always:
                    yield None
        case _:
            yield None


def _of_cell(cell: Any, column: ir.Col) -> Frame | None:
    if isinstance(cell, Frame):
        return cell
    if isinstance(cell, int):
        seconds = cell * UNIT_FACTORS[column.type.unit][1] if column.type.unit in UNIT_FACTORS else cell * _SECONDS_A_DAY
        return Frame("days", -(-int(seconds) // (_SECONDS_A_DAY * 10**column.type.scale)))
    return None
