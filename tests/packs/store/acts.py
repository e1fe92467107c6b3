"""Small acts on a store that tests share: packs without rules, states made of them, and what a reader sees."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256

from medrules.errors import StoreError
from medrules.packs.entries import Period
from medrules.packs.store.files import Files
from medrules.packs.store.state import Channel, Pack, State
from medrules.packs.store.view import StoreView, open_store
from medrules.packs.store.writer import Store, Writer
from medrules.packs.versions import Version

__all__ = ["AT", "activate", "content_of", "pack_of", "seen", "state_of"]

AT = "2026-07-02T01:10:00Z"


def content_of(name: str, version: int) -> bytes:
    """Bytes of a pack: the store does not look into them."""
    return f"{name} {version} ".encode() * 20


def pack_of(name: str, version: int) -> Pack:
    content = content_of(name, version)
    return Pack(
        f"100000/{name}", Version(2026, version, 0), sha256(content).hexdigest(), len(content), "national", Period(date(2026, 1, 1)), "enforce", AT)


def state_of(before: State, versions: dict[str, int]) -> State:
    active = tuple(pack_of(n, v) for n, v in versions.items())
    held = {p.sha256: p for p in (*before.held, *active)}
    number = max(versions.values())
    return replace(before, active=active, held=tuple(held.values()), clock_floor=f"2026-07-{number:02d}T00:00:00Z", channels={
        "national": Channel({"timestamp.json": sha256(b"ts %d" % number).hexdigest()}, AT, AT, AT)})


def activate(store: Store, versions: dict[str, int]) -> Writer:
    """What an update does once everything was fetched and checked."""
    with store.writing(AT) as writer:
        put(writer, versions)
        writer.put_metadata("national", b"ts %d" % max(versions.values()))
        writer.activate(state_of(writer.state, versions), "update")
        writer.collect_garbage()
    return writer


def put(writer: Writer, versions: dict[str, int]) -> None:
    for name, version in versions.items():
        assert writer.put_pack(content_of(name, version)) == pack_of(name, version).sha256


def seen(folder: str, files: Files) -> tuple[dict[str, int], tuple[str, ...]]:
    """What a reader judges by, hashed and looked at; and the codes of what it finds wrong. ({}, (code,)) = refused."""
    try:
        view = open_store(folder, files)
    except StoreError as error:
        return {}, (error.code,)
    return versions_of(view), tuple(f.code for f in view.faults)


def versions_of(view: StoreView) -> dict[str, int]:
    out = {}
    for pack in view.active:
        name = pack.pack.partition("/")[2]
        assert view.content(pack) == content_of(name, pack.version.minor)
        out[name] = pack.version.minor
    return out


def all_of(names: Iterable[str], version: int) -> dict[str, int]:
    return dict.fromkeys(names, version)
