"""The lines of a window, two-valued: exactly its members, or UnknownTouched where one member or the region is in doubt."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medrules.check import program as ir
from medrules.engine.optimized.scene import Scene
from medrules.engine.optimized.values import known, read
from medrules.frozen import dataclass
from medrules.knowledge.columns import distinct_keys
from medrules.knowledge.table import EMPTY, Row, Table
from medrules.model.facts import Door
from medrules.model.order import order_key
from medrules.model.values import ABSENT, UNKNOWN, Frame, Instant, UnknownTouched

__all__ = ["GROUP", "NoCode", "WindowCode", "base", "counts", "window"]

Env = dict[str, Any]
Members = Callable[[Env, "Row | None", Scene], list[Any]]
GROUP = "lines of the group"  # a role that the loop over lines fills in, when it has met them all
KEYS = frozenset({"patient", "institution", "encounter", "row", "column", "day", "field"})


class NoCode(Exception):
    """The optimized evaluator has no code for this; the reference judges."""


def base(item: Any, fees: str, door: Door) -> Any:
    """Fen that may be deducted from a line (see reference.bases); UNKNOWN when an amount it needs was not sent."""
    if fees == "all":
        whole = item.amount
    elif fees == "account":
        whole = item.account_paid
    else:
        whole, own = item.amount, item.self_paid
        if own is UNKNOWN:
            if whole is not ABSENT and (whole is UNKNOWN or whole != 0):
                return UNKNOWN
        elif own is not ABSENT and whole is not UNKNOWN and whole is not ABSENT:
            whole -= own
    earlier = item.already_deducted
    if earlier is UNKNOWN:
        if door.can_carry("item.already_deducted"):
            return UNKNOWN
        earlier = 0
    if whole is UNKNOWN:
        return UNKNOWN
    return (0 if whole is ABSENT else whole) - (0 if earlier is ABSENT else earlier)


def counts(fees: str) -> Callable[[Any, Door], bool]:
    """Whether a line has, or may have, something to judge."""
    def counted(item: Any, door: Door) -> bool:
        worth = base(item, fees, door)
        return worth is UNKNOWN or bool(worth > 0)

    return counted


@dataclass(frozen=True, slots=True)
class WindowCode:
    """Who may be in a window, and who is. region: raises if the window may lack lines."""

    candidates: Members
    belongs: Callable[[Any, Any, Scene], bool]
    region: Callable[[Any, Scene], None]
    own: bool
    anchor: str

    def members(self, env: Env, row: Row | None, scene: Scene) -> list[Any]:
        """All members by keys and frame."""
        anchor = env[self.anchor]
        self.region(anchor, scene)
        belongs, own = self.belongs, self.own
        candidates = self.candidates(env, row, scene)
        scene.steps += len(candidates)
        return [
            m for m in candidates if (own if m is anchor else belongs(m, anchor, scene))
        ]


def window(over: ir.Window, program: ir.Program, fees: str) -> WindowCode:
    """Code for a window of lines by keys and frame; its filter is applied by whoever asks."""
    if over.entity != "item" or not isinstance(over.frame, ir.Const) or not isinstance(over.frame.value, Frame):
        raise NoCode("window")
    frame = over.frame.value
    if frame.kind not in ("day", "encounter", "days") or not {k.kind for k in over.same} <= KEYS:
        raise NoCode(f"window of {frame.kind}")
    table = program.tables[over.table] if over.table else None
    inside = frame.kind == "encounter" or any(k.kind == "encounter" for k in over.same)
    back = frame.n - 1 if frame.kind == "days" else 0
    region = "institution" if any(k.kind == "institution" for k in over.same) else "anywhere"
    tests = tuple(t for k in over.same if (t := _same(k)) is not None)
    return WindowCode(
        _candidates(over, table), _membership(frame.kind, back, fees, tests), _nowhere if inside else _region(region, back),
        over.own is not False, over.anchor)


def _nowhere(anchor: Any, scene: Scene) -> None:
    """A list that was sent is complete."""


def _region(region: str, back: int) -> Callable[[Any, Scene], None]:
    def check(anchor: Any, scene: Scene) -> None:
        if known(anchor.on) - back < scene.closed(region):
            raise UnknownTouched

    return check


def _membership(
    kind: str, back: int, fees: str, tests: tuple[Callable[[Any, Any], bool], ...]
) -> Callable[[Any, Any, Scene], bool]:
    def belongs(m: Any, anchor: Any, scene: Scene) -> bool:
        at, like, own = m.at, m.line_kind, anchor.line_kind
        if at.__class__ is not Instant or like is UNKNOWN or own is UNKNOWN:
            raise UnknownTouched
        facts = scene.facts
        if at.lo > facts.business_time.hi:
            return False
        worth = base(m, fees, facts.door)
        if worth is not UNKNOWN and worth <= 0:
            return False
        if like != own:
            return False
        if kind == "day":
            if m.on != anchor.on:
                return False
        elif kind == "encounter":
            if m.encounter is not anchor.encounter:
                return False
        elif not 0 <= anchor.on - m.on <= back or order_key(m) > order_key(anchor):
            return False
        for test in tests:  # noqa: SIM110 - a generator costs more than the tests
            if not test(m, anchor):
                return False
        return True

    return belongs


def _same(key: ir.SameKey) -> Callable[[Any, Any], bool] | None:
    """Keys besides the one that candidates are found by."""
    match key.kind:
        case "institution":
            return lambda m, anchor: m.encounter is anchor.encounter or (
                known(read(m, ("encounter", "institution", "id"))) == known(read(anchor, ("encounter", "institution", "id"))))
        case "encounter":
            return lambda m, anchor: m.encounter is anchor.encounter
        case "day":
            return lambda m, anchor: known(m.on) == known(anchor.on)
        case "field":
            path = key.path
            return lambda m, anchor: _equal(read(m, path), read(anchor, path))
        case _:
            return None


def _equal(a: Any, b: Any) -> bool:
    if a is ABSENT or b is ABSENT:
        return False
    return bool(known(a) == known(b))


def _candidates(over: ir.Window, table: Table | None) -> Members:
    """The lines to look at: those with the code of the line, or of the row, or of a row with the same value, else all."""
    for key in over.same:
        if key.kind == "field" and key.path == ("code",):
            anchor = over.anchor
            return lambda env, row, scene: _of_code(scene, env[anchor].code)
        if key.kind not in ("row", "column"):
            continue
        if table is None or len(table.key_fields) != 1 or table.key_fields[0] != "code":
            raise NoCode("keys of a window")
        if any(not isinstance(key, str) for key in distinct_keys(table.rows.keys[0])) or table.rows.prefix_rows():
            raise NoCode("prefixes in a window")
        if key.kind == "row":
            return lambda env, row, scene: _of_codes(scene, row.keys[0] if row is not None else ())
        return _of_column(key.column, table)
    return lambda env, row, scene: _all(scene)


def _all(scene: Scene) -> list[Any]:
    return list(scene.lines)


def _of_codes(scene: Scene, codes: tuple[Any, ...]) -> list[Any]:
    by_code = scene.by_code()
    return [m for code in codes for m in by_code.get(code, ())]


def _of_code(scene: Scene, code: Any) -> list[Any]:
    """A line without a code is the like of none."""
    return [] if code is ABSENT else scene.by_code().get(known(code), [])


def _of_column(column: int, table: Table) -> Members:
    """Rows in force on the anchor's day whose cell is the same value."""
    held = table.rows
    if any(cell is UNKNOWN for cell in held.cells[column].distinct()):
        raise NoCode("a 待编 cell may be any value")
    numbers = held.cells[column].numbers()
    rows: dict[int, list[int]] = {}
    for row, n in enumerate(numbers if numbers is not None else (0,) * len(held)):
        rows.setdefault(n, []).append(row)
    starts, ends = held.field("valid_from"), held.field("valid_to")
    number_of = {cell: n for n, cell in enumerate(held.cells[column].distinct()) if cell is not EMPTY}

    def members(env: Env, row: Row | None, scene: Scene) -> list[Any]:
        assert row is not None
        cell = row.cells[column]
        if cell is EMPTY:
            return _of_codes(scene, row.keys[0])
        met = env.get(GROUP)
        if met is not None:
            return met  # type: ignore[no-any-return]
        day = known(env["item"].on)
        by_code = scene.by_code()
        codes = dict.fromkeys(
            c for n in rows[number_of[cell]] if starts[n] <= day < ends[n] for c in held.keys[0].key(n) if c in by_code)
        return [m for code in codes for m in by_code[code]]

    return members
