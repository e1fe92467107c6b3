"""Keeps each pair of codes once, at its end that has fewer partners: a popular item then carries few of its thousand pairs."""
from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from medrules.check.program import PairScope
from medrules.knowledge.table import Row
from medrules.plan.draft import Draft
from medrules.plan.plan import PairPlan

__all__ = ["orient_pairs"]

_Uses = tuple[tuple[int, Row, bool], ...]


def orient_pairs(draft: Draft) -> Draft:
    """Pairs of all pair rules together: {a, b} is kept at a if a has fewer partners (ties: the smaller code)."""
    pairs: dict[tuple[str, str], _Uses] = {}
    for route in draft.routes:
        if route.kind != "pair":
            continue
        rule = draft.program.rules[route.rule]
        assert isinstance(rule.scope, PairScope)
        for row in draft.program.tables[rule.scope.table].rows:
            for a in row.keys[0]:
                for b in row.keys[1]:
                    first_is_less = a <= b
                    pair = (a, b) if first_is_less else (b, a)
                    use = ((route.rule, row, first_is_less),)
                    pairs[pair] = pairs[pair] + use if pair in pairs else use
    degree: Counter[str] = Counter()
    for a, b in pairs:
        degree[a] += 1
        if a != b:
            degree[b] += 1
    partners: dict[str, dict[str, _Uses]] = defaultdict(dict)
    for (a, b), uses in pairs.items():
        if degree[a] <= degree[b]:
            partners[a][b] = uses
        else:
            partners[b][a] = tuple((rule, row, not first) for rule, row, first in uses)
    largest = max((len(p) for p in partners.values()), default=0)
    return replace(draft, pairs=PairPlan(dict(partners), len(pairs), largest, max(degree.values(), default=0)))
