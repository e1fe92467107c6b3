"""Takes every constant out of a condition, so that rules (and rows) that differ only in constants share one shape.

What the fast path has no code for becomes `Touch`: the exact evaluation looks.
"""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.model.entities import Item
from medrules.model.types import BOOL, TEXT, Type
from medrules.model.values import UNKNOWN, AgeLimit, AgeRange
from medrules.plan.draft import Condition, Draft
from medrules.plan.records import age_unit
from medrules.plan.shapes import CodesProbe, Form, Hole, PointOf, Shape, SharedGroup, Source, TotalOver, Touch

__all__ = ["lift_constants"]

AGE_OPS = {"<": "<", "<=": "<=", "=": "="}
MIRRORED = {"<": ">", "<=": ">=", "=": "="}


def lift_constants(draft: Draft) -> Draft:
    shapes: dict[tuple[Any, tuple[Form, ...]], Shape] = {}
    conditions = {}
    for key, c in draft.conditions.items():
        lifter = _Lifter(dict(cell.split(":", 1) for cell in c.pattern))
        test = lifter.truth(c.test)
        holes = tuple(lifter.forms)
        shape = shapes.get((test, holes))
        if shape is None:
            shape = shapes[test, holes] = Shape(len(shapes), test, holes, c.exact and not lifter.touched)
        conditions[key] = Condition(c.rule, c.pattern, test, shape.exact, shape.number, tuple(lifter.sources))
    return replace(draft, conditions=conditions, shapes=tuple(shapes.values()))


def _with(node: Any, **parts: Any) -> Any:
    """A node of the program with holes where constants were (which its own types do not foresee)."""
    return replace(node, **parts)


class _NoCode(Exception):
    """The fast path has no code for this node."""


class _Lifter:
    """Walks one condition and numbers its constants in the order they are met."""

    def __init__(self, cells: dict[str, str]) -> None:
        self.cells = cells
        self.sources: list[Source] = []
        self.forms: list[Form] = []
        self.touched = False

    def truth(self, node: Any) -> Any:
        match node:
            case ir.And(args=args):
                return ir.And(tuple(self.truth(a) for a in args), BOOL)
            case ir.Or(args=args):
                return ir.Or(tuple(self.truth(a) for a in args), BOOL)
            case ir.Const() | Touch():
                self.touched |= isinstance(node, Touch)
                return node
        mark = len(self.sources)
        try:
            return ir.Not(self.atom(node.arg), BOOL) if isinstance(node, ir.Not) else self.atom(node)
        except _NoCode:
            del self.sources[mark:], self.forms[mark:]
            self.touched = True
            return Touch()

    def atom(self, node: Any) -> Any:
        match node:
            case ir.Cmp(a=ir.AgeAt() as age, b=limit, op=op):
                return self.age(age, limit, AGE_OPS[op])
            case ir.Cmp(a=limit, b=ir.AgeAt() as age, op=op):
                return self.age(age, limit, MIRRORED[op])
            case ir.In(x=ir.AgeAt() as age, container=limits, how="range"):
                return self.age(age, limits, "in")
            case ir.Cmp(op=op, a=a, b=b, type=type):
                return self.comparison(op, a, b, type)
            case ir.In(x=x, container=ir.Const() | ir.Col() as codes, how="codes"):
                return _with(node, x=self.value(x), container=self.hole(codes, "codes"))
            case ir.In(x=x, container=ir.Const() | ir.Col() as members, how="list"):
                return _with(node, x=self.value(x), container=self.hole(members, "list"))
            case ir.In(x=ir.Const() | ir.Col() as x, container=ir.Fact() as members, how="list"):
                return _with(node, x=self.hole(x, "value"), container=members)
            case ir.Truth(x=x) | ir.Has(x=x):
                if isinstance(x, ir.Fact):
                    return node
                raise _NoCode
            case CodesProbe(codes=codes):
                plain = self.kind(codes) == "prefixes"
                return replace(node, codes=self.hole(codes, "prefixes" if plain else "codes"))
            case TotalOver(key=key, limit=limit):
                return replace(node, key=self.key(key), limit=self.measure(limit, node))
            case SharedGroup(key=key):
                return replace(node, key=self.key(key))
            case _:
                raise _NoCode

    def key(self, key: Any) -> Any:
        match key:
            case None:
                return None
            case PointOf():
                self.sources.append(Source(-1))
                self.forms.append("point")
                return Hole(len(self.sources) - 1, "point", TEXT)
            case _:
                return self.hole(key, "value")

    def measure(self, limit: Any, over: TotalOver) -> Any:
        """The limit of a total, on the scale of what is summed."""
        if isinstance(limit, ir.Fact):
            return limit
        scale = _scale_of_sum(over)
        return self.hole(limit, "value", scale)

    def kind(self, node: Any) -> str:
        if isinstance(node, ir.Col):
            return self.cells.get(str(node.index), "value")
        codes = node.value
        plain = not (codes.except_exact or codes.except_prefixes or codes.partial or codes.exact)
        return "prefixes" if plain else "codes"

    def hole(self, node: Any, form: Form, scale: int | None = None, ends: str = "in") -> Hole:
        """A constant or cell, taken out. Cells that hold nothing have no code here."""
        type: Type = node.type
        factor = 1
        if scale is not None and scale != type.scale:
            if scale < type.scale:
                raise _NoCode
            factor = 10 ** (scale - type.scale)
            type = replace(type, scale=scale)
        if type.precision:
            type = replace(type, precision=0)  # how many digits a number is written with does not make another shape
        if isinstance(node, ir.Col):
            if node.index < 0 or self.cells.get(str(node.index)) in ("empty", "unknown"):
                raise _NoCode
            self.sources.append(Source(node.index, None, factor, ends))
        else:
            if node.value is UNKNOWN:
                raise _NoCode
            self.sources.append(Source(-2, node.value, factor, ends))
        self.forms.append(form)
        return Hole(len(self.sources) - 1, form, type)

    def age(self, age: ir.AgeAt, limit: Any, ends: str) -> Any:
        """An age against a limit is an interval of days since birth, or of months and days since birth."""
        if not (isinstance(age.birth, ir.Fact) and isinstance(age.on, ir.Fact) and isinstance(limit, (ir.Const, ir.Col))):
            raise _NoCode
        if age.birth.path != ("encounter", "patient", "birth_date") or age.on.path != ("on",):
            raise _NoCode
        if isinstance(limit, ir.Const):
            value = limit.value
            if not isinstance(value, (AgeLimit, AgeRange)):
                raise _NoCode
            units = {age_unit(e) for e in ((value.low, value.high) if isinstance(value, AgeRange) else (value,)) if e is not None}
            form = units.pop() if len(units) == 1 else "ages" if units else "months"
        else:
            form = self.kind(limit)
        if form not in ("months", "days", "ages"):
            raise _NoCode
        return ir.In(age, self.hole(limit, form, None, ends), "range", BOOL)  # type: ignore[arg-type]

    def comparison(self, op: Any, a: Any, b: Any, type: Type) -> Any:
        kinds = {a.type.kind, b.type.kind}
        if kinds <= {"num"}:
            scale = max(a.type.scale, b.type.scale)
            return ir.Cmp(op, self.value(a, scale), self.value(b, scale), type)
        if kinds <= {"code", "text", "bool", "date", "level"}:
            return ir.Cmp(op, self.value(a), self.value(b), type)
        raise _NoCode

    def value(self, node: Any, scale: int | None = None) -> Any:
        match node:
            case ir.Const() | ir.Col():
                return self.hole(node, "value", scale)
            case ir.Fact():
                if not node.path:
                    raise _NoCode
                return node
            case ir.Arith(op="+" | "-" | "*", a=a, b=b) if a.type.kind == b.type.kind == "num":
                common = None if node.op == "*" else max(a.type.scale, b.type.scale)
                return replace(node, a=self.value(a, common), b=self.value(b, common))
            case _:
                raise _NoCode


def _scale_of_sum(over: TotalOver) -> int:
    return Item.fields[over.value[0]].type.scale if over.value else 0
