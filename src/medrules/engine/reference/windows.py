"""Windows: which lines (or treatment records) stand with the judged line, how sure that is, and whether all are known."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from medrules.check.program import Expr, Members, SameKey, Window
from medrules.engine.reference.bases import base_of
from medrules.engine.reference.frames import BY_DAY, by_day, first_day, near, same_fact, together
from medrules.engine.reference.regions import encounters_of, openness
from medrules.engine.reference.rows import TableRows
from medrules.engine.reference.truth import Truth, Unk, conj, disj
from medrules.engine.reference.values import Interval, causes_of, compare, day_of, read
from medrules.knowledge.table import EMPTY, Row
from medrules.model.facts import Facts
from medrules.model.order import order_key
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Frame, Instant

__all__ = ["Binding", "Evaluates", "View", "frame_of", "keyed", "look", "not_after", "same_key", "seen"]


@dataclass(frozen=True, slots=True)
class Binding:
    """What an expression is evaluated in: entities by role, the row of the scope's table, and t(b), whose law applies."""

    roles: dict[str, Any]
    row: Row | None
    day: int
    excuse: int = field(default=0)  # +1 / −1 inside an exemption, by polarity

    def bind(self, role: str, entity: Any) -> Binding:
        return replace(self, roles={**self.roles, role: entity})


class Evaluates(Protocol):
    """What windows need of the evaluator of expressions."""

    facts: Facts
    fees: str

    def value(self, expr: Expr, b: Binding) -> Any: ...

    def truth(self, expr: Expr, b: Binding) -> Truth: ...

    def rows(self, table: str) -> TableRows: ...

    def matching(self, table: str, entity: Any, day: int, column: int = -1) -> Iterator[tuple[Row, Truth]]: ...

    def spend(self, steps: int = 1) -> None: ...

    def view(self, over: Members | Window, b: Binding) -> View | Unk: ...


@dataclass(frozen=True, slots=True)
class View:
    """A collection as seen from a binding: members with their membership (never False), and why it may lack some."""

    members: tuple[tuple[Any, Truth], ...]
    open: frozenset[str]

    @property
    def doubts(self) -> frozenset[str]:
        """Causes of openness and of unsure members; empty when the collection is exactly known."""
        out = self.open
        for _, truth in self.members:
            if isinstance(truth, Unk):
                out |= truth.causes
        return out


def frame_of(window: Window, b: Binding, judge: Evaluates) -> Frame | Unk:
    """The frame as a constant, a cell, or `近 n天` with a computed n."""
    found = judge.value(window.frame, b)
    if isinstance(found, (Frame, Unk)):
        return found
    if isinstance(found, Interval) or found is ABSENT or found is EMPTY:
        return Unk(causes_of((found,)))  # ABSENT and EMPTY only outside conditions, where nothing guards
    return Frame("days", int(found))


def same_key(key: SameKey, table: str, anchor: Any, m: Any, b: Binding, judge: Evaluates, column: int) -> Truth:
    """Whether line m has the same value of one equality key as the anchor."""
    match key.kind:
        case "patient":
            return True
        case "encounter":
            return m.encounter is anchor.encounter
        case "prescription":
            return m.encounter is anchor.encounter and same_fact(anchor, m, "rx_no", "item.rx_no")
        case "institution":
            return m.encounter is anchor.encounter or compare(
                "=", read(anchor, ("encounter", "institution", "id"), "institution.id"),
                read(m, ("encounter", "institution", "id"), "institution.id"),
            )
        case "day" | "month" | "quarter" | "year":
            return together(Frame(key.kind), anchor, m)
        case "row" | "column":
            return _same_row(key, table, m, b, judge, column)
        case _:
            return compare("=", read(anchor, key.path, key.field), read(m, key.path, key.field))


def _same_row(key: SameKey, table: str, m: Any, b: Binding, judge: Evaluates, at: int) -> Truth:
    """按 同一 限定: the same knowledge point. 按 同一 限定.列: a row in force with the same value in that column; an empty
    cell is a group of its own."""
    assert b.row is not None
    rows = judge.rows(table)
    own = b.row.cells[key.column] if key.kind == "column" else EMPTY
    if own is EMPTY:
        judge.spend(rows.looked_at(m, 0) if rows.has_prefixes else 1)
        return rows.match(b.row, m, b.day, at)
    column = rows.table.columns[key.column]
    unknown = Unk(frozenset((f"column:{rows.table.name}.{column.zh}",)))
    answers: list[Truth] = []
    for row, matched in judge.matching(table, m, b.day, at):
        cell = row.cells[key.column]
        same: Truth = row is b.row or unknown if cell is UNKNOWN or own is UNKNOWN else cell is not EMPTY and cell == own
        answers.append(conj((matched, same)))
    return disj(answers)


def _all_lines(window: Window, anchor: Any) -> Iterator[Any]:
    if window.entity == "session":
        sessions = anchor.encounter.sessions
        yield from () if sessions is UNKNOWN else sessions
        return
    for encounter in encounters_of(anchor):
        if encounter.items is not UNKNOWN:
            yield from encounter.items


def seen(m: Any, anchor: Any, judge: Evaluates) -> Truth:
    """Whether a line counts at all: not after the business time, of the anchor's kind, with something left to judge."""
    if isinstance(getattr(m, "at", UNKNOWN), Instant) and m.at.lo > judge.facts.business_time.hi:
        return False
    base = base_of(m, judge.fees, judge.facts)
    if isinstance(base, int) and base <= 0:
        return False
    return compare("=", read(anchor, ("line_kind",), "item.line_kind"), read(m, ("line_kind",), "item.line_kind"))


def keyed(window: Window, b: Binding, judge: Evaluates) -> Iterator[tuple[Any, Truth]]:
    """Members by keys and filter alone, whatever the frame; the anchor is one with certainty (if it passes the filter)."""
    anchor = b.roles[window.anchor]
    pair = bool(window.table) and judge.rows(window.table).table.key_kind == "pair"
    column = -1 if not pair else 0 if window.anchor == "first" else 1
    for m in _all_lines(window, anchor):
        judge.spend()
        if m is anchor:
            keys: Truth = True
        elif window.entity == "item":
            keys = seen(m, anchor, judge)
            if keys is not False:
                keys = conj((keys, *(same_key(k, window.table, anchor, m, b, judge, column) for k in window.same)))
        else:
            keys = True
        if keys is False:
            continue
        truth = keys if window.where is None else conj((keys, judge.truth(window.where, b.bind(window.var, m))))
        if truth is not False:
            yield m, truth


def not_after(m: Any, anchor: Any) -> Truth:
    """Whether m stands at or before the anchor in the total order of lines."""
    if m is anchor:
        return True
    for line in (m, anchor):
        if not isinstance(getattr(line, "at", UNKNOWN), Instant):
            day = day_of(line)
            return day if isinstance(day, Unk) else Unk(frozenset(("item.performed_at",)))
    return bool(order_key(m) <= order_key(anchor))


def _framed(window: Window, frame: Frame, anchor: Any, m: Any) -> Truth:
    if m is anchor:
        return True
    if window.entity == "session":
        return _recorded(frame, anchor, m)
    if frame.kind == "days":
        return conj((together(frame, anchor, m), not_after(m, anchor)))
    return together(frame, anchor, m)


def _recorded(frame: Frame, anchor: Any, record: Any) -> Truth:
    """Whether a treatment record of the stay stands in a frame: by when it began. A span by what only lines have holds them all."""
    if frame.kind == "encounter":
        return True
    begin = read(record, ("begin",), "session.begin")
    if isinstance(begin, Unk):
        return begin
    if frame.kind == "hours":
        return near(frame, begin, read(anchor, ("at",), "item.at"))
    if frame.kind not in BY_DAY:
        return True
    day, own = begin.lo // DAY_SECONDS, day_of(anchor)
    return conj((by_day(frame, day, own), compare("<=", day, own))) if frame.kind == "days" else by_day(frame, day, own)


def look(window: Window, b: Binding, judge: Evaluates) -> View | Unk:
    """The window of a binding. Unk when the frame itself is not known."""
    frame = frame_of(window, b, judge)
    if isinstance(frame, Unk):
        return frame
    anchor = b.roles[window.anchor]
    if frame.kind == "course":
        return _course(window, b, judge)
    members = []
    for m, keys in keyed(window, b, judge):
        if m is anchor and window.own is False:
            continue
        truth = conj((keys, _framed(window, frame, anchor, m)))
        if truth is not False:
            members.append((m, truth))
    if window.entity == "session":
        sent = anchor.encounter.sessions is not UNKNOWN
        return View(tuple(members), frozenset() if sent else frozenset(("encounter.sessions",)))
    return View(tuple(members), openness(anchor, frame, window.same, first_day(frame, anchor)))


def _course(window: Window, b: Binding, judge: Evaluates) -> View | Unk:
    """同一疗程: days of use chained from the anchor's own day, over breaks of at most `course_gap` days."""
    assert window.course_gap is not None
    gap = judge.value(window.course_gap, b)
    if isinstance(gap, Unk):
        return gap
    anchor = b.roles[window.anchor]
    own = day_of(anchor)
    if isinstance(own, Unk):
        return own
    found = [(m, t, day_of(m)) for m, t in keyed(window, b, judge)]
    sure = sorted({own, *(d for m, t, d in found if t is True and not isinstance(d, Unk))})
    possible = sorted({*sure, *(d for m, t, d in found if not isinstance(d, Unk))})
    certain, wide = _chain(sure, own, gap), _chain(possible, own, gap)
    members: list[tuple[Any, Truth]] = []
    for m, truth, day in found:
        if m is anchor and window.own is False:
            continue
        if isinstance(day, Unk):
            members.append((m, conj((truth, day))))
        elif day in certain:
            members.append((m, truth))
        elif day in wide:
            doubt = [t for _, t, d in found if isinstance(t, Unk) and d in wide]
            members.append((m, conj((truth, *doubt))))
    start = int(min(wide) - gap)
    first = openness(anchor, Frame("days", int(own - start) + 1), window.same, start)
    return View(tuple(members), first)


def _chain(days: list[int], own: int, gap: Any) -> set[int]:
    """The days that hang together with `own`."""
    at = days.index(own)
    out = {own}
    for step in (-1, 1):
        i = at
        while 0 <= i + step < len(days) and abs(days[i + step] - days[i]) <= gap:
            i += step
            out.add(days[i])
    return out
