"""Reads a request that has no errors, without the models: the same form, the same converters, in the same order.

Anything that is not plainly right raises `Doubtful`; the request is then read again by the models, which say what is wrong and
where. So there is one place that words errors, and a process whose senders make none never loads pydantic.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from medrules.adapters.native.door import fact_id
from medrules.adapters.native.form import REQUEST, Written, form_of
from medrules.adapters.native.scalars import Reading, WrongValue, converter, read_flag

__all__ = ["Doubtful", "read_quickly"]

_Read = Callable[[Any, Reading], Any]


class Doubtful(Exception):
    """Something that only the models can judge."""


class _Field(NamedTuple):
    name: str
    zh: str
    en: str
    required: bool
    read: _Read


def read_quickly(tree: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """What was sent, by field name: run-time values, UNKNOWN, None for "none", dicts, lists of dicts; fields that were not sent
    are not there.

    Raises:
        Doubtful: the models must look at it. What `reading` holds by then must be thrown away.
    """
    try:
        return _object(REQUEST, tree, reading)
    except (WrongValue, RecursionError):
        raise Doubtful from None


def _object(key: str, given: Any, reading: Reading) -> dict[str, Any]:
    if type(given) is not dict:
        raise Doubtful
    found: dict[str, Any] = {}
    for name, zh, en, required, read in _fields(key):
        if zh in given:
            if en in given and en != zh:
                raise Doubtful
            found[name] = read(given[zh], reading)
        elif en in given:
            found[name] = read(given[en], reading)
        elif required:
            raise Doubtful
    if len(found) != len(given):  # a field of no such name
        raise Doubtful
    return found


@lru_cache(maxsize=32)
def _fields(key: str) -> tuple[_Field, ...]:
    return tuple(_Field(w.name, w.zh, w.en, w.required, _reader(w, key == REQUEST)) for w in form_of(key))


def _reader(written: Written, is_request: bool) -> _Read:
    match written.kind:
        case "value":
            assert written.fact is not None
            return converter(written.fact)
        case "one":
            return _one(written)
        case "many":
            return _many(written, is_request and written.name == "encounter")
        case "flag":
            return lambda value, _: read_flag(written.zh, value)
        case "names":
            return _names


def _one(written: Written) -> _Read:
    key, may_be_code = written.entity, written.entity == "physician"

    def read(value: Any, reading: Reading) -> Any:
        if written.may_be_empty and (value is None or (isinstance(value, str) and not value.strip())):
            return None
        return _object(key, {"id": value} if may_be_code and isinstance(value, str) else value, reading)

    return read


def _many(written: Written, one_is_list: bool) -> _Read:
    key, least, most = written.entity, written.least, written.most

    def read(value: Any, reading: Reading) -> Any:
        if one_is_list and type(value) is dict:
            value = [value]
        if type(value) is not list or not least <= len(value) <= most:
            raise Doubtful
        return [_object(key, one, reading) for one in value]

    return read


def _names(value: Any, _: Reading) -> list[str]:
    if type(value) is not list or not all(type(name) is str for name in value):
        raise Doubtful
    try:
        for name in value:
            fact_id(name)
    except KeyError:
        raise Doubtful from None
    return value


