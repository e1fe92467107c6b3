"""Short ways to what a message becomes: the request, its encounter, its first line; and an exact instant."""

from __future__ import annotations

from datetime import date
from typing import Any

from nhsa_messages import as_bytes

from medrules.adapters.nhsa import Request, read_request
from medrules.model.values import Instant


def read(sent: Any, **options: Any) -> Request:
    return read_request(as_bytes(sent), **options)


def visit(sent: Any, **options: Any) -> Any:
    return read(sent, **options).facts.current[0]


def line(sent: Any, **options: Any) -> Any:
    return visit(sent, **options).raw_items[0]


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> Instant:
    lo = date(year, month, day).toordinal() * 86_400 + hour * 3_600 + minute * 60 + second
    return Instant(lo, lo)
