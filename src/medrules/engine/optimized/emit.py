"""From shapes to code: the test of a shape as an `ast` expression over the line `m`, its constants and the request.

Names in generated code are the engine's own (`m`, `on`, `h0_1`, `q2`, …). Attribute names come from `Fact` paths and are checked
against the schema's field names; values of the author's are bound as objects. Nothing an author writes becomes code.
"""
from __future__ import annotations

import ast
from typing import Any, Final, Protocol

from medrules.check import program as ir
from medrules.engine.optimized import syntax as s
from medrules.model.entities import ENTITIES
from medrules.plan.shapes import CodesProbe, Hole, Shape, SharedGroup, TotalOver, Touch

__all__ = ["FACT_NAMES", "Places", "emit", "hole_names", "line_fact", "open_days"]

FACT_NAMES: Final = frozenset(f for e in ENTITIES for f in e.fields)


class Places(Protocol):
    """Where generated code finds the line's code, and what is read once per request."""

    def code(self) -> ast.expr: ...

    def fact(self, path: tuple[str, ...]) -> ast.expr: ...

    def probe(self, node: CodesProbe) -> ast.expr: ...

    def totals(self, node: TotalOver) -> ast.expr: ...

    def groups(self, node: SharedGroup) -> ast.expr: ...

    def bound(self, region: str) -> ast.expr: ...

    def alone(self) -> ast.expr: ...

    def step(self) -> ast.expr: ...


def hole_names(shape: Shape, prefix: str) -> tuple[tuple[str, ...], ...]:
    """The local names of each hole's constants; ages as intervals have two."""
    return tuple(
        (f"{prefix}{i}a", f"{prefix}{i}b") if form in ("months", "days") else (f"{prefix}{i}",)
        for i, form in enumerate(shape.holes))


def emit(shape: Shape, places: Places, prefix: str) -> ast.expr:
    """The test of a shape: true = may be at fault."""
    return _Emitter(places, hole_names(shape, prefix)).truth(shape.test)


def line_fact(path: tuple[str, ...], owner: str = "m") -> ast.expr:
    for step in path:
        if step not in FACT_NAMES:
            raise ValueError(f"no fact is called `{step}`")
    return s.attr(s.name(owner), *path)


def open_days(node: TotalOver | SharedGroup, places: Places) -> list[ast.expr]:
    """Whether the window may reach back to days that are not known completely."""
    if node.region == "encounter":
        return []
    start = s.name("on") if node.back == 0 else s.arithmetic("-", s.name("on"), s.number(node.back))
    return [s.compare(start, "<", places.bound(node.region))]


class _Emitter:
    def __init__(self, places: Places, holes: tuple[tuple[str, ...], ...]) -> None:
        self.places, self.holes = places, holes

    def truth(self, node: Any) -> ast.expr:
        match node:
            case ir.And(args=args):
                return s.both([self.truth(a) for a in args])
            case ir.Or(args=args):
                return s.either([self.truth(a) for a in args])
            case ir.Not(arg=arg):
                return s.negated(self.truth(arg))
            case ir.Const(value=bool() as value):
                return s.number(value)
            case Touch():
                return s.number(True)
            case ir.Cmp(op=op, a=a, b=b):
                scale = max(a.type.scale, b.type.scale)
                return s.compare(self.aligned(a, scale), op, self.aligned(b, scale))
            case ir.In(x=ir.AgeAt(), container=Hole() as limits):
                return self.age(limits)
            case ir.In(x=x, container=Hole() as codes, how="codes"):
                return s.call(s.name("member"), self.value(codes), self.value(x))
            case ir.In(x=x, container=members):
                return s.compare(self.value(x), "in", self.value(members))
            case ir.Truth(x=x):
                return s.call(s.name("known"), self.value(x))
            case ir.Has(x=x):
                return s.compare(s.call(s.name("known"), self.value(x)), "is not", s.name("ABSENT"))
            case CodesProbe(codes=Hole(form="prefixes") as codes):
                return s.negated(s.call(s.attr(self.value(codes), "isdisjoint"), self.places.probe(node)))
            case CodesProbe(codes=codes):
                return s.call(s.name("any_member"), self.value(codes), self.places.probe(node))
            case TotalOver():
                return self.total(node)
            case SharedGroup():
                return self.shared(node)
            case _:
                raise AssertionError(node)

    def value(self, node: Any) -> ast.expr:
        match node:
            case Hole(index=index):
                return s.name(self.holes[index][0])
            case ir.Fact(path=("encounter", *below)) if below:
                return self.places.fact(tuple(below))
            case ir.Fact(path=("on",)):
                return s.name("on")
            case ir.Fact(path=("code",)):
                return self.places.code()
            case ir.Fact(path=path):
                return line_fact(path)
            case ir.Arith(op=op, a=a, b=b):
                scale = 0 if op == "*" else max(a.type.scale, b.type.scale)
                return s.arithmetic(op, self.aligned(a, scale), self.aligned(b, scale))
            case _:
                raise AssertionError(node)

    def aligned(self, node: Any, scale: int) -> ast.expr:
        """A number on `scale` (never smaller than its own); other values as they are."""
        value = self.value(node)
        if node.type.kind == "num" and node.type.scale < scale:
            return s.arithmetic("*", value, s.number(10 ** (scale - node.type.scale)))
        return value

    def age(self, limits: Hole) -> ast.expr:
        names = [s.name(n) for n in self.holes[limits.index]]
        match limits.form:
            case "months":
                return s.compare(names[0], "<=", self.places.step(), "<", names[1])
            case "days":
                days = s.arithmetic("-", s.name("on"), self.places.fact(("patient", "birth_date")))
                return s.compare(names[0], "<=", days, "<", names[1])
            case _:
                born = s.call(s.name("known"), self.places.fact(("patient", "birth_date")))
                return s.call(s.attr(names[0], "contains"), born, s.name("on"))

    def total(self, node: TotalOver) -> ast.expr:
        totals = self.places.totals(node)
        key = self.places.code() if node.key is None else self.value(node.key)
        if node.per_day:
            key = s.packed([key, s.name("on")])
        amount = s.item(totals, key)
        if node.grouping.kind == "code":
            own = line_fact(node.value) if node.value else s.number(1)
            amount = s.choice(self.places.alone(), own, amount)
        over = s.compare(amount, ">=" if node.reaches else ">", self.value(node.limit))
        return s.either([*open_days(node, self.places), over])

    def shared(self, node: SharedGroup) -> ast.expr:
        key = self.places.code() if node.key is None else self.value(node.key)
        return s.either([*open_days(node, self.places), s.compare(s.item(self.places.groups(node), key), "is", s.name("MANY"))])


