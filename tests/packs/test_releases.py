"""releases.json, and which version a hospital takes."""
from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrules.errors import InvalidPackFile
from medrules.packs import ReleaseIndex, Version, read_releases, write_releases
from medrules.packs.canonical import written
from medrules.packs.entries import Period
from medrules.packs.manifest import Superseded
from medrules.packs.releases import BUCKETS, Place, Release, Rollout, Withdrawal, bucket, in_area

EVERYBODY = Rollout("盐", BUCKETS)


def release(version: str, rollout: Rollout = EVERYBODY, **changes: object) -> Release:
    made = Release(
        Version.parse(version), f"100000/national/national-{version}.mrpack", "a" * 64, 1000, Period(date(2026, 7, 1)), (), None, rollout, "enforce")
    return replace(made, **changes)  # type: ignore[arg-type]


def index(*releases: Release) -> ReleaseIndex:
    return ReleaseIndex("national", "100000", releases)


HERE = Place("H33010600001", "330106", "三级")


def test_there_and_back() -> None:
    made = index(
        release("2026.7.1", withdrawn=Withdrawal("表行有误", date(2026, 7, 9))),
        release("2026.7.2", Rollout("盐", 1000, ("330000",), ("三级",)), supersedes=(Superseded(Version(2026, 7, 1), "表行有误"),), mode="shadow"))
    assert read_releases(write_releases(made)) == made


# Fixed for ever: a hospital must not change its bucket with a version of medrules.
@pytest.mark.parametrize(("salt", "hospital", "expected"), [
    ("2026.7.1", "H33010600001", 8487), ("2026.7.1", "H33010600002", 9259), ("2026.7.2", "H33010600001", 2616), ("盐", "H1", 9665), ("", "", 1657),
])
def test_buckets_are_fixed(salt: str, hospital: str, expected: int) -> None:
    assert bucket(salt, hospital) == expected


@given(st.text(max_size=8), st.text("H0123456789", max_size=12), st.integers(0, BUCKETS), st.integers(0, BUCKETS))
def test_a_rollout_only_grows(salt: str, hospital: str, one: int, other: int) -> None:
    place = replace(HERE, hospital=hospital)
    less, more = sorted((one, other))
    assert not Rollout(salt, less).holds(place) or Rollout(salt, more).holds(place)
    assert Rollout(salt, BUCKETS).holds(place) and not Rollout(salt, 0).holds(place)


def test_percent_counts_the_buckets_that_are_in() -> None:
    place = replace(HERE, hospital="H33010600001")
    assert bucket("2026.7.1", place.hospital) == 8487
    assert not Rollout("2026.7.1", 8487).holds(place) and Rollout("2026.7.1", 8488).holds(place)


def test_buckets_are_spread_evenly() -> None:
    inside = sum(Rollout("盐", 1000).holds(replace(HERE, hospital=f"H{n}")) for n in range(4000))
    assert 330 < inside < 470


@pytest.mark.parametrize(("adcode", "area", "inside"), [
    ("330106", "100000", True), ("330106", "330000", True), ("330106", "330100", True), ("330106", "330106", True), ("330106", "330200", False),
    ("330106", "310000", False), ("330106", "330107", False), ("330100", "330106", False),
])
def test_areas(adcode: str, area: str, inside: bool) -> None:
    assert in_area(adcode, area) is inside


def test_the_highest_that_is_meant_and_not_withdrawn() -> None:
    old, new = release("2026.7.1"), release("2026.10.1")
    assert index(old, new).choose(HERE) == new
    assert index(old, replace(new, withdrawn=Withdrawal("…", date(2026, 10, 2)))).choose(HERE) == old
    assert index(old, replace(new, rollout=Rollout("盐", 0))).choose(HERE) == old
    assert index(old, replace(new, rollout=Rollout("盐", BUCKETS, ("310000",)))).choose(HERE) == old
    assert index(old, replace(new, rollout=Rollout("盐", BUCKETS, (), ("二级",)))).choose(HERE) == old
    assert index().choose(HERE) is None
    superseding = replace(new, supersedes=(Superseded(old.version, "…"),))
    assert index(old, superseding).meant_for(HERE) == (superseding,)


def test_wrong_content() -> None:
    whole = json.loads(write_releases(index(release("2026.7.1"), release("2026.7.2"))))
    first, second = whole["releases"]
    for changes in (
        {"releases": [second, first]}, {"releases": [first, first]}, {"releases": [{**first, "target": second["target"]}]}, {"adcode": "x"},
        {"releases": [{**first, "mode": "off"}]}, {"releases": [{**first, "rollout": {**first["rollout"], "percent": 10_001}}]},
        {"releases": [{**first, "rollout": {**first["rollout"], "regions": ["33"]}}]}, {"releases": [{**first, "length": 0}]}, {"more": 1},
        {"releases": [{**first, "withdrawn": {"reason": "", "on": "2026-07-01"}}]}, {"releases": {}}, {"format": "x"},
        {"releases": [{**first, "target": "100000/national/../national-2026.7.1.mrpack"}]},
    ):
        with pytest.raises(InvalidPackFile) as refused:
            read_releases(written({**whole, **changes}))
        assert refused.value.code == "MR-P514"
