"""An engine that asks for history first: what the rules under way need of earlier encounters is put into the facts, then they are reviewed.

The evaluator itself never leaves the process: it gets facts, with or without history, and nothing else.
"""
from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final, Protocol

from cachetools import TTLCache

from medrules.check.program import Program
from medrules.history.asking import Asking, Failed
from medrules.history.checking import fault_of
from medrules.history.earlier import Earlier
from medrules.history.merging import merged
from medrules.history.need import Need
from medrules.history.needs import Needs
from medrules.history.provider import HistoryProvider
from medrules.model.facts import Facts
from medrules.model.reports import LineRef, Report, Undecided

__all__ = ["FAILED", "HistoryLimits", "Reviews", "WithHistory"]

log: Final = logging.getLogger("medrules.history")
FAILED: Final = "既往记录没有取到"  # how the note begins
HISTORY: Final = "history.items"
_SWAPS: Final = 3  # reviews during which the rules were swapped; then it is reviewed as it came
_WHY: Final = {"slow": "超时", "busy": "繁忙"}


class Reviews(Protocol):
    """An engine."""

    @property
    def program(self) -> Program: ...

    def review(self, facts: Facts, *, deadline: float | None = None, clock: Callable[[], float] = ...) -> Report: ...


@dataclass(frozen=True, slots=True)
class HistoryLimits:
    """How long and how often a provider is asked.

    seconds   what a review waits for history, at most
    threads   questions at the same time
    kept      answers that are kept; 0 = none
    kept_for  seconds for which an answer is kept: so old the history may be that a review sees
    """

    seconds: float = 0.5
    threads: int = 4
    kept: int = 1_000
    kept_for: float = 30.0


class WithHistory:
    """Reviews like the engine it holds, with history from a provider. Safe between threads; the engine may be swapped meanwhile."""

    def __init__(
        self, engine: Reviews, provider: HistoryProvider, limits: HistoryLimits | None = None, *, clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self.limits = limits or HistoryLimits()
        self._asking = Asking(provider, max(1, self.limits.threads))
        self._kept: TTLCache[Any, Earlier] | None = TTLCache(self.limits.kept, self.limits.kept_for, timer=clock) if self.limits.kept > 0 else None
        self._lock = Lock()
        self._needs = Needs(engine.program)
        self._clock = clock

    @property
    def program(self) -> Program:
        return self.engine.program

    def review(self, facts: Facts, *, deadline: float | None = None, clock: Callable[[], float] = time.monotonic) -> Report:
        """What the rules say about one request, as `Engine.review`. History that cannot be had leaves it as it would be without: rules that
        need it are 待核 naming history, and a note says why."""
        for _ in range(_SWAPS):
            left = self.limits.seconds if deadline is None else min(self.limits.seconds, deadline - clock())
            asked_for = self.engine.program
            given = self.with_history(facts, left)
            report = self.engine.review(given, deadline=deadline, clock=clock)
            # Facts hold what one program needs: what another one looks for would pass for not there.
            if self.engine.program is asked_for or given is facts:
                return self._told(report, facts) if len(given.notes) > len(facts.notes) else report
        return self.engine.review(facts, deadline=deadline, clock=clock)

    def with_history(self, facts: Facts, seconds: float | None = None) -> Facts:
        """The facts with what its rules need of earlier encounters; as they are with one more note where that cannot be had. Never raises."""
        try:
            need = self.need(facts)
            if need is None:
                return facts
            found = merged(facts, self._earlier(need, self.limits.seconds if seconds is None else seconds), need)
            if not isinstance(found, str):
                return found
            reason = found
        except Failed as failed:
            reason = failed.reason
        except Exception as fault:  # a fault of ours must not stop a review; its text may hold personal data
            reason = type(fault).__name__
        log.warning("history not used: %s", reason)
        return replace(facts, notes=(*facts.notes, f"{FAILED}（{_WHY.get(reason, '来源出错')}），需要它的规则待核"))

    def _told(self, report: Report, facts: Facts) -> Report:
        """Without earlier stays a rule about two of them has nothing to judge, and is silent: here that would pass for an answer."""
        spoken = {f.rule for f in report.findings} | {u.rule for u in report.undecided} | {u.rule for u in report.unchecked}
        more: dict[tuple[str, LineRef], Undecided] = {}
        for rule, encounter in self._needs.silent(facts):
            if rule.parent not in spoken:
                at = LineRef("encounter", encounter.id if isinstance(encounter.id, str) else "")
                more[rule.code, at] = Undecided(rule.parent, rule.code, rule.name, at, (HISTORY,))
        return replace(report, undecided=(*report.undecided, *more.values())) if more else report

    def need(self, facts: Facts) -> Need | None:
        """What would be asked for this request; None = nothing."""
        program = self.engine.program
        needs = self._needs
        if needs.program is not program:
            needs = self._needs = Needs(program)
        return needs.of(facts)

    def _earlier(self, need: Need, seconds: float) -> Earlier:
        key = need.patient, need.parts, need.here, need.until.day
        kept = self._kept
        if kept is not None:
            with self._lock:
                held = kept.get(key)
            if held is not None:
                return held
        answer = self._asking.ask(need, seconds, lambda late: self._keep(key, need, late))
        fault = fault_of(answer, need)
        if fault:
            raise Failed(fault)
        self._keep(key, need, answer)
        return answer  # type: ignore[no-any-return]  # fault_of has looked at it

    def _keep(self, key: Any, need: Need, answer: Any) -> None:
        if self._kept is not None and not fault_of(answer, need):
            with self._lock:
                self._kept[key] = answer
