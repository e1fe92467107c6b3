"""Parameters and definitions that no rule and no table reads."""
from __future__ import annotations

from collections.abc import Sequence

from medrules.check import program as ir
from medrules.check.context import World
from medrules.check.reporting import Sink
from medrules.check.rules import CheckedRule
from medrules.check.walk import Node, nodes
from medrules.check.windows import COURSE_GAP
from medrules.language import nodes as ast

__all__ = ["unused_names"]


def _roots(rule: ir.Rule) -> list[Node]:
    found: list[Node | None] = [rule.when, rule.deduct.expr, *(e for _, e in rule.lets)]
    found += [e for x in rule.exempt for e in (x.when, x.but)]
    found += [p for t in (rule.message, rule.suggestion) for p in t.parts if not isinstance(p, str)]
    scope = rule.scope
    found.append(scope.where)
    if isinstance(scope, ir.StayPairScope):
        found.append(scope.gap)
    if isinstance(scope, ir.PairScope):
        found.append(scope.frame)
    return [e for e in found if e is not None]


def unused_names(
    checked: Sequence[CheckedRule], world: World, parsed: Sequence[tuple[ast.File, Sink]], in_tables: frozenset[str]
) -> None:
    """Silent while a rule has errors: what it would have read is not known."""
    if any(c.rule is None for c in checked) or not checked:
        return
    params = {*in_tables, COURSE_GAP}  # a window over a course of treatment reads it without naming it
    definitions: set[str] = set()
    for c in checked:
        assert c.rule is not None
        definitions |= c.used_definitions
        params.update(n.name for n in nodes(*_roots(c.rule)) if isinstance(n, ir.Param))
    for file, sink in parsed:
        for d in file.declarations:
            if isinstance(d, ast.ParamDecl) and not {d.name, d.twin} & params:
                sink.add("MR-W306", d.span, name=d.name)
            if isinstance(d, ast.DefinitionDecl) and d.name not in definitions:
                sink.add("MR-W307", d.span, name=d.name)
