"""Who may sign what: the first root and targets, a delegated role for each authority, and changes of keys.

All of these write pending metadata without signatures; nothing changes for hospitals until people have signed and `refresh` has run.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from securesystemslib.signer import Key
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Root, Snapshot, Targets, Timestamp

from medrules.packs.bureau.folder import TOP_ROLES, BureauFolder, delegated_name
from medrules.packs.bureau.keys import PublicKeyFile, name_of
from medrules.packs.bureau.refusals import refuse

__all__ = ["LEAST", "RoleKeys", "create", "current", "delegate", "next_version", "renew", "rotate"]

LEAST: Final = 2  # people who sign together for root, targets and every delegated role; there is no way to ask for fewer


@dataclass(frozen=True, slots=True)
class RoleKeys:
    """The keys of a role and how many of them must sign."""

    keys: tuple[PublicKeyFile, ...]
    threshold: int


def create(folder: BureauFolder, roles: Mapping[str, RoleKeys], now: datetime, days: Mapping[str, int] | None = None) -> None:
    """The first root and an empty targets, pending. `roles`: root, targets, snapshot, timestamp.

    Raises:
        BureauError: MR-P226 there is a repository already; MR-P222 too few keys or too low a threshold.
    """
    if folder.published() is not None or folder.pending():
        raise refuse("MR-P226", f"{folder.path.name} 已经是发布目录", f"{folder.path.name} is a bureau folder already")
    root = Root(consistent_snapshot=True)
    for role in TOP_ROLES:
        given = roles[role]
        _must_be_safe(role, given.threshold, [one.key.keyid for one in given.keys])
        for one in given.keys:
            root.add_key(one.key, role)
        root.roles[role].threshold = given.threshold
    folder.settle(days or {})
    root.expires = folder.until(Root.type, now)
    targets = Targets(expires=folder.until(Targets.type, now), delegations=Delegations({}, {}))
    folder.put_pending(Root.type, Metadata(root))
    folder.put_pending(Targets.type, Metadata(targets))


def delegate(folder: BureauFolder, role: str, paths: Sequence[str], keys: RoleKeys, now: datetime) -> None:
    """A role of an authority that may list `paths` (`330000/*/*`) and nothing else; the search for a path ends with it.

    Raises:
        BureauError: MR-P229 a name that will not do or is taken; MR-P222; MR-P223 paths that are not of one authority's area each, or are another role's.
    """
    delegated_name(role)
    targets = next_version(folder, Targets.type, now)
    delegations = targets.signed.delegations
    assert delegations is not None and delegations.roles is not None  # create made them
    if role in delegations.roles:
        raise refuse("MR-P229", f"{role} 已经有了", f"{role} is there already")
    taken = {path: other for other, held in delegations.roles.items() for path in held.paths or ()}
    for path in paths:
        parts = path.split("/")
        if len(parts) != 3 or not (len(parts[0]) == 6 and parts[0].isdigit() and parts[0].isascii()) or parts[2] != "*":
            raise refuse("MR-P223", f"{path}：写成「6 位行政区划代码/名字或*/*」", f"{path}: write <adcode>/<name or *>/*")
        for other, owner in taken.items():
            if (other.split("/")[0] == parts[0] and "*" in (parts[1], other.split("/")[1])) or other == path:
                raise refuse("MR-P223", f"{path} 已经是 {owner} 的（{other}）", f"{path} is of {owner} ({other})")
    if not paths:
        raise refuse("MR-P223", f"{role} 没有路径", f"{role} has no path")
    _must_be_safe(role, keys.threshold, [one.key.keyid for one in keys.keys])
    delegations.roles[role] = DelegatedRole(role, [], keys.threshold, True, list(paths))
    for one in keys.keys:
        targets.signed.add_key(one.key, role)
    folder.put_pending(Targets.type, targets)
    folder.put_pending(role, Metadata(Targets(expires=folder.until(role, now))))


def rotate(folder: BureauFolder, role: str, add: Sequence[PublicKeyFile], remove: Sequence[str], threshold: int | None, now: datetime) -> list[str]:
    """Other keys for a role: `remove` names keys by name or by the beginning of their id. The roles that have to be signed now.

    A root is signed by the old root's people and by the new one's; targets and delegated roles are signed anew by their new people; snapshot and
    timestamp sign again with the next `refresh`.

    Raises:
        BureauError: MR-P222, MR-P229 no such role or key.
    """
    top = role in TOP_ROLES
    holder: Metadata[Any] = next_version(folder, Root.type if top else Targets.type, now)
    signed = holder.signed
    entry = _entry(signed, role)
    known: dict[str, Key] = signed.keys if top else signed.delegations.keys
    for word in remove:
        found = [keyid for keyid in entry.keyids if word == known[keyid].unrecognized_fields.get("x-medrules-name") or
                 (len(word) >= 8 and keyid.startswith(word))]
        if len(found) != 1:
            raise refuse("MR-P229", f"{role} 没有钥匙 {word[:60]}，有：" + "、".join(name_of(known[k]) for k in entry.keyids),
                         f"{role} has no key {word[:60]}")
        signed.revoke_key(found[0], role)
    for one in add:
        signed.add_key(one.key, role)
    entry.threshold = entry.threshold if threshold is None else threshold
    _must_be_safe(role, entry.threshold, entry.keyids)
    folder.put_pending(Root.type if top else Targets.type, holder)
    if role in (Snapshot.type, Timestamp.type, Root.type):
        return [Root.type]
    if current(folder, role) is not None:  # else its first version is pending and unsigned
        folder.put_pending(role, next_version(folder, role, now))
    return [Root.type, role] if top else [Targets.type, role]


def renew(folder: BureauFolder, role: str, now: datetime) -> None:
    """The same content, valid from now: for a role that would expire because nothing had to be changed. Pending, to be signed.

    Raises:
        BureauError: MR-P229 no such role, or one that `refresh` renews.
    """
    if role in (Snapshot.type, Timestamp.type):
        raise refuse("MR-P229", f"{role} 由 refresh 续期", f"{role} is renewed by refresh")
    folder.put_pending(role, next_version(folder, role, now))


def next_version(folder: BureauFolder, role: str, now: datetime) -> Metadata[Any]:
    """The pending metadata of a role, or the published one with the next version; without signatures, valid from now.

    Raises:
        BureauError: MR-P229 no such role.
    """
    pending = folder.pending().get(role)
    if pending is None:
        pending = current(folder, role)
        if pending is None:
            raise refuse("MR-P229", role[:60], role[:60])
        pending.signed.version += 1
    if role != Root.type:  # a root that was written is published: hospitals look for it by its number
        pending.signed.version = folder.free_version(role, pending.signed.version)
    pending.signatures.clear()
    pending.signed.expires = folder.until(role, now)
    return pending


def current(folder: BureauFolder, role: str) -> Metadata[Any] | None:
    """The published metadata of root or of a targets role."""
    published = folder.published()
    if published is None:
        return None
    return published.root if role == Root.type else published.targets.get(role)


def _entry(signed: Root | Targets, role: str) -> Any:
    try:
        return signed.get_delegated_role(role)
    except ValueError:
        raise refuse("MR-P229", role[:60], role[:60]) from None


def _must_be_safe(role: str, threshold: int, keyids: Sequence[str]) -> None:
    least = 1 if role in (Snapshot.type, Timestamp.type) else LEAST
    if threshold < least or len(set(keyids)) < threshold:
        raise refuse("MR-P222", f"{role} 有 {len(set(keyids))} 把钥匙，门限 {threshold}，门限至少 {least} 且不多于钥匙数",
                     f"{role} has {len(set(keyids))} keys and threshold {threshold}; at least {least}, at most the number of keys")
