"""Exemptions of one rule (除外), and answers that all lines of an encounter share."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.optimized.kleene.conditions import Compiler
from medrules.engine.optimized.kleene.ground import Env, Ground
from medrules.engine.optimized.kleene.options import Option
from medrules.engine.optimized.kleene.subjects import stay_of
from medrules.engine.optimized.kleene.truths import Truth, Unsure, conj, neg
from medrules.engine.optimized.kleene.windows import Code
from medrules.knowledge.table import Row

__all__ = ["Excuse", "excuse", "is_shared", "may_be_claimed", "once"]


@dataclass(slots=True)
class Excuse:
    """One exemption, as asked (`holds`) and with what the door cannot carry left open (`open`)."""

    label: str
    holds: Code
    open: Code
    is_shared: bool  # whether all lines of an encounter get the same answer


def may_be_claimed(e: Excuse, o: Option, ground: Ground) -> bool:
    return e.open(o.env, o.row, ground).__class__ is Unsure and e.holds(o.env, o.row, ground) is False


def excuse(e: ir.Exempt, compiler: Compiler) -> Excuse:
    return Excuse(e.label, _but(e, compiler, 1), _but(e, compiler, 0), is_shared(e.when, e.but))


OF_ENCOUNTER = (ir.Const, ir.Fact, ir.Cmp, ir.In, ir.And, ir.Or, ir.Not, ir.Has, ir.Truth, ir.Quant, ir.Members)


def is_shared(*parts: ir.Expr | None) -> bool:
    """Whether nothing is asked but facts of the encounter and members of its lists."""
    for n in nodes(*parts):
        if not isinstance(n, OF_ENCOUNTER):
            return False
        if isinstance(n, ir.In) and n.how not in ("codes", "list"):
            return False
        if isinstance(n, (ir.Fact, ir.Members)) and n.path[:1] != ("encounter",) and not n.role.startswith("v"):
            return False
    return True


def once(code: Code, is_shared: bool, env: Env, row: Row | None, line: Any, ground: Ground) -> Truth:
    """An answer that all lines of one encounter share is found once."""
    if not is_shared:
        return code(env, row, ground)  # type: ignore[no-any-return]
    key = id(code), id(stay_of(line))
    found: Truth | None = ground.shared.get(key)
    if found is None:
        found = ground.shared[key] = code(env, row, ground)
    return found


def _but(e: ir.Exempt, compiler: Compiler, excuse: int) -> Code:
    when = compiler.truth(e.when, excuse)
    if e.but is None:
        return when
    but = compiler.truth(e.but, -excuse)

    def holds(env: Env, row: Row | None, ground: Ground) -> Truth:
        answer = when(env, row, ground)
        return answer if answer is False else conj((answer, neg(but(env, row, ground))))

    return holds
