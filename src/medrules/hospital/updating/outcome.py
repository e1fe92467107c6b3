"""What an update came to: values for people and programs, made of verified packs and of errors with codes."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medrules.errors import MedRulesError, StoreError
from medrules.packs.store import Fault, Pack

__all__ = ["Change", "Outcome", "Problem", "problem_of"]

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that kept a channel or a pack (`where`; "" = the whole update) from changing. The last good packs stay."""

    code: str
    zh: str
    en: str
    where: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "zh": self.zh, "en": self.en, "where": self.where}


@dataclass(frozen=True, slots=True)
class Change:
    """One pack whose use changed. `before` None = new here; `after` None = no longer used. `notice` is the publisher's 公示稿."""

    pack: str
    before: Pack | None
    after: Pack | None
    title: str = ""
    notice: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "pack": self.pack, "title": self.title, "from": _shown(self.before), "to": _shown(self.after), "notice": self.notice}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an update.

    activated  whether another activation took place; `sequence` is the number of the present one
    changes    what it changed
    fetched    versions that are new in the store, active or only held for orders of other days
    problems   what did not succeed; () = everything is as the channels want it
    healed     what was wrong with the store before, and was put right or is named for people
    notes      sentences that are no problem: zh, en
    cases      how many of the packs' own cases were run on trial
    """

    activated: bool
    sequence: int
    changes: tuple[Change, ...] = ()
    fetched: tuple[Pack, ...] = ()
    problems: tuple[Problem, ...] = ()
    healed: tuple[Fault, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    cases: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "activated": self.activated, "sequence": self.sequence, "changes": [c.as_json() for c in self.changes],
            "fetched": [_shown(p) for p in self.fetched], "problems": [p.as_json() for p in self.problems],
            "healed": [f.as_json() for f in self.healed], "notes": [{"zh": zh, "en": en} for zh, en in self.notes], "cases": self.cases}


def problem_of(error: MedRulesError, where: str = "") -> Problem:
    """An error as a value, with the source's own trouble if a source caused it."""
    found = getattr(error.__cause__, "fault", None)  # of a fetcher: it knows better than "cannot be read"
    if isinstance(found, Fault):
        return Problem(found.code, found.zh, found.en, where)
    if isinstance(error, StoreError):
        one = Fault(error.code, error.where, error.where_en)
        return Problem(one.code, one.zh, one.en, where)
    zh, _, en = str(error)[:_LONGEST].partition(" / ")
    return Problem(error.code, zh, en or zh, where)


def _shown(pack: Pack | None) -> dict[str, Any] | None:
    if pack is None:
        return None
    return {"pack": pack.pack, "version": str(pack.version), "sha256": pack.sha256, "mode": pack.mode, "effective": pack.effective.as_json()}
