"""`verify`, `status` and `history` over stores that are sound, damaged, stale or rolled back. They read a real folder."""
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from medrules.errors import StoreError
from medrules.hospital.ledger_history import history_of
from medrules.hospital.site_file import SiteFile
from medrules.hospital.status import Status, status_of
from medrules.hospital.updating.inspect import inspect
from medrules.packs.store.faults import refuse
from medrules.packs.store.lock import KernelLock
from medrules.packs.store.view import open_store
from medrules.packs.store.writer import Store
from tests.hospital.updating.bureau import NATIONAL_PACK, ZHEJIANG_PACK, Bureau, Hospital
from tests.packs.repository import MemoryFetcher


class OnDisk(Hospital):
    """A hospital whose store is a folder."""

    def __init__(self, bureau: Bureau, folder: Path) -> None:
        super().__init__(bureau, folder, (NATIONAL_PACK, ZHEJIANG_PACK))
        self.folder = folder / "store"
        self.lock = KernelLock()

    def store(self, files: Any = None) -> Store:
        return Store(self.folder)

    def status(self) -> Status:
        return status_of(str(self.folder), "H33010600001", ("national", "zhejiang"), self.now)

    def pack_path(self, pack: str = NATIONAL_PACK) -> Path:
        found = next(p for p in open_store(self.folder).active if p.pack == pack)
        return self.folder / "packs" / f"{found.sha256}.mrpack"

    @property
    def folder_site(self) -> SiteFile:
        return self.site


@pytest.fixture
def hospital(tmp_path: Path) -> OnDisk:
    bureau = Bureau()
    bureau.release(NATIONAL_PACK, "2026.7.0")
    bureau.release(ZHEJIANG_PACK, "2026.7.0")
    bureau.publish()
    made = OnDisk(bureau, tmp_path)
    made.update()
    return made


def newer(hospital: OnDisk, number: str = "2026.7.1") -> None:
    hospital.bureau.release(NATIONAL_PACK, number)
    hospital.bureau.publish()
    hospital.update()


def test_a_sound_store(hospital: OnDisk) -> None:
    newer(hospital)
    found = inspect(hospital.site, str(hospital.folder))
    assert found.sound and (found.packs, found.of) == (3, 3)
    assert sorted(found.signed) == [f"{NATIONAL_PACK} 2026.7.0", f"{NATIONAL_PACK} 2026.7.1", f"{ZHEJIANG_PACK} 2026.7.0"]
    assert hospital.status().word == "ok" and hospital.status().as_json()["sequence"] == 2


def test_verify_does_not_mind_that_time_has_passed(hospital: OnDisk) -> None:
    hospital.pass_time(3_000)
    assert inspect(hospital.site, str(hospital.folder)).sound
    assert [c.state for c in hospital.status().channels] == ["stale", "stale"] and hospital.status().word == "stale"


def test_rotated_roots_are_followed_from_the_pinned_one(hospital: OnDisk) -> None:
    repository = hospital.bureau.repository
    for _ in range(3):
        repository.rotate_root()
        repository.publish()
        hospital.update()
    assert inspect(hospital.site, str(hospital.folder)).sound


@pytest.mark.parametrize(("damage", "code"), [
    (lambda h: h.pack_path().write_bytes(b"x"), "MR-P306"),
    (lambda h: h.pack_path().unlink(), "MR-P306"),
    (lambda h: (h.folder / "state.json").write_bytes(b"{}"), "MR-P303"),
    (lambda h: (h.folder / "ledger.jsonl").write_bytes((h.folder / "ledger.jsonl").read_bytes().replace(b"activate", b"acTivate", 1)), "MR-P304"),
    (lambda h: [p.write_bytes(b"{}") for p in (h.folder / "metadata" / "national").iterdir()], "MR-P306"),
    (lambda h: h.site.channels[0].root.write_bytes(b"{}"), "MR-P333"),
])
def test_what_is_damaged_is_named(hospital: OnDisk, damage: Any, code: str) -> None:
    damage(hospital)
    found = inspect(hospital.site, str(hospital.folder))
    assert not found.sound and code in {f["code"] for f in (*found.as_json()["faults"], *found.as_json()["problems"])}


def test_a_pack_that_nobody_signed_is_found_though_the_store_agrees_with_itself(hospital: OnDisk) -> None:
    """Somebody who may write everything makes state and ledger fit a pack of his own. Only the signatures tell."""
    forged = hospital.bureau.build(NATIONAL_PACK, "2026.7.0", {"families/x": b"forged"})
    with Store(hospital.folder).writing("2026-07-01T08:00:00Z") as writer:
        digest = writer.put_pack(forged)
        def swapped(packs: Any) -> Any:
            return tuple(replace(p, sha256=digest, length=len(forged)) if p.pack == NATIONAL_PACK else p for p in packs)

        writer.activate(replace(writer.state, active=swapped(writer.state.active), held=swapped(writer.state.held)), "update")
    assert not open_store(hospital.folder).faults
    found = inspect(hospital.site, str(hospital.folder))
    assert [(f.code, NATIONAL_PACK in f.zh) for f in found.faults] == [("MR-P306", True)] and found.signed == (f"{ZHEJIANG_PACK} 2026.7.0",)


def test_status_names_what_was_refused_until_an_update_succeeds(hospital: OnDisk) -> None:
    honest, hospital.fetcher = hospital.fetcher, lambda entry: MemoryFetcher({})
    hospital.update()
    status = hospital.status()
    assert status.word == "refused" and {(r["code"], r["where"]) for r in status.refused} == {("MR-P202", "national"), ("MR-P202", "zhejiang")}
    hospital.fetcher = honest
    hospital.update()
    assert hospital.status().word == "ok"
    hospital.trial_error = refuse("MR-P330", "某例", "a case")
    with pytest.raises(StoreError):
        newer(hospital)
    assert [r["code"] for r in hospital.status().refused] == ["MR-P330"]
    hospital.trial_error = None
    hospital.update()
    assert hospital.status().word == "ok" and hospital.status().active[0].version.patch == 1


def test_status_of_nothing_and_of_ruins(tmp_path: Path, hospital: OnDisk) -> None:
    assert status_of(str(tmp_path / "none"), "H", ("national",), hospital.now).word == "none"
    hospital.pack_path().unlink()
    assert hospital.status().word == "none" and hospital.status().faults[0].code == "MR-P306"
    hospital.update()
    assert hospital.status().word == "ok"


def test_a_withdrawn_version_that_nothing_replaces_is_a_status(hospital: OnDisk) -> None:
    hospital.bureau.withdraw(NATIONAL_PACK, "2026.7.0")
    hospital.bureau.publish()
    hospital.update()
    assert hospital.status().word == "withdrawn" and hospital.status().active[0].withdrawn == "表行有误"


def test_damage_does_not_bring_back_what_was_withdrawn(hospital: OnDisk) -> None:
    newer(hospital)
    hospital.bureau.withdraw(NATIONAL_PACK, "2026.7.1")
    hospital.bureau.publish()
    hospital.update()
    hospital.pack_path().unlink()
    active = next(p for p in open_store(hospital.folder).active if p.pack == NATIONAL_PACK)
    assert (str(active.version), active.withdrawn) == ("2026.7.1", "表行有误")
    assert [f.code for f in hospital.update().healed] == ["MR-P306"]


def test_a_rollback_is_shown_and_told_when_it_is_over_its_time(hospital: OnDisk) -> None:
    newer(hospital)
    hospital.roll_back(lasts=timedelta(hours=1))
    status = hospital.status()
    assert status.word == "rolled-back" and status.rolled_back is not None and not status.rolled_back["expired"]
    hospital.pass_time(1)
    assert [f.code for f in hospital.status().faults] == ["MR-P334"] and hospital.status().word == "rolled-back"


def test_history_says_what_when_and_why(hospital: OnDisk) -> None:
    newer(hospital)
    hospital.roll_back()
    hospital.fetcher = lambda entry: MemoryFetcher({})
    hospital.update()
    events, broken = history_of(str(hospital.folder))
    assert not broken and [e["event"] for e in events] == ["update", "update", "rollback", "refused", "refused"]
    assert [(c["from"], c["to"]) for c in events[2]["changes"]] == [("2026.7.1", "2026.7.0")] and events[2]["reason"] == "误报太多"
    assert "MR-P202" in events[3]["reason"]


def test_history_says_what_was_withdrawn_and_why_once(hospital: OnDisk) -> None:
    newer(hospital)
    hospital.bureau.withdraw(NATIONAL_PACK, "2026.7.1")
    hospital.bureau.publish()
    hospital.update()
    newer(hospital, "2026.7.2")
    events, _ = history_of(str(hospital.folder))
    assert [e["withdrawn"] for e in events if e["withdrawn"]] == [[{"pack": NATIONAL_PACK, "version": "2026.7.1", "reason": "表行有误"}]]
