"""Fuzzing of pack files and releases.json: bytes changed anywhere, and files sealed again after their manifest or members were changed."""
from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from medrules.api import open_pack_file
from medrules.errors import PACK_ERRORS, InvalidPack, InvalidPackFile
from medrules.packs import ReleaseIndex, read_pack_file, read_releases, write_pack_file, write_releases
from medrules.packs.canonical import written
from medrules.packs.entries import Period
from medrules.packs.manifest import MANIFEST, Superseded
from medrules.packs.releases import Release, Rollout, Withdrawal
from medrules.packs.versions import Version
from tests.fuzz.mutations import Step, bytes_changed, tree_changed
from tests.packs.attacks.hostile_zips import Entry, archive
from tests.packs.samples import pack_file
from tests.release.samples import demo

KEYS = (
    "format", "schema", "name", "version", "adcode", "level", "roots", "effective", "from", "to", "extends", "mandatory", "all", "rules", "members",
    "compiled", "releases", "target", "rollout", "percent", "regions", "withdrawn", "mode")

__all__ = ["judge_pack", "make_pack", "pack_seeds"]


def _seed(content: bytes) -> str:
    """A pack file as JSON: its manifest, and its members as Latin-1."""
    members = read_pack_file(content).members
    return json.dumps({
        "manifest": json.loads(members[MANIFEST]), "members": {n: c.decode("latin-1") for n, c in members.items() if n != MANIFEST}})


@functools.cache
def pack_seeds() -> tuple[str, ...]:
    file = demo()
    whole = write_pack_file(file.manifest, {n: c for n, c in file.members.items() if n != MANIFEST})
    small = [pack_file({f"m{k}.csv": b"x" * k for k in range(n)}, compiled=None) for n in range(5)]
    index = ReleaseIndex("demo", "330000", tuple(
        Release(Version(1, n, 0), f"330000/demo/demo-1.{n}.0.mrpack", "a" * 64, 9, Period(date(2026, 7, 1), date(2027, 1, 1)), (
            Superseded(Version(1, 0, 0), "x"),), Withdrawal("x", date(2026, 8, 1)) if n else None, Rollout("s", 100, ("330100",), ("三级",)), "shadow")
        for n in range(2)))
    return (_seed(whole), _seed(pack_file()), *map(_seed, small), json.dumps({"releases": json.loads(write_releases(index))}))


def make_pack(text: str, steps: Sequence[Step], others: Sequence[str]) -> bytes:
    """Bytes of a pack file or of releases.json (which begins with a brace)."""
    way, rest = (steps[0][0] % 4, steps[1:]) if steps else (1, steps)
    try:
        tree = json.loads(text)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")
    if isinstance(tree, dict) and "releases" in tree:
        return _json(tree_changed(tree["releases"], rest, KEYS))
    if not (isinstance(tree, dict) and isinstance(tree.get("members"), dict) and "manifest" in tree):
        return text.encode("utf-8", "surrogatepass")
    if way == 0:
        return bytes_changed(_sealed(tree["manifest"], tree["members"], False), rest)
    if way == 3:
        tree["members"] = tree_changed(tree["members"], rest, ("a", "A", "../x", "pack.toml"))
        return _sealed(tree["manifest"], tree["members"], True)
    return _sealed(tree_changed(tree["manifest"], rest, KEYS), tree["members"], way == 2)


def _json(value: Any) -> bytes:
    try:
        return written(value)
    except ValueError:  # NaN, half a surrogate pair
        return json.dumps(value).encode()


def _sealed(manifest: Any, members: Any, again: bool) -> bytes:
    """The archive; `again`: its list of members is made true."""
    held = {str(n): (c if isinstance(c, str) else json.dumps(c)).encode("latin-1", "replace") for n, c in members.items()} if isinstance(members, dict) else {}
    if again and isinstance(manifest, dict):
        listed = [{"name": n, "length": len(c), "sha256": sha256(c).hexdigest()} for n, c in sorted(held.items())]
        manifest = {**manifest, "members": listed}
    return archive([Entry(MANIFEST.encode(), _json(manifest)), *(Entry(n.encode("utf-8", "surrogatepass"), held[n]) for n in sorted(held))])


def judge_pack(content: bytes) -> None:
    """Refused with a code, or whole: then it is written again as it was read, and opens or says why not."""
    try:
        if content[:1] == b"{":
            assert write_releases(read_releases(content)) == content
            return
        file = read_pack_file(content)
    except InvalidPackFile as error:
        assert error.code in PACK_ERRORS and " / " in str(error)
        return
    assert write_pack_file(file.manifest, {n: c for n, c in file.members.items() if n != MANIFEST}) == content
    try:
        engine = open_pack_file(replace(file))
    except (InvalidPackFile, InvalidPack) as error:
        assert str(error)
        return
    assert engine.program.pack_hash == file.manifest.content_hash
