"""Rules that differ from a rule in one place: a comparison turned round or moved by its bound, a clause dropped.

What the checker put in by itself (guards of absent facts, empty cells) is not mutated: no author wrote it.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from medrules.check import program as ir
from medrules.check.readable import readable
from medrules.model.types import BOOL

__all__ = ["Mutant", "mutants"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`what` says the change in words; `rule` is the changed rule."""

    what: str
    rule: ir.Rule


def mutants(rule: ir.Rule) -> Iterator[Mutant]:
    """Every mutant of a rule, in the same order for the same text whatever its tables hold."""
    if rule.when is not None:
        for what, when in _inside(rule.when):
            yield Mutant(f"条件 {what}", replace(rule, when=when))
    where = getattr(rule.scope, "where", None)
    if where is not None:
        yield Mutant("去掉 针对 的 其中", replace(rule, scope=replace(rule.scope, where=None)))  # type: ignore[call-arg]
        for what, changed in _inside(where):
            yield Mutant(f"其中 {what}", replace(rule, scope=replace(rule.scope, where=changed)))  # type: ignore[call-arg]
    for n, exempt in enumerate(rule.exempt):
        rest = rule.exempt[:n] + rule.exempt[n + 1:]
        yield Mutant(f"去掉 除外「{exempt.label}」", replace(rule, exempt=rest))
        if exempt.but is not None:
            changed = (*rule.exempt[:n], replace(exempt, but=None), *rule.exempt[n + 1:])
            yield Mutant(f"去掉 除外「{exempt.label}」的 但", replace(rule, exempt=changed))
        for what, when in _inside(exempt.when):
            changed = (*rule.exempt[:n], replace(exempt, when=when), *rule.exempt[n + 1:])
            yield Mutant(f"除外「{exempt.label}」 {what}", replace(rule, exempt=changed))
    if rule.deduct.kind != "none":
        yield Mutant("扣减 改为 无", replace(rule, deduct=replace(rule.deduct, kind="none", expr=None, per_group=False)))


def _inside(expr: Any) -> Iterator[tuple[str, Any]]:
    """Changed copies of an expression."""
    match expr:
        case ir.And(args=args) if any(isinstance(a, ir.Has) for a in args):
            for n, arg in enumerate(args):  # a guard and its atom: only the atom was written
                if not isinstance(arg, ir.Has):
                    yield from _put(expr, "args", (args[:n], args[n + 1:]), _inside(arg))
            return
        case ir.And(args=args) | ir.Or(args=args):
            word = "且" if isinstance(expr, ir.And) else "或"
            for n in range(len(args)):
                rest = args[:n] + args[n + 1:]
                yield f"去掉{word}的一边：{_said(args[n])}", rest[0] if len(rest) == 1 else replace(expr, args=rest)
            for n, arg in enumerate(args):
                yield from _put(expr, "args", (args[:n], args[n + 1:]), _inside(arg))
            return
        case ir.Cmp(op=op) | ir.CmpRatio(op=op):
            yield f"反过来：{_said(expr)}", ir.Not(expr, BOOL)
            if op in ("<", "<="):
                yield f"边界：{_said(expr)}", replace(expr, op="<=" if op == "<" else "<")
        case ir.In() | ir.Truth() | ir.Has() | ir.Attested() | ir.Declared():
            yield f"反过来：{_said(expr)}", ir.Not(expr, BOOL)
    if isinstance(expr, (ir.Const, ir.Fact, ir.Col, ir.Param, ir.Guard)) and not isinstance(expr, ir.Guard):
        return
    for field in fields(expr):
        value = getattr(expr, field.name)
        if field.name in ("type", "columns", "x", "frame", "same") and not isinstance(value, ir.Quant | ir.Agg | ir.Excess):
            continue
        if isinstance(value, tuple):
            for n, one in enumerate(value):
                if is_dataclass(one) and not isinstance(one, type):
                    yield from _put(expr, field.name, (value[:n], value[n + 1:]), _inside(one))
        elif is_dataclass(value) and not isinstance(value, type):
            for what, changed in _inside(value):
                yield what, replace(expr, **{field.name: changed})


def _put(expr: Any, name: str, around: tuple[tuple[Any, ...], tuple[Any, ...]], found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    before, after = around
    for what, changed in found:
        yield what, replace(expr, **{name: (*before, changed, *after)})


def _said(expr: Any) -> str:
    return readable(expr)[:60]
