"""Packs held in memory, as a store would give them: states that can be exchanged while an engine runs."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from medrules.hospital.engines import Engines, Source
from medrules.hospital.held import held_pack
from medrules.hospital.snapshot import Snapshot
from medrules.packs.archive import PackFile
from medrules.packs.entries import Period
from medrules.packs.versions import Version
from tests.hospital.samples import NATIONAL, RULE, pack


def version(n: int, begin: str = "2020-01-01", end: str | None = None, limit: str = "100", **changes: Any) -> PackFile:
    """The national sample pack in version 1.n.0: a price above `limit` yuan is a finding, its text says the version."""
    dear = RULE.format(
        code="N1002", name="单价过高", tier=changes.pop("tier", "静默"), scope="明细 其中 明细.单价 超过 0.01元",
        condition=f"当：明细.单价 超过 {limit}.00元").replace("「不符」", f"「第{n}版」")
    period = Period(date.fromisoformat(begin), None if end is None else date.fromisoformat(end))
    return pack(files={**NATIONAL, "families/N2_dear/rule.medrule": dear}, **{"version": Version(1, n, 0), "effective": period, **changes})


class Memory:
    """States of a store, in memory. `put` is an activation; `fail` makes the next state one that cannot be used."""

    def __init__(self, *packs: PackFile, modes: Mapping[int, str] | None = None, overlay: bytes | None = None) -> None:
        self.sequence = 0
        self.put(*packs, modes=modes, overlay=overlay)

    def put(self, *packs: PackFile, modes: Mapping[int, str] | None = None, overlay: bytes | None = None) -> None:
        self.packs = {p.sha256: p for p in packs}
        self.modes = {p.sha256: (modes or {}).get(p.manifest.version.minor, "enforce") for p in packs}
        self.overlay, self.error = overlay, None
        self.sequence += 1

    def fail(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.sequence += 1

    def stamp(self) -> int:
        return self.sequence

    def snapshot(self, engines: Engines) -> Snapshot:
        if self.error is not None:
            raise self.error
        packs = dict(self.packs)
        held = tuple(held_pack(p.manifest, s, self.modes[s]) for s, p in packs.items())
        return Snapshot(held, Source(lambda one: packs[one.sha256], lambda key: None, self.overlay), engines, self.sequence)
