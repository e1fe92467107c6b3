"""`python -m benchmarks.under_load`: latency and memory while four threads, then four processes, review without a pause.

The mix: 3101 messages of 10 and of 100 lines through the national pack, bytes to bytes; and native facts of the workload (10,000
rows of knowledge) to a Report. Every worker asks again as soon as it is answered, so on a machine with fewer cores than workers a
request also waits for a core, and among threads for the interpreter's lock: that wait is in the figures, as it is for a doctor. One
worker alone stands beside them. Memory is the resident size after a collection, at half time and at the end: the bar is
1.02 × between the two. Times go into histograms that are as large at the start as at the end (1 % a step).
"""
from __future__ import annotations

import argparse
import gc
import math
import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import medrules
from benchmarks import limit_3101
from benchmarks.bench_3101 import HOSPITAL, _draw, _few_families
from benchmarks.workload.encounters import Visit, draw_visits
from benchmarks.workload.knowledge import draw_knowledge, part_of
from benchmarks.workload.program import program_of
from benchmarks.workload.requests import facts_of

BAR = 1.02
KINDS = ("3101, 10 lines", "3101, 100 lines", "native workload")
SHARES = (6, 1, 3)  # of ten requests
STEP = math.log(1.01)
LARGEST = int(math.log(120e9) / STEP)
PACK = Path("rulepacks/national")


@dataclass(frozen=True, slots=True)
class Mix:
    """What there is to ask: messages of 10 and of 100 lines, encounters of the workload, and what answers each."""

    bodies: tuple[list[bytes], list[bytes]]
    visits: tuple[Visit, ...]
    message: Callable[[bytes], bytes]
    native: Callable[[Any], Any]

    def asked(self, seed: int) -> Iterator[tuple[int, Callable[[], Any], Callable[[Any], Any]]]:
        """(kind, how the request is made, what answers it), for ever."""
        draw = random.Random(seed)
        kinds = [k for k, n in enumerate(SHARES) for _ in range(n)]
        while True:
            draw.shuffle(kinds)
            for kind in kinds:
                if kind < 2:
                    body = draw.choice(self.bodies[kind])
                    yield kind, lambda body=body: body, self.message  # type: ignore[misc]
                else:
                    visit = draw.choice(self.visits)
                    yield kind, lambda visit=visit: facts_of(visit), self.native  # type: ignore[misc]


@dataclass
class Times:
    """How many answers took how long, by kind: counts in steps of 1 %."""

    counts: list[array[int]] = field(default_factory=lambda: [array("Q", bytes(8 * (LARGEST + 1))) for _ in KINDS])

    def add(self, kind: int, nanoseconds: int) -> None:
        self.counts[kind][min(LARGEST, int(math.log(nanoseconds or 1) / STEP))] += 1

    def merge(self, other: Times) -> None:
        for mine, theirs in zip(self.counts, other.counts, strict=True):
            for place, n in enumerate(theirs):
                mine[place] += n

    def at(self, kind: int, share: float) -> float:
        """Milliseconds within which this share was answered."""
        held = self.counts[kind]
        wanted = math.ceil(sum(held) * share)
        seen = 0
        for place, n in enumerate(held):
            seen += n
            if seen >= wanted:
                return math.exp((place + 1) * STEP) / 1e6
        return 0.0


def make_mix(pack: Path) -> Mix:
    with tempfile.TemporaryDirectory() as folder:
        limit, records = limit_3101.build(_few_families(pack, Path(folder) / "pack"), 2)
    site = medrules.SiteSettings.from_toml({"institutions": {HOSPITAL: {"level": "二级", "specialty": "综合"}}})
    national = medrules.open_pack(pack)
    draw = random.Random(20260321)
    knowledge, market = draw_knowledge(draw)
    visits = draw_visits(draw, knowledge, market, 500)
    workload = medrules.Engine(program_of(part_of(knowledge, 10_000)))
    return Mix(
        (_draw(limit, records, 10, 60), _draw(limit, records, 100, 10)), visits,
        lambda body: medrules.review_message(national, body, site=site), workload.review)


def work(mix: Mix, seed: int, until: float, times: Times) -> None:
    """Ask and ask again until the moment `until`."""
    clock = time.perf_counter_ns
    for kind, make, answer in mix.asked(seed):
        if time.monotonic() >= until:
            return
        request = make()
        start = clock()
        answer(request)
        times.add(kind, clock() - start)


def resident() -> int:
    """Bytes of this process in memory, after a collection."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def half(mix: Mix, seeds: range, seconds: float, times: list[Times]) -> int:
    """Let one worker for each seed work for so long, in threads; the memory afterwards."""
    until = time.monotonic() + seconds
    workers = [threading.Thread(target=work, args=(mix, seed, until, t)) for seed, t in zip(seeds, times, strict=True)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    return resident()


def in_this_process(mix: Mix, workers: int, seconds: float) -> tuple[Times, list[tuple[int, int]]]:
    times = [Times() for _ in range(workers)]
    first = half(mix, range(workers), seconds / 2, times)
    second = half(mix, range(workers, 2 * workers), seconds / 2, times)
    for other in times[1:]:
        times[0].merge(other)
    return times[0], [(first, second)]


def _child(pipe: Connection, place: int, seconds: float, pack: Path) -> None:
    mix = make_mix(pack)
    pipe.send("ready")
    pipe.recv()
    times = [Times()]
    first = half(mix, range(place, place + 1), seconds / 2, times)
    second = half(mix, range(place + 100, place + 101), seconds / 2, times)
    pipe.send((times[0].counts, first, second))


def in_processes(workers: int, seconds: float, pack: Path) -> tuple[Times, list[tuple[int, int]]]:
    """As a server does that starts workers: each process has its own engine. They start together."""
    context = multiprocessing.get_context("spawn")
    pipes, running = [], []
    for place in range(workers):
        mine, theirs = context.Pipe()
        process = context.Process(target=_child, args=(theirs, place, seconds, pack))
        process.start()
        pipes.append(mine)
        running.append(process)
    for pipe in pipes:
        pipe.recv()
    for pipe in pipes:
        pipe.send("go")
    total, memory = Times(), []
    for pipe in pipes:
        counts, first, second = pipe.recv()
        total.merge(Times(counts))
        memory.append((first, second))
    for process in running:
        process.join()
    return total, memory


def show(name: str, seconds: float, times: Times, memory: list[tuple[int, int]]) -> bool:
    """Print one table; whether memory stayed within the bar."""
    n = sum(sum(c) for c in times.counts)
    print(f"\n{name}: {n:,} requests in {seconds:g} s ({n / seconds:,.0f}/s)")
    print(f"  {'':18}{'requests':>10}{'p50 ms':>10}{'p99 ms':>10}{'p99.9 ms':>10}")
    for kind, word in enumerate(KINDS):
        print(f"  {word:18}{sum(times.counts[kind]):>10,}" + "".join(f"{times.at(kind, s):>10.2f}" for s in (0.5, 0.99, 0.999)))
    worst = max(b / a for a, b in memory)
    for first, second in memory:
        print(f"  memory {first / 2**20:.1f} MiB at half time, {second / 2**20:.1f} MiB at the end: {second / first:.4f}")
    return worst <= BAR


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--pack", type=Path, default=PACK)
    options = parser.parse_args()
    mix = make_mix(options.pack)
    half(mix, range(1), 2, [Times()])  # first use of everything: memory is compared between the halves only
    good = show("alone, 1 thread", options.seconds / 3, *in_this_process(mix, 1, options.seconds / 3))
    good &= show(f"{options.workers} threads", options.seconds, *in_this_process(mix, options.workers, options.seconds))
    good &= show(f"{options.workers} processes", options.seconds, *in_processes(options.workers, options.seconds, options.pack))
    print(f"\nmemory after the second half at most {BAR} × that after the first: {'yes' if good else 'NO'}; {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
