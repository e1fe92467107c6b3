"""Messages and suggestions: strings and the values printed between them."""
from __future__ import annotations

from medrules.check.clauses import Placed
from medrules.check.context import RuleContext
from medrules.check.names import Place
from medrules.check.program import Expr, Template
from medrules.check.reporting import Refused
from medrules.language import nodes as ast

__all__ = ["EMPTY_TEMPLATE", "template"]

EMPTY_TEMPLATE = Template(())


def template(ctx: RuleContext, placed: Placed | None, place: Place) -> Template:
    if placed is None or not isinstance(placed.clause.body, ast.Template):
        return EMPTY_TEMPLATE
    parts: list[str | Expr] = []
    with ctx.reporting_in(placed.sink):
        for part in placed.clause.body.parts:
            if isinstance(part, str):
                parts.append(part)
                continue
            try:
                parts.append(ctx.value(part, place))
            except Refused:
                continue  # the other parts are still looked at
    return Template(tuple(parts))
