"""The ledger as events: which versions were activated when and why, and what was refused. Reads only."""
from __future__ import annotations

from typing import Any

from medrules.packs.store.resolve import state_in
from medrules.packs.store.state import State
from medrules.packs.store.view import ledger_of

__all__ = ["history_of"]


def history_of(folder: str) -> tuple[list[dict[str, Any]], int]:
    """Events, oldest first, and the number of the first line that does not fit the chain (0 = all do).

    Each event: line, at (UTC), event (update | rollback | rollback-ended | restored | refused | repaired | restarted | abandoned), changes (pack, from,
    to, mode, sha256), withdrawn (pack, version, reason: what the publisher has withdrawn since the event before), reason. What was abandoned
    changed nothing.
    """
    ledger = ledger_of(folder)
    abandoned = {line.what.get("of") for line in ledger.lines if line.kind == "abandoned"}
    events: list[dict[str, Any]] = []
    before = State()
    for line in ledger.lines:
        made: dict[str, Any] = {"line": line.n, "at": line.at, "event": line.kind, "changes": [], "withdrawn": [], "reason": ""}
        match line.kind:
            case "activate":
                state = state_in(line)
                if state is None or line.sha256 in abandoned:
                    continue
                made |= {
                    "event": str(line.what.get("why", "update")), "changes": _changes(before, state), "withdrawn": _withdrawn(before, state),
                    "reason": str(line.what.get("reason", ""))}
                before = state
            case "refused":
                made["reason"] = " ".join(str(line.what.get(k, "")) for k in ("where", "code", "zh")).strip()
            case "repaired" | "restarted" | "abandoned":
                pass
            case _:
                continue
        events.append(made)
    return events, ledger.broken_at


def _changes(before: State, after: State) -> list[dict[str, Any]]:
    out = []
    for identity in dict.fromkeys(p.pack for p in (*after.active, *before.active)):
        old, new = before.active_pack(identity), after.active_pack(identity)
        if old is None or new is None or (old.sha256, old.mode) != (new.sha256, new.mode):
            out.append({
                "pack": identity, "from": None if old is None else str(old.version), "to": None if new is None else str(new.version),
                "mode": "" if new is None else new.mode, "sha256": "" if new is None else new.sha256})
    return out


def _withdrawn(before: State, after: State) -> list[dict[str, Any]]:
    known = {p.sha256 for p in before.held if p.withdrawn}
    return [{"pack": p.pack, "version": str(p.version), "reason": p.withdrawn} for p in after.held if p.withdrawn and p.sha256 not in known]
