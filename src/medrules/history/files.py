"""Earlier encounters from files: native facts, one request a line, read once and held in memory by patient.

For trying rules out, for tests, and for files of a few hundred thousand lines; larger histories belong into a database (`history.sql`).
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from medrules.errors import MedRulesError
from medrules.history.earlier import Earlier
from medrules.history.need import Need
from medrules.history.records import BadLine, Coverage, ReadFacts, Record, coverage_for, numbered, records_of
from medrules.history.spans import within
from medrules.model.schema import SCHEMA

__all__ = ["FileHistory"]

_ALL: frozenset[str] = frozenset(f.id for f in SCHEMA)


class FileHistory:
    """Answers from what was read when it was made. Immutable, safe between threads."""

    def __init__(self, records: Iterable[Record], said: Iterable[Coverage] = ()) -> None:
        held: dict[str, dict[tuple[str, str, str], Record]] = {}
        for one in records:
            mine = held.setdefault(one.patient, {})
            known = mine.get(one.key)
            if known is None or known.told <= one.told:
                mine[one.key] = one
        self._by_patient: Mapping[str, tuple[dict[str, Any], ...]] = {
            patient: tuple(r.values for r in mine.values()) for patient, mine in held.items()}
        general: list[Coverage] = []
        self._said: dict[str, list[Coverage]] = {}
        for c in said:
            (self._said.setdefault(c.patient, []) if c.patient else general).append(c)
        self._general = tuple(general)

    @classmethod
    def of_files(cls, paths: Iterable[Path], read: ReadFacts, said: Iterable[Coverage] = ()) -> FileHistory:
        """Read files of native facts, one request a line.

        Raises:
            BadLine: a line cannot be used; nothing of the files is. OSError: a file cannot be read.
        """
        records: list[Record] = []
        stated = list(said)
        for path in paths:
            with path.open("rb") as lines:
                for number, line in numbered(lines):
                    try:
                        found, covered = records_of(read(line))
                    except MedRulesError as error:
                        raise BadLine(path.name, number, str(error)) from None
                    records += found
                    if covered is not None:
                        stated.append(covered)
        return cls(records, stated)

    def __len__(self) -> int:
        """How many encounters it holds."""
        return sum(map(len, self._by_patient.values()))

    def earlier(self, need: Need) -> Earlier:
        covered = coverage_for((*self._general, *self._said.get(need.patient, ())), need)
        found = within(self._by_patient.get(need.patient, ()), need)
        if covered is None:
            return Earlier(need.patient, found, carries=_ALL)
        return Earlier(need.patient, found, covered.begin, covered.until, covered.reach, _ALL)
