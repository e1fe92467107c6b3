"""Prepares lifted constants: what a request is compared with is computed once, when planning."""
from __future__ import annotations

from array import array
from calendar import monthrange
from datetime import date
from typing import Any, Final

from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Row
from medrules.model.values import AgeLimit, AgeRange
from medrules.plan.shapes import Form, Source

__all__ = ["END_OF_DAYS", "FIRST_DAY", "month_step", "month_steps", "prepared"]

NEVER: Final = 1_000_000_000
LAST_YEAR: Final = 2150
FIRST_DAY: Final = 0
END_OF_DAYS: Final = 10_000_000  # as open validity is written (`Row.valid_to`)


def month_step(ordinal: int) -> int:
    """`100 × months + day` of a day: completed months between two days are the difference div 100 (years: div 1,200)."""
    d = date.fromordinal(ordinal)
    return (12 * d.year + d.month) * 100 + d.day


def month_steps() -> array[int]:
    """`month_step` of every ordinal day before LAST_YEAR; place 0 is no day."""
    steps = array("i", [0])
    for year in range(1, LAST_YEAR):
        for month in range(1, 13):
            first = (12 * year + month) * 100 + 1
            steps.extend(range(first, first + monthrange(year, month)[1]))
    return steps


def _steps(limit: AgeLimit, more: int) -> int:
    """Where a person has completed `n + more` units: in days, or in steps of months and days."""
    n = limit.n + more
    match limit.unit:
        case "天":
            return n
        case "月":
            return 100 * n
        case _:
            return 1200 * n


def age_interval(limit: AgeLimit | AgeRange, ends: str) -> tuple[int, int]:
    """[low, high) of the steps since birth that satisfy the comparison."""
    if isinstance(limit, AgeRange):
        low, high = limit.low, limit.high
        return (
            -NEVER if low is None else _steps(low, 0 if limit.low_closed else 1),
            NEVER if high is None else _steps(high, 1 if limit.high_closed else 0),
        )
    match ends:
        case "<":
            return -NEVER, _steps(limit, 0)
        case "<=":
            return -NEVER, _steps(limit, 1)
        case ">":
            return _steps(limit, 1), NEVER
        case ">=":
            return _steps(limit, 0), NEVER
        case _:
            return _steps(limit, 0), _steps(limit, 1)


def prepared(forms: tuple[Form, ...], sources: tuple[Source, ...], row: Row | None) -> tuple[Any, ...]:
    """The constants of one row, in the places that its shape's code reads."""
    out: list[Any] = []
    for form, source in zip(forms, sources, strict=True):
        if source.column == -2:
            value = source.value
        elif source.column == -1:
            out.append(None if row is None else row.point)
            continue
        else:
            assert row is not None
            value = row.cells[source.column]
        match form:
            case "value":
                out.append(value * source.factor if source.factor != 1 else value)
            case "prefixes":
                assert isinstance(value, CodeSet)
                out.append(frozenset(value.prefixes))
            case "codes":
                assert isinstance(value, CodeSet)
                out.append(value)
            case "list":
                out.append(frozenset(value))
            case "months" | "days":
                out.extend(age_interval(value, source.ends))
            case "ages":
                out.append(value)
            case _:
                raise AssertionError(form)
    return tuple(out)
