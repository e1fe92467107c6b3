"""What an update costs a hospital: the whole national pack from a folder and over loopback HTTP, cold and warm; activating; opening.

    python -m benchmarks.pack_update [--rounds N]

The national pack is built once (check, all cases, compile). A repository signs it (root 3 of 5, targets 2 of 3, the national role 2 of 3:
`tests/packs/repository.py`). Medians of wall time:

    cold      nothing in the store: metadata, the pack, checks, trial load in a child process with all the pack's cases, activation
    … no trial  the same without the trial load: what fetching, verifying, storing and activating take
    nothing new  the same version again: one timestamp
    next      a second version beside the first, each with cases of its own to run
    activate  the writer's part alone: packs that are stored already, ledger, state, four syncs; beside it what one sync takes here
    open      `packs.store.open_store`: five versions held, the active one read and hashed; and the other four besides
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.hospital.updating.bureau import NATIONAL_PACK, NOW, PLACE, Bureau

from medrules.adapters.cli.case_facts import facts_of
from medrules.hospital.site_file import ChannelEntry, SiteFile
from medrules.hospital.updating.child import Child
from medrules.hospital.updating.update import Passed, Trial, update
from medrules.packs.archive import PackFile, read_pack_file, write_pack_file
from medrules.packs.entries import Period
from medrules.packs.store.view import open_store
from medrules.packs.store.writer import Store
from medrules.packs.versions import Version
from medrules.release.build import build

__all__ = ["main"]

NATIONAL = Path("rulepacks/national")


def written(file: PackFile, number: str, effective: Period) -> bytes:
    """The same rules as another version, for other days."""
    manifest = replace(file.manifest, version=Version.parse(number), effective=effective, supersedes=())
    return write_pack_file(manifest, {n: c for n, c in file.members.items() if n != "manifest.json"})


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Nothing."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        figures = measured(Path(name), rounds)
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 0


def measured(folder: Path, rounds: int) -> dict[str, float]:
    file = build(NATIONAL, facts_of).file
    bureau = Bureau()
    months = [Period(date(2026, n, 1), date(2026, n + 1, 1)) for n in range(3, 8)]
    released(bureau, file, "2026.7.1", Period(date(2026, 1, 1)))
    bureau.publish()
    bureau.repository.write(folder / "one")
    released(bureau, file, "2026.8.0", Period(date(2026, 8, 1)))
    bureau.publish()
    bureau.repository.write(folder / "two")
    (folder / "root.json").write_bytes(bureau.repository.first_root)
    out: dict[str, float] = {"pack, bytes": len(written(file, "2026.7.1", Period(date(2026, 1, 1))))}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for way, base in (("folder", f"dir:{folder}"), ("http", f"http://127.0.0.1:{server.server_port}")):
        site = partial(site_of, folder, bureau, base)
        out |= {f"{way}: {what}, ms": ms for what, ms in updates(folder, site, rounds).items()}
    server.shutdown()
    out |= activating(folder, rounds * 10)
    out |= opening(folder, file, months, rounds)
    return out


def released(bureau: Bureau, file: PackFile, number: str, effective: Period) -> None:
    bureau.release(NATIONAL_PACK, number, content=written(file, number, effective), effective=effective)


def site_of(folder: Path, bureau: Bureau, base: str, offered: str) -> SiteFile:
    digest = sha256(bureau.repository.first_root).hexdigest()
    entry = ChannelEntry("national", f"{base}/{offered}", folder / "root.json", digest, (NATIONAL_PACK,))
    return SiteFile(PLACE, "", folder / "store", None, (entry,))


def updates(folder: Path, site: Callable[[str], SiteFile], rounds: int) -> dict[str, float]:
    store = folder / "store"
    taken: dict[str, list[float]] = {}

    def once(what: str, offered: str, trial: Trial, activates: bool = True) -> None:
        began = time.perf_counter()
        outcome = update(site(offered), Store(store), lambda: NOW, trial)
        taken.setdefault(what, []).append((time.perf_counter() - began) * 1e3)
        assert outcome.activated is activates and not outcome.problems

    child = Child(store)
    for _ in range(rounds):
        for trial, what in ((child, "cold"), (lambda request: Passed(0, {}), "cold, no trial")):
            shutil.rmtree(store, ignore_errors=True)
            once(what, "one", trial)
            once("nothing new", "one", trial, activates=False)
        once("next, no trial", "two", lambda request: Passed(0, {}))
        shutil.rmtree(store)
        update(site("one"), Store(store), lambda: NOW, lambda request: Passed(0, {}))
        once("next", "two", child)
    return {what: round(statistics.median(ms), 1) for what, ms in taken.items()}


def activating(folder: Path, times: int) -> dict[str, float]:
    taken = []
    with Store(folder / "store").writing("2026-07-01T08:00:00Z") as writer:
        for n in range(times):
            state = replace(writer.state, active=tuple(replace(p, mode=("observe", "enforce")[n % 2]) for p in writer.state.active))
            began = time.perf_counter()
            writer.activate(replace(state, held=(*(p for p in state.held if p.sha256 != state.active[0].sha256), state.active[0])), "update")
            taken.append((time.perf_counter() - began) * 1e3)
    synced = []
    for _ in range(times):
        began = time.perf_counter()
        with (folder / "one file").open("wb") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
        synced.append((time.perf_counter() - began) * 1e3)
    return {
        "activate, ms": round(statistics.median(taken), 2), "activate, worst ms": round(max(taken), 2),
        "for comparison: one file of 4 KiB written and synced, ms": round(statistics.median(synced), 2)}


def opening(folder: Path, file: PackFile, months: list[Period], rounds: int) -> dict[str, float]:
    with Store(folder / "store").writing("2026-07-01T08:00:00Z") as writer:
        held = []
        for n, period in enumerate(months):
            content = written(file, f"2026.9.{n}", period)
            held.append(replace(
                writer.state.active[0], version=Version(2026, 9, n), sha256=writer.put_pack(content), length=len(content), effective=period))
        writer.activate(replace(writer.state, active=(held[-1],), held=tuple(held)), "update")
    taken: list[float] = []
    everything: list[float] = []
    for _ in range(rounds * 5):
        began = time.perf_counter()
        view = open_store(folder / "store")
        taken.append((time.perf_counter() - began) * 1e3)
        for pack in view.held:
            read_pack_file(view.content(pack))
        everything.append((time.perf_counter() - began) * 1e3)
    return {
        "open, five versions held, ms": round(statistics.median(taken), 2), "open and read all five pack files, ms": round(statistics.median(everything), 1)}


if __name__ == "__main__":
    sys.exit(main())
