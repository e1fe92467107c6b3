"""A repository in a folder: a USB stick, a share, a local mirror."""
from __future__ import annotations

import errno
import os
import stat
from typing import Final

from medrules.packs.channel.fetcher import NotThere
from medrules.packs.fetch.trouble import checked_path, looks_like_a_web_page, trouble

__all__ = ["FolderFetcher"]

_ABSENT: Final = frozenset((errno.ENOENT, errno.ENOTDIR))
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class FolderFetcher:
    """Reads regular files below `folder` and nothing else. A share that hangs is the operating system's to end: mount it `soft`."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = os.fspath(folder)

    def fetch(self, path: str, limit: int) -> bytes:
        """
        Raises:
            NotThere: there is no such file. SourceTrouble: MR-P311 it cannot be read, MR-P313 more than `limit` bytes, MR-P315 a web page.
        """
        name = os.path.join(self._folder, *checked_path(path).split("/"))
        try:
            content = _read(name, limit)
        except OSError as error:
            if error.errno in _ABSENT and os.path.isdir(self._folder):
                raise NotThere(path) from None
            raise trouble("MR-P311", _shown(self._folder, error)) from error
        if content is None:
            raise trouble("MR-P311", f"{path} 不是文件", f"{path} is no file")
        if len(content) > limit:
            raise trouble("MR-P313", f"{path} 大于 {limit} 字节", f"{path} is larger than {limit} bytes")
        if looks_like_a_web_page(content):
            raise trouble("MR-P315", path)
        return content


def _read(name: str, limit: int) -> bytes | None:
    handle = os.open(name, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(limit + 1)
    finally:
        os.close(handle)


def _shown(folder: str, error: OSError) -> str:
    return f"{folder} {errno.errorcode.get(error.errno or 0, type(error).__name__)}"
