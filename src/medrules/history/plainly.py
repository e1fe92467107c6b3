"""Whether a condition on a line under review is plainly false: so that a rule about drugs asks nothing because of a bed charge."""
from __future__ import annotations

from typing import Any

from medrules.check import program as ir
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["plainly_false"]


def plainly_false(condition: ir.Expr | None, role: str, line: Any) -> bool:
    """Whether the condition is false of a line, whatever else is known. False = it may hold."""
    return _truth(condition, role, line) is False


def _truth(e: ir.Expr | None, role: str, line: Any) -> bool | None:
    """True, False, or None: looked at by others."""
    match e:
        case ir.And(args=args):
            return _of_all([_truth(a, role, line) for a in args], False)
        case ir.Or(args=args):
            return _of_all([_truth(a, role, line) for a in args], True)
        case ir.Not(arg=arg):
            inside = _truth(arg, role, line)
            return None if inside is None else not inside
        case ir.Has(x=ir.Fact() as fact):
            value = _value(fact, role, line)
            return None if value is UNKNOWN else value is not ABSENT
        case ir.In(x=ir.Fact() as fact, container=ir.Const(value=tuple() as members), how="list"):
            value = _value(fact, role, line)
            return None if value is UNKNOWN or value is ABSENT else value in members
        case ir.Cmp(op="=", a=ir.Fact() as fact, b=ir.Const(value=str() as word)):
            value = _value(fact, role, line)
            return None if value is UNKNOWN or value is ABSENT else bool(value == word)
        case _:
            return None


def _of_all(truths: list[bool | None], decisive: bool) -> bool | None:
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _value(fact: ir.Fact, role: str, line: Any) -> Any:
    """A text, code or flag of the line itself; UNKNOWN for anything else."""
    if fact.role != role or len(fact.path) != 1:
        return UNKNOWN
    found = getattr(line, fact.path[0])
    return found if found is ABSENT or isinstance(found, str) else UNKNOWN
