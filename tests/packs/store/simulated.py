"""A disk in memory whose operations can fail, end the process, or be lost in a power cut, for the store's real code to run on.

What was written and not synced may be lost, kept or torn; a name that was made, renamed or removed without the folder being synced may
be there or not. That is as much as POSIX promises, and no more.
"""
from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["ERRORS", "Disk", "Killed", "MemoryLock", "Plan", "SimulatedFiles"]

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE)


class Killed(BaseException):
    """The process ends here: nothing of it runs any further, not even what would clean up."""


@dataclass
class Inode:
    content: bytes = b""
    durable: bytes = b""


@dataclass
class Disk:
    """Folders of names of inodes: as processes see them (`names`) and as a power cut may leave them (`pending` changes, oldest first)."""

    names: dict[str, dict[str, Inode]] = field(default_factory=dict)
    durable: dict[str, dict[str, Inode]] = field(default_factory=dict)
    pending: list[tuple[str, list[tuple[str, Inode | None]]]] = field(default_factory=list)

    def power_cut(self, choose: Callable[[int], int]) -> None:
        """What is left after one. `choose(n)` draws a number below n: what becomes of each thing that was not synced."""
        for folder, changes in self.pending:
            if choose(2):
                for name, inode in changes:
                    _put(self.durable.setdefault(folder, {}), name, inode)
        self.pending = []
        for inode in {id(i): i for held in self.durable.values() for i in held.values()}.values():
            if inode.content != inode.durable:
                length, kept = len(inode.content), _alike(inode.content, inode.durable)
                match choose(4):
                    case 0:
                        inode.content = inode.durable
                    case 1:
                        inode.content = inode.content[:kept + choose(length - kept + 1)]
                    case 2:  # the length was kept, the data not
                        inode.content = (inode.durable + bytes(max(0, length - len(inode.durable))))[:length]
            inode.durable = inode.content
        self.names = {folder: dict(held) for folder, held in self.durable.items()}

    def copy(self) -> Disk:
        """Another disk with the same files, all of them synced: a backup."""
        made = Disk()
        for folder, held in self.names.items():
            made.names[folder] = {n: Inode(i.content, i.content) for n, i in held.items()}
            made.durable[folder] = dict(made.names[folder])
        return made

    def put(self, path: str, content: bytes | None) -> None:
        """What somebody else did to a file; None = it is gone."""
        folder, _, name = path.rpartition("/")
        inode = None if content is None else Inode(content, content)
        _put(self.names.setdefault(folder, {}), name, inode)
        _put(self.durable.setdefault(folder, {}), name, inode)

    def files(self) -> dict[str, bytes]:
        return {f"{folder}/{n}": i.content for folder, held in self.names.items() for n, i in held.items()}


def _alike(a: bytes, b: bytes) -> int:
    """How many bytes both begin with."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _put(held: dict[str, Inode], name: str, inode: Inode | None) -> None:
    if inode is None:
        held.pop(name, None)
    else:
        held[name] = inode


@dataclass
class Plan:
    """At which operation (from 1; 0 = never) what happens: an errno, or None = the process ends. `stays`: it fails from then on."""

    at: int = 0
    error: int | None = None
    stays: bool = False
    only_writing: bool = True


class SimulatedFiles:
    """`Files` over a `Disk`, for one process."""

    def __init__(self, disk: Disk, plan: Plan | None = None) -> None:
        self._disk, self._plan = disk, plan or Plan()
        self.steps = 0
        self.trail: list[str] = []
        self._dead = False
        self._handles: dict[int, tuple[Inode, bool]] = {}
        self._next = 3

    def make_folder(self, path: str) -> None:
        self._step("make_folder")
        for end in [n for n, c in enumerate(path) if c == "/" and n] + [len(path)]:
            if path[:end] not in self._disk.names:
                self._disk.names[path[:end]] = {}
                self._disk.durable[path[:end]] = {}  # lost folders are made again: nothing hangs on them

    def names(self, path: str) -> list[str]:
        self._step("names", writes=False)
        below = {f.removeprefix(f"{path}/").split("/")[0] for f in self._disk.names if f.startswith(f"{path}/")}
        return sorted({*self._folder(path), *below})

    def read(self, path: str, most: int) -> bytes:
        self._step("read", writes=False)
        content = self._inode(path).content
        if len(content) > most:
            raise OSError("too large")
        return content

    def read_end(self, path: str, most: int) -> bytes:
        self._step("read_end", writes=False)
        return self._inode(path).content[-most:]

    def create(self, path: str) -> int:
        self._step("create")
        inode = Inode()
        self._change(path, inode)
        return self._handle(inode)

    def extend(self, path: str) -> int:
        self._step("extend")
        folder, _, name = path.rpartition("/")
        if name not in self._folder(folder):
            self._change(path, Inode())
        return self._handle(self._inode(path))

    def write(self, handle: int, content: bytes) -> int:
        inode, _ = self._handles[handle]
        try:
            self._step("write")
        except BaseException:
            inode.content += content[:len(content) // 2]  # a part of it went through
            raise
        inode.content += content
        return len(content)

    def cut(self, handle: int, length: int) -> None:
        self._step("cut")
        inode, _ = self._handles[handle]
        inode.content = inode.content[:length]

    def sync(self, handle: int) -> None:
        self._step("sync")
        inode, _ = self._handles[handle]
        inode.durable = inode.content

    def close(self, handle: int) -> None:
        self._handles.pop(handle, None)
        self._step("close")

    def rename(self, old: str, new: str) -> None:
        self._step("rename")
        folder, _, name = old.rpartition("/")
        other, _, new_name = new.rpartition("/")
        assert folder == other
        inode = self._inode(old)
        del self._disk.names[folder][name]
        self._disk.names[folder][new_name] = inode
        self._disk.pending.append((folder, [(name, None), (new_name, inode)]))

    def remove(self, path: str) -> None:
        self._step("remove")
        self._inode(path)
        self._change(path, None)

    def sync_folder(self, path: str) -> None:
        self._step("sync_folder")
        for folder, changes in self._disk.pending:
            if folder == path:
                for name, inode in changes:
                    _put(self._disk.durable.setdefault(folder, {}), name, inode)
        self._disk.pending = [p for p in self._disk.pending if p[0] != path]

    def _step(self, name: str, writes: bool = True) -> None:
        if self._dead:
            raise Killed
        plan = self._plan
        if plan.only_writing and not writes:
            return
        self.steps += 1
        self.trail.append(name)
        if self.steps == plan.at or (plan.stays and plan.at and self.steps > plan.at):
            if plan.error is None:
                self._dead = True
                raise Killed
            raise OSError(plan.error, name)

    def _folder(self, path: str) -> dict[str, Inode]:
        if path not in self._disk.names:
            raise FileNotFoundError(errno.ENOENT, path)
        return self._disk.names[path]

    def _inode(self, path: str) -> Inode:
        folder, _, name = path.rpartition("/")
        held = self._folder(folder)
        if name not in held:
            raise FileNotFoundError(errno.ENOENT, path)
        return held[name]

    def _change(self, path: str, inode: Inode | None) -> None:
        folder, _, name = path.rpartition("/")
        _put(self._folder(folder), name, inode)
        self._disk.pending.append((folder, [(name, inode)]))

    def _handle(self, inode: Inode) -> int:
        self._next += 1
        self._handles[self._next] = (inode, True)
        return self._next


class MemoryLock:
    """The kernel's lock for processes that are threads here: gone with its holder, however that ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def held(self, path: str, wait: float) -> Iterator[None]:
        assert self._lock.acquire(timeout=wait)
        try:
            yield
        finally:
            self._lock.release()
