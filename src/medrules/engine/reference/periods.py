"""Period scopes (每个 机构 每 月 记为 期): screening facts grouped by subject and period."""
from __future__ import annotations

from collections.abc import Iterator

from medrules.check.program import Rule
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.scopes import Candidate

__all__ = ["period_candidates"]


def period_candidates(rule: Rule, judge: Judge) -> Iterator[Candidate]:
    yield from ()
