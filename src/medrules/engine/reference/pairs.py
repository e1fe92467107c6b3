"""Pairs of lines in one span: each line at fault with all its partners and the rows that join them (T10-T13, T16)."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.program import Rule
from medrules.engine.reference.candidates import Candidate, Option, allowed, item_day, lines_of, reviewed_lines
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.frames import together
from medrules.engine.reference.truth import Truth, Unk, conj
from medrules.engine.reference.values import Group, Interval, compare, read
from medrules.engine.reference.windows import Binding, seen
from medrules.knowledge.table import EMPTY, Row
from medrules.model.values import ABSENT, UNKNOWN, Frame

__all__ = ["pair_candidate", "pairs"]

KEPT: Final = 10  # steps that a partner costs because it is kept: a report of a million partners is no report


def pairs(rule: Rule, scope: ir.PairScope, judge: Judge) -> Iterator[Candidate]:
    """Lines at fault with their partners: at most one candidate per line, whatever the number of partners and rows."""
    reviewed = {id(i) for i in reviewed_lines(judge)}
    for patient in {id(e if e.patient is UNKNOWN else e.patient): e for e in judge.facts.current}.values():
        lines = list(lines_of(patient))
        for b in lines:
            found = _pair_candidate(rule, scope, b, lines, reviewed, judge)
            if found is not None:
                yield found


def pair_candidate(rule: Rule, scope: ir.PairScope, line: Any, judge: Judge) -> Candidate | None:
    """One line at fault with its partners; None when it has none."""
    reviewed = {id(i) for i in reviewed_lines(judge)}
    lines = list(lines_of(line.encounter))
    judge.spend(len(lines))
    return _pair_candidate(rule, scope, line, lines, reviewed, judge)


def _pair_candidate(
    rule: Rule, scope: ir.PairScope, b: Any, lines: list[Any], reviewed: set[int], judge: Judge
) -> Candidate | None:
    day = item_day(b)
    if b.code is UNKNOWN or day is None:
        return None
    rows = judge.rows(scope.table)
    options: list[Option] = []
    for role in (f.role for f in rule.fault if isinstance(f, ir.RoleFault)):
        columns = (0, 1) if rows.table.unordered else ((0,) if role == "first" else (1,))
        for column in columns:
            for row, matched in judge.matching(scope.table, b, day, column):
                holds = conj((matched, allowed(row, b, judge)))
                if holds is not False:
                    options += _partners(rule, scope, judge, b, role, column, row, holds, lines, reviewed)
    return Candidate(b, day, tuple(options)) if options else None


def _partners(
    rule: Rule, scope: ir.PairScope, judge: Judge, b: Any, role: str, column: int, row: Row, holds: Truth,
    lines: list[Any], reviewed: set[int],
) -> Iterator[Option]:
    """The partners of line b under one row, all of them reachable from each binding (`合计 主项.数量`)."""
    other = "first" if role == "second" else "second"
    day = item_day(b)
    assert day is not None
    rows = judge.rows(scope.table)
    found: list[tuple[Any, Truth]] = []
    for a in lines:
        judge.spend()
        if a.position == b.position and a.encounter is b.encounter:
            continue  # the line itself, or another day piece of it
        main, included = (b, a) if column == 0 else (a, b)
        code = read(main, ("code",), "item.code")
        matched = rows.match(row, a, day, 1 - column)
        if matched is False or seen(a, b, judge) is False or code in row.excluded:
            continue
        parts: list[Truth] = [holds, matched, seen(a, b, judge)]
        if isinstance(code, Unk) and row.excluded:
            parts.append(code)
        if row.same_site:
            parts.append(compare("=", read(main, ("site",), "item.site"), read(included, ("site",), "item.site")))
        binding = Binding({role: b, other: a}, row, day)
        parts.append(_in_span(scope, binding, a, b, judge))
        truth = conj(parts)
        if truth is not False:
            found.append((a, truth))
    judge.spend(KEPT * len(found))
    itself = Group((b,), (), b.encounter)

    def group(partners: list[tuple[Any, Truth]]) -> Group:
        sure = tuple(x for x, t in partners if t is True)
        return Group(sure, tuple((x, t) for x, t in partners if isinstance(t, Unk)), b.encounter)

    def bound(a: Any, partners: Group) -> Binding:
        return Binding({role: b, other: a, f"partners:{other}": partners, f"partners:{role}": itself}, row, day)

    partners = group(found)
    if scope.where is not None:  # there 合计 of the partners means those of key and span
        filtered = [(a, conj((t, judge.truth(scope.where, bound(a, partners))))) for a, t in found]
        found = [(a, t) for a, t in filtered if t is not False]
        partners = group(found)
    for a, truth in found:
        if id(a) in reviewed or id(b) in reviewed:
            yield Option(bound(a, partners), truth, a)


def _in_span(scope: ir.PairScope, binding: Binding, a: Any, b: Any, judge: Judge) -> Truth:
    """One span; day, hour and distance spans also need one institution (T16)."""
    frame = judge.value(scope.frame, binding)
    if isinstance(frame, (Unk, Interval)):
        return Unk(frame.causes)
    if frame is EMPTY or frame is ABSENT:
        return True
    if not isinstance(frame, Frame):
        frame = Frame("days", int(frame))
    near = together(frame, a, b)
    if near is False or frame.kind not in ("day", "hours", "hour_bucket") or a.encounter is b.encounter:
        return near
    return conj((near, compare(
        "=", read(a, ("encounter", "institution", "id"), "institution.id"),
        read(b, ("encounter", "institution", "id"), "institution.id"),
    )))
