"""How a hospital's store stands: what is active, how fresh its channels are, what is wrong. Reads only; needs no network."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from medrules.errors import StoreError
from medrules.packs.store import Fault, Pack, StoreView, open_store
from medrules.packs.store.faults import fault
from medrules.packs.store.ledger import Line, Reading
from medrules.packs.store.view import ledger_of

__all__ = ["ChannelStatus", "Status", "status_of"]

OVERDUE: Final = "MR-P334"  # a rollback over its time: the engine has gone on without it
FRESH: Final = "fresh"
STALE: Final = "stale"      # its time is over: nothing new is activated from it, what is active stays so
UNKNOWN: Final = "unknown"  # never heard


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A channel's freshness. Times are UTC texts, "" = never."""

    name: str
    state: str
    issued: str
    expires: str
    refreshed: str


@dataclass(frozen=True, slots=True)
class Status:
    """
    refused     what the last update could not do, from the ledger; () once an update succeeds
    rolled_back the local rollback, if one is in force, with `expired` said
    """

    hospital: str
    sequence: int
    active: tuple[Pack, ...]
    held: tuple[Pack, ...]
    channels: tuple[ChannelStatus, ...]
    faults: tuple[Fault, ...]
    refused: tuple[dict[str, Any], ...]
    rolled_back: dict[str, Any] | None
    clock_floor: str
    interrupted: bool = False

    @property
    def word(self) -> str:
        """ok · stale (a channel is) · refused (the last update was, at least in part) · rolled-back · damaged · withdrawn (an active pack
        is, and nothing replaces it: it does not judge) · none (nothing is active)."""
        if not self.active:
            return "none"
        if any(f.code != OVERDUE for f in self.faults):
            return "damaged"
        if any(p.withdrawn for p in self.active):
            return "withdrawn"
        if self.refused:
            return "refused"
        if any(c.state != FRESH for c in self.channels):
            return "stale"
        return "ok" if self.rolled_back is None else "rolled-back"

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.word, "hospital": self.hospital, "sequence": self.sequence, "active": [_shown(p) for p in self.active],
            "held": [_shown(p) for p in self.held],
            "channels": [{"name": c.name, "state": c.state, "issued": c.issued, "expires": c.expires, "refreshed": c.refreshed} for c in self.channels],
            "faults": [f.as_json() for f in self.faults], "refused": list(self.refused), "rollback": self.rolled_back,
            "clock_floor": self.clock_floor, "interrupted": self.interrupted}


def status_of(folder: str, hospital: str, channels: tuple[str, ...], now: datetime) -> Status:
    """The status of a store; a store that cannot be opened is a status too.

    Args:
        channels: names of site.toml.
    """
    refused = _refused(ledger_of(folder))
    try:
        view: StoreView = open_store(folder)
    except StoreError as error:
        nothing = () if error.code == "MR-P302" else (Fault(error.code, error.where, error.where_en),)
        return Status(hospital, 0, (), (), tuple(ChannelStatus(c, UNKNOWN, "", "", "") for c in channels), nothing, refused, None, "")
    state, text = view.state, now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = []
    for name in channels:
        known = state.channels.get(name)
        if known is None or not known.expires:
            shown.append(ChannelStatus(name, UNKNOWN, "", "", ""))
        else:
            shown.append(ChannelStatus(name, FRESH if text < known.expires else STALE, known.issued, known.expires, known.refreshed))
    faults = view.faults
    r = state.rollback
    if r is not None and text >= r.expires:
        faults = (*faults, fault(OVERDUE, f"{r.pack} {r.used}，{r.expires}"))
    rolled_back = None if r is None else {
        "pack": r.pack, "wrong": str(r.wrong), "used": str(r.used), "reason": r.reason, "at": r.at, "expires": r.expires, "expired": text >= r.expires}
    return Status(hospital, state.sequence, state.active, state.held, tuple(shown), faults, refused, rolled_back, state.clock_floor, view.interrupted)


def _refused(ledger: Reading) -> tuple[dict[str, Any], ...]:
    """What was refused since the last update that had nothing to refuse (it left a line, or none was needed)."""
    found: list[Line] = []
    for line in reversed(ledger.lines):
        if line.kind == "refused":
            found.append(line)
        elif line.kind in ("done", "fresh", "clear"):
            break
    return tuple({"at": line.at, **{k: str(line.what.get(k, "")) for k in ("code", "zh", "en", "where")}} for line in reversed(found))


def _shown(p: Pack) -> dict[str, Any]:
    return {
        "pack": p.pack, "version": str(p.version), "sha256": p.sha256, "mode": p.mode, "effective": p.effective.as_json(), "since": p.since,
        "channel": p.channel, "withdrawn": p.withdrawn}
