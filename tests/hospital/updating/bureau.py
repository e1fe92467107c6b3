"""A bureau and hospitals in one process: a signed repository in memory, packs without rules, the hospital's real code."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from medrules.errors import StoreError
from medrules.hospital.site_file import ChannelEntry, SiteFile
from medrules.hospital.updating.outcome import Outcome
from medrules.hospital.updating.rollback import roll_back
from medrules.hospital.updating.update import Passed, Request, update
from medrules.packs.archive import write_pack_file
from medrules.packs.channel.fetcher import Fetcher
from medrules.packs.entries import Period
from medrules.packs.manifest import Extended, Manifest, Superseded, members_of
from medrules.packs.releases import Place, Release, ReleaseIndex, Rollout, Withdrawal, write_releases
from medrules.packs.store.files import Files
from medrules.packs.store.lock import Lock
from medrules.packs.store.view import StoreView, open_store
from medrules.packs.store.writer import Store
from medrules.packs.versions import Version
from tests.packs.repository import NATIONAL, NOW, ZHEJIANG, Repository
from tests.packs.samples import manifest as sample
from tests.packs.store.simulated import Disk, MemoryLock, SimulatedFiles

__all__ = ["NATIONAL_PACK", "NOW", "PLACE", "ZHEJIANG_PACK", "Bureau", "Hospital", "version"]

NATIONAL_PACK, ZHEJIANG_PACK = "100000/national", "330000/zhejiang"
ROLES = {NATIONAL_PACK: NATIONAL, ZHEJIANG_PACK: ZHEJIANG}
PLACE = Place("H33010600001", "330106", "三级")


def version(text: str) -> Version:
    return Version.parse(text)


class Bureau:
    """Publishes packs of two authorities. A test may bend `indexes` and `repository` before `publish()`."""

    def __init__(self, now: datetime = NOW) -> None:
        self.repository = Repository(now=now)
        self.indexes: dict[str, ReleaseIndex] = {p: ReleaseIndex(p.split("/")[1], p.split("/")[0], ()) for p in ROLES}
        self.contents: dict[tuple[str, str], bytes] = {}

    def build(self, pack: str, number: str, members: Mapping[str, bytes] | None = None, **changes: Any) -> bytes:
        adcode, name = pack.split("/")
        own = {"CHANGES.md": f"# {name} {number}\n".encode(), "pack.toml": f'name = "{name}"\n'.encode(), **(members or {})}
        extends = () if pack == NATIONAL_PACK else (Extended("national", Version(2026, 1, 0), Version(2027, 0, 0)),)
        made: Manifest = sample(own, **{
            "name": name, "adcode": adcode, "version": version(number), "level": "national" if adcode == "100000" else "province",
            "roots": ("GZ",) if adcode == "100000" else ("ZJ",), "effective": Period(date(2026, 1, 1)), "extends": extends, "supersedes": (),
            "compiled": None, **changes})
        return write_pack_file(replace(made, members=members_of(own)), own)

    def release(self, pack: str, number: str, content: bytes | None = None, mode: str = "enforce", rollout: Rollout | None = None, **changes: Any) -> bytes:
        """A new version, with its place in releases.json. `publish()` signs."""
        content = self.build(pack, number, **changes) if content is None else content
        self.contents[pack, number] = content
        index = self.indexes[pack]
        target = f"{pack}/{index.name}-{number}.mrpack"
        one = Release(
            version(number), target, sha256(content).hexdigest(), len(content), changes.get("effective", Period(date(2026, 1, 1))),
            changes.get("supersedes", ()), None, rollout or Rollout("salt", 10_000), mode)
        self.indexes[pack] = replace(index, releases=tuple(sorted((*index.releases, one), key=lambda r: r.version)))
        self.repository.add(ROLES[pack], target, content)
        return content

    def supersede(self, pack: str, number: str, wrong: str, reason: str) -> bytes:
        return self.release(pack, number, supersedes=(Superseded(version(wrong), reason),))

    def change(self, pack: str, number: str, **changes: Any) -> None:
        """Bend one entry of releases.json."""
        index = self.indexes[pack]
        self.indexes[pack] = replace(index, releases=tuple(replace(r, **changes) if str(r.version) == number else r for r in index.releases))

    def withdraw(self, pack: str, number: str, reason: str = "表行有误") -> None:
        self.change(pack, number, withdrawn=Withdrawal(reason, date(2026, 7, 2)))

    def publish(self) -> None:
        for pack, index in self.indexes.items():
            self.repository.add(ROLES[pack], f"{pack}/releases.json", write_releases(index))
        self.repository.publish()

    def pass_time(self, days: float) -> None:
        self.repository.pass_time(timedelta(days=days))


class Hospital:
    """One hospital with a store on a disk in memory (or in a folder) and a clock of its own."""

    def __init__(self, bureau: Bureau, folder: Path, packs: Sequence[str] = (NATIONAL_PACK,), disk: Disk | None = None, place: Place = PLACE) -> None:
        self.bureau, self.disk, self.now = bureau, disk or Disk(), NOW
        folder.mkdir(exist_ok=True)
        root = folder / "root.json"
        root.write_bytes(bureau.repository.first_root)
        digest = sha256(bureau.repository.first_root).hexdigest()
        channels = tuple(ChannelEntry(p.split("/")[1], "dir:nowhere", root, digest, (p,)) for p in packs)
        self.site = SiteFile(place, "示例医院", Path("/s"), None, channels)
        self.lock: Lock = MemoryLock()
        self.tried: list[tuple[list[str], set[str]]] = []
        self.trial_error: StoreError | None = None
        self.fetcher: Callable[[ChannelEntry], Fetcher] = lambda entry: bureau.repository.fetcher()

    def trial(self, request: Request) -> Passed:
        """In place of the child process: these packs hold no rules."""
        named = {p.sha256: f"{p.manifest.name} {p.manifest.version}" for p, _ in request.packs}
        self.tried.append((sorted(named.values()), {named[d] for d in request.with_cases}))
        if self.trial_error is not None:
            raise self.trial_error
        return Passed(len(request.with_cases), {"key": b"compiled" if request.overlay is None else request.overlay})

    def store(self, files: Files | None = None) -> Store:
        return Store("/s", files or SimulatedFiles(self.disk), self.lock)

    def update(self, files: Files | None = None) -> Outcome:
        return update(self.site, self.store(files), lambda: self.now, self.trial, self.fetcher)

    def roll_back(self, pack: str = NATIONAL_PACK, reason: str = "误报太多", **more: Any) -> Outcome:
        return roll_back(self.site, self.store(), lambda: self.now, self.trial, pack, reason, **more)

    def view(self) -> StoreView:
        return open_store("/s", SimulatedFiles(self.disk))

    @property
    def active(self) -> dict[str, str]:
        """Version by name, of packs whose bytes are those that the bureau built; {} = the store is refused."""
        try:
            view = self.view()
        except StoreError:
            return {}
        for pack in view.active:
            assert view.content(pack) == self.bureau.contents[pack.pack, str(pack.version)]
        return {p.pack.split("/")[1]: str(p.version) for p in view.active}

    def pass_time(self, days: float) -> None:
        self.now += timedelta(days=days)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
