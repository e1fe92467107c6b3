"""The optimized evaluator: a loop that proves silence, exact code for what is left, the reference for what touches UNKNOWN."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from medrules.check.program import PairScope
from medrules.engine.optimized.exact import Closures, Code, NoCode
from medrules.engine.optimized.fallback import Answers, Fallback
from medrules.engine.optimized.hot import compile_loop
from medrules.engine.optimized.judging import judge_line
from medrules.engine.optimized.pairs import judge_pair, suspects
from medrules.engine.optimized.rulecode import Hit, compile_rule
from medrules.engine.optimized.scene import Scene, all_lines
from medrules.engine.optimized.settle import Settler
from medrules.engine.optimized.tables import Tables
from medrules.model.facts import Facts
from medrules.model.reports import Report, Unchecked, Unjudged
from medrules.model.values import ABSENT, UNKNOWN, UnknownTouched
from medrules.plan.plan import Plan

__all__ = ["Evaluator"]

UNSURE: Final = (UnknownTouched, AttributeError, TypeError)
LATE: Final = "deadline"


class Evaluator:
    """Judges requests by one plan. Holds nothing about requests; threads may share it."""

    def __init__(self, plan: Plan, version: str = "") -> None:
        self.plan = plan
        program = plan.program
        self.tables = Tables(plan)
        self.loop = compile_loop(plan, self.tables.numbers)
        self.fallback = Fallback(program)
        self.settler = Settler(program, self.fallback, version)
        self.codes = tuple(compile_rule(n, rule, program) for n, rule in enumerate(program.rules))
        self.guards = tuple(_guard(g, Closures(program, "all")) for g in plan.guards.guards)
        self.scans = tuple(r.rule for r in plan.routes if r.kind == "scan")
        self.whole = tuple(r for r in plan.routes if r.kind == "whole")
        self.pair_rules = tuple(r.rule for r in plan.routes if r.kind == "pair")

    def evaluate(self, facts: Facts, deadline: float | None, clock: Callable[[], float]) -> Report:
        """The report of one request; rules not judged by `deadline` are listed as unchecked."""
        review = _Review(self, facts, deadline, clock)
        unmatched = 0
        for encounter in facts.current:
            if encounter.items is not UNKNOWN:
                unmatched += review.lines(encounter)
            if encounter.operations is not UNKNOWN and encounter.operations:
                review.unjudged_operations()
        if self.whole:
            review.whole_rules()
        return review.report(unmatched)


def _guard(guard: Any, closures: Closures) -> Code | None:
    try:
        return closures.truth(guard)
    except NoCode:
        return None


class _Review:
    """One request under review."""

    __slots__ = ("again", "answers", "clock", "deadline", "e", "facts", "hits", "spoken", "unchecked", "unjudged")

    def __init__(self, e: Evaluator, facts: Facts, deadline: float | None, clock: Callable[[], float]) -> None:
        self.e, self.facts, self.deadline, self.clock = e, facts, deadline, clock
        self.hits: list[Hit] = []
        self.again: list[tuple[int, Any]] = []
        self.answers: Answers | None = None
        self.unjudged: list[Unjudged] | None = None
        self.unchecked: list[Unchecked] = []
        self.spoken = e.plan.guards.at_stage[facts.stage]

    # ------------------------------------------------------------ lines

    def lines(self, encounter: Any) -> int:
        """Judge the lines of one encounter; the number of those that no table knows."""
        e, tables = self.e, self.e.tables
        items, lines = encounter.items, all_lines(encounter)
        get = tables.index.get
        try:
            records = [get(m.code) for m in items]
            {m.on for m in items}  # noqa: B018 - hashing UNKNOWN raises: cheaper than asking every line
        except UnknownTouched:
            items = self._without_unknown(items)
            records = [get(m.code) for m in items]
        scene = Scene(tables, self.facts, encounter, lines)
        out: list[Any] = []
        near: list[Any] = []
        missed: list[Any] = []
        e.loop(items, records, scene, out, near, missed)
        if out:
            self._exactly(out, scene)
        if e.scans:
            self._scanned(items, scene)
        if e.pair_rules:
            if lines is not encounter.items:
                near.extend(m for m in lines if m.encounter is not encounter and m.code is not UNKNOWN
                            and m.code in e.plan.pairs.partners)
            if near:
                self._pairs(near, scene)
        return self._unmatched(missed) if missed else 0

    def _without_unknown(self, items: Iterable[Any]) -> tuple[Any, ...]:
        """Lines without a code or a day are reported once and looked at by no rule."""
        self.unjudged = []
        return tuple(m for m in items if m.code is not UNKNOWN and m.on is not UNKNOWN)

    def _exactly(self, out: list[Any], scene: Scene) -> None:
        codes, spoken = self.e.codes, self.spoken
        for line, entry, sure in out:
            if entry.rule not in spoken or line.is_current is False:
                continue
            try:
                if self._speaks(entry.rule, line, scene):
                    hit = judge_line(codes[entry.rule], line, entry, sure, scene)
                    if hit is not None:
                        self.hits.append(hit)
            except UNSURE:
                self.again.append((entry.rule, line))

    def _speaks(self, rule: int, line: Any, scene: Scene) -> bool:
        """Whether the rule's header is about this encounter; raises if that is not known."""
        number = self.e.plan.guards.guard_of[rule]
        if number < 0:
            return True
        found = scene.guards.get(number)
        if found is None:
            code = self.e.guards[number]
            try:
                found = UNKNOWN if code is None else bool(code({"item": line}, None, scene))
            except UNSURE:
                found = UNKNOWN
            scene.guards[number] = found
        return bool(found)

    def _scanned(self, items: Iterable[Any], scene: Scene) -> None:
        """Rules that look at every line."""
        for number in self.e.scans:
            if number not in self.spoken:
                continue
            entry = self.e.tables.scan_entry(number)
            if entry is None:
                continue
            test = self.e.tables.test_of(entry)
            rule = entry_rule = self.e.plan.rules[number]
            for m in items:
                if not rule.valid_from <= m.on < entry_rule.valid_to:
                    continue
                try:
                    candidate = test(m, m.on, scene)
                except UNSURE:
                    candidate = True
                if candidate:
                    self._exactly([(m, entry, False)], scene)

    def _pairs(self, near: list[Any], scene: Scene) -> None:
        e = self.e
        try:
            found = suspects(near, e.plan.pairs, e.codes, scene)
        except UNSURE:  # a line whose code is not known may be anybody's partner
            self.again.extend((n, m) for n in e.pair_rules if n in self.spoken for m in scene.lines)
            return
        for (number, _), (line, pairs) in found.items():
            if number not in self.spoken:
                continue
            try:
                if self._speaks(number, line, scene):
                    hit = judge_pair(e.codes[number], line, pairs, scene)
                    if hit is not None:
                        self.hits.append(hit)
            except UNSURE:
                self.again.append((number, line))

    def _unmatched(self, missed: list[Any]) -> int:
        return len({m.position for m in missed if m.is_current is not False and m.code is not ABSENT})

    # ------------------------------------------------------------ the rest

    def unjudged_operations(self) -> None:
        self.unjudged = []

    def whole_rules(self) -> None:
        pass

    def report(self, unmatched: int) -> Report:
        settler, facts = self.e.settler, self.facts
        answers = Answers()
        if self.again:
            self._ask(answers)
        if self.unjudged is not None:
            self.unjudged = list(self.e.fallback.reference.unjudged(facts))
        if not self.hits and not self.again and not self.unjudged and not self.unchecked:
            return settler.clean(unmatched, facts)
        return settler.report(facts, self.hits, answers, self.unjudged or (), self.unchecked, unmatched)

    def _ask(self, answers: Answers) -> None:
        rules, fallback = self.e.plan.rules, self.e.fallback
        for number, line in dict.fromkeys(self.again):
            fallback.line(rules[number], line, self.facts, answers)
