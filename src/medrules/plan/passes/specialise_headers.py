"""Settles headers: which rules speak at which stage is known now; equal guards are asked once per encounter."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.plan.draft import Draft
from medrules.plan.plan import Guards

__all__ = ["specialise_headers"]

STAGES = ("before", "during", "after")


def specialise_headers(draft: Draft) -> Draft:
    rules = draft.program.rules
    numbers: dict[Any, int] = {}
    guard_of = tuple(-1 if r.guard is None else numbers.setdefault(r.guard, len(numbers)) for r in rules)
    at_stage = {s: frozenset(n for n, r in enumerate(rules) if s in r.header.stages) for s in STAGES}
    return replace(draft, guards=Guards(at_stage, guard_of, tuple(numbers)))
