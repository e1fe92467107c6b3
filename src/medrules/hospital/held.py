"""What a store holds, as versions by business time see it: each verified pack with its days, its mode and what it stands on."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from medrules.errors import PackError
from medrules.frozen import dataclass
from medrules.hospital.levels import DEPTH, days_of
from medrules.packs.archive import PackFile
from medrules.packs.entries import Period
from medrules.packs.manifest import Extended, Manifest
from medrules.packs.versions import Version

__all__ = ["SHADOW", "HeldPack", "Listed", "Packs", "held_packs"]

SHADOW = "shadow"


class Listed(Protocol):
    """A verified pack as the store's state lists it (`medrules.packs.store.Pack`)."""

    @property
    def pack(self) -> str: ...
    @property
    def version(self) -> Version: ...
    @property
    def sha256(self) -> str: ...
    @property
    def effective(self) -> Period: ...
    @property
    def mode(self) -> str: ...
    @property
    def withdrawn(self) -> str: ...


class Packs(Protocol):
    """Where packs are read from (`medrules.packs.store.StoreView`): every byte is hashed when it is read."""

    def pack_file(self, pack: Listed, /) -> PackFile: ...


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
    begin, end = days_of(manifest.effective)
    return HeldPack(
        manifest.identity, manifest.name, manifest.version, sha256, manifest.content_hash, DEPTH[manifest.level], begin, end, mode,
        manifest.extends, tuple(s.version for s in manifest.supersedes), manifest.roots)


def held_packs(packs: Packs, listed: Iterable[Listed]) -> tuple[HeldPack, ...]:
    """The packs of a state that may be used: those that are withdrawn are left out, those whose file is damaged keep their days."""
    made = []
    for one in listed:
        if one.withdrawn:
            continue
        try:
            made.append(held_pack(packs.pack_file(one).manifest, one.sha256, one.mode))
        except PackError as error:
            begin, end = days_of(one.effective)
            made.append(HeldPack(
                one.pack, one.pack.rpartition("/")[2], one.version, one.sha256, "", 0 if one.pack.startswith("100000/") else 1, begin, end, one.mode,
                (), (), (), error.code))
    return tuple(made)
