"""Answers from a database: one statement per request, for one patient, the codes and days asked for."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, and_, cast, exists, func, literal, or_, select, true, union_all
from sqlalchemy import Integer as IntegerType
from sqlalchemy import String as StringType

from medrules.history.codec import parsed
from medrules.history.earlier import Earlier
from medrules.history.need import Codes, Need, Part
from medrules.history.records import Coverage, coverage_for
from medrules.history.sql.opening import connect
from medrules.history.sql.tables import coverage, encounter, line
from medrules.model.schema import SCHEMA

__all__ = ["SqlHistory"]

_ALL: frozenset[str] = frozenset(f.id for f in SCHEMA)


class SqlHistory:
    """A history provider over a prepared database. Safe between threads: each question takes a connection of the pool."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, address: str) -> SqlHistory:
        """
        Raises:
            InvalidHistory, MissingExtra: see `connect`.
        """
        return cls(connect(address))

    def close(self) -> None:
        self._engine.dispose()

    def earlier(self, need: Need) -> Earlier:
        with self._engine.connect() as connection:
            rows = connection.execute(statement(need)).all()
        encounters: dict[str, dict[str, Any]] = {}
        lines: dict[str, list[tuple[int, str]]] = {}
        said: list[Coverage] = []
        for what, key, number, other, facts in rows:
            match what:
                case "e":
                    encounters[key] = parsed(facts)
                    if number:
                        lines.setdefault(key, [])
                case "l":
                    lines.setdefault(key, []).append((number, facts))
                case _:
                    said.append(Coverage(number, other, facts, key))
        for key, held in lines.items():
            encounters[key]["items"] = [parsed(facts) for _, facts in sorted(held)]
        covered = coverage_for(said, need)
        found = tuple(encounters[key] for key in sorted(encounters))
        if covered is None:
            return Earlier(need.patient, found, carries=_ALL)
        return Earlier(need.patient, found, covered.begin, covered.until, covered.reach, _ALL)


def statement(need: Need) -> Any:
    """The one statement: rows (what, key, number, number, text), for encounters, lines and coverage."""
    of_patient = and_(encounter.c.patient == need.patient, encounter.c.admitted <= need.until.hi)
    inside = encounter.alias()
    everything = exists(select(1).select_from(inside).where(inside.c.patient == need.patient, inside.c.names_elsewhere.is_(True)))
    wanted = (
        select(line.c.encounter, line.c.place, line.c.facts).join(encounter, encounter.c.key == line.c.encounter)
        .where(of_patient, line.c.at <= need.until.hi, or_(everything, *(and_(_is_there(p), _is_meant(p)) for p in need.parts)))
    ).cte("wanted")
    encounters = select(
        literal("e"), encounter.c.key, cast(encounter.c.has_lines, IntegerType), literal(0), encounter.c.facts,
    ).where(of_patient, or_(
        encounter.c.key.in_(select(wanted.c.encounter)), everything, encounter.c.has_lines.is_(False), *(_is_there(p) for p in need.parts if p.stays)))
    lines = select(literal("l"), wanted.c.encounter, wanted.c.place, literal(0), wanted.c.facts)
    covered = select(
        literal("c"), coverage.c.institution, coverage.c.first_day, coverage.c.last_day, cast(coverage.c.reach, StringType),
    ).where(coverage.c.patient.in_(("", need.patient)))
    return union_all(encounters, lines, covered)


def _is_there(part: Part) -> Any:
    """Whether an encounter is one of those of a part."""
    last = encounter.c.last_day if part.stays else encounter.c.last_line_day
    where = encounter.c.institution.in_(("", part.institution)) if part.institution else true()
    return and_(last >= part.begin, where)


def _is_meant(part: Part) -> Any:
    """Whether a line is one of those of a part."""
    if part.codes is None:
        return true()
    return or_(line.c.always.is_(True), *_of(part.codes))


def _of(codes: Codes) -> list[Any]:
    found: list[Any] = [line.c.code.in_(sorted(codes.exact))] if codes.exact else []
    by_length: dict[int, list[str]] = {}
    for prefix in codes.prefixes:
        by_length.setdefault(len(prefix), []).append(prefix)
    return [*found, *(func.substr(line.c.code, 1, n).in_(sorted(held)) for n, held in sorted(by_length.items()))]
