"""Exemptions: `除外「标签」：A，但 B`."""
from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from medrules.check.clauses import Placed
from medrules.check.context import RuleContext
from medrules.check.names import Place
from medrules.check.program import Exempt
from medrules.check.reporting import Refused
from medrules.language import nodes as ast

__all__ = ["exemption"]


def exemption(ctx: RuleContext, placed: Placed, place: Place) -> Exempt | None:
    """The checked exemption; None when it was refused."""
    body = placed.clause.body
    assert isinstance(body, ast.Exemption)
    if body.when is None:
        return None
    when = but = None
    with ctx.reporting_in(placed.sink):
        with suppress(Refused):
            when = ctx.truth(body.when, replace(place, clause="unless", when_empty=False))
        try:
            if body.but is not None:
                but = ctx.truth(body.but, replace(place, clause="but", when_empty=False))
        except Refused:
            when = None
    return None if when is None else Exempt(body.label, when, but, body.span)
