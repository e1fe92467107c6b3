"""Fills a history database from files of native facts: all or nothing, and the same files again change nothing."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from medrules.errors import InvalidHistory, MedRulesError
from medrules.history.codec import dumped
from medrules.history.records import BadLine, Coverage, ReadFacts, Record, numbered, records_of
from medrules.history.spans import line_time, marked, named_within, spans_of
from medrules.history.sql.tables import coverage, encounter, line
from medrules.model.values import Instant

__all__ = ["Loaded", "load", "state_coverage"]

_BATCH: Final = 500
_MOST_TOLD: Final = 1_000


@dataclass(slots=True)
class Loaded:
    """What a load did. `bad`: lines that could not be used; unless the caller wanted the others, nothing was written then."""

    requests: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    lines: int = 0
    bad_lines: int = 0
    bad: tuple[BadLine, ...] = ()
    written: bool = False


class _Undo(Exception):
    """Takes everything back."""


def load(
    engine: Engine, paths: Iterable[Path], read: ReadFacts, *, said: Iterable[Coverage] = (), keep_good: bool = False,
    step: Callable[[int], None] = lambda read_bytes: None,
) -> Loaded:
    """Write the encounters of files of native facts, one request a line, in one transaction. An encounter that is there already is
    replaced by a later telling.

    Args:
        said: what the caller states about completeness; stored with the encounters.
        keep_good: write the other lines when some are bad.
        step: is told how many bytes were read since the last time.

    Raises:
        InvalidHistory: the database failed; nothing was written. OSError: a file cannot be read; nothing was written.
    """
    done = Loaded()
    bad: list[BadLine] = []
    try:
        with engine.begin() as connection:
            for batch in _batches(paths, read, bad, done, step):
                _write(connection, batch, done)
            _cover(connection, said)
            done.bad = tuple(bad)
            if done.bad_lines and not keep_good:
                raise _Undo
            done.written = True
    except _Undo:
        return Loaded(requests=done.requests, bad_lines=done.bad_lines, bad=done.bad)
    except SQLAlchemyError as error:
        raise InvalidHistory(f"写入没有成功，什么都没有写（{type(error).__name__}）/ nothing was written") from None
    return done


def state_coverage(engine: Engine, said: Coverage) -> None:
    """State how complete the database is, in the place of what was stated before for the same patient, institution and reach."""
    try:
        with engine.begin() as connection:
            _cover(connection, (said,), replace=True)
    except SQLAlchemyError as error:
        raise InvalidHistory(f"写入没有成功，什么都没有写（{type(error).__name__}）/ nothing was written") from None


def _batches(
    paths: Iterable[Path], read: ReadFacts, bad: list[BadLine], done: Loaded, step: Callable[[int], None],
) -> Iterator[tuple[list[Record], list[Coverage]]]:
    records: list[Record] = []
    said: list[Coverage] = []
    for path in paths:
        with path.open("rb") as lines:
            for number, text in numbered(lines):
                step(len(text))
                try:
                    found, covered = records_of(read(text))
                except MedRulesError as error:
                    done.bad_lines += 1
                    if len(bad) < _MOST_TOLD:
                        bad.append(BadLine(path.name, number, str(error)))
                    continue
                done.requests += 1
                records += found
                if covered is not None:
                    said.append(covered)
                if len(records) >= _BATCH:
                    yield records, said
                    records, said = [], []
    yield records, said


def _key(record: Record) -> str:
    return sha256("\x1f".join(record.key).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _write(connection: Connection, batch: tuple[list[Record], list[Coverage]], done: Loaded) -> None:
    latest: dict[str, Record] = {}
    for one in batch[0]:
        key = _key(one)
        if key in latest and latest[key].told > one.told:
            done.older += 1
        else:
            done.unchanged += key in latest and latest[key].values == one.values
            latest[key] = one
    rows = {key: (_encounter_row(key, one), list(_line_rows(key, one))) for key, one in latest.items()}
    there = {
        key: (told, facts) for key, told, facts in connection.execute(
            select(encounter.c.key, encounter.c.told, encounter.c.facts).where(encounter.c.key.in_(list(rows))))}
    held = _held_lines(connection, list(there))
    wanted = []
    for key, (row, lines) in rows.items():
        if key not in there:
            done.added += 1
        elif there[key][0] > row["told"]:
            done.older += 1
            continue
        elif there[key] == (row["told"], row["facts"]) and held.get(key, []) == [r["facts"] for r in lines]:
            done.unchanged += 1
            continue
        else:
            done.changed += 1
        wanted.append(key)
    gone = [key for key in wanted if key in there]
    if gone:
        connection.execute(delete(line).where(line.c.encounter.in_(gone)))
        connection.execute(delete(encounter).where(encounter.c.key.in_(gone)))
    if wanted:
        connection.execute(insert(encounter), [rows[key][0] for key in wanted])
        lines = [row for key in wanted for row in rows[key][1]]
        done.lines += len(lines)
        if lines:
            connection.execute(insert(line), lines)
    _cover(connection, batch[1])


def _held_lines(connection: Connection, keys: list[str]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    if keys:
        found = connection.execute(
            select(line.c.encounter, line.c.facts).where(line.c.encounter.in_(keys)).order_by(line.c.encounter, line.c.place))
        for key, facts in found:
            out.setdefault(key, []).append(facts)
    return out


def _encounter_row(key: str, record: Record) -> dict[str, Any]:
    values = record.values
    spans, admitted = spans_of(values), values.get("admitted_at")
    return {
        "key": key, "patient": record.patient, "institution": record.institution, "ident": record.encounter, "told": record.told,
        "admitted": admitted.lo if isinstance(admitted, Instant) else 0, "last_day": spans.last, "last_line_day": spans.lines_last,
        "has_lines": "items" in values, "names_elsewhere": not named_within(values),
        "facts": dumped({name: value for name, value in values.items() if name != "items"}),
    }


def _line_rows(key: str, record: Record) -> Iterator[dict[str, Any]]:
    items = record.values.get("items", ())
    for place, (item, mark) in enumerate(zip(items, marked(record.values), strict=True)):
        at = line_time(item)
        yield {
            "encounter": key, "place": place, "code": mark.code, "always": mark.always, "at": 0 if at is None else at.lo, "facts": dumped(item)}


def _cover(connection: Connection, said: Iterable[Coverage], replace: bool = False) -> None:
    """Keep the statement that goes furthest on, of each patient, institution and reach."""
    for one in said:
        same = (coverage.c.patient == one.patient, coverage.c.institution == one.institution, coverage.c.reach == one.reach)
        known = connection.execute(select(coverage.c.last_day).where(*same)).scalar()
        if known is not None:
            if not replace and (known or 10**9) > (one.until or 10**9):
                continue
            connection.execute(delete(coverage).where(*same))
        connection.execute(insert(coverage).values(
            patient=one.patient, institution=one.institution, reach=one.reach, first_day=one.begin, last_day=one.until))
