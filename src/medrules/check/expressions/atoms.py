"""How an atom gets its guards: choices lifted, ABSENT operands, EMPTY cells with the polarity of the place."""
from __future__ import annotations

from collections.abc import Callable

from medrules.check.context import RuleContext
from medrules.check.guards import choices_lifted, choices_to_lift, columns_read, guarded, present
from medrules.check.limits import CHOICES_LIMIT
from medrules.check.names import Place
from medrules.check.program import Expr, Members, Window

__all__ = ["atom", "whole"]


def atom(
    ctx: RuleContext, place: Place, build: Callable[[tuple[Expr, ...]], Expr], *operands: Expr, absent: bool = True
) -> Expr:
    """The condition that `build` makes of the operands, with its guards."""

    def one(these: tuple[Expr, ...]) -> Expr:
        made = build(these)
        return whole(ctx, place, present(made, *these) if absent else made, *these)

    if choices_to_lift(*operands) > CHOICES_LIMIT:
        ctx.sink.refuse("MR-C222", ctx.here, name="若")
    return choices_lifted(operands, one)


def whole(ctx: RuleContext, place: Place, made: Expr, *reads: Expr | Members | Window) -> Expr:
    """`made`, guarded for the cells that `reads` reads."""
    if not place.guarding:
        return made
    columns = columns_read(ctx.table_named, *reads)
    if place.recording:
        ctx.record(columns, place.when_empty)
    return guarded(made, columns, place.when_empty)
