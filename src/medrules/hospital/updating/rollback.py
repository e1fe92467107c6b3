"""A local emergency: back to a version that this hospital verified before, with a reason, recorded, and only for a time."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from medrules.errors import PackError
from medrules.hospital.site_file import SiteFile
from medrules.hospital.updating.channels import as_text
from medrules.hospital.updating.outcome import Change, Outcome, problem_of
from medrules.hospital.updating.update import Trial, tried
from medrules.packs.archive import read_pack_file
from medrules.packs.store import Pack, Rollback, State
from medrules.packs.store.faults import refuse
from medrules.packs.store.writer import WAIT, Store
from medrules.packs.versions import Version

__all__ = ["LONGEST", "USUAL", "candidates", "roll_back"]

USUAL: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=30)


def candidates(state: State, identity: str) -> tuple[Pack, ...]:
    """Versions of a pack that one may go back to: verified, lower than the active one, not withdrawn. Highest first."""
    active = state.active_pack(identity)
    found = [p for p in state.held if p.pack == identity and not p.withdrawn and active is not None and p.version < active.version]
    return tuple(sorted(found, key=lambda p: p.version, reverse=True))


def roll_back(
    site: SiteFile, store: Store, clock: Callable[[], datetime], trial: Trial, identity: str, reason: str, version: Version | None = None,
    lasts: timedelta = USUAL, wait: float = WAIT,
) -> Outcome:
    """Activate an earlier version of one pack. Needs no network. The next update keeps it until `lasts` is over or a higher version comes.

    Args:
        identity: "100000/national".
        version: None = the highest one below the active version.

    Raises:
        StoreError: MR-P332 no such version, or no reason, or too long; MR-P306 its file is damaged; MR-P301, MR-P308; MR-P329 … MR-P331.
    """
    now = clock()
    if not reason.strip() or len(reason) > 500:
        raise refuse("MR-P332", "要写原因（500 字以内）", "a reason is needed, of at most 500 characters")
    if not timedelta(0) < lasts <= LONGEST:
        raise refuse("MR-P332", f"期限应在 {LONGEST.days} 天以内", f"at most {LONGEST.days} days")
    overlay = site.overlay_content()
    with store.writing(as_text(now), wait) as writer:
        state = writer.state
        before = state.active_pack(identity)
        if before is None:
            raise refuse("MR-P332", f"{identity} 没有启用", f"{identity} is not active")
        chosen = next((p for p in candidates(state, identity) if version in (None, p.version)), None)
        if chosen is None:
            raise refuse("MR-P332", f"{identity} {version or ''}".strip())
        active = tuple(replace(chosen, since=as_text(now)) if p.pack == identity else p for p in state.active)
        made = Rollback(identity, before.version, chosen.version, reason.strip(), as_text(now), as_text(now + lasts))
        try:
            wanted, _ = tried(replace(state, active=active, rollback=made), writer, {}, overlay, trial, now)
        except PackError as error:
            writer.note_problems([problem_of(error).as_json()])
            raise
        writer.activate(wanted, "rollback", {"reason": made.reason})
        content = writer.content(chosen)
        title = "" if content is None else read_pack_file(content).manifest.title_zh
        return Outcome(True, writer.state.sequence, (Change(identity, before, writer.state.active_pack(identity), title),), healed=writer.found.faults)
