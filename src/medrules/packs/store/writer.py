"""Changing a store: one writer at a time, one order of steps, so that a reader or a reboot at any moment sees old or new.

    packs and metadata → ledger `activate` → state.json → ledger `done`; each made to survive a power cut before the next begins
"""
from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import takewhile
from typing import Any, Final

from medrules.packs.canonical import read_canonical
from medrules.packs.store import layout
from medrules.packs.store.durable import put, put_behind, remove_if_there
from medrules.packs.store.faults import refuse
from medrules.packs.store.files import Files, SystemFiles
from medrules.packs.store.ledger import MAX_LEDGER, Line, Reading, line_after, read_lines
from medrules.packs.store.lock import KernelLock, Lock
from medrules.packs.store.resolve import Resolved, resolve
from medrules.packs.store.state import NOTHING, Pack, State, write_state
from medrules.packs.store.view import hashed, if_there, read_metadata

__all__ = ["Store", "Writer"]

WAIT: Final = 60.0  # seconds for another writer
_LATEST: Final = 3  # states whose metadata and compiled forms are kept


class Store:
    """A folder that holds packs. Making it touches nothing."""

    def __init__(self, folder: str | os.PathLike[str], files: Files | None = None, lock: Lock | None = None) -> None:
        self.folder = os.fspath(folder)
        self.files: Files = SystemFiles() if files is None else files
        self._lock: Lock = KernelLock() if lock is None else lock

    @contextmanager
    def writing(self, at: str, wait: float = WAIT) -> Iterator[Writer]:
        """The one writer, after it has put in order what an earlier one left.

        Args:
            at: UTC instant that the ledger's lines bear.
            wait: seconds to wait for another writer.

        Raises:
            StoreError: MR-P301 another writer works; MR-P308 the disk does not take it; MR-P309 a newer medrules wrote it.
        """
        with ExitStack() as stack:
            with _told():
                for name in ("", f"/{layout.PACKS}", f"/{layout.METADATA}", f"/{layout.COMPILED}"):
                    self.files.make_folder(f"{self.folder}{name}")
                stack.enter_context(self._lock.held(f"{self.folder}/{layout.LOCK}", wait))
                writer = Writer(self.folder, self.files, at)
            yield writer


class Writer:
    """Made by `Store.writing` and of use only inside it. `state` is the present one; `found` what was wrong before."""

    def __init__(self, folder: str, files: Files, at: str) -> None:
        self._folder, self._files, self._at = folder, files, at
        try:
            content = files.read(f"{folder}/{layout.LEDGER}", MAX_LEDGER)
        except FileNotFoundError:
            content = b""
        reading = read_lines(content)
        self.found: Resolved = resolve(if_there(files, f"{folder}/{layout.STATE}"), reading)
        self.state: State = self.found.state
        self._head, self._n, self._length = reading.head, reading.lines[-1].n if reading.lines else 0, reading.good
        self._refused = list(reversed([*takewhile(lambda line: line.kind == "refused", reversed(reading.lines))]))
        self._put_in_order(content, reading)

    def put_pack(self, content: bytes) -> str:
        """A verified pack into the store; its SHA-256. It is in use only once a state names it.

        Raises:
            StoreError: MR-P308.
        """
        return self._put(layout.PACKS, layout.pack_name, content, layout.MAX_PACK)

    def put_metadata(self, channel: str, content: bytes) -> str:
        return self._put(layout.metadata_folder(channel), layout.metadata_name, content, layout.MAX_METADATA)

    def put_compiled(self, content: bytes) -> str:
        return self._put(layout.COMPILED, layout.compiled_name, content, layout.MAX_COMPILED)

    def content(self, pack: Pack) -> bytes | None:
        """A stored pack, hashed; None if it is missing or damaged.

        Raises:
            StoreError: MR-P310.
        """
        with _told("MR-P310"):
            return hashed(self._files, f"{self._folder}/{layout.PACKS}/{layout.pack_name(pack.sha256)}", pack.sha256, layout.MAX_PACK)

    def metadata(self, channel: str) -> dict[str, bytes]:
        """The metadata trusted last, by role; none of them if one is damaged, so that trust begins anew from the pinned root.

        Raises:
            StoreError: MR-P306, MR-P310.
        """
        with _told("MR-P310"):
            return read_metadata(self._files, self._folder, self.state, channel)

    def activate(self, state: State, why: str, what: Mapping[str, Any] | None = None) -> None:
        """`state` becomes the present one; its packs and metadata are in the store.

        Args:
            state: `sequence` and `ledger_head` are filled in here.
            why: update | rollback | rollback-ended | restored.
            what: more for the ledger's line.

        Raises:
            StoreError: MR-P308. What was active still is, unless only the last sync failed: then `self.state` is the new one.
        """
        with _told():
            self._activate(state, why, what or {})

    def freshen(self, state: State, what: Mapping[str, Any]) -> None:
        """A state that differs in channels and clock floor only: what was heard of the channels, with the same packs.

        Raises:
            StoreError: MR-P308.
        """
        with _told():
            line = self._append("fresh", what)
            made = replace(state, sequence=self.state.sequence + 1, ledger_head=line.sha256)
            put(self._files, self._folder, layout.STATE, write_state(made))
            self.state = made

    def note_problems(self, problems: Sequence[Mapping[str, str]]) -> None:
        """What an update could not do (code, zh, en, where), as lines of the ledger if they can be written. The same as after the last
        one adds nothing; none at all clears them."""
        said = [dict(line.what) for line in self._refused]
        if said == [dict(p) for p in problems]:
            return
        with suppress(OSError):
            if said:
                self._append("clear", {})
            self._refused = [self._append("refused", what) for what in problems]

    def collect_garbage(self) -> tuple[str, ...]:
        """Removes packs, metadata and compiled forms that neither the present state nor any state of the ledger needs.

        Returns: the names of what was removed. What is not a file of this store is left alone.
        """
        if self.found.faults:
            return ()  # something is wrong: whatever is there may be needed yet
        states = (self.state, *self.found.states)
        keep = {d for s in states for d in s.needed}
        for s in states[:_LATEST]:  # what an older state lacks of these is fetched or made again
            keep.update(s.compiled.values())
            keep.update(d for c in s.channels.values() for d in c.metadata.values())
        removed: list[str] = []
        with suppress(OSError):
            channels = [layout.metadata_folder(name) for name in self._files.names(f"{self._folder}/{layout.METADATA}") if layout.CHANNEL.fullmatch(name)]
            for below in (layout.PACKS, layout.COMPILED, *channels):
                for name in self._files.names(f"{self._folder}/{below}"):
                    found = layout.DIGEST_NAME.fullmatch(name.removeprefix(".").removesuffix(".part"))
                    if found is not None and (name.startswith(".") or found[1] not in keep):
                        self._files.remove(f"{self._folder}/{below}/{name}")
                        removed.append(f"{below}/{name}")
        return tuple(removed)

    def _put(self, below: str, named: Any, content: bytes, most: int) -> str:
        digest = hashlib.sha256(content).hexdigest()
        folder, name = f"{self._folder}/{below}", str(named(digest))
        with _told():
            if hashed(self._files, f"{folder}/{name}", digest, most) is None:  # missing, or damaged
                self._files.make_folder(folder)
                put(self._files, folder, name, content)
        return digest

    def _activate(self, state: State, why: str, what: Mapping[str, Any]) -> None:
        state = replace(state, sequence=self.state.sequence + 1, ledger_head=self._head)
        line = self._append("activate", {**what, "why": why, "state": read_canonical(write_state(state), layout.STATE)})
        state = replace(state, ledger_head=line.sha256)
        content = write_state(state)
        try:
            put(self._files, self._folder, layout.STATE, content)
        except OSError:
            with suppress(OSError):
                if if_there(self._files, f"{self._folder}/{layout.STATE}") == content:
                    self.state = state
                else:
                    self._append("abandoned", {"of": line.sha256})
            raise
        self.state = state
        with suppress(OSError):  # it is active; the next writer says so if this one cannot
            self._append("done", {"of": line.sha256})

    def _append(self, kind: str, what: Mapping[str, Any]) -> Line:
        line, content = line_after(self._head, self._n, self._at, kind, what)
        put_behind(self._files, self._folder, layout.LEDGER, content, self._length)
        self._head, self._n, self._length = line.sha256, line.n, self._length + len(content)
        if kind != "refused":
            self._refused = []
        return line

    def _put_in_order(self, content: bytes, reading: Reading) -> None:
        """What an earlier writer left half done is ended, what is damaged is set aside, and the state that counts is written."""
        found = self.found
        remove_if_there(self._files, f"{self._folder}/.{layout.STATE}.part")
        if reading.broken_at:
            digest = hashlib.sha256(content).hexdigest()
            self._files.rename(f"{self._folder}/{layout.LEDGER}", f"{self._folder}/ledger-{digest[:16]}.damaged")
            self._files.sync_folder(self._folder)
            self._head, self._n, self._length, self._refused = NOTHING, 0, 0, []
            self._append("restarted", {"sha256": digest, "good_lines": len(reading.lines)})
        elif reading.torn:
            self._append("repaired", {"bytes": len(content) - reading.good})
        if found.open_line is not None and not reading.broken_at:
            took_place = found.present and self.state.ledger_head == found.open_line.sha256
            self._append("done" if took_place else "abandoned", {"of": found.open_line.sha256})
        if found.states and (not found.present or any(f.code in ("MR-P304", "MR-P305") for f in found.faults)):
            self._activate(self.state, "restored", {"faults": [f.code for f in found.faults]})


@contextmanager
def _told(code: str = "MR-P308") -> Iterator[None]:
    """What the system refuses, as MR-P308 (MR-P310 where nothing was to be written) with the system's own name for it."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise refuse(code, name, name) from error

