"""What a pending file would change, in words, for the people who are asked to sign it: a digest alone tells nobody anything."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuf.api.metadata import Metadata, Root, Targets

from medrules.packs.bureau.folder import BureauFolder, Published, parts_of
from medrules.packs.bureau.keys import name_of
from medrules.packs.bureau.releasing import index_of
from medrules.packs.releases import BUCKETS, RELEASES, Release

__all__ = ["changes_of"]

Facts = dict[str, str]


def changes_of(folder: BureauFolder, published: Published | None, role: str, metadata: Metadata[Any]) -> tuple[str, ...]:
    """Lines that begin with + (new), - (gone) or ~ (changed), in the order of their subjects; the date of expiry last.

    A key is named with the beginning of its id, because its name can be chosen and its id cannot.
    """
    older = None if published is None else published.root if role == Root.type else published.targets.get(role)
    old = {} if older is None else _facts(folder, older)
    new = _facts(folder, metadata)
    lines = []
    for subject in sorted({*old, *new}):
        match old.get(subject), new.get(subject):
            case None, str(now):
                lines.append(f"+ {subject}：{now}")
            case str(was), None:
                lines.append(f"- {subject}：{was}")
            case was, now if was != now:
                lines.append(f"~ {subject}：{was} → {now}")
    return (*lines, f"有效至 expires {metadata.signed.expires:%Y-%m-%d}")


def _facts(folder: BureauFolder, metadata: Metadata[Any]) -> Facts:
    signed = metadata.signed
    if isinstance(signed, Root):
        return dict(_root(signed))
    return {**dict(_delegations(signed)), **dict(_targets(folder, metadata))}


def _root(root: Root) -> Iterator[tuple[str, str]]:
    for role, entry in root.roles.items():
        yield f"{role} 门限 threshold", str(entry.threshold)
        for keyid in entry.keyids:
            yield f"{role} 钥匙 key {name_of(root.keys[keyid])}", root.keys[keyid].keytype


def _delegations(targets: Targets) -> Iterator[tuple[str, str]]:
    delegations = targets.delegations
    if delegations is None:
        return
    for role, entry in (delegations.roles or {}).items():
        yield f"{role} 路径 paths", " ".join(entry.paths or ())
        yield f"{role} 门限 threshold", str(entry.threshold)
        for keyid in entry.keyids:
            yield f"{role} 钥匙 key {name_of(delegations.keys[keyid])}", delegations.keys[keyid].keytype


def _targets(folder: BureauFolder, metadata: Metadata[Targets]) -> Iterator[tuple[str, str]]:
    for path, entry in metadata.signed.targets.items():
        adcode, name, base = parts_of(path)
        if base != RELEASES:
            yield f"文件 file {path}", f"SHA-256 {entry.hashes.get('sha256', '')[:16]}"
            continue
        index = index_of(folder, metadata, adcode, name)
        for release in () if index is None else index.releases:
            yield f"发布 release {adcode}/{name} {release.version}", _release(release)


def _release(release: Release) -> str:
    whom = release.rollout
    words = [release.mode, f"{whom.percent}/{BUCKETS}", *whom.regions, *whom.levels, f"生效 effective {release.effective.begin} — {release.effective.end or ''}"]
    if release.withdrawn is not None:
        words.append(f"撤回 withdrawn {release.withdrawn.on} {release.withdrawn.reason}")
    return "，".join(words)
