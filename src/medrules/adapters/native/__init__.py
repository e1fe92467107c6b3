"""Native facts: the door for programs that speak medrules' own JSON, with Chinese or English names.

Takes → JSON bytes, text, a dict or JSONL. Gives → `Facts`, a JSON Schema, or one `InvalidFacts` that lists every error.
Never → guesses a value that was not sent.

    tree ─ quick (form, scalars) ─ what was sent ─ reader ─ Facts
       └─ doubtful: validation (models, pydantic) ─┘ or InvalidFacts
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from medrules.adapters.native.door import NATIVE, door_limited
from medrules.adapters.native.reader import read_facts, read_jsonl

if TYPE_CHECKING:
    from medrules.adapters.native.written_schema import json_schema

__all__ = ["NATIVE", "door_limited", "json_schema", "read_facts", "read_jsonl"]


def __getattr__(name: str) -> Any:
    """The JSON Schema needs pydantic, which reading facts does not: it is loaded when it is asked for."""
    if name == "json_schema":
        from medrules.adapters.native.written_schema import json_schema

        return json_schema
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
