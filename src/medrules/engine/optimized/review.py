"""One request under review: each rule is settled natively, by the reference, or listed as unchecked. Nothing escapes."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from medrules.engine.metering import Meter, Stopped
from medrules.engine.optimized.fallback import Answers
from medrules.engine.optimized.judging import judge_line
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.lines import base
from medrules.engine.optimized.names import UNSURE
from medrules.engine.optimized.pairs import judge_pair, suspects, touched
from medrules.engine.optimized.rulecode import Hit, Said
from medrules.engine.optimized.scene import Scene, all_lines, scene_in
from medrules.engine.optimized.values import count_unmatched, strangers
from medrules.model.facts import Facts
from medrules.model.reports import Report, Unchecked
from medrules.model.values import UNKNOWN

if TYPE_CHECKING:
    from medrules.engine.optimized.evaluator import Evaluator

__all__ = ["Review"]

FEW: Final = 20  # findings whose texts may each be worked out without counting them together


class Review:
    """Collects what is found in one request."""

    __slots__ = ("_ground", "_meter", "again", "clock", "deadline", "e", "facts", "hits", "incomplete", "spoken", "unchecked")

    def __init__(self, e: Evaluator, facts: Facts, deadline: float | None, clock: Callable[[], float]) -> None:
        self.e, self.facts, self.deadline, self.clock = e, facts, deadline, clock
        self._meter: Meter | None = None
        self._ground: Ground | None = None
        self.hits: list[Hit] = []
        self.again: list[tuple[int, Any]] = []  # (rule, line) for the reference
        self.unchecked: list[Unchecked] = []
        self.incomplete = bool(facts.unjudged)  # some line or operation has no code or no day
        self.spoken = e.plan.guards.at_stage[facts.stage]

    def report(self) -> Report:
        e, facts = self.e, self.facts
        unmatched, answers = 0, Answers()
        for encounter in facts.current:
            if encounter.items is not UNKNOWN:
                unmatched += self._lines(encounter, answers)
            if encounter.operations is not UNKNOWN and encounter.operations:
                self.incomplete = True
        for number in e.whole:
            if number in self.spoken:
                self._guarded(number, partial(e.fallback.whole, number, self.ground, answers), answers)
        return self.finish(answers, unmatched)

    def of_lines(self, out: list[Any], near: list[Any], box: list[Any], unmatched: int) -> Report:
        """The report, if nothing else than these candidates is to be judged."""
        answers = Answers()
        try:
            if out:
                self._exactly(out, box, answers)
            if near:
                self._pairs(near, scene_in(box))
        except Stopped as stopped:
            self._leave(self.e.indexed, stopped)
        return self.finish(answers, unmatched)

    def finish(self, answers: Answers, unmatched: int) -> Report:
        """Ask the reference for what is left, and put everything together."""
        e, facts = self.e, self.facts
        if self.again:
            for number, line in dict.fromkeys(self.again):
                if number in self.spoken:
                    self._guarded(number, partial(e.fallback.line, number, line, self.ground, answers), answers)
        if answers.hits:
            self.hits += answers.hits
            answers.hits = []
        if not (self.incomplete or self.unchecked or answers.any() or e.tables.unmatched_by_reference):
            return e.settler.decided(facts, self.hits, unmatched, None, e.words(self._is_late()) if len(self.hits) > FEW else None)
        unjudged = list(e.fallback.unjudged(facts)) if self.incomplete else ()
        if e.tables.unmatched_by_reference:
            unmatched = e.fallback.native.unmatched(self.ground, e.tables.knows)
        if self.hits or answers.any() or unjudged or facts.unjudged or self.unchecked:
            if self.unchecked:
                self._whole_lines_only(answers)
            return e.settler.report(facts, self.hits, answers, unjudged, self.unchecked, unmatched, e.words(self._is_late()))
        return e.settler.clean(unmatched, facts)

    # ------------------------------------------------------------ time, steps and faults

    @property
    def meter(self) -> Meter:
        """Counts this review's steps; most requests need none."""
        found = self._meter
        if found is None:
            late = None if self.deadline is None else self._is_late
            found = self._meter = Meter.of(self.e.plan.rules, self.facts, self.e.budget, late)
        return found

    @property
    def ground(self) -> Ground:
        """The request as three-valued code reads it."""
        found = self._ground
        if found is None:
            found = self._ground = Ground(self.facts, self.meter)
        return found

    def _is_late(self) -> bool:
        return self.deadline is not None and self.clock() >= self.deadline

    def _guarded(self, number: int, judge: Callable[[], None], answers: Answers) -> None:
        """Judge, unless the deadline is over; too many steps or a fault inside is an unchecked rule, never an exception."""
        rule = self.e.plan.rules[number]
        if self._is_late():
            self.unchecked.append(Unchecked(rule.parent, "deadline"))
            return
        marks = answers.marks()
        try:
            self.meter.turn(number)
            judge()
        except Stopped as stopped:
            answers.cut(marks)
            if stopped.reason == "budget":
                self._over_budget(number, answers)
            else:
                self.unchecked.append(Unchecked(rule.parent, stopped.reason))
        except Exception as fault:  # the text of a fault may hold personal data: only its kind is kept
            answers.cut(marks)
            self.unchecked.append(Unchecked(rule.parent, f"fault:{type(fault).__name__}"))

    def _over_budget(self, number: int, answers: Answers | None = None) -> None:
        """A rule that needs more steps than it may take says nothing at all."""
        self.spoken = self.spoken - {number}
        rule = self.e.plan.rules[number]
        self.hits[:] = [h for h in self.hits if h[0].rule is not rule]
        self.unchecked.append(Unchecked(rule.parent, "budget"))
        if answers is not None:
            answers.drop(rule)

    def _leave(self, numbers: Iterable[int], stopped: Stopped) -> None:
        """The review stops before these rules have seen all lines; what they have found so far stands."""
        self.unchecked.extend(Unchecked(self.e.plan.rules[n].parent, stopped.reason) for n in numbers if n in self.spoken)

    def _whole_lines_only(self, answers: Answers) -> None:
        """Of a rule that did not see all lines only whole lines count: some pieces of a line would claim too little of it."""
        left = {u.rule for u in self.unchecked}
        self.hits = [h for h in self.hits if h[1].piece_of is None or h[0].parent not in left]
        answers.found = [d for d in answers.found if not d.piece or d.rule.parent not in left]

    # ------------------------------------------------------------ lines

    def _lines(self, encounter: Any, answers: Answers) -> int:
        """Judge the lines of one encounter; the number of those that no table knows."""
        e = self.e
        if self._is_late():
            self.unchecked.extend(
                Unchecked(e.plan.rules[n].parent, "deadline") for n in e.indexed if n in self.spoken)
            return 0
        mark, said = (len(self.hits), len(self.again)), answers.marks()
        try:
            return self._judged(encounter, answers)
        except Stopped as stopped:
            self._leave(e.indexed, stopped)
            return 0
        except Exception:  # a fault in the fast path: the reference judges all of these rules
            del self.hits[mark[0]:], self.again[mark[1]:]
            answers.cut(said)
            for number in e.indexed:
                if number in self.spoken:
                    self._guarded(number, partial(e.fallback.plainly, number, self.facts, answers, self.meter), answers)
            return 0

    def _judged(self, encounter: Any, answers: Answers) -> int:
        e, tables = self.e, self.e.tables
        items, lines = encounter.items, all_lines(encounter)
        open_ = [m for m in lines if m.code is UNKNOWN or m.on is UNKNOWN or m.at is UNKNOWN]
        if any(m.encounter is encounter and (m.code is UNKNOWN or m.on is UNKNOWN) for m in open_):
            self.incomplete = True
            items = tuple([m for m in items if m.code is not UNKNOWN and m.on is not UNKNOWN])
        codes, days = [m.code for m in items], [m.on for m in items]
        solo = encounter.items is lines
        scene = Scene(tables, self.facts, encounter, lines, solo)
        out: list[Any] = []
        near: list[Any] = []
        missed: list[Any] = []
        e.loop(
            encounter, items, codes, days, tables.in_force(codes, days), scene.codes(), scene.alone(), solo, [scene], out, near, missed)
        for number in e.scans:
            if number in self.spoken:
                out.extend(tables.scan(number, items, scene))
        aside: list[Any] = []
        uncoded: list[Any] = []
        if open_ and e.pair_rules:
            if solo and e.plain_pairs and not any(m.code is UNKNOWN and (m.on is UNKNOWN or m.at is UNKNOWN) for m in open_):
                uncoded = [m for m in open_ if m.code is UNKNOWN]
            aside = touched(lines, [m for m in open_ if m.code is not UNKNOWN] if uncoded else open_, e.plan.pairs, e.partners, e.pairs_by_day)
            self.again.extend((n, m) for n in e.pair_rules if n in self.spoken for m in aside)
        if e.pair_rules and lines is not encounter.items:
            near.extend(m for m in lines if m.encounter is not encounter and (
                m.code is not UNKNOWN and m.on is not UNKNOWN and m.code in e.partners))
        self.settle(out, near, [scene], aside, answers)
        if uncoded:
            self._beside(items, uncoded, answers)
        if e.plan.strangers:
            missed.extend(strangers(e.plan.strangers, items))
        unmatched = count_unmatched(missed) if missed else 0
        if items is not encounter.items:  # lines without a day are not judged, but known to a table or not
            unmatched += sum(
                1 for m in encounter.items if m.on is UNKNOWN and m.is_current is not False and not tables.knows(m.code))
        return unmatched

    def _beside(self, lines: tuple[Any, ...], uncoded: list[Any], answers: Answers) -> None:
        """What pairs leave open beside lines without code; two values have judged the pairs of all others."""
        e = self.e
        for number in e.pair_rules:
            if number not in self.spoken:
                continue
            settled = {id(m) for n, m in self.again if n == number}
            settled.update([id(h[1]) for h in self.hits if h[0].number == number])
            try:
                self.meter.charge(number, len(lines))
                found = e.fallback.beside(number, lines, uncoded, settled, self.ground)
            except Exception:  # a fault or a lack of steps comes up again where it is noted
                found = None
            if found is None:
                self.again.extend((number, m) for m in lines if id(m) not in settled)
            else:
                answers.undecided.extend(found)

    def settle(self, out: list[Any], near: list[Any], box: list[Any], aside: list[Any], answers: Answers) -> None:
        """Judge what the loop could not prove silent; lines that are set aside are judged in pairs elsewhere."""
        if out:
            self._exactly(out, box, answers)
        if near and self.e.pairs_by_day:
            scene = scene_in(box)
            near = [m for m in near if not self.e.partners[m.code].isdisjoint(scene.codes_on(m.on))]
        if near:
            self._pairs(near, scene_in(box), frozenset(id(m) for m in aside))

    def _exactly(self, out: Iterable[Any], box: list[Any], answers: Answers) -> None:
        codes, said_of, found = self.e.codes, self.e.tables.said, self.hits.append
        doubted: set[int] = set()  # as in `quick`
        for line, entry, sure in out if self.deadline is None else self._in_time(out):
            said = None
            if entry.__class__ is int:
                said = said_of(line.code, line.on, entry)
                entry = said.entry
            number = entry.rule
            if number not in self.spoken or line.is_current is False:
                continue
            code = codes[number]
            try:
                if sure is True and said is not None and said.plain:
                    worth = base(line, code.fees, self.facts.door)
                    if worth is UNKNOWN or worth > 0:
                        found((code, line, said.points, None if worth is UNKNOWN else worth, (), ()))
                    continue
                if not code.native:
                    self.again.append((number, line))
                    continue
                if number in doubted and said is not None and self._stays_open(number, line, said, answers):
                    continue
                scene = scene_in(box)
                if not code.guarded or self._speaks(number, line, scene):
                    hit = judge_line(code, line, entry, sure, scene)
                    if isinstance(hit, tuple):
                        found(hit)
                    elif hit is not None:
                        answers.undecided.append(hit)
                if scene.steps:
                    self._count(number, scene)
            except UNSURE:
                if said is not None and number not in doubted and self._stays_open(number, line, said, answers):
                    doubted.add(number)
                else:
                    self.again.append((number, line))

    def _stays_open(self, number: int, line: Any, said: Said, answers: Answers) -> bool:
        """Says what stays open of a line by a rule that asks little; False where it is to be judged with more care. (A fault or a lack of
        steps comes up again there, and is noted.)"""
        worth = base(line, said.code.fees, self.facts.door)
        if not said.is_free or (worth is not UNKNOWN and worth <= 0):
            return False
        try:
            self.meter.turn(number)
            found = self.e.fallback.open(number, line, said, self.ground)
        except Exception:
            return False
        if found:
            answers.undecided.append(found)
        return found is not None

    def _in_time(self, candidates: Iterable[Any]) -> Iterator[Any]:
        """The candidates, as long as there is time."""
        for n, candidate in enumerate(candidates):
            if n % 64 == 63 and self._is_late():
                raise Stopped("deadline")
            yield candidate

    def _count(self, number: int, scene: Scene) -> None:
        """Count the lines that a rule's windows looked at."""
        steps, scene.steps = scene.steps, 0
        try:
            self.meter.charge(number, steps)
        except Stopped as stopped:
            if stopped.reason == "deadline":
                raise
            self._over_budget(number)

    def _count_pairs(self, steps: dict[int, int]) -> frozenset[int]:
        """Count what pairs cost; the rules that are over their budget."""
        for number, taken in steps.items():
            if number < 0:
                self.meter.charge(-1, taken)
            elif number in self.spoken:
                try:
                    self.meter.charge(number, taken)
                except Stopped as stopped:
                    if stopped.reason == "deadline":
                        raise
                    self._over_budget(number)
        return frozenset(n for n in self.e.pair_rules if n not in self.spoken)

    def _speaks(self, number: int, line: Any, scene: Scene) -> bool:
        """Whether the rule's header is about the line's encounter; raises if that is not known."""
        guard = self.e.plan.guards.guard_of[number]
        if guard < 0:
            return True
        own = line.encounter is scene.encounter
        found = scene.guards.get(guard) if own else None
        if found is None:
            code = self.e.guards[guard]
            try:
                found = UNKNOWN if code is None else bool(
                    code({"item": line, self.e.plan.rules[number].judged: line}, None, scene))
            except UNSURE:
                found = UNKNOWN
            if own:
                scene.guards[guard] = found
        return bool(found)

    def _pairs(self, near: list[Any], scene: Scene, aside: frozenset[int] = frozenset()) -> None:
        e = self.e
        try:
            found = suspects(near, e.plan.pairs, e.codes, scene, self._count_pairs)
        except UNSURE:
            self.again.extend((n, m) for n in e.pair_rules if n in self.spoken for m in scene.lines)
            return
        for (number, _), (line, pairs) in found.items():
            if number not in self.spoken or id(line) in aside:
                continue
            if self.deadline is not None and self._is_late():
                raise Stopped("deadline")
            try:
                if self._speaks(number, line, scene):
                    hit = judge_pair(e.codes[number], line, pairs, scene)
                    if hit is not None:
                        self.hits.append(hit)
            except UNSURE:
                self.again.append((number, line))
