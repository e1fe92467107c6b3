"""Which item codes a condition names: `明细.编码 = 「…」 且 …` speaks of these codes only, so that it can be looked up instead of tried.

Shared by the lint that warns of scans and by the plan pass that gives such rules an index.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medrules.check import program as ir
from medrules.knowledge.codeset import CodeSet

__all__ = ["Named", "named_codes"]


@dataclass(frozen=True, slots=True)
class Named:
    """codes: outside of these the condition is False for every known or absent code, whatever else is unknown (None: no such set).
    whole: for a code among them the condition is True, so that nothing else is left to ask."""

    codes: frozenset[str] | None
    whole: bool


NOTHING = Named(None, False)


def named_codes(node: Any) -> Named:
    """What a condition over a line says of the line's own code. Kleene's False holds in 且 beside UNKNOWN, so one part is enough there."""
    match node:
        case ir.Has(x=ir.Fact() as x) if _is_code(x):
            return Named(None, True)
        case ir.Cmp(op="=", a=ir.Fact() as x, b=ir.Const(value=str() as value)) if _is_code(x):
            return Named(frozenset((value,)), True)
        case ir.Cmp(op="=", a=ir.Const(value=str() as value), b=ir.Fact() as x) if _is_code(x):
            return Named(frozenset((value,)), True)
        case ir.In(x=ir.Fact() as x, container=ir.Const(value=tuple() as values), how="list") if _is_code(x):
            return Named(frozenset(values), True) if all(isinstance(v, str) for v in values) else NOTHING
        case ir.In(x=ir.Fact() as x, container=ir.Const(value=CodeSet() as codes), how="codes") if _is_code(x):
            return Named(codes.exact, True) if _is_list(codes) else NOTHING
        case ir.And(args=args):
            parts = [named_codes(a) for a in args]
            sets = [p.codes for p in parts if p.codes is not None]
            return Named(frozenset.intersection(*sets) if sets else None, all(p.whole for p in parts))
        case ir.Or(args=args):
            parts = [named_codes(a) for a in args]
            sets = [p.codes for p in parts if p.codes is not None]
            return Named(frozenset.union(*sets), all(p.whole for p in parts)) if sets and len(sets) == len(parts) else NOTHING
        case _:
            return NOTHING


def _is_code(x: ir.Fact) -> bool:
    return x.role == "item" and x.path == ("code",)


def _is_list(codes: CodeSet) -> bool:
    return codes.system == "item" and not (codes.prefixes or codes.except_exact or codes.except_prefixes or codes.partial)
