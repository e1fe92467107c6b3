"""Rebuilding an expression from the bottom up: what passes are written with."""
from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from medrules.frozen import fields, replace

__all__ = ["any_node", "rebuild"]


@lru_cache(maxsize=256)
def _slots(kind: Any) -> tuple[str, ...]:
    """Fields of a node that may hold nodes: every field but types and plain data."""
    return tuple(f.name for f in fields(kind) if f.name not in _PLAIN)


_PLAIN = frozenset({"type", "path", "field", "links", "role", "op", "how", "table", "column", "index", "name", "kind", "entity",
                    "var", "anchor", "same", "own", "fn", "label", "text", "descending", "when_empty"})


def _is_node(value: Any) -> bool:
    return type(value).__module__ in ("medrules.check.program", "medrules.plan.shapes")


def rebuild(node: Any, change: Callable[[Any], Any]) -> Any:
    """`node` with `change` applied to every direct part; the node itself when nothing changed."""
    new: dict[str, Any] = {}
    kind: Any = type(node)
    for name in _slots(kind):
        value = getattr(node, name)
        if _is_node(value):
            changed: Any = change(value)
        elif isinstance(value, tuple) and value and all(_is_node(v) for v in value):
            changed = tuple(change(v) for v in value)
            if all(a is b for a, b in zip(changed, value, strict=True)):
                changed = value
        else:
            continue
        if changed is not value:
            new[name] = changed
    return replace(node, **new) if new else node


def any_node(node: Any, question: Callable[[Any], bool]) -> bool:
    """Whether any node at or below answers yes."""
    if question(node):
        return True
    kind: Any = type(node)
    for name in _slots(kind):
        value = getattr(node, name)
        parts = value if isinstance(value, tuple) else (value,)
        if any(_is_node(p) and any_node(p, question) for p in parts):
            return True
    return False
