"""Whatever operation fails or is the last: afterwards a reader sees old or new, and the next writer succeeds."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.errors import StoreError
from medrules.packs.store.ledger import read_lines
from medrules.packs.store.writer import Store
from tests.packs.store.acts import AT, activate, put, seen, state_of
from tests.packs.store.simulated import ERRORS, Disk, Killed, MemoryLock, Plan, SimulatedFiles

OLD, NEW = {"national": 1, "zhejiang": 1}, {"national": 2, "zhejiang": 2}


def attempt(disk: Disk, plan: Plan, versions: dict[str, int]) -> tuple[str, SimulatedFiles]:
    """An update on a disk that does as planned: what the updater was told."""
    files = SimulatedFiles(disk, plan)
    try:
        activate(Store("/s", files, MemoryLock()), versions)
    except Killed:
        return "killed", files
    except StoreError as error:
        return error.code, files
    return "done", files


def steps(first: bool) -> int:
    disk = Disk()
    if not first:
        attempt(disk, Plan(), OLD)
    return attempt(disk, Plan(), NEW)[1].steps


FIRST, LATER = steps(True), steps(False)


def check(first: bool, plan: Plan, choose: st.DataObject | None) -> str:
    disk = Disk()
    if not first:
        attempt(disk, Plan(), OLD)
    told, _ = attempt(disk, plan, NEW)
    if choose is not None:
        disk.power_cut(lambda n: choose.draw(st.integers(0, n - 1)))
    found, codes = seen("/s", SimulatedFiles(disk))
    if told == "done":
        assert found == NEW
    elif first:
        assert found in (NEW, {}) and set(codes) <= (set() if found else {"MR-P302", "MR-P307"}), (found, codes)
    else:
        assert found in (OLD, NEW) and not codes, (found, codes)
    assert attempt(disk, Plan(), NEW)[0] == "done"
    assert seen("/s", SimulatedFiles(disk)) == (NEW, ())
    ledger = read_lines(disk.files()["/s/ledger.jsonl"])
    assert not ledger.broken_at and not ledger.torn
    ended = [line.what["of"] for line in ledger.lines if line.kind in ("done", "abandoned")]
    assert sorted(ended) == sorted(line.sha256 for line in ledger.lines if line.kind == "activate")
    assert not [name for name in disk.files() if name.endswith(".part")]
    return told


@pytest.mark.parametrize("first", [True, False])
def test_every_error_at_every_operation(first: bool) -> None:
    told = {check(first, Plan(at, error, stays), None) for at in range(1, (FIRST if first else LATER) + 1) for error in ERRORS for stays in (False, True)}
    assert told <= {"done", "MR-P308"} and len(told) == 2


@pytest.mark.parametrize("first", [True, False])
def test_killed_before_every_operation(first: bool) -> None:
    assert {check(first, Plan(at), None) for at in range(1, (FIRST if first else LATER) + 1)} == {"killed"}


@settings(max_examples=400, deadline=None)
@given(st.data(), st.booleans(), st.integers(1, LATER), st.sampled_from((None, *ERRORS)), st.booleans())
def test_power_cuts_lose_what_was_not_synced(data: st.DataObject, first: bool, at: int, error: int | None, stays: bool) -> None:
    check(first, Plan(at, error, stays), data)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_an_activation_that_was_reported_survives_a_power_cut(data: st.DataObject) -> None:
    disk = Disk()
    for version in range(1, 4):
        attempt(disk, Plan(), {"national": version})
        disk.power_cut(lambda n: data.draw(st.integers(0, n - 1)))
        assert seen("/s", SimulatedFiles(disk))[0] == {"national": version}


def test_a_writer_may_try_again_after_an_error() -> None:
    disk = Disk()
    attempt(disk, Plan(), OLD)
    files = SimulatedFiles(disk, Plan(LATER - 6, ERRORS[0]))
    with Store("/s", files, MemoryLock()).writing(AT) as writer:
        put(writer, NEW)
        writer.put_metadata("national", b"ts 2")
        with pytest.raises(StoreError, match="ENOSPC"):
            writer.activate(state_of(writer.state, NEW), "update")
        assert seen("/s", SimulatedFiles(disk)) == (OLD, ())
        writer.activate(state_of(writer.state, NEW), "update")
    assert seen("/s", SimulatedFiles(disk)) == (NEW, ())
    kinds = [line.kind for line in read_lines(disk.files()["/s/ledger.jsonl"]).lines]
    assert kinds == ["activate", "done", "activate", "abandoned", "activate", "done"]


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 40), st.sampled_from(ERRORS), st.booleans())
def test_a_reader_whose_system_fails_answers_or_refuses(at: int, error: int, stays: bool) -> None:
    disk = Disk()
    attempt(disk, Plan(), OLD)
    attempt(disk, Plan(), NEW)
    found, codes = seen("/s", SimulatedFiles(disk, Plan(at, error, stays, only_writing=False)))
    assert found == NEW or (found == OLD and "MR-P306" in codes) or (found == {} and codes), (found, codes)
    assert seen("/s", SimulatedFiles(disk)) == (NEW, ())
