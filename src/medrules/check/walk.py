"""Walking a checked expression: its parts, each node once. Guards, reads, cost and lints are built on it."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from medrules.check import program as ir
from medrules.frozen import replace

__all__ = ["Node", "extent", "nodes", "parts", "replaced"]

Node = ir.Expr | ir.Members | ir.Window

# For each kind of node the attributes that hold nodes (an expression, a collection, a tuple of expressions, or None).
_PARTS: Final[Mapping[type, tuple[str, ...]]] = MappingProxyType({
    ir.Const: (), ir.Fact: (), ir.Ref: (), ir.Col: (), ir.Declared: (),
    ir.Param: ("keys",), ir.Lookup: ("keys",), ir.AgeAt: ("birth", "on"), ir.Arith: ("a", "b"), ir.Prim: ("args",),
    ir.Choose: ("condition", "then", "otherwise"), ir.Ratio: ("num", "den"), ir.Cmp: ("a", "b"),
    ir.CmpRatio: ("ratio", "r"), ir.In: ("x", "container"), ir.And: ("args",), ir.Or: ("args",), ir.Not: ("arg",),
    ir.Has: ("x",), ir.Truth: ("x",), ir.Guard: ("columns", "atom"), ir.Attested: ("column",),
    ir.Quant: ("over", "body"), ir.Agg: ("over", "value"), ir.DayOrdinal: ("over",), ir.Rank: ("over", "by"),
    ir.KindRank: ("over", "value"), ir.Excess: ("over", "value", "limit"),
    ir.Members: ("where",), ir.Window: ("frame", "where", "course_gap"),
})


def parts(node: Node) -> Iterator[Node]:
    """The nodes directly inside."""
    for name in _PARTS[type(node)]:
        value: Any = getattr(node, name)
        if value is None:
            continue
        if isinstance(value, tuple):
            yield from value
        else:
            yield value


def nodes(*roots: Node | None) -> Iterator[Node]:
    """Every node below the roots, the roots included; a shared node is met once."""
    seen: set[int] = set()
    stack: list[Node] = [r for r in reversed(roots) if r is not None]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        stack.extend(reversed(list(parts(node))))


def replaced(node: Any, old: Node, new: Node) -> Any:
    """`node` with the part that is `old` replaced by `new`."""
    if node is old:
        return new
    changes: dict[str, Any] = {}
    for name in _PARTS[type(node)]:
        value: Any = getattr(node, name)
        if isinstance(value, tuple):
            made: Any = tuple(replaced(v, old, new) for v in value)
            if any(x is not y for x, y in zip(made, value, strict=True)):
                changes[name] = made
        elif value is not None:
            made = replaced(value, old, new)
            if made is not value:
                changes[name] = made
    return replace(node, **changes) if changes else node


def extent(root: Node) -> tuple[int, int]:
    """How many nodes the expression has when written out (a shared node counts each time), and how deep they are nested."""
    known: dict[int, tuple[int, int]] = {}
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if id(node) in known:
            continue
        inside = list(parts(node))
        if done:
            known[id(node)] = (
                1 + sum(known[id(p)][0] for p in inside), 1 + max((known[id(p)][1] for p in inside), default=0))
        else:
            stack.append((node, True))
            stack.extend((p, False) for p in inside)
    return known[id(root)]
