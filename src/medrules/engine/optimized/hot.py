"""Generates the loop over the lines of one encounter: one record per line, the tests of dense shapes in line, the rest called.

It answers with candidates only: (line, entry, sure) where silence is not proven, lines that may have partners, and lines whose code
no table knows. Every line has a code and a day. What a request answers is asked for by the first test that needs it.
"""
from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from medrules.engine.optimized import syntax as s
from medrules.engine.optimized.emit import emit, hole_names, line_fact, open_days
from medrules.engine.optimized.names import NAMES
from medrules.engine.optimized.numbers import ListSpec, Numbers
from medrules.engine.optimized.scene import scene_in
from medrules.engine.optimized.tables import Tables
from medrules.model.values import DAY_SECONDS
from medrules.plan.constants import END_OF_DAYS, FIRST_DAY, month_steps
from medrules.plan.plan import Plan
from medrules.plan.shapes import CodesProbe, Shape, SharedGroup, TotalOver

__all__ = ["compile_loops"]

PARAMETERS = ("encounter", "items", "listed", "days", "records", "codes", "alone", "solo", "box", "out", "near", "missed")

Names = dict[str, Any]


def compile_loops(plan: Plan, tables: Tables) -> tuple[Callable[..., None], Callable[..., Any]]:
    """Two functions around one loop.

    any lines: (encounter, items, their codes, days and records, all codes of the patient as a set, whether these are distinct, solo,
        the scene's box, out, near, missed) → None; the last three lists are filled.
    one encounter: (facts, dated) → None if the request is not of the common kind (`Facts.single`); the number of lines that no table
        knows, if nothing else is to be said; else [that number, out, near, box]. dated: whether to look up the record of each line's
        day; asked with False, the function takes the newest records, and begins again where one is not in force.
    """
    places = _InLine(tables.numbers, plan.usage.prefix_lengths)
    body = _body(plan, tables, places, False)
    watching = _body(plan, tables, places, True)
    start = places.start()  # made ready before the loop: what its tests ask for
    names: Names = {
        **NAMES, "scene_in": scene_in, "get": tables.index.get, "tables": tables, "in_force": tables.in_force, "named": plan.strangers, **places.objects}
    lines = s.call(s.name("enumerate"), s.name("records"))
    loop = s.build("look", s.function("look", PARAMETERS, [*start, s.loop(("i", "r"), lines, body)]), names)
    walk = s.loop(("i", "r"), lines, watching)
    common = s.build("common", s.function("common", ("facts", "dated"), [*_open_request(plan, tables), *start, walk, *_answer(plan, tables)]), names)
    return loop, common


def _open_request(plan: Plan, tables: Tables) -> list[ast.stmt]:
    """The one encounter, its lines, their codes and records; gives None where the request is of another kind. An UNKNOWN code raises."""
    other = [s.give(s.number(None))]
    none = s.negated(s.call(s.name("any"), s.name("records")))
    silent = [] if plan.prefix_records or plan.known_prefixes else [s.when(none, [s.give(_unmatched("items"))])]
    newest = s.call(s.name("list"), s.call(s.name("map"), s.name("get"), s.name("listed")))
    of_day = s.call(s.name("in_force"), s.name("listed"), s.name("days"))
    return [
        s.assign("single", s.attr(s.name("facts"), "single")),
        s.when(s.compare(s.name("single"), "is", s.number(None)), other),
        s.assign(("encounter", "items", "listed", "days", "plain"), s.name("single")),
        s.assign("records", newest if plan.streamed else s.choice(s.name("dated"), of_day, newest)),
        *silent,
        *(s.assign(n, s.listed([])) for n in ("out", "near", "missed")),
        s.assign("codes", s.number(None)), s.assign("alone", s.number(None)), s.assign("solo", s.number(True)),
        s.assign("box", s.listed([s.number(None), s.name("tables"), s.name("facts"), s.name("encounter"), s.name("items"), s.number(True)])),
    ]


def _unmatched(lines: str) -> ast.expr:
    """How many of these lines, which no table knows, are to be reported: all, if they are plain."""
    return s.choice(s.name("plain"), s.call(s.name("len"), s.name(lines)), s.call(s.name("count_unmatched"), s.name(lines)))


def _knows_any(plan: Plan, tables: Tables) -> bool:
    """Whether some table of the plan knows any code at all (rules alone may name codes)."""
    return bool(plan.known_prefixes) or bool(plan.prefix_records) or len(plan.strangers) < len(tables.index)


def _answer(plan: Plan, tables: Tables) -> list[ast.stmt]:
    unmatched = _unmatched("missed")
    foreign: list[ast.stmt] = []
    if not _knows_any(plan, tables):
        unmatched = _unmatched("items")
    elif plan.strangers:
        met = s.call(s.name("strangers"), s.name("named"), s.name("items"))
        foreign = [s.when(s.negated(s.call(s.attr(s.name("named"), "isdisjoint"), s.name("listed"))), [
            s.do(s.call(s.attr(s.name("missed"), "extend"), met))])]
    return [
        *foreign,
        s.when(s.either([s.name("out"), s.name("near")]), [s.give(s.listed([unmatched, s.name("out"), s.name("near"), s.name("box")]))]),
        s.give(unmatched),
    ]


def _body(plan: Plan, tables: Tables, places: _InLine, watching: bool) -> list[ast.stmt]:
    """What is done with each line: its place `i`, the record `r` of its code."""
    counted = watching and not _knows_any(plan, tables)  # all lines are unmatched: there is nothing to note
    body = [
        s.when(s.compare(s.name("r"), "is", s.number(None)), [s.skip()] if counted else _unknown_code(plan)),
        s.assign("on", s.item(s.name("days"), s.name("i"))),
        s.when(s.compare(s.name("on"), "!=", s.name("last")), [
            *(_calm(plan, tables) if watching else []), s.assign("last", s.name("on")), s.assign("step", s.number(None))]),
        s.assign(_record_names(plan, tables), s.name("r")),
        *(_slot(plan.shapes[number], n, places, watching and number in plan.streamed) for n, number in enumerate(plan.dense)),
    ]
    if tables.has_others:
        body.append(_others())
    if tables.has_pairs:
        body.append(_partners(watching and tables.pairs_by_day))
    return body


def _calm(plan: Plan, tables: Tables) -> list[ast.stmt]:
    """What is done on a day on which the newest records of some codes are not in force: the request begins again with those that are.
    Groups are watched only where no line needs this."""
    first, last = tables.calm
    beyond = [s.compare(s.name("on"), "<", s.number(first))] if first > FIRST_DAY else []
    if last < END_OF_DAYS:
        beyond.append(s.compare(s.name("on"), ">=", s.number(last)))
    if not beyond:
        return []
    if plan.streamed:
        return [s.when(s.either(beyond), [s.give(s.number(None))])]
    again = s.give(s.call(s.name("common"), s.name("facts"), s.number(True)))
    return [s.when(s.both([s.either(beyond), s.negated(s.name("dated"))]), [again])]


def _scene() -> ast.expr:
    """The scene, made when first asked for: most requests need none."""
    return s.call(s.name("scene_in"), s.name("box"))


def _record_names(plan: Plan, tables: Tables) -> tuple[str, ...]:
    constants = [n for i, number in enumerate(plan.dense) for n in _constants(plan.shapes[number], i)]
    return ("start", "end", *constants, *(("others",) if tables.has_others else ()), *(("partners",) if tables.has_pairs else ()))


def _constants(shape: Shape, place: int) -> list[str]:
    """The names of a dense shape's constants; a shape without any has one that only says that it is there."""
    return [n for names in hole_names(shape, f"h{place}_") for n in names] or [f"h{place}_"]


def _line() -> ast.expr:
    return s.item(s.name("items"), s.name("i"))


def _code() -> ast.expr:
    return s.item(s.name("listed"), s.name("i"))


def _unknown_code(plan: Plan) -> list[ast.stmt]:
    """A code without a key of its own: by its longest prefix, if the plan has prefixes; else it is unmatched."""
    miss = [s.do(s.call(s.attr(s.name("missed"), "append"), _line())), s.skip()]
    if not plan.prefix_records and not plan.known_prefixes:
        return miss
    found = s.call(s.attr(s.name("tables"), "record_by_prefix"), _code(), s.item(s.name("days"), s.name("i")))
    return [
        s.assign("r", found),
        s.when(s.compare(s.name("r"), "is", s.number(None)), miss),
        s.when(s.compare(s.name("r"), "is", s.number(False)), [s.skip()]),
    ]


def _note(entry: ast.expr, sure: ast.expr) -> ast.stmt:
    return s.do(s.call(s.attr(s.name("out"), "append"), s.packed([_line(), entry, sure])))


def _used(nodes: list[ast.stmt]) -> list[ast.stmt]:
    """The line, if the statements read it."""
    read = {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
    return [s.assign("m", _line())] if "m" in read else []


def _slot(shape: Shape, place: int, places: _InLine, streamed: bool) -> ast.stmt:
    """if the record has constants of this shape: may the line be at fault? (A candidate names the dense place; what stands there is
    fetched when it is judged.)"""
    first, entry = _constants(shape, place)[0], s.number(place)
    if streamed:
        body = _watched(shape, place, first, places)
        return s.when(s.compare(s.name(first), "is not", s.number(None)), [*_used([body]), body])
    places.asked = {}
    test = emit(shape, places, f"h{place}_")
    sure: ast.expr = s.number(shape.exact)
    if isinstance(shape.test, TotalOver) and shape.test.grouping.kind == "code":
        # Alone with its code, a line is all of its window: over the limit is then certain, if the window lacks nothing.
        sure = s.both([s.name("alone"), *(s.negated(o) for o in open_days(shape.test, places))])
    asked = [*places.asked.values(), s.when(test, [_note(entry, sure)])]
    body = s.attempt([*_used(asked), *asked], "UNSURE", [_note(entry, s.number(False))])
    return s.when(s.compare(s.name(first), "is not", s.number(None)), [body])


def _watched(shape: Shape, place: int, key: str, places: _InLine) -> ast.stmt:
    """A group seen for the first time is remembered; `meet` says whose silence is in doubt when it is seen again."""
    seen, entry = places.watch(place), s.number(place)
    fresh = s.listed([s.number(False), s.listed([s.name("m")]), s.listed([entry])])
    other_code = isinstance(shape.test, SharedGroup) and shape.test.other_code
    meet = s.call(s.name("meet"), s.name(seen), s.name(key), s.name("m"), entry, s.name("out"), s.number(other_code))
    return s.when(
        s.compare(s.name(key), "in", s.name(seen)), [s.do(meet)], [s.put(s.name(seen), s.name(key), fresh)])


def _others() -> ast.stmt:
    """Tests that have no place in the record: called one by one."""
    test = s.call(s.name("test"), s.name("m"), s.name("on"), _scene())
    walk = s.loop(("test", "e"), s.name("others"), [
        s.attempt([s.when(test, [_note(s.name("e"), s.number(False))])], "UNSURE", [_note(s.name("e"), s.number(False))])])
    return s.when(s.compare(s.name("others"), "is not", s.number(None)), [*_used([walk]), walk])


def _partners(by_day: bool) -> ast.stmt:
    """A line one of whose partners is among the codes of the patient (of the same day, if all pairs are of one day)."""
    def meets(codes: ast.expr, then: list[ast.stmt]) -> ast.stmt:
        return s.when(s.negated(s.call(s.attr(s.name("partners"), "isdisjoint"), codes)), then)

    near = [s.do(s.call(s.attr(s.name("near"), "append"), _line()))]
    if by_day:
        of_days = s.assign("codes_on", s.call(s.name("codes_by_day"), s.name("listed"), s.name("days")))
        same_day = s.item(s.name("codes_on"), s.item(s.name("days"), s.name("i")))
        near = [s.when(s.compare(s.name("codes_on"), "is", s.number(None)), [of_days]), meets(same_day, near)]
    return s.when(s.compare(s.name("partners"), "is not", s.number(None)), [_codes(), meets(s.name("codes"), near)])


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
    """Keeps what a request answers in local names, each asked for by the first test that needs it. `asked` collects the asking
    statements of one test, in the order in which they have to run; an UNKNOWN on the way raises, and the test is in doubt."""

    def __init__(self, numbers: Numbers, lengths: tuple[int, ...]) -> None:
        self.numbers, self.lengths = numbers, lengths
        self.objects: dict[str, Any] = {}
        self.asked: dict[str, ast.stmt] = {}
        self._facts: dict[tuple[str, ...], str] = {}
        self._cleared: dict[str, None] = {"codes_on": None, "last": None}
        self._watched: dict[str, None] = {}

    def start(self) -> list[ast.stmt]:
        return [
            *(s.assign(ident, s.number(None)) for ident in self._cleared),
            *(s.assign(ident, s.empty()) for ident in self._watched),
        ]

    def watch(self, place: int) -> str:
        """The name of a dict that remembers groups."""
        self._watched[f"w{place}"] = None
        return f"w{place}"

    def _once(self, ident: str, body: list[ast.stmt]) -> ast.expr:
        """A name that is filled by `body` the first time."""
        self.asked[ident] = s.when(s.compare(s.name(ident), "is", s.number(None)), body)
        self._cleared[ident] = None
        return s.name(ident)

    def _scene_says(self, ident: str, what: str, *args: ast.expr) -> ast.expr:
        return self._once(ident, [s.assign(ident, s.call(s.attr(_scene(), what), *args))])

    def code(self) -> ast.expr:
        return _code()

    def fact(self, path: tuple[str, ...]) -> ast.expr:
        ident = self._facts.setdefault(path, f"q{len(self._facts)}")
        return self._once(ident, [s.assign(ident, line_fact(path, "encounter"))])

    def probe(self, node: CodesProbe) -> ast.expr:
        number = self.numbers.list(node)
        spec = self.numbers.lists[number]
        if not spec.as_prefixes or len(spec.field) != 1:
            return self._scene_says(f"l{number}", "list_of", s.number(number))
        return self._once(f"l{number}", _prefixes(spec, f"l{number}", self.lengths))

    def totals(self, node: TotalOver) -> ast.expr:
        number = self.numbers.total(node)
        if node.grouping.kind != "code":
            return self._scene_says(f"t{number}", "totals", s.number(number))
        alone = self.alone()  # only where two lines share a code are totals asked for
        asked = s.choice(alone, s.name("UNKNOWN"), s.call(s.attr(_scene(), "totals"), s.number(number)))
        return self._once(f"t{number}", [s.assign(f"t{number}", asked)])

    def groups(self, node: SharedGroup) -> ast.expr:
        number = self.numbers.group(node)
        return self._scene_says(f"g{number}", "groups", s.number(number))

    def bound(self, region: str) -> ast.expr:
        self.objects[f"region_{region}"] = region
        asked = s.call(s.attr(_scene(), "bound"), s.name(f"region_{region}"))
        if region == "institution":  # of one stay, all is known from its admission on
            admitted = s.attr(s.name("encounter"), "admitted_at", "lo")
            asked = s.choice(s.name("solo"), s.arithmetic("//", admitted, s.number(DAY_SECONDS)), asked)
        return self._once(f"c_{region}", [s.assign(f"c_{region}", asked)])

    def alone(self) -> ast.expr:
        distinct = s.compare(s.call(s.name("len"), s.name("codes")), "=", s.call(s.name("len"), s.name("listed")))
        self.asked["alone"] = s.when(
            s.compare(s.name("alone"), "is", s.number(None)), [_codes(), s.assign("alone", distinct)])
        return s.name("alone")

    def step(self) -> ast.expr:
        """Months and days since birth: worked out again when the day has changed."""
        self.objects["months"] = month_steps()
        day, born = (s.item(s.name("months"), x) for x in (s.name("on"), line_fact(("patient", "birth_date"), "encounter")))
        return self._once("step", [s.assign("step", s.arithmetic("-", day, born))])


def _codes() -> ast.stmt:
    """The codes as a set, made when first asked for."""
    return s.when(
        s.compare(s.name("codes"), "is", s.number(None)), [s.assign("codes", s.call(s.name("frozenset"), s.name("listed")))])
