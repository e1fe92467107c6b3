"""Records put aside on disk in parts, so that one part at a time is in memory."""
from __future__ import annotations

import pickle
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from zlib import crc32

__all__ = ["Spill", "part_of"]


def part_of(name: str, parts: int) -> int:
    """The same part for the same name, in every run."""
    return crc32(name.encode("utf-8", "surrogatepass")) % parts


class Spill:
    """Files in a folder of their own that only this user can read, gone when it is closed. What is unpickled is what this object
    pickled."""

    def __init__(self, parts: int, folder: Path | None = None) -> None:
        self.parts = parts
        self._folder = Path(tempfile.mkdtemp(prefix="medrules-", dir=folder))
        self._files: dict[int, IO[bytes]] = {}

    def put(self, part: int, record: Any) -> None:
        file = self._files.get(part)
        if file is None:
            file = self._files[part] = (self._folder / str(part)).open("wb")
        pickle.dump(record, file, pickle.HIGHEST_PROTOCOL)

    def part(self, part: int) -> Iterator[Any]:
        """The records of one part, in the order they were put."""
        file = self._files.pop(part, None)
        if file is None:
            return
        file.close()
        path = self._folder / str(part)
        with path.open("rb") as held:
            while held.peek(1):
                yield pickle.load(held)
        path.unlink()

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for file in self._files.values():
            file.close()
        shutil.rmtree(self._folder, ignore_errors=True)
