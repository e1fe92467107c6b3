"""Old files for new ones, frozen and expired channels, mixtures of releases, and clocks that are wrong."""
from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from tuf.api.metadata import MetaFile

from medrules.errors import PackError
from medrules.packs.channel import TrustedChannel
from medrules.packs.channel.client import CLOCK_TOLERANCE
from tests.packs.channel.attacks import HONEST, NATIONAL, PACK, ZHEJIANG_PACK, changed, current, honest, read_all, refused, trusted
from tests.packs.repository import NOW, MemoryFetcher, Repository, signer


def test_an_older_timestamp() -> None:
    repository = honest()
    old = dict(repository.files)
    repository.publish()
    refused(repository, {**repository.files, "metadata/timestamp.json": old["metadata/timestamp.json"]}, "MR-P205", metadata=trusted(repository))


def test_an_older_timestamp_of_the_same_snapshot() -> None:
    """Nothing but the time of signing differs: an old one would make the channel seem staler than it is, or fresher to a clock set back."""
    repository = honest()
    old = repository.files["metadata/timestamp.json"]
    repository.pass_time(timedelta(hours=5))
    repository.publish_timestamp()
    refused(repository, changed(repository, timestamp=old), "MR-P205", metadata=trusted(repository))


@pytest.mark.parametrize("role", ["snapshot", "targets", "national"])
def test_an_older_file_under_the_newer_name(role: str) -> None:
    repository = honest()
    old = repository.files[current(repository, role)]
    before = trusted(repository)
    repository.publish()
    refused(repository, {**repository.files, current(repository, role): old}, "MR-P206", metadata=before)
    refused(repository, {**repository.files, current(repository, role): old}, "MR-P206")


def test_older_versions_signed_by_stolen_online_keys() -> None:
    """The thief's timestamp is one ahead; the bureau's next ones are further."""
    before = trusted(honest())
    for change in ("snapshot version", "role version", "role gone"):
        thief = honest()
        match change:
            case "snapshot version":
                thief.timestamp.snapshot_meta = MetaFile(2)
                thief.timestamp.version += 1
                thief.publish_timestamp()
            case "role version":
                thief.snapshot.meta["national.json"] = MetaFile(2)
                thief.publish_snapshot()
            case _:
                del thief.snapshot.meta["province-32.json"]
                thief.publish_snapshot()
        repository = honest()
        for _ in range(2):
            repository.publish()
        refused(repository, thief.files, "MR-P205", metadata=before)


@pytest.mark.parametrize("version", [1, 3])
def test_a_root_that_does_not_follow(version: int) -> None:
    repository = honest()
    repository.root.version = version
    bad = repository.publish_root()
    repository.root.version = 1
    repository.files = {k: v for k, v in repository.files.items() if not k.endswith("3.root.json")}
    repository.publish_root()
    refused(repository, {**repository.files, "metadata/2.root.json": bad}, "MR-P205")


def test_a_frozen_channel_ages_and_then_expires() -> None:
    repository = honest()
    metadata = trusted(repository)
    for hours in (1, 24, 47):
        at = NOW + timedelta(hours=hours)
        channel = repository.channel(metadata, now=at)
        assert channel.refresh().issued == NOW  # the status can say how old it is
    for hours in (48, 49, 24 * 400):
        refused(repository, repository.files, "MR-P204", metadata=metadata, now=NOW + timedelta(hours=hours))


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", "national"])
def test_each_role_expired(role: str) -> None:
    repository, renewed = honest(), honest()
    for one in (repository.root, repository.timestamp, repository.snapshot, repository.targets, *repository.roles.values()):
        one.expires = NOW + timedelta(days=500)
    signed = repository.roles[role] if role in repository.roles else getattr(repository, role)
    signed.expires = NOW - timedelta(seconds=1)
    repository.files = {k: v for k, v in repository.files.items() if "root" not in k}
    repository.publish_root()
    repository.publish()
    channel = repository.channel()
    with pytest.raises(PackError) as refusal:
        read_all(channel)
    assert refusal.value.code == "MR-P204" and role in str(refusal.value)
    assert renewed.channel().refresh()


def test_every_mixture_of_two_releases() -> None:
    """Each logical file from the one or the other release, for a new hospital and for one that knows the first."""
    repository = Repository()
    old_content = {PACK: b"release one of national", ZHEJIANG_PACK: b"release one of Zhejiang"}
    for release in (old_content, HONEST):
        for role, path in ((NATIONAL, PACK), ("province-33", ZHEJIANG_PACK)):
            repository.add(role, path, release[path])
        repository.publish()
        if release is old_content:
            first, metadata = dict(repository.files), trusted(repository)
            kinds = ("timestamp", "snapshot", "targets", "national", "province-33")
            names = {kind: current(repository, kind) for kind in kinds}
    seen = set()
    for choice in product((0, 1), repeat=len(kinds)):
        files = {**repository.files}
        for kind, newer in zip(kinds, choice, strict=True):
            content = repository.files[current(repository, kind)] if newer else first[names[kind]]
            files[names[kind]] = files[current(repository, kind)] = content
        for known in (None, metadata):
            channel = TrustedChannel(MemoryFetcher(files), repository.first_root, metadata=known, clock=lambda: NOW)
            try:
                got = read_all(channel)
            except PackError:
                outcome = "refused"
            else:
                assert got in (old_content, HONEST), choice
                outcome = "old" if got == old_content else "new"
            seen.add((choice, known is None, outcome))
            assert read_all(repository.channel(channel.metadata)) == HONEST
    assert {o for c, _, o in seen if len(set(c)) == 1} == {"old", "new"}
    assert len(seen) == 64 and sum(o == "refused" for *_, o in seen) >= 32
    assert all(o == "refused" for c, fresh, o in seen if fresh and c[:2] in ((0, 1), (1, 0)))


def test_a_clock_that_is_behind_what_was_seen() -> None:
    repository = honest()
    channel = repository.channel()
    floor = channel.refresh().clock_floor
    assert floor == NOW
    for back, believed in ((timedelta(0), True), (CLOCK_TOLERANCE, True), (CLOCK_TOLERANCE + timedelta(seconds=1), False), (timedelta(days=730), False)):
        later = repository.channel(channel.metadata, now=NOW - back, floor=floor)
        if believed:
            assert later.refresh().clock_floor == floor
        else:
            with pytest.raises(PackError) as refusal:
                later.refresh()
            assert refusal.value.code == "MR-P210" and later.metadata == channel.metadata


def test_a_clock_that_runs_ahead_and_is_put_right() -> None:
    repository = honest()
    metadata = trusted(repository)
    wrong = repository.channel(metadata, now=NOW + timedelta(days=3650))
    with pytest.raises(PackError) as refusal:
        wrong.refresh()
    assert refusal.value.code == "MR-P204"
    right = repository.channel(wrong.metadata, floor=NOW)
    assert right.refresh().clock_floor == NOW


def test_a_clock_that_jumps_while_a_channel_is_open() -> None:
    repository = honest()
    at = [NOW]
    channel = TrustedChannel(MemoryFetcher(repository.files), repository.first_root, clock=lambda: at[0])
    channel.refresh()
    at[0] = NOW - timedelta(days=2)
    with pytest.raises(PackError) as refusal:
        channel.refresh()
    assert refusal.value.code == "MR-P210"
    with pytest.raises(PackError):
        channel.target(PACK)  # nothing is given out after a refusal
    at[0] = NOW + timedelta(hours=1)
    assert channel.refresh() and channel.target(PACK) == HONEST[PACK]


def test_a_thief_cannot_raise_the_floor() -> None:
    """A timestamp signed with the stolen key for the year 2099 would make every honest clock seem to be behind."""
    repository = honest()
    metadata = trusted(repository)
    thief = honest()
    thief.now = NOW + timedelta(days=365 * 73)
    thief.publish_timestamp()
    channel = TrustedChannel(MemoryFetcher(thief.files), repository.first_root, metadata=metadata, clock=lambda: NOW, clock_floor=NOW)
    with pytest.raises(PackError) as refusal:
        channel.refresh()
    assert refusal.value.code == "MR-P210" and dict(channel.metadata) == metadata
    assert repository.channel(channel.metadata, floor=NOW).refresh().clock_floor == NOW


def test_fast_forward_and_the_way_back() -> None:
    """Stolen online keys raise the versions as far as they go; new keys in a new root let hospitals forget them."""
    repository = honest()
    repository.timestamp.version = repository.snapshot.version = 2**40
    repository.snapshot.meta["national.json"] = MetaFile(2**40)
    repository.publish_snapshot()
    metadata = trusted(honest())
    hurt = repository.channel(metadata)
    with pytest.raises(PackError):
        read_all(hurt)  # the thief has no key of national
    assert any(b"1099511627777" in content for content in hurt.metadata.values())

    mended = honest()
    for role in ("snapshot", "timestamp"):
        for old in mended.signers[role]:
            mended.root.revoke_key(old.public_key.keyid, role)
        mended.signers[role] = [signer(f"new {role}")]
        mended.root.add_key(mended.signers[role][0].public_key, role)
    mended.rotate_root()
    mended.publish()
    after = mended.channel(hurt.metadata)
    assert read_all(after) == HONEST and after.state().versions["timestamp"] == 4
    thief_again = TrustedChannel(MemoryFetcher({**mended.files, "metadata/timestamp.json": repository.files["metadata/timestamp.json"]}),
                                 mended.first_root, metadata=after.metadata, clock=lambda: NOW)
    with pytest.raises(PackError) as refusal:
        thief_again.refresh()
    assert refusal.value.code == "MR-P203"
