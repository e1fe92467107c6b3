"""What a bureau has online, when it expires, who may sign, what waits for whom."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tuf.api.metadata import Metadata, Root, Targets

from medrules.packs.bureau.folder import TOP_ROLES, BureauFolder, Published, parts_of
from medrules.packs.bureau.keys import name_of
from medrules.packs.bureau.releasing import index_of
from medrules.packs.bureau.signing import Progress, progress
from medrules.packs.releases import RELEASES, ReleaseIndex

__all__ = ["BureauStatus", "RoleStatus", "status"]


@dataclass(frozen=True, slots=True)
class RoleStatus:
    """A role as it is online: `keys` are names with the beginning of each id; `paths` are what it may list, () for TUF's own roles."""

    role: str
    version: int
    expires: datetime
    threshold: int
    keys: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BureauStatus:
    roles: tuple[RoleStatus, ...]
    packs: tuple[ReleaseIndex, ...]
    pending: tuple[Progress, ...]


def status(folder: BureauFolder) -> BureauStatus:
    """
    Raises:
        BureauError: MR-P226 no bureau folder, or a damaged one.
    """
    folder.days()
    published, pending = folder.published(), folder.pending()
    if published is None or published.timestamp is None or published.snapshot is None:
        return BureauStatus((), (), tuple(progress(folder, published, pending)))
    files: dict[str, Metadata[Any]] = {
        "root": published.root, "targets": published.targets[Targets.type], "snapshot": published.snapshot, "timestamp": published.timestamp}
    roles = [_role(name, files[name], published.root.signed) for name in TOP_ROLES]
    delegations = published.targets[Targets.type].signed.delegations
    for name in (delegations.roles or {}) if delegations is not None else {}:
        roles.append(_role(name, published.targets[name], published.targets[Targets.type].signed))
    return BureauStatus(tuple(roles), tuple(_packs(folder, published)), tuple(progress(folder, published, pending)))


def _role(name: str, metadata: Metadata[Any], delegator: Root | Targets) -> RoleStatus:
    entry = delegator.get_delegated_role(name)
    return RoleStatus(name, metadata.signed.version, metadata.signed.expires, entry.threshold,
                      tuple(name_of(delegator.get_key(keyid)) for keyid in entry.keyids), tuple(getattr(entry, "paths", None) or ()))


def _packs(folder: BureauFolder, published: Published) -> list[ReleaseIndex]:
    found = []
    for metadata in published.targets.values():
        for path in metadata.signed.targets:
            adcode, name, base = parts_of(path)
            if base == RELEASES:
                index = index_of(folder, metadata, adcode, name)
                found += [] if index is None else [index]
    return sorted(found, key=lambda index: (index.adcode, index.name))
