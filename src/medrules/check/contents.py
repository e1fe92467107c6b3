"""What stands in a checked rule: its expressions, and the tables that they look in."""
from __future__ import annotations

from medrules.check import program as ir
from medrules.check.program import Rule
from medrules.check.reads import scope_roots
from medrules.check.walk import Node, nodes

__all__ = ["roots_of", "tables_of"]


def roots_of(rule: Rule) -> tuple[Node | None, ...]:
    """Every expression of a rule but its templates."""
    return (
        *scope_roots(rule.scope), rule.guard, rule.when, *(e for _, e in rule.lets),
        *(e for x in rule.exempt for e in (x.when, x.but)), rule.deduct.expr,
    )


def tables_of(rule: Rule) -> list[str]:
    """Names of the tables a rule looks in, that of its scope first."""
    names: dict[str, None] = {}
    if isinstance(rule.scope, (ir.ItemScope, ir.PairScope, ir.GroupScope)) and rule.scope.table:
        names[rule.scope.table] = None
    said = (part for t in (rule.message, rule.suggestion) for part in t.parts if not isinstance(part, str))
    for node in nodes(*roots_of(rule), *said):
        match node:
            case ir.Col(table=name) | ir.Lookup(table=name) | ir.Window(table=name) if name:
                names[name] = None
            case ir.In(how="table", container=ir.Const(value=str(name))):
                names[name] = None
            case _:
                pass
    return list(names)
