"""The sequential constructs three-valued: 超额, 第几天, 第几项, 自第 n 种 起. What is not known widens the answer to a span."""
from __future__ import annotations

from typing import Any

from medrules.check import program as ir
from medrules.engine.optimized.kleene.ground import Env, Ground, day_of
from medrules.engine.optimized.kleene.regions import gaps, open_from
from medrules.engine.optimized.kleene.together import begins, together
from medrules.engine.optimized.kleene.truths import NOTHING, Span, Truth, Unsure, causes_of, compare, conj, missing
from medrules.engine.optimized.kleene.windows import Code, Compiles, WindowCode, not_after
from medrules.engine.optimized.lines import NoCode
from medrules.knowledge.table import Row
from medrules.model.order import order_key
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Frame, Instant

__all__ = ["day_ordinal", "excess", "kind_rank", "rank"]

NO_TIME = Unsure(frozenset(("item.performed_at",)))
Line = tuple[Any, Truth, Any]  # the line, whether it comes before, its value


def _ends(value: Any) -> tuple[Any, Any, frozenset[str]]:
    """(least, most or None, causes) of a value that is not negative."""
    if value.__class__ is Unsure:
        return 0, None, value.causes
    if value.__class__ is Span:
        return value.lo or 0, value.hi, value.causes
    return (0, 0, NOTHING) if value is ABSENT else (value, value, NOTHING)


def _between(low: Any, high: Any, causes: frozenset[str]) -> Any:
    return low if low == high else Span(low, high, causes)


def excess(e: ir.Excess, compiler: Compiles) -> Code:
    """The units of the judged line beyond the limit, on the scale of the node."""
    if not e.type.scale >= max(e.value.type.scale, e.limit.type.scale):
        raise NoCode("scale of 超额")
    held, term, most = WindowCode(e.over, compiler, 0), compiler.number(e.value, e.type.scale), compiler.number(e.limit, e.type.scale)
    var, role, same = e.over.var, e.over.anchor, e.over.same

    def over(env: Env, row: Row | None, ground: Ground) -> Any:
        anchor = env[role]
        env[var] = anchor
        own, limit, frame = term(env, row, ground), most(env, row, ground), held.frame(env, row, ground)
        if frame.__class__ is Unsure:
            return Unsure(causes_of(own, limit, frame))
        if own is ABSENT or limit is ABSENT:
            return ABSENT
        earlier: list[Line] = []
        for m, truth in held.keyed(env, row, ground):
            if m is not anchor:
                before = conj((truth, not_after(m, anchor)))
                if before is not False:
                    env[var] = m
                    earlier.append((m, before, term(env, row, ground)))
        if frame.kind in ("days", "hours"):
            found = _rolling(frame, anchor, own, limit, earlier, same, ground)
        elif frame.kind == "course":
            view = held.course(env, row, ground)
            if isinstance(view, Unsure):
                found = view
            else:
                course = {id(m): t for m, t in view.members}
                found = _bucket(own, limit, [(m, conj((t, course.get(id(m), False))), v) for m, t, v in earlier], view.open)
        else:
            found = _bucket(
                own, limit, [(m, conj((t, together(frame, anchor, m))), v) for m, t, v in earlier],
                open_from(gaps(anchor, frame, same, ground), begins(frame, anchor)))
        if own.__class__ is Unsure or limit.__class__ is Unsure:
            return Unsure(causes_of(own, limit, found))
        return found

    return over


def _bucket(own: Any, limit: Any, inside: list[Line], open_: frozenset[str]) -> Any:
    """A bucket pays its first units: clip(before + own − limit, 0, own)."""
    least, most, causes, unbounded = 0, 0, open_, bool(open_)
    for _, truth, value in inside:
        lo, hi, why = _ends(value)
        if truth is False or hi == 0:
            continue
        causes = causes | why
        if truth is True:
            least += lo
        else:
            causes = causes | causes_of(truth)
        if hi is None:
            unbounded = True
        else:
            most += hi
    x_lo, x_hi, why_x = _ends(own)
    l_lo, l_hi, why_l = _ends(limit)
    low = 0 if l_hi is None else max(0, min(least + x_lo - l_hi, x_lo))
    high = x_hi if unbounded or x_hi is None else max(0, min(most + x_hi - l_lo, x_hi))
    return low if high is not None and low == high else Span(low, high, causes | why_x | why_l)


def _place(line: Any, by_day: bool) -> int | None:
    """The day or second at which a line stands."""
    if by_day:
        day = day_of(line)
        return None if day.__class__ is Unsure else day
    at = getattr(line, "at", UNKNOWN)
    return at.lo if at.__class__ is Instant else None


def _rolling(
    frame: Frame, anchor: Any, own: Any, limit: Any, earlier: list[Line], same: tuple[ir.SameKey, ...], ground: Ground
) -> Any:
    """Over any n days (or hours) that follow each other: what was paid in them counts against the limit."""
    by_day = frame.kind == "days"
    if _place(anchor, by_day) is None:
        return missing(anchor, "at", "item.performed_at", NO_TIME)
    width = frame.n if by_day else frame.n * 3_600
    gone = gaps(anchor, frame, same, ground)
    l_lo, l_hi, causes = _ends(limit)
    dated = sorted((x for x in earlier if _place(x[0], by_day) is not None), key=lambda x: order_key(x[0]))
    undated = len(dated) < len(earlier)
    for m, truth, value in earlier:
        if _place(m, by_day) is None:
            causes = causes | causes_of(truth, value)
    paid: list[tuple[int, Any, Any, Any]] = []  # place, least and most that is paid, what is asked for with certainty
    low: Any = 0
    high: Any = None
    for m, truth, value in (*dated, (anchor, True, own)):
        place = _place(m, by_day)
        assert place is not None
        x_lo, x_hi, why = _ends(value)
        since = place - width + 1
        open_ = open_from(gone, since if by_day else since // DAY_SECONDS)
        ground.meter.spend(len(paid))
        inside = [p for p in paid if p[0] >= since]
        least_before = sum(p[3] if p[0] == place else p[1] for p in inside)
        most_before = None if open_ or undated or any(p[2] is None for p in inside) else sum(p[2] for p in inside)
        room_high = None if l_hi is None else max(0, l_hi - least_before)
        room_low = 0 if most_before is None else max(0, l_lo - most_before)
        most = room_high if x_hi is None else x_hi if room_high is None else min(x_hi, room_high)
        sure = truth is True
        least = min(x_lo, room_low) if sure else 0
        causes = causes | why | open_ | causes_of(truth)
        paid.append((place, least, most, x_lo if sure else 0))
        low = 0 if most is None else max(0, x_lo - most)
        high = None if x_hi is None else max(0, x_hi - least)
    return low if high is not None and low == high else Span(low, high, causes)


def day_ordinal(e: ir.DayOrdinal, compiler: Compiles) -> Code:
    """How many days of use up to the anchor's own, that day included."""
    look, role = WindowCode(e.over, compiler, 0).look, e.over.anchor

    def ordinal(env: Env, row: Row | None, ground: Ground) -> Any:
        view = look(env, row, ground)
        own = day_of(env[role])
        if isinstance(view, Unsure) or own.__class__ is Unsure:
            return Unsure(causes_of(view, own))
        certain, possible, causes, unbounded = {own}, {own}, view.open, bool(view.open)
        for m, truth in view.members:
            day = day_of(m)
            if day.__class__ is Unsure:
                unbounded, causes = True, causes | day.causes
            elif day <= own:
                possible.add(day)
                if truth is True:
                    certain.add(day)
                else:
                    causes = causes | causes_of(truth)
        return _between(len(certain), None if unbounded else len(possible), causes)

    return ordinal


def _lacking(view: Any, own: Any, values: Code, var: str, env: Env, row: Row | None, ground: Ground) -> Unsure:
    """All that is missing where the anchor's own value or the window is not known."""
    causes = causes_of(view, own)
    if not isinstance(view, Unsure):
        causes = causes | view.doubts
        for m, _ in view.members:
            env[var] = m
            causes = causes | causes_of(values(env, row, ground))
    return Unsure(causes)


def rank(e: ir.Rank, compiler: Compiles) -> Code:
    """1 + the members that come before the anchor by a value; equals by the total order."""
    look, by, var, role = WindowCode(e.over, compiler, 0).look, compiler.value(e.by), e.over.var, e.over.anchor

    def place(env: Env, row: Row | None, ground: Ground) -> Any:
        anchor = env[role]
        view = look(env, row, ground)
        env[var] = anchor
        own = by(env, row, ground)
        if isinstance(view, Unsure) or own.__class__ is Unsure:
            return _lacking(view, own, by, var, env, row, ground)
        sure = unsure = 0
        causes = view.open
        for m, truth in view.members:
            if m is anchor:
                continue
            env[var] = m
            other = by(env, row, ground)
            before: Truth = compare("<", own, other) if e.descending else compare("<", other, own)
            if before is False:
                before = conj((compare("=", other, own), not_after(m, anchor)))
            elif before.__class__ is Unsure and compare("=", other, own) is True and not_after(m, anchor) is True:
                before = True
            before = conj((truth, before))
            if before is True:
                sure += 1
            elif before.__class__ is Unsure:
                unsure += 1
                causes = causes | before.causes
        return _between(1 + sure, None if view.open else 1 + sure + unsure, causes)

    return place


def kind_rank(e: ir.KindRank, compiler: Compiles) -> Code:
    """The place of the anchor's kind among the kinds of the window by first use."""
    look, kind, var, role = WindowCode(e.over, compiler, 0).look, compiler.value(e.value), e.over.var, e.over.anchor

    def place(env: Env, row: Row | None, ground: Ground) -> Any:
        anchor = env[role]
        view = look(env, row, ground)
        env[var] = anchor
        own = kind(env, row, ground)
        if isinstance(view, Unsure) or own.__class__ is Unsure:
            return _lacking(view, own, kind, var, env, row, ground)
        if own is ABSENT:
            return ABSENT
        doubts, earlier = view.doubts, []
        for m, _ in view.members:
            env[var] = m
            found, before = kind(env, row, ground), not_after(m, anchor)
            doubts = doubts | causes_of(found, before)
            if before is True:
                earlier.append((m, found))
        if doubts:
            return Span(1, None, doubts)
        kinds: list[Any] = []
        for _, found in sorted(earlier, key=lambda x: order_key(x[0])):
            if found is not ABSENT and found not in kinds:
                kinds.append(found)
        return kinds.index(own) + 1 if own in kinds else len(kinds) + 1

    return place
