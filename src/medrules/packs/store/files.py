"""What the store asks of a file system, one operation each, so that a test can let any of them fail or be the last.

Paths are texts with `/`; handles are numbers of open files. Every method raises `OSError` for what the system refuses.
"""
from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol, TypeVar

if sys.platform != "win32":
    import fcntl

__all__ = ["Files", "SystemFiles"]

T = TypeVar("T")
_TRIES: Final = 100
_PAUSE: Final = 0.02  # seconds
_BINARY = getattr(os, "O_BINARY", 0)  # Windows
_PLAIN = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)  # a pipe put in a file's place answers at once
_NOT_LINKED = getattr(os, "O_NOFOLLOW", 0)


class Files(Protocol):
    def make_folder(self, path: str) -> None:
        """A folder and those above it, if they are not there."""

    def names(self, path: str) -> list[str]:
        """What a folder holds, sorted."""

    def read(self, path: str, most: int) -> bytes:
        """The whole of a regular file of at most `most` bytes; a larger one raises `OSError`."""

    def read_end(self, path: str, most: int) -> bytes:
        """The last `most` bytes of a regular file, or all of it."""

    def create(self, path: str) -> int:
        """A handle to an empty file, whatever was there; a link is not followed."""

    def extend(self, path: str) -> int:
        """A handle that writes behind what is there, in a file that is made if need be."""

    def write(self, handle: int, content: bytes) -> int:
        """How many bytes were taken, at least one."""

    def cut(self, handle: int, length: int) -> None:
        """Only the first `length` bytes stay."""

    def sync(self, handle: int) -> None:
        """The file's content survives a power cut."""

    def close(self, handle: int) -> None:
        """The handle is gone."""

    def rename(self, old: str, new: str) -> None:
        """All at once, over what was there."""

    def remove(self, path: str) -> None:
        """The name is gone."""

    def sync_folder(self, path: str) -> None:
        """The folder's names survive a power cut."""


class SystemFiles:
    """The files of this machine."""

    __slots__ = ()

    def make_folder(self, path: str) -> None:
        os.makedirs(path, exist_ok=True)

    def names(self, path: str) -> list[str]:
        return sorted(os.listdir(path))

    def read(self, path: str, most: int) -> bytes:
        with _opened(path) as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise OSError(f"{os.path.basename(path)}: more than {most} bytes")
        return content

    def read_end(self, path: str, most: int) -> bytes:
        with _opened(path) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - most))
            return file.read(most)

    def create(self, path: str) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY | _PLAIN | _NOT_LINKED, 0o644)

    def extend(self, path: str) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY | _PLAIN | _NOT_LINKED, 0o644)

    def write(self, handle: int, content: bytes) -> int:
        return os.write(handle, content)

    def cut(self, handle: int, length: int) -> None:
        os.ftruncate(handle, length)

    def sync(self, handle: int) -> None:
        if sys.platform == "darwin":  # there fsync stops at the drive's own cache
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        else:
            os.fsync(handle)

    def close(self, handle: int) -> None:
        os.close(handle)

    def rename(self, old: str, new: str) -> None:
        _patiently(lambda: os.replace(old, new))

    def remove(self, path: str) -> None:
        os.unlink(path)

    def sync_folder(self, path: str) -> None:
        if sys.platform == "win32":  # there a folder cannot be opened, and the rename itself is written through
            return
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _patiently(act: Callable[[], T]) -> T:
    """On Windows a file that another process has open just now cannot be replaced, and one being replaced cannot be opened: a matter of
    milliseconds. Elsewhere there is nothing to wait for."""
    for _ in range(_TRIES if sys.platform == "win32" else 0):
        try:
            return act()
        except PermissionError:
            time.sleep(_PAUSE)
    return act()


def _opened(path: str) -> BinaryIO:
    handle = _patiently(lambda: os.open(path, os.O_RDONLY | _BINARY | _PLAIN))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{os.path.basename(path)}: not a file")
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise
