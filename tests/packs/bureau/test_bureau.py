"""A bureau's ordinary work: key ceremony, delegation, publishing by several people, rollout, withdrawal, new keys."""
from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import TargetFile

from medrules.packs.archive import read_pack_file
from medrules.packs.bureau import BureauError, publish, renew, rollout, rotate, status, withdraw
from medrules.packs.bureau.keys import load_signer, make_key, read_public
from medrules.packs.bureau.roles import RoleKeys, create, delegate, next_version
from medrules.packs.releases import ALL, Place, Rollout
from medrules.packs.versions import Version
from tests.packs.bureau.office import ONLINE, PASSPHRASE, Office
from tests.packs.repository import OPENSSL
from tests.packs.samples import pack_file

needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl program here")
HERE = Place("H33010600001", "330106", "三级")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.open()
    return made


def refused(code: str) -> pytest.RaisesExc[BureauError]:
    return pytest.RaisesExc(BureauError, check=lambda error: error.code == code)


def test_from_the_ceremony_to_a_hospital(office: Office) -> None:
    made = office.publish("2026.7.1", percent=1000, mode="shadow")
    assert (made.role, made.identity, made.release.mode) == ("province-33", "330000/demo", "shadow") and made.changes.startswith("# ")
    before = office.files()
    office.sign("zj-1")
    assert dict(office.refresh().waiting) == {"province-33": 1}
    assert {k for k, v in office.files().items() if before.get(k) != v} == {"metadata/timestamp.json"}
    office.sign("zj-2")
    done = office.refresh()
    assert dict(done.versions) == {"province-33": 2, "snapshot": 2, "timestamp": 3} and not done.waiting
    channel = office.channel()
    channel.refresh()
    pack = channel.target("330000/demo/demo-2026.7.1.mrpack")
    assert read_pack_file(pack).sha256 == office.releases().releases[0].sha256
    assert office.folder.names("pending") == []


def test_a_release_grows_and_is_withdrawn(office: Office) -> None:
    for version in ("2026.7.1", "2026.7.2"):
        office.publish(version, percent=ALL if version == "2026.7.1" else 1000)
        office.sign("zj-1", "zj-2")
        office.refresh()
    v2 = Version(2026, 7, 2)
    rollout(office.folder, "330000/demo", v2, office.now, percent=ALL, mode="enforce")
    office.sign("zj-1", "zj-2")
    office.refresh()
    chosen = office.releases().choose(HERE)
    assert chosen is not None and chosen.version == v2
    with refused("MR-P228"):
        rollout(office.folder, "330000/demo", v2, office.now, percent=100)
    with refused("MR-P228"):
        rollout(office.folder, "330000/demo", v2, office.now, regions=["330100"])
    withdraw(office.folder, "330000/demo", v2, "儿童用药一行年龄写错", date(2026, 7, 3), office.now)
    office.sign("zj-2", "zj-3")
    office.refresh()
    chosen = office.releases().choose(HERE)
    assert chosen is not None and chosen.version == Version(2026, 7, 1)
    gone = office.releases().named(v2)
    assert gone is not None and gone.withdrawn is not None and gone.withdrawn.reason == "儿童用药一行年龄写错"
    with refused("MR-P229"):
        withdraw(office.folder, "330000/demo", v2, "again", date(2026, 7, 3), office.now)
    channel = office.channel()
    channel.refresh()
    assert channel.target("330000/demo/demo-2026.7.2.mrpack")  # what it judged can still be shown


def test_a_rollout_limited_to_places_grows(office: Office) -> None:
    content = pack_file(version=Version(2026, 7, 1), supersedes=())
    publish(office.folder, content, Rollout("salt", 1000, ("330100",), ("三级",)), "shadow", office.now)
    one = Version(2026, 7, 1)
    for wider in ({"percent": 2000}, {"regions": ["330100", "330200"]}, {"levels": ["三级", "二级"]}, {"regions": []}, {"levels": [], "percent": ALL}):
        rollout(office.folder, "330000/demo", one, office.now, **wider)  # type: ignore[arg-type]
        for narrower in ({"percent": 999}, {"regions": ["330200"]}, {"levels": ["二级"]}):
            with refused("MR-P228"):
                rollout(office.folder, "330000/demo", one, office.now, **narrower)  # type: ignore[arg-type]
    office.sign("zj-1", "zj-2")
    office.refresh()
    (release,) = office.releases().releases
    assert (release.rollout.percent, release.rollout.regions, release.rollout.levels) == (ALL, (), ()) and release.rollout.salt == "salt"


def test_what_may_not_be_published(office: Office) -> None:
    office.publish("2026.7.1")
    with refused("MR-P227"):
        office.publish("2026.7.1")
    with refused("MR-P227"):
        office.publish("2026.7.0")
    elsewhere = pack_file(adcode="320000", supersedes=())
    with refused("MR-P223"):
        publish(office.folder, elsewhere, Rollout("s", ALL), "enforce", office.now)


def test_a_role_has_paths_of_its_own(office: Office) -> None:
    keys = office.of(["js-1", "js-2"], 2)
    for paths in (["330000/*/*"], ["330000/demo/*"], ["*/*/*"], ["320000/*"], ["３２００００/*/*"], [], ["320000/a/b"]):
        with refused("MR-P223"):
            delegate(office.folder, "province-32", paths, keys, office.now)
    for name in ("root", "snapshot", "Province", "a/b", "..", ""):
        with refused("MR-P229"):
            delegate(office.folder, name, ["320000/*/*"], keys, office.now)
    with refused("MR-P229"):
        delegate(office.folder, "national", ["320000/*/*"], keys, office.now)


@pytest.mark.parametrize(("names", "threshold"), [(["a"], 1), (["a", "b"], 1), (["a", "b"], 3), (["a", "b"], 0), ([], 0), (["a", "a"], 2)])
def test_thresholds_have_a_least(tmp_path: Path, names: list[str], threshold: int) -> None:
    office = Office(tmp_path)
    good = office.of(["x", "y"], 2)
    with refused("MR-P222"):
        create(office.folder, {"root": office.of(names, threshold), "targets": good, "snapshot": RoleKeys(good.keys, 1), "timestamp": RoleKeys(good.keys, 1)},
               office.now)
    assert not (office.folder.path / "pending").exists()


def test_nothing_goes_online_half_signed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.init()
    with refused("MR-P224"):
        office.refresh()
    office.sign("root-1", "root-2", "targets-1")
    with refused("MR-P224"):
        office.refresh()
    office.sign("targets-2")
    with refused("MR-P224"):
        office.refresh("timestamp-1")  # the snapshot key is missing
    assert not (office.folder.path / "repository").exists()
    office.refresh()
    with refused("MR-P229"):
        office.sign("root-1")
    with refused("MR-P226"):
        office.init()


def test_one_authority_does_not_wait_for_another(office: Office) -> None:
    office.delegate("province-32", ["320000/*/*"], ["js-1", "js-2"])
    office.sign("targets-1", "targets-2")  # Jiangsu has not signed its first metadata
    office.publish("2026.7.1")
    office.sign("zj-1", "zj-2")
    done = office.refresh()
    assert done.versions["province-33"] == 2 and "targets" not in done.versions and dict(done.waiting) == {"province-32": 2, "targets": 0}
    office.sign("js-1", "js-2")
    assert office.refresh().versions["targets"] == 2


def test_new_people_for_every_role(office: Office) -> None:
    metadata = None
    for role, old, new, signers in (
            ("root", "root-1", "root-9", ["root-2", "root-3", "root-9"]), ("targets", "targets-1", "targets-9", ["root-2", "root-3", "targets-9", "targets-2"]),
            ("province-33", "zj-1", "zj-9", ["targets-2", "targets-3", "zj-9", "zj-2"]), ("snapshot", "snapshot-1", "snapshot-9", ["root-2", "root-3"]),
            ("timestamp", "timestamp-1", "timestamp-9", ["root-2", "root-9"])):
        rotate(office.folder, role, [office.key(new)], [old], None, office.now)
        office.sign(*signers)
        office.refresh("snapshot-1", "timestamp-1", *(["snapshot-9"] if office.keys.joinpath("snapshot-9.pem").exists() else []),
                       *(["timestamp-9"] if office.keys.joinpath("timestamp-9.pem").exists() else []))
        assert not office.folder.pending()
        channel = office.channel(metadata)
        channel.refresh()
        channel.find("330000/x/x")
        metadata = channel.metadata
    roles = {one.role: one for one in status(office.folder).roles}
    assert roles["root"].version == 5 and [k.split("（")[0] for k in roles["province-33"].keys] == ["zj-2", "zj-3", "zj-9"]
    with refused("MR-P222"):
        rotate(office.folder, "root", [], ["root-2", "root-3"], None, office.now)
    with refused("MR-P229"):
        rotate(office.folder, "root", [], ["nobody"], None, office.now)


def test_the_timestamp_alone_is_renewed(office: Office) -> None:
    before = office.files()
    office.pass_time(days=1)
    assert dict(office.refresh("timestamp-1").versions) == {"timestamp": 2}
    assert {k for k, v in office.files().items() if before.get(k) != v} == {"metadata/timestamp.json"}
    office.pass_time(days=20)
    with refused("MR-P224"):
        office.refresh("timestamp-1")  # the snapshot is past half its time
    assert dict(office.refresh().versions) == {"snapshot": 2, "timestamp": 3}


def test_a_year_without_a_change(office: Office) -> None:
    office.pass_time(days=360)
    office.refresh()
    office.pass_time(days=6)
    with refused("MR-P226") as refusal:
        office.refresh()
    assert "MR-P204" in str(refusal.value)
    for role in ("targets", "national", "province-33"):
        renew(office.folder, role, office.now)
    office.sign("targets-1", "targets-2", "national-1", "national-3", "zj-1", "zj-2")
    assert dict(office.refresh().versions) == {"targets": 2, "national": 2, "province-33": 2, "snapshot": 3, "timestamp": 3}
    renew(office.folder, "root", office.now)
    office.sign("root-2", "root-3")
    assert office.refresh().versions["root"] == 2
    for role in ("snapshot", "timestamp", "nobody"):
        with refused("MR-P229"):
            renew(office.folder, role, office.now)


def test_status_says_who_and_until_when(office: Office) -> None:
    office.publish("2026.7.1")
    office.sign("zj-2")
    found = status(office.folder)
    assert [one.role for one in found.roles] == ["root", "targets", "snapshot", "timestamp", "national", "province-33"]
    assert found.roles[0].expires == office.now + timedelta(days=730) and found.roles[5].paths == ("330000/*/*",)
    (waiting,) = found.pending
    assert waiting.role == "province-33" and waiting.missing == 1 and waiting.signed[0].startswith("zj-2") and len(waiting.may_sign) == 2
    assert len(waiting.digest) == 64 and asdict(waiting)
    office.sign("zj-1")
    office.refresh()
    assert [str(r.version) for index in status(office.folder).packs for r in index.releases] == ["2026.7.1"]


@pytest.mark.parametrize("path", [
    "../../../evil", "330000/../evil", "330000/demo/../../evil", "330000/demo", "/etc/passwd", "330000/demo/a/b", "C:/x/y", "330000/demo/.hidden", "330000/Demo/x",
    "330000/demo/x\n", "330000//x", "３３００００/demo/x"])
def test_signed_paths_do_not_choose_where_this_machine_writes(office: Office, path: str) -> None:
    """The people of a role sign a list by hand, with a path of another form."""
    metadata = next_version(office.folder, "province-33", office.now)
    metadata.signed.targets[path] = TargetFile.from_data(path, b"evil", ["sha256"])
    for name in ("zj-1", "zj-2"):
        signer = office.signer(name)
        metadata.signatures[signer.public.key.keyid] = signer.sign(metadata.signed_bytes)
    office.folder.put_pending("province-33", metadata)
    before = office.files()
    for work in (office.refresh, lambda: status(office.folder), lambda: office.sign("zj-3")):
        with refused("MR-P223"):
            work()
    assert office.files() == before


def test_people_read_what_they_sign(office: Office, tmp_path: Path) -> None:
    first = Office(tmp_path / "first")
    first.init()
    told = {one.role: one.changes for one in status(first.folder).pending}
    assert "+ root 门限 threshold：2" in told["root"] and any(line.startswith("+ timestamp 钥匙 key timestamp-1（") for line in told["root"])
    office.publish("2026.7.1", percent=1000, mode="shadow")
    office.sign("zj-1", "zj-2")
    office.refresh()
    withdraw(office.folder, "330000/demo", Version(2026, 7, 1), "年龄写错", date(2026, 7, 3), office.now)
    office.publish("2026.7.2")
    rotate(office.folder, "targets", [office.key("targets-9")], ["targets-1"], None, office.now)
    office.delegate("province-32", ["320000/*/*"], ["js-1", "js-2"])
    told = {one.role: one.changes for one in status(office.folder).pending}
    assert sorted(line.split("（")[0] for line in told["root"][:-1]) == ["+ targets 钥匙 key targets-9", "- targets 钥匙 key targets-1"]
    assert "+ province-32 路径 paths：320000/*/*" in told["targets"]
    assert any(line.startswith("~ 发布 release 330000/demo 2026.7.1：shadow") and "年龄写错" in line for line in told["province-33"])
    assert any(line.startswith("+ 发布 release 330000/demo 2026.7.2：enforce，10000/10000") for line in told["province-33"])
    assert all(line[0] in "+-~" for lines in told.values() for line in lines[:-1]) and told["targets"][-1].startswith("有效至")


@needs_openssl
def test_sm2_people_sign_beside_ed25519_people(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.init(root=("root-1-sm2", "root-2", "root-3-sm2"), targets=("targets-1-sm2", "targets-2"))
    office.sign("root-1-sm2", "root-3-sm2", "targets-1-sm2", "targets-2")
    office.refresh()
    assert office.channel().refresh().versions["root"] == 1


def test_key_files_are_encrypted_and_never_replaced(tmp_path: Path) -> None:
    kinds = ["ed25519", *(["sm2"] if OPENSSL else [])]
    for kind in kinds:
        public = make_key(tmp_path, f"key-{kind}", kind, PASSPHRASE)
        private = tmp_path / f"key-{kind}.pem"
        assert private.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----") and private.stat().st_mode & 0o077 == 0
        assert read_public(tmp_path / f"key-{kind}.json").key == public.key
        with refused("MR-P221"):
            load_signer(private, lambda _: "wrong passphrase").sign(b"x")
        with refused("MR-P221"):
            make_key(tmp_path, f"key-{kind}", kind, PASSPHRASE)
    for name in ("../a", "", "a/b", "a" * 61):
        with refused("MR-P221"):
            make_key(tmp_path, name, "ed25519", PASSPHRASE)
    with refused("MR-P221"):
        make_key(tmp_path, "short", "ed25519", "short")
    (tmp_path / "plain.json").write_bytes((tmp_path / "key-ed25519.json").read_bytes())
    (tmp_path / "plain.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    with refused("MR-P221"):
        load_signer(tmp_path / "plain.pem", lambda _: PASSPHRASE)
    if OPENSSL:
        (tmp_path / "key-sm2.json").write_bytes((tmp_path / "key-ed25519.json").read_bytes())
        with refused("MR-P221"):
            load_signer(tmp_path / "key-sm2.pem", lambda _: PASSPHRASE)


@needs_openssl
def test_without_openssl_sm2_is_refused_and_ed25519_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_key(tmp_path, "old-sm2", "sm2", PASSPHRASE)
    monkeypatch.setenv("PATH", str(tmp_path))
    for work in (lambda: make_key(tmp_path, "new-sm2", "sm2", PASSPHRASE), lambda: load_signer(tmp_path / "old-sm2.pem", lambda _: PASSPHRASE)):
        with refused("MR-P225"):
            work()
    assert make_key(tmp_path, "new", "ed25519", PASSPHRASE).key.keytype == "ed25519"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new.json", "new.pem", "old-sm2.json", "old-sm2.pem"]


@pytest.mark.parametrize("content", [
    "", "{", "[]", "{}", '{"format":"medrules-key","schema":2}', '{"format":"medrules-key","schema":1,"name":"a/b","keyid":"x","key":{}}',
    '{"format":"medrules-key","schema":1,"name":"a","keyid":"x","key":{}}', '{"format":"medrules-key","schema":1,"name":"a","keyid":"x","key":{"keytype":"sm2"}}',
    '{"format":"medrules-key","schema":1,"name":"a","keyid":"x","key":{"keytype":"rsa","scheme":"rsassa-pss-sha256","keyval":{"public":"x"}}}',
    '{"format":"medrules-key","schema":1,"name":"a","keyid":"x","key":{"keytype":"sm2","scheme":"sm2-sm3","keyval":{"public":"x"}}}'])
def test_what_is_no_public_key(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content, "utf-8")
    with refused("MR-P221"):
        read_public(tmp_path / "a.json")


@pytest.mark.parametrize("name", ["bureau.json", "repository/metadata/timestamp.json", "repository/metadata/1.root.json", "repository/metadata/1.snapshot.json",
                                  "repository/metadata/1.national.json"])
def test_a_damaged_folder_is_said_so(office: Office, name: str) -> None:
    path = office.folder.path / name
    good = path.read_bytes()
    for bad in (b"", b"{}", good[:-20], b"\xff"):
        path.write_bytes(bad)
        with refused("MR-P226"):
            office.refresh()
        with refused("MR-P226"):
            status(office.folder)
    path.write_bytes(good)
    assert office.refresh()


def test_online_keys_of_another_bureau_do_not_help(office: Office) -> None:
    office.key("stranger")
    with refused("MR-P224"):
        office.refresh("stranger")
    with refused("MR-P229"):
        office.sign("stranger")
    assert ONLINE
