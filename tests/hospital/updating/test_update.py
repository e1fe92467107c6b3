"""The update flow over a real signed repository: what is activated, what is refused, and that the last good packs stay."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from medrules.errors import StoreError
from medrules.hospital.updating.outcome import Outcome
from medrules.packs.entries import Period
from medrules.packs.releases import Place, Rollout, bucket
from medrules.packs.store.faults import refuse
from medrules.packs.store.ledger import read_lines
from medrules.packs.versions import Version
from tests.hospital.updating.bureau import NATIONAL_PACK, NOW, PLACE, ZHEJIANG_PACK, Bureau, Hospital
from tests.packs.repository import JIANGSU, ZHEJIANG, MemoryFetcher


@pytest.fixture
def bureau() -> Bureau:
    made = Bureau()
    made.release(NATIONAL_PACK, "2026.7.0")
    made.release(ZHEJIANG_PACK, "2026.7.0")
    made.publish()
    return made


@pytest.fixture
def hospital(bureau: Bureau, tmp_path: Path) -> Hospital:
    return Hospital(bureau, tmp_path, (NATIONAL_PACK, ZHEJIANG_PACK))


def codes(outcome: Outcome) -> list[tuple[str, str]]:
    return [(p.code, p.where) for p in outcome.problems]


def both(number: str) -> dict[str, str]:
    return {"national": number, "zhejiang": number}


def test_first_update_then_nothing_new_then_a_new_version(bureau: Bureau, hospital: Hospital) -> None:
    first = hospital.update()
    assert first.activated and not first.problems and hospital.active == both("2026.7.0")
    assert [(c.before, str(c.after.version), c.notice) for c in first.changes if c.after] == [
        (None, "2026.7.0", "# national 2026.7.0\n"), (None, "2026.7.0", "# zhejiang 2026.7.0\n")]
    assert hospital.tried == [(["national 2026.7.0", "zhejiang 2026.7.0"], {"national 2026.7.0", "zhejiang 2026.7.0"})]
    second = hospital.update()
    assert not second.activated and not second.changes and len(hospital.tried) == 1
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    third = hospital.update()
    assert [(str(c.before.version), str(c.after.version)) for c in third.changes if c.before and c.after] == [("2026.7.0", "2026.7.1")]
    assert hospital.active == {"national": "2026.7.1", "zhejiang": "2026.7.0"}
    assert hospital.tried[-1] == (["national 2026.7.0", "national 2026.7.1", "zhejiang 2026.7.0"], {"national 2026.7.1"})
    assert {str(p.version) for p in hospital.view().held if p.pack == NATIONAL_PACK} == {"2026.7.0", "2026.7.1"}
    assert third.as_json()["changes"][0]["from"]["version"] == "2026.7.0"


def test_versions_of_other_days_are_held_but_not_active(bureau: Bureau, hospital: Hospital) -> None:
    """Orders are judged by the version of their day; a version that a higher one covers on every day is not fetched."""
    may, june, july = (Period(date(2026, m, 1), date(2026, m + 1, 1)) for m in (5, 6, 7))
    bureau.release(NATIONAL_PACK, "2026.6.0", effective=may)
    bureau.release(NATIONAL_PACK, "2026.6.1", effective=june)
    bureau.release(NATIONAL_PACK, "2026.6.2", effective=Period(june.begin))
    bureau.change(NATIONAL_PACK, "2026.7.0")
    bureau.indexes[NATIONAL_PACK] = replace(bureau.indexes[NATIONAL_PACK], releases=bureau.indexes[NATIONAL_PACK].releases[:3])
    bureau.release(NATIONAL_PACK, "2026.7.9", effective=july)
    bureau.publish()
    hospital.update()
    assert hospital.active["national"] == "2026.7.9"
    assert sorted(str(p.version) for p in hospital.view().held if p.pack == NATIONAL_PACK) == ["2026.6.0", "2026.6.2", "2026.7.9"]
    assert hospital.tried[0][1] == {"national 2026.6.0", "national 2026.6.2", "national 2026.7.9", "zhejiang 2026.7.0"}


@pytest.mark.parametrize(("breaks", "code"), [
    (lambda b: b.release(NATIONAL_PACK, "2026.7.1", content=b.build(NATIONAL_PACK, "2026.7.2")), "MR-P324"),
    (lambda b: b.release(NATIONAL_PACK, "2026.7.1", content=b.build(ZHEJIANG_PACK, "2026.7.1")), "MR-P324"),
    (lambda b: b.release(NATIONAL_PACK, "2026.7.1", minimum_engine=Version(99, 0, 0)), "MR-P327"),
    (lambda b: b.release(NATIONAL_PACK, "2026.7.1", content=b"PK not a pack"), "MR-P501"),
    (lambda b: b.change(NATIONAL_PACK, "2026.7.0", sha256="a" * 64), "MR-P323"),
    (lambda b: b.indexes.update({NATIONAL_PACK: replace(b.indexes[NATIONAL_PACK], releases=())}), "MR-P322"),
    (lambda b: (b.release(NATIONAL_PACK, "2026.7.1"), b.change(NATIONAL_PACK, "2026.7.1", effective=Period(date(2026, 2, 1)))), "MR-P324"),
    (lambda b: b.indexes.update({NATIONAL_PACK: replace(b.indexes[NATIONAL_PACK], name="other", releases=())}), "MR-P324"),
])
def test_a_pack_that_fails_a_check_stays_as_it_is_and_the_others_go_on(bureau: Bureau, hospital: Hospital, breaks: object, code: str) -> None:
    hospital.update()
    kept = bureau.indexes[NATIONAL_PACK]
    breaks(bureau)  # type: ignore[operator]
    bureau.release(ZHEJIANG_PACK, "2026.7.1")
    bureau.publish()
    assert codes(hospital.update()) == [(code, NATIONAL_PACK)]
    assert hospital.active == {"national": "2026.7.0", "zhejiang": "2026.7.1"}
    bureau.indexes[NATIONAL_PACK] = kept
    bureau.release(NATIONAL_PACK, "2026.8.0")
    bureau.publish()
    assert not hospital.update().problems and hospital.active == {"national": "2026.8.0", "zhejiang": "2026.7.1"}


@pytest.mark.parametrize("code", ["MR-P329", "MR-P330", "MR-P331"])
def test_a_trial_that_fails_activates_nothing_and_is_named(bureau: Bureau, hospital: Hospital, code: str) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.trial_error = refuse(code, "因此", "because")
    for _ in range(2):
        with pytest.raises(StoreError) as told:
            hospital.update()
        assert told.value.code == code and hospital.active == both("2026.7.0")
    kinds = [(line.kind, line.what.get("code")) for line in read_lines(hospital.disk.files()["/s/ledger.jsonl"]).lines]
    assert kinds.count(("refused", code)) == 1  # said once, however often it is tried
    assert kinds[-2:] == [("fresh", None), ("refused", code)]
    hospital.trial_error = None
    hospital.update()
    assert hospital.active == {"national": "2026.7.1", "zhejiang": "2026.7.0"}


def test_a_pack_for_elsewhere(bureau: Bureau, tmp_path: Path) -> None:
    elsewhere = Hospital(bureau, tmp_path, (NATIONAL_PACK, ZHEJIANG_PACK), place=Place("H32010100001", "320101", "三级"))
    assert codes(elsewhere.update()) == [("MR-P325", ZHEJIANG_PACK)]
    assert elsewhere.active == {"national": "2026.7.0"}


def test_one_province_cannot_sign_for_another(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    target = bureau.indexes[ZHEJIANG_PACK].releases[0].target
    del bureau.repository.roles[ZHEJIANG].targets[target], bureau.repository.roles[ZHEJIANG].targets[f"{ZHEJIANG_PACK}/releases.json"]
    bureau.repository.add(JIANGSU, target, bureau.build(ZHEJIANG_PACK, "2026.7.0"))
    bureau.repository.add(JIANGSU, f"{ZHEJIANG_PACK}/releases.json", b"{}\n")
    bureau.repository.publish()
    assert codes(hospital.update()) == [("MR-P209", ZHEJIANG_PACK)]
    assert hospital.active == both("2026.7.0")


def test_a_channel_that_cannot_be_reached_stays(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.fetcher = lambda entry: bureau.repository.fetcher() if entry.name == "national" else MemoryFetcher({})
    assert codes(hospital.update()) == [("MR-P202", "zhejiang")]
    assert hospital.active == {"national": "2026.7.1", "zhejiang": "2026.7.0"}


def test_an_expired_channel_refuses_and_never_stops_what_is_active(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.pass_time(30)
    assert [c for c, _ in codes(hospital.update())] == ["MR-P204", "MR-P204"]
    assert hospital.active == both("2026.7.0")
    bureau.pass_time(30)
    bureau.publish()
    assert not hospital.update().problems and hospital.active["national"] == "2026.7.1"


@pytest.mark.parametrize("days", [-2, -800])
def test_a_clock_that_was_set_back_activates_nothing(bureau: Bureau, hospital: Hospital, days: int) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.pass_time(days)
    assert {c for c, _ in codes(hospital.update())} == {"MR-P210"} and hospital.active == both("2026.7.0")
    hospital.pass_time(-days)
    assert not hospital.update().problems and hospital.active["national"] == "2026.7.1"


def test_a_clock_that_jumped_forward_once_does_no_lasting_harm(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    hospital.pass_time(3_000)
    assert {c for c, _ in codes(hospital.update())} == {"MR-P204"}
    hospital.pass_time(-3_000)
    assert not hospital.update().problems


def test_an_older_repository_is_not_believed(bureau: Bureau, hospital: Hospital) -> None:
    old = dict(bureau.repository.files)
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.update()
    hospital.fetcher = lambda entry: MemoryFetcher(old)
    assert {c for c, _ in codes(hospital.update())} == {"MR-P205"}
    assert hospital.active["national"] == "2026.7.1"


def test_metadata_are_kept_after_a_refusal_too(bureau: Bureau, hospital: Hospital) -> None:
    """Else whoever could make an update fail could also roll the channel back."""
    hospital.update()
    old = dict(bureau.repository.files)
    bureau.release(NATIONAL_PACK, "2026.7.1", content=b"no pack")
    bureau.publish()
    hospital.update()
    hospital.fetcher = lambda entry: MemoryFetcher(old)
    assert {c for c, _ in codes(hospital.update())} == {"MR-P205"}


def test_what_was_verified_before_a_channel_failed_is_kept(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    old = dict(bureau.repository.files)
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    snapshot = f"metadata/{bureau.repository.snapshot.version}.snapshot.json"
    hospital.fetcher = lambda entry: MemoryFetcher({n: c for n, c in bureau.repository.files.items() if n != snapshot})
    assert {c for c, _ in codes(hospital.update())} == {"MR-P202"}
    hospital.fetcher = lambda entry: MemoryFetcher(old)
    assert {c for c, _ in codes(hospital.update())} == {"MR-P205"}  # the newer timestamp is known


def test_a_root_that_is_not_the_pinned_one(bureau: Bureau, hospital: Hospital) -> None:
    hospital.site.channels[0].root.write_bytes(Bureau().repository.first_root + b"\n")
    with pytest.raises(StoreError) as told:
        hospital.update()
    assert told.value.code == "MR-P333" and hospital.active == {}


def test_withdrawal_by_a_higher_version(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.update()
    bureau.supersede(NATIONAL_PACK, "2026.7.2", "2026.7.1", "表行有误")
    bureau.publish()
    hospital.update()
    assert hospital.active["national"] == "2026.7.2"
    assert {str(p.version): p.withdrawn for p in hospital.view().held if p.pack == NATIONAL_PACK} == {
        "2026.7.0": "", "2026.7.1": "表行有误", "2026.7.2": ""}


def test_a_signed_withdrawal_is_the_only_way_down(bureau: Bureau, hospital: Hospital) -> None:
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.update()
    bureau.change(NATIONAL_PACK, "2026.7.1", rollout=Rollout("salt", 0))  # stopped, not withdrawn: who has it keeps it
    bureau.publish()
    assert hospital.update().notes and hospital.active["national"] == "2026.7.1"
    bureau.withdraw(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.update()
    assert hospital.active["national"] == "2026.7.0"
    bureau.withdraw(NATIONAL_PACK, "2026.7.0")
    bureau.publish()
    assert "撤回" in hospital.update().notes[0][0] and hospital.active["national"] == "2026.7.0"


def test_a_rollout_grows_and_each_hospital_gets_what_is_meant_for_it(bureau: Bureau, tmp_path: Path) -> None:
    hospitals = [Hospital(bureau, tmp_path / str(n), place=replace(PLACE, hospital=f"H3301060{n:04d}")) for n in range(12)]
    places = {h.site.place.hospital: bucket("s", h.site.place.hospital) for h in hospitals}
    bureau.release(NATIONAL_PACK, "2026.7.1", rollout=Rollout("s", 0))
    for percent in (2_000, 6_000, 10_000):
        bureau.change(NATIONAL_PACK, "2026.7.1", rollout=Rollout("s", percent))
        bureau.publish()
        for one in hospitals:
            one.update()
            assert one.active["national"] == ("2026.7.1" if places[one.site.place.hospital] < percent else "2026.7.0")


def test_a_change_of_mode_runs_no_cases_again(bureau: Bureau, hospital: Hospital) -> None:
    bureau.release(NATIONAL_PACK, "2026.7.1", mode="shadow")
    bureau.publish()
    hospital.update()
    for mode in ("observe", "enforce"):
        bureau.change(NATIONAL_PACK, "2026.7.1", mode=mode)
        bureau.publish()
        outcome = hospital.update()
        assert outcome.activated and [p.mode for p in hospital.view().active if p.pack == NATIONAL_PACK] == [mode]
        assert [c.after.mode for c in outcome.changes if c.after] == [mode] and outcome.changes[0].notice == ""
        assert hospital.tried[-1][1] == set()


def test_rollback_is_recorded_kept_reported_and_ends(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.update()
    outcome = hospital.roll_back(lasts=timedelta(days=3))
    assert hospital.active["national"] == "2026.7.0" and outcome.activated
    assert hospital.tried[-1] == (["national 2026.7.0", "zhejiang 2026.7.0"], set())  # what it went back from judges nothing
    rollback = hospital.view().state.rollback
    assert rollback is not None and (str(rollback.wrong), rollback.reason, rollback.expires) == ("2026.7.1", "误报太多", "2026-07-04T08:00:00Z")
    line = [x for x in read_lines(hospital.disk.files()["/s/ledger.jsonl"]).lines if x.kind == "activate"][-1]
    assert (line.what["why"], line.what["reason"]) == ("rollback", "误报太多")
    hospital.update()
    assert hospital.active["national"] == "2026.7.0"  # the update respects it
    hospital.pass_time(3)
    bureau.pass_time(3)
    bureau.publish()
    hospital.update()
    assert hospital.active["national"] == "2026.7.1" and hospital.view().state.rollback is None


def test_rollback_ends_without_a_network_too(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.update()
    hospital.roll_back(lasts=timedelta(days=1))
    hospital.pass_time(1)
    hospital.fetcher = lambda entry: MemoryFetcher({})
    assert len(hospital.update().problems) == 2 and hospital.active["national"] == "2026.7.1"


def test_a_higher_version_ends_a_rollback(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.publish()
    hospital.update()
    hospital.roll_back()
    bureau.release(NATIONAL_PACK, "2026.7.2")
    bureau.publish()
    hospital.update()
    assert hospital.active["national"] == "2026.7.2" and hospital.view().state.rollback is None


@pytest.mark.parametrize("wrong", [
    {"version": Version(2026, 9, 9)}, {"reason": " "}, {"pack": "100000/other"}, {"lasts": timedelta(days=31)}, {"lasts": timedelta(0)},
    {"version": Version(2026, 7, 1)}, {"version": Version(2026, 6, 0)},
])
def test_rollbacks_that_are_none(bureau: Bureau, hospital: Hospital, wrong: dict[str, object]) -> None:
    hospital.update()
    bureau.release(NATIONAL_PACK, "2026.7.1")
    bureau.release(NATIONAL_PACK, "2026.6.0", effective=Period(date(2025, 1, 1), date(2025, 2, 1)))
    bureau.publish()
    hospital.update()
    bureau.withdraw(NATIONAL_PACK, "2026.6.0")
    bureau.publish()
    hospital.update()
    with pytest.raises(StoreError) as told:
        hospital.roll_back(**wrong)  # type: ignore[arg-type]
    assert told.value.code == "MR-P332" and hospital.active["national"] == "2026.7.1"


def test_a_damaged_pack_is_fetched_again(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    digest = hospital.view().active[0].sha256
    hospital.disk.put(f"/s/packs/{digest}.mrpack", b"somebody else's")
    assert hospital.active == {}
    hospital.update()
    assert hospital.active == both("2026.7.0")


def test_issue_time_is_the_floor(bureau: Bureau, hospital: Hospital) -> None:
    hospital.update()
    assert hospital.view().state.clock_floor == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
