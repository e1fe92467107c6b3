"""What a store holds, as versions by business time see it: each verified pack with its days, its mode and what it stands on."""
from __future__ import annotations

from medrules.errors import PackError
from medrules.frozen import dataclass
from medrules.hospital.levels import DEPTH, days_of
from medrules.packs.archive import manifest_in
from medrules.packs.manifest import Extended, Manifest
from medrules.packs.store import StoreView
from medrules.packs.store.state import Pack
from medrules.packs.versions import Version

__all__ = ["SHADOW", "HeldPack", "held_in", "held_pack"]

SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class HeldPack:
    """One version of one pack.

    begin, end  business days, ordinals, half-open
    broken      code of the error with which its file was refused; "" = it can be used. It keeps its days: no other version judges them
    """

    identity: str
    name: str
    version: Version
    sha256: str
    content_hash: str
    depth: int
    begin: int
    end: int
    mode: str
    extends: tuple[Extended, ...]
    supersedes: tuple[Version, ...]
    roots: tuple[str, ...]
    broken: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"


def held_pack(manifest: Manifest, sha256: str, mode: str) -> HeldPack:
    """A pack whose file was read."""
    begin, end = days_of(manifest.effective)
    return HeldPack(
        manifest.identity, manifest.name, manifest.version, sha256, manifest.content_hash, DEPTH[manifest.level], begin, end, mode,
        manifest.extends, tuple(s.version for s in manifest.supersedes), manifest.roots)


def held_in(view: StoreView, one: Pack) -> HeldPack:
    """A pack of a store. One whose file is damaged keeps its days: they are not judged by an older version instead."""
    try:
        return held_pack(manifest_in(view.content(one)), one.sha256, one.mode)
    except PackError as error:
        begin, end = days_of(one.effective)
        depth = 0 if one.pack.startswith("100000/") else 1
        return HeldPack(
            one.pack, one.pack.rpartition("/")[2], one.version, one.sha256, "", depth, begin, end, one.mode, (), (), (), error.code)
