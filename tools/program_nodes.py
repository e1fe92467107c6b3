"""All nodes of a rule's parts, whatever they are: for pages that count or name what a rule uses."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any


def nodes_below(value: Any) -> Iterator[Any]:
    """All nodes below a value; iterative, so that depth does not matter."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif is_dataclass(one) and not isinstance(one, type):
            yield one
            stack.extend(getattr(one, f.name) for f in fields(one) if f.name not in ("source", "span", "header"))
