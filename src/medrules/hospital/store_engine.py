"""The engine of a hospital's store: judges each order by the packs of its business day, and follows the store's activations.

A request that finds a new activation does not wait for it: a thread opens the new state beside the reviews and puts it in place when it is
ready, between two requests. Each report is made by one state. A state that cannot be used changes nothing but `problem`; it is tried again
each minute, for what was in the way may have passed (too many open files, a share that was away).
"""
from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Protocol

from medrules.check.program import Program
from medrules.engine.engine import DEFAULT_BUDGET, ENGINE_VERSION
from medrules.engine.metering import StepBudget
from medrules.errors import MedRulesError
from medrules.frozen import dataclass
from medrules.hospital.engines import Engines
from medrules.hospital.snapshot import Judged, Snapshot
from medrules.model.facts import Facts
from medrules.model.reports import Report, Unchecked
from medrules.plan.plan import Plan

if TYPE_CHECKING:
    from medrules.engine.screening.judging import Judges

__all__ = ["AGAIN", "Problem", "States", "StoreEngine"]

AGAIN: Final = 60.0  # seconds between two tries to open the same state

Clock = Callable[[], float]
Trial = Callable[[Facts, Report, Report], None]


class States(Protocol):
    """The states of a store, as they come."""

    def stamp(self) -> Any:
        """Changes with every activation. Cheap: it is asked about once a second."""
        ...

    def snapshot(self, engines: Engines) -> Snapshot:
        """The present state, verified; its engines are opened by the caller.

        Raises:
            MedRulesError: there is none that can be used.
        """
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the present state of the store is not in use: code and sentence of the error. The engine keeps what it had."""

    code: str
    message: str


class StoreEngine:
    """Reviews requests by the packs that a store has activated. Same calls as `Engine`; threads may share it.

    A report's `pack`, `pack_version` and `pack_hash` name the combination that judged (`judged_by` resolves the hash); where lines of
    one request have days of several versions, each names all of them, joined by "|", and every finding its own.
    """

    def __init__(
        self, states: States, *, budget: StepBudget | None = DEFAULT_BUDGET, trial: Trial | None = None, check_seconds: float = 1.0,
        most_engines: int = 8, ticks: Clock = time.monotonic, today: Callable[[], date] = date.today,
    ) -> None:
        """
        Args:
            budget: steps a review may take; None = as many as it needs.
            trial: is handed (facts, report, report of the versions in trial) where versions in mode shadow would judge otherwise made;
                without it they are not run.
            check_seconds: how often the store is looked at, at most.
            most_engines: how many combinations stay open at once.

        Raises:
            MedRulesError: the store has no state that can be used.
        """
        self._states, self._trial, self._every, self._ticks, self._today = states, trial, check_seconds, ticks, today
        self._engines = Engines(most_engines, budget)
        self._lock = Lock()
        self._reloading = 0  # process id of the thread that opens a new state
        self.problem: Problem | None = None
        self.trial_faults = 0  # requests for which the versions in trial, or the log of them, broke
        self._seen = states.stamp()
        self._snapshot = self._opened()
        if self._snapshot.faults:
            self.problem = Problem(self._snapshot.faults[0], "、".join(self._snapshot.faults))
        self._next = ticks() + check_seconds
        self._again = math.inf  # when to try once more the state that could not be opened

    # ------------------------------------------------------------ what an Engine offers

    @property
    def program(self) -> Program:
        """The rules of today."""
        return self.plan.program

    @property
    def plan(self) -> Plan:
        held = self._snapshot
        segment = held.timeline.at(self._today().toordinal())
        if not segment.packs:
            segment = next(s for s in reversed(held.timeline.segments) if s.packs)
        return held.engine(segment).plan

    def review(self, facts: Facts, *, deadline: float | None = None, clock: Clock = time.monotonic) -> Report:
        """What the rules in force on the request's business days say. See `Engine.review`.

        Days on which no version is in force are not judged: `unchecked` says so (reason "no_pack").
        """
        held = self.current()
        try:
            report = held.review(facts, deadline, clock)
        except Exception as fault:  # a version of long ago that cannot be opened must not break the hospital's process
            return replace(
                Report(), unchecked=(Unchecked("", f"fault:{type(fault).__name__}"),), notes=tuple(facts.notes), engine_version=ENGINE_VERSION)
        if self._trial is not None and held.trial is not None:
            self._try(held, facts, report, deadline, clock)
        return report

    def screener(self) -> Judges:
        """What `medrules.screen` judges a file by: every version, each for its own business days."""
        from medrules.hospital.screening import VersionedScreener  # screening brings the reference evaluator: reviews need none of it

        held = self._snapshot
        return VersionedScreener(
            held.timeline, lambda segment: held.engine(segment).program, lambda touched: held.left_out(held.timeline, touched))

    # ------------------------------------------------------------ the store behind it

    @property
    def sequence(self) -> int:
        """The number of the activation that is in use."""
        return self._snapshot.sequence

    @property
    def snapshot(self) -> Snapshot:
        """The state in use."""
        return self._snapshot

    def judged_by(self, pack_hash: str) -> tuple[Judged, ...]:
        """The packs that a `pack_hash` of a report or finding stands for; () for one that this process has not used."""
        known = self._snapshot.known
        return tuple(dict.fromkeys(j for part in pack_hash.split("|") for j in known.get(part, ())))

    def current(self) -> Snapshot:
        """The state to judge by. Looks whether there is a new one, at most every `check_seconds`; never waits for it."""
        now = self._ticks()
        if now >= self._next:
            self._next = now + self._every  # several threads may come here at once: a look too many costs nothing
            if now >= self._again or self._states.stamp() != self._seen:
                self._reload_beside()
        return self._snapshot

    def refresh(self) -> bool:
        """Look at the store now and wait until its present state is in use; whether it is."""
        with self._lock:
            self._reload()
        return self.problem is None

    def _reload_beside(self) -> None:
        own = os.getpid()  # a thread does not outlive a fork
        if self._reloading == own:
            return
        self._reloading = own
        Thread(target=self._reload_in_thread, name="medrules-activation", daemon=True).start()

    def _reload_in_thread(self) -> None:
        try:
            with self._lock:
                self._reload()
        finally:
            self._reloading = 0

    def _reload(self) -> None:
        seen = self._states.stamp()
        if seen == self._seen and self.problem is None:
            return
        self._again = self._ticks() + AGAIN
        try:
            made = self._opened()
        except MedRulesError as error:
            self.problem = Problem(error.code, str(error))
        except Exception as fault:  # anything else in a state nobody has seen before: the old one goes on
            self.problem = Problem(MedRulesError.code, type(fault).__name__)
        else:
            self._again = math.inf
            self.problem = None if not made.faults else Problem(made.faults[0], "、".join(made.faults))
            if made.sequence >= self._snapshot.sequence:  # else what is in use is newer than what a damaged store still has
                made.known.update({k: v for k, v in self._snapshot.known.items() if k not in made.known})
                self._snapshot = made
        self._seen = seen

    def _opened(self) -> Snapshot:
        made = self._states.snapshot(self._engines)
        made.prepare(self._today().toordinal(), trial=self._trial is not None)
        return made

    def _try(self, held: Snapshot, facts: Facts, report: Report, deadline: float | None, clock: Clock) -> None:
        """Run the versions in trial beside; whatever becomes of it, the report stands."""
        assert held.trial is not None and self._trial is not None
        try:
            if held.differs(facts):
                self._trial(facts, report, held.judged(held.trial, facts, deadline, clock))
        except Exception:  # counted, not told: its text may hold personal data
            self.trial_faults += 1
