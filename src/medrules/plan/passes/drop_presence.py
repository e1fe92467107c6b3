"""Drops `x is there` beside a comparison of x that cannot succeed on an absent value anyway.

`x 已填 且 x ≤ c` and `x 未填 或 非 x ≤ c`: comparing ABSENT with ≤ or < has no code (the exact evaluation looks), and ABSENT equals
nothing and is in no set. Only where that gives the same answer: never for `x 已填 且 非 …`.
"""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.plan.draft import Draft

__all__ = ["drop_presence"]


def drop_presence(draft: Draft) -> Draft:
    return replace(draft, conditions={k: replace(c, test=_dropped(c.test)) for k, c in draft.conditions.items()})


def _dropped(node: Any) -> Any:
    match node:
        case ir.And(args=args):
            parts = [_dropped(a) for a in args]
            compared = {x for p in parts for x in _compared(p)}
            kept = [p for p in parts if not (isinstance(p, ir.Has) and p.x in compared)]
        case ir.Or(args=args):
            parts = [_dropped(a) for a in args]
            compared = {x for p in parts if isinstance(p, ir.Not) for x in _compared(p.arg)}
            kept = [p for p in parts if not (isinstance(p, ir.Not) and isinstance(p.arg, ir.Has) and p.arg.x in compared)]
        case _:
            return node
    return kept[0] if len(kept) == 1 else replace(node, args=tuple(kept))


def _compared(node: Any) -> tuple[Any, ...]:
    """Facts whose absence makes a positive atom false (or gives it no code)."""
    match node:
        case ir.Cmp(a=a, b=b):
            return tuple(x for x in (a, b) if isinstance(x, ir.Fact))
        case ir.In(x=ir.Fact() as x, container=ir.Const() | ir.Col(), how="codes" | "list"):
            return (x,)
        case _:
            return ()
