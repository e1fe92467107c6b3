"""What a transport has to do for the channel. Nothing it answers is believed: length, hashes and signatures are checked afterwards."""
from __future__ import annotations

from typing import Protocol

__all__ = ["Fetcher", "NotThere", "Unreachable"]


class NotThere(Exception):
    """The repository has no file of that path (HTTP 404, 403; no such file)."""


class Unreachable(Exception):
    """The repository could not be read: network, time limit, rate, share, device. `str(error)` is one sentence for a person."""


class Fetcher(Protocol):
    """Reads files of a repository. Paths are relative, with `/`: `metadata/timestamp.json`, `targets/100000/national/….mrpack`."""

    def fetch(self, path: str, limit: int) -> bytes:
        """The bytes of one file.

        Raises:
            NotThere: no such file. Unreachable: anything else that kept it from being read, more than `limit` bytes among it.
        """
