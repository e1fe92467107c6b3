"""Versions by business day: a total function, half-open dates, the highest version, gaps."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from medrules.hospital.held import HeldPack
from medrules.hospital.levels import OPEN_END
from medrules.hospital.timeline import Segment, timeline
from medrules.packs.manifest import Extended
from medrules.packs.versions import Version


def held(n: int, begin: int = 0, end: int = OPEN_END, name: str = "national", mode: str = "enforce", **more: object) -> HeldPack:
    depth = 0 if name == "national" else 1
    made = HeldPack(
        f"{'100000' if depth == 0 else '990000'}/{name}", name, Version(1, n, 0), f"{name}{n}{mode}", "", depth, begin, end, mode, (), (), (name[:1],))
    return replace(made, **more)  # type: ignore[arg-type]


def versions(segment: Segment) -> list[str]:
    return [p.label for p in segment.packs]


def test_dates_are_half_open() -> None:
    first, second = date(2026, 1, 1).toordinal(), date(2026, 7, 1).toordinal()
    line = timeline([held(1, first, second), held(2, second)])
    assert [(s.begin, s.end, versions(s), s.missing) for s in line.segments] == [
        (0, first, [], ("100000/national",)), (first, second, ["national 1.1.0"], ()), (second, OPEN_END, ["national 1.2.0"], ())]
    assert versions(line.at(second - 1)) == ["national 1.1.0"] and versions(line.at(second)) == ["national 1.2.0"]


def test_of_overlapping_versions_the_highest_judges_and_the_same_instant_is_one() -> None:
    line = timeline([held(1), held(3, 100, 200), held(2, 100, 300)])
    assert [versions(s) for s in line.segments] == [["national 1.1.0"], ["national 1.3.0"], ["national 1.2.0"], ["national 1.1.0"]]


def test_a_gap_is_a_gap() -> None:
    line = timeline([held(1, 100, 200), held(2, 300)])
    assert [(s.packs == (), s.missing) for s in line.segments] == [
        (True, ("100000/national",)), (False, ()), (True, ("100000/national",)), (False, ())]


def test_a_province_judges_only_beside_a_nation_that_it_allows() -> None:
    wanted = (Extended("national", Version(1, 2, 0), Version(1, 3, 0)),)
    line = timeline([held(1, 0, 100), held(2, 100, 200), held(3, 200), held(7, name="province", extends=wanted)])
    assert [(versions(s), s.missing) for s in line.segments] == [
        (["national 1.1.0"], ("990000/province",)), (["national 1.2.0", "province 1.7.0"], ()), (["national 1.3.0"], ("990000/province",))]


def test_versions_in_trial_judge_in_the_trial_only() -> None:
    packs = [held(1), held(2, 100, mode="shadow")]
    assert [versions(s) for s in timeline(packs).segments] == [["national 1.1.0"]]
    assert [versions(s) for s in timeline(packs, shadow=True).segments] == [["national 1.1.0"], ["national 1.2.0"]]


def test_what_is_superseded_or_broken_does_not_judge() -> None:
    line = timeline([held(1, 0, 100), held(2, 50, supersedes=(Version(1, 1, 0),))])
    assert [versions(s) for s in line.segments] == [[], ["national 1.2.0"]]
    line = timeline([held(1), held(2, 50, broken="MR-P306")])  # its days are not judged by the older version
    assert [versions(s) for s in line.segments] == [["national 1.1.0"], []]


PACKS = st.lists(st.builds(
    lambda n, begin, length, name, mode, low: held(
        n, begin, min(OPEN_END, begin + length), name, mode,
        extends=() if name == "national" or low is None else (Extended("national", Version(1, low, 0), Version(1, low + 3, 0)),)),
    st.integers(0, 6), st.integers(0, 60), st.sampled_from([1, 5, 20, OPEN_END]), st.sampled_from(["national", "province"]),
    st.sampled_from(["enforce", "observe", "shadow"]), st.none() | st.integers(0, 6)), max_size=7, unique_by=lambda p: (p.identity, p.version))


@given(PACKS, st.integers(-5, 90), st.booleans())
def test_law_the_choice_of_versions_is_a_total_function_of_the_day(packs: list[HeldPack], day: int, shadow: bool) -> None:
    line = timeline(packs, shadow=shadow)
    assert line.segments[0].begin == 0 and line.segments[-1].end == OPEN_END
    assert all(a.end == b.begin and a.begin < a.end for a, b in zip(line.segments, line.segments[1:], strict=False))
    segment = line.at(day)
    assert segment.begin <= max(0, day) < segment.end
    usable = [p for p in packs if shadow or p.mode != "shadow"]
    for identity in {p.identity for p in usable}:
        on = [p for p in usable if p.identity == identity and p.begin <= max(0, day) < p.end]
        chosen = [p for p in segment.packs if p.identity == identity]
        assert len(chosen) == 1 or (not chosen and identity in segment.missing)
        nation = [p.version for p in segment.packs if p.name == "national"]
        fits = [p for p in on if all(e.begin <= v < e.below for e in p.extends for v in nation) and (nation or not p.extends)]
        assert chosen == ([max(fits, key=lambda p: p.version)] if fits else [])
    assert timeline(list(reversed(packs)), shadow=shadow).segments == line.segments
