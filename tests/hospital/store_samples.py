"""Activations in a real store, as an updater makes them."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from medrules.hospital.preparing import Prepared, prepare
from medrules.packs.archive import PackFile, write_pack_file
from medrules.packs.names import MANIFEST
from medrules.packs.store.state import Pack, Rollback
from medrules.packs.store.writer import Store

AT = "2026-08-15T01:10:00Z"


def content_of(pack: PackFile) -> bytes:
    return write_pack_file(pack.manifest, {n: c for n, c in pack.members.items() if n != MANIFEST})


def listed(pack: PackFile, mode: str = "enforce", withdrawn: str = "") -> Pack:
    m = pack.manifest
    return Pack(m.identity, m.version, pack.sha256, len(content_of(pack)), "national", m.effective, mode, AT, withdrawn)


def activate(
    folder: Path, packs: Sequence[PackFile], *, modes: Mapping[int, str] | None = None, overlay: bytes | None = None, rollback: Rollback | None = None,
    today: date = date(2026, 8, 15), compiled: bool = True,
) -> Prepared:
    """One activation of these packs; the newest of each is active. modes: by minor version."""
    of = {p.sha256: (modes or {}).get(p.manifest.version.minor, "enforce") for p in packs}
    made = prepare([(p, of[p.sha256]) for p in packs], overlay, today.toordinal())
    with Store(folder).writing(AT) as writer:
        for pack in packs:
            writer.put_pack(content_of(pack))
        held = tuple(listed(p, of[p.sha256]) for p in packs)
        newest = {p.pack: p for p in sorted(held, key=lambda p: p.version)}
        kept = {k: writer.put_compiled(c) for k, c in made.compiled.items() if compiled or k == "overlay.toml"}
        writer.activate(replace(
            writer.state, active=tuple(newest.values()), held=held, compiled=kept, overlay=made.overlay, rollback=rollback, clock_floor=AT), "update")
    return made
