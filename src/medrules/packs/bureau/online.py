"""The online step: take what is completely signed, sign snapshot and timestamp, publish; or only renew the timestamp.

The new state is put together in memory and read once as a hospital reads it, from the first root, before the first file is written. Then files
are written in an order in which a hospital that reads meanwhile finds the old state or the new one: target files, the roles' metadata, the
snapshot (all under new names), a new root, the timestamp. After a crash, running it again ends the same way.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from medrules.packs.bureau.folder import BureauFolder, Published, stored_at
from medrules.packs.bureau.keys import KeySigner
from medrules.packs.bureau.refusals import refuse
from medrules.packs.bureau.signing import progress
from medrules.packs.channel import NotThere, TrustedChannel
from medrules.packs.channel.client import ISSUED
from medrules.packs.channel.refusals import UnreachableChannel, UntrustedChannel

__all__ = ["Refreshed", "refresh"]

_Role = TypeVar("_Role", Snapshot, Timestamp)
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What went online: new versions by role (timestamp always), and the roles that still wait, with the number of missing signatures."""

    versions: Mapping[str, int]
    waiting: Mapping[str, int]
    expires: datetime


def refresh(folder: BureauFolder, signers: Sequence[KeySigner], now: datetime) -> Refreshed:
    """Publish what is complete and renew the timestamp.

    Args:
        signers: the online keys: enough for timestamp, and for snapshot when it has to be signed.

    Raises:
        BureauError: MR-P224 signatures are missing for what has to be published; MR-P226 the result would not be believed by a hospital.
    """
    published, pending = folder.published(), folder.pending_as_written()
    new = _complete(folder, published, pending)
    snapshot = _snapshot(folder, published, new, signers, now)
    timestamp = _timestamp(folder, published, new.root.signed, snapshot, signers, now)
    writes = _writes(folder, published, pending, new, snapshot, timestamp)
    try:
        expires = _as_a_hospital_reads_it(folder, dict(writes), now, new)
    except (UntrustedChannel, UnreachableChannel) as error:
        raise refuse("MR-P226", f"医院不会接受（{error.code}）：{error}", f"a hospital would refuse it ({error.code})") from error
    for relative, content in writes:
        folder.write(relative, content)
    versions = _tidy(folder, pending, new)
    if published is None or published.snapshot is None or published.snapshot.signed.version != snapshot.signed.version:
        versions[Snapshot.type] = snapshot.signed.version
    versions[Timestamp.type] = timestamp.signed.version
    left = folder.pending()
    return Refreshed(versions, {p.role: p.missing for p in progress(folder, folder.published(), left)}, expires)


@dataclass(slots=True)
class _New:
    root: Metadata[Root]
    targets: dict[str, Metadata[Targets]]


def _complete(folder: BureauFolder, published: Published | None, pending: dict[str, Metadata[Any]]) -> _New:
    """The newest versions of root and of the targets roles that hold together. What is not complete does not hold up the rest: then the older
    root, or the older targets, stays."""
    old_root = None if published is None else published.root
    held = {} if published is None else published.targets
    roots = [root for root in (pending.get(Root.type),) if root is not None and _root_holds(None if old_root is None else old_root.signed, root)]
    for root in [*roots, *([] if old_root is None else [old_root])]:
        for top in (pending.get(Targets.type), held.get(Targets.type)):
            if _first(root.signed, Targets.type, [top]) is not None and top is not None:
                made = _below(top, pending, held)
                if made is not None:
                    return _New(root, made)
    waiting = "、".join(f"{p.role} {p.missing}" for p in progress(folder, published, pending) if p.missing)
    raise refuse("MR-P224", waiting, waiting)


def _root_holds(old: Root | None, root: Metadata[Root]) -> bool:
    if old is not None and root.signed.version != old.version + 1:
        return False  # published already: what is left of an interrupted run
    return bool(root.signed.get_root_verification_result(old, root.signed_bytes, root.signatures))


def _first(delegator: Root | Targets, role: str, offered: Sequence[Metadata[Any] | None]) -> Metadata[Any] | None:
    for metadata in offered:
        if metadata is not None and delegator.get_verification_result(role, metadata.signed_bytes, metadata.signatures):
            return metadata
    return None


def _below(top: Metadata[Targets], pending: dict[str, Metadata[Any]], held: dict[str, Metadata[Targets]]) -> dict[str, Metadata[Targets]] | None:
    """The top targets and the newest complete version of every role that it delegates to; None where one has none."""
    made = {Targets.type: top}
    delegations = top.signed.delegations
    for role in (delegations.roles or {}) if delegations is not None else {}:
        newest = _first(top.signed, role, [pending.get(role), held.get(role)])
        if newest is None:
            return None
        made[role] = newest
    return made


def _snapshot(folder: BureauFolder, published: Published | None, new: _New, signers: Sequence[KeySigner], now: datetime) -> Metadata[Snapshot]:
    meta = {f"{role}.json": MetaFile.from_data(m.signed.version, m.to_bytes(), ["sha256"]) for role, m in new.targets.items()}
    old = None if published is None else published.snapshot
    until = folder.until(Snapshot.type, now)
    if old is not None and old.signed.meta == meta and old.signed.expires - now > (until - now) / 2 and \
            new.root.signed.get_verification_result(Snapshot.type, old.signed_bytes, old.signatures):
        return old
    version = folder.free_version(Snapshot.type, 1 if old is None else old.signed.version + 1)
    return _signed(new.root.signed, Metadata(Snapshot(version, expires=until, meta=meta)), signers)


def _timestamp(folder: BureauFolder, published: Published | None, root: Root, snapshot: Metadata[Snapshot], signers: Sequence[KeySigner],
               now: datetime) -> Metadata[Timestamp]:
    old = None if published is None else published.timestamp
    version = 1 if old is None else old.signed.version + 1
    issued = now.strftime(_TIME)
    made = Timestamp(version, expires=folder.until(Timestamp.type, now), unrecognized_fields={ISSUED: issued},
                     snapshot_meta=MetaFile.from_data(snapshot.signed.version, snapshot.to_bytes(), ["sha256"]))
    return _signed(root, Metadata(made), signers)


def _signed(root: Root, metadata: Metadata[_Role], signers: Sequence[KeySigner]) -> Metadata[_Role]:
    """Signed by those of the signers that the root names for it."""
    role = metadata.signed.type
    named = root.get_delegated_role(role).keyids
    for signer in signers:
        if signer.public.key.keyid in named:
            metadata.signatures[signer.public.key.keyid] = signer.sign(metadata.signed_bytes)
    result = root.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
    if not result:
        raise refuse("MR-P224", f"{role} 还差 {result.missing} 个联机签名，用 --key 给出钥匙", f"{role} lacks {result.missing} online signatures: give --key")
    return metadata


def _writes(folder: BureauFolder, published: Published | None, pending: dict[str, Metadata[Any]], new: _New, snapshot: Metadata[Snapshot],
            timestamp: Metadata[Timestamp]) -> list[tuple[str, bytes]]:
    """What is to be written, in order."""
    writes: list[tuple[str, bytes]] = []
    for role, metadata in new.targets.items():
        if pending.get(role) is not metadata:
            continue
        for path, entry in metadata.signed.targets.items():
            stored = stored_at(path, entry)
            content = folder.read(f"pending/{stored}")
            if content is not None:
                entry.verify_length_and_hashes(content)
                writes.append((f"repository/{stored}", content))
    writes += [(f"repository/metadata/{m.signed.version}.{role}.json", m.to_bytes()) for role, m in new.targets.items() if pending.get(role) is m]
    writes.append((f"repository/metadata/{snapshot.signed.version}.snapshot.json", snapshot.to_bytes()))
    if published is None or new.root is not published.root:
        writes.append((f"repository/metadata/{new.root.signed.version}.root.json", new.root.to_bytes()))
    writes.append(("repository/metadata/timestamp.json", timestamp.to_bytes()))
    return writes


class _Ahead:
    """The repository as it will be: what is to be written lies over what is there."""

    def __init__(self, folder: BureauFolder, writes: Mapping[str, bytes]) -> None:
        self._folder, self._writes = folder, writes

    def fetch(self, path: str, limit: int) -> bytes:
        relative = f"repository/{path}"
        content = self._writes[relative] if relative in self._writes else self._folder.read(relative)
        if content is None:
            raise NotThere(path)
        return content


def _as_a_hospital_reads_it(folder: BureauFolder, writes: Mapping[str, bytes], now: datetime, new: _New) -> datetime:
    ahead = _Ahead(folder, writes)
    clock: Callable[[], datetime] = lambda: now + timedelta(seconds=1)  # noqa: E731
    channel = TrustedChannel(ahead, ahead.fetch("metadata/1.root.json", 512_000), clock=clock)
    expires = channel.refresh().expires
    for metadata in new.targets.values():
        for path in metadata.signed.targets:
            channel.target(path)
    return min(expires, channel.state().expires)


def _tidy(folder: BureauFolder, pending: dict[str, Metadata[Any]], new: _New) -> dict[str, int]:
    """Remove what is published from `pending/`; the versions that went online."""
    news: dict[str, Metadata[Any]] = {Root.type: new.root, **new.targets}
    done = {role: metadata.signed.version for role, metadata in news.items() if pending.get(role) is metadata}
    for role in done:
        folder.remove(f"pending/{role}.json")
    published = folder.published()
    stale = [role for role, m in folder.pending().items() if published is not None and role == Root.type and m.signed.version <= published.root.signed.version]
    for role in stale:
        folder.remove(f"pending/{role}.json")
    listed = {stored_at(p, e) for m in folder.pending().values() if isinstance(m.signed, Targets) for p, e in m.signed.targets.items()}
    for name in folder.names("pending"):
        if "/" in name and name not in listed:
            folder.remove(f"pending/{name}")
    return done
