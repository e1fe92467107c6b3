"""Signatures of several people, one after the other, on pending metadata; no network is needed, and nobody sees another's key."""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Root, Targets

from medrules.packs.bureau.describing import changes_of
from medrules.packs.bureau.folder import BureauFolder, Published
from medrules.packs.bureau.keys import KeySigner, name_of
from medrules.packs.bureau.refusals import refuse

__all__ = ["Progress", "progress", "sign"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pending file is: who signed, who could, how many are missing (for a root the larger count of the old and the new one).
    `digest` is the SHA-256 of what is signed, `changes` says what it changes: people read the one and compare the other before they sign."""

    role: str
    version: int
    digest: str
    changes: tuple[str, ...]
    signed: tuple[str, ...]
    may_sign: tuple[str, ...]
    missing: int


def sign(folder: BureauFolder, signers: Sequence[KeySigner], roles: Sequence[str] = ()) -> list[Progress]:
    """Sign every pending file (or those of `roles`) that these keys may sign.

    Raises:
        BureauError: MR-P229 nothing pending that a key may sign; MR-P221.
    """
    published, pending = folder.published(), folder.pending()
    touched: set[str] = set()
    for signer in signers:
        found = False
        for role, metadata in pending.items():
            if (roles and role not in roles) or signer.public.key.keyid not in _people(role, published, pending):
                continue
            metadata.signatures[signer.public.key.keyid] = signer.sign(metadata.signed_bytes)
            touched.add(role)
            found = True
        if not found:
            raise refuse("MR-P229", f"没有等 {signer.public.name} 签的文件", f"nothing waits for a signature of {signer.public.name}")
    for role in sorted(touched):
        folder.put_pending(role, pending[role])
    return progress(folder, published, pending)


def progress(folder: BureauFolder, published: Published | None, pending: dict[str, Metadata[Any]]) -> list[Progress]:
    """How far every pending file is."""
    found = []
    for role, metadata in sorted(pending.items()):
        people = _people(role, published, pending)
        missing = 0
        for delegator in _delegators(role, published, pending):
            missing = max(missing, delegator.get_verification_result(role, metadata.signed_bytes, metadata.signatures).missing)
        found.append(Progress(
            role, metadata.signed.version, hashlib.sha256(metadata.signed_bytes).hexdigest(), changes_of(folder, published, role, metadata),
            tuple(name_of(people[k]) for k in metadata.signatures if k in people),
            tuple(name_of(key) for keyid, key in people.items() if keyid not in metadata.signatures), missing))
    return found


def _delegators(role: str, published: Published | None, pending: dict[str, Metadata[Any]]) -> list[Root | Targets]:
    """Those that a file has to satisfy: for root, the old and the new root; else the newest root or targets that knows the role."""
    old_root = None if published is None else published.root.signed
    new_root = pending[Root.type].signed if Root.type in pending else old_root
    if role == Root.type:
        return [one for one in (old_root, new_root) if one is not None]
    if role == Targets.type:
        return [] if new_root is None else [new_root]
    top = pending.get(Targets.type) or (None if published is None else published.targets.get(Targets.type))
    if top is None or top.signed.delegations is None or role not in (top.signed.delegations.roles or {}):
        return []
    return [top.signed]


def _people(role: str, published: Published | None, pending: dict[str, Metadata[Any]]) -> dict[str, Key]:
    """The keys that may sign a pending file."""
    return {keyid: delegator.get_key(keyid) for delegator in _delegators(role, published, pending)
            for keyid in delegator.get_delegated_role(role).keyids}
