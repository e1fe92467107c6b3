"""Findings whose words are written when somebody reads them: most are counted, filtered or sent as codes and never read."""
from __future__ import annotations

from typing import Any, Final, Literal

from medrules.engine.optimized.making import open_twin
from medrules.frozen import fields
from medrules.model.reports import Claim, Finding, LineRef, Result

__all__ = ["ByRule", "LateFinding", "Own", "Part", "Said", "Why", "late"]

Said = tuple[str, str]  # message, suggestion
Why = tuple[tuple[tuple[str, str], ...], str]  # facts, formula
Part = Literal["said", "why"]
Telling = tuple[Any, ...]  # a function (…, part) that finds the words, and all that it is told before the part
# What all findings of a rule share: rule, sub_rules, name, version, result, interaction, basis, pack, its version and hash.
ByRule = tuple[str, tuple[str, ...], str, str, Result, str, tuple[str, ...], str, str, str]
# What is a finding's own: anchor, involved, rows, claims, amount, credited, carried_by, claimable.
Own = tuple[LineRef, tuple[LineRef, ...], tuple[str, ...], tuple[Claim, ...], int | None, int, str, tuple[str, ...]]
FIELDS: Final = tuple(f.name for f in fields(Finding))


def _shared(place: int) -> Any:
    return property(lambda self: _by_rule(self)[place])


def _held(place: int) -> Any:
    return property(lambda self: _own(self)[place])


def _alone() -> Any:
    return property(lambda self: (_own(self)[0],))


def _told(place: int) -> Any:
    return property(lambda self: self.told()[place])


def _shown(place: int) -> Any:
    return property(lambda self: self.shown()[place])


class LateFinding(Finding):
    """A `Finding` like any other (equal to it, if its fields are). All but its words is there when it is made; `message` and
    `suggestion`, and apart from them `facts` and `formula`, are worked out at first reading, from the same frozen facts."""

    __slots__ = ("_by_rule", "_own", "_said", "_tell", "_why")

    rule, sub_rules, name, version = _shared(0), _shared(1), _shared(2), _shared(3)
    result, interaction, basis = _shared(4), _shared(5), _shared(6)
    pack, pack_version, pack_hash = _shared(7), _shared(8), _shared(9)
    anchor, involved, rows, claims, amount = _held(0), _held(1), _held(2), _held(3), _held(4)
    credited, carried_by, claimable = _held(5), _held(6), _held(7)
    at_fault = _alone()
    message, suggestion = _told(0), _told(1)
    facts, formula = _shown(0), _shown(1)

    def __new__(cls, *args: Any, **fields: Any) -> Any:
        """Copies (`dataclasses.replace`) are plain findings."""
        return Finding(*args, **fields)

    def told(self) -> Said:
        """What people read: (message, suggestion)."""
        found: Said | None = _said(self)
        if found is None:
            tell, *known = _tell(self)
            found = tell(*known, "said")
            _set_said(self, found)
        return found

    def shown(self) -> Why:
        """What it rests on: (facts, formula)."""
        found: Why | None = _why(self)
        if found is None:
            tell, *known = _tell(self)
            found = tell(*known, "why")
            _set_why(self, found)
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and all(getattr(self, f) == getattr(other, f) for f in FIELDS)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, f) for f in FIELDS))

    def __reduce__(self) -> tuple[Any, ...]:
        return Finding, tuple(getattr(self, f) for f in FIELDS)


_by_rule: Final = LateFinding.__dict__["_by_rule"].__get__
_own: Final = LateFinding.__dict__["_own"].__get__
_tell: Final = LateFinding.__dict__["_tell"].__get__
_said: Final = LateFinding.__dict__["_said"].__get__
_why: Final = LateFinding.__dict__["_why"].__get__
_set_said: Final = LateFinding.__dict__["_said"].__set__
_set_why: Final = LateFinding.__dict__["_why"].__set__
_LateFinding: Final = open_twin(LateFinding)


def late(by_rule: ByRule, own: Own, tell: Telling) -> LateFinding:
    """A finding from what its rule gives, what is its own, and how its words are found. (A frozen dataclass would set its 24
    fields one by one.)"""
    made = _LateFinding()
    made._by_rule = by_rule
    made._own = own
    made._tell = tell
    made._said = made._why = None
    made.__class__ = LateFinding
    return made  # type: ignore[no-any-return]
