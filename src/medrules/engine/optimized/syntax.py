"""Small constructors for `ast` nodes: generated code is built from these and never from text."""
from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

__all__ = ["assign", "attr", "both", "call", "compare", "either", "function", "item", "name", "negated", "number", "when"]

AT: dict[str, Any] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
OPS: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt, "<=": ast.LtE, "=": ast.Eq, "is": ast.Is, "is not": ast.IsNot, "in": ast.In, "!=": ast.NotEq, ">": ast.Gt,
    ">=": ast.GtE,
}


def name(ident: str) -> ast.expr:
    return ast.Name(ident, ast.Load(), **AT)


def number(value: int | bool | None) -> ast.expr:
    """The only literals in generated code: None, True, False and small ints. Everything else is bound as an object."""
    return ast.Constant(value, **AT)


def attr(owner: ast.expr, *path: str) -> ast.expr:
    for step in path:
        owner = ast.Attribute(owner, step, ast.Load(), **AT)
    return owner


def item(owner: ast.expr, key: ast.expr) -> ast.expr:
    return ast.Subscript(owner, key, ast.Load(), **AT)


def call(func: ast.expr, *args: ast.expr) -> ast.expr:
    return ast.Call(func, list(args), [], **AT)


def compare(left: ast.expr, *rest: str | ast.expr) -> ast.expr:
    """compare(a, "<=", b, "<", c)."""
    ops = [OPS[o]() for o in rest[::2] if isinstance(o, str)]
    return ast.Compare(left, ops, [e for e in rest[1::2] if isinstance(e, ast.expr)], **AT)


def both(args: Sequence[ast.expr]) -> ast.expr:
    return args[0] if len(args) == 1 else ast.BoolOp(ast.And(), list(args), **AT)


def either(args: Sequence[ast.expr]) -> ast.expr:
    return args[0] if len(args) == 1 else ast.BoolOp(ast.Or(), list(args), **AT)


def negated(arg: ast.expr) -> ast.expr:
    """`not arg`, for truth only: a double negation falls away, `==` becomes `!=`."""
    match arg:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inner
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return ast.Compare(left, [ast.NotEq()], [right], **AT)
    return ast.UnaryOp(ast.Not(), arg, **AT)


def choice(test: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """then if test else otherwise"""
    return ast.IfExp(test, then, otherwise, **AT)


def arithmetic(op: str, a: ast.expr, b: ast.expr) -> ast.expr:
    kinds: dict[str, type[ast.operator]] = {
        "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "//": ast.FloorDiv, "&": ast.BitAnd,
        "|": ast.BitOr,
    }
    return ast.BinOp(a, kinds[op](), b, **AT)


def store(target: str | Sequence[str]) -> ast.expr:
    if isinstance(target, str) or len(target) == 1:
        target = target if isinstance(target, str) else target[0]
        return ast.Name(target, ast.Store(), **AT)
    return ast.Tuple([ast.Name(t, ast.Store(), **AT) for t in target], ast.Store(), **AT)


def assign(target: str | Sequence[str], value: ast.expr) -> ast.stmt:
    return ast.Assign([store(target)], value, **AT)


def start_of(value: ast.expr, length: int) -> ast.expr:
    """value[:length]"""
    return ast.Subscript(value, ast.Slice(None, number(length), None, **AT), ast.Load(), **AT)


def put(owner: ast.expr, key: ast.expr, value: ast.expr) -> ast.stmt:
    """owner[key] = value"""
    return ast.Assign([ast.Subscript(owner, key, ast.Store(), **AT)], value, **AT)


def empty() -> ast.expr:
    """{}"""
    return ast.Dict([], [], **AT)


def do(value: ast.expr) -> ast.stmt:
    return ast.Expr(value, **AT)


def when(test: ast.expr, body: Sequence[ast.stmt], otherwise: Sequence[ast.stmt] = ()) -> ast.stmt:
    return ast.If(test, list(body), list(otherwise), **AT)


def attempt(body: Sequence[ast.stmt], caught: str, instead: Sequence[ast.stmt]) -> ast.stmt:
    handler = ast.ExceptHandler(name(caught), None, list(instead), **AT)
    return ast.Try(list(body), [handler], [], [], **AT)


def loop(targets: Sequence[str], over: ast.expr, body: Sequence[ast.stmt]) -> ast.stmt:
    return ast.For(store(targets), over, list(body), [], **AT)


def skip() -> ast.stmt:
    return ast.Continue(**AT)


def give(value: ast.expr) -> ast.stmt:
    return ast.Return(value, **AT)


def packed(values: Sequence[ast.expr]) -> ast.expr:
    return ast.Tuple(list(values), ast.Load(), **AT)


def listed(values: Sequence[ast.expr]) -> ast.expr:
    return ast.List(list(values), ast.Load(), **AT)


def each(value: ast.expr, var: str, over: ast.expr) -> ast.expr:
    """[value for var in over]"""
    return ast.ListComp(value, [ast.comprehension(store(var), over, [], 0)], **AT)


def chosen(var: str, over: ast.expr, test: ast.expr) -> ast.expr:
    """[var for var in over if test]"""
    return ast.ListComp(name(var), [ast.comprehension(store(var), over, [test], 0)], **AT)


def function(ident: str, parameters: Sequence[str], body: Sequence[ast.stmt]) -> ast.stmt:
    arguments = ast.arguments(
        posonlyargs=[ast.arg(p, **AT) for p in parameters], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None,
        defaults=[])
    return ast.FunctionDef(ident, arguments, list(body), [], None, **AT)


def build(ident: str, definition: ast.stmt, namespace: dict[str, Any]) -> Any:
    """Compile one definition in a namespace that holds nothing but what is given."""
    module = ast.Module([definition], [])
    space: dict[str, Any] = {"__builtins__": {}, **namespace}
    exec(compile(module, "<medrules plan>", "exec"), space)  # built from ast nodes of a checked program, no text
    return space[ident]
