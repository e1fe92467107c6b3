"""Calls: functions of the registry, definitions applied to a line, parameters by key."""
from __future__ import annotations

from types import MappingProxyType
from typing import Final

from medrules.check.context import RuleContext
from medrules.check.expressions.references import definition_value, entity_named, parameter
from medrules.check.names import PARAMETER_WORDS, Bound, Place, bare, suggestion
from medrules.check.program import Expr, Prim, Ratio
from medrules.check.typenames import kind_zh, unit_zh
from medrules.check.units import DIGITS_LIMIT, compatible, digits, sum_type, to_finer
from medrules.diagnostics.codes import Twin
from medrules.functions import FUNCTIONS, Function, find
from medrules.language import nodes as ast
from medrules.model.types import MONEY, Type

__all__ = ["call"]

_WANTED: Final = MappingProxyType({
    "moment": Twin("日期或时间", "a date or time"), "item": Twin("一条明细", "a line"), "number": Twin("数", "a number"),
    "money": Twin("金额（元）", "an amount in yuan"),
})


def call(ctx: RuleContext, node: ast.Call, place: Place, expected: Type | None) -> Expr:
    parts = node.name.parts
    if parts[0] in PARAMETER_WORDS and len(parts) == 2:
        return parameter(ctx, node.name, node.args, place)
    name = parts[0] if len(parts) == 1 else ""
    if name in ctx.world.definitions:
        return _applied(ctx, node, name, place, expected)
    function = find(name)
    if function is None:
        if name in ctx.world.broken:
            ctx.sink.give_up()
        known = [*(w for f in FUNCTIONS for w in (f.zh, f.en)), *ctx.world.definitions]
        near = suggestion(".".join(parts), known)
        ctx.sink.refuse("MR-N108", node.name.span, word=".".join(parts), near=near or "、".join(f.zh for f in FUNCTIONS))
    if len(node.args) != len(function.parameters):
        ctx.sink.refuse(
            "MR-T109", node.span, name=function.zh, wanted=len(function.parameters), given=len(node.args),
            form=function.signature)
    return _function(ctx, node, function, place)


def _applied(ctx: RuleContext, node: ast.Call, name: str, place: Place, expected: Type | None) -> Expr:
    """`是药品（药）`: the definition read with that line in the place of 明细."""
    argument = entity_named(ctx, node.args[0], place) if len(node.args) == 1 and isinstance(node.args[0], ast.Name) else None
    if argument is None:
        ctx.sink.refuse("MR-T109", node.span, name=name, wanted=1, given=len(node.args), form=f"{name}（明细）")
    return definition_value(ctx, name, place, argument, expected)


def _function(ctx: RuleContext, node: ast.Call, function: Function, place: Place) -> Expr:
    args = [
        _line(ctx, function, a, place) if p.kind == "item" else ctx.value(a, place)
        for a, p in zip(node.args, function.parameters, strict=True)
    ]
    for made, p, arg in zip(args, function.parameters, node.args, strict=True):
        wanted = {"moment": ("date", "instant"), "item": ("entity",), "number": ("num",), "money": ("num",)}[p.kind]
        if isinstance(made, Ratio):
            ctx.sink.refuse("MR-T110", arg.span)
        if made.type.kind not in wanted or (p.kind == "money" and made.type.unit != "元"):
            ctx.sink.refuse("MR-T119", arg.span, what=Twin(function.signature, function.en), wanted=_WANTED[p.kind],
                            given=kind_zh(made.type))
    match function.id:
        case "distance":
            if args[0].type.kind != args[1].type.kind:
                ctx.sink.refuse("MR-T103", node.span, a=kind_zh(args[0].type), b=kind_zh(args[1].type))
            unit, precision = ("天", 7) if args[0].type.kind == "date" else ("秒", 12)
            return Prim("distance", tuple(args), Type("num", unit=unit, precision=precision))
        case "overlap":
            return Prim("overlap", tuple(args), Type("num", unit="秒", precision=12))
        case "proportion":
            part, whole = _one_unit(ctx, node, args[1], args[2])
            return Prim("proportion", (args[0], part, whole), MONEY)
        case "ratio":
            part, whole = _one_unit(ctx, node, args[0], args[1])
            return Ratio(part, whole, Type("num", scale=4, precision=6))
        case _:
            a, b = _one_unit(ctx, node, args[0], args[1])
            t = sum_type(a.type, b.type)
            if digits(t) > DIGITS_LIMIT:
                ctx.sink.refuse("MR-T108", node.span, digits=digits(t), limit=DIGITS_LIMIT)
            return Prim(function.id, (a, b), t)


def _line(ctx: RuleContext, function: Function, node: ast.Expr, place: Place) -> Expr:
    bound: Bound | None = entity_named(ctx, node, place) if isinstance(node, ast.Name) else None
    if bound is None or bound.entity != "item" or bound.path:
        ctx.sink.refuse("MR-T119", node.span, what=Twin(function.signature, function.en), wanted=_WANTED["item"],
                        given=Twin("别的", "something else"))
    return bare(bound)


def _one_unit(ctx: RuleContext, node: ast.Call, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    both = to_finer(a, b)
    if both is None or not compatible(both[0].type, both[1].type):
        ctx.sink.refuse("MR-T104", node.span, a=unit_zh(a.type), b=unit_zh(b.type))
    return both
