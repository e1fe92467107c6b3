"""Archives that somebody made by hand: every field of every header may say anything."""
from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from medrules.packs import write_manifest
from medrules.packs.manifest import Manifest, members_of
from tests.packs.samples import MEMBERS, manifest

DAY, UTF8 = 33, 0x0800


@dataclass(frozen=True)
class Entry:
    """One member and what its headers say of it; None = the truth."""

    name: bytes
    body: bytes
    flags: int = UTF8
    method: int = 0
    version: int = 20
    time: int = 0
    day: int = DAY
    crc: int | None = None
    packed: int | None = None
    size: int | None = None
    extra: bytes = b""
    comment: bytes = b""
    mode: int = 0o100644
    made_by: int = 3 << 8 | 20
    central_name: bytes | None = None
    central_size: int | None = None
    at: int | None = None
    behind: bytes = b""  # between this member and the next

    def local(self) -> bytes:
        size = len(self.body) if self.size is None else self.size
        return struct.pack(
            "<4sHHHHHLLLHH", b"PK\x03\x04", self.version, self.flags, self.method, self.time, self.day,
            crc32(self.body) if self.crc is None else self.crc, size if self.packed is None else self.packed, size, len(self.name),
            len(self.extra)) + self.name + self.extra + self.body + self.behind

    def central(self, at: int) -> bytes:
        name = self.name if self.central_name is None else self.central_name
        size = len(self.body) if self.size is None else self.size
        size = size if self.central_size is None else self.central_size
        return struct.pack(
            "<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", self.made_by, self.version, self.flags, self.method, self.time, self.day,
            crc32(self.body) if self.crc is None else self.crc, size if self.packed is None else self.packed, size, len(name), 0,
            len(self.comment), 0, 0, self.mode << 16, at if self.at is None else self.at) + name + self.comment


def archive(entries: Sequence[Entry], *, prefix: bytes = b"", comment: bytes = b"", between: bytes = b"", count: int | None = None) -> bytes:
    """The file of these entries; `between` stands before the directory."""
    body, places = prefix, []
    for one in entries:
        places.append(len(body))
        body += one.local()
    body += between
    start, listed = len(body), b"".join(e.central(at) for e, at in zip(entries, places, strict=True))
    many = len(entries) if count is None else count
    return body + listed + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, many, many, len(listed), start, len(comment)) + comment


def entries(members: Iterable[tuple[str, bytes]] = tuple(MEMBERS.items()), described: Manifest | None = None) -> list[Entry]:
    """The honest entries of a pack file with these members."""
    held = dict(members)
    made = manifest(held) if described is None else described
    if "compiled/medrules.compiled" not in held:
        made = replace(made, compiled=None)
    return [Entry(b"manifest.json", write_manifest(made)), *(Entry(n.encode(), held[n]) for n in sorted(held))]


def named(name: str) -> list[Entry]:
    """Entries with one member of this name, which the manifest lists too."""
    held = {**MEMBERS, name: b"x"}
    made = replace(manifest(), members=members_of(held))
    return [Entry(b"manifest.json", write_manifest(made)),
            *(Entry(n.encode("utf-8", "surrogatepass"), held[n]) for n in sorted(held))]
