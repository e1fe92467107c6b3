"""A let that nothing reads: a slip, or a clause that was changed without it."""
from __future__ import annotations

from medrules.check.context import World
from medrules.check.rules import CheckedRule
from medrules.language import nodes as ast

__all__ = ["unused_lets"]


def unused_lets(checked: CheckedRule, world: World) -> None:
    """Only the rule's own lets: one that 同 brings along may well be replaced in every clause that read it."""
    if checked.rule is None:
        return
    for clause in checked.written.rule.clauses:
        if clause.key == "let" and isinstance(clause.body, ast.Let) and clause.body.name not in checked.used_lets:
            checked.written.sink.add("MR-W301", clause.body.span, name=clause.body.name)
