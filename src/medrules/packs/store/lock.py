"""One writer at a time: a lock of the kernel, which is gone with the process that held it, however that ended. Never a pid file."""
from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

from medrules.packs.store.faults import refuse

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["KernelLock", "Lock"]

_PAUSE: Final = 0.02  # seconds between two tries
_TAKEN: Final = frozenset((errno.EACCES, errno.EAGAIN, errno.EDEADLK))


class Lock(Protocol):
    def held(self, path: str, wait: float) -> AbstractContextManager[None]:
        """A context in which no other process and no other thread is in one of the same `path`."""


class KernelLock:
    """`flock` where there is one, `msvcrt.locking` on Windows. Each use opens the file anew, so that threads exclude each other too."""

    __slots__ = ()

    @contextmanager
    def held(self, path: str, wait: float) -> Iterator[None]:
        """
        Args:
            wait: seconds to wait for another writer.

        Raises:
            StoreError: MR-P301 another writer did not end in that time.
            OSError: the lock file cannot be made (a read-only disk).
        """
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            until = time.monotonic() + wait
            while not _taken(handle):
                if time.monotonic() >= until:
                    raise refuse("MR-P301", f"等了 {wait:g} 秒", f"waited {wait:g} seconds")
                time.sleep(_PAUSE)
            yield
        finally:
            os.close(handle)  # gives the lock back


def _taken(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True
