"""须 A 或 B over different cells: one empty cell (no restriction) meets the whole."""
from __future__ import annotations

from medrules.check.context import World
from medrules.check.program import And, Attested, Col, Expr, Guard, Or
from medrules.check.rules import CheckedRule

__all__ = ["cells_in_or"]


def _cells(e: Expr) -> frozenset[Col]:
    match e:
        case Guard():
            return frozenset(e.columns)
        case Attested():
            return frozenset() if e.column is None else frozenset({e.column})
        case And() | Or():
            return frozenset(c for a in e.args for c in _cells(a))
        case _:
            return frozenset()


def cells_in_or(checked: CheckedRule, world: World) -> None:
    rule = checked.rule
    if rule is None or rule.mode != "must" or rule.when is None:
        return
    stack: list[Expr] = [rule.when]
    while stack:
        e = stack.pop()
        if isinstance(e, Or):
            each = {c for c in map(_cells, e.args) if c}
            if len(each) > 1:
                columns = "、".join(sorted({c.column for cells in each for c in cells}))
                checked.written.sink.add("MR-W305", checked.expanded.single["must"].clause.span, columns=columns)
        if isinstance(e, And | Or):
            stack.extend(e.args)
