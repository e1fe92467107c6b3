"""What a request holds beyond the line at hand, worked out when first asked for and shared by all rules of one encounter.

Nothing here guesses: where a line or fact is not known well enough for an exact answer the result is UNKNOWN, which raises as
soon as it is used, so that the reference decides.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from medrules.engine.optimized.numbers import GroupSpec, ListSpec, TotalSpec
from medrules.engine.optimized.values import MANY, known, read
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, UnknownTouched
from medrules.plan.constants import month_step

if TYPE_CHECKING:
    from medrules.engine.optimized.tables import Tables

__all__ = ["Scene", "all_lines", "scene_in"]

NEVER: Final = 10_000_000
WIDE: Final = frozenset({"统筹区", "全国"})


def all_lines(encounter: Any) -> tuple[Any, ...]:
    """The net lines of all encounters of the patient."""
    patient = encounter.patient
    encounters = UNKNOWN if patient is UNKNOWN else patient.encounters
    if encounters is UNKNOWN or encounters is ABSENT or len(encounters) == 1:
        return encounter.items if encounter.items is not UNKNOWN else ()
    return tuple(m for e in encounters if e.items is not UNKNOWN for m in e.items)


class Scene:
    """One encounter under review. `lines`: the net lines of all encounters of the patient; `solo`: they are this encounter's."""

    # Defaults on the class: a request that asks for little sets little.
    _codes: Any = None
    _alone: Any = None
    _birth_step: Any = None
    _by_code: Any = None
    _closed: dict[str, Any] | None = None
    _totals: dict[int, Any] | None = None
    _groups: dict[int, Any] | None = None
    _lists: dict[int, Any] | None = None
    _guards: dict[int, Any] | None = None
    _on: dict[int, set[str]] | None = None
    steps = 0  # lines that windows looked at since somebody counted

    def __init__(self, tables: Tables, facts: Facts, encounter: Any, lines: tuple[Any, ...], solo: bool) -> None:
        self.tables = tables
        self.facts = facts
        self.encounter = encounter
        self.lines = lines
        self.solo = solo

    @property
    def guards(self) -> dict[int, Any]:
        """Answers of header conditions about this encounter."""
        found = self._guards
        if found is None:
            found = self._guards = {}
        return found

    def fact(self, path: tuple[str, ...]) -> Any:
        return read(self.encounter, path)

    # ------------------------------------------------------------ ages

    def step(self, on: int) -> Any:
        """Months and days since birth, as `100 × months + days`; UNKNOWN without a date of birth."""
        birth = self._birth_step
        if birth is None:
            born = read(self.encounter, ("patient", "birth_date"))
            birth = self._birth_step = month_step(born) if isinstance(born, int) else UNKNOWN
        return UNKNOWN if birth is UNKNOWN else month_step(on) - birth

    # ------------------------------------------------------------ codes of lines

    def codes(self) -> frozenset[str]:
        """Item codes of all lines of the patient that are known."""
        found = self._codes
        if found is None:
            try:
                found = frozenset([m.code for m in self.lines])
            except UnknownTouched:
                found = frozenset([m.code for m in self.lines if m.code is not UNKNOWN])
                self._alone = UNKNOWN
            self._codes = found
        return found  # type: ignore[no-any-return]

    def codes_on(self, day: int) -> set[str]:
        """Item codes of the patient's lines of one day; a line without a day is on none."""
        found = self._on
        if found is None:
            found = self._on = {}
            for m in self.lines:
                on, code = m.on, m.code
                if on is not UNKNOWN and code is not UNKNOWN:
                    if on in found:
                        found[on].add(code)
                    else:
                        found[on] = {code}
        return found[day]

    def by_code(self) -> dict[str, list[Any]]:
        """Lines of the patient by item code; raises if one is UNKNOWN."""
        found = self._by_code
        if found is None:
            if any(m.code is UNKNOWN for m in self.lines):
                found = self._by_code = UNKNOWN
            else:
                found = self._by_code = self.by_known_code()
        return known(found)  # type: ignore[no-any-return]

    def by_known_code(self) -> dict[str, list[Any]]:
        """The same without lines whose code is UNKNOWN."""
        found: dict[str, list[Any]] = {}
        for m in self.lines:
            code = m.code
            if code is not UNKNOWN:
                if code in found:
                    found[code].append(m)
                else:
                    found[code] = [m]
        return found

    def alone(self) -> Any:
        """Whether no two lines of the patient have one code; UNKNOWN if some code is."""
        if self._alone is None:
            distinct = len(self.codes()) == len(self.lines)
            if self._alone is None:
                self._alone = distinct
        return self._alone

    # ------------------------------------------------------------ lists of the encounter

    def list_of(self, number: int) -> Any:
        """The codes of a list, or all their prefixes of the lengths that sets have; UNKNOWN if not all are known."""
        cache = self._lists
        if cache is None:
            cache = self._lists = {}
        found = cache.get(number)
        if found is None:
            spec = self.tables.numbers.lists[number]
            found = cache[number] = _list_of(self.encounter, spec, self.tables.plan.usage.prefix_lengths)
        return found

    # ------------------------------------------------------------ windows

    def closed(self, region: str) -> Any:
        """The first day from which all lines are known, of this institution or anywhere (semantics 1.3, ruling T17)."""
        cache = self._closed
        if cache is None:
            cache = self._closed = {}
        found = cache.get(region)
        if found is None:
            found = cache[region] = _closed_from(self.encounter, region)
        return found

    def bound(self, region: str) -> Any:
        """A day from which all lines are known for certain: `closed`, or later where that is cheaper to say."""
        if region == "institution" and self.solo:
            admitted = self.encounter.admitted_at
            return UNKNOWN if admitted is UNKNOWN else admitted.lo // DAY_SECONDS
        return self.closed(region)

    def totals(self, number: int) -> Any:
        """Totals per group (and day) over all lines of the patient; UNKNOWN where a line could make them inexact."""
        cache = self._totals
        if cache is None:
            cache = self._totals = {}
        found = cache.get(number)
        if found is None:
            try:
                found = _totals(self, self.tables.numbers.totals[number])
            except UnknownTouched:
                found = UNKNOWN
            cache[number] = found
        return found

    def groups(self, number: int) -> Any:
        """Group → MANY if several lines (of several codes) are in it."""
        cache = self._groups
        if cache is None:
            cache = self._groups = {}
        found = cache.get(number)
        if found is None:
            try:
                found = _groups(self, self.tables.numbers.groups[number])
            except UnknownTouched:
                found = UNKNOWN
            cache[number] = found
        return found


def scene_in(box: list[Any]) -> Scene:
    """The scene of a box [None, tables, facts, encounter, lines, solo], made when first asked for."""
    found = box[0]
    if found is None:
        found = box[0] = Scene(*box[1:])
    return found  # type: ignore[no-any-return]


def _list_of(encounter: Any, spec: ListSpec, lengths: tuple[int, ...]) -> Any:
    members = read(encounter, spec.path)
    if members is UNKNOWN:
        return UNKNOWN
    if members is ABSENT:
        return frozenset()
    if len(spec.field) == 1:
        (step,) = spec.field
        try:  # slicing UNKNOWN or ABSENT raises
            if spec.as_prefixes:
                if step == "code":
                    return {code[:n] for code in [x.code for x in members] for n in lengths}
                return {code[:n] for code in [getattr(x, step) for x in members] for n in lengths}
        except (UnknownTouched, TypeError):
            pass
    codes = [read(x, spec.field) for x in members]
    for code in codes:
        if code is UNKNOWN:
            return UNKNOWN
    codes = [c for c in codes if c is not ABSENT]
    if spec.as_prefixes:
        return {code[:n] for code in codes for n in lengths}
    return tuple(codes)


def _closed_from(encounter: Any, region: str) -> int:
    patient = encounter.patient
    if patient is not UNKNOWN and patient.encounters is not UNKNOWN:
        for other in patient.encounters:
            if other.items is UNKNOWN:
                return NEVER
    history = read(encounter, ("patient", "history"))
    covered = NEVER
    if history is not UNKNOWN and history is not ABSENT:
        if isinstance(history.covered_from, int):
            covered = history.covered_from
        if region == "anywhere" and (history.coverage is UNKNOWN or history.coverage not in WIDE):
            covered = NEVER
    if region == "anywhere":
        return covered
    admitted = encounter.admitted_on
    return min(covered, admitted) if isinstance(admitted, int) else covered


def _known_places(scene: Scene) -> None:
    """Raises unless it is known of every encounter of the patient where it was."""
    if not scene.solo:
        for m in scene.lines:
            known(read(m, ("encounter", "institution", "id")))


def _totals(scene: Scene, spec: TotalSpec) -> Mapping[Any, int]:
    """Every line counts, whatever a window's filters; a line without kind or day makes the total inexact and raises."""
    _known_places(scene)
    per_day, path = spec.per_day, spec.value
    found: dict[Any, int] = {}
    if spec.grouping.kind == "code" and per_day and len(path) == 1:
        single, lines = scene.facts.single, scene.lines
        keys: Iterable[Any] = zip(single.codes, single.days, strict=True) if single is not None and single.items is lines else [
            (m.code, m.on) for m in lines]
        for m in lines:
            if m.line_kind is UNKNOWN:
                raise UnknownTouched
        get = found.get
        for whose, amount in zip(keys, map(attrgetter(*path), lines), strict=True):
            found[whose] = get(whose, 0) + amount
        return found
    groups = scene.tables.groups_of(spec.grouping)
    for m in scene.lines:
        known(m.line_kind)
        on, amount = known(m.on), known(read(m, path)) if path else 1
        for group in groups(known(m.code)):
            key = (group, on) if per_day else group
            found[key] = found.get(key, 0) + amount
    return found


def _groups(scene: Scene, spec: GroupSpec) -> Mapping[Any, Any]:
    found: dict[Any, Any] = {}
    groups = scene.tables.groups_of(spec.grouping)
    for m in scene.lines:
        code = known(m.code)
        for group in groups(code):
            before = found.get(group)
            if before is None:
                found[group] = code
            elif not spec.other_code or before != code:
                found[group] = MANY
    return found
