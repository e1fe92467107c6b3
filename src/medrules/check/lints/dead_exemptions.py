"""An exemption whose condition cannot hold where the rule finds anything: it never excuses anybody."""
from __future__ import annotations

from medrules.check.context import World
from medrules.check.program import And, Expr, Not, Or
from medrules.check.rules import CheckedRule

__all__ = ["dead_exemptions"]


def _all_of(e: Expr) -> tuple[Expr, ...]:
    return e.args if isinstance(e, And) else (e,)


def _any_of(e: Expr) -> tuple[Expr, ...]:
    return e.args if isinstance(e, Or) else (e,)


def _opposite(e: Expr) -> Expr:
    return e.arg if isinstance(e, Not) else Not(e, e.type)


def dead_exemptions(checked: CheckedRule, world: World) -> None:
    """当 A …, 除外 非 A: false whenever the rule is true. 须 A 或 …, 除外 A: the rule is met anyway. 除外 A，但 A: never."""
    rule = checked.rule
    if rule is None:
        return
    for exempt in rule.exempt:
        conditions = _all_of(exempt.when)
        dead = exempt.but is not None and any(c in conditions for c in _any_of(exempt.but))
        if rule.when is not None and rule.mode == "when":
            needed = _all_of(rule.when)
            dead = dead or any(_opposite(c) in needed for c in conditions)
        elif rule.when is not None and rule.mode == "must":
            enough = _any_of(rule.when)
            dead = dead or any(c in enough for c in conditions)
        if dead:
            checked.written.sink.add("MR-W302", exempt.span, label=exempt.label)
