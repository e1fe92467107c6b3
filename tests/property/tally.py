"""What a campaign has counted so far, in a form that blocks add up and a file can hold."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_COUNTERS = ("drawn", "tried", "decided", "answers", "situations", "seconds")


@dataclass
class Tally:
    """Sums over requests.

    programs     one hash for each distinct Program that was judged
    drawn        how often a construct stood in a Program; answered rules count for its rule-level constructs in `decided`
    tried        how often a construct's value was taken away to see whether the answer hangs on it (see decided.py)
    decided      how often the answer was another one then; for rule-level constructs: how often such a rule answered
    answers      findings, undecided, … ; situations: what requests held; seconds: where the time went
    """

    programs: set[str] = field(default_factory=set)
    drawn: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    situations: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.programs |= other.programs
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"programs": sorted(self.programs), **{n: dict(sorted(getattr(self, n).items())) for n in _COUNTERS}}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Tally:
        return cls(set(plain["programs"]), *(Counter(plain[n]) for n in _COUNTERS))
