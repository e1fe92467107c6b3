"""Files of a store that somebody changed, took away, exchanged or put back from a backup: named, and answered by what was verified."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.errors import StoreError
from medrules.packs.canonical import written
from medrules.packs.store.ledger import read_lines
from medrules.packs.store.view import open_store
from medrules.packs.store.writer import Store
from tests.packs.store.acts import AT, activate, content_of, pack_of, seen
from tests.packs.store.simulated import Disk, MemoryLock, SimulatedFiles

OLD, NEW, NEXT = {"national": 1, "zhejiang": 1}, {"national": 2, "zhejiang": 2}, {"national": 3, "zhejiang": 3}
STATE, LEDGER = "/s/state.json", "/s/ledger.jsonl"


def made(*activations: dict[str, int]) -> Disk:
    disk = Disk()
    for versions in activations:
        activate(Store("/s", SimulatedFiles(disk), MemoryLock()), versions)
    return disk


def path_of(name: str, version: int) -> str:
    return f"/s/packs/{pack_of(name, version).sha256}.mrpack"


def signed_again(content: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    """state.json as somebody who knows its form would forge it."""
    value = json.loads(content)
    change(value)
    del value["sha256"]
    return written({**value, "sha256": hashlib.sha256(written(value)).hexdigest()})


def mends(disk: Disk) -> None:
    """The next honest update succeeds, and nothing is wrong any more."""
    activate(Store("/s", SimulatedFiles(disk), MemoryLock()), NEXT)
    assert seen("/s", SimulatedFiles(disk)) == (NEXT, ())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from((STATE, path_of("national", 2), path_of("zhejiang", 2))), st.integers(0, 10**6), st.integers(1, 255))
def test_one_changed_byte(path: str, at: int, flip: int) -> None:
    disk = made(OLD, NEW)
    content = bytearray(disk.files()[path])
    content[at % len(content)] ^= flip
    disk.put(path, bytes(content))
    found, codes = seen("/s", SimulatedFiles(disk))
    if path == STATE:
        assert (found, codes) == (NEW, ("MR-P303",))
    else:
        assert (found, codes) == (OLD, ("MR-P306",))
    mends(disk)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_one_changed_byte_of_the_ledger(at: int, flip: int) -> None:
    disk = made(OLD, NEW)
    content = bytearray(disk.files()[LEDGER])
    content[at % len(content)] ^= flip
    disk.put(LEDGER, bytes(content))
    found, codes = seen("/s", SimulatedFiles(disk))
    last = content.rfind(b"\n", 0, -1) < at % len(content)  # the last line: no different from one that was torn
    assert found == NEW and (set(codes) <= {"MR-P304", "MR-P305"})
    assert last or codes
    mends(disk)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from((STATE, LEDGER, path_of("national", 2))), st.integers(0, 10**6))
def test_cut_off_at_any_length(path: str, length: int) -> None:
    disk = made(OLD, NEW)
    content = disk.files()[path]
    disk.put(path, content[:length % len(content)])
    found, codes = seen("/s", SimulatedFiles(disk))
    assert found in (NEW, OLD) and (codes or path == LEDGER)
    mends(disk)


@pytest.mark.parametrize(("path", "found", "code"), [
    (STATE, NEW, "MR-P303"), (LEDGER, NEW, "MR-P305"), (path_of("national", 2), OLD, "MR-P306"),
])
def test_a_file_that_is_gone(path: str, found: dict[str, int], code: str) -> None:
    disk = made(OLD, NEW)
    disk.put(path, None)
    assert seen("/s", SimulatedFiles(disk)) == (found, (code,))
    mends(disk)


def test_packs_exchanged_for_each_other() -> None:
    disk = made(OLD, NEW)
    disk.put(path_of("national", 2), content_of("national", 1))
    assert seen("/s", SimulatedFiles(disk)) == (OLD, ("MR-P306",))
    mends(disk)


def test_nothing_whole_is_left() -> None:
    disk = made(OLD, NEW)
    for version in (1, 2):
        disk.put(path_of("zhejiang", version), b"")
    assert seen("/s", SimulatedFiles(disk)) == ({}, ("MR-P306",))
    with pytest.raises(StoreError, match=r"zhejiang 2026\.2\.0"):
        open_store("/s", SimulatedFiles(disk))
    mends(disk)


def test_state_and_ledger_are_both_gone() -> None:
    disk = made(OLD, NEW)
    disk.put(STATE, None)
    disk.put(LEDGER, None)
    assert seen("/s", SimulatedFiles(disk)) == ({}, ("MR-P302",))
    mends(disk)


@pytest.mark.parametrize("path", [STATE, LEDGER])
def test_one_file_from_an_old_backup(path: str) -> None:
    disk = made(OLD)
    backup = disk.files()[path]
    activate(Store("/s", SimulatedFiles(disk), MemoryLock()), NEW)
    disk.put(path, backup)
    assert seen("/s", SimulatedFiles(disk)) == (NEW, ("MR-P305",))
    mends(disk)


def test_a_store_from_an_old_backup_is_what_it_was_and_goes_on() -> None:
    disk = made(OLD)
    backup = disk.copy()
    activate(Store("/s", SimulatedFiles(disk), MemoryLock()), NEW)
    assert seen("/s", SimulatedFiles(backup)) == (OLD, ())
    mends(backup)


@pytest.mark.parametrize("change", [
    lambda v: v["active"][0].update(mode="shadow"),
    lambda v: v["active"].pop(),
    lambda v: v.update(active=[p for p in v["held"] if p["version"] == "2026.1.0"]),
    lambda v: v["held"][0].update(withdrawn="x"),
    lambda v: v.update(overlay="0" * 64),
    lambda v: v.update(compiled={"x": "0" * 64}),
])
def test_a_state_forged_in_its_own_form_is_not_what_the_ledger_recorded(change: Callable[[dict[str, object]], None]) -> None:
    disk = made(OLD, NEW)
    disk.put(STATE, signed_again(disk.files()[STATE], change))
    assert seen("/s", SimulatedFiles(disk)) == (NEW, ("MR-P303",))
    mends(disk)


def test_a_clock_floor_set_back_is_found_in_the_ledger() -> None:
    disk = made(OLD, NEW)
    disk.put(STATE, signed_again(disk.files()[STATE], lambda v: v.update(clock_floor="")))
    assert open_store("/s", SimulatedFiles(disk)).state.clock_floor == "2026-07-02T00:00:00Z"


def test_a_state_of_a_newer_medrules_is_left_alone() -> None:
    disk = made(OLD)
    content = signed_again(disk.files()[STATE], lambda v: v.update(schema=2))
    disk.put(STATE, content)
    assert seen("/s", SimulatedFiles(disk)) == ({}, ("MR-P309",))
    with pytest.raises(StoreError, match="由更新的 medrules"):
        activate(Store("/s", SimulatedFiles(disk), MemoryLock()), NEW)
    assert disk.files()[STATE] == content


def test_a_damaged_ledger_is_kept_as_evidence() -> None:
    disk = made(OLD, NEW)
    damaged = disk.files()[LEDGER].replace(b'"n":1', b'"n":7', 1)
    disk.put(LEDGER, damaged)
    mends(disk)
    kept = [content for name, content in disk.files().items() if name.endswith(".damaged")]
    assert kept == [damaged]
    lines = read_lines(disk.files()[LEDGER]).lines
    assert [line.kind for line in lines] == ["restarted", "activate", "done", "activate", "done"]
    assert lines[0].what["sha256"] == hashlib.sha256(damaged).hexdigest() and lines[1].what["why"] == "restored"


def test_garbage_is_what_nobody_needs() -> None:
    disk = made(OLD, NEW)
    stray = "/s/packs/" + "a" * 64 + ".mrpack"
    disk.put(stray, b"fetched, and refused")
    disk.put("/s/packs/." + "b" * 64 + ".mrpack.part", b"half")
    disk.put("/s/packs/readme.txt", b"somebody's own")
    with Store("/s", SimulatedFiles(disk), MemoryLock()).writing(AT) as writer:
        removed = writer.collect_garbage()
    assert sorted(removed) == sorted([stray.removeprefix("/s/"), "packs/." + "b" * 64 + ".mrpack.part"])
    assert {path_of(n, v) for n in OLD for v in (1, 2)} | {"/s/packs/readme.txt"} <= disk.files().keys()
    for n in range(5):
        with Store("/s", SimulatedFiles(disk), MemoryLock()).writing(AT) as writer:
            made_here = writer.put_compiled(b"compiled %d" % n)
            writer.activate(replace(writer.state, compiled={"key": made_here}), "update")
            writer.collect_garbage()
    compiled = [content for name, content in disk.files().items() if name.startswith("/s/compiled/")]
    assert b"compiled 4" in compiled and b"compiled 0" not in compiled and open_store("/s", SimulatedFiles(disk)).compiled("key") == b"compiled 4"
    disk.put(STATE, b"")
    disk.put(stray, b"x")
    with Store("/s", SimulatedFiles(disk), MemoryLock()).writing(AT) as writer:
        assert writer.collect_garbage() == ()  # something was wrong
