"""Cases as JSON, so that a hospital needs no YAML library: the same cases, numbers with the digits that were written."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from medrules.cases.case import Case, CaseError, cases_of
from medrules.cases.yaml_reader import parse_cases, parse_data

__all__ = ["as_json", "json_name"]


def json_name(name: str) -> str:
    """What a case file is called in a pack file."""
    return name.removesuffix(".yaml") + ".json" if name.endswith(".yaml") else name


def as_json(content: bytes, name: str) -> bytes:
    """A case file as JSON.

    Raises:
        CaseError: it does not have the form of cases, or says something that JSON cannot say alike.
        MissingExtra: it is YAML and PyYAML is not installed.
    """
    last = name.rpartition("/")[2]
    data = parse_data(content, last)
    try:
        made = (_written(data) + "\n").encode()
    except UnicodeEncodeError:
        raise CaseError(f"{last}：有半个代理对，不是文字 / half of a surrogate pair is no text") from None
    if _told(cases_of(data, last)) != _told(parse_cases(made, json_name(last))):
        raise CaseError(f"{name}：有的值写成 JSON 会变（键不是文字，或数的写法特别）/ a value would change as JSON")
    return made


def _told(cases: Sequence[Case]) -> list[object]:
    """Everything that cases say but the name of their file; a decimal and a whole number are told apart."""
    return [(replace(c, file=""), repr(c.facts), repr(c.request)) for c in cases]


def _written(value: Any) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case Mapping():
            return "{" + ",".join(f"{_text(str(k))}:{_written(v)}" for k, v in value.items()) + "}"
        case str():
            return _text(value)
        case Sequence():
            return "[" + ",".join(map(_written, value)) + "]"
        case None | bool() | int():
            return json.dumps(value)
    raise CaseError(f"JSON 写不了 {type(value).__name__} / JSON cannot say it")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
