"""Judges what the two-valued fast path could not: three-valued code where a rule has any, else the reference evaluator."""
from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Literal

from medrules.check.program import Rule
from medrules.engine.metering import Meter, StepBudget, Stopped
from medrules.engine.optimized.kleene.ground import Ground, day_of
from medrules.engine.optimized.kleene.truths import Unsure
from medrules.engine.optimized.late import Part
from medrules.engine.optimized.rulecode import Hit, RuleCode, Said
from medrules.engine.refs import ref
from medrules.engine.report import Draft
from medrules.model.facts import Facts
from medrules.model.reports import Undecided, Unjudged
from medrules.model.values import UNKNOWN
from medrules.plan.plan import Plan

if TYPE_CHECKING:
    from medrules.engine.optimized.kleene.native import Native
    from medrules.engine.optimized.referred import Referred

__all__ = ["Answers", "Fallback"]

TEXT: Final = 200  # steps that a text costs besides what it looks at: it is put together and kept
WORDS: Final = StepBudget().words  # what the words of one of a few findings may cost


class Answers:
    """What was said of one request, before it is put into a report. `hits` were found by three-valued code."""

    __slots__ = ("found", "hits", "undecided", "unjudged")

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.found: list[Draft] = []
        self.undecided: list[Undecided] = []
        self.unjudged: list[Unjudged] = []

    def open(self, said: Undecided | Unjudged) -> None:
        """Take what stays open."""
        if said.__class__ is Undecided:
            self.undecided.append(said)
        else:
            self.unjudged.append(said)  # type: ignore[arg-type]

    def any(self) -> bool:
        return bool(self.hits or self.found or self.undecided or self.unjudged)

    def marks(self) -> tuple[int, int, int, int]:
        return len(self.hits), len(self.found), len(self.undecided), len(self.unjudged)

    def cut(self, marks: tuple[int, int, int, int]) -> None:
        """Forget what was said since."""
        del self.hits[marks[0]:], self.found[marks[1]:], self.undecided[marks[2]:], self.unjudged[marks[3]:]

    def drop(self, rule: Rule) -> None:
        """Forget what was said of one rule."""
        self.hits = [h for h in self.hits if h[0].rule is not rule]
        self.found = [d for d in self.found if d.rule is not rule]
        self.undecided = [u for u in self.undecided if u.sub_rule != rule.code]


class Fallback:
    """One binding at a time.

    Three-valued code and the reference evaluator are imported when something is first left to them: a process whose requests are
    complete needs neither, and both together would take as long to import as all the rest of opening a compiled pack. Threads that
    come first at the same time may each make one; the last one stays, and all of them judge alike.
    """

    def __init__(self, plan: Plan, codes: tuple[RuleCode, ...], referred: Referred | None = None) -> None:
        self.plan, self.codes = plan, codes
        self._native: Native | None = None
        self._referred = referred

    @property
    def native(self) -> Native:
        """The rules as three-valued code."""
        found = self._native
        if found is None:
            from medrules.engine.optimized.kleene.native import Native  # late, for a quick start

            found = self._native = Native(self.plan)
        return found

    @property
    def referred(self) -> Referred:
        """The reference evaluator, asked for one binding."""
        found = self._referred
        if found is None:
            from medrules.engine.optimized.referred import Referred  # late, for a quick start

            found = self._referred = Referred(self.plan)
        return found

    def line(self, number: int, line: Any, ground: Ground, answers: Answers) -> None:
        """Judge one line under one rule."""
        if self.native.rule(number) is None:
            return self.referred.line(number, line, ground, answers)
        said = self.native.say(number, line, ground)
        match said:
            case None:
                pass
            case tuple():
                points, amount, involved, claimable = said
                answers.hits.append((self.codes[number], line, points, amount, involved, claimable))
            case list():
                answers.found.extend(said)
            case Draft():
                answers.found.append(said)
            case _:
                answers.open(said)
        return None

    def open(self, number: int, line: Any, said: Said, ground: Ground) -> Undecided | Literal[False] | None:
        """What stays open of a line with code and day by a rule that asks nothing but its condition, no row of `said` restricting it:
        the entry, or False if nothing is at fault; None where `line` is to be asked."""
        rule = self.native.rule(number)
        if rule is None or not rule.is_bare:
            return None
        answer = rule.triggers(line, said.entry.rows, ground)
        return rule.undecided(line, answer.causes, said.points) if answer.__class__ is Unsure else None if answer else False

    def beside(
        self, number: int, lines: Iterable[Any], uncoded: Iterable[Any], settled: Container[int], ground: Ground
    ) -> Iterable[Undecided] | None:
        """What a plain pair rule leaves open beside lines without code (see `kleene.uncoded`); None where lines have to be judged one by
        one."""
        rule = self.native.rule(number)
        if rule is None or rule.pair is None or not rule.pair.is_blind:
            return None
        from medrules.engine.optimized.kleene.uncoded import beside_uncoded  # late, like all three-valued code

        return beside_uncoded(rule, lines, uncoded, settled, ground)

    def whole(self, number: int, ground: Ground, answers: Answers) -> None:
        """Judge all that a rule binds in a request."""
        rule = self.native.rule(number)
        if rule is None:
            self.plainly(number, ground.facts, answers, ground.meter)
            return
        for line in self.native.left(number, ground, answers.open):
            self.line(number, line, ground, answers)

    def plainly(self, number: int, facts: Facts, answers: Answers, meter: Meter | None = None) -> None:
        """The same by the reference alone."""
        self.referred.whole(number, facts, answers, meter)

    def drafts(self, number: int, line: Any, ground: Ground) -> Iterable[Draft]:
        """The drafts of a line that is known to be at fault."""
        made = self.native.draft(number, line, ground)
        if made is not None:
            return (made,)
        return self.referred.drafts(number, line, ground)

    @staticmethod
    def unjudged(facts: Facts) -> Iterator[Unjudged]:
        """Lines and operations that no rule can look at: their code or day was not sent."""
        known: set[tuple[str, str, str, int]] | None = None
        for encounter in facts.current:
            lines = () if encounter.items is UNKNOWN else encounter.items
            held = [(m, m.code is UNKNOWN) for m in lines if m.is_current is not False and (
                m.code is UNKNOWN or not isinstance(day_of(m), int))]
            operations = () if encounter.operations is UNKNOWN else encounter.operations
            held += [(x, x.code is UNKNOWN) for x in operations if x.code is UNKNOWN or not isinstance(x.date, int)]
            for x, no_code in held:
                at = ref(x)
                if known is None:
                    known = {(kind, where, line, position) for kind, where, line, position, *_ in facts.unjudged}
                if (at.kind, at.encounter, at.line, at.position) not in known:
                    yield Unjudged(at, "code" if no_code else "date")

    def words(
        self, number: int, line: Any, points: tuple[str, ...], amount: int | None, facts: Facts, meter: Meter | None, part: Part
    ) -> Any:
        """What a finding says of itself to people (`late.Said` or `late.Why`); nothing where it takes too many steps, or `meter`
        has none left."""
        ground = Ground(facts, meter or Meter(None, WORDS))
        try:
            ground.meter.spend(TEXT)
            found = self.native.words(number, line, points, amount, ground, part)
            if found is not None:
                return found
            for d in self.drafts(number, line, ground):
                return (d.message, d.suggestion) if part == "said" else (d.facts, d.formula)
        except Stopped:
            return ("", "") if part == "said" else ((), "")
        raise AssertionError("a finding without a draft")
