"""Generates the loop over the lines of one encounter: one record per line, the tests of dense shapes in line, the rest called.

It answers with candidates only: (line, entry, sure) where silence is not proven, lines that may have partners, and lines whose code
no table knows. Every line has a code and a day.
"""
from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from medrules.engine.optimized import syntax as s
from medrules.engine.optimized.emit import emit, hole_names, line_fact, open_days
from medrules.engine.optimized.names import NAMES
from medrules.engine.optimized.numbers import ListSpec, Numbers
from medrules.engine.optimized.scene import scene_in
from medrules.engine.optimized.tables import Tables
from medrules.model.values import DAY_SECONDS
from medrules.plan.constants import month_steps
from medrules.plan.plan import Plan
from medrules.plan.shapes import CodesProbe, Shape, SharedGroup, TotalOver

__all__ = ["compile_loops"]

PARAMETERS = ("encounter", "items", "records", "codes", "sieve", "alone", "solo", "box", "out", "near", "missed")
MAX_SIEVED: Final = 48  # lines; beyond, most bits are set and the sieve holds nothing back

Names = dict[str, Any]


def compile_loops(plan: Plan, tables: Tables) -> tuple[Callable[..., None], Callable[..., Any]]:
    """Two functions around one loop.

    any lines: (encounter, items, their records, all codes of the patient, their bits, whether these are distinct, solo, the
        scene's box, out, near, missed) → None; the last three lists are filled.
    one encounter: (facts) → None if the request is not of the common kind (one encounter, known alone, of which only lines
        are judged); its lines, if no table knows any of them; else [missed, out, near, box].
    """
    places = _InLine(tables.numbers, plan.usage.prefix_lengths)
    body = _body(plan, tables, places, False)
    watching = _body(plan, tables, places, True)
    start = _start(plan, places)
    names: Names = {
        **NAMES, "scene_in": scene_in, "get": tables.index.get, "tables": tables, "partners": tables.partners,
        **places.objects,
    }
    pairs = s.call(s.name("zip"), s.name("items"), s.name("records"))
    walk = s.loop(("m", "r"), pairs, body)
    loop = s.build("look", s.function("look", PARAMETERS, [*start, walk]), names)
    answer = s.give(s.listed([s.name("missed"), s.name("out"), s.name("near"), s.name("box")]))
    walk = s.loop(("m", "r"), pairs, watching)  # groups are watched as long as each line's row is in force on the line's day
    common = s.build("common", s.function("common", ("facts",), [*_open_request(plan, tables), *start, walk, answer]), names)
    return loop, common


def _open_request(plan: Plan, tables: Tables) -> list[ast.stmt]:
    """The one encounter, its lines, their codes and records; gives None where the request is of another kind."""
    other = [s.give(s.number(None))]
    encounter, items, patient = s.name("encounter"), s.name("items"), s.name("patient")
    operations, unknown = s.name("operations"), s.name("UNKNOWN")
    several = s.compare(s.call(s.name("len"), s.attr(patient, "encounters")), "!=", s.number(1))
    empty: list[ast.stmt] = [s.assign(n, s.listed([])) for n in ("out", "near", "missed")]
    none = s.negated(s.call(s.name("any"), s.name("records")))
    unknown_all = [] if plan.prefix_records or plan.known_prefixes else [s.when(none, [s.give(s.name("items"))])]
    n_lines, n_codes = (s.call(s.name("len"), s.name(n)) for n in ("listed", "codes"))
    bit = s.item(s.name("r"), s.number(len(_record_names(plan, tables)) - 2))
    sieve = s.loop(("r",), s.name("records"), [s.when(s.compare(s.name("r"), "is not", s.number(None)), [
        s.assign("sieve", s.arithmetic("|", s.name("sieve"), bit))])])
    return [
        s.assign("current", s.attr(s.name("facts"), "current")),
        s.when(s.compare(s.call(s.name("len"), s.name("current")), "!=", s.number(1)), other),
        s.assign("encounter", s.item(s.name("current"), s.number(0))),
        s.assign("items", s.attr(encounter, "items")), s.assign("patient", s.attr(encounter, "patient")),
        s.assign("operations", s.attr(encounter, "operations")),
        s.when(s.either([s.compare(items, "is", unknown), several, s.attr(s.name("facts"), "unjudged")]), other),
        s.when(s.both([s.compare(operations, "is not", unknown), operations]), other),
        s.assign("listed", s.each(s.attr(s.name("m"), "code"), "m", items)),
        s.assign("records", s.call(s.name("list"), s.call(s.name("map"), s.name("get"), s.name("listed")))),
        *unknown_all, *empty,
        s.assign("codes", s.call(s.name("frozenset"), s.name("listed"))),
        s.assign("alone", s.compare(n_codes, "=", n_lines)),
        s.assign("solo", s.number(True)),
        s.assign("box", s.listed([
            s.number(None), s.name("tables"), s.name("facts"), encounter, items, s.number(True), s.name("codes"),
            s.name("alone")])),
        *([s.assign("sieve", s.number(0)),
           s.when(s.compare(n_lines, ">", s.number(MAX_SIEVED)), [s.assign("sieve", s.number(-1))], [sieve])]
          if tables.has_pairs else []),
    ]


def _start(plan: Plan, places: _InLine) -> list[ast.stmt]:
    """What is read before the loop."""
    start: list[ast.stmt] = [s.assign("add", s.attr(s.name("out"), "append")), *places.start()]
    if plan.usage.ages:
        birth = s.item(s.name("months"), places.fact(("patient", "birth_date")))
        start += [
            s.assign("last", s.number(None)), s.assign("step", s.name("UNKNOWN")),
            s.attempt([s.assign("birth", birth)], "UNSURE", [s.assign("birth", s.name("UNKNOWN"))]),
        ]
    return start


def _body(plan: Plan, tables: Tables, places: _InLine, watching: bool) -> list[ast.stmt]:
    """What is done with each line `m` and the record `r` of its code."""
    tests = [_slot(plan.shapes[number], i, places, watching and number in plan.streamed) for i, number in enumerate(plan.dense)]
    body: list[ast.stmt] = [
        s.assign("on", s.attr(s.name("m"), "on")),
        s.when(s.compare(s.name("r"), "is", s.number(None)), _unknown_code(plan)),
        *_open_record(plan, tables, watching),
    ]
    if plan.usage.ages:
        places.fact(("patient", "birth_date"))
        places.objects["months"] = month_steps()
        steps = s.arithmetic("-", s.item(s.name("months"), s.name("on")), s.name("birth"))
        unknown = s.assign("step", s.name("UNKNOWN"))
        body.append(s.when(
            s.compare(s.name("on"), "!=", s.name("last")),
            [s.assign("last", s.name("on")), s.attempt([s.assign("step", steps)], "UNSURE", [unknown])]))
    body += tests
    if tables.has_others:
        body.append(_others())
    if tables.has_pairs:
        body.append(_partners(watching and tables.pairs_by_day))
    return body


def _scene() -> ast.expr:
    """The scene, made when first asked for: most requests need none."""
    return s.call(s.name("scene_in"), s.name("box"))


def _record_names(plan: Plan, tables: Tables) -> tuple[str, ...]:
    constants = [n for i, number in enumerate(plan.dense) for n in _constants(plan.shapes[number], i)]
    return (
        "start", "end", *constants, *(("others",) if tables.has_others else ()), *(("_", "mask") if tables.has_pairs else ()))


def _constants(shape: Shape, place: int) -> list[str]:
    """The names of a dense shape's constants; a shape without any has one that only says that it is there."""
    return [n for names in hole_names(shape, f"h{place}_") for n in names] or [f"h{place}_"]


def _unknown_code(plan: Plan) -> list[ast.stmt]:
    """A code without a key of its own: by its longest prefix, if the plan has prefixes; else it is unmatched. (An UNKNOWN day
    raises: the line is to be reported.)"""
    miss = [
        s.when(s.compare(s.name("on"), "is", s.name("UNKNOWN")), [s.do(s.call(s.name("known"), s.name("on")))]),
        s.do(s.call(s.attr(s.name("missed"), "append"), s.name("m"))), s.skip(),
    ]
    if not plan.prefix_records and not plan.known_prefixes:
        return miss
    found = s.call(s.attr(_scene(), "by_prefix"), s.attr(s.name("m"), "code"), s.name("on"))
    return [
        s.assign("r", found),
        s.when(s.compare(s.name("r"), "is", s.number(None)), miss),
        s.when(s.compare(s.name("r"), "is", s.number(False)), [s.skip()]),
    ]


def _open_record(plan: Plan, tables: Tables, watching: bool) -> list[ast.stmt]:
    """Unpack the record that is in force on the line's day."""
    names = _record_names(plan, tables)
    on = s.name("on")
    other = s.call(s.attr(_scene(), "segment"), s.attr(s.name("m"), "code"), on)
    outside = s.negated(s.compare(s.name("start"), "<=", on, "<", s.name("end")))
    if watching and plan.streamed:
        return [s.assign(names, s.name("r")), s.when(outside, [s.give(s.number(None))])]
    return [
        s.assign(names, s.name("r")),
        s.when(outside, [
            s.assign("r", other),
            s.when(s.compare(s.name("r"), "is", s.number(None)), [s.skip()]),
            s.assign(names, s.name("r")),
        ]),
    ]


def _note(entry: ast.expr, sure: bool) -> ast.stmt:
    return s.do(s.call(s.name("add"), s.packed([s.name("m"), entry, s.number(sure)])))


def _entry(place: int) -> ast.expr:
    """A candidate names the dense place; what stands there is fetched when it is judged."""
    return s.number(place)


def _slot(shape: Shape, place: int, places: _InLine, streamed: bool) -> ast.stmt:
    """if the record has constants of this shape: may the line be at fault?"""
    places.needed, places.loops = {}, {}
    test = emit(shape, places, f"h{place}_")
    ask = [s.when(s.compare(s.name(n), "is", s.number(None)), body) for n, body in places.loops.items()]
    ask += [s.when(s.compare(s.name(n), "is", s.number(None)), [s.assign(n, how)]) for n, how in places.needed.items()]
    entry = _entry(place)
    found = [_note(entry, shape.exact)]
    if isinstance(shape.test, TotalOver) and shape.test.grouping.kind == "code":
        # Alone with its code, a line is all of its window: over the limit is then certain, if the window lacks nothing.
        sure = s.both([s.name("alone"), *(s.negated(o) for o in open_days(shape.test, places))])
        found = [s.do(s.call(s.name("add"), s.packed([s.name("m"), entry, sure])))]
    body = s.attempt([*ask, s.when(test, found)], "UNSURE", [_note(entry, False)])
    first = _constants(shape, place)[0]
    if streamed:
        body = _watched(shape, place, first, places)
    return s.when(s.compare(s.name(first), "is not", s.number(None)), [body])


def _watched(shape: Shape, place: int, key: str, places: _InLine) -> ast.stmt:
    """A group seen for the first time is remembered; `meet` says whose silence is in doubt when it is seen again."""
    seen = places.watch(place)
    entry = _entry(place)
    fresh = s.listed([s.number(False), s.listed([s.name("m")]), s.listed([entry])])
    other_code = isinstance(shape.test, SharedGroup) and shape.test.other_code
    meet = s.call(s.name("meet"), s.name(seen), s.name(key), s.name("m"), entry, s.name("add"), s.number(other_code))
    return s.when(
        s.compare(s.name(key), "in", s.name(seen)), [s.do(meet)], [s.put(s.name(seen), s.name(key), fresh)])


def _others() -> ast.stmt:
    """Tests that have no place in the record: called one by one."""
    test = s.call(s.name("test"), s.name("m"), s.name("on"), _scene())
    return s.when(s.compare(s.name("others"), "is not", s.number(None)), [
        s.loop(("test", "e"), s.name("others"), [
            s.attempt([s.when(test, [_note(s.name("e"), False)])], "UNSURE", [_note(s.name("e"), False)]),
        ]),
    ])


def _partners(same_day: bool) -> ast.stmt:
    """A line one of whose partners is among the codes of the patient (of the same day, if all pairs are of one day): asked of 512
    bits first, then of the codes, then of the days."""
    partners = s.item(s.name("partners"), s.attr(s.name("m"), "code"))
    meets = s.negated(s.call(s.attr(partners, "isdisjoint"), s.name("codes")))
    on_day = s.call(s.name("meets_on_day"), s.name("m"), partners, s.name("items"))
    return s.when(s.arithmetic("&", s.name("mask"), s.name("sieve")), [
        s.when(s.both([meets, on_day]) if same_day else meets, [s.do(s.call(s.attr(s.name("near"), "append"), s.name("m")))]),
    ])


def _prefixes(spec: ListSpec, ident: str, lengths: tuple[int, ...]) -> list[ast.stmt]:
    """All prefixes of the codes of a list. An UNKNOWN or ABSENT code raises before the name is set."""
    members = line_fact(spec.path, "encounter")
    cut = s.attr(s.name("found"), "add")
    return [
        s.assign("found", s.call(s.name("set"))),
        s.loop(("x",), members, [
            s.assign("x", line_fact(spec.field, "x")),
            *(s.do(s.call(cut, s.start_of(s.name("x"), n))) for n in lengths),
        ]),
        s.assign(ident, s.name("found")),
    ]


class _InLine:
    """Keeps what a request answers in local names: facts are read before the loop, the rest when first needed."""

    def __init__(self, numbers: Numbers, lengths: tuple[int, ...]) -> None:
        self.numbers, self.lengths = numbers, lengths
        self.loops: dict[str, list[ast.stmt]] = {}
        self.objects: dict[str, Any] = {}
        self.needed: dict[str, ast.expr] = {}
        self._facts: dict[tuple[str, ...], str] = {}
        self._lazy: dict[str, ast.expr] = {}
        self._watched: list[str] = []

    def start(self) -> list[ast.stmt]:
        """Read facts of the encounter (a broken link: slowly, with care) and clear what is asked for later."""
        out: list[ast.stmt] = []
        for path, ident in self._facts.items():
            direct = s.attr(s.name("encounter"), *path)
            line_fact(path)  # refuses a name that is no fact
            self.objects[f"p_{ident}"] = path
            careful = s.call(s.attr(_scene(), "fact"), s.name(f"p_{ident}"))
            out.append(s.attempt([s.assign(ident, direct)], "UNSURE", [s.assign(ident, careful)]))
        out.extend(s.assign(ident, s.number(None)) for ident in self._lazy)
        out.extend(s.assign(ident, s.empty()) for ident in self._watched)
        return out

    def watch(self, place: int) -> str:
        """The name of a dict that remembers groups."""
        self._watched.append(f"w{place}")
        return f"w{place}"

    def _later(self, ident: str, what: str, *args: ast.expr) -> ast.expr:
        self.needed[ident] = self._lazy[ident] = s.call(s.attr(_scene(), what), *args)
        return s.name(ident)

    def fact(self, path: tuple[str, ...]) -> ast.expr:
        return s.name(self._facts.setdefault(path, f"q{len(self._facts)}"))

    def probe(self, node: CodesProbe) -> ast.expr:
        number = self.numbers.list(node)
        spec = self.numbers.lists[number]
        if not spec.as_prefixes or len(spec.field) != 1:
            return self._later(f"l{number}", "list_of", s.number(number))
        self.loops[f"l{number}"] = _prefixes(spec, f"l{number}", self.lengths)
        self._lazy[f"l{number}"] = s.number(None)
        return s.name(f"l{number}")

    def totals(self, node: TotalOver) -> ast.expr:
        number = self.numbers.total(node)
        if node.grouping.kind != "code":
            return self._later(f"t{number}", "totals", s.number(number))
        # Only asked for where two lines share a code: see `alone`.
        asked = s.choice(s.name("alone"), s.name("UNKNOWN"), s.call(s.attr(_scene(), "totals"), s.number(number)))
        self.needed[f"t{number}"] = self._lazy[f"t{number}"] = asked
        return s.name(f"t{number}")

    def groups(self, node: SharedGroup) -> ast.expr:
        number = self.numbers.group(node)
        return self._later(f"g{number}", "groups", s.number(number))

    def bound(self, region: str) -> ast.expr:
        self.objects[f"region_{region}"] = region
        ident = f"c_{region}"
        asked = s.call(s.attr(_scene(), "bound"), s.name(f"region_{region}"))
        if region == "institution":  # of one stay, all is known from its admission on
            admitted = s.attr(s.name("encounter"), "admitted_at", "lo")
            asked = s.choice(s.name("solo"), s.arithmetic("//", admitted, s.number(DAY_SECONDS)), asked)
        self.needed[ident] = self._lazy[ident] = asked
        return s.name(ident)

    def alone(self) -> ast.expr:
        return s.name("alone")

    def step(self) -> ast.expr:
        return s.name("step")
