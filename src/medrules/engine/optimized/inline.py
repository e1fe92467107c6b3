"""Generated code for conditions between entities that are at hand (a line and a member of its window): no collections inside.

`compile_test(e, ("item", "v1"))` gives a function of these two entities and the row's cells. It answers exactly or raises
(UnknownTouched, or what a missing link raises); None where a node has no code here. `compile_among` asks such a condition of all
lines of a group at once.
"""
from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from medrules.check import program as ir
from medrules.engine.optimized import syntax as s
from medrules.engine.optimized.emit import FACT_NAMES
from medrules.engine.optimized.values import earlier, filled, known, member, not_later, same_moment
from medrules.model.facts import Door
from medrules.model.values import ABSENT

__all__ = ["Among", "compile_among", "compile_test"]

Test = Callable[..., Any]
Among = Callable[[Any, list[Any], tuple[Any, ...], int, Door], list[Any]]
NAMES: Final[dict[str, Any]] = {
    "known": known, "member": member, "filled": filled, "earlier": earlier, "not_later": not_later, "same_moment": same_moment, "ABSENT": ABSENT,
}
MOMENTS: Final = {"<": "earlier", "<=": "not_later", "=": "same_moment"}


class _NoCode(Exception):
    """Not here."""


def compile_test(e: ir.Expr, roles: tuple[str, ...]) -> Test | None:
    """(entity of each role, cells of the row) → truth."""
    emitter = _Emitter(roles)
    try:
        test = emitter.truth(e)
    except _NoCode:
        return None
    names = [f"r{i}" for i in range(len(roles))]
    definition = s.function("test", [*names, "cells"], [s.give(test)])
    made: Test = s.build("test", definition, NAMES | emitter.objects)
    return made


def compile_among(e: ir.Expr, roles: tuple[str, str], counts: Callable[[Any, Door], bool]) -> Among | None:
    """(line, lines of its group, cells of the row, last second that is looked at, door) → those of its encounter, without itself, that
    make `e` true. counts: whether there is anything to judge of a line."""
    emitter = _Emitter(roles)
    line, other = s.name("r0"), s.name("r1")
    try:
        test = emitter.truth(e)
    except _NoCode:
        return None
    found = s.chosen("r1", s.name("held"), s.both([
        s.compare(other, "is not", line), test, s.compare(s.attr(other, "at", "lo"), "<=", s.name("latest")),
        s.call(s.name("counts"), other, s.name("door")), s.compare(s.attr(other, "line_kind"), "=", s.attr(line, "line_kind")),
        s.compare(s.attr(other, "encounter"), "is", s.attr(line, "encounter"))]))
    definition = s.function("among", ["r0", "held", "cells", "latest", "door"], [s.give(found)])
    made: Among = s.build("among", definition, {**NAMES, **emitter.objects, "counts": counts})
    return made


class _Emitter:
    def __init__(self, roles: tuple[str, ...]) -> None:
        self.roles = {role: f"r{i}" for i, role in enumerate(roles)}
        self.objects: dict[str, Any] = {}

    def truth(self, e: Any) -> ast.expr:
        match e:
            case ir.And(args=args):
                return s.both([self.truth(a) for a in args])
            case ir.Or(args=args):
                return s.either([self.truth(a) for a in args])
            case ir.Not(arg=arg):
                return s.negated(self.truth(arg))
            case ir.Const(value=bool() as value):
                return s.number(value)
            case ir.In(how="codes", x=ir.Fact() as x, container=ir.Const() | ir.Col() as codes):
                return s.call(s.name("member"), self.value(codes), self.value(x))
            case ir.In(how="list", x=x, container=container):
                return s.compare(s.call(s.name("known"), self.value(x)), "in", s.call(s.name("known"), self.value(container)))
            case ir.Has(x=ir.Fact() as x):
                return s.compare(s.call(s.name("known"), self.value(x)), "is not", s.name("ABSENT"))
            case ir.Truth(x=ir.Fact() as x):
                return s.compare(s.call(s.name("known"), self.value(x)), "is", s.number(True))
            case ir.Cmp(op=op, a=a, b=b) if a.type.kind == b.type.kind == "instant":
                return s.call(s.name(MOMENTS[op]), self.value(a), self.value(b))
            case ir.Cmp(op=op, a=a, b=b) if a.type.kind == b.type.kind == "num":
                scale = max(a.type.scale, b.type.scale)
                return s.compare(self.number(a, scale), op, self.number(b, scale))
            case ir.Cmp(op=op, a=a, b=b) if {a.type.kind, b.type.kind} <= {"code", "text", "bool", "date", "level"}:
                return s.compare(self.value(a), op, self.value(b))
            case _:
                raise _NoCode

    def number(self, e: Any, scale: int) -> ast.expr:
        value = self.value(e)
        return value if e.type.scale == scale else s.arithmetic("*", value, s.number(10 ** (scale - e.type.scale)))

    def value(self, e: Any) -> ast.expr:
        match e:
            case ir.Const(value=value):
                ident = f"k{len(self.objects)}"
                self.objects[ident] = value
                return s.name(ident)
            case ir.Col(index=index) if index >= 0:
                return s.call(s.name("filled"), s.item(s.name("cells"), s.number(index)))
            case ir.Fact(role=role, path=path) if path and role in self.roles and all(p in FACT_NAMES for p in path):
                return s.attr(s.name(self.roles[role]), *path)
            case _:
                raise _NoCode
