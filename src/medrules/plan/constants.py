"""Prepares lifted constants: what a request is compared with is computed once, when planning."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Row
from medrules.model.values import AgeLimit, AgeRange, UnknownTouched
from medrules.plan.shapes import Form, Source

__all__ = ["END_OF_DAYS", "FIRST_DAY", "month_step", "month_steps", "prepared"]

NEVER: Final = 1_000_000_000
LAST_DAY: Final = date(2150, 1, 1).toordinal()  # nobody is born and nothing is done from here on
FIRST_DAY: Final = 0
END_OF_DAYS: Final = 10_000_000  # as open validity is written (`Row.valid_to`)


def month_step(ordinal: int) -> int:
    """`100 × months + day` of a day: completed months between two days are the difference div 100 (years: div 1,200)."""
    d = date.fromordinal(ordinal)
    return (12 * d.year + d.month) * 100 + d.day


class _MonthSteps(dict[Any, int]):
    """`month_step` by ordinal day, worked out when a day is first met: a year of reviews meets a few ten thousand days.
    A value that is no day (UNKNOWN, ABSENT) raises, as does a day outside the years that are reckoned with."""

    def __missing__(self, ordinal: Any) -> int:
        if ordinal.__class__ is not int or not 0 < ordinal < LAST_DAY:
            raise UnknownTouched
        return self.setdefault(ordinal, month_step(ordinal))


def month_steps() -> Mapping[Any, int]:
    """`month_step` of every ordinal day before LAST_DAY, to be read with `[…]`."""
    return _MonthSteps()


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
