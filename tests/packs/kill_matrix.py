"""Real processes, killed by signal: `python -m tests.packs.kill_matrix` runs the whole matrix, and says how many points were tried.

    every step    an updater ends itself by SIGKILL before its n-th operation on the file system, for every n
    any moment    its parent kills it after a random time
    32 at once    so many processes update one store; 8 threads do
    two updaters  one heard of a newer version than the other
    readers       open the store while it is activated again and again
    lock owner    killed while it holds the lock

After each: a reader sees old or new, whole; the ledger holds; the next update succeeds. `--small` is what the tests run.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from medrules.errors import StoreError
from medrules.hospital.site_file import ChannelEntry, SiteFile
from medrules.hospital.updating.outcome import Outcome
from medrules.hospital.updating.update import Passed, update
from medrules.packs.store.files import SystemFiles
from medrules.packs.store.ledger import read_lines
from medrules.packs.store.view import open_store
from medrules.packs.store.writer import Store
from tests.hospital.updating.bureau import NATIONAL_PACK, NOW, PLACE, ZHEJIANG_PACK, Bureau

__all__ = ["Matrix", "main"]

Versions = dict[str, str]
OLD, NEW, NEXT = ({"national": v, "zhejiang": v} for v in ("2026.7.0", "2026.7.1", "2026.7.2"))


class DeadlyFiles(SystemFiles):
    """The files of this machine, for a process that kills itself before its n-th operation (0 = never)."""

    def __init__(self, at: int) -> None:
        self.at, self.steps = at, 0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in ("at", "steps") or name.startswith("_"):
            return found
        self.steps += 1
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return found


class Matrix:
    """One bureau, written out as three repositories, and stores that are copied for every point."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.states: Counter[str] = Counter()
        bureau = Bureau()
        for versions in (OLD, NEW, NEXT):
            for pack in (NATIONAL_PACK, ZHEJIANG_PACK):
                bureau.release(pack, versions["national"])
            bureau.publish()
            bureau.repository.write(folder / versions["national"])
        (folder / "root.json").write_bytes(bureau.repository.first_root)
        self._contents = bureau.contents
        self._digest = sha256(bureau.repository.first_root).hexdigest()
        self.old = folder / "old"
        self.update(self.old, OLD)

    def site(self, store: Path, offered: Versions) -> SiteFile:
        channels = tuple(
            ChannelEntry(p.split("/")[1], f"dir:{self.folder / offered['national']}", self.folder / "root.json", self._digest, (p,))
            for p in (NATIONAL_PACK, ZHEJIANG_PACK))
        return SiteFile(PLACE, "示例医院", store, None, channels)

    def update(
        self, store: Path, offered: Versions, files: SystemFiles | None = None, wait: float = 60.0, now: datetime = NOW,
        trial: Callable[[Any], Passed] = lambda request: Passed(0, {}),
    ) -> Outcome:
        return update(self.site(store, offered), Store(store, files), lambda: now, trial, wait=wait)

    def seen(self, store: Path) -> tuple[Versions, tuple[str, ...]]:
        """What a reader judges by, whole; and what it says is wrong."""
        try:
            view = open_store(store)
        except StoreError as error:
            return {}, (error.code,)
        for pack in view.active:
            assert view.content(pack) == self._contents[pack.pack, str(pack.version)]
        return {p.pack.split("/")[1]: str(p.version) for p in view.active}, tuple(f.code for f in view.faults)

    def copied(self, first: bool) -> Path:
        store = self.folder / "store"
        shutil.rmtree(store, ignore_errors=True)
        if not first:
            shutil.copytree(self.old, store)
        return store

    def judge(self, store: Path, first: bool) -> str:
        """The oracle, after something happened to an update from OLD (or from nothing) to NEW; then the next honest update."""
        found, codes = self.seen(store)
        interrupted = bool(found) and open_store(store).interrupted
        allowed = (NEW, {}) if first else (OLD, NEW)
        assert found in allowed and set(codes) <= (set() if found else {"MR-P302", "MR-P307"}), (found, codes)
        outcome = self.update(store, NEW)
        assert not outcome.problems and self.seen(store) == (NEW, ())
        ledger = read_lines((store / "ledger.jsonl").read_bytes())
        assert not ledger.broken_at and not ledger.torn
        assert not list(store.rglob("*.part"))
        state = f"{'nothing' if not found else 'old' if found == OLD else 'new'}{' interrupted' if interrupted else ''}"
        self.states[state] += 1
        return state

    # ------------------------------------------------------------ what is done to it

    def every_step(self, first: bool, every: int = 1) -> int:
        """SIGKILL before each operation; the number of points."""
        counted = DeadlyFiles(0)
        self.update(self.copied(first), NEW, counted)
        points = 0
        for at in range(1, counted.steps + 1, every):
            store = self.copied(first)
            assert ended_by_signal(forked(lambda at=at, store=store: self.update(store, NEW, DeadlyFiles(at))))  # type: ignore[misc]
            self.judge(store, first)
            points += 1
        return points

    def any_moment(self, times: int, seed: int) -> int:
        """SIGKILL after a random time; how many of them struck before the update had ended."""
        draw, struck = random.Random(seed), 0
        began = time.monotonic()
        self.update(self.copied(False), NEW)
        takes = time.monotonic() - began
        for n in range(times):
            store = self.copied(n % 4 == 0)
            child = forked(lambda store=store: self.update(store, NEW))  # type: ignore[misc]
            time.sleep(draw.random() * takes * 1.2)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            struck += ended_by_signal(child)
            self.judge(store, n % 4 == 0)
        return struck

    def at_once(self, processes: int) -> Counter[str]:
        """So many processes update one store at the same time: all of them succeed, one of them activates."""
        store = self.copied(False)
        children = [forked(lambda: 0 if self.update(store, NEW, wait=300).activated else 10) for _ in range(processes)]
        codes = Counter(os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children)
        assert codes == {0: 1, 10: processes - 1}, codes
        self.judge(store, False)
        return Counter({"activated": codes[0], "found it done": codes[10]})

    def threads(self, number: int) -> int:
        store = self.copied(False)
        with ThreadPoolExecutor(number) as pool:
            outcomes = list(pool.map(lambda _: self.update(store, NEW, wait=300).activated, range(number)))
        assert sorted(outcomes) == [False] * (number - 1) + [True]
        self.judge(store, False)
        return number

    def two_updaters(self, times: int) -> Counter[str]:
        """One is offered NEW, the other NEXT, by one channel: NEXT stays, whoever comes first."""
        ends: Counter[str] = Counter()
        for _ in range(times):
            store = self.copied(False)
            children = [forked(lambda offered=offered, store=store: len(self.update(store, offered).problems)) for offered in (NEW, NEXT)]  # type: ignore[misc]
            problems = [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children]
            assert problems[1] == 0 and problems[0] in (0, 2), problems  # the late one is told that its channel is older
            assert self.seen(store) == (NEXT, ())
            ends["older one refused" if problems[0] else "one after the other"] += 1
        return ends

    def readers(self, readers: int, activations: int) -> int:
        """Each opening sees one of the states, whole and without a fault; how many openings there were."""
        store = self.copied(False)
        ready, answers = os.pipe()
        children = []
        for _ in range(readers):
            children.append(forked(lambda: self._read(store, answers)))
        os.close(answers)
        for n in range(activations):
            with Store(store).writing(f"2026-07-01T08:{n % 60:02d}:00Z") as writer:
                state = writer.state
                writer.activate(replace(state, active=tuple(replace(p, mode=("shadow", "enforce")[n % 2]) for p in state.active), held=tuple(
                    replace(p, mode=("shadow", "enforce")[n % 2]) for p in state.held)), "update")
        (store / "enough").touch()
        codes = [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children]
        with os.fdopen(ready, "rb") as file:
            counts = [int(line) for line in file.read().split()]
        assert codes == [0] * readers, codes
        return sum(counts)

    def _read(self, store: Path, answers: int) -> int:
        opened = 0
        while not (store / "enough").exists():
            view = open_store(store)
            modes = {p.mode for p in view.active}
            if view.faults or len(modes) != 1 or {str(p.version) for p in view.active} != {"2026.7.0"}:
                print(view.faults, modes, file=sys.stderr)
                return 1
            opened += 1
        os.write(answers, f"{opened}\n".encode())
        return 0 if opened else 2

    def lock_owner(self) -> float:
        """Seconds until the next update went on, after the owner of the lock was killed in the middle of its trial load."""
        store = self.copied(False)
        holds = self.folder / "holds"
        holds.unlink(missing_ok=True)

        def stuck(request: object) -> Passed:
            holds.touch()
            time.sleep(600)
            raise AssertionError

        child = forked(lambda: self.update(store, NEW, trial=stuck))
        while not holds.exists():
            time.sleep(0.01)
        try:
            self.update(store, NEW, wait=0.1)
        except StoreError as error:
            assert error.code == "MR-P301"
        else:
            raise AssertionError("two writers")
        assert self.seen(store) == (OLD, ())  # readers do not wait
        os.kill(child, signal.SIGKILL)
        assert ended_by_signal(child)
        began = time.monotonic()
        self.judge(store, False)
        return time.monotonic() - began


def forked(act: Callable[[], object]) -> int:
    """The process id of a child that does this and ends with its number, 0 for anything else, 99 after an error."""
    child = os.fork()
    if child:
        return child
    code = 99
    try:
        answer = act()
        code = answer if type(answer) is int else 0
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(code)


def ended_by_signal(child: int) -> bool:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def main(argv: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="what the tests run")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    small = given.small
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a killed process loses nothing that it wrote: any file system will do
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        matrix = Matrix(Path(folder))
        said: dict[str, Any] = {
            "every step, later update": matrix.every_step(False, 4 if small else 1),
            "every step, first update": matrix.every_step(True, 6 if small else 1),
            "any moment, of those that struck": matrix.any_moment(12 if small else 600, given.seed),
            "processes at once": dict(matrix.at_once(8 if small else 32)),
            "threads at once": matrix.threads(8),
            "two updaters": dict(matrix.two_updaters(2 if small else 40)),
            "openings while activating": matrix.readers(2, 20 if small else 400),
            "seconds after the lock's owner was killed": round(matrix.lock_owner(), 2),
        }
        said["states seen"] = dict(matrix.states)
    return said


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False, indent=2))
