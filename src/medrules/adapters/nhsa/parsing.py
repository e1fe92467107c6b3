"""JSON text → values, under limits: how deep, which numbers. In its own file because there are two ways that must agree.

`parse` is the exact one: `json` calls back with the digits of every fraction as they were sent. `parse_quickly` is the parser
of pydantic, a third quicker, which makes binary fractions of them; whatever it does not take (or this file does not dare to
give it) is left to `parse`, which also knows the words of a refusal. NaN and Infinity are refused. A fraction that is a whole
number (21.0) is that whole number in both.
"""
from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from pydantic_core import from_json

from medrules.adapters.nhsa.refusals import refuse
from medrules.adapters.nhsa.site import Limits
from medrules.adapters.nhsa.values import WHOLE_BELOW

__all__ = ["FAILED", "parse", "parse_quickly", "spelled"]

FAILED: Final = object()
_NOT_MARKS: Final = bytes(set(range(256)) - set(b'[]{}"'))
_COMMA: Final = ord(",")
_SPACE: Final = ord(" ")


def parse_quickly(body: bytes | str, limits: Limits) -> Any:
    """Parse JSON (bytes: UTF-8); FAILED if it is none, or too deep, or holds anything that only the exact way takes. Only keys
    of objects are remembered from message to message, never values: those may be a person's."""
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    if _may_be_deep(raw, limits.depth) and _depth(raw, limits.depth) > limits.depth:
        return FAILED
    try:
        return from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return FAILED


def parse(text: str, limits: Limits) -> Any:
    """Parse JSON. Fractions arrive as their text, whole numbers as int.

    Raises:
        InvalidMessage: no JSON, or outside the limits.
    """
    raw = text.encode("utf-8", "surrogatepass")
    if _may_be_deep(raw, limits.depth) and _depth(raw, limits.depth) > limits.depth:
        raise refuse("too_deep", limit=limits.depth)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise refuse("not_json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise refuse("too_deep", limit=limits.depth) from None
    except ValueError:  # Python's limit on the digits of an int
        raise refuse("number") from None


def spelled(message: Any, limits: Limits, depth: int = 0) -> Any:
    """A message that a caller parsed already, with its fractions as text."""
    if depth > limits.depth:
        raise refuse("too_deep", limit=limits.depth)
    if isinstance(message, Mapping):
        return {key: spelled(value, limits, depth + 1) for key, value in message.items()}
    if isinstance(message, list):
        return [spelled(value, limits, depth + 1) for value in message]
    return _fraction(repr(message)) if isinstance(message, float) and math.isfinite(message) else message


def _may_be_deep(body: bytes, limit: int) -> bool:
    """Whether the brackets could be nested deeper than the limit; costs little where they cannot.

    A list holds one object at most of those that are nested in one another, so each list counts twice and objects right after
    a comma, which stand in a list, do not count. What stands inside a text only adds.
    """
    n, place = 0, body.find(b"[")
    while place >= 0 and n <= limit:
        n, place = n + 2, body.find(b"[", place + 1)
    place = body.find(b"{")
    while place >= 0 and n <= limit:
        if body[place - 1] != _COMMA and (body[place - 1] != _SPACE or body[place - 2] != _COMMA):
            n += 1
        place = body.find(b"{", place + 1)
    return n > limit


def _depth(body: bytes, limit: int) -> int:
    """How deep the brackets outside texts are nested. Linear in the length, whatever is sent: no backtracking."""
    if b"\\" in body:  # the escapes of a text, longest first, so that every quote that is left opens or closes one
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two quotes side by side can go: what stands after them is inside or outside a text as before.
    marks = body.translate(None, _NOT_MARKS).replace(b'""', b"")
    if b'"' in marks:
        marks = b"".join(marks.split(b'"')[::2])
    depth = deepest = 0
    for bracket in marks:
        if bracket & 2:  # [ and { have this bit, ] and } do not
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > limit:
                    break
        else:
            depth -= 1
    return deepest


def _constant(name: str) -> NoReturn:
    raise refuse("constant", name=name)


def _fraction(digits: str) -> int | str | float:
    """A number with a point or an exponent: the whole number that it is, else its digits; infinity, which nobody can read, if
    it is that large. Nothing is rounded: below `WHOLE_BELOW` a binary fraction that is whole differs from what was sent by less
    than any place that is read."""
    number = float(digits)
    if math.isinf(number):
        return number
    return int(number) if number.is_integer() and -WHOLE_BELOW < number < WHOLE_BELOW else digits


_DECODER: Final = json.JSONDecoder(parse_float=_fraction, parse_constant=_constant)
