"""Finds groups that one pass over the lines can watch: every line of the group meets the same dense test, on the same days.

A line on a day without the rows stops the watching (the loop gives up and the careful way counts groups instead).
"""
from __future__ import annotations

from dataclasses import replace

from medrules.plan.draft import Draft
from medrules.plan.shapes import Hole, Shape, SharedGroup

__all__ = ["stream_groups"]


def stream_groups(draft: Draft) -> Draft:
    streamed = frozenset(n for n in draft.dense if _is_complete(draft, draft.shapes[n]))
    return replace(draft, streamed=streamed)


def _is_complete(draft: Draft, shape: Shape) -> bool:
    """Whether all codes of the group carry this test in their dense place, on the same days, under their one group."""
    match shape.test:
        case SharedGroup(grouping=grouping, key=Hole(index=0), region="encounter") if len(shape.holes) == 1:
            pass
        case _:
            return False
    records = draft.records
    assert records is not None
    place = 2 + sum(max(1, draft.shapes[n].width) for n in draft.dense[:draft.dense.index(shape.number)])
    spans: set[tuple[int, int]] = set()
    for code, groups in draft.groups.get(grouping, {}).items():
        kind = records.kind(code)
        if kind is None or len(kind.heads) != 1 or len(groups) != 1:
            return False
        (head,) = kind.heads
        if head[place] is None or head[place] != groups[0]:
            return False
        spans.add((head[0], head[1]))
    return len(spans) == 1
