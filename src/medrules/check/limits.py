"""How long and how deep an expression may be once lets and definitions are written out: what is longer cannot be read by a
person, nor judged in bounded time."""
from __future__ import annotations

from typing import Final

from medrules.check.walk import Node, extent

__all__ = ["CHOICES_LIMIT", "is_too_long"]

_NODES_LIMIT: Final = 20_000
_DEPTH_LIMIT: Final = 150
CHOICES_LIMIT: Final = 6  # choices between values in one comparison: each doubles it


def is_too_long(root: Node) -> bool:
    nodes, depth = extent(root)
    return nodes > _NODES_LIMIT or depth > _DEPTH_LIMIT
