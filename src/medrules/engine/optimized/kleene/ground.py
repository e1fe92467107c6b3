"""One request as the three-valued path reads it: the lines of each patient, found once, and single facts with their causes."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from medrules.engine.metering import Meter
from medrules.engine.optimized.kleene.truths import Truth, Unsure, compare, lifted, missing
from medrules.engine.optimized.making import ref_of_line
from medrules.model.facts import Facts
from medrules.model.reports import LineRef
from medrules.model.values import ABSENT, UNKNOWN, Instant

__all__ = ["LINKS", "Env", "Ground", "Partners", "at_of", "day_of", "reader", "same"]

Env = dict[str, Any]
LINKS: Final = {"institution": "encounter.institution", "physician": "item.physician", "prescription": "item.prescription",
                "settlement": "encounter.settlement", "history": "patient.history"}
NO_AT: Final = Unsure(frozenset(("item.performed_at",)))


class Partners:
    """The lines of a role that stands for several: `items` certainly, `unsure` perhaps (line, truth)."""

    __slots__ = ("encounter", "items", "open", "unsure")

    def __init__(self, items: tuple[Any, ...], unsure: tuple[tuple[Any, Any], ...], encounter: Any) -> None:
        self.items, self.unsure, self.encounter = items, unsure, encounter
        self.open: frozenset[str] = frozenset()


class Ground:
    """What is worked out once per request and shared by all rules."""

    __slots__ = ("_by_code", "_by_key", "_current", "_lines", "_refs", "_reviewed", "alike", "by_cell", "facts", "lists", "meter", "shared")

    def __init__(self, facts: Facts, meter: Meter) -> None:
        self.facts, self.meter = facts, meter  # every line, member, row or node that is looked at is counted
        self._current = frozenset(id(e) for e in facts.current)
        self.lists: dict[Any, Any] = {}  # codes of lists (see `lists`)
        self.shared: dict[tuple[Any, ...], Any] = {}  # answers that all lines of an encounter share
        self.by_cell: dict[tuple[int, ...], tuple[dict[Any, list[Any]], list[Any]]] = {}  # codes of lines by cells (see `Keys.by_cell`)
        self.alike: dict[Any, Any] = {}  # what lines look like to rules, and what was said of those that look alike (see `sharing`)
        self._by_key: dict[str, tuple[dict[Any, list[Any]], list[Any]]] = {}
        self._reviewed: list[Any] | None = None
        self._refs: dict[int, LineRef] = {}
        self._lines: dict[int, tuple[Any, ...]] = {}
        self._by_code: dict[int, tuple[dict[Any, list[Any]], list[Any]]] = {}

    def ref(self, line: Any) -> LineRef:
        """How reports name a net line."""
        found = self._refs.get(id(line))
        if found is None:
            found = self._refs[id(line)] = ref_of_line(line)
        return found

    def is_reviewed(self, line: Any) -> bool:
        """Whether a net line is one that findings may be about."""
        return line.is_current is not False and id(line.encounter) in self._current

    @staticmethod
    def encounters(anchor: Any) -> tuple[Any, ...]:
        """All encounters of the anchor's patient; its own where they are not known."""
        return _stays(anchor.encounter)

    def lines(self, anchor: Any) -> tuple[Any, ...]:
        """All lines of the anchor's patient."""
        return self.lines_of(anchor.encounter)

    def lines_of(self, encounter: Any) -> tuple[Any, ...]:
        """All lines of the patient of an encounter."""
        key = id(encounter)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = tuple([m for e in _stays(encounter) if e.items is not UNKNOWN for m in e.items])
        return found

    def among(self, lines: tuple[Any, ...]) -> Ground:
        """The same request as if these were all lines of their patient."""
        made = Ground(self.facts, self.meter)
        made.lists, made.shared = self.lists, self.shared
        made._lines = {id(e): lines for e in _stays(lines[0].encounter)}
        return made

    def by_key(self, field: str, read: Callable[[Any], Any]) -> tuple[dict[Any, list[Any]], list[Any]]:
        """The lines under review by a fact that tables are keyed with, and those of which it is not known."""
        found = self._by_key.get(field)
        if found is None:
            held: dict[Any, list[Any]] = {}
            open_: list[Any] = []
            for m in self.reviewed():
                value = read(m)
                if value.__class__ is Unsure:
                    open_.append(m)
                else:
                    held.setdefault(value, []).append(m)
            found = self._by_key[field] = (held, open_)
        return found

    def reviewed(self) -> list[Any]:
        """The net lines that findings may be about."""
        found = self._reviewed
        if found is None:
            found = self._reviewed = [
                m for e in self.facts.current if e.items is not UNKNOWN for m in e.items if m.is_current is not False]
        return found

    def by_code(self, anchor: Any) -> tuple[dict[Any, list[Any]], list[Any]]:
        """The same lines by item code (ABSENT is one), and those whose code is UNKNOWN."""
        key = id(anchor.encounter)
        found = self._by_code.get(key)
        if found is None:
            held: dict[Any, list[Any]] = {}
            open_: list[Any] = []
            for m in self.lines(anchor):
                if m.code is UNKNOWN:
                    open_.append(m)
                else:
                    held.setdefault(m.code, []).append(m)
            found = self._by_code[key] = (held, open_)
        return found


def _stays(encounter: Any) -> tuple[Any, ...]:
    patient: Any = encounter.patient
    held: Any = patient if patient is UNKNOWN else patient.encounters
    return (encounter,) if held is UNKNOWN or held is ABSENT else held


def day_of(line: Any) -> Any:
    """The ordinal day of a line, or why it is not known."""
    on = getattr(line, "on", UNKNOWN)
    if on is not UNKNOWN:
        return on
    at = getattr(line, "at", UNKNOWN)
    return at.day if at.__class__ is Instant else missing(line, "at", "item.performed_at", NO_AT)


def at_of(line: Any) -> Any:
    """The instant of a line, or why it is not known."""
    at = getattr(line, "at", UNKNOWN)
    return at if at.__class__ is Instant else missing(line, "at", "item.performed_at", NO_AT)


def reader(path: tuple[str, ...], field: str, links: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """A function that walks a path from an entity: the value at its end (an instant as its second or span), ABSENT, or `Unsure`
    with the field where the path broke off."""
    last = len(path) - 1
    fields = [field if n == last else (links[n] if n < len(links) and links[n] else LINKS.get(name, field))
              for n, name in enumerate(path)]
    steps = tuple((name, f, Unsure(frozenset((f,)))) for name, f in zip(path, fields, strict=True))
    if len(steps) == 1:
        ((only, _, usual),) = steps

        def read(entity: Any) -> Any:
            found = getattr(entity, only, UNKNOWN)
            if found is UNKNOWN:
                return missing(entity, only, field, usual)
            return found if found.__class__ is not Instant else lifted(found, missing(entity, only, field, usual).causes)

        return read

    def walk(entity: Any) -> Any:
        for name, broken, usual in steps:
            found = getattr(entity, name, UNKNOWN)
            if found is UNKNOWN:
                return missing(entity, name, broken, usual)
            if found is ABSENT:
                return ABSENT
            if found.__class__ is Instant:
                return lifted(found, missing(entity, name, field, usual).causes)
            entity = found
        return entity

    return walk


def same(read: Callable[[Any], Any], a: Any, b: Any) -> Truth:
    """Whether two entities agree in a fact; nothing equals ABSENT."""
    return compare("=", read(a), read(b))
