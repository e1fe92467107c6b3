"""Which versions judge which business days: a total function of the day, worked out once from what the store holds.

Each pack: of the versions in force on a day the highest one, if the packs that it extends are there in versions that it allows. A day
without any version is a gap: what should have been judged by that pack is reported as not checked, never judged by another day's law.
When a pack was published or fetched, and when a channel expires, plays no part.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from medrules.frozen import dataclass
from medrules.hospital.held import SHADOW, HeldPack
from medrules.hospital.levels import OPEN_END

__all__ = ["Segment", "Timeline", "timeline"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Business days [begin, end) with one combination of packs.

    packs    in the order of the layers; () = nothing judges these days
    missing  packs of the store of which no version is in force on these days
    """

    begin: int
    end: int
    packs: tuple[HeldPack, ...]
    missing: tuple[str, ...]

    @property
    def observed(self) -> tuple[HeldPack, ...]:
        """The packs whose findings are shown passively only."""
        return tuple(p for p in self.packs if p.mode == "observe")


class Timeline:
    """Segments from the first to the last day, without gaps between them."""

    __slots__ = ("_begins", "segments")

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self._begins = [s.begin for s in self.segments]

    def at(self, day: int) -> Segment:
        """The segment of a day (a proleptic ordinal; days before the first belong to the first)."""
        return self.segments[max(0, bisect_right(self._begins, day) - 1)]

    def touched(self, days: Iterable[int]) -> tuple[Segment, ...]:
        """The segments of these days, oldest first, each once."""
        found = {max(0, bisect_right(self._begins, day) - 1) for day in days}
        return tuple(self.segments[n] for n in sorted(found))

    def between(self, first: int, last: int) -> tuple[Segment, ...]:
        """The segments of [first, last]."""
        return tuple(s for s in self.segments if s.begin <= last and first < s.end)


def timeline(held: Iterable[HeldPack], *, shadow: bool = False) -> Timeline:
    """
    Args:
        shadow: let versions in trial judge as if they were in force.
    """
    usable = [p for p in held if shadow or p.mode != SHADOW]
    gone = {(p.identity, v) for p in usable for v in p.supersedes}
    usable = [p for p in usable if (p.identity, p.version) not in gone]
    cuts = sorted({0, *(d for p in usable for d in (p.begin, p.end) if 0 < d < OPEN_END)})
    segments: list[Segment] = []
    for begin, end in zip(cuts, [*cuts[1:], OPEN_END], strict=True):
        packs, missing = _chosen(usable, begin)
        if segments and (segments[-1].packs, segments[-1].missing) == (packs, missing):
            segments[-1] = Segment(segments[-1].begin, end, packs, missing)
        else:
            segments.append(Segment(begin, end, packs, missing))
    return Timeline(segments)


def _chosen(held: Sequence[HeldPack], day: int) -> tuple[tuple[HeldPack, ...], tuple[str, ...]]:
    """The version of each pack in force on a day, and the packs that have none."""
    chosen: dict[str, HeldPack] = {}
    missing: list[str] = []
    depths: dict[str, tuple[int, str]] = {}
    for p in held:
        depths[p.identity] = max(depths.get(p.identity, (0, p.name)), (p.depth, p.name))
    for identity in sorted(depths, key=lambda i: (depths[i], i)):
        on = sorted((p for p in held if p.identity == identity and p.begin <= day < p.end), key=lambda p: (p.version, p.sha256), reverse=True)
        found = next((p for p in on if _stands(p, chosen)), None)
        if found is None or found.broken:
            missing.append(identity)
        else:
            chosen[identity] = found
    return tuple(chosen.values()), tuple(missing)


def _stands(pack: HeldPack, chosen: dict[str, HeldPack]) -> bool:
    """Whether everything that a version extends is in force in a version that it allows."""
    return all(any(p.name == e.name and e.begin <= p.version < e.below for p in chosen.values()) for e in pack.extends)
