"""Gives a rule that names item codes in its condition (明细.编码 = 「…」) the index, instead of trying it on every line.

A line with another code is not at fault, whatever else is unknown; a line without a known code is never judged by rules about lines
(it is Unjudged), scanned or not. For a code that is named the comparison itself is known, so it is taken out: rules written one per
item then differ only in their limits, and fold into the shape that a table of these limits would have.
"""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.check.item_codes import named_codes
from medrules.model.types import BOOL
from medrules.plan.draft import Condition, Draft
from medrules.plan.plan import Route

__all__ = ["promote_codes"]


def promote_codes(draft: Draft) -> Draft:
    conditions = dict(draft.conditions)
    routes = []
    for route in draft.routes:
        if route.kind == "scan":
            found = _promoted(conditions[route.rule, ()])
            if found is not None:
                codes, conditions[route.rule, ()] = found
                route = Route(route.rule, "code", "codes of its condition", codes)
        routes.append(route)
    return replace(draft, routes=tuple(routes), conditions=conditions)


def _promoted(condition: Condition) -> tuple[frozenset[str], Condition] | None:
    """The codes that a condition in normal form names, and what is left to ask of them."""
    test = condition.test
    codes = named_codes(test).codes
    if codes is None:
        return None
    parts: list[Any] = list(test.args) if isinstance(test, ir.And) else [test]
    # A part that holds for more codes than all parts together holds for these, too.
    kept = [p for p in parts if not named_codes(p).whole]
    left = ir.Const(True, BOOL) if not kept else kept[0] if len(kept) == 1 else ir.And(tuple(kept), BOOL)
    return codes, replace(condition, test=left)
