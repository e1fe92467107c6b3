"""Keeps each pair of codes once, at its end that has fewer partners: a popular item then carries few of its thousand pairs."""
from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby

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
    number = {code: k for k, code in enumerate(codes)}
    n = len(codes)
    first: list[int] = []  # by use: the numbers of the row's two codes, the row, the rule
    second: list[int] = []
    row_of: list[int] = []
    rule_of: list[int] = []
    for rule, rows in rows_of.items():
        firsts, seconds, held = _uses(rows)
        for own, places, keys in ((first, firsts, rows.keys[0]), (second, seconds, rows.keys[1])):
            numbers = [number[code] for code in keys.codes]
            own.extend([numbers[place] for place in places])
        row_of.extend(held)
        rule_of.extend([rule] * len(held))
    pairs = {a * n + b if a <= b else b * n + a for a, b in zip(first, second, strict=True)}
    degree = [0] * n
    for pair in pairs:
        low, high = divmod(pair, n)
        degree[low] += 1
        if low != high:
            degree[high] += 1
    n_uses = max(1, len(first))
    kept = []  # (keeper, other, use) in one number, to be sorted
    for use, (a, b) in enumerate(zip(first, second, strict=True)):
        if degree[a] < degree[b] or (degree[a] == degree[b] and a < b):
            kept.append((a * n + b) * n_uses + use)
        else:
            kept.append((b * n + a) * n_uses + use)
    kept.sort()
    order = [x % n_uses for x in kept]
    both = [x // n_uses for x in kept]
    keepers, counts = [p // n for p in both], [0] * (n + 1)
    for k in keepers:
        counts[k + 1] += 1
    sizes = Counter(p // n for p in _once(both))
    found = PairPlan(
        codes, array("I", accumulate(counts)), array("I", [p % n for p in both]),
        array("I", [2 * row_of[use] + (first[use] == k) for use, k in zip(order, keepers, strict=True)]),
        array("I", [rule_of[use] for use in order]), rows_of, len(pairs), max(sizes.values(), default=0),
        max(degree, default=0))
    return replace(draft, pairs=found)


def _once(both: list[int]) -> Iterator[int]:
    """Each pair once, of the sorted pairs of all uses."""
    return (p for p, _ in groupby(both))


def _uses(rows: Rows) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Places of the first and second code, and the row, of each pair of a table."""
    first, second = rows.keys[:2]
    if first.starts is None and second.starts is None:
        return first.ranks, second.ranks, range(len(rows))
    found = [(a, b, row) for row in range(len(rows)) for a in _ranks(first, row) for b in _ranks(second, row)]
    return [a for a, _, _ in found], [b for _, b, _ in found], [row for _, _, row in found]


def _ranks(keys: KeyColumn, row: int) -> tuple[int, ...]:
    starts = keys.starts
    return (keys.ranks[row],) if starts is None else tuple(keys.ranks[starts[row]:starts[row + 1]])
