"""What a finding says of itself to people: formula, facts, message and suggestion, from the same closures that judged."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.messages import Wording, formula, label, printed
from medrules.engine.optimized.kleene.conditions import Compiler
from medrules.engine.optimized.kleene.ground import Env, Ground
from medrules.engine.optimized.kleene.options import Option
from medrules.engine.optimized.kleene.verdicts import witnesses_by_name
from medrules.engine.optimized.kleene.windows import Code
from medrules.engine.optimized.late import Said, Why
from medrules.knowledge.table import EMPTY
from medrules.model.order import order_key

__all__ = ["Speech", "lead"]


class Speech:
    """Code for everything that one rule's findings print."""

    def __init__(self, rule: ir.Rule, roles: frozenset[str], compiler: Compiler) -> None:
        self._rule, self._roles = rule, roles  # those of the binding itself: members of lists are bound beside them
        self._codes: dict[int, Code] = {}
        # Members of existentials that a message names: it means the first witness.
        said = {n.role for t in (rule.message, rule.suggestion) for p in t.parts if not isinstance(p, str)
                for n in nodes(p) if isinstance(n, (ir.Fact, ir.Ref))} - roles
        self._witnesses = tuple(
            (var, places, code) for var, places, code in witnesses_by_name(rule, compiler) if var in said) if said else ()
        self._facts: list[tuple[str, str, ir.Fact]] = []
        for n in nodes(rule.when, rule.guard, *(x for e in rule.exempt for x in (e.when, e.but))):
            if isinstance(n, ir.Fact):
                self._compile(n, compiler)
                self._facts.append((n.role, label(n), n))
        for template in (rule.message, rule.suggestion):
            for part in template.parts:
                if not isinstance(part, str):
                    self._compile(part, compiler)
        self._parts = len(rule.message.parts) + len(rule.suggestion.parts)
        self._message, self._suggestion = _ready(rule.message), _ready(rule.suggestion)
        if rule.deduct.kind == "formula" and rule.deduct.expr is not None:
            self._terms(rule.deduct.expr, compiler)

    def _compile(self, e: ir.Expr, compiler: Compiler) -> None:
        if id(e) not in self._codes:
            self._codes[id(e)] = compiler.value(e)

    def _terms(self, e: ir.Expr, compiler: Compiler) -> None:
        """The parts of a formula that are printed with their numbers."""
        match e:
            case ir.Arith():
                parts: tuple[ir.Expr, ...] = (e.a, e.b)
            case ir.Prim(op="proportion"):
                parts = e.args
            case _:
                return self._compile(e, compiler)
        for part in parts:
            self._terms(part, compiler)
        return None

    def _env(self, o: Option, ground: Ground) -> Env:
        """The binding in which a finding speaks."""
        if not self._witnesses:
            return o.env
        env = dict(o.env)
        named: Env = {}
        for var, places, witnesses in self._witnesses:
            env.pop(var, None)
            found = []
            if var not in named and (o.row is None or all(o.row.cells[p] is not EMPTY for p in places)):
                found = witnesses(env, o.row, ground)
            env.pop(var, None)
            if found:
                named[var] = min(found, key=order_key) if type(found[0]).key == "item" else found[0]
        return env | named

    def said(self, o: Option, ground: Ground) -> Said:
        """Message and suggestion of a finding led by one option."""
        codes, env, row = self._codes, self._env(o, ground), o.row

        def value(e: ir.Expr) -> Any:
            return codes[id(e)](env, row, ground)

        ground.meter.spend(self._parts)
        message, suggestion = self._message, self._suggestion
        return (
            message if isinstance(message, str) else message.told(value),
            suggestion if isinstance(suggestion, str) else suggestion.told(value))

    def why(self, o: Option, amounts: Iterable[int | None], ground: Ground) -> Why:
        """The facts it rests on, and the formula of its deduction."""
        codes, env, row = self._codes, self._env(o, ground), o.row

        def value(e: ir.Expr) -> Any:
            return codes[id(e)](env, row, ground)

        ground.meter.spend(1 + len(self._facts))
        used: dict[str, str] = {}
        for role, name, fact in self._facts:
            if role in self._roles and name not in used:
                used[name] = printed(value(fact), fact.type)
        return tuple(used.items()), formula(self._rule.deduct, value, amounts)


def _ready(template: ir.Template) -> str | Wording:
    """A template made ready; the text itself where it says the same of every line."""
    made = Wording(template)
    return made.told(_nothing) if all(isinstance(p, str) for p in template.parts) else made


def _nothing(e: ir.Expr) -> Any:
    raise AssertionError("a constant text asks for nothing")


def lead(options: list[Option]) -> Option:
    """The option whose numbers are shown: the earliest partner, then the lowest knowledge point."""
    return options[0] if len(options) == 1 else min(options, key=_first)


def _first(o: Option) -> Any:
    return () if o.partner is None else order_key(o.partner), "" if o.row is None else o.row.point
