"""Files that are damaged or made to confuse a reader: bits, cuts, two readings of one JSON, weak hashes, missing lengths, web pages, sizes."""
from __future__ import annotations

import json
from hashlib import md5, sha256, sha512
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tuf.api.metadata import MetaFile

from medrules.errors import PackError
from medrules.packs.channel import TrustedChannel, UntrustedChannel
from medrules.packs.channel.client import LIMITS
from medrules.packs.crypto.sm3 import sm3
from tests.packs.channel.attacks import CONTENT, NATIONAL, PACK, changed, current, honest, read_all, refused, resigned, signed_of, trusted
from tests.packs.repository import NOW, MemoryFetcher, Repository


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot"])
def test_one_bit_at_every_byte(role: str) -> None:
    """Refused, or the same signed content: a signature beyond the threshold was hit, or a letter of its hex became a capital. Of root, which is
    five times as long, every third byte."""
    repository = honest()
    if role == "root":
        repository.rotate_root()
    path = current(repository, role)
    good = repository.files[path]
    tolerated = 0
    for at in range(0, len(good), 3 if role == "root" else 1):
        bad = bytearray(good)
        bad[at] ^= 1 << (at % 8)
        channel = TrustedChannel(MemoryFetcher({**repository.files, path: bytes(bad)}), repository.first_root, clock=lambda: NOW)
        try:
            channel.refresh()
        except PackError:
            continue
        assert signed_of(bytes(bad)) == signed_of(good), at
        tolerated += 1
    assert tolerated < len(good) // 2
    assert read_all(repository.channel())


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", NATIONAL])
def test_cut_at_every_length(role: str) -> None:
    repository = honest()
    if role == "root":
        repository.rotate_root()
    path = current(repository, role)
    good = repository.files[path]
    for length in range(0, len(good), 1 if len(good) < 2000 else 37):
        channel = TrustedChannel(MemoryFetcher({**repository.files, path: good[:length]}), repository.first_root, clock=lambda: NOW)
        with pytest.raises(PackError):
            read_all(channel)
    assert read_all(repository.channel())


def test_a_pack_bent_cut_or_extended() -> None:
    repository = honest()
    path = next(p for p in repository.files if p.endswith("national-2026.7.1.mrpack"))

    class Generous:
        """A transport that gives more than was asked for."""

        def __init__(self, content: bytes) -> None:
            self.content = content

        def fetch(self, asked: str, limit: int) -> bytes:
            return self.content if asked == path else MemoryFetcher(repository.files).fetch(asked, limit)

    bad = [CONTENT[:n] for n in range(len(CONTENT))] + [CONTENT + b"\x00", CONTENT * 2]
    bad += [bytes([*CONTENT[:at], CONTENT[at] ^ (1 << bit), *CONTENT[at + 1:]]) for at in range(len(CONTENT)) for bit in range(8)]
    for content in bad:
        channel = TrustedChannel(Generous(content), repository.first_root, clock=lambda: NOW)
        with pytest.raises(UntrustedChannel) as refusal:
            channel.target(PACK)
        assert refusal.value.code == ("MR-P211" if len(content) > len(CONTENT) else "MR-P206")
    assert TrustedChannel(Generous(CONTENT), repository.first_root, clock=lambda: NOW).target(PACK) == CONTENT


LOGIN = "<html><head><title>请登录</title></head><body>…</body></html>".encode()


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", NATIONAL])
@pytest.mark.parametrize("content", [
    LOGIN, b"", b"\x00", b"null", b"[]", b"{}", b"1", b'"x"', b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\xc3\x28",
    b'{"signatures":[],"signed":{"a":NaN}}', b'{"signatures":[],"signed":{"a":-Infinity}}', b'{"signatures":[],"signed":{"a":1.5}}',
    b'{"signatures":[],"signed":{"a":1e400}}', b'{"signatures":[],"signed":[]}', b'{"signatures":[],"signed":{"a":' + b"9" * 5000 + b"}}",
    b'{"signatures":[],"signed":{"a":"\\ud800"}}', b'{"signatures":[],"signed":{},"more":1}', b'{"signed":{}}',
])
def test_what_is_no_metadata(role: str, content: bytes) -> None:
    repository = honest()
    path = "metadata/2.root.json" if role == "root" else current(repository, role)
    refused(repository, {**repository.files, path: content}, "MR-P206" if role in ("snapshot", "targets", NATIONAL) else "MR-P207",
            "MR-P201")


def test_a_key_that_stands_twice() -> None:
    """Signed and whole, but two readers could read it differently: the last of the two for one, the first for another."""
    repository = honest()
    good = repository.files["metadata/timestamp.json"].decode()
    for twice in (good.replace('"version":3', '"version":9,"version":3', 1), good.replace('"signed":{', '"signed":{"_type":"root",', 1),
                  good.replace('"signatures"', '"signed":{},"signatures"', 1)):
        assert twice != good and json.loads(twice) == json.loads(good)
        refused(repository, changed(repository, timestamp=twice.encode()), "MR-P207")


@pytest.mark.parametrize("more", [b"1.5", b"NaN", b"-Infinity", b"1e3", b'{"a":1,"a":1}', b"[" * 9000 + b"]" * 9000])
def test_what_stands_beside_the_signed_part(more: bytes) -> None:
    """Nothing there is used, and still it has to be JSON that every reader reads alike; other words may stand there."""
    repository = honest()
    good = repository.files["metadata/timestamp.json"]
    refused(repository, changed(repository, timestamp=good.replace(b'{"signatures"', b'{"more":' + more[:15_000] + b',"signatures"', 1)), "MR-P207", "MR-P201")
    harmless = changed(repository, timestamp=good.replace(b'{"signatures"', b'{"more":{"a":[1,null]},"signatures"', 1))
    assert read_all(TrustedChannel(MemoryFetcher(harmless), repository.first_root, clock=lambda: NOW))


def test_weak_hashes_and_missing_lengths_of_a_pack() -> None:
    def entry(**changes: Any) -> tuple[Repository, TrustedChannel]:
        repository = honest()
        signed = signed_of(repository.files[current(repository, NATIONAL)])
        for key, value in changes.items():
            if value is None:
                del signed["targets"][PACK][key]
            else:
                signed["targets"][PACK][key] = value
        return repository, _with(repository, NATIONAL, resigned(signed, repository.signers[NATIONAL]))

    good = sha256(CONTENT).hexdigest()
    for hashes, code in (
            ({"md5": md5(CONTENT).hexdigest()}, "MR-P208"), ({"sha512": sha512(CONTENT).hexdigest()}, "MR-P208"), ({"sm3": sm3(CONTENT).hex()}, "MR-P208"), ({}, "MR-P207"),
            ({"sha256": good, "md5": "0" * 32}, "MR-P206"), ({"sha256": good, "sm3": "0" * 64}, "MR-P206"), ({"sha256": good, "none": "x"}, "MR-P208"),
            ({"sha256": good, "shake_128": "x"}, "MR-P208"), ({"sha256": good.upper()}, "MR-P208"), ({"sha256": "../../../../etc/passwd"}, "MR-P208"),
            ({"sha256": 1}, "MR-P207"), ({"sha256": "0" * 64}, "MR-P202")):
        _, channel = entry(hashes=hashes)
        with pytest.raises(PackError) as refusal:
            channel.target(PACK)
        assert refusal.value.code == code, hashes
    for hashes in ({"sha256": good}, {"sha256": good, "sm3": sm3(CONTENT).hex()}, {"md5": md5(CONTENT).hexdigest(), "sha256": good}):
        assert entry(hashes=hashes)[1].target(PACK) == CONTENT
    for length, code in ((None, "MR-P207"), (-1, "MR-P207"), ("27", "MR-P207"), (len(CONTENT) - 1, "MR-P201"), (len(CONTENT) + 1, "MR-P206"), (2**40, "MR-P211")):
        with pytest.raises(PackError) as refusal:
            entry(length=length)[1].target(PACK)
        assert refusal.value.code == code, length


def test_weak_hashes_of_metadata() -> None:
    repository = honest()
    signed = signed_of(repository.files["metadata/timestamp.json"])
    meta = signed["meta"]["snapshot.json"]
    for change, code in (({"hashes": {"md5": "0" * 32}}, "MR-P208"), ({"length": 2**40}, "MR-P211"), ({"length": LIMITS["snapshot"]}, "MR-P206"), ({"hashes": {}}, "MR-P207"),
                         ({"hashes": {"sha256": "0" * 64}}, "MR-P206"), ({"version": 2}, "MR-P206"), ({"version": 0}, "MR-P207"), ({"version": "3"}, "MR-P207")):
        bent = {**signed, "meta": {"snapshot.json": {**meta, **change}}}
        later = honest()
        later.publish()  # where the thief's timestamp was believed, the bureau's next one takes its place
        refused(later, changed(repository, timestamp=resigned(bent, repository.signers["timestamp"])), code)


def test_files_without_end() -> None:
    repository = honest()

    class Endless:
        def __init__(self, victim: str) -> None:
            self.victim = victim

        def fetch(self, path: str, limit: int) -> bytes:
            return b" " * (limit + 1) if path == self.victim else MemoryFetcher(repository.files).fetch(path, limit)

    for victim in ("metadata/2.root.json", *(current(repository, role) for role in ("timestamp", "snapshot", "targets", NATIONAL))):
        channel = TrustedChannel(Endless(victim), repository.first_root, clock=lambda: NOW)
        with pytest.raises(UntrustedChannel) as refusal:
            read_all(channel)
        assert refusal.value.code == "MR-P211"
    assert LIMITS["timestamp"] == 16_384


def _with(repository: Repository, role: str, content: bytes) -> TrustedChannel:
    """A hospital that meets `content` as a role's metadata, with a snapshot that fits it."""
    repository.files[current(repository, role)] = content
    repository.snapshot.meta[f"{role}.json"] = MetaFile.from_data(repository.snapshot.meta[f"{role}.json"].version, content, ["sha256"])
    repository.publish_snapshot()
    return repository.channel()


ODD = st.recursive(st.none() | st.booleans() | st.integers(-3, 2**70) | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
                   | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6)


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, inner in items for place in _places(inner, (*at, key))]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_anything_at_all_signed_by_a_thief(data: st.DataObject) -> None:
    """One value of a signed file replaced by anything, or taken out, and signed with the right keys: an answer or a `PackError`, nothing else."""
    repository = honest()
    role = data.draw(st.sampled_from(["root", "timestamp", "snapshot", "targets", NATIONAL]))
    signed = signed_of(repository.files[current(repository, role)])
    if role == "root":
        signed["version"] = 2
    *way, last = data.draw(st.sampled_from(_places(signed)))
    holder = signed
    for step in way:
        holder = holder[step]
    if data.draw(st.booleans()):
        holder[last] = data.draw(ODD)
    else:
        del holder[last]
    try:
        content = resigned(signed, repository.signers[role])
    except Exception:  # what canonical JSON cannot say cannot be signed
        return
    if role == "root":
        repository.files["metadata/2.root.json"] = content
        channel = repository.channel()
    elif role == "timestamp":
        channel = TrustedChannel(MemoryFetcher(changed(repository, timestamp=content)), repository.first_root, clock=lambda: NOW)
    elif role == "snapshot":
        thief = honest()
        thief.files[current(thief, role)] = content
        thief.timestamp.snapshot_meta = MetaFile.from_data(thief.snapshot.version, content, ["sha256"])
        thief.publish_timestamp()
        channel = thief.channel()
    else:
        channel = _with(repository, role, content)
    try:
        got = read_all(channel)
    except PackError:
        return
    assert all(honest_content == got[path] for path, honest_content in {PACK: CONTENT}.items() if path in got)


def test_kept_metadata_that_was_tampered_with_is_fetched_anew() -> None:
    repository = honest()
    good = trusted(repository)
    for name in good:
        for content in (b"", LOGIN, good[name][:-9], good["timestamp.json" if name != "timestamp.json" else "snapshot.json"]):
            channel = repository.channel({**good, name: content})
            assert read_all(channel) and channel.find("320000/x/x") is None and dict(channel.metadata).keys() >= {"timestamp.json", "snapshot.json", "targets.json"}
            assert channel.metadata[name] == good[name]
