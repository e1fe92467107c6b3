"""A version in trial (mode shadow): what it would change, request by request, written to a log that holds no names and no numbers of
persons, visits or lines; and the summary of such logs.

    {"format":"medrules-shadow","schema":1,"day":"2026-07-02","before":"2026.6.2","after":"2026.7.1","changes":[
      {"rule":"GZ…","name":"…","kind":"new","department":"A03","result":"definite","interaction":"soft","was":0,"is":4100}]}

One line for each request that both versions judged, with an empty list where they agree. Amounts are fen: what the report deducts.
"""
from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from medrules.engine.screening.whereabouts import Whereabouts
from medrules.errors import PACK_ERRORS, PackError
from medrules.hospital.business_days import span_of
from medrules.model.facts import Facts
from medrules.model.reports import Finding, Report

__all__ = ["Change", "RuleTrial", "TrialLog", "Trials", "compared", "read_trials"]

FORMAT: Final = "medrules-shadow"
SCHEMA: Final = 1
KINDS: Final = ("new", "gone", "changed")
MAX_LINE: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Change:
    """One finding that the version in trial adds, drops or says otherwise. was, is_: deducted, fen."""

    rule: str
    name: str
    kind: str
    department: str
    result: str
    interaction: str
    was: int
    is_: int

    def as_json(self) -> dict[str, Any]:
        return {"rule": self.rule, "name": self.name, "kind": self.kind, "department": self.department, "result": self.result,
                "interaction": self.interaction, "was": self.was, "is": self.is_}


def compared(facts: Facts, before: Report, after: Report) -> tuple[Change, ...]:
    """What another version would change of the report of one request."""
    places = Whereabouts(facts, {})
    old, new = _by_place(before), _by_place(after)
    out = []
    for key in dict.fromkeys((*old, *new)):
        a, b = old.get(key), new.get(key)
        shown = b or a
        assert shown is not None
        if a is not None and b is not None and _said(a) == _said(b):
            continue
        kind = "new" if a is None else "gone" if b is None else "changed"
        out.append(Change(
            shown.rule, shown.name, kind, places.of(shown).department, shown.result, shown.interaction,
            0 if a is None else a.credited, 0 if b is None else b.credited))
    return tuple(out)


def _by_place(report: Report) -> dict[Any, Finding]:
    return {(f.rule, f.anchor, f.at_fault): f for f in report.findings}


def _said(f: Finding) -> Any:
    return f.result, f.interaction, f.amount, f.credited


class TrialLog:
    """Appends to a file, one write for each request: several threads and, on POSIX, several processes may share it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)

    def __call__(self, facts: Facts, before: Report, after: Report) -> None:
        made = {
            "format": FORMAT, "schema": SCHEMA, "day": date.fromordinal(span_of(facts)[0]).isoformat(), "before": before.pack_version,
            "after": after.pack_version, "changes": [c.as_json() for c in compared(facts, before, after)]}
        line = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)


# ---------------------------------------------------------------- the summary


@dataclass(slots=True)
class RuleTrial:
    """One rule over a whole log. was, is_: fen."""

    name: str
    kinds: Counter[str] = field(default_factory=Counter)
    departments: Counter[str] = field(default_factory=Counter)
    was: int = 0
    is_: int = 0


@dataclass(slots=True)
class Trials:
    """What versions in trial would change.

    versions     ("2026.6.2", "2026.7.1") → requests
    differing    requests of which anything would change
    departments  department → [findings more, findings less, changed, amount was, amount is]
    """

    requests: int = 0
    differing: int = 0
    first: str = ""
    last: str = ""
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: dict[str, RuleTrial] = field(default_factory=dict)
    departments: dict[str, RuleTrial] = field(default_factory=dict)

    def count(self, entry: Mapping[str, Any]) -> None:
        day, changes = entry["day"], entry["changes"]
        self.requests += 1
        self.differing += bool(changes)
        self.first, self.last = min(self.first or day, day), max(self.last, day)
        self.versions[entry["before"], entry["after"]] += 1
        for c in changes:
            for held in (self.rules.setdefault(c["rule"], RuleTrial(c["name"])), self.departments.setdefault(c["department"], RuleTrial(""))):
                held.kinds[c["kind"]] += 1
                held.departments[c["department"]] += 1
                held.was += c["was"]
                held.is_ += c["is"]


def read_trials(paths: Iterable[Path], told: Any = lambda lines: None) -> Trials:
    """The summary of shadow logs.

    Raises:
        PackError: MR-P412, a line that is not of this form; the end of a line that is being written is left out.
    """
    made = Trials()
    for path in paths:
        for number, line in enumerate(_lines(path), 1):
            try:
                made.count(_entry(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                zh, en = PACK_ERRORS["MR-P412"]
                raise PackError(f"{path.name} 第 {number} 行：{zh} / line {number}: {en}", "MR-P412") from error
            told(made.requests)
    return made


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE):
            if line.endswith(b"\n") or len(line) == MAX_LINE:
                yield line


def _entry(line: bytes) -> dict[str, Any]:
    entry = json.loads(line)
    if entry["format"] != FORMAT or entry["schema"] != SCHEMA:
        raise ValueError("another form")
    date.fromisoformat(entry["day"])
    for text in (entry["before"], entry["after"], *(c[k] for c in entry["changes"] for k in ("rule", "name", "department"))):
        if not isinstance(text, str):
            raise TypeError("no text")
    for c in entry["changes"]:
        if c["kind"] not in KINDS or type(c["was"]) is not int or type(c["is"]) is not int:
            raise ValueError("a change of another form")
    return entry  # type: ignore[no-any-return]
