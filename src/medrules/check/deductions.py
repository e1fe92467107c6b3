"""扣减: the whole line, nothing, or a formula in 元."""
from __future__ import annotations

from medrules.check.clauses import Placed
from medrules.check.context import RuleContext
from medrules.check.names import Place
from medrules.check.program import Deduct, Fault, GroupScope, MembersFault, Ratio, Scope, WitnessFault
from medrules.check.reporting import Refused
from medrules.check.typenames import kind_zh
from medrules.language import nodes as ast

__all__ = ["deduction"]


def deduction(ctx: RuleContext, placed: Placed | None, scope: Scope, fault: tuple[Fault, ...], place: Place) -> Deduct | None:
    """The checked deduction; None when it was refused. Without the clause nothing is deducted."""
    if placed is None or not isinstance(placed.clause.body, ast.Deduct):
        return Deduct("none", None, False, "")
    body = placed.clause.body
    text = _text(placed, body)
    if body.kind != "formula" or body.formula is None:
        return Deduct("none" if body.kind == "none" else "all", None, False, text)
    with ctx.reporting_in(placed.sink):
        try:
            made = ctx.value(body.formula, place)
        except Refused:
            return None
        if made.type.kind != "num" or made.type.unit != "元" or isinstance(made, Ratio):
            ctx.sink.add("MR-T111", body.formula.span, given=kind_zh(made.type))
            return None
    per_group = isinstance(scope, GroupScope) or any(isinstance(f, MembersFault | WitnessFault) for f in fault)
    return Deduct("formula", made, per_group, text)


def _text(placed: Placed, body: ast.Deduct) -> str:
    source = placed.sink.source
    span = body.span
    return source.text[span.start:span.end].strip() if source is not None else ""
