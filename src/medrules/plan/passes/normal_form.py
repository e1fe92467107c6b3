"""Brings negations to the atoms, flattens 且 and 或 and drops what is constant, so that bounds know an atom's sign."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.model.types import BOOL
from medrules.plan.draft import Draft
from medrules.plan.shapes import Touch

__all__ = ["normal_form", "signed"]

TRUE, FALSE = ir.Const(True, BOOL), ir.Const(False, BOOL)


def normal_form(draft: Draft) -> Draft:
    return replace(draft, conditions={k: replace(c, test=signed(c.test, True)) for k, c in draft.conditions.items()})


def signed(node: Any, positive: bool) -> Any:
    """Negation normal form of `node`, or of its negation.

    Kleene logic allows De Morgan and double negation; Touch (cannot be decided) is its own negation.
    """
    match node:
        case ir.Not(arg=arg):
            return signed(arg, not positive)
        case ir.And(args=args) | ir.Or(args=args):
            is_and = isinstance(node, ir.And) is positive
            return _joined([signed(a, positive) for a in args], is_and)
        case ir.Const(value=bool() as value):
            return TRUE if value is positive else FALSE
        case Touch():
            return node
        case ir.Guard(atom=atom):
            return signed(atom, positive)
        case _:
            return node if positive else ir.Not(node, BOOL)


def _joined(args: list[Any], is_and: bool) -> Any:
    kind: type[ir.And] | type[ir.Or] = ir.And if is_and else ir.Or
    decides, neutral = (FALSE, TRUE) if is_and else (TRUE, FALSE)
    flat: list[Any] = []
    for a in args:
        flat.extend(a.args if isinstance(a, kind) else (a,))
    if any(a == decides for a in flat if isinstance(a, ir.Const)):
        return decides
    flat = [a for a in flat if a != neutral]
    if not flat:
        return neutral
    return flat[0] if len(flat) == 1 else kind(tuple(flat), BOOL)
