"""The passes, in order. Each takes the draft and gives a fuller one; each may only make *silence* cheaper to prove.

The law every pass keeps: a condition may be replaced by one that is true (or touches UNKNOWN) more often, never less often.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Final

from medrules.plan.draft import Draft
from medrules.plan.passes.bound_windows import bound_windows
from medrules.plan.passes.drop_presence import drop_presence
from medrules.plan.passes.hoist_facts import hoist_facts
from medrules.plan.passes.lift_constants import lift_constants
from medrules.plan.passes.merge_records import merge_records
from medrules.plan.passes.normal_form import normal_form
from medrules.plan.passes.orient_pairs import orient_pairs
from medrules.plan.passes.probe_codes import probe_codes
from medrules.plan.passes.promote_codes import promote_codes
from medrules.plan.passes.resolve_cells import resolve_cells
from medrules.plan.passes.route_rules import route_rules
from medrules.plan.passes.share_windows import share_windows
from medrules.plan.passes.specialise_headers import specialise_headers
from medrules.plan.passes.stream_groups import stream_groups

__all__ = ["PASSES"]

PASSES: Final[tuple[Callable[[Draft], Draft], ...]] = (
    route_rules,  # which index finds a rule's bindings
    resolve_cells,  # empty and 待编 cells: one condition per pattern of cells
    normal_form,  # negations at the atoms
    promote_codes,  # codes that a condition names: an index instead of a scan
    drop_presence,  # 已填 beside a comparison that answers it
    probe_codes,  # 任一 list 属于 set → one probe of prefixes
    bound_windows,  # windows → a bound that proves silence
    lift_constants,  # constants out: rules of one shape fold together
    share_windows,  # groups that several rules' windows share
    merge_records,  # one record per code and time segment
    stream_groups,  # groups that the loop over lines can watch itself
    orient_pairs,  # each pair once, at its rarer end
    hoist_facts,  # facts of the encounter are read once
    specialise_headers,  # stage known, guards asked once
)
