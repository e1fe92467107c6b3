"""The channel with an honest bureau: what is found, what is asked for, what is kept."""
from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from medrules.packs.channel import TrustedChannel, UntrustedChannel
from medrules.packs.channel.client import MOST_ROOTS
from tests.packs.repository import NATIONAL, NOW, OPENSSL, ZHEJIANG, MemoryFetcher, Repository, signer

PACK, CONTENT = "100000/national/national-2026.7.1.mrpack", b"the national pack"
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl program here")


def honest(sm2: bool = False) -> Repository:
    repository = Repository(sm2=sm2)
    repository.add(NATIONAL, PACK, CONTENT)
    repository.add(ZHEJIANG, "330000/zhejiang/zhejiang-1.0.0.mrpack", b"the pack of Zhejiang")
    repository.publish()
    return repository


@pytest.mark.parametrize("sm2", [False, pytest.param(True, marks=needs_openssl)])
def test_a_first_update(sm2: bool) -> None:
    repository = honest(sm2)
    channel = repository.channel()
    state = channel.refresh()
    assert state.issued == state.clock_floor == NOW and state.expires == NOW + timedelta(days=2)
    assert dict(state.versions) == {"root": 1, "timestamp": 2, "snapshot": 2, "targets": 2}
    assert channel.target(PACK) == CONTENT
    facts = channel.find("330000/zhejiang/zhejiang-1.0.0.mrpack")
    assert facts is not None and (facts.length, facts.role) == (20, ZHEJIANG)
    assert channel.find("330000/zhejiang/zhejiang-9.9.9.mrpack") is None
    assert channel.state().versions[ZHEJIANG] == 2
    assert set(channel.metadata) == {"timestamp.json", "snapshot.json", "targets.json", "national.json", "province-33.json"}


def test_nothing_new_costs_two_small_requests() -> None:
    repository = honest()
    first = repository.channel()
    first.refresh()
    first.find(PACK)
    second = repository.channel(first.metadata)
    fetcher = MemoryFetcher(repository.files)
    second = TrustedChannel(fetcher, repository.first_root, metadata=first.metadata, clock=lambda: NOW)
    second.refresh()
    assert second.find(PACK) is not None
    assert fetcher.asked == ["metadata/2.root.json", "metadata/timestamp.json"]
    assert dict(second.metadata) == dict(first.metadata)


def test_a_new_release_is_seen_and_the_old_metadata_let_go() -> None:
    repository = honest()
    channel = repository.channel()
    channel.refresh()
    repository.pass_time(timedelta(hours=1))
    repository.add(NATIONAL, "100000/national/national-2026.8.0.mrpack", b"newer")
    repository.publish(NATIONAL)
    later = repository.channel(channel.metadata, floor=channel.state().clock_floor)
    assert later.refresh().versions["snapshot"] == 3
    assert later.target("100000/national/national-2026.8.0.mrpack") == b"newer"
    assert later.state().versions[NATIONAL] == 3


def test_a_role_that_ends_leaves_the_kept_metadata() -> None:
    """A snapshot never drops a role, so this takes a new snapshot key, as after a theft."""
    repository = honest()
    channel = repository.channel()
    channel.refresh()
    channel.find("330000/zhejiang/x")
    assert "province-33.json" in channel.metadata
    assert repository.targets.delegations is not None and repository.targets.delegations.roles is not None
    del repository.targets.delegations.roles[ZHEJIANG], repository.roles[ZHEJIANG]
    del repository.snapshot.meta["province-33.json"]
    repository.root.revoke_key(repository.signers["snapshot"][0].public_key.keyid, "snapshot")
    repository.signers["snapshot"] = [signer("another snapshot")]
    repository.root.add_key(repository.signers["snapshot"][0].public_key, "snapshot")
    repository.rotate_root()
    repository.publish()
    later = repository.channel(channel.metadata)
    later.refresh()
    assert later.find("330000/zhejiang/zhejiang-1.0.0.mrpack") is None
    assert "province-33.json" not in later.metadata and later.target(PACK) == CONTENT


def test_roots_follow_each_other_and_are_checked_again_from_the_first() -> None:
    repository = honest()
    for turn in range(3):
        old = repository.signers["root"]
        repository.signers["root"] = [signer(f"root of turn {turn}, {n}") for n in range(5)]
        for one in old:
            repository.root.revoke_key(one.public_key.keyid, "root")
        for one in repository.signers["root"]:
            repository.root.add_key(one.public_key, "root")
        repository.rotate_root(old)
    channel = repository.channel()
    assert channel.refresh().versions["root"] == 4
    assert {n for n in channel.metadata if "root" in n} == {f"root_history/{n}.root.json" for n in (2, 3, 4)}
    tampered = {**channel.metadata, "root_history/3.root.json": channel.metadata["root_history/2.root.json"]}
    again = repository.channel(tampered)
    assert again.refresh().versions["root"] == 4 and dict(again.metadata) == dict(channel.metadata)


def test_more_roots_than_one_refresh_takes() -> None:
    repository = honest()
    for _ in range(MOST_ROOTS + 3):
        repository.rotate_root()
    channel = repository.channel()
    with pytest.raises(UntrustedChannel) as refusal:
        channel.refresh()
    assert refusal.value.code == "MR-P212"
    assert channel.refresh().versions["root"] == MOST_ROOTS + 4
    assert repository.channel(channel.metadata).refresh().versions["root"] == MOST_ROOTS + 4


def test_exactly_as_many_roots_as_one_refresh_takes() -> None:
    repository = honest()
    for _ in range(MOST_ROOTS):
        repository.rotate_root()
    assert repository.channel().refresh().versions["root"] == MOST_ROOTS + 1


def test_medrules_itself_never_imports_tuf() -> None:
    code = ("import sys, medrules, medrules.packs, medrules.packs.crypto.sm2\n"
            "print([m for m in ('tuf', 'securesystemslib', 'requests', 'urllib3', 'cryptography') if m in sys.modules])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
