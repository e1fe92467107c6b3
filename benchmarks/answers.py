"""Brings medrules' reports to the form in which the limit answers, so that both can be compared on every encounter.

One finding of a family becomes (family, position of its line). A pair finding stands at the later-named item (违规：乙) and lists
all its partners as lines involved; each partner becomes ("pair", i, j) with i < j. Equal positions of a partner on both sides of
several rows count once.
"""
from __future__ import annotations

from typing import Any

from benchmarks.workload.program import FAMILY_OF
from medrules.model.reports import Report

__all__ = ["as_limit_says", "sorted_answers"]


def as_limit_says(report: Report) -> list[tuple[Any, ...]]:
    """A report as (family, line) and ("pair", i, j), sorted."""
    if report.undecided or report.unchecked or report.unjudged:
        raise AssertionError("the workload leaves nothing open")
    found: set[tuple[Any, ...]] = set()
    for f in report.findings:
        family, at = FAMILY_OF[f.rule], f.anchor.position
        if family == "pair":
            found.update(("pair", min(at, p.position), max(at, p.position)) for p in f.involved)
        else:
            found.add((family, at))
    return sorted(found)


def sorted_answers(answers: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The limit's own answers, each once."""
    return sorted(set(answers))
