"""What a door can decide: per rule which of its rows can be answered, which facts are missing, and what to send next.

Nothing is reviewed: the answer follows from the Program and from the list of facts that the door carries.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from medrules.check import program as ir
from medrules.check.program import Program, Rule
from medrules.engine.possible import HISTORY, Answers, Possible
from medrules.knowledge.table import EMPTY, Row
from medrules.model.facts import Door
from medrules.model.values import UNKNOWN

__all__ = ["Coverage", "Gain", "RuleCoverage", "Status", "coverage"]

Status = Literal["full", "part", "clears", "none", "stage", "screening"]
_COMPLETE_HISTORY: Final = ("history.covered_from", "history.coverage", HISTORY)


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule through one door.

    status     full: every answer is decided · part: it can warn, and some answers stay 待核 · clears: it never warns, only
               some lines are cleared · none: every answer is 待核 · stage: it does not speak at these stages · screening:
               it runs over a whole city only
    rows       rows of its table (1 where it has none); decided / open: rows whose every answer is decided / is 待核
    missing    field ids (also "history.items": lines of other stays with their completeness; "param:<name>")
    claimable  exemptions that hospitals must claim because the door cannot carry what they ask for
    horizon    how far back its windows look
    """

    rule: Rule
    status: Status
    rows: int
    decided: int
    open: int
    missing: tuple[str, ...]
    claimable: tuple[str, ...]

    @property
    def horizon(self) -> str:
        return self.rule.horizon


@dataclass(frozen=True, slots=True)
class Gain:
    """A fact that is missing: rules that it alone would make full, and rules that need it together with other facts."""

    fact: str
    alone: tuple[str, ...]
    together: tuple[str, ...]
    rows: int  # knowledge points that it alone would decide


@dataclass(frozen=True, slots=True)
class Coverage:
    """All rules of a program, and the missing facts, the most useful first."""

    door: str
    rules: tuple[RuleCoverage, ...]
    gains: tuple[Gain, ...]

    def count(self, status: Status) -> int:
        return sum(r.status == status for r in self.rules)


def coverage(program: Program, door: Door, stages: Iterable[str] = (), day: int | None = None) -> Coverage:
    """What `door` can decide of `program`.

    Args:
        stages: when the door asks ("before", …); rules that speak at none of them are "stage". () = at any.
        day: count rows in force on this day (an ordinal); None = every row.
    """
    asked = _Asked(program, frozenset(stages), day)
    rules = tuple(_of(asked, door, rule) for rule in program.rules)
    return Coverage(door.name, rules, tuple(_gains(asked, door, rules)))


@dataclass(frozen=True, slots=True)
class _Asked:
    program: Program
    stages: frozenset[str]
    day: int | None

    def rows(self, rule: Rule) -> tuple[Row | None, ...]:
        """The rows of the scope's table; one stand-in where there is no table or it has no rows yet."""
        scope = rule.scope
        if not isinstance(scope, (ir.ItemScope, ir.PairScope, ir.GroupScope)) or not scope.table:
            return (None,)
        rows = self.program.tables[scope.table].rows
        return tuple(r for r in rows if self.day is None or r.valid_from <= self.day < r.valid_to) or (None,)


def _of(asked: _Asked, door: Door, rule: Rule) -> RuleCoverage:
    if isinstance(rule.scope, ir.PeriodScope):
        missing = tuple(sorted(f for f in rule.reads if not door.can_carry(f)))
        return RuleCoverage(rule, "screening", 0, 0, 0, missing, ())
    possible = Possible(asked.program, door, rule)
    n = decided = open_ = 0
    seen: set[bool | None] = set()
    labels: dict[str, None] = {}
    known: dict[tuple[object, ...], tuple[Answers, tuple[str, ...]]] = {}
    for row in asked.rows(rule):
        pattern = _pattern(row)
        if pattern not in known:
            answers = possible.verdict(row)
            known[pattern] = answers, tuple(x.label for x in rule.exempt if True in answers and possible.claimable(x, row))
        answers, found = known[pattern]
        n += 1
        decided += None not in answers
        open_ += answers == {None}
        seen |= answers
        labels.update(dict.fromkeys(found))
    missing = tuple(sorted(possible.missing))
    if asked.stages and not asked.stages & rule.header.stages:
        return RuleCoverage(rule, "stage", n, 0, 0, missing, ())
    return RuleCoverage(rule, _status(seen), n, decided, open_, missing, tuple(labels))


def _status(seen: set[bool | None]) -> Status:
    if None not in seen:
        return "full"
    if True in seen:
        return "part"
    return "clears" if False in seen else "none"


def _pattern(row: Row | None) -> tuple[object, ...]:
    """What of a row matters here: which cells and keys are empty or 待编, and which spans its cells name."""
    if row is None:
        return ()
    return (*("空" if c is EMPTY else "待编" if c is UNKNOWN else getattr(c, "kind", "") for c in row.cells), *(not k for k in row.keys))


def _gains(asked: _Asked, door: Door, rules: tuple[RuleCoverage, ...]) -> list[Gain]:
    """Facts only: what a pack leaves open (待编, 未定) no door can send."""
    lacking = [r for r in rules if r.status in ("part", "clears", "none")]
    out: list[Gain] = []
    for fact in sorted({f for r in lacking for f in r.missing if ":" not in f}):
        more = Door(door.name, door.carries | {fact, *(_COMPLETE_HISTORY if fact == HISTORY else ()), *_capability(fact)})
        alone: list[str] = []
        together: list[str] = []
        rows = 0
        for one in lacking:
            if fact in one.missing:
                then = _of(asked, more, one.rule)
                rows += then.decided - one.decided
                (alone if then.status == "full" else together).append(one.rule.code)
        out.append(Gain(fact, tuple(alone), tuple(together), rows))
    return sorted(out, key=lambda g: (-len(g.alone), -len(g.together), -g.rows, g.fact))


def _capability(fact: str) -> tuple[str, ...]:
    return {"attestation.outcome": ("attestations",), "declaration.label": ("declarations",)}.get(fact, ())
