"""Encounters as a history holds them, one record each, taken from native facts; and what is said about how complete they are."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from medrules.errors import InvalidHistory
from medrules.history.checking import name_of
from medrules.history.earlier import COVERAGES, earlier_of
from medrules.history.need import Need
from medrules.model.facts import Facts

__all__ = ["BadLine", "Coverage", "ReadFacts", "Record", "coverage_for", "numbered", "records_of"]

MAX_LINE: Final = 16 * 1024 * 1024
WIDE: Final = ("统筹区", "全国")
# Reads one line of native facts; raises a MedRulesError for what it cannot read.
ReadFacts = Callable[[bytes], Facts]


class BadLine(InvalidHistory):
    """A line of a history file that cannot be used. `line` is its number, `reason` says why without repeating what it holds."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name} 第{line}行：{reason}")
        self.name, self.line, self.reason = name, line, reason


@dataclass(frozen=True, slots=True)
class Record:
    """One encounter of one patient, with its lines, as told at a moment (`told`, seconds as in `Instant.hi`); the later telling counts."""

    patient: str
    institution: str
    encounter: str
    told: int
    values: dict[str, Any] = field(repr=False)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.patient, self.institution, self.encounter


@dataclass(frozen=True, slots=True)
class Coverage:
    """From `begin` to `until` (ordinals; until 0 = kept up to date) nothing is missing, of this reach.

    patient      "" = everybody
    institution  of the reach 本院: which one; "" = the one of whoever asks
    """

    begin: int
    until: int
    reach: str
    institution: str = ""
    patient: str = ""

    def __post_init__(self) -> None:
        if self.reach not in COVERAGES:
            raise InvalidHistory("覆盖范围应为 本院、统筹区 或 全国 / coverage: 本院, 统筹区 or 全国")
        if self.begin <= 0 or (self.until and self.until < self.begin):
            raise InvalidHistory("覆盖起止不对 / the covered days are wrong")


def coverage_for(said: Iterable[Coverage], need: Need) -> Coverage | None:
    """The statement that helps a request most: the widest reach, then the one that goes furthest on, then furthest back."""
    fitting = [
        c for c in said if c.patient in ("", need.patient)
        and (c.reach in WIDE or not c.institution or need.here == (c.institution,))]
    return max(fitting, key=lambda c: (COVERAGES.index(c.reach), c.until or 10**9, -c.begin), default=None)


def records_of(facts: Facts) -> tuple[list[Record], Coverage | None]:
    """The encounters of one request, and what it says of the patient's history up to its business time.

    Raises:
        InvalidHistory: the patient or an encounter has no id of its own, so that it could not be told from another.
    """
    earlier = earlier_of(facts)
    if not earlier.patient:
        raise InvalidHistory("患者没有唯一号 / the patient has no id")
    records = []
    places = {f"{mark}{n}" for n in range(1, len(earlier.encounters) + 1) for mark in ("", "#")}  # what the reader calls those without an id
    for values in earlier.encounters:
        institution, ident = name_of(values)
        if ident in places:
            raise InvalidHistory("就诊没有标识，无法与其他就诊区分 / an encounter has no id of its own")
        records.append(Record(earlier.patient, institution, ident, facts.business_time.hi, dict(values)))
    if not earlier.covered_from:
        return records, None
    here = {name_of({"id": "", **e.__dict__, "institution": _plain(e.institution)})[0] for e in facts.current}
    if earlier.coverage == "本院" and (len(here) != 1 or "" in here):
        return records, None
    institution = "" if earlier.coverage in WIDE else here.pop()
    return records, Coverage(earlier.covered_from, facts.business_time.day, earlier.coverage, institution, earlier.patient)


def _plain(institution: Any) -> Any:
    return getattr(institution, "__dict__", None)


def numbered(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines that are not empty, with their numbers from 1 on. One that is too long comes cut, and its reader refuses it."""
    number = 0
    while line := lines.readline(MAX_LINE + 2):
        number += 1
        rest = line
        while len(rest) == MAX_LINE + 2 and not rest.endswith(b"\n"):  # never a whole file in memory for want of a line's end
            rest = lines.readline(MAX_LINE + 2)
        if line.strip():
            yield number, line
