"""Keeps each pair of codes once, at its end that has fewer partners: a popular item then carries few of its thousand pairs."""
from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

from medrules.check.program import PairScope
from medrules.knowledge.columns import KeyColumn
from medrules.knowledge.table import Rows
from medrules.plan.draft import Draft
from medrules.plan.partners import PairPlan

__all__ = ["orient_pairs"]


def orient_pairs(draft: Draft) -> Draft:
    """Pairs of all pair rules together: {a, b} is kept at a if a has fewer partners (ties: the smaller code)."""
    rows_of: dict[int, Rows] = {}
    for route in draft.routes:
        if route.kind == "pair":
            scope = draft.program.rules[route.rule].scope
            assert isinstance(scope, PairScope)
            rows_of[route.rule] = draft.program.tables[scope.table].rows
    codes = sorted({code for rows in rows_of.values() for keys in rows.keys[:2] for code in keys.codes})
    n = len(codes)
    ends: list[tuple[int, int]] = []  # first, second of each use
    rows_used, rules = array("I"), array("I")
    for rule, rows in rows_of.items():
        number = {code: k for k, code in enumerate(codes)}
        before = len(ends)
        for row, first, second in _pairs(rows):
            ends.append((first, second))
            rows_used.append(row)
        rules.extend([rule] * (len(ends) - before))
        firsts, seconds = ([number[c] for c in keys.codes] for keys in rows.keys[:2])
        ends[before:] = [(firsts[a], seconds[b]) for a, b in ends[before:]]
    degree: Counter[int] = Counter()
    pairs = {a * n + b if a <= b else b * n + a for a, b in ends}
    degree.update(p // n for p in pairs)
    degree.update(p % n for p in pairs if p // n != p % n)
    n_uses = max(1, len(ends))
    kept = []  # (keeper, other, use) in one number, to be sorted
    for use, (a, b) in enumerate(ends):
        keeper, other = (a, b) if (degree[a], a) <= (degree[b], b) else (b, a)
        kept.append((keeper * n + other) * n_uses + use)
    kept.sort()
    order = [x % n_uses for x in kept]
    both = [x // n_uses for x in kept]
    counts = Counter(p // n for p in both)
    sizes = Counter(p // n for p in dict.fromkeys(both))
    firsts_of = array("I", accumulate((counts[k] for k in range(n)), initial=0))
    found = PairPlan(
        codes, firsts_of, array("I", [p % n for p in both]),
        array("I", [2 * rows_used[use] + (ends[use][0] == p // n) for use, p in zip(order, both, strict=True)]),
        array("I", [rules[use] for use in order]), rows_of, len(pairs), max(sizes.values(), default=0),
        max(degree.values(), default=0))
    return replace(draft, pairs=found)


def _pairs(rows: Rows) -> Iterator[tuple[int, int, int]]:
    """(row, place of its first code, place of its second)."""
    first, second = rows.keys[:2]
    if first.starts is None and second.starts is None:
        return zip(range(len(rows)), first.ranks, second.ranks, strict=True)
    return ((row, a, b) for row in range(len(rows)) for a in _ranks(first, row) for b in _ranks(second, row))


def _ranks(keys: KeyColumn, row: int) -> tuple[int, ...]:
    starts = keys.starts
    return (keys.ranks[row],) if starts is None else tuple(keys.ranks[starts[row]:starts[row + 1]])
