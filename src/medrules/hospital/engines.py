"""Engines that are open: a bounded number, shared by all threads, each named by what it is made of; made beside the reviews."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from cachetools import LRUCache

from medrules.engine.engine import Engine
from medrules.engine.metering import StepBudget
from medrules.frozen import dataclass
from medrules.hospital.combination import combination_key
from medrules.hospital.held import HeldPack
from medrules.hospital.opening import engine_for, program_of
from medrules.hospital.timeline import Segment
from medrules.packs.archive import PackFile

__all__ = ["Engines", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the packs of one state are read from.

    read      the pack file of a held pack, hashed
    compiled  a compiled form by the key of its combination, hashed; None = there is none
    overlay   content of overlay.toml
    """

    read: Callable[[HeldPack], PackFile]
    compiled: Callable[[str], bytes | None]
    overlay: bytes | None

    def key(self, packs: Sequence[HeldPack]) -> str:
        return combination_key([(p.identity, str(p.version), p.sha256) for p in packs], self.overlay)


class Engines:
    """Least recently used ones are dropped. Two threads that need the same engine make it once."""

    def __init__(self, most: int, budget: StepBudget | None) -> None:
        self._budget = budget
        self._held: LRUCache[tuple[str, tuple[int, int] | None], Engine] = LRUCache(most)
        self._lock, self._making = Lock(), Lock()

    def of(self, source: Source, segment: Segment, clip: tuple[int, int] | None = None) -> Engine:
        """The engine of a segment's packs.

        Args:
            clip: the business days [begin, end) that it judges (for requests that reach into several segments); None = all.

        Raises:
            PackError: the packs cannot be read, or not be used together.
        """
        key = source.key(segment.packs), clip
        found = self._found(key)
        if found is not None:
            return found
        with self._making:  # others who wait here find it made
            found = self._found(key)
            if found is None:
                whole = None if clip is None else self._found((key[0], None))
                rules = whole.plan if whole is not None else program_of(
                    lambda: [source.read(p) for p in segment.packs], source.overlay, source.compiled(key[0]))
                found = engine_for(rules, key[1], self._budget)
                with self._lock:
                    self._held[key] = found
        return found

    def _found(self, key: tuple[str, tuple[int, int] | None]) -> Engine | None:
        with self._lock:
            return self._held.get(key)

    def __len__(self) -> int:
        with self._lock:
            return len(self._held)
