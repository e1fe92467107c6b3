"""Files that nobody entitled has signed: wrong keys, stripped and doubled signatures, roles in each other's place, other authorities' paths."""
from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from tuf.api.metadata import MetaFile, Targets

from medrules.errors import PackError
from medrules.packs.channel import SM2Key, TrustedChannel, UntrustedChannel
from medrules.packs.crypto.curve import SM2_CURVE
from medrules.packs.crypto.sm2 import write_der
from tests.packs.channel.attacks import (
    CONTENT,
    HONEST,
    JIANGSU,
    NATIONAL,
    PACK,
    TOP,
    ZHEJIANG_PACK,
    changed,
    current,
    honest,
    read_all,
    refused,
    resigned,
    signed_of,
    trusted,
)
from tests.packs.repository import NOW, OPENSSL, MemoryFetcher, Repository, signer, sm2_signer

ROLES = (*TOP, NATIONAL)
Signatures = list[dict[str, Any]]

# What may stand in place of the signatures of a file; each entry makes too few of them hold.
BENT: dict[str, Callable[[Signatures], Any]] = {
    "none": lambda s: [], "empty texts": lambda s: [{**one, "sig": ""} for one in s], "zeros": lambda s: [{**one, "sig": "00" * 64} for one in s],
    "one bit": lambda s: [{**one, "sig": f"{int(one['sig'][0], 16) ^ 1:x}{one['sig'][1:]}"} for one in s],
    "each other's": lambda s: [{**one, "sig": other["sig"]} for one, other in zip(s, [*s[1:], s[0]], strict=True)] if len(s) > 1 else [],
    "unknown ids": lambda s: [{**one, "keyid": "0" * 64} for one in s], "one many times": lambda s: [s[0]] * 9,
    "the first alone, twice": lambda s: [s[0], {**s[0], "keyid": s[0]["keyid"].upper()}] if len(s) > 1 else [],
    "no list": lambda s: {}, "null": lambda s: None, "texts": lambda s: ["x"], "no sig": lambda s: [{"keyid": s[0]["keyid"]}],
    "numbers": lambda s: [{**one, "sig": 1} for one in s],
}


def rehashed(repository: Repository, role: str, content: bytes) -> dict[str, bytes]:
    """The repository with `content` as the metadata of a role; hashes follow, so that only signatures are left to catch it. The online keys are stolen."""
    if role in ("root", "timestamp"):
        return changed(repository, **{role: content})
    thief = honest()
    thief.files[current(thief, role)] = content
    if role == "snapshot":
        thief.timestamp.snapshot_meta = MetaFile.from_data(thief.snapshot.version, content, ["sha256"])
        thief.publish_timestamp()
    else:
        thief.snapshot.meta[f"{role}.json"] = MetaFile.from_data(thief.snapshot.meta[f"{role}.json"].version, content, ["sha256"])
        thief.publish_snapshot()
    return thief.files


@pytest.mark.parametrize("bent", BENT)
@pytest.mark.parametrize("role", ROLES)
def test_signatures_that_do_not_hold(role: str, bent: str) -> None:
    repository = honest()
    if role == "root":
        repository.rotate_root()
    file = json.loads(repository.files[current(repository, role)])
    content = json.dumps({**file, "signatures": BENT[bent](file["signatures"])}).encode()
    files = rehashed(repository, role, content) if role != "root" else {**repository.files, "metadata/2.root.json": content}
    if role in ("snapshot", NATIONAL, "targets"):
        repository.publish()
        repository.publish()  # the bureau is ahead of the thief again
    refused(repository, files, "MR-P203", "MR-P207")


def test_a_pinned_root_without_signatures_is_no_root() -> None:
    repository = honest()
    file = json.loads(repository.first_root)
    for signatures in ([], file["signatures"][:2]):
        repository.files["metadata/1.root.json"] = json.dumps({**file, "signatures": signatures}).encode()
        with pytest.raises(UntrustedChannel) as refusal:
            repository.channel().refresh()
        assert refusal.value.code == "MR-P203"


@pytest.mark.parametrize("role", ROLES)
def test_the_right_content_signed_by_strangers(role: str) -> None:
    repository = honest()
    if role == "root":
        repository.rotate_root()
    content = resigned(repository.files[current(repository, role)], [signer(f"stranger {n}") for n in range(5)])
    files = rehashed(repository, role, content) if role != "root" else {**repository.files, "metadata/2.root.json": content}
    repository.publish()
    repository.publish()
    refused(repository, files, "MR-P203")


def test_one_signature_less_than_the_threshold() -> None:
    repository = honest()
    for role, count in (("targets", 1), (NATIONAL, 1)):
        content = resigned(repository.files[current(repository, role)], repository.signers[role][:count])
        files = rehashed(repository, role, content)
        repository.publish()
        repository.publish()
        refused(repository, files, "MR-P203")
    repository.rotate_root()
    root = resigned(repository.files["metadata/2.root.json"], repository.signers["root"][:2])
    refused(repository, {**repository.files, "metadata/2.root.json": root}, "MR-P203")


def test_a_new_root_needs_the_old_people_and_the_new() -> None:
    repository = honest()
    old = repository.signers["root"]
    repository.signers["root"] = [signer(f"new root {n}") for n in range(5)]
    for one in old:
        repository.root.revoke_key(one.public_key.keyid, "root")
    for one in repository.signers["root"]:
        repository.root.add_key(one.public_key, "root")
    good = repository.rotate_root(old)
    for bad in (resigned(good, repository.signers["root"]), resigned(good, old), resigned(good, [*old[:2], *repository.signers["root"]])):
        refused(repository, {**repository.files, "metadata/2.root.json": bad}, "MR-P203")


def test_keys_that_a_file_brings_along_do_not_count() -> None:
    """A role's own metadata lists keys under `delegations`; a pack may hold a key as well. Neither says who may sign the role."""
    repository = honest()
    thief = [signer("thief 1"), signer("thief 2")]
    signed = signed_of(repository.files[current(repository, NATIONAL)])
    keys = {one.public_key.keyid: one.public_key.to_dict() for one in thief}
    signed["delegations"] = {"keys": keys, "roles": [
        {"name": NATIONAL, "keyids": list(keys), "threshold": 1, "terminating": True, "paths": ["100000/*/*"]}]}
    files = rehashed(repository, NATIONAL, resigned(signed, thief))
    repository.publish()
    repository.publish()
    refused(repository, files, "MR-P203")


@pytest.mark.parametrize("threshold", [0, -1])
@pytest.mark.parametrize("role", TOP)
def test_a_threshold_of_nobody(role: str, threshold: int) -> None:
    repository = honest()
    signed = signed_of(repository.first_root)
    signed["version"] = 2
    signed["roles"][role]["threshold"] = threshold
    refused(repository, {**repository.files, "metadata/2.root.json": resigned(signed, repository.signers["root"])}, "MR-P207")


def test_a_delegated_threshold_of_nobody() -> None:
    repository = honest()
    signed = signed_of(repository.files[current(repository, "targets")])
    signed["delegations"]["roles"][0]["threshold"] = 0
    files = rehashed(repository, "targets", resigned(signed, repository.signers["targets"]))
    repository.publish()
    repository.publish()
    refused(repository, files, "MR-P207")


@pytest.mark.parametrize("where", ["root", "targets"])
def test_one_key_under_two_ids(where: str) -> None:
    """Two ids, one key, a threshold of two: one person could sign for two."""
    repository = honest()
    one = repository.signers["targets" if where == "root" else NATIONAL][0].public_key
    content = repository.first_root if where == "root" else repository.files[current(repository, "targets")]
    signed = signed_of(content)
    holder = signed if where == "root" else signed["delegations"]
    holder["keys"]["f" * 64] = one.to_dict()
    role = signed["roles"]["targets"] if where == "root" else next(r for r in holder["roles"] if r["name"] == NATIONAL)
    role["keyids"] = [one.keyid, "f" * 64]
    if where == "root":
        signed["version"] = 2
        files = {**repository.files, "metadata/2.root.json": resigned(signed, repository.signers["root"])}
    else:
        files = rehashed(repository, "targets", resigned(signed, repository.signers["targets"]))
        repository.publish()
        repository.publish()
    refused(repository, files, "MR-P213")


@pytest.mark.parametrize("victim", ["timestamp", "snapshot", "targets", NATIONAL])
@pytest.mark.parametrize("liar", [*TOP, NATIONAL, JIANGSU])
def test_a_file_in_anothers_place(victim: str, liar: str) -> None:
    if victim == liar:
        return
    repository = honest()
    files = rehashed(repository, victim, repository.files[current(repository, liar)])
    repository.publish()
    repository.publish()
    refused(repository, files, "MR-P203", "MR-P205", "MR-P207")


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", NATIONAL])
@pytest.mark.parametrize("key", ["timestamp", "snapshot", "targets", NATIONAL, JIANGSU])
def test_a_role_signed_with_another_roles_keys(role: str, key: str) -> None:
    if role == key:
        return
    repository = honest()
    files = rehashed(repository, role, resigned(repository.files[current(repository, role)], repository.signers[key]))
    repository.publish()
    repository.publish()
    refused(repository, files, "MR-P203")


def test_one_province_under_anothers_name() -> None:
    """Jiangsu's people list a pack under Zhejiang's path and under the nation's: nobody asks them."""
    repository = honest()
    forged = {path: b"not of " + path.encode() for path in HONEST}
    for path, content in forged.items():
        repository.add(JIANGSU, path, content)
    repository.add(JIANGSU, "330000/zhejiang/zhejiang-9.0.0.mrpack", b"newer than anything")
    repository.publish(JIANGSU)
    channel = repository.channel()
    assert read_all(channel) == HONEST
    assert channel.find("330000/zhejiang/zhejiang-9.0.0.mrpack") is None
    with pytest.raises(UntrustedChannel) as refusal:
        channel.target("330000/zhejiang/zhejiang-9.0.0.mrpack")
    assert refusal.value.code == "MR-P209"


def test_one_pack_in_anothers_place() -> None:
    repository = honest()
    national, zhejiang = sorted(p for p in repository.files if p.startswith("targets/"))
    for victim, liar, path in ((national, zhejiang, PACK), (zhejiang, national, ZHEJIANG_PACK)):
        files = {**repository.files, victim: repository.files[liar]}
        channel = TrustedChannel(MemoryFetcher(files), repository.first_root, clock=lambda: NOW)
        with pytest.raises(PackError) as refusal:
            channel.target(path)
        assert refusal.value.code in ("MR-P201", "MR-P206")
    assert read_all(repository.channel()) == HONEST


def test_a_delegation_deeper_down_stays_within_its_path() -> None:
    """Zhejiang hands a city to a role of its own; that role's lists reach no further than Zhejiang's."""
    repository = honest()
    city = Targets(expires=repository.roles[NATIONAL].expires)
    signed = signed_of(repository.files[current(repository, "province-33")])
    key = signer("city").public_key
    signed["delegations"] = {"keys": {key.keyid: key.to_dict()}, "roles": [
        {"name": "city", "keyids": [key.keyid], "threshold": 1, "terminating": True, "paths": ["*/*/*"]}]}
    signed["version"] += 1
    repository.roles["province-33"] = Targets.from_dict(signed)
    repository.roles["province-33"].version -= 1
    repository.roles["city"], repository.signers["city"] = city, [signer("city")]
    repository.add("city", "330100/hangzhou/hangzhou-1.0.0.mrpack", b"of the city")
    repository.add("city", "100000/national/national-9.0.0.mrpack", b"far above its station")
    repository.publish()
    channel = repository.channel()
    assert channel.target("330100/hangzhou/hangzhou-1.0.0.mrpack") == b"of the city"
    assert channel.find("100000/national/national-9.0.0.mrpack") is None and channel.target(PACK) == CONTENT


def test_a_revoked_key() -> None:
    repository = honest()
    metadata = trusted(repository)
    old = repository.signers["timestamp"]
    repository.root.revoke_key(old[0].public_key.keyid, "timestamp")
    repository.signers["timestamp"] = [signer("timestamp of today")]
    repository.root.add_key(repository.signers["timestamp"][0].public_key, "timestamp")
    repository.rotate_root()
    repository.publish()
    thief = resigned(repository.files["metadata/timestamp.json"], old)
    refused(repository, changed(repository, timestamp=thief), "MR-P203", metadata=metadata)
    lost = repository.signers[NATIONAL][0]
    assert repository.targets.delegations is not None
    repository.targets.revoke_key(lost.public_key.keyid, NATIONAL)
    repository.signers[NATIONAL] = repository.signers[NATIONAL][1:]
    repository.publish()
    content = resigned(repository.files[current(repository, NATIONAL)], [lost, repository.signers[NATIONAL][0]])
    repository.files[current(repository, NATIONAL)] = content
    repository.snapshot.meta["national.json"] = MetaFile.from_data(repository.roles[NATIONAL].version, content, ["sha256"])
    repository.publish_snapshot()
    with pytest.raises(PackError) as refusal:
        read_all(repository.channel())
    assert refusal.value.code == "MR-P203"


@pytest.mark.skipif(OPENSSL is None, reason="no openssl program here")
def test_malformed_sm2_signatures() -> None:
    repository = Repository(sm2=True)
    repository.add(NATIONAL, PACK, CONTENT)
    repository.publish()
    path = "metadata/timestamp.json"
    file = json.loads(repository.files[path])
    good = bytes.fromhex(file["signatures"][0]["sig"])
    n = SM2_CURVE.n
    bad = [write_der(0, 1), write_der(1, 0), write_der(n, 1), write_der(1, n), write_der(n - 1, 1), write_der(1, 1), good + b"\x00", good[:-1], b"", b"\x30\x00",
           good[:1] + b"\x81" + good[1:]]
    for text in [*(one.hex() for one in bad), good.hex().upper(), " " + good.hex(), good.hex()[:-1], "é"]:
        repository.files[path] = json.dumps({**file, "signatures": [{**file["signatures"][0], "sig": text}]}).encode()
        with pytest.raises(UntrustedChannel) as refusal:
            repository.channel().refresh()
        assert refusal.value.code == "MR-P203", text
    repository.files[path] = json.dumps(file).encode()
    assert repository.channel().refresh()


@pytest.mark.skipif(OPENSSL is None, reason="no openssl program here")
def test_sm2_keys_that_are_none_make_a_root_unreadable() -> None:
    repository = honest()
    key = sm2_signer("root 0").public_key
    assert isinstance(key, SM2Key)
    spki = base64.b64decode("".join(key.keyval["public"].splitlines()[1:-1]))
    off = spki[:-1] + bytes([spki[-1] ^ 1])
    pem = f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(off).decode()}\n-----END PUBLIC KEY-----\n"
    for keyval in ({"public": pem}, {"public": ""}, {"public": 1}, {}, {"public": key.keyval["public"], "private": "x"}, {"public": key.keyval["public"] + "\n"}):
        signed = signed_of(repository.first_root)
        signed["version"] = 2
        signed["keys"][key.keyid] = {"keytype": "sm2", "scheme": "sm2-sm3", "keyval": keyval}
        signed["roles"]["root"]["keyids"].append(key.keyid)
        refused(repository, {**repository.files, "metadata/2.root.json": resigned(signed, repository.signers["root"])}, "MR-P207")
