"""What each rule costs on given requests, so that a slow rule is seen before it is published.

Nothing is timed inside a review. Every rule is made into a plan of its own, which runs over the same requests in turn with a plan
that has no rules; the difference is what the rule costs. So the ordinary path carries no clock, and the clock distorts nothing.
Rules in one plan share an index and what is worked out of the facts: together they take less than the sum of them alone.
"""
from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from medrules.check.contents import tables_of
from medrules.check.program import PeriodScope, Program, Rule
from medrules.engine.metering import Meter
from medrules.engine.optimized.evaluator import Evaluator
from medrules.engine.optimized.fallback import Answers, Fallback
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.referred import Referred
from medrules.engine.reference.evaluator import Reference
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.plan.plan import Plan
from medrules.plan.planner import plan

__all__ = ["Profile", "Profiler", "RuleProfile"]


@dataclass(frozen=True, slots=True)
class RuleProfile:
    """What one rule took over all requests. Times are nanoseconds of the whole set, the quickest of several rounds.

    way         how its bindings are found: code, scan, pair, whole (see plan.Route), and why where that is said
    candidates  bindings in force that its scope makes: lines, pairs, groups, stays …
    hits        findings
    undecided   待核 entries
    asked       bindings that the reference evaluator judged, because the compiled rule could not
    """

    rule: Rule
    way: str
    reason: str
    judging: int
    messages: int
    candidates: int
    hits: int
    undecided: int
    asked: int

    @property
    def total(self) -> int:
        return self.judging + self.messages


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of requests through all rules of a pack.

    first     judging with all rules, the facts as fresh as in a hospital (nothing worked out of them yet)
    again     the same, the quickest of several rounds on the same facts: what the rules are compared with
    floor     a plan without rules: what a review costs before any rule
    messages  writing the words of all findings
    All in nanoseconds over the whole set. `rules` has the dearest first.
    """

    requests: int
    lines: int
    first: int
    again: int
    floor: int
    messages: int
    rules: tuple[RuleProfile, ...]

    def share(self, one: RuleProfile) -> float:
        """This rule's part of what all rules cost alone, 0 to 1."""
        return one.total / (sum(r.total for r in self.rules) or 1)


class _Counting(Referred):
    """The reference evaluator as an evaluator asks it, counting the bindings that are left to it."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.asked = 0

    def line(self, number: int, line: Any, ground: Ground, answers: Answers) -> None:
        self.asked += 1
        super().line(number, line, ground, answers)

    def whole(self, number: int, facts: Facts, answers: Answers, meter: Meter | None) -> None:
        self.asked += sum(1 for _ in self.reference.judged(facts, self._rules[number]))
        super().whole(number, facts, answers, meter)


class _Alone:
    """One rule with a plan of its own, and what was measured of it so far."""

    def __init__(self, rule: Rule, program: Program) -> None:
        self.rule = rule
        names = frozenset(tables_of(rule))
        self.program = replace(program, rules=(rule,), tables={n: t for n, t in program.tables.items() if n in names})
        made = plan(self.program)
        self.route = made.routes[0]
        self.evaluator = Evaluator(made)
        self.reference = Reference(self.program)
        self.judging = self.messages = self.candidates = self.hits = self.undecided = self.asked = 0

    def count(self, requests: Sequence[Facts]) -> None:
        """One untimed pass: what is looked at, what is found. It also leaves the facts as the timed passes meet them."""
        ordinary, counting = self.evaluator.fallback, _Counting(self.evaluator.plan)
        self.evaluator.fallback = Fallback(self.evaluator.plan, self.evaluator.codes, counting)
        rule = self.rule
        for facts in requests:
            report = _review(self.evaluator, facts)
            self.hits += len(report.findings)
            self.undecided += len(report.undecided)
            if facts.stage in rule.header.stages and not isinstance(rule.scope, PeriodScope):
                judge = self.reference.judge(facts, rule)
                self.candidates += sum(
                    rule.valid_from <= c.day < rule.valid_to for c in self.reference.candidates(rule, judge))
        self.evaluator.fallback = ordinary
        self.asked += counting.asked

    def profile(self) -> RuleProfile:
        return RuleProfile(
            self.rule, self.route.kind, self.route.reason, self.judging, self.messages, self.candidates, self.hits, self.undecided,
            self.asked)


class Profiler:
    """Adds up what requests cost, some at a time, so that a file of any length can be profiled.

        profiler = Profiler(engine.program)
        for some in chunks:
            profiler.add(some)
        profiler.result()
    """

    def __init__(self, program: Program, *, rounds: int = 5) -> None:
        """rounds: how often each timing is taken; the quickest counts, since whatever else the machine does only adds."""
        self._rounds = max(1, rounds)
        self._all = Evaluator(plan(program))
        self._none = Evaluator(plan(replace(program, rules=(), tables={})))
        self._alone = [_Alone(rule, program) for rule in program.rules]
        self._requests = self._lines = self._first = self._again = self._floor = self._messages = 0

    @property
    def rules(self) -> int:
        return len(self._alone)

    def add(self, requests: Sequence[Facts], tick: Callable[[], None] = lambda: None) -> None:
        """Profile these requests. `tick` is called after each rule, for a progress bar."""
        if not requests:
            return
        self._requests += len(requests)
        self._lines += sum(len(e.items) for f in requests for e in f.current if isinstance(e.items, tuple))
        with _quiet():
            self._first += _pass(self._all, requests)[0]
            judging, messages, floor = self._rounds_of(self._all, requests)
            self._again += judging + floor
            self._messages += messages
            self._floor += floor
            for one in self._alone:
                one.count(requests)
                judging, messages, _ = self._rounds_of(one.evaluator, requests)
                one.judging += judging
                one.messages += messages
                tick()

    def _rounds_of(self, evaluator: Evaluator, requests: Sequence[Facts]) -> tuple[int, int, int]:
        """Judging and writing above what a plan without rules takes, and what that takes: the quickest of rounds in turn."""
        taken, empty = [], []
        for _ in range(self._rounds):
            empty.append(_pass(self._none, requests))
            taken.append(_pass(evaluator, requests))
        floor, idle = min(j for j, _ in empty), min(m for _, m in empty)
        return max(0, min(j for j, _ in taken) - floor), max(0, min(m for _, m in taken) - idle), floor

    def result(self) -> Profile:
        rules = sorted((a.profile() for a in self._alone), key=lambda r: (-r.total, r.rule.code))
        return Profile(
            self._requests, self._lines, self._first, self._again, self._floor, self._messages, tuple(rules))


def _review(evaluator: Evaluator, facts: Facts) -> Report:
    return evaluator.evaluate(facts, None, time.monotonic)


def _pass(evaluator: Evaluator, requests: Sequence[Facts]) -> tuple[int, int]:
    """Nanoseconds to judge all requests, and to write the words of all findings."""
    clock = time.perf_counter_ns
    start = clock()
    reports = [_review(evaluator, facts) for facts in requests]
    judged = clock()
    for report in reports:
        for finding in report.findings:
            _ = finding.message, finding.suggestion
    return judged - start, clock() - judged


@contextmanager
def _quiet() -> Iterator[None]:
    """No collection of garbage while the clock runs: it would fall on whichever rule happens to be next."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
