"""`python -m benchmarks.pack_swap`: opening a store with five versions, and what swapping to a new version costs requests under load.

The store holds a pack in five versions with consecutive business days: the whole national pack for the opening, its six families of the
3101 benchmark (so that a message takes a fraction of a millisecond and a swap can be seen in p99 at all) for the swaps. A second process
activates further versions, which it compiled beforehand as an updater does; this process reviews 3101 messages of 10 lines in four
threads and swaps beside them. Two loads: each thread asks every 10 ms (400 messages a second), or again as soon as it is answered. The same load without any
activation stands beside; the two take turns, so that what else the machine does falls on both. Bar: p99 with swaps at most 1 ms above p99
without. The worst of the requests that were asked while a new version was being opened is told apart.
"""
from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import medrules
from benchmarks import limit_3101
from benchmarks.bench_3101 import HOSPITAL, _draw, _few_families
from medrules.hospital.preparing import prepare
from medrules.hospital.store_engine import StoreEngine
from medrules.knowledge.packfiles import collect_files, content_hash
from medrules.packs.archive import PackFile, read_pack_file, write_pack_file
from medrules.packs.entries import Period
from medrules.packs.manifest import Mandatory, Manifest, People, members_of
from medrules.packs.store.state import Pack
from medrules.packs.store.writer import Store
from medrules.packs.versions import Version

BAR_MS = 1.0
THREADS = 4
AT = "2026-07-06T00:00:00Z"
PACK = Path("rulepacks/national")
TODAY = date(2026, 7, 6)


def version_of(contents: dict[str, bytes], n: int, begin: date, end: date | None) -> PackFile:
    """The pack in version 2026.n.0. Its sources alone: the store's compiled forms are what an engine opens."""
    made = Manifest(
        "national", "国家", "national", Version(2026, n, 0), "示例", "100000", "national", ("GZ1", "ZB1", "LK-"), Period(begin, end), Version(0, 1, 0), (),
        (), Mandatory(), People("甲处", "乙处", "丙处"), "0.1.0", content_hash(contents), None, members_of(contents))
    return read_pack_file(write_pack_file(made, contents))


def activate(folder: Path, packs: Sequence[PackFile], known: dict[str, bytes]) -> None:
    """What an update does when everything is verified: prepare, store, activate."""
    ready = prepare([(p, "enforce") for p in packs], None, TODAY.toordinal(), known.get)
    known.update(ready.compiled)
    with Store(folder).writing(AT) as writer:
        held = []
        for p in packs:
            content = write_pack_file(p.manifest, {n: c for n, c in p.members.items() if n != "manifest.json"})
            writer.put_pack(content)
            held.append(Pack(p.manifest.identity, p.manifest.version, p.sha256, len(content), "national", p.manifest.effective, "enforce", AT))
        compiled = {k: writer.put_compiled(c) for k, c in ready.compiled.items()}
        newest = max(held, key=lambda p: p.version)
        writer.activate(replace(writer.state, active=(newest,), held=tuple(held), compiled=compiled, clock_floor=AT), "update")


def versions(n: int, pack: Path) -> list[PackFile]:
    """Five versions for half a year each, the last of them version number n, in force today."""
    contents = dict(collect_files(pack).contents)
    begins = [TODAY - timedelta(days=180 * k + 20) for k in range(5)]
    ends = [None, *begins]
    return [version_of(contents, n if k == 0 else 10 - k, begins[k], ends[k]) for k in range(5)]


def updater(folder: str, pack: str, pipe: Connection, most: int) -> None:
    """The other process: everything is compiled before; each word on the pipe activates the next version."""
    known: dict[str, bytes] = {}
    all_of_them = [versions(11 + k, Path(pack)) for k in range(most)]
    for packs in all_of_them:
        known.update(prepare([(p, "enforce") for p in packs], None, TODAY.toordinal(), known.get).compiled)
    pipe.send("ready")
    for packs in all_of_them:
        if pipe.recv() != "next":
            return
        activate(Path(folder), packs, known)
        pipe.send("done")


@dataclass
class Load:
    """Answer times of one stretch, in seconds, with the moment of asking."""

    asked: list[tuple[float, float]] = field(default_factory=list)

    def at(self, share: float) -> float:
        held = sorted(t for _, t in self.asked)
        return held[min(len(held) - 1, int(len(held) * share))] * 1e3

    def worst(self, spans: Sequence[tuple[float, float]]) -> tuple[int, float]:
        """How many were under way in these spans, and the longest of them in ms."""
        held = [t for at, t in self.asked if any(at < b and at + t > a for a, b in spans)]
        return len(held), max(held, default=0.0) * 1e3


def under_load(review: Callable[[bytes], object], bodies: Sequence[bytes], seconds: float, pause: float, beside: Callable[[], None]) -> Load:
    """Four threads ask for so long, while `beside` runs in this one."""
    until = time.perf_counter() + seconds
    made = [Load() for _ in range(THREADS)]

    def work(load: Load, seed: int) -> None:
        draw, clock = random.Random(seed), time.perf_counter
        while (start := clock()) < until:
            review(draw.choice(bodies))
            end = clock()
            load.asked.append((start, end - start))
            if pause:
                time.sleep(max(0.0, pause - (end - start)))

    threads = [threading.Thread(target=work, args=(load, n)) for n, load in enumerate(made)]
    for t in threads:
        t.start()
    beside()
    for t in threads:
        t.join()
    return Load([one for load in made for one in load.asked])


def measure_opening(folder: Path) -> None:
    for said, held in (("five versions, today's engine open", False), ("five versions, all five engines open", True)):
        best = cpu = 1e9
        for _ in range(5):
            start, used = time.perf_counter(), time.process_time()
            engine = medrules.open_store(folder)
            if held:
                for segment in engine.snapshot.timeline.segments:
                    if segment.packs:
                        engine.snapshot.engine(segment)
            best, cpu = min(best, time.perf_counter() - start), min(cpu, time.process_time() - used)
        print(f"opening a store: {said}: {best * 1e3:.0f} ms, {cpu * 1e3:.0f} ms of processor time")


def main(seconds: float, rounds: int) -> int:
    site = medrules.SiteSettings.from_toml({"institutions": {HOSPITAL: {"level": "二级", "specialty": "综合"}}})
    with tempfile.TemporaryDirectory() as name:
        limit, records = limit_3101.build(_few_families(PACK, Path(name) / "few"), 2)
        bodies = _draw(limit, records, 10, 60)
        activate(Path(name) / "national", versions(10, PACK), {})
        print(f"the national pack's file, without a compiled form: {len(next((Path(name) / 'national' / 'packs').iterdir()).read_bytes()):,} bytes")
        measure_opening(Path(name) / "national")
        store = Path(name) / "store"
        activate(store, versions(10, Path(name) / "few"), {})
        context = get_context("spawn")
        here, there = context.Pipe()
        other = context.Process(target=updater, args=(str(store), str(Path(name) / "few"), there, 2 * rounds))
        other.start()
        assert here.recv() == "ready"
        engine = StoreEngine(_states(store), check_seconds=0.05, today=lambda: TODAY)
        worst = max(_compare(engine, site, bodies, here, seconds, rounds, pause) for pause in (0.01, 0.0))
        here.send("stop")
        other.join(10)
    print(f"p99 with swaps above p99 without, worst load: {worst:+.2f} ms (bar {BAR_MS:.0f})")
    return 0 if worst <= BAR_MS else 1


def _states(store: Path) -> object:
    from medrules.hospital.store_states import StoreStates

    return StoreStates(store)


def _compare(
    engine: StoreEngine, site: medrules.SiteSettings, bodies: Sequence[bytes], pipe: Connection, seconds: float, rounds: int, pause: float
) -> float:
    calm, swapped, spans = Load(), Load(), list[tuple[float, float]]()

    def swap() -> None:
        time.sleep(seconds / 3)
        before = engine.sequence
        pipe.send("next")
        assert pipe.recv() == "done"
        start = time.perf_counter()
        while engine.sequence == before:
            time.sleep(0.001)
        spans.append((start, time.perf_counter()))

    review: Callable[[bytes], object] = lambda body: medrules.review_message(engine, body, site=site)  # type: ignore[arg-type]  # noqa: E731
    under_load(review, bodies, 1.0, pause, lambda: None)
    for _ in range(rounds):
        calm.asked += under_load(review, bodies, seconds, pause, lambda: None).asked
        swapped.asked += under_load(review, bodies, seconds, pause, swap).asked
    said = f"{THREADS} threads, one message each {pause * 1e3:.0f} ms" if pause else f"{THREADS} threads without a pause"
    print(f"{said}: {rounds} swaps in {rounds} × {seconds:.0f} s, {len(calm.asked):,} + {len(swapped.asked):,} messages")
    for share, word in ((0.5, "p50"), (0.99, "p99"), (0.999, "p99.9")):
        print(f"  {word}: {calm.at(share):.2f} ms without, {swapped.at(share):.2f} ms with swaps ({swapped.at(share) - calm.at(share):+.2f})")
    count, longest = swapped.worst(spans)
    print(f"  from activation to the new version in use: {min(b - a for a, b in spans) * 1e3:.0f} to {max(b - a for a, b in spans) * 1e3:.0f} ms")
    print(f"  {count:,} messages were under way meanwhile, the longest took {longest:.1f} ms; the longest without a swap {calm.at(1.0):.1f} ms")
    return swapped.at(0.99) - calm.at(0.99)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=10.0, help="length of one stretch")
    arguments.add_argument("--rounds", type=int, default=3, help="stretches with and without a swap")
    given = arguments.parse_args()
    sys.exit(main(given.seconds, given.rounds))
