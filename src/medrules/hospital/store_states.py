"""A store in a folder as the engine follows it: its states, the packs that count in them, the overlay, compiled forms."""
from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from medrules.engine.engine import DEFAULT_BUDGET
from medrules.engine.metering import StepBudget
from medrules.errors import PACK_ERRORS, PackError
from medrules.hospital.engines import Engines, Source
from medrules.hospital.held import HeldPack, held_in
from medrules.hospital.snapshot import Snapshot
from medrules.hospital.store_engine import StoreEngine
from medrules.packs.archive import PackFile
from medrules.packs.store import StoreView, stamp
from medrules.packs.store import open_store as open_view
from medrules.packs.store.state import Pack

__all__ = ["OVERLAY", "StoreStates", "open_store", "overlay_of", "usable"]

# The overlay stands among the compiled forms of a state under this name: content addressed, hashed, kept as long as a state needs it.
OVERLAY: Final = "overlay.toml"


def open_store(
    folder: str | os.PathLike[str], *, budget: StepBudget | None = DEFAULT_BUDGET, shadow_log: str | os.PathLike[str] | None = None,
    check_seconds: float = 1.0, most_engines: int = 8,
) -> StoreEngine:
    """An engine on the packs that are active in a hospital's store (`medrules update` fills it). It has the calls of `Engine`.

    Everything is hashed when it is read; no network and no writable disk is needed. Each order is judged by the versions in force on its
    business day. A new activation is noticed within `check_seconds` of a review, opened beside the reviews and swapped in between two.

    Args:
        folder: the store.
        budget: steps a review may take; None = as many as it needs.
        shadow_log: where to append what versions in trial would change (`medrules site shadow` reads it); None = they are not run.
        check_seconds: how often the store is looked at, at most.
        most_engines: how many combinations of packs stay open at once.

    Raises:
        StoreError: the store cannot be read, or nothing usable is in it. PackError: the packs of these days cannot be used together.
    """
    trial = None
    if shadow_log is not None:
        from medrules.hospital.trial import TrialLog  # only hospitals that take part in a trial pay for it

        trial = TrialLog(shadow_log)
    return StoreEngine(StoreStates(folder), budget=budget, trial=trial, check_seconds=check_seconds, most_engines=most_engines)


class StoreStates:
    """The states of one store, each verified anew when it comes."""

    def __init__(self, folder: str | os.PathLike[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder, self._now = os.fspath(folder), now
        self._known: dict[str, HeldPack] = {}
        self._until = ""  # when the present rollback ends

    def stamp(self) -> Any:
        return stamp(self._folder), bool(self._until) and _written(self._now()) >= self._until

    def snapshot(self, engines: Engines) -> Snapshot:
        view = open_view(self._folder)
        rollback = view.state.rollback
        self._until = rollback.expires if rollback is not None and _written(self._now()) < rollback.expires else ""
        packs = tuple(self._held(view, one) for one in usable(view, _written(self._now())))
        if not any(not p.broken for p in packs):
            zh, en = PACK_ERRORS["MR-P411"]
            raise PackError(f"{zh}。运行 medrules site status 看原因 / {en}: medrules site status says why", "MR-P411")
        listed = {p.sha256: p for p in view.held}

        def read(held: HeldPack) -> PackFile:
            return view.pack_file(listed[held.sha256])

        return Snapshot(packs, Source(read, view.compiled, overlay_of(view)), engines, view.state.sequence, tuple(f.code for f in view.faults))

    def _held(self, view: StoreView, one: Pack) -> HeldPack:
        """Manifests are read once: a file of that SHA-256 can say nothing else. What it holds is hashed again when an engine is made."""
        known = self._known.get(one.sha256)
        if known is None or known.mode != one.mode or known.broken:
            known = self._known[one.sha256] = held_in(view, one)
        return known


def usable(view: StoreView, now: str) -> tuple[Pack, ...]:
    """The packs of a state that may judge at a UTC instant: of packs that are active here, not withdrawn, and not what a rollback has put
    aside: everything above the version it went back to, up to the one it went back from."""
    followed, r = {p.pack for p in view.active}, view.state.rollback
    aside = r if r is not None and now < r.expires else None
    return tuple(p for p in view.held if p.pack in followed and not p.withdrawn and not (
        aside is not None and p.pack == aside.pack and aside.used < p.version <= aside.wrong))


def overlay_of(view: StoreView) -> bytes | None:
    """The hospital's overlay; None = it has none.

    Raises:
        PackError: MR-P411, the state names one that is missing or damaged: rules it switched off would speak again.
    """
    if view.state.overlay is None:
        return None
    content = view.compiled(OVERLAY)
    if content is None or view.state.compiled.get(OVERLAY) != view.state.overlay:
        zh, en = PACK_ERRORS["MR-P411"]
        raise PackError(f"overlay.toml：{zh} / {en}", "MR-P411")
    return content


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


