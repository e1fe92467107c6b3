"""The oracle of every attack: refused with its code, nothing unverified kept, and the next honest update succeeds."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import Signer

from medrules.errors import PackError
from medrules.packs.channel import TrustedChannel, UntrustedChannel
from tests.packs.repository import JIANGSU, NATIONAL, ZHEJIANG, MemoryFetcher, Repository

PACK, CONTENT = "100000/national/national-2026.7.1.mrpack", b"the national pack, 2026.7.1"
ZHEJIANG_PACK = "330000/zhejiang/zhejiang-1.0.0.mrpack"
TOP = ("root", "timestamp", "snapshot", "targets")
HONEST = {PACK: CONTENT, ZHEJIANG_PACK: b"the pack of Zhejiang, 1.0.0"}


def honest() -> Repository:
    """Two releases, so that there is something to roll back to; the first one's files are still there."""
    repository = Repository()
    repository.add(NATIONAL, PACK, CONTENT)
    repository.publish()
    repository.add(ZHEJIANG, ZHEJIANG_PACK, HONEST[ZHEJIANG_PACK])
    repository.publish()
    return repository


def trusted(repository: Repository) -> dict[str, bytes]:
    """The metadata of a hospital that is up to date and has looked at every role."""
    channel = repository.channel()
    channel.refresh()
    for path in (PACK, ZHEJIANG_PACK, "320000/x/x"):
        channel.find(path)
    return dict(channel.metadata)


def read_all(channel: TrustedChannel) -> dict[str, bytes]:
    """What a hospital gets through a channel: every pack that is listed."""
    channel.refresh()
    return {path: channel.target(path) for path in HONEST if channel.find(path) is not None}


def refused(repository: Repository, files: Mapping[str, bytes], *codes: str, metadata: Mapping[str, bytes] | None = None,
            now: datetime | None = None) -> str:
    """A hospital meets `files`; it refuses with one of `codes`, and then gets the honest packs from the honest repository."""
    at = now or repository.now
    channel = TrustedChannel(MemoryFetcher(files), repository.first_root, metadata=metadata, clock=lambda: at)
    with pytest.raises(PackError) as refusal:
        read_all(channel)
    assert refusal.value.code in codes, refusal.value
    after = repository.channel(channel.metadata)
    assert {path: content for path, content in read_all(after).items() if HONEST[path] != content} == {}
    return refusal.value.code


def changed(repository: Repository, **files: bytes) -> dict[str, bytes]:
    """The repository's files with others in the place of the current `timestamp`, `snapshot`, `targets` … (`-` is written `_`)."""
    return {**repository.files, **{current(repository, role.replace("_", "-")): content for role, content in files.items()}}


def current(repository: Repository, role: str) -> str:
    """The path of a role's current metadata."""
    if role == "timestamp":
        return "metadata/timestamp.json"
    signed: Any = getattr(repository, role) if role in TOP else repository.roles[role]
    return f"metadata/{signed.version}.{role}.json"


def resigned(content: bytes | dict[str, Any], signers: Sequence[Signer]) -> bytes:
    """Metadata whose signed part is what it is, with signatures that hold: what a thief of keys can make."""
    signed = json.loads(content)["signed"] if isinstance(content, bytes) else content
    canonical = encode_canonical(signed)
    assert canonical is not None
    made = [one.sign(canonical.encode()) for one in signers]
    return json.dumps({"signatures": [s.to_dict() for s in made], "signed": signed}).encode()


def signed_of(content: bytes) -> dict[str, Any]:
    return json.loads(content)["signed"]  # type: ignore[no-any-return]


__all__ = [
    "CONTENT", "HONEST", "JIANGSU", "NATIONAL", "PACK", "TOP", "ZHEJIANG", "ZHEJIANG_PACK", "UntrustedChannel", "changed", "current", "honest", "read_all",
    "refused", "resigned", "signed_of", "trusted",
]
