"""The pack file: a ZIP that can be written in one way only, read in memory and never unpacked onto a disk.

Every member is stored as it is, without compression: the same bytes on every machine, and nothing that grows when it is read. Any ZIP
tool can look into it. The reader works forward from the first byte and accepts exactly the bytes that the writer would write: there is
no second way to say anything, so there is nothing for two readers to see differently.
"""
from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from zlib import crc32

from medrules.frozen import dataclass
from medrules.packs.manifest import Manifest, members_of, read_manifest, write_manifest
from medrules.packs.names import MANIFEST, checked_names
from medrules.packs.refusals import refuse, shown

__all__ = ["BUDGET", "Budget", "PackFile", "manifest_in", "read_pack_file", "write_pack_file"]

# APPNOTE.TXT 6.3.10, 4.3.7 local header, 4.3.12 central directory, 4.3.16 end of central directory.
_LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END: Final = struct.Struct("<4sHHHHLLH")
_L, _C, _E = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
VERSION: Final = 20
UTF8: Final = 0x0800  # the only flag: names are UTF-8
STORED: Final = 0
TIME: Final = 0
DAY: Final = 1 << 5 | 1  # 1980-01-01, the first day that ZIP can say
UNIX: Final = 3 << 8 | VERSION
MODE: Final = 0o100644 << 16  # a plain file


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a file is read, in bytes."""

    file: int = 64 * 1024 * 1024
    members: int = 20_000
    member: int = 16 * 1024 * 1024


BUDGET: Final = Budget()


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack file that was read whole: every member is what the manifest says. Who made it is another question: signatures say that.

    members  contents by name, manifest.json among them
    sha256   of the whole file
    """

    manifest: Manifest
    members: Mapping[str, bytes]
    sha256: str


def write_pack_file(manifest: Manifest, members: Mapping[str, bytes], budget: Budget = BUDGET) -> bytes:
    """The file of a manifest and its members (all but manifest.json). The same input gives the same bytes.

    Raises:
        InvalidPackFile: the members are not those of the manifest, or the file would be refused when it is read.
    """
    _same_members(manifest, members)
    everything = [(MANIFEST, write_manifest(manifest)), *((m.name, members[m.name]) for m in manifest.members)]
    checked_names(name for name, _ in everything)
    parts: list[bytes] = []
    at = 0
    entries = []
    for name, content in everything:
        _within(name, len(content), budget)
        entry = _Entry(name.encode(), len(content), crc32(content), at)
        entries.append(entry)
        parts += (entry.local(), entry.label, content)
        at += _LOCAL.size + len(entry.label) + len(content)
    parts.append(_directory(entries, at))
    made = b"".join(parts)
    if len(made) > budget.file or len(entries) > budget.members:
        raise refuse("MR-P503", f"{len(made)} 字节，{len(entries)} 个成员", f"{len(made)} bytes, {len(entries)} members")
    return made


def read_pack_file(content: bytes, budget: Budget = BUDGET) -> PackFile:
    """A pack file, verified: form, names, lengths and hashes.

    Raises:
        InvalidPackFile: whatever is wrong with it, with its code (MR-P501 … MR-P513). Nothing else is raised, whatever the bytes.
    """
    if len(content) > budget.file:
        raise refuse("MR-P503", f"文件大于 {budget.file} 字节", f"the file is larger than {budget.file} bytes")
    members, entries, at = _walked(content, budget)
    directory = _directory(entries, at)
    if content[at:] != directory:
        raise _wrong_tail(content[at:], directory)
    manifest = read_manifest(members[MANIFEST])
    held = {name: body for name, body in members.items() if name != MANIFEST}
    _same_members(manifest, held)
    return PackFile(manifest, MappingProxyType(members), sha256(content).hexdigest())


def manifest_in(content: bytes) -> Manifest:
    """The manifest of a file whose bytes are known to be those that `read_pack_file` read before (by their SHA-256): it comes first.

    Raises:
        InvalidPackFile: it does not.
    """
    if content[:4] != _L or len(content) < _LOCAL.size:
        raise refuse("MR-P501", "开头不是规则包文件的开头", "it does not begin as a pack file does")
    *_, size, label_size, extra = _LOCAL.unpack_from(content, 0)
    start = _LOCAL.size + label_size
    if content[_LOCAL.size:start] != MANIFEST.encode() or extra:
        raise refuse("MR-P504", "清单不在最前", "the manifest does not come first")
    return read_manifest(content[start:start + size])


class _Entry:
    """One member of the archive: what its two headers say."""

    __slots__ = ("at", "crc", "label", "size")

    def __init__(self, label: bytes, size: int, crc: int, at: int) -> None:
        self.label, self.size, self.crc, self.at = label, size, crc, at

    def local(self) -> bytes:
        return _LOCAL.pack(_L, VERSION, UTF8, STORED, TIME, DAY, self.crc, self.size, self.size, len(self.label), 0)

    def central(self) -> bytes:
        return _CENTRAL.pack(
            _C, UNIX, VERSION, UTF8, STORED, TIME, DAY, self.crc, self.size, self.size, len(self.label), 0, 0, 0, 0, MODE, self.at) + self.label


def _directory(entries: Iterable[_Entry], at: int) -> bytes:
    """Everything behind the last member."""
    listed = [e.central() for e in entries]
    size = sum(map(len, listed))
    return b"".join((*listed, _END.pack(_E, 0, 0, len(listed), len(listed), size, at, 0)))


def _walked(content: bytes, budget: Budget) -> tuple[dict[str, bytes], list[_Entry], int]:
    """The members one after the other from the first byte, and where they end."""
    members: dict[str, bytes] = {}
    entries: list[_Entry] = []
    at = 0
    if content[:4] != _L:
        raise refuse("MR-P501", "开头不是规则包文件的开头", "it does not begin as a pack file does")
    while content[at:at + 4] == _L:
        if len(entries) >= budget.members:
            raise refuse("MR-P503", f"超过 {budget.members} 个成员", f"more than {budget.members} members")
        if at + _LOCAL.size > len(content):
            raise refuse("MR-P502", "文件在成员的头部中断", "it ends within a member's header")
        _, version, flags, method, time, day, crc, packed, size, label_size, extra = _LOCAL.unpack_from(content, at)
        start = at + _LOCAL.size + label_size
        label = content[at + _LOCAL.size:start]
        if (version, flags, method, time, day, extra) != (VERSION, UTF8, STORED, TIME, DAY, 0) or packed != size:
            raise refuse("MR-P504", *_form(flags, method, extra, packed, size))
        if size > budget.member:
            raise refuse("MR-P503", f"成员大于 {budget.member} 字节", f"a member is larger than {budget.member} bytes")
        body = content[start:start + size]
        if len(label) < label_size or len(body) < size:
            raise refuse("MR-P502", "文件在成员的内容中断", "it ends within a member")
        try:
            name = label.decode("utf-8")
        except UnicodeDecodeError:
            raise refuse("MR-P506", "名字不是 UTF-8", "a name that is not UTF-8") from None
        if name in members:
            raise refuse("MR-P507", f"{shown(name)} 有两个", f"{shown(name)} stands twice")
        if crc != crc32(body):
            raise refuse("MR-P511", shown(name), shown(name))
        members[name] = body
        entries.append(_Entry(label, size, crc, at))
        at = start + size
    names = list(members)
    checked_names(names)
    if names[0] != MANIFEST:
        raise refuse("MR-P504", "清单不在最前", "the manifest does not come first")
    if names[1:] != sorted(names[1:]):
        raise refuse("MR-P504", "成员没有按名字排列", "the members are not in the order of their names")
    return members, entries, at


def _form(flags: int, method: int, extra: int, packed: int, size: int) -> tuple[str, str]:
    if flags & 1:
        return "成员加了密", "a member is encrypted"
    if method != STORED:
        return "成员压缩过", "a member is compressed"
    if flags & 8:
        return "成员的长度写在内容之后", "a member's length stands behind it"
    if extra:
        return "成员带有附加字段", "a member has extra fields"
    if packed != size:
        return "成员的两个长度不同", "the two lengths of a member differ"
    return "成员的头部不同", "a member's header differs"


def _wrong_tail(found: bytes, directory: bytes) -> Exception:
    if directory.startswith(found) or _L.startswith(found):
        return refuse("MR-P502", "文件在目录中断", "it ends before or within its directory")
    if found.startswith(directory):
        return refuse("MR-P505", "文件尾有多余内容", "something is appended")
    return refuse("MR-P505", "目录、注释或文件尾不同", "its directory, comment or end differs")


def _within(name: str, size: int, budget: Budget) -> None:
    if size > budget.member:
        raise refuse("MR-P503", f"{shown(name)} 大于 {budget.member} 字节", f"{shown(name)} is larger than {budget.member} bytes")


def _same_members(manifest: Manifest, members: Mapping[str, bytes]) -> None:
    """Refuses members that the manifest does not list, lists otherwise, or lists and that are not there."""
    listed = {m.name: m for m in manifest.members}
    for name in members:
        if name not in listed:
            raise refuse("MR-P510", f"{shown(name)} 不在清单里", f"{shown(name)} is not in the manifest")
    for name in listed:
        if name not in members:
            raise refuse("MR-P510", f"缺 {shown(name)}", f"{shown(name)} is missing")
    for name, member in listed.items():
        if len(members[name]) != member.length:
            raise refuse("MR-P510", f"{shown(name)} 的长度不符", f"{shown(name)} has another length")
    for made in members_of(members):
        if made != listed[made.name]:
            raise refuse("MR-P511", shown(made.name), shown(made.name))
