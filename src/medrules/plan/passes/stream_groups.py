"""Finds groups that one pass over the lines can watch: every line of the group meets the same dense test on every day."""
from __future__ import annotations

from dataclasses import replace

from medrules.plan.constants import END_OF_DAYS, FIRST_DAY
from medrules.plan.draft import Draft
from medrules.plan.shapes import Hole, Shape, SharedGroup

__all__ = ["stream_groups"]


def stream_groups(draft: Draft) -> Draft:
    streamed = frozenset(n for n in draft.dense if _is_complete(draft, draft.shapes[n]))
    return replace(draft, streamed=streamed)


def _is_complete(draft: Draft, shape: Shape) -> bool:
    """Whether all codes of the group carry this test in their dense place, always, under their one group."""
    match shape.test:
        case SharedGroup(grouping=grouping, key=Hole(index=0), region="encounter") if len(shape.holes) == 1:
            pass
        case _:
            return False
    place = draft.dense.index(shape.number)
    for code, groups in draft.groups.get(grouping, {}).items():
        records = draft.records.get(code, ())
        if len(records) != 1 or len(groups) != 1 or records[0].start > FIRST_DAY or records[0].end < END_OF_DAYS:
            return False
        entry = records[0].dense[place]
        if entry is None or entry.tests[0][1] != groups:
            return False
    return True
