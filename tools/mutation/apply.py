"""Puts a mutant into the running process: the code of the module's functions is exchanged, so that whoever holds one has it too."""
from __future__ import annotations

import ast
import importlib
import types
from collections.abc import Iterator
from typing import Any


def _functions(holder: Any, module: str, seen: set[int]) -> Iterator[types.FunctionType]:
    """The functions that a module or class of it defines, below properties and decorators."""
    for value in list(vars(holder).values()):
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if isinstance(value, property):
            yield from (f for f in (value.fget, value.fset) if isinstance(f, types.FunctionType))
            continue
        value = getattr(value, "__wrapped__", value)
        if isinstance(value, types.FunctionType) and value.__module__ == module:
            yield value
        elif isinstance(value, type) and value.__module__ == module and id(value) not in seen:
            seen.add(id(value))
            yield from _functions(value, module, seen)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def apply(module: str, tree: ast.Module) -> int:
    """Exchange the code of every function whose code the mutant changes, and changed defaults; how many were exchanged."""
    held = importlib.import_module(module)
    assert held.__file__ is not None
    made = {c.co_qualname: c for c in _codes(compile(tree, held.__file__, "exec", dont_inherit=True))}
    changed = 0
    for function in _functions(held, module, set()):
        new = made.get(function.__code__.co_qualname)
        if new is None or new.co_freevars != function.__code__.co_freevars:
            continue
        if new != function.__code__:
            function.__code__ = new
            changed += 1
    return changed
