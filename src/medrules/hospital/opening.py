"""From the packs of one segment to an engine: a compiled form that is trusted, or the sources themselves.

A compiled form is only ever a shortcut. It is taken from the pack file (where its hash stands in the signed manifest's list of members)
or from the store (where its hash stands in the state); what does not fit this medrules, or these packs, is made anew from the sources.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from medrules.check.program import Program
from medrules.compiled.container import SCHEMA
from medrules.compiled.plans import read_plan, write_plan
from medrules.engine.engine import Engine
from medrules.engine.metering import StepBudget
from medrules.errors import InvalidCompiledPack
from medrules.packs.archive import PackFile
from medrules.plan.plan import Plan

if TYPE_CHECKING:
    from medrules.hospital.layers import Joined

__all__ = ["clipped", "compiled_form", "engine_for", "joined_packs", "program_of"]

Read = Callable[[], Sequence[PackFile]]


def joined_packs(packs: Sequence[PackFile], overlay: bytes | None, *, strict: bool = False) -> Joined:
    """The layers of these pack files, checked together.

    Raises:
        InvalidLayers: see `layers.join`.
    """
    # Parser and checker are for sources: an engine that opens compiled forms pays for none of it.
    from medrules.hospital.layer import layer_of
    from medrules.hospital.layers import join

    top = min(packs, key=lambda p: (p.manifest.level != "national", p.manifest.name))
    return join([layer_of(p, first=p is top) for p in packs], overlay, strict=strict)


def compiled_form(program: Program) -> bytes:
    """The compiled form of a combination: what an updater makes beforehand, so that an engine that swaps need only open it."""
    from medrules.plan.planner import plan  # as above

    return write_plan(plan(program))


def program_of(read: Read, overlay: bytes | None, compiled: bytes | None) -> Program | Plan:
    """The plan of a combination from its compiled form, else its program from the sources.

    Raises:
        InvalidLayers: the sources cannot be used together.
    """
    plan = _of_compiled(compiled)
    if plan is not None:
        return plan
    packs = read()
    if overlay is None and len(packs) == 1:
        manifest = packs[0].manifest
        if manifest.compiled is not None and manifest.compiled[1] == SCHEMA:
            plan = _of_compiled(packs[0].members.get(manifest.compiled[0]))
    return joined_packs(packs, overlay).program if plan is None else plan


def _of_compiled(content: bytes | None) -> Plan | None:
    """None for what is not there, of another medrules, or damaged: the sources say the same."""
    if content is None:
        return None
    try:
        return read_plan(content)
    except InvalidCompiledPack:
        return None


def engine_for(rules: Program | Plan, days: tuple[int, int] | None, budget: StepBudget | None) -> Engine:
    """
    Args:
        days: the engine judges bindings of business days [begin, end) only; None = of all days.
    """
    if days is not None:
        rules = clipped(rules.program if isinstance(rules, Plan) else rules, *days)
    return Engine(rules, budget=budget)


def clipped(program: Program, begin: int, end: int) -> Program:
    """The program with the rules' validity cut to business days [begin, end). Only t(b) selects law, so windows still see all days."""
    rules = (replace(r, valid_from=max(r.valid_from, begin), valid_to=min(r.valid_to, end)) for r in program.rules)
    return replace(program, rules=tuple(r for r in rules if r.valid_from < r.valid_to))
