"""The sequential constructs: 超额 (quota), 第几天, 第几项, 自第 n 种 起 (semantics 1.3).

Where an earlier line, its membership or the history is not known, the answer is an interval: what is certainly paid or
refused bounds it from both sides, so that learning the missing fact can only narrow it.
"""
from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from medrules.check.program import DayOrdinal, Excess, Expr, KindRank, Rank
from medrules.engine.reference.frames import first_day, together
from medrules.engine.reference.regions import gaps, openness
from medrules.engine.reference.truth import Truth, Unk, conj
from medrules.engine.reference.values import Interval, cause_of, causes_of, compare, day_of
from medrules.engine.reference.windows import Binding, Evaluates, View, frame_of, keyed, look, not_after
from medrules.model.order import order_key
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Frame, Instant

__all__ = ["day_ordinal", "excess", "kind_rank", "rank"]

Line = tuple[Any, Truth, Any]  # the line, its membership, its value


def _bounds(value: Any) -> tuple[Any, Any, frozenset[str]]:
    """(certain least, possible most or None, causes) of a value ≥ 0."""
    if isinstance(value, Unk):
        return Fraction(0), None, value.causes
    if isinstance(value, Interval):
        return value.lo or Fraction(0), value.hi, value.causes
    return (Fraction(0), Fraction(0), frozenset()) if value is ABSENT else (value, value, frozenset())


def _clip(x: Any, low: Any, high: Any) -> Any:
    return max(low, min(x, high))


def excess(node: Excess, b: Binding, judge: Evaluates) -> Any:
    """The judged line's units beyond the limit."""
    window = node.over
    anchor = b.roles[window.anchor]
    own = judge.value(node.value, b.bind(window.var, anchor))
    limit = judge.value(node.limit, b)
    frame = frame_of(window, b, judge)
    if isinstance(frame, Unk):
        return Unk(causes_of((own, limit, frame)))
    if own is ABSENT or limit is ABSENT:
        return ABSENT
    earlier: list[Line] = []
    for m, truth in keyed(window, b, judge):
        if m is not anchor:
            before = conj((truth, not_after(m, anchor)))
            if before is not False:
                earlier.append((m, before, judge.value(node.value, b.bind(window.var, m))))
    if frame.kind in ("days", "hours"):
        found = _rolling(node, frame, anchor, own, limit, earlier, judge.spend)
    else:
        found = _bucket(node, frame, anchor, own, limit, earlier, b, judge)
    if isinstance(own, Unk) or isinstance(limit, Unk):
        return Unk(causes_of((own, limit, found)))
    return found


def _bucket(
    node: Excess, frame: Frame, anchor: Any, own: Any, limit: Any, earlier: list[Line], b: Binding, judge: Evaluates,
) -> Any:
    """A bucket pays its first units: what came before in it, bounded from both sides."""
    if frame.kind == "course":
        view = look(node.over, b, judge)
        if isinstance(view, Unk):
            return view
        course = {id(m): t for m, t in view.members}
        inside = [(m, conj((t, course.get(id(m), False))), v) for m, t, v in earlier]
        causes = view.open
    else:
        inside = [(m, conj((t, together(frame, anchor, m))), v) for m, t, v in earlier]
        causes = openness(anchor, frame, node.over.same, first_day(frame, anchor))
    least, most = Fraction(0), Fraction(0)
    unbounded = bool(causes)
    for _, truth, value in inside:
        lo, hi, why = _bounds(value)
        if truth is False or hi == 0:
            continue
        causes |= why
        if isinstance(truth, Unk):
            causes |= truth.causes
        else:
            least += lo
        unbounded = unbounded or hi is None
        most += hi if hi is not None else 0
    return _overrun(own, limit, least, None if unbounded else most, causes)


def _overrun(own: Any, limit: Any, least: Any, most: Any, causes: frozenset[str]) -> Any:
    """clip(run − limit, 0, own) for what came before in [least, most] (None = without bound)."""
    x_lo, x_hi, why_x = _bounds(own)
    l_lo, l_hi, why_l = _bounds(limit)
    causes = causes | why_x | why_l
    low = _clip(least + x_lo - l_hi, Fraction(0), x_lo) if l_hi is not None else Fraction(0)
    high = x_hi if most is None or x_hi is None else _clip(most + x_hi - l_lo, Fraction(0), x_hi)
    if high is not None and low == high:
        return low
    return Interval(low, high, causes)


def _start(line: Any, frame: Frame) -> int | None:
    """Second (for hours) or day (for days) at which a line stands."""
    if frame.kind == "hours":
        at = getattr(line, "at", UNKNOWN)
        return at.lo if isinstance(at, Instant) else None
    day = day_of(line)
    return None if isinstance(day, Unk) else day


def _rolling(
    node: Excess, frame: Frame, anchor: Any, own: Any, limit: Any, earlier: list[Line], spend: Callable[[int], None]
) -> Any:
    """Greedy over any n consecutive days (or hours): a unit is refused when what was *paid* in them already reaches the limit.

    For each line the units paid lie in [least, most]; a line whose window reaches days that are not complete may have been
    refused wholly, and then used no quota.
    """
    mine = _start(anchor, frame)
    if mine is None:
        return Unk(frozenset((cause_of(anchor, "at", "item.performed_at"),)))
    by_day = frame.kind == "days"
    width = frame.n if by_day else frame.n * 3_600
    missing = gaps(anchor, frame, node.over.same)
    l_lo, l_hi, causes = _bounds(limit)
    dated = sorted((x for x in earlier if _start(x[0], frame) is not None), key=lambda x: order_key(x[0]))
    undated = [x for x in earlier if _start(x[0], frame) is None]
    for _, t, v in undated:
        causes |= causes_of((t, v))
    paid: list[tuple[int, Any, Any, Any]] = []  # place, least and most paid, certainly asked for
    low: Any = Fraction(0)
    high: Any = None
    for m, truth, value in (*dated, (anchor, True, own)):
        place = _start(m, frame)
        assert place is not None
        x_lo, x_hi, why = _bounds(value)
        since = place - width + 1
        open_here = frozenset(c for day, c in missing if day > (since if by_day else since // DAY_SECONDS))
        spend(len(paid))
        inside = [p for p in paid if p[0] >= since]
        # On one day either every earlier line is paid in full, or the quota is used up and this one is refused wholly: so
        # what the day's earlier lines ask for counts in full against the most that can be paid here.
        least_before = sum((p[3] if p[0] == place else p[1] for p in inside), Fraction(0))
        most_before = (
            None if open_here or undated or any(p[2] is None for p in inside) else sum((p[2] for p in inside), Fraction(0))
        )
        room_hi = None if l_hi is None else max(Fraction(0), l_hi - least_before)
        room_lo = Fraction(0) if most_before is None else max(Fraction(0), l_lo - most_before)
        most = room_hi if x_hi is None else x_hi if room_hi is None else min(x_hi, room_hi)
        least = Fraction(0) if isinstance(truth, Unk) else min(x_lo, room_lo)
        causes |= why | open_here | (truth.causes if isinstance(truth, Unk) else frozenset())
        paid.append((place, least, most, Fraction(0) if isinstance(truth, Unk) else x_lo))
        low = Fraction(0) if most is None else max(Fraction(0), x_lo - most)
        high = None if x_hi is None else max(Fraction(0), x_hi - least)
    return low if high is not None and low == high else Interval(low, high, causes)


def day_ordinal(node: DayOrdinal, b: Binding, judge: Evaluates) -> Any:
    """How many distinct days of use up to the anchor's own day, that day included."""
    view = look(node.over, b, judge)
    anchor = b.roles[node.over.anchor]
    own = day_of(anchor)
    if isinstance(view, Unk) or isinstance(own, Unk):
        return Unk(causes_of((view, own)))
    certain, possible = {own}, {own}
    causes = view.open
    unbounded = bool(view.open)
    for m, truth in view.members:
        day = day_of(m)
        if isinstance(day, Unk):
            unbounded, causes = True, causes | day.causes
        elif day <= own:
            possible.add(day)
            if truth is True:
                certain.add(day)
            elif isinstance(truth, Unk):
                causes |= truth.causes
    low, high = Fraction(len(certain)), None if unbounded else Fraction(len(possible))
    return low if low == high else Interval(low, high, causes)


def _doubts(view: View | Unk, value: Expr, var: str, b: Binding, judge: Evaluates) -> frozenset[str]:
    """What else is missing where the anchor's own value is."""
    if isinstance(view, Unk):
        return view.causes
    return view.doubts | causes_of(judge.value(value, b.bind(var, m)) for m, _ in view.members)


def rank(node: Rank, b: Binding, judge: Evaluates) -> Any:
    """1 + the members that come before the anchor by `by`; ties by the total order."""
    view = look(node.over, b, judge)
    anchor = b.roles[node.over.anchor]
    own = judge.value(node.by, b.bind(node.over.var, anchor))
    if isinstance(view, Unk) or isinstance(own, Unk):
        return Unk(causes_of((view, own)) | _doubts(view, node.by, node.over.var, b, judge))
    sure = unsure = 0
    causes = view.open
    for m, truth in view.members:
        if m is anchor:
            continue
        other = judge.value(node.by, b.bind(node.over.var, m))
        ahead = compare("<", own, other) if node.descending else compare("<", other, own)
        tie = conj((compare("=", other, own), not_after(m, anchor)))
        before = True if ahead is True or tie is True else ahead if isinstance(ahead, Unk) else tie
        before = conj((truth, before))
        if before is True:
            sure += 1
        elif isinstance(before, Unk):
            unsure += 1
            causes |= before.causes
    low, high = Fraction(1 + sure), None if view.open else Fraction(1 + sure + unsure)
    return low if low == high else Interval(low, high, causes)


def kind_rank(node: KindRank, b: Binding, judge: Evaluates) -> Any:
    """The place of the anchor's kind among the kinds of the window by first use."""
    view = look(node.over, b, judge)
    anchor = b.roles[node.over.anchor]
    own = judge.value(node.value, b.bind(node.over.var, anchor))
    if isinstance(view, Unk) or isinstance(own, Unk):
        return Unk(causes_of((view, own)) | _doubts(view, node.value, node.over.var, b, judge))
    if own is ABSENT:
        return ABSENT
    lines = [(m, t, judge.value(node.value, b.bind(node.over.var, m)), not_after(m, anchor)) for m, t in view.members]
    doubts = view.doubts | causes_of(v for _, _, v, _ in lines) | causes_of(
        before for *_, before in lines if isinstance(before, Unk))
    if doubts:
        return Interval(Fraction(1), None, doubts)
    earlier = sorted((m for m, _, _, before in lines if before is True), key=order_key)
    kinds: list[Any] = []
    for m in earlier:
        judge.spend(len(lines))
        kind = next(v for x, _, v, _ in lines if x is m)
        if kind is not ABSENT and kind not in kinds:
            kinds.append(kind)
    return Fraction(kinds.index(own) + 1 if own in kinds else len(kinds) + 1)
