"""Makes report values quickly. A frozen dataclass sets each field through `object.__setattr__`; here an instance of an open twin is
filled by plain assignments and then becomes one of the class, which takes a third of the time. Same classes, same fields, same
immutability afterwards."""
from __future__ import annotations

from typing import Any, Final

from medrules.model.reports import Claim, Deduction, Finding, LineRef, Report, Unchecked, Undecided, Unjudged
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["make_claim", "make_deduction", "make_report", "make_undecided", "open_twin", "ref_of_line"]


def open_twin(cls: Any) -> Any:
    """A class of the same slots whose instances may be filled, and made into one of `cls` by assigning `__class__`: it is never seen
    outside the function that fills it."""
    return type(cls.__name__, cls.__bases__, {
        "__slots__": cls.__slots__, "__new__": object.__new__, "__init__": object.__init__, "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__})


_LineRef: Final = open_twin(LineRef)
_Claim: Final = open_twin(Claim)
_Deduction: Final = open_twin(Deduction)
_Undecided: Final = open_twin(Undecided)
_Report: Final = open_twin(Report)


def ref_of_line(line: Any) -> LineRef:
    """`engine.refs.ref` of an item."""
    encounter, ident = line.encounter.id, line.id
    made = _LineRef()
    made.kind = "item"
    made.encounter = encounter if encounter.__class__ is str else _text(encounter)
    made.line = ident if ident.__class__ is str else _text(ident)
    made.position = line.position
    made.__class__ = LineRef
    return made  # type: ignore[no-any-return]


def _text(ident: Any) -> str:
    return "" if ident is UNKNOWN or ident is ABSENT else str(ident)


def make_claim(line: LineRef, amount: int | None) -> Claim:
    made = _Claim()
    made.line = line
    made.amount = amount
    made.__class__ = Claim
    return made  # type: ignore[no-any-return]


def make_deduction(line: LineRef, definite: int, suspect: int, definite_rule: str, suspect_rule: str) -> Deduction:
    made = _Deduction()
    made.line = line
    made.definite = definite
    made.suspect = suspect
    made.definite_rule = definite_rule
    made.suspect_rule = suspect_rule
    made.__class__ = Deduction
    return made  # type: ignore[no-any-return]


def make_undecided(
    rule: str, sub_rule: str, name: str, anchor: LineRef, causes: tuple[str, ...], rows: tuple[str, ...]
) -> Undecided:
    made = _Undecided()
    made.rule = rule
    made.sub_rule = sub_rule
    made.name = name
    made.anchor = anchor
    made.causes = causes
    made.rows = rows
    made.__class__ = Undecided
    return made  # type: ignore[no-any-return]


def make_report(
    findings: tuple[Finding, ...], undecided: tuple[Undecided, ...], unjudged: tuple[Unjudged, ...], unchecked: tuple[Unchecked, ...],
    deductions: tuple[Deduction, ...], unmatched: int, notes: tuple[str, ...], pack: tuple[str, str, str], version: str,
) -> Report:
    made = _Report()
    made.findings = findings
    made.undecided = undecided
    made.unjudged = unjudged
    made.unchecked = unchecked
    made.deductions = deductions
    made.unmatched = unmatched
    made.notes = notes
    made.pack, made.pack_version, made.pack_hash = pack
    made.engine_version = version
    made.__class__ = Report
    return made  # type: ignore[no-any-return]
