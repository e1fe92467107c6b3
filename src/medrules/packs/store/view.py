"""Opening a store to use it: reads, never writes; needs no lock, no network and no writable disk.

Every byte that is given out was hashed when it was read. If what state.json names is damaged, the last activation whose packs are
whole is used, and `faults` says so; if there is none, opening is refused. What the publisher has withdrawn since stays withdrawn: damage to
one file must not bring back rules that are known to be wrong.
"""
from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from medrules.errors import StoreError
from medrules.packs.archive import PackFile, read_pack_file
from medrules.packs.store import layout
from medrules.packs.store.faults import Fault, fault, refuse
from medrules.packs.store.files import Files, SystemFiles
from medrules.packs.store.ledger import MAX_LEDGER, Reading, read_lines
from medrules.packs.store.resolve import Resolved, resolve
from medrules.packs.store.state import MAX_STATE, Pack, State

__all__ = ["StoreView", "hashed", "if_there", "ledger_of", "look", "open_store", "read_metadata", "stamp"]

_END: Final = 1024 * 1024  # of the ledger: enough for what lies behind the present state, unless something is wrong
_TRIES: Final = 50
_NOT_THE_FILE: Final = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM, errno.EAGAIN, errno.EINTR, errno.ENOSPC))
_SYSTEM: Final = SystemFiles()
INTERRUPTED: Final = "MR-P307"


class StoreView:
    """A store as it was when it was opened; several threads may use it. Later activations do not change it.

    state     which packs are active and held, and since when
    faults    what is wrong with the store although it can be used; () = nothing
    interrupted  an activation was begun and not finished: another process is at it right now, or was killed. What was active still is
    """

    __slots__ = ("_contents", "_files", "faults", "folder", "interrupted", "state")

    def __init__(self, folder: str, files: Files, state: State, faults: tuple[Fault, ...], contents: Mapping[str, bytes]) -> None:
        self.folder, self._files, self.state, self._contents = folder, files, state, contents
        self.interrupted = any(f.code == INTERRUPTED for f in faults)
        self.faults = tuple(f for f in faults if f.code != INTERRUPTED)

    @property
    def active(self) -> tuple[Pack, ...]:
        return self.state.active

    @property
    def held(self) -> tuple[Pack, ...]:
        """All verified versions, active ones included: orders are judged by the version of their business time."""
        return self.state.held

    def content(self, pack: Pack) -> bytes:
        """The bytes of an active or held pack, hashed.

        Raises:
            StoreError: MR-P306 it is missing or damaged.
        """
        known = self._contents.get(pack.sha256)
        return _whole_pack(self._files, self.folder, pack) if known is None else known

    def pack_file(self, pack: Pack) -> PackFile:
        """
        Raises:
            StoreError: MR-P306 it is missing or damaged. InvalidPackFile: a newer medrules wrote it.
        """
        return read_pack_file(self.content(pack))

    def compiled(self, key: str) -> bytes | None:
        """What the updater compiled for `key`; None = nothing, or it is damaged: compile again."""
        digest = self.state.compiled.get(key)
        if digest is None:
            return None
        path = f"{self.folder}/{layout.COMPILED}/{layout.compiled_name(digest)}"
        return hashed(self._files, path, digest, layout.MAX_COMPILED)

    def metadata(self, channel: str) -> Mapping[str, bytes]:
        """The signed metadata that were trusted last, by role.

        Raises:
            StoreError: MR-P306 a file is missing or damaged.
        """
        return MappingProxyType(read_metadata(self._files, self.folder, self.state, channel))


def open_store(folder: str | os.PathLike[str], files: Files = _SYSTEM) -> StoreView:
    """The store in `folder`, with its active packs read and hashed.

    Raises:
        StoreError: MR-P302 nothing was ever activated; MR-P303 … MR-P306 nothing usable is left; MR-P309 a newer medrules wrote it;
            MR-P310 the system did not let it be read.
    """
    root = os.fspath(folder)
    try:
        return _opened(root, files)
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise refuse("MR-P310", name, name) from error


def _opened(root: str, files: Files) -> StoreView:
    found = look(root, files)
    faults = list(found.faults)
    for n, state in enumerate(found.states):
        contents: dict[str, bytes] = {}
        try:
            for pack in state.active:
                contents[pack.sha256] = _whole_pack(files, root, pack)
        except StoreError as error:
            if (one := Fault(error.code, error.where, error.where_en)) not in faults:
                faults.append(one)
            if n == 0 and len(found.states) == 1:
                found = look(root, files, whole=True)  # earlier states stand further up in the ledger
                if len(found.states) > 1:
                    return _earlier(root, files, found, faults)
            continue
        if state.active:
            return StoreView(root, files, _still_withdrawn(state, found.state), tuple(faults), MappingProxyType(contents))
    if not faults and not os.path.isdir(root):
        raise refuse("MR-P302", f"没有这个文件夹：{root}", f"no such folder: {root}")
    raise faults[0].error() if faults else refuse("MR-P302")


def _earlier(root: str, files: Files, found: Resolved, faults: list[Fault]) -> StoreView:
    for state in found.states[1:]:
        try:
            contents = {pack.sha256: _whole_pack(files, root, pack) for pack in state.active}
        except StoreError:
            continue
        if state.active:
            return StoreView(root, files, _still_withdrawn(state, found.state), tuple(faults), MappingProxyType(contents))
    raise faults[0].error()


def _still_withdrawn(state: State, newest: State) -> State:
    """An earlier state, with what the newest one knows to be withdrawn."""
    reasons = {p.sha256: p.withdrawn for p in newest.held if p.withdrawn}
    if not reasons or state is newest:
        return state

    def marked(packs: tuple[Pack, ...]) -> tuple[Pack, ...]:
        return tuple(replace(p, withdrawn=reasons.get(p.sha256, p.withdrawn)) for p in packs)

    return replace(state, active=marked(state.active), held=marked(state.held))


def look(root: str, files: Files = _SYSTEM, whole: bool = False) -> Resolved:
    """What state.json and the ledger say together, while another process may be writing them.

    Args:
        whole: read the ledger from its beginning.

    Raises:
        StoreError: MR-P309. OSError: a file is there and cannot be read.
    """
    for _ in range(_TRIES):
        content = if_there(files, f"{root}/{layout.STATE}")
        found = _against_ledger(root, files, content, whole)
        if content == if_there(files, f"{root}/{layout.STATE}"):  # else an activation came between the two files
            return found
    raise refuse("MR-P301", f"{_TRIES} 次", f"{_TRIES} times")


def _against_ledger(root: str, files: Files, content: bytes | None, whole: bool) -> Resolved:
    path = f"{root}/{layout.LEDGER}"
    try:
        end = files.read_end(path, MAX_LEDGER if whole else _END)
    except FileNotFoundError:
        return resolve(content, Reading((), 0))
    except OSError as error:
        if error.errno in _NOT_THE_FILE:
            raise
        return resolve(content, Reading((), 0, broken_at=1))
    all_of_it = whole or len(end) < _END
    found = resolve(content, read_lines(end, all_of_it))
    if all_of_it or (found.present and not found.faults):
        return found
    return _against_ledger(root, files, content, True)


def ledger_of(folder: str | os.PathLike[str], files: Files = _SYSTEM) -> Reading:
    """The whole ledger; empty if there is none, or it cannot be read."""
    try:
        return read_lines(files.read(f"{os.fspath(folder)}/{layout.LEDGER}", MAX_LEDGER))
    except OSError:
        return Reading((), 0)


def stamp(folder: str | os.PathLike[str]) -> tuple[int, ...]:
    """Changes whenever another activation has taken place; () while there is none. Cheap enough to ask before each request."""
    try:
        found = os.stat(os.path.join(os.fspath(folder), layout.STATE))
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def hashed(files: Files, path: str, digest: str, most: int) -> bytes | None:
    """A file whose SHA-256 is its name; None if it is missing, damaged or exchanged.

    Raises:
        OSError: the system lacks something, or forbids it: that says nothing about the file.
    """
    try:
        content = files.read(path, most)
    except OSError as error:
        if error.errno in _NOT_THE_FILE:
            raise
        return None
    return content if hashlib.sha256(content).hexdigest() == digest else None


def read_metadata(files: Files, root: str, state: State, channel: str) -> dict[str, bytes]:
    known = state.channels.get(channel)
    out: dict[str, bytes] = {}
    for role, digest in known.metadata.items() if known is not None else ():
        content = hashed(files, f"{root}/{layout.metadata_folder(channel)}/{layout.metadata_name(digest)}", digest, layout.MAX_METADATA)
        if content is None:
            raise refuse("MR-P306", f"渠道 {channel} 的 {role}", f"{role} of channel {channel}")
        out[role] = content
    return out


def _whole_pack(files: Files, root: str, pack: Pack) -> bytes:
    content = hashed(files, f"{root}/{layout.PACKS}/{layout.pack_name(pack.sha256)}", pack.sha256, layout.MAX_PACK)
    if content is None or len(content) != pack.length:
        raise fault("MR-P306", pack.named).error()
    return content


def if_there(files: Files, path: str) -> bytes | None:
    try:
        return files.read(path, MAX_STATE)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in _NOT_THE_FILE:
            raise
        return b""  # a bad sector, a folder or a pipe in its place: damaged
