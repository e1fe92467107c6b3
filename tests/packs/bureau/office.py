"""A bureau with its people, made for a test: key files of Ed25519 (and SM2 where asked), a folder, a clock that the test moves."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from medrules.packs.bureau import (
    BureauFolder,
    PublicKeyFile,
    Refreshed,
    create,
    delegate,
    load_signer,
    make_key,
    publish,
    refresh,
    sign,
)
from medrules.packs.bureau.keys import KeySigner
from medrules.packs.bureau.releasing import Published
from medrules.packs.bureau.roles import RoleKeys
from medrules.packs.channel import TrustedChannel
from medrules.packs.entries import Period
from medrules.packs.releases import ALL, ReleaseIndex, Rollout, read_releases
from medrules.packs.versions import Version
from tests.packs.repository import MemoryFetcher
from tests.packs.samples import MEMBERS, pack_file

PASSPHRASE = "correct horse battery"
START = datetime(2026, 7, 1, 8, 0, 0, tzinfo=UTC)
ONLINE = ("snapshot-1", "timestamp-1")


class Office:
    """`people` are names of keys; a key whose name ends in `-sm2` is SM2."""

    def __init__(self, folder: Path, now: datetime = START) -> None:
        self.keys = folder / "keys"
        self.folder = BureauFolder(folder / "bureau")
        self.now = now

    def key(self, name: str) -> PublicKeyFile:
        public = self.keys / f"{name}.json"
        if public.exists():
            return PublicKeyFile(name, self.signer(name).public.key)
        return make_key(self.keys, name, "sm2" if name.endswith("-sm2") else "ed25519", PASSPHRASE)

    def signer(self, name: str) -> KeySigner:
        return load_signer(self.keys / f"{name}.pem", lambda _: PASSPHRASE)

    def of(self, names: Sequence[str], threshold: int) -> RoleKeys:
        return RoleKeys(tuple(self.key(name) for name in names), threshold)

    def init(self, root: Sequence[str] = ("root-1", "root-2", "root-3"), targets: Sequence[str] = ("targets-1", "targets-2", "targets-3")) -> None:
        create(self.folder, {"root": self.of(root, 2), "targets": self.of(targets, 2), "snapshot": self.of(ONLINE[:1], 1),
                             "timestamp": self.of(ONLINE[1:], 1)}, self.now)

    def sign(self, *names: str, roles: Sequence[str] = ()) -> None:
        sign(self.folder, [self.signer(name) for name in names], roles)

    def refresh(self, *names: str) -> Refreshed:
        return refresh(self.folder, [self.signer(name) for name in names or ONLINE], self.now)

    def delegate(self, role: str, paths: Sequence[str], people: Sequence[str]) -> None:
        delegate(self.folder, role, paths, self.of(people, 2), self.now)

    def open(self) -> None:
        """A repository online with the roles national and province-33."""
        self.init()
        self.delegate("national", ["100000/*/*"], ["national-1", "national-2", "national-3"])
        self.delegate("province-33", ["330000/*/*"], ["zj-1", "zj-2", "zj-3"])
        self.sign("root-1", "root-2", "targets-1", "targets-3", "national-1", "national-2", "zj-1", "zj-3")
        self.refresh()

    def publish(self, version: str, *, percent: int = ALL, mode: str = "enforce", members: Mapping[str, bytes] = MEMBERS) -> Published:
        content = pack_file(members, version=Version.parse(version), effective=Period(date(2026, 7, 1)), supersedes=())
        return publish(self.folder, content, Rollout("salt", percent), mode, self.now)

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)

    def files(self) -> dict[str, bytes]:
        at = self.folder.path / "repository"
        return {p.relative_to(at).as_posix(): p.read_bytes() for p in at.rglob("*") if p.is_file()}

    def channel(self, metadata: Mapping[str, bytes] | None = None, floor: datetime | None = None) -> TrustedChannel:
        files = self.files()
        return TrustedChannel(MemoryFetcher(files), files["metadata/1.root.json"], metadata=metadata, clock=lambda: self.now, clock_floor=floor)

    def releases(self, identity: str = "330000/demo") -> ReleaseIndex:
        channel = self.channel()
        channel.refresh()
        return read_releases(channel.target(f"{identity}/releases.json"))
