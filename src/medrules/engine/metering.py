"""What a review may cost: steps per rule and per review, and a deadline that holds inside long work (semantics law 33).

A step is one node of an expression that is asked, or one line, partner or row that is looked at. Reviews in a doctor's request
take thousands; what needs more than the budget is a request made to hang, or one that belongs to a batch without a limit.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from medrules.check.cost import Cost
from medrules.check.program import Rule
from medrules.frozen import dataclass
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["NO_LIMIT", "Meter", "StepBudget", "Stopped", "lines_in"]

NO_LIMIT: Final = 1 << 62
CHUNK: Final = 512  # steps between two looks at the clock: less than a millisecond in the reference


class Stopped(Exception):
    """Work was stopped. `reason` is what `Unchecked` says: "budget" or "deadline"."""

    def __init__(self, reason: Literal["budget", "deadline"]) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StepBudget:
    """How many steps one review may take. All are counts of steps.

    floor     what every rule may take, however small the request.
    per_line  what is added for each line of the request (those of earlier stays too) to a rule of cost class 逐条, which looks at
              a line and its rows.
    per_line_of_window  the same for 成组, 历史 and 期间, which also look at the other lines of their windows.
    rule      the most that one rule may take, however large the request: some ten seconds in the reference evaluator.
    review    the most that all rules of one review may take together.
    words     the most that the texts of one report's findings may take; findings beyond it keep their names and amounts only.
    words_late  the same where the deadline was over before the first text was asked for.
    """

    floor: int = 500_000
    per_line: int = 5_000
    per_line_of_window: int = 50_000
    rule: int = 5_000_000
    review: int = 12_000_000
    words: int = 1_000_000
    words_late: int = 50_000

    def of(self, cost: Cost, lines: int) -> int:
        """What a rule of this cost class may take in a request of so many lines."""
        return min(self.rule, self.floor + lines * (self.per_line if cost == "item" else self.per_line_of_window))


def lines_in(facts: Facts) -> int:
    """All lines of a request, net and of every stay."""
    found = 0
    for patient in facts.patients:
        encounters: Any = getattr(patient, "encounters", UNKNOWN)
        for encounter in () if encounters is UNKNOWN or encounters is ABSENT else encounters:
            items = encounter.items
            found += 0 if items is UNKNOWN or items is ABSENT else len(items)
    return found


class Meter:
    """Counts the steps of one review, rule by rule. Not for sharing between reviews."""

    __slots__ = ("_allowance", "_allowed", "_chunk", "_is_late", "_left", "_rest", "_rule", "_spent")

    def __init__(
        self, allowance: Callable[[int], int] | None = None, most: int = NO_LIMIT, is_late: Callable[[], bool] | None = None
    ) -> None:
        """
        Args:
            allowance: rule (its place in the program; -1 = work for several rules at once) → the steps it may take; None = no limit.
            most: steps of the whole review.
            is_late: whether the deadline is over; None = there is none.
        """
        self._allowance, self._is_late = allowance, is_late
        self._rest = most
        self._rule = -1
        self._spent: dict[int, int] = {}
        self._allowed = NO_LIMIT
        self._chunk = self._left = CHUNK

    @classmethod
    def of(
        cls, rules: Sequence[Rule], facts: Facts, budget: StepBudget | None, is_late: Callable[[], bool] | None = None
    ) -> Meter:
        """Counts the steps of one review under a budget (None: without limit)."""
        if budget is None:
            return cls(None, NO_LIMIT, is_late)
        lines = lines_in(facts)
        return cls(lambda n: budget.review if n < 0 else budget.of(rules[n].cost, lines), budget.review, is_late)

    def turn(self, rule: int) -> None:
        """From now on the steps are those of this rule. Raises Stopped if it has no steps left."""
        if rule != self._rule:
            self._settle()
            self._rule = rule
            self._allowed = NO_LIMIT if self._allowance is None else self._allowance(rule)
        self._look()

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises Stopped when the rule's or the review's are used up, or the deadline is over."""
        self._left -= steps
        if self._left < 0:
            self._look()

    def charge(self, rule: int, steps: int) -> None:
        """Count steps that were taken for a rule."""
        if rule != self._rule:
            self.turn(rule)
        self.spend(steps)

    def spent(self, rule: int) -> int:
        """The steps that a rule has taken so far."""
        return self._spent.get(rule, 0) + (self._chunk - self._left if rule == self._rule else 0)

    def _settle(self) -> None:
        """Write down what was taken since the last look."""
        taken = self._chunk - self._left
        self._spent[self._rule] = self._spent.get(self._rule, 0) + taken
        self._rest -= taken
        self._chunk = self._left = 0

    def _look(self) -> None:
        self._settle()
        left = min(self._allowed - self._spent[self._rule], self._rest)
        if left < 0:
            raise Stopped("budget")
        if self._is_late is not None and self._is_late():
            raise Stopped("deadline")
        self._chunk = self._left = min(CHUNK, left)
