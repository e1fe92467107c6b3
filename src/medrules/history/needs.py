"""From the facts of one request to what it needs of earlier encounters: which rules look back from which of its lines, and how far.

What is asked for is never too little: windows are taken to be complete back to the day asked for, so a line that was not asked for would be
taken for not there. Where something is not known (a code set that is not finished, a key by name), more is asked for.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.program import Program, Rule, SameKey
from medrules.history.members import Members
from medrules.history.need import Codes, Need, Part
from medrules.history.reach import begin_of, frames_of
from medrules.history.spans import refund_target
from medrules.knowledge.table import Row
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, UNKNOWN, Frame
from medrules.plan.lookback import INSIDE, Look, lookback

__all__ = ["Needs"]

_EVERYTHING: Final = ((0, "", None),)
_WIDE: Final = frozenset(("统筹区", "全国"))
_Found = tuple[int, str, Codes | None]  # begin, institution, codes


class Needs:
    """The looks of one program, and how they are answered. Immutable after it is made; safe between threads."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.looks = tuple(look for look in lookback(program) if _has_rows(program.rules[look.rule], program))
        self._members = Members(program)

    def of(self, facts: Facts) -> Need | None:
        """What the request needs; None when no rule under way looks beyond it, or nobody can be asked about."""
        if not self.looks or len(facts.patients) != 1:
            return None
        (patient,) = facts.patients
        ident = patient.id
        if ident is UNKNOWN or ident is ABSENT or not facts.current:
            return None
        found: dict[tuple[int, str, bool], Codes | None] = {}
        for look in self.looks:
            for encounter in self._encounters(look, facts):
                stays = look.what in ("stays", "everything")
                for begin, institution, codes in self._of_look(look, encounter, facts):
                    key = begin, institution, stays
                    found[key] = _joined(found[key], codes) if key in found else codes
        if not found:
            return None
        if any(_names_elsewhere(e) for e in facts.current):
            found = {(0, "", True): None}  # a refund of an earlier encounter's line: netting looks through all lines
        parts = tuple(Part(begin, where, codes, stays) for (begin, where, stays), codes in sorted(found.items(), key=lambda x: x[0]))
        need = Need(ident, parts, facts.business_time, tuple(sorted({i for e in facts.current if (i := _institution(e))})))
        return None if _covered(patient, need) else need

    def silent(self, facts: Facts) -> Iterator[tuple[Rule, Any]]:
        """Rules about encounters that say nothing at all of one under review when earlier ones are not there: no binding of theirs is made
        (semantics 1.2). Whoever asked for history and got none has to say so for them."""
        for look in self.looks:
            rule = self.program.rules[look.rule]
            if look.what in ("stays", "everything") and isinstance(rule.scope, (ir.StayPairScope, ir.EachScope)):
                for encounter in self._encounters(look, facts, plainly=True):
                    yield rule, encounter

    def _encounters(self, look: Look, facts: Facts, plainly: bool = False) -> Iterator[Any]:
        """The encounters under review for which the rule speaks, as far as is plain. Of pairs and groups the earlier encounter may be the
        one whose scene decides."""
        rule = self.program.rules[look.rule]
        header, is_own = rule.header, plainly or isinstance(rule.scope, (ir.ItemScope, ir.EachScope))
        if facts.stage not in header.stages:
            return
        for encounter in facts.current:
            kind = encounter.visit_kind
            if not is_own or not header.scenes or "out_of_area" in header.scenes or kind is UNKNOWN or kind in header.scenes:
                yield encounter

    def _of_look(self, look: Look, encounter: Any, facts: Facts) -> Iterable[_Found]:
        rule, here = self.program.rules[look.rule], _institution(encounter)
        match look.what:
            case "everything":
                return _EVERYTHING
            case "refunds":
                return _EVERYTHING if _names_elsewhere(encounter) else ()
            case "stays":
                return self._stays(look, rule, encounter, here)
            case "window":
                assert look.window is not None
                return self._windows(look, look.window, rule, encounter, here)
            case "pair":
                return self._pairs(rule, encounter, here)
            case "group":
                return self._groups(rule, encounter, here)

    def _stays(self, look: Look, rule: Rule, encounter: Any, here: str) -> Iterator[_Found]:
        admitted = encounter.admitted_on
        same = rule.scope.same if isinstance(rule.scope, ir.StayPairScope) else (SameKey("institution"),)
        known = isinstance(admitted, int) and look.days is not None
        begin = max(0, admitted - (look.days or 0)) if known else 0
        yield begin, here if _is_here(same) else "", None if look.lines else Codes()

    def _windows(self, look: Look, window: ir.Window, rule: Rule, encounter: Any, here: str) -> Iterator[_Found]:
        where = here if _is_here(window.same) else ""
        for item in _lines(rule, encounter):
            for row in self._members.rows(rule, item, 0):
                begin = self._begin(look, window, row, item)
                if begin is not None:
                    yield begin, where, self._members.of_window(window, item, row)

    def _begin(self, look: Look, window: ir.Window, row: Row | None, item: Any) -> int | None:
        """The first day that the window can reach; None when it does not leave the encounter or is never looked at."""
        found = None
        for frame in frames_of(window.frame, row, self.program):
            if frame is None or (look.rolling and frame.kind in ("days", "hours")):
                return 0
            if frame.kind not in INSIDE:
                begin = begin_of(frame, item)
                found = begin if found is None else min(found, begin)
        return found

    def _pairs(self, rule: Rule, encounter: Any, here: str) -> Iterator[_Found]:
        """Both codes of the rows that name a line: partners of it, and partners of an earlier line that is at fault because of it."""
        scope = rule.scope
        assert isinstance(scope, ir.PairScope)
        if any(_may_be_anything(i) for i in _reviewed(encounter.items)):
            yield 0, "", None  # it may be the partner of any earlier line
            return
        for item in _lines(rule, encounter):
            for column in (0, 1):
                for row in self._members.rows(rule, item, column):
                    for frame in frames_of(scope.frame, row, self.program, asked_always=True):
                        codes = self._members.of_pair(scope, row)
                        if frame is None:
                            yield 0, "", codes
                        elif frame.kind not in INSIDE:
                            begin = begin_of(frame, item)
                            further = begin if frame.kind in ("day", "hour_bucket") else max(0, 2 * begin - item.on)
                            yield further, here if frame.kind in ("day", "hours", "hour_bucket") else "", codes

    def _groups(self, rule: Rule, encounter: Any, here: str) -> Iterator[_Found]:
        scope = rule.scope
        assert isinstance(scope, ir.GroupScope)
        spans = [Frame(k.kind) for k in scope.same if k.kind in ("day", "month", "quarter", "year")]
        for item in _lines(rule, encounter):
            for codes in self._members.groups(scope, item):
                yield max((begin_of(f, item) for f in spans), default=0), here if _is_here(scope.same) else "", codes


def _has_rows(rule: Rule, program: Program) -> bool:
    """Whether a rule has anything to match lines with."""
    scope = rule.scope
    return not (isinstance(scope, (ir.ItemScope, ir.PairScope, ir.GroupScope)) and scope.table and not len(program.tables[scope.table].rows))


def _reviewed(items: Any) -> Iterator[Any]:
    yield from () if items is UNKNOWN else (i for i in items if i.is_current is not False)


def _may_be_anything(item: Any) -> bool:
    return item.code is UNKNOWN or not isinstance(item.on, int)


def _lines(rule: Rule, encounter: Any) -> Iterator[Any]:
    """Lines under review that can be judged: with a code, and a day on which the rule is in force (of pairs and groups another line's day
    may be)."""
    is_own = isinstance(rule.scope, ir.ItemScope)
    raw = isinstance(rule.scope, ir.ItemScope) and rule.scope.relation == "raw_item"
    for item in _reviewed(encounter.raw_items if raw else encounter.items):
        if not _may_be_anything(item) and (not is_own or rule.valid_from <= item.on < rule.valid_to):
            yield item


def _is_here(same: tuple[SameKey, ...]) -> bool:
    return any(k.kind == "institution" for k in same)


def _institution(encounter: Any) -> str:
    institution = encounter.institution
    ident = UNKNOWN if institution is UNKNOWN or institution is ABSENT else institution.id
    return ident if isinstance(ident, str) else ""


def _names_elsewhere(encounter: Any) -> bool:
    """Whether a refund under review names a line that is not of its encounter."""
    items = encounter.raw_items
    if items is UNKNOWN:
        return False
    own = {i.id for i in items if isinstance(i.id, str)}
    return any((target := refund_target(i.__dict__)) and target not in own for i in items)


def _joined(a: Codes | None, b: Codes | None) -> Codes | None:
    if a is None or b is None:
        return None
    return a if a == b else Codes(a.exact | b.exact, tuple(sorted({*a.prefixes, *b.prefixes})))


def _covered(patient: Any, need: Need) -> bool:
    """Whether the request itself says that it holds all that is needed."""
    history = patient.history
    if history is UNKNOWN or history is ABSENT:
        return False
    begin, coverage = history.covered_from, history.coverage
    if not isinstance(begin, int) or not isinstance(coverage, str):
        return False
    return begin <= need.begin and (coverage in _WIDE or all(part.institution for part in need.parts))


