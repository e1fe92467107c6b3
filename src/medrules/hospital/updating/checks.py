"""What a verified pack must still be before it may count here: itself, whole, for this place, for this medrules, and not older."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from medrules import __version__
from medrules.packs.archive import PackFile, read_pack_file
from medrules.packs.manifest import target_path
from medrules.packs.releases import Place, Release, ReleaseIndex, in_area
from medrules.packs.store import Pack
from medrules.packs.store.faults import refuse
from medrules.packs.versions import Version

__all__ = ["check_index", "check_pack", "covering", "withdrawn_in"]


def check_index(index: ReleaseIndex, identity: str, held: Iterable[Pack], active: Pack | None) -> None:
    """Whether a signed list of releases is of this pack and goes on from what is known here.

    Raises:
        StoreError: MR-P324 of another pack; MR-P323 a known version with other bytes; MR-P322 the active version is not in it.
    """
    if f"{index.adcode}/{index.name}" != identity:
        raise refuse("MR-P324", f"{identity} 的 releases.json 写的是 {index.adcode}/{index.name}", f"releases.json of {identity} names another pack")
    for pack in held:
        known = index.named(pack.version) if pack.pack == identity else None
        if known is not None and (known.sha256, known.length) != (pack.sha256, pack.length):
            raise refuse("MR-P323", pack.named)
    if active is not None and index.named(active.version) is None:
        raise refuse("MR-P322", f"发布清单里没有已启用的 {active.named}", f"the active {active.named} is not among the releases")


def check_pack(content: bytes, release: Release, identity: str, place: Place) -> PackFile:
    """The pack file of a release, read.

    Raises:
        StoreError: MR-P324, MR-P325, MR-P327. InvalidPackFile: it is no pack file.
    """
    pack = read_pack_file(content)
    m = pack.manifest
    if (m.identity, m.version, target_path(m), m.effective, pack.sha256, len(content)) != (
            identity, release.version, release.target, release.effective, release.sha256, release.length) or (
            {(s.version, s.reason) for s in m.supersedes} != {(s.version, s.reason) for s in release.supersedes}):
        raise refuse("MR-P324", f"{identity} {release.version}")
    if not in_area(place.adcode, m.adcode):
        raise refuse("MR-P325", f"{identity}，本院 {place.adcode}", f"{identity}, this hospital is in {place.adcode}")
    if Version.parse(__version__) < m.minimum_engine:
        raise refuse("MR-P327", f"{identity} {m.version} 要 {m.minimum_engine}，本机 {__version__}",
                     f"{identity} {m.version} needs {m.minimum_engine}, this is {__version__}")
    return pack


def covering(meant: Iterable[Release]) -> tuple[Release, ...]:
    """Of the versions meant for a hospital, those that are the highest one on some business day: what orders of any day need. Lowest first."""
    kept: list[Release] = []
    for release in sorted(meant, key=lambda r: r.version, reverse=True):
        free: list[tuple[date, date | None]] = [(release.effective.begin, release.effective.end)]
        for taken in kept:
            begin, end = taken.effective.begin, taken.effective.end
            rest: list[tuple[date, date | None]] = []
            for b, e in free:
                if b < begin:
                    rest.append((b, begin if e is None else min(e, begin)))
                if end is not None and (e is None or end < e):
                    rest.append((max(b, end), e))
            free = rest
        if free:
            kept.append(release)
    return tuple(reversed(kept))


def withdrawn_in(index: ReleaseIndex, version: Version, place: Place) -> str:
    """Why a version is withdrawn: by itself, or by a higher one meant for this hospital that supersedes it; "" = it is not."""
    release = index.named(version)
    if release is not None and release.withdrawn is not None:
        return release.withdrawn.reason
    return next((s.reason for r in index.meant_for(place) for s in r.supersedes if s.version == version), "")
