"""A pack published, rolled out further, withdrawn: the pack file and the list of releases of its role, pending until its people have signed."""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tuf.api.metadata import DelegatedRole, Metadata, TargetFile, Targets

from medrules.packs.archive import PackFile, read_pack_file
from medrules.packs.bureau.folder import BureauFolder, stored_at
from medrules.packs.bureau.refusals import refuse
from medrules.packs.bureau.roles import current, next_version
from medrules.packs.manifest import target_path
from medrules.packs.releases import RELEASES, Release, ReleaseIndex, Rollout, Withdrawal, read_releases, write_releases
from medrules.packs.versions import Version

__all__ = ["Published", "index_of", "publish", "rollout", "withdraw"]


@dataclass(frozen=True, slots=True)
class Published:
    """What hospitals will see once the role's people have signed and `refresh` has run. `changes` is the notice in the pack (公示稿)."""

    role: str
    identity: str
    release: Release
    changes: str


def publish(folder: BureauFolder, content: bytes, rollout: Rollout, mode: str, now: datetime) -> Published:
    """A pack file as the newest release of its pack, by the role whose area it belongs to.

    Raises:
        InvalidPackFile: MR-P5xx, not a pack file as `medrules pack build` makes it.
        BureauError: MR-P223 no role may publish it; MR-P227 its version is not above the newest.
    """
    pack = read_pack_file(content)
    path = target_path(pack.manifest)
    role = _role_of(folder, path)
    metadata = next_version(folder, role, now)
    index = index_of(folder, metadata, pack.manifest.adcode, pack.manifest.name) or ReleaseIndex(pack.manifest.name, pack.manifest.adcode, ())
    if index.releases and pack.manifest.version <= index.releases[-1].version:
        raise refuse("MR-P227", f"{pack.manifest.version}，已发布 {index.releases[-1].version}",
                     f"{pack.manifest.version}, published {index.releases[-1].version}")
    release = Release(pack.manifest.version, path, pack.sha256, len(content), pack.manifest.effective, pack.manifest.supersedes, None, rollout, mode)
    _list(folder, role, metadata, replace(index, releases=(*index.releases, release)), {path: content})
    return Published(role, pack.manifest.identity, release, _changes(pack))


def rollout(folder: BureauFolder, identity: str, version: Version, now: datetime, *, percent: int | None = None,
            regions: Sequence[str] | None = None, levels: Sequence[str] | None = None, mode: str | None = None) -> Published:
    """A release for more hospitals, or in another mode. It never reaches fewer than before: a hospital that is in stays in.

    Raises:
        BureauError: MR-P228 fewer hospitals; MR-P229 no such release.
    """
    role, metadata, index, release = _released(folder, identity, version, now)
    old = release.rollout
    new = Rollout(old.salt, old.percent if percent is None else percent, old.regions if regions is None else tuple(regions),
                  old.levels if levels is None else tuple(levels))
    if new.percent < old.percent or not _wider(old.regions, new.regions) or not _wider(old.levels, new.levels):
        raise refuse("MR-P228", f"{identity} {version}", f"{identity} {version}")
    return _changed(folder, role, metadata, index, replace(release, rollout=new, mode=mode or release.mode))


def withdraw(folder: BureauFolder, identity: str, version: Version, reason: str, on: date, now: datetime) -> Published:
    """A release taken back: hospitals go to the newest one that is left. The file stays, so that what it judged can be shown.

    Raises:
        BureauError: MR-P229 no such release, or withdrawn already.
    """
    role, metadata, index, release = _released(folder, identity, version, now)
    if release.withdrawn is not None:
        raise refuse("MR-P229", f"{identity} {version} 已撤回", f"{identity} {version} is withdrawn already")
    return _changed(folder, role, metadata, index, replace(release, withdrawn=Withdrawal(reason, on)))


def index_of(folder: BureauFolder, metadata: Metadata[Targets], adcode: str, name: str) -> ReleaseIndex | None:
    """The list of releases that a role's metadata names, from `pending/` or the repository."""
    path = f"{adcode}/{name}/{RELEASES}"
    entry = metadata.signed.targets.get(path)
    if entry is None:
        return None
    stored = stored_at(path, entry)
    content = folder.read(f"pending/{stored}")
    if content is None:
        content = folder.read(f"repository/{stored}")
    if content is None or hashlib.sha256(content).hexdigest() != entry.hashes["sha256"]:
        raise refuse("MR-P226", f"缺 {stored}", f"{stored} is missing")
    return read_releases(content)


def _released(folder: BureauFolder, identity: str, version: Version, now: datetime) -> tuple[str, Metadata[Targets], ReleaseIndex, Release]:
    adcode, _, name = identity.partition("/")
    role = _role_of(folder, f"{adcode}/{name}/{RELEASES}")
    metadata = next_version(folder, role, now)
    index = index_of(folder, metadata, adcode, name)
    release = None if index is None else index.named(version)
    if index is None or release is None:
        raise refuse("MR-P229", f"{identity[:60]} {version}", f"{identity[:60]} {version}")
    return role, metadata, index, release


def _changed(folder: BureauFolder, role: str, metadata: Metadata[Targets], index: ReleaseIndex, release: Release) -> Published:
    others = tuple(release if one.version == release.version else one for one in index.releases)
    _list(folder, role, metadata, replace(index, releases=others), {})
    return Published(role, f"{index.adcode}/{index.name}", release, "")


def _list(folder: BureauFolder, role: str, metadata: Metadata[Targets], index: ReleaseIndex, files: dict[str, bytes]) -> None:
    """Write the files aside and list them in the role's pending metadata; the metadata comes last."""
    contents = {**files, f"{index.adcode}/{index.name}/{RELEASES}": write_releases(index)}
    for path, content in contents.items():
        entry = TargetFile.from_data(path, content, ["sha256"])
        metadata.signed.targets[path] = entry
        folder.write(f"pending/{stored_at(path, entry)}", content)
    folder.put_pending(role, metadata)


def _role_of(folder: BureauFolder, path: str) -> str:
    top: Metadata[Any] | None = folder.pending().get(Targets.type) or current(folder, Targets.type)
    roles: dict[str, DelegatedRole] = {} if top is None or top.signed.delegations is None else top.signed.delegations.roles or {}
    found = [name for name, role in roles.items() if role.is_delegated_path(path)]
    if not found:
        raise refuse("MR-P223", f"{path} 没有委托给任何角色，先 medrules bureau delegate", f"{path} is delegated to no role: medrules bureau delegate")
    return found[0]


def _wider(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether `new` leaves nobody out whom `old` held; () is everybody."""
    return not new or (bool(old) and set(old) <= set(new))


def _changes(pack: PackFile) -> str:
    return pack.members.get("CHANGES.md", b"").decode("utf-8", "replace")
