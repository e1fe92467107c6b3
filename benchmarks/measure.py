"""Times two functions on the same requests, interleaved, so that whatever disturbs the machine disturbs both.

Each request is built immediately before it is reviewed, as in a hospital, and for both sides both forms are built, so that caches are
equally disturbed. Building is not timed. The collector of cyclic garbage runs between requests, not inside them. An answer during
which the machine took the processor away is asked for again: what is measured is the work, not the neighbours.
"""
from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from resource import RUSAGE_THREAD, getrusage
from statistics import median
from typing import Any

from benchmarks.workload.encounters import Visit

__all__ = ["Latency", "Side", "compare_sides", "ratios"]

COLLECT_EVERY = 500


@dataclass(frozen=True, slots=True)
class Side:
    """One contestant: how it gets a request, and what it does with it."""

    name: str
    build: Callable[[Visit], Any]
    answer: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Latency:
    """Microseconds of one round."""

    p50: float
    mean: float
    p999: float

    @classmethod
    def of(cls, nanoseconds: Sequence[int]) -> Latency:
        s = sorted(nanoseconds)
        return cls(s[len(s) // 2] / 1e3, sum(s) / len(s) / 1e3, s[min(len(s) - 1, int(len(s) * 0.999))] / 1e3)


def compare_sides(sides: tuple[Side, Side], visits: Sequence[Visit], rounds: int) -> tuple[list[Latency], list[Latency]]:
    """Latencies per round of both sides. Which side goes first changes with every request."""
    first, second = sides
    out: tuple[list[Latency], list[Latency]] = ([], [])
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(rounds):
            taken: tuple[list[int], list[int]] = ([], [])
            for n, visit in enumerate(visits):
                order = ((first, second, taken[0]), (second, first, taken[1]))
                for side, other, times in order if n % 2 else reversed(order):
                    times.append(_timed(side, other, visit))
                if n % COLLECT_EVERY == 0:
                    gc.collect()
            for latencies, times in zip(out, taken, strict=True):
                latencies.append(Latency.of(times))
    finally:
        gc.enable()
        gc.unfreeze()
    return out


def _timed(side: Side, other: Side, visit: Visit) -> int:
    """Nanoseconds of one answer to a fresh request, undisturbed."""
    clock, answer = time.perf_counter_ns, side.answer
    while True:
        other.build(visit)
        request = side.build(visit)
        before = getrusage(RUSAGE_THREAD).ru_nivcsw
        start = clock()
        kept = answer(request)  # whoever asks keeps the answer: taking it apart again is not timed
        taken = clock() - start
        del kept
        if getrusage(RUSAGE_THREAD).ru_nivcsw == before:
            return taken


def ratios(ours: Sequence[Latency], limit: Sequence[Latency], what: str) -> tuple[float, float, float]:
    """(median, smallest, largest) over the rounds of ours ÷ limit in the same round."""
    each = sorted(getattr(a, what) / getattr(b, what) for a, b in zip(ours, limit, strict=True))
    return median(each), each[0], each[-1]
