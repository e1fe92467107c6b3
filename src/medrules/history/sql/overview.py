"""What a history database holds, in numbers: nothing about anybody."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from medrules.errors import InvalidHistory
from medrules.history.spans import ENDLESS
from medrules.history.sql.opening import named
from medrules.history.sql.tables import REVISION, coverage, encounter, line
from medrules.model.values import DAY_SECONDS

__all__ = ["Overview", "Stated", "overview"]


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated about completeness; `people`: for how many persons, 0 = for everybody."""

    reach: str
    institution: str
    first_day: date
    last_day: date | None
    people: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts, the first and last known day, and what is stated about completeness."""

    address: str
    revision: str
    people: int
    encounters: int
    lines: int
    institutions: int
    first_day: date | None
    last_day: date | None
    coverage: tuple[Stated, ...]


def overview(engine: Engine) -> Overview:
    """
    Raises:
        InvalidHistory: the database failed.
    """
    try:
        with engine.connect() as connection:
            people, encounters, institutions = connection.execute(select(
                func.count(encounter.c.patient.distinct()), func.count(), func.count(encounter.c.institution.distinct())).select_from(encounter)).one()
            lines = connection.execute(select(func.count()).select_from(line)).scalar_one()
            first = connection.execute(select(func.min(encounter.c.admitted)).where(encounter.c.admitted > 0)).scalar()
            last = connection.execute(
                select(func.max(encounter.c.last_line_day)).where(encounter.c.last_line_day.between(1, ENDLESS - 1))).scalar()
            general = connection.execute(select(
                coverage.c.reach, coverage.c.institution, coverage.c.first_day, coverage.c.last_day).where(coverage.c.patient == "")).all()
            personal = connection.execute(select(
                coverage.c.reach, coverage.c.institution, func.max(coverage.c.first_day), func.min(coverage.c.last_day), func.count(),
            ).where(coverage.c.patient != "").group_by(coverage.c.reach, coverage.c.institution)).all()
    except SQLAlchemyError as error:
        raise InvalidHistory(f"数据库读不了：{named(engine.url)}（{type(error).__name__}）/ cannot be read") from None
    said = [Stated(r, i, date.fromordinal(a), _day(b), 0) for r, i, a, b in general]
    said += [Stated(r, i, date.fromordinal(a), _day(b), n) for r, i, a, b, n in personal]
    return Overview(
        named(engine.url), REVISION, people, encounters, lines, institutions, _day(first // DAY_SECONDS if first else 0), _day(last), tuple(said))


def _day(ordinal: int | None) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None
