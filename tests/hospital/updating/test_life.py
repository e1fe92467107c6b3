"""Years of a bureau and a hospital, drawn by Hypothesis: releases, withdrawals, key rotations, clocks that move, disks that fail, power cuts,
tampering, old backups, thieves who offer old repositories.

The oracle of every step: the hospital judges by packs that were verified, one activation whole, old or new and never a mixture; what is wrong
is named; the next honest update succeeds and brings what the bureau wants.
"""
from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from medrules.errors import StoreError
from medrules.hospital.updating.update import Passed, Request
from medrules.packs.store.faults import refuse
from medrules.packs.store.ledger import read_lines
from medrules.packs.store.view import open_store
from tests.hospital.updating.bureau import NATIONAL_PACK, ZHEJIANG_PACK, Bureau, Hospital
from tests.packs.repository import MemoryFetcher, signer
from tests.packs.store.simulated import ERRORS, Disk, Killed, Plan, SimulatedFiles

PACKS = {NATIONAL_PACK: "national", ZHEJIANG_PACK: "zhejiang"}
SEEN: Counter[str] = Counter()  # what happened in all lives of this run; the command prints it

Versions = dict[str, str]


class Life(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.home = tempfile.TemporaryDirectory()
        self.bureau = Bureau()
        self.number = dict.fromkeys(PACKS, 0)
        self.bad: set[str] = set()
        self.gone: set[tuple[str, str]] = set()
        for pack in PACKS:
            self._release(pack)
        self.bureau.publish()
        self.hospital = Hospital(self.bureau, Path(self.home.name), tuple(PACKS))
        self.hospital.trial = self._trial  # type: ignore[method-assign]
        self.possible: list[Versions] = [{}]
        self.ever: list[Versions] = []
        self.old_repositories = [dict(self.bureau.repository.files)]
        self.backups: list[tuple[Disk, list[Versions]]] = []
        self.hurt = False  # files were changed by somebody: named, until an update mends them
        self.rolled: tuple[str, str, str, Any] | None = None  # pack, wrong, used, until
        SEEN["lives"] += 1

    def teardown(self) -> None:
        if hasattr(self, "home"):
            self.home.cleanup()

    # ------------------------------------------------------------ the bureau

    @rule(pack=st.sampled_from(sorted(PACKS)), bad=st.booleans())
    def publish(self, pack: str, bad: bool) -> None:
        number = self._release(pack)
        if bad:
            self.bad.add(f"{PACKS[pack]} {number}")
        self.bureau.publish()
        self._remember("publish")

    @rule(pack=st.sampled_from(sorted(PACKS)))
    def withdraw(self, pack: str) -> None:
        wrong = self._highest(pack)
        self.number[pack] += 1
        number = f"2026.7.{self.number[pack]}"
        self.bureau.supersede(pack, number, wrong, "表行有误")
        self.gone.add((pack, wrong))
        self.bureau.publish()
        self._remember("withdraw")

    @rule(n=st.integers(0, 4))
    def rotate(self, n: int) -> None:
        """One root key and the timestamp key are exchanged."""
        repository = self.bureau.repository
        old = list(repository.signers["root"])
        fresh = [signer(f"{role} of version {repository.root.version + 1}") for role in ("root", "timestamp")]
        for role, place, new in (("root", n, fresh[0]), ("timestamp", 0, fresh[1])):
            repository.root.revoke_key(repository.signers[role][place].public_key.keyid, role)
            repository.signers[role][place] = new
            repository.root.add_key(new.public_key, role)
        repository.rotate_root(old)
        self.bureau.publish()
        self._remember("rotate")

    @rule(days=st.sampled_from((1, 3, 20)))
    def time_passes(self, days: int) -> None:
        self.bureau.pass_time(days)
        self.hospital.pass_time(days)
        self.bureau.repository.root.expires += timedelta(days=days)
        self.bureau.repository.targets.expires += timedelta(days=days)
        for role in self.bureau.repository.roles.values():
            role.expires += timedelta(days=days)
        self.bureau.publish()
        self._remember("time")

    # ------------------------------------------------------------ the hospital

    @rule()
    def update(self) -> None:
        """An honest update: nothing fails, the clock is right."""
        expected, refused = self._expected()
        try:
            outcome = self.hospital.update()
        except StoreError as error:
            assert refused and error.code == "MR-P330", error
            self._is(self.hospital.active)
            SEEN["refused by trial"] += 1
        else:
            assert not refused and not outcome.problems, outcome.problems
            assert self.hospital.active == expected
            self._is(expected)
            SEEN["updates"] += 1
        self.hurt = False
        view = self._view()
        assert view is None or (not view.faults and not view.interrupted), view and view.faults
        ledger = read_lines(self.hospital.disk.files()["/s/ledger.jsonl"])
        assert not ledger.torn and not ledger.broken_at

    @rule(at=st.integers(1, 45), error=st.sampled_from((None, *ERRORS)), stays=st.booleans(), reading=st.booleans(), data=st.data(), cut=st.booleans())
    def update_on_a_failing_disk(self, at: int, error: int | None, stays: bool, reading: bool, data: st.DataObject, cut: bool) -> None:
        expected, _ = self._expected()
        before = list(self.possible)
        files = SimulatedFiles(self.hospital.disk, Plan(at, error, stays, only_writing=not reading))
        try:
            self.hospital.update(files)
        except Killed:
            SEEN["killed"] += 1
        except StoreError as told:
            assert told.code in ("MR-P308", "MR-P310", "MR-P330", "MR-P306", "MR-P302"), told
            SEEN[f"update said {told.code}"] += 1
        if cut:
            self.hospital.disk.power_cut(lambda n: data.draw(st.integers(0, n - 1)))
            SEEN["power cuts"] += 1
        self.possible = [*before, expected]
        found = self._found()
        if found:
            self._is(found)

    @rule(days=st.sampled_from((-400, -3, 3, 400)))
    def update_with_a_wrong_clock(self, days: int) -> None:
        found = self.hospital.active
        rolled = self.hospital.view().state.rollback if found else None
        self.hospital.pass_time(days)
        try:
            outcome = self.hospital.update()
        except StoreError as error:
            assert error.code in ("MR-P204", "MR-P210", "MR-P330")
        else:
            # ±3 days may lie within what the channel allows; a rollback may end by a clock that runs ahead
            assert rolled or abs(days) < 100 or ({p.code for p in outcome.problems} <= {"MR-P204", "MR-P210"} and outcome.problems)
        self.hospital.pass_time(-days)
        self._after_anything("wrong clock")

    @rule(data=st.data())
    def a_thief_offers_an_old_repository(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(range(len(self.old_repositories))))
        before = self._found()
        floor = {p.pack: p.version for p in self._view().active} if before else {}  # type: ignore[union-attr]
        rolled = self.rolled is not None
        honest, self.hospital.fetcher = self.hospital.fetcher, lambda entry: MemoryFetcher(self.old_repositories[old])
        try:
            self.hospital.update()
        except StoreError:
            pass
        finally:
            self.hospital.fetcher = honest
        view = self._view()
        for pack in view.active if view is not None and not rolled and not self.hurt else ():
            assert pack.version >= floor.get(pack.pack, pack.version)
        self._after_anything("thieves")

    @precondition(lambda self: self._found() and not self.hurt)
    @rule(pack=st.sampled_from(sorted(PACKS)), days=st.integers(1, 30))
    def roll_back(self, pack: str, days: int) -> None:
        try:
            self.hospital.roll_back(pack, "误报太多", lasts=timedelta(days=days))
        except StoreError as error:
            assert error.code in ("MR-P332", "MR-P330", "MR-P306"), error
        else:
            SEEN["rollbacks"] += 1
        self._after_anything("rollback tried")

    # ------------------------------------------------------------ what befalls a disk

    @rule(data=st.data(), how=st.sampled_from(("flip", "cut", "gone", "empty")))
    def tamper(self, data: st.DataObject, how: str) -> None:
        files = {n: c for n, c in self.hospital.disk.files().items() if not n.endswith("/lock")}
        if not files:
            return
        name = data.draw(st.sampled_from(sorted(files)))
        content = files[name]
        match how:
            case "flip" if content:
                at = data.draw(st.integers(0, len(content) - 1))
                self.hospital.disk.put(name, content[:at] + bytes((content[at] ^ 1,)) + content[at + 1:])
            case "cut":
                self.hospital.disk.put(name, content[:len(content) // 2])
            case "gone":
                self.hospital.disk.put(name, None)
            case _:
                self.hospital.disk.put(name, b"")
        self.hurt = True
        SEEN[f"tampered: {how}"] += 1

    @rule()
    def back_up(self) -> None:
        self.backups.append((self.hospital.disk.copy(), list(self.possible)))

    @precondition(lambda self: self.backups)
    @rule(data=st.data(), whole=st.booleans())
    def restore(self, data: st.DataObject, whole: bool) -> None:
        disk, possible = data.draw(st.sampled_from(self.backups))
        if whole:
            self.hospital.disk = disk.copy()
            self.possible = [*possible, *self.ever]
            self.hurt = True  # it may have been taken of a damaged store
        else:
            for name, content in disk.files().items():
                if data.draw(st.booleans()):
                    self.hospital.disk.put(name, content)
            self.hurt = True
        SEEN["backups restored"] += 1

    # ------------------------------------------------------------ the oracle

    @invariant()
    def one_activation_whole(self) -> None:
        if not hasattr(self, "hospital"):
            return
        found = self._found()  # asserts that every byte is what the bureau built
        if self.hurt:
            assert found == {} or found in self.possible or found in self.ever, (found, self.ever)
        else:
            assert found in self.possible, (found, self.possible)

    def _found(self) -> Versions:
        return self.hospital.active

    def _view(self) -> Any:
        try:
            return open_store("/s", SimulatedFiles(self.hospital.disk))
        except StoreError:
            return None

    def _is(self, versions: Versions) -> None:
        self.possible = [versions]
        if versions and versions not in self.ever:
            self.ever.append(versions)

    def _after_anything(self, what: str) -> None:
        """What is active now is one of what could be; from here on it is that."""
        SEEN[what] += 1
        found = self._found()
        allowed = [*self.possible, *self.ever]
        for name in found:  # each pack on its own is a version that was published; together they passed the trial
            assert f"{name} {found[name]}" not in self.bad
        if found not in allowed:
            self.ever.append(found)
        if found:
            self.possible = [found]

    def _trial(self, request: Request) -> Passed:
        for pack, _ in request.packs:
            if f"{pack.manifest.name} {pack.manifest.version}" in self.bad:
                raise refuse("MR-P330", f"{pack.manifest.name} {pack.manifest.version}")
        return Passed(0, {})

    def _release(self, pack: str) -> str:
        self.number[pack] += 1
        number = f"2026.7.{self.number[pack]}"
        self.bureau.release(pack, number)
        return number

    def _highest(self, pack: str) -> str:
        return f"2026.7.{self.number[pack]}"

    def _remember(self, what: str) -> None:
        SEEN[what] += 1
        self.old_repositories.append(dict(self.bureau.repository.files))

    def _expected(self) -> tuple[Versions, bool]:
        """What an honest update brings, found by one on a copy of the disk; and whether its trial must refuse."""
        view = self._view()
        state = None if view is None else view.state
        wanted = {}
        for pack, name in PACKS.items():
            wanted[name] = self._highest(pack)
            if state is not None and state.rollback is not None and state.rollback.pack == pack and not self._ends(state.rollback):
                wanted[name] = str(state.rollback.used)
        return wanted, any(f"{name} {number}" in self.bad for name, number in wanted.items())

    def _ends(self, rollback: Any) -> bool:
        expires = rollback.expires <= self.hospital.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return expires or self._highest(rollback.pack) != str(rollback.wrong) or (rollback.pack, str(rollback.used)) in self.gone


class TestLife(Life.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
