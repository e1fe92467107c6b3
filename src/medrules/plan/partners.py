"""Pairs of codes, each kept once: at the end that has fewer partners. A popular item then carries few of its thousand pairs."""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from medrules.knowledge.table import Row, Rows

__all__ = ["PairPlan", "Uses"]

Uses = tuple[tuple[int, Row, bool], ...]  # (rule, row, whether the code that keeps the pair is its first)


class PairPlan:
    """All pairs of a plan, as numbers.

    codes   every code of a pair, sorted. The pairs that code k keeps are places firsts[k] to firsts[k + 1] of
    others  the other code's number (ascending), uses: 2 × row number + (1 if k is the row's first), rules: the pair's rule
    """

    def __init__(
        self, codes: Sequence[str], firsts: Sequence[int], others: Sequence[int], uses: Sequence[int], rules: Sequence[int],
        rows: Mapping[int, Rows], n_pairs: int, largest: int, largest_before: int,
    ) -> None:
        self.codes, self.firsts, self.others, self.uses, self.rules = codes, firsts, others, uses, rules
        self.n_pairs, self.largest, self.largest_before = n_pairs, largest, largest_before
        self.partners: Mapping[str, Mapping[str, Uses]] = _Partners(self, rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PairPlan) and all(
            list(getattr(self, name)) == list(getattr(other, name)) for name in ("codes", "firsts", "others", "uses", "rules"))

    __hash__ = None  # type: ignore[assignment]

    def place(self, code: str) -> int:
        """The number of a code; -1 if it is in no pair."""
        found = bisect_left(self.codes, code)
        return found if found < len(self.codes) and self.codes[found] == code else -1


class _Partners(Mapping[str, Mapping[str, Uses]]):
    """partners[a][b] = ((rule, row, a is first), …): made when asked for and kept."""

    def __init__(self, plan: PairPlan, rows: Mapping[int, Rows]) -> None:
        self._plan, self._rows = plan, rows
        self._made: dict[str, Mapping[str, Uses]] = {}

    def __getitem__(self, code: str) -> Mapping[str, Uses]:
        made = self._made.get(code)
        if made is None:
            plan = self._plan
            k = plan.place(code)
            if k < 0 or plan.firsts[k] == plan.firsts[k + 1]:
                raise KeyError(code)
            found: dict[str, Uses] = {}
            for at in range(plan.firsts[k], plan.firsts[k + 1]):
                rule, use, other = plan.rules[at], plan.uses[at], plan.codes[plan.others[at]]
                found[other] = (*found.get(other, ()), (rule, self._rows[rule][use >> 1], bool(use & 1)))
            made = self._made.setdefault(code, found)
        return made

    def __iter__(self) -> Iterator[str]:
        firsts = self._plan.firsts
        return (code for k, code in enumerate(self._plan.codes) if firsts[k] < firsts[k + 1])

    def __len__(self) -> int:
        return sum(1 for _ in self)
