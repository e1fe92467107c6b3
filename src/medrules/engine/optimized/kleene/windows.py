"""The members of windows and lists, each with how sure it is that it is one, and why some may be missing."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.optimized.kleene.ground import Env, Ground, Partners, day_of, reader, same
from medrules.engine.optimized.kleene.keys import Keys
from medrules.engine.optimized.kleene.regions import Gaps, gaps, open_from
from medrules.engine.optimized.kleene.together import begins, recorded, together
from medrules.engine.optimized.kleene.truths import NOTHING, Span, Truth, Unsure, causes_of, conj, disj, exact
from medrules.engine.optimized.lines import NoCode, base
from medrules.knowledge.table import EMPTY, Row
from medrules.model.derive import HERB_KINDS
from medrules.model.order import order_key
from medrules.model.values import ABSENT, UNKNOWN, Frame, Instant

__all__ = ["Code", "Compiles", "View", "Views", "WindowCode", "collection", "frame_code", "not_after"]

Code = Callable[[Env, "Row | None", Ground], Any]
Pairs = list[tuple[Any, Truth]]


@dataclass(frozen=True, slots=True)
class View:
    """Members with their membership (never False), and why there may be more."""

    members: Pairs
    open: frozenset[str]

    @property
    def doubts(self) -> frozenset[str]:
        found = self.open
        for _, truth in self.members:
            if truth is not True:
                found = found | truth.causes  # type: ignore[union-attr]
        return found


Views = Callable[[Env, "Row | None", Ground], "View | Unsure"]


class Compiles(Protocol):
    """What collections need of the compiler of expressions."""

    program: ir.Program
    fees: str

    def truth(self, e: ir.Expr, excuse: int = 0) -> Code: ...

    def value(self, e: ir.Expr) -> Code: ...

    def number(self, e: ir.Expr, scale: int) -> Code: ...

    def keys(self, table: str) -> Keys: ...


def collection(over: ir.Collection, compiler: Compiles, excuse: int) -> Views:
    """Code for the members of a collection."""
    return WindowCode(over, compiler, excuse).look if isinstance(over, ir.Window) else _members(over, compiler)


def _members(over: ir.Members, compiler: Compiles) -> Views:
    where = None if over.where is None else compiler.truth(over.where)
    path, var, weight = over.path, over.var, 1 + _size(over.where)
    role = over.role if path else f"partners:{over.role}"
    herbs = path[-1:] == ("herbs",)
    listed = reader(path, over.field, over.links) if path else _itself

    def look(env: Env, row: Row | None, ground: Ground) -> View:
        owner = env[role]
        found: Any = owner if owner.__class__ is Partners else listed(owner)
        open_ = NOTHING
        held: Pairs = []
        if found.__class__ is Partners:
            held = [*((m, True) for m in found.items), *found.unsure]
            if herbs:
                held = [x for x in held if x[0].list_kind is UNKNOWN or x[0].list_kind in HERB_KINDS]
            else:
                open_ = found.open
        elif found.__class__ is Unsure:
            open_ = found.causes
        elif found is not ABSENT:
            held = [(m, True) for m in found]
        if where is None:
            ground.meter.spend(len(held))
            return View(list(held), open_)
        ground.meter.spend(len(held) * weight)
        members: Pairs = []
        for m, truth in held:
            env[var] = m
            answer = where(env, row, ground)
            if answer is not False:
                members.append((m, answer if truth is True else conj((truth, answer))))
        return View(members, open_)

    return look


def _size(*parts: ir.Expr | None) -> int:
    """How many nodes are asked."""
    return sum(1 for _ in nodes(*parts))


def _itself(entity: Any) -> Any:
    return entity


class WindowCode:
    """Code for one window of lines or treatment records."""

    def __init__(self, over: ir.Window, compiler: Compiles, excuse: int) -> None:
        self.over, self.fees = over, compiler.fees
        self.where = None if over.where is None else compiler.truth(over.where, excuse)
        self.frame = frame_code(over.frame, compiler)
        self.weight = 1 + _size(over.where)  # steps that a line costs
        self.keys = compiler.keys(over.table) if over.table and any(k.kind in ("row", "column") for k in over.same) else None
        paired = self.keys is not None and self.keys.table.key_kind == "pair"
        self.column = -1 if not paired else 0 if over.anchor == "first" else 1
        self.same = tuple(self._same(k) for k in over.same if k.kind not in ("patient", "row", "column"))
        self.rows = tuple(k for k in over.same if k.kind in ("row", "column"))
        # Whether a line without code joins all lines of an encounter and kind alike.
        self._is_by_stay = self.keys is not None and self.keys.plain and all(
            k.kind in ("patient", "institution", "encounter", "row") for k in over.same)
        self.gap = None if over.course_gap is None else compiler.value(over.course_gap)

    # ------------------------------------------------------------ keys

    def _same(self, key: ir.SameKey) -> Callable[[Any, Any], Truth]:
        match key.kind:
            case "encounter":
                return lambda anchor, m: m.encounter is anchor.encounter
            case "prescription":
                return lambda anchor, m: m.encounter is anchor.encounter and same(_rx_no, anchor, m)
            case "institution":
                return lambda anchor, m: m.encounter is anchor.encounter or same(_institution, anchor, m)
            case "day" | "month" | "quarter" | "year":
                frame = Frame(key.kind)
                return lambda anchor, m: together(frame, anchor, m)
            case "field":
                read = reader(key.path, key.field)
                return lambda anchor, m: same(read, anchor, m)
            case _:
                raise NoCode(f"key {key.kind}")

    def _of_row(self, key: ir.SameKey, m: Any, env: Env, row: Row, ground: Ground) -> Truth:
        """Whether a line is of the same knowledge point, or of one with the same value in a column."""
        keys = self.keys
        assert keys is not None
        day = env["@day"]
        own = row.cells[key.column] if key.kind == "column" else EMPTY
        if own is EMPTY:
            if keys.plain and m.code is UNKNOWN:
                return keys.fact(m, 0)  # type: ignore[no-any-return]
            if keys.has_prefixes:
                ground.meter.spend(keys.looked_at(m, 0))
            return keys.match(row, m, day, self.column)
        column = keys.table.columns[key.column]
        if keys.may_be_any(m, max(self.column, 0)):  # it may be of any row in force: of this one, and of those with a 待编 cell
            beyond = keys.may_be_alike(key.column, row, day)
            return Unsure(causes_of(keys.fact(m, max(self.column, 0))) | ({f"column:{keys.table.name}.{column.zh}"} if beyond else NOTHING))
        answers: list[Truth] = []
        ground.meter.spend(keys.looked_at(m, max(self.column, 0)))
        for other, matched in keys.matching(m, day, self.column):
            cell = other.cells[key.column]
            if cell is UNKNOWN or own is UNKNOWN:
                alike: Truth = other is row or Unsure(frozenset((f"column:{keys.table.name}.{column.zh}",)))
            else:
                alike = cell is not EMPTY and cell == own
            answers.append(conj((matched, alike)))
        return disj(answers)

    def _near(self, anchor: Any, row: Row | None, env: Env, ground: Ground) -> Sequence[Any]:
        """The lines that may be members by their codes."""
        keys = self.keys
        if keys is None or not keys.plain or not self.rows or row is None:
            return ground.lines(anchor)
        by_code, open_ = ground.by_code(anchor)
        codes: dict[Any, None] | None = None
        for key in self.rows:
            found = dict.fromkeys(self._codes(key, keys, row, env["@day"], anchor, ground))
            codes = found if codes is None else {c: None for c in codes if c in found}
        near = [m for c in codes or () for m in by_code.get(c, ())]
        if anchor.code is not UNKNOWN and anchor.code not in (codes or ()):
            near += [m for m in by_code.get(anchor.code, ()) if m is anchor]
        return near + open_

    @staticmethod
    def _codes(key: ir.SameKey, keys: Keys, row: Row, day: int, anchor: Any, ground: Ground) -> Iterable[Any]:
        """The codes of the patient's lines (or more) by which a line may be of the same row, or of one with the same cell."""
        own = row.cells[key.column] if key.kind == "column" else EMPTY
        if own is EMPTY:
            return row.keys[0]
        by_code, _ = ground.by_code(anchor)
        if own is UNKNOWN:
            return by_code
        place = id(keys), key.column, day, id(anchor.encounter)
        found = ground.by_cell.get(place)
        if found is None:
            found = ground.by_cell[place] = keys.by_cell(key.column, day, by_code)
        return (*found[0].get(own, ()), *found[1])

    def keyed(self, env: Env, row: Row | None, ground: Ground) -> Pairs:
        """Members by keys and filter alone; the anchor is one, if it passes the filter."""
        over, where = self.over, self.where
        out: Pairs = []
        anchor = env[over.anchor]
        if over.entity == "session":
            sessions = anchor.encounter.sessions
            for m in () if sessions is UNKNOWN else sessions:
                self._filtered(m, True, env, row, ground, out)
            return out
        near = self._near(anchor, row, env, ground)
        ground.meter.spend(len(near) * self.weight)
        for m in near:
            if m is anchor:
                truth: Truth = True
            else:
                truth = self._joined(m, anchor, env, row, ground)
                if truth is False:
                    continue
            if where is None:
                out.append((m, truth))
            else:
                self._filtered(m, truth, env, row, ground, out)
        return out

    def _filtered(self, m: Any, truth: Truth, env: Env, row: Row | None, ground: Ground, out: Pairs) -> None:
        if self.where is not None:
            env[self.over.var] = m
            truth = conj((truth, self.where(env, row, ground)))
        if truth is not False:
            out.append((m, truth))

    def _joined(self, m: Any, anchor: Any, env: Env, row: Row | None, ground: Ground) -> Truth:
        """Whether a line is a member by keys, and counts."""
        if not self._is_by_stay or m.code is not UNKNOWN or anchor.line_kind.__class__ is not str:
            return self._asked(m, anchor, env, row, ground)
        key = id(self), id(m), id(anchor.encounter), anchor.line_kind
        found: Truth | None = ground.shared.get(key)
        if found is None:
            found = ground.shared[key] = self._asked(m, anchor, env, row, ground)
        return found

    def _asked(self, m: Any, anchor: Any, env: Env, row: Row | None, ground: Ground) -> Truth:
        parts: list[Truth] = []
        for key in self.same:
            answer = key(anchor, m)
            if answer is False:
                return False
            parts.append(answer)
        answer = counts(m, anchor, self.fees, ground)
        if answer is False:
            return False
        parts.append(answer)
        for k in self.rows:
            assert row is not None
            parts.append(self._of_row(k, m, env, row, ground))
        return conj(parts)

    # ------------------------------------------------------------ members

    def look(self, env: Env, row: Row | None, ground: Ground) -> View | Unsure:
        """The window around its anchor; why its frame is not known."""
        over = self.over
        frame = self.frame(env, row, ground)
        if frame.__class__ is Unsure:
            return frame
        anchor = env[over.anchor]
        if frame.kind == "course":
            return self.course(env, row, ground)
        by_days = frame.kind == "days"
        members: Pairs = []
        for m, truth in self.keyed(env, row, ground):
            if m is anchor:
                if over.own is not False:
                    members.append((m, truth))
                continue
            near = recorded(frame, anchor, m) if over.entity == "session" else together(frame, anchor, m)
            if near is False:
                continue
            answer = conj((truth, near, not_after(m, anchor))) if by_days and over.entity != "session" else conj((truth, near))
            if answer is not False:
                members.append((m, answer))
        if over.entity == "session":
            return View(members, NOTHING if anchor.encounter.sessions is not UNKNOWN else frozenset(("encounter.sessions",)))
        return View(members, open_from(self._gaps(anchor, frame, ground), begins(frame, anchor)))

    def _gaps(self, anchor: Any, frame: Frame, ground: Ground) -> Gaps:
        """What may be missing around all lines of an encounter: found once."""
        key = id(self), id(anchor.encounter), frame.kind
        found: Gaps | None = ground.shared.get(key)
        if found is None:
            found = ground.shared[key] = gaps(anchor, frame, self.over.same, ground)
        return found

    def course(self, env: Env, row: Row | None, ground: Ground) -> View | Unsure:
        """同一疗程: days of use that hang together with the anchor's own, over breaks of at most the gap."""
        over = self.over
        assert self.gap is not None
        gap = self.gap(env, row, ground)
        anchor = env[over.anchor]
        own = day_of(anchor)
        if gap.__class__ is Unsure or own.__class__ is Unsure:
            return gap if gap.__class__ is Unsure else own
        gap = exact(gap, over.course_gap.type.scale) if over.course_gap is not None else gap
        found = [(m, truth, day_of(m)) for m, truth in self.keyed(env, row, ground)]
        certain = _chain({own, *(d for _, t, d in found if t is True and d.__class__ is not Unsure)}, own, gap)
        wide = _chain({own, *(d for _, t, d in found if d.__class__ is not Unsure)}, own, gap)
        members: Pairs = []
        for m, truth, day in found:
            if m is anchor and over.own is False:
                continue
            if day.__class__ is Unsure:
                members.append((m, conj((truth, day))))
            elif day in certain:
                members.append((m, truth))
            elif day in wide:
                members.append((m, conj((truth, *(t for _, t, d in found if t.__class__ is Unsure and d.__class__ is not Unsure and d in wide)))))
        start = int(min(wide) - gap)
        frame = Frame("days", int(own - start) + 1)
        return View(members, open_from(gaps(anchor, frame, over.same, ground), start))


_rx_no = reader(("rx_no",), "item.rx_no")
_institution = reader(("encounter", "institution", "id"), "institution.id")
_line_kind = reader(("line_kind",), "item.line_kind")


def counts(m: Any, anchor: Any, fees: str, ground: Ground) -> Truth:
    """Whether a line counts at all: not after the business time, with something left to judge, of the anchor's kind."""
    facts = ground.facts
    at = getattr(m, "at", UNKNOWN)
    if at.__class__ is Instant and at.lo > facts.business_time.hi:
        return False
    worth = base(m, fees, facts.door)
    if worth is not UNKNOWN and worth <= 0:
        return False
    a, b = anchor.line_kind, m.line_kind
    return a == b if a.__class__ is str and b.__class__ is str else same(_line_kind, anchor, m)


def not_after(m: Any, anchor: Any) -> Truth:
    """Whether m stands at or before the anchor in the total order of lines."""
    if m is anchor:
        return True
    for line in (m, anchor):
        if getattr(line, "at", UNKNOWN).__class__ is not Instant:
            day = day_of(line)
            return day if day.__class__ is Unsure else Unsure(frozenset(("item.performed_at",)))
    return bool(order_key(m) <= order_key(anchor))


def frame_code(frame: ir.Expr, compiler: Compiles) -> Code:
    """The frame: a constant, a cell, or 近 n天 with a computed n."""
    held = compiler.value(frame)
    if isinstance(frame, ir.Const):
        return held
    scale = frame.type.scale

    def made(env: Env, row: Row | None, ground: Ground) -> Any:
        found = held(env, row, ground)
        if found.__class__ is Frame or found.__class__ is Unsure:
            return found
        if found.__class__ is Span or found is ABSENT or found is EMPTY:
            return Unsure(causes_of(found))  # absent and empty only outside conditions, where nothing guards
        return Frame("days", int(exact(found, scale)))

    return made


def _chain(days: set[int], own: int, gap: Any) -> set[int]:
    """The days that hang together with `own`."""
    placed = sorted(days)
    at = placed.index(own)
    out = {own}
    for step in (-1, 1):
        n = at
        while 0 <= n + step < len(placed) and abs(placed[n + step] - placed[n]) <= gap:
            n += step
            out.add(placed[n])
    return out
