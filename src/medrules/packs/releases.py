"""releases.json: the versions that an authority has published, for whom and since when; signed as a target of its channel.

A hospital takes the highest version that is meant for it and is not withdrawn. Whether it is meant for it depends on the hospital's code,
area and level alone, so that the answer is the same every day, and a hospital once in stays in when the percentage grows.
"""
from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

from medrules.frozen import dataclass
from medrules.packs.canonical import read_canonical, written
from medrules.packs.entries import Entries, Period
from medrules.packs.manifest import NAME, Superseded
from medrules.packs.refusals import refuse, shown
from medrules.packs.versions import Version

__all__ = [
    "ALL", "BUCKETS", "MODES", "RELEASES", "Place", "Release", "ReleaseIndex", "Rollout", "Withdrawal", "bucket", "in_area", "read_releases",
    "write_releases",
]

FORMAT: Final = "medrules-releases"
SCHEMA: Final = 1
RELEASES: Final = "releases.json"
BUCKETS: Final = 10_000
MODES: Final = ("shadow", "observe", "enforce")
_TARGET: Final = re.compile(r"[1-9][0-9]{5}/[a-z0-9-]+/[a-z0-9.A-Z-]+\.mrpack", re.ASCII)
_ADCODE: Final = re.compile(r"[1-9][0-9]{5}", re.ASCII)


def bucket(salt: str, hospital: str) -> int:
    """The bucket of a hospital, 0 … 9,999: the first eight bytes of SHA-256(salt | hospital code) as a number, modulo 10,000."""
    return int.from_bytes(sha256(f"{salt}|{hospital}".encode()).digest()[:8]) % BUCKETS


def in_area(adcode: str, area: str) -> bool:
    """Whether a place (GB/T 2260 code) lies in an area: the country 100000, a province ..0000, a city ....00, a county."""
    if area == "100000":
        return True
    significant = area[:2] if area.endswith("0000") else area[:4] if area.endswith("00") else area
    return adcode.startswith(significant)


@dataclass(frozen=True, slots=True)
class Place:
    """What a rollout asks of a hospital: its institution code, where it is and its level (三级, …)."""

    hospital: str
    adcode: str
    level: str


@dataclass(frozen=True, slots=True)
class Rollout:
    """For whom a version is: `percent` of 10,000 buckets; areas and levels, () = all."""

    salt: str
    percent: int
    regions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    def holds(self, place: Place) -> bool:
        return (
            bucket(self.salt, place.hospital) < self.percent
            and (not self.regions or any(in_area(place.adcode, r) for r in self.regions))
            and (not self.levels or place.level in self.levels))


ALL: Final = BUCKETS  # a rollout to everybody


@dataclass(frozen=True, slots=True)
class Withdrawal:
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class Release:
    version: Version
    target: str
    sha256: str
    length: int
    effective: Period
    supersedes: tuple[Superseded, ...]
    withdrawn: Withdrawal | None
    rollout: Rollout
    mode: str


@dataclass(frozen=True, slots=True)
class ReleaseIndex:
    """All versions of a pack that were published, sorted by version, lowest first."""

    name: str
    adcode: str
    releases: tuple[Release, ...]

    def meant_for(self, place: Place) -> tuple[Release, ...]:
        """The versions that a hospital may use, lowest first: rolled out to it and not withdrawn."""
        superseded = {s.version for r in self.releases if r.withdrawn is None and r.rollout.holds(place) for s in r.supersedes}
        return tuple(r for r in self.releases if r.withdrawn is None and r.version not in superseded and r.rollout.holds(place))

    def choose(self, place: Place) -> Release | None:
        """The highest version that is meant for a hospital; None = none is."""
        meant = self.meant_for(place)
        return meant[-1] if meant else None

    def named(self, version: Version) -> Release | None:
        return next((r for r in self.releases if r.version == version), None)


def write_releases(index: ReleaseIndex) -> bytes:
    """
    Raises:
        InvalidPackFile: MR-P514, what would not be read again.
    """
    made = written({
        "format": FORMAT, "schema": SCHEMA, "name": index.name, "adcode": index.adcode, "releases": [_as_json(r) for r in index.releases]})
    read_releases(made)
    return made


def _as_json(r: Release) -> dict[str, Any]:
    return {
        "version": str(r.version), "target": r.target, "sha256": r.sha256, "length": r.length, "effective": r.effective.as_json(),
        "supersedes": [{"version": str(s.version), "reason": s.reason} for s in r.supersedes],
        "withdrawn": None if r.withdrawn is None else {"reason": r.withdrawn.reason, "on": r.withdrawn.on.isoformat()},
        "rollout": {
            "salt": r.rollout.salt, "percent": r.rollout.percent, "regions": list(r.rollout.regions), "levels": list(r.rollout.levels)},
        "mode": r.mode}


def read_releases(content: bytes) -> ReleaseIndex:
    """
    Raises:
        InvalidPackFile: MR-P508, MR-P512 no canonical JSON; MR-P513 another form; MR-P514 wrong content.
    """
    e = Entries(read_canonical(content, RELEASES), RELEASES, "MR-P514")
    if e.take("format") != FORMAT:
        raise e.wrong("format", f" {FORMAT}", FORMAT)
    schema = e.take("schema")
    if schema != SCHEMA or type(schema) is not int:
        raise refuse("MR-P513", f"发布清单格式 {shown(schema)}，本机能读 {SCHEMA}", f"releases schema {shown(schema)}, this medrules reads {SCHEMA}")
    name = e.matching("name", NAME, "小写字母、数字和 - 的名字", "a name of lower-case letters, digits and -")
    made = ReleaseIndex(name, e.adcode("adcode"), tuple(_release(x) for x in e.inners("releases")))
    e.close()
    versions = [r.version for r in made.releases]
    if any(not a < b for a, b in pairwise(versions)):
        raise e.wrong("releases", "按版本从低到高、不重复的列表", "in the order of versions, lowest first, none twice")
    if any(r.target != f"{made.adcode}/{made.name}/{made.name}-{r.version}.mrpack" for r in made.releases):
        raise e.wrong("releases", "目标路径与名字、版本相符的列表", "targets named after the pack and the version")
    return made


def _release(e: Entries) -> Release:
    superseded = []
    version, target = e.version("version"), e.matching("target", _TARGET, "规则包文件的路径", "the path of a pack file")
    digest, length, effective = e.digest("sha256"), e.number("length", 1, 1 << 40), e.period("effective")
    for one in e.inners("supersedes"):
        superseded.append(Superseded(one.version("version"), one.text("reason")))
        one.close()
    withdrawn = None
    if e.peek("withdrawn") is None:
        e.drop("withdrawn")
    else:
        inner = e.inner("withdrawn")
        withdrawn = Withdrawal(inner.text("reason"), inner.day("on"))
        inner.close()
    inner = e.inner("rollout")
    rollout = Rollout(inner.text("salt"), inner.number("percent", 0, BUCKETS), inner.texts("regions"), inner.texts("levels"))
    if not all(_ADCODE.fullmatch(r) for r in rollout.regions):
        raise inner.wrong("regions", " 6 位行政区划代码的列表", "a list of division codes of six digits")
    inner.close()
    mode = e.choice("mode", MODES)
    e.close()
    return Release(version, target, digest, length, effective, tuple(superseded), withdrawn, rollout, mode)
