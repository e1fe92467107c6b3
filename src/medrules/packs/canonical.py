"""JSON with one way to write each value, so that what was signed and what is read cannot differ: sorted keys, no spaces, UTF-8, a newline.

Read strictly: no key twice, no fraction, no NaN, nothing nested deeply, nothing that would be written otherwise.
"""
from __future__ import annotations

import json
from typing import Any, Final

from medrules.packs.refusals import refuse

__all__ = ["MAX_JSON", "read_canonical", "written"]

MAX_JSON: Final = 8 * 1024 * 1024


def written(value: Any) -> bytes:
    """The one form of a value of dicts, lists, texts, whole numbers, booleans and None."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def read_canonical(content: bytes, name: str, limit: int = MAX_JSON) -> Any:
    """What `written` wrote.

    Args:
        name: the file, for the error.

    Raises:
        InvalidPackFile: MR-P508 for what is no such JSON; MR-P512 for JSON that would be written otherwise.
    """
    if len(content) > limit:
        raise refuse("MR-P503", f"{name} 大于 {limit} 字节", f"{name} is larger than {limit} bytes")
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_float=_no, parse_constant=_no)
    except UnicodeDecodeError:
        raise refuse("MR-P508", f"{name} 不是 UTF-8", f"{name} is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        twice = isinstance(error, _Twice)
        raise refuse("MR-P508", f"{name} " + ("有重复的键" if twice else "不是规定的 JSON"),
                     f"{name} " + ("has a key twice" if twice else "is not JSON of the form")) from None
    try:
        same = written(value) == content
    except (ValueError, RecursionError):  # half a surrogate pair
        same = False
    if not same:
        raise refuse("MR-P512", name, name)
    return value


class _Twice(ValueError):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _Twice
    return made


def _no(word: str) -> Any:
    raise ValueError(word)
