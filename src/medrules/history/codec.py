"""The values of an encounter as JSON text and back, exactly as a door has read them: what a database holds of it.

Not native facts: how those are read depends on flags of their request (有扣减台账, 零点是时刻, 不能提供), and a review should not have to read
them again. Three kinds of value have no JSON of their own: a moment {"@t": [lo, hi]}, "there is none" {"@a": 1}, a complete list of plain
values {"@l": […]}.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from medrules.model.values import ABSENT, Instant

__all__ = ["dumped", "parsed"]


def dumped(values: Mapping[str, Any]) -> str:
    """One JSON object, without spaces; the same values give the same text."""
    return json.dumps(_out(values), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def parsed(text: str) -> dict[str, Any]:
    """The values of a text that `dumped` made.

    Raises:
        ValueError: it is not one.
    """
    found = _in(json.loads(text))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _out(value: Any) -> Any:
    if value is ABSENT:
        return {"@a": 1}
    if isinstance(value, Instant):
        return {"@t": [value.lo, value.hi]}
    if isinstance(value, tuple):
        return {"@l": [_out(one) for one in value]}
    if isinstance(value, Mapping):
        return {name: _out(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_out(one) for one in value]
    if isinstance(value, (str, int)):
        return value
    raise TypeError(f"no value of facts: {type(value).__name__}")


def _in(value: Any) -> Any:
    if isinstance(value, list):
        return [_in(one) for one in value]
    if not isinstance(value, dict):
        if isinstance(value, (str, int)):
            return value
        raise ValueError("no value of facts")
    match value:
        case {"@t": [int(lo), int(hi)], **rest} if not rest:
            return Instant(lo, hi)
        case {"@a": 1, **rest} if not rest:
            return ABSENT
        case {"@l": list(held), **rest} if not rest:
            return tuple(_in(one) for one in held)
        case _:
            return {name: _in(one) for name, one in value.items()}
