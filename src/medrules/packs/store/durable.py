"""Whole files or none: written aside, made to survive a power cut, then renamed. The one place that knows the order of these steps."""
from __future__ import annotations

from contextlib import suppress
from typing import Final

from medrules.packs.store.files import Files

__all__ = ["put", "put_behind", "remove_if_there"]

_SLICE: Final = 1024 * 1024


def put(files: Files, folder: str, name: str, content: bytes) -> None:
    """`content` as `folder/name`: a reader, and a reboot at any moment, sees the old file or the new one. One writer at a time.

    Raises:
        OSError: the old file is still there, or (only if the last step failed) the new one already.
    """
    aside = f"{folder}/.{name}.part"  # one name: what a killed writer left is overwritten, never piled up
    try:
        handle = files.create(aside)
        try:
            _write(files, handle, content)
            files.sync(handle)
        finally:
            files.close(handle)
        files.rename(aside, f"{folder}/{name}")
    except BaseException:
        with suppress(OSError):
            files.remove(aside)
        raise
    files.sync_folder(folder)


def put_behind(files: Files, folder: str, name: str, content: bytes, length: int) -> None:
    """`content` behind the first `length` bytes of a file; what a torn write left behind them is cut off.

    Raises:
        OSError: what was there is there; a part of `content` may stand behind it.
    """
    handle = files.extend(f"{folder}/{name}")
    try:
        files.cut(handle, length)
        try:
            _write(files, handle, content)
            files.sync(handle)
        except BaseException:
            with suppress(OSError):
                files.cut(handle, length)
            raise
    finally:
        files.close(handle)
    if not length:
        files.sync_folder(folder)  # the file may be new


def remove_if_there(files: Files, path: str) -> None:
    with suppress(FileNotFoundError):
        files.remove(path)


def _write(files: Files, handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[files.write(handle, bytes(rest[:_SLICE])):]

