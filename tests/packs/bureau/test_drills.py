"""The disasters of docs/bureau-guide.md, each played through: what hospitals see meanwhile, and that everybody is well afterwards."""
from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, MetaFile, Timestamp

from medrules.errors import PackError
from medrules.packs.bureau import BureauError, BureauFolder, rotate, withdraw
from medrules.packs.channel import TrustedChannel
from medrules.packs.channel.client import ISSUED
from medrules.packs.releases import Place
from medrules.packs.versions import Version
from tests.packs.bureau.office import Office
from tests.packs.repository import MemoryFetcher

HERE = Place("H33010600001", "330106", "三级")
RELEASES = "330000/demo/releases.json"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.open()
    release(made, "2026.7.1")
    return made


def release(office: Office, version: str) -> None:
    office.publish(version)
    office.sign("zj-1", "zj-2")
    office.refresh()


def meets(office: Office, files: dict[str, bytes], metadata: dict[str, bytes] | None = None) -> TrustedChannel:
    return TrustedChannel(MemoryFetcher(files), office.files()["metadata/1.root.json"], metadata=metadata, clock=lambda: office.now)


def test_a_lost_key_of_a_province(office: Office) -> None:
    """zj-1 is lost: the other two publish meanwhile; then targets' people put a new key in its place, and the lost one counts no more."""
    hospital = office.channel()
    hospital.refresh()
    office.publish("2026.7.2")
    office.sign("zj-2", "zj-3")
    office.refresh()
    rotate(office.folder, "province-33", [office.key("zj-4")], ["zj-1"], None, office.now)
    office.sign("targets-1", "targets-2", "zj-3", "zj-4")
    office.refresh()
    office.publish("2026.7.3")
    with pytest.raises(BureauError) as refusal:
        office.sign("zj-1")
    assert refusal.value.code == "MR-P229"
    office.sign("zj-2", "zj-4")
    office.refresh()
    later = office.channel(hospital.metadata)
    later.refresh()
    assert later.target("330000/demo/demo-2026.7.3.mrpack")


def test_a_lost_root_key(office: Office) -> None:
    rotate(office.folder, "root", [office.key("root-4")], ["root-1"], None, office.now)
    office.sign("root-2", "root-3", "root-4")
    office.refresh()
    assert office.channel().refresh().versions["root"] == 2


def test_a_stolen_timestamp_key(office: Office) -> None:
    """The thief stands before hospital one with versions as high as they go; new online keys in a new root bring it back."""
    files = office.files()
    stolen: Metadata[Timestamp] = Metadata.from_bytes(files["metadata/timestamp.json"])
    stolen.signed.version = 2**50
    stolen.signed.unrecognized_fields[ISSUED] = office.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    stolen.signatures.clear()
    thief = office.signer("timestamp-1")
    stolen.signatures[thief.public.key.keyid] = thief.sign(stolen.signed_bytes)
    forged = {**files, "metadata/timestamp.json": stolen.to_bytes()}
    hurt = meets(office, forged)
    hurt.refresh()

    release(office, "2026.7.2")
    with pytest.raises(PackError) as refusal:
        office.channel(hurt.metadata).refresh()  # the bureau's own timestamp looks old now: the sign by which it is noticed
    assert refusal.value.code == "MR-P205"

    rotate(office.folder, "timestamp", [office.key("timestamp-2")], ["timestamp-1"], None, office.now)
    office.sign("root-1", "root-3")
    office.refresh("snapshot-1", "timestamp-2")
    well = office.channel(hurt.metadata)
    well.refresh()
    assert well.target("330000/demo/demo-2026.7.2.mrpack")
    with pytest.raises(PackError) as refusal:
        meets(office, {**office.files(), "metadata/timestamp.json": forged["metadata/timestamp.json"]}, dict(well.metadata)).refresh()
    assert refusal.value.code == "MR-P203"


def test_a_stolen_timestamp_key_publishes_nothing(office: Office) -> None:
    """With that key alone a thief can name old or invented snapshots, and no hospital takes them."""
    thief = office.signer("timestamp-1")
    known = office.channel()
    known.refresh()
    before = office.files()
    release(office, "2026.7.2")
    behind = office.channel(known.metadata)
    behind.refresh()
    for name, content in before.items():
        if name.endswith(".snapshot.json"):
            old: Metadata[Timestamp] = Metadata.from_bytes(office.files()["metadata/timestamp.json"])
            old.signed.version += 1
            old.signed.snapshot_meta = MetaFile.from_data(int(name.split("/")[1].split(".")[0]), content, ["sha256"])
            old.signatures.clear()
            old.signatures[thief.public.key.keyid] = thief.sign(old.signed_bytes)
            with pytest.raises(PackError) as refusal:
                meets(office, {**office.files(), "metadata/timestamp.json": old.to_bytes()}, dict(behind.metadata)).refresh()
            assert refusal.value.code == "MR-P205"


def test_a_wrong_rule_is_published(office: Office) -> None:
    """Withdrawn first, so that hospitals go back tonight; corrected under a higher number when it is right."""
    release(office, "2026.7.2")
    withdraw(office.folder, "330000/demo", Version(2026, 7, 2), "儿童用药一行年龄写错", date(2026, 7, 2), office.now)
    office.sign("zj-1", "zj-3")
    office.refresh()
    chosen = office.releases().choose(HERE)
    assert chosen is not None and chosen.version == Version(2026, 7, 1)
    release(office, "2026.7.3")
    chosen = office.releases().choose(HERE)
    assert chosen is not None and chosen.version == Version(2026, 7, 3)


def test_too_many_root_keys_are_lost(office: Office, tmp_path: Path) -> None:
    """Nobody can sign a new root: a new repository, whose root people carry to every hospital."""
    hospital = office.channel()
    hospital.refresh()
    with pytest.raises(BureauError) as refusal:
        rotate(office.folder, "root", [], ["root-2", "root-3"], None, office.now)
    assert refusal.value.code == "MR-P222"
    again = Office(tmp_path / "again", office.now)
    again.open()
    release(again, "2026.8.0")
    with pytest.raises(PackError):
        meets(office, again.files(), dict(hospital.metadata)).refresh()  # the old root knows nobody of the new one
    channel = TrustedChannel(MemoryFetcher(again.files()), again.files()["metadata/1.root.json"], metadata=hospital.metadata, clock=lambda: again.now)
    channel.refresh()
    assert channel.target("330000/demo/demo-2026.8.0.mrpack")


def test_the_bureaus_disk_is_lost(office: Office, tmp_path: Path) -> None:
    """Any mirror is a backup. An older backup is not: hospitals have seen later versions and refuse."""
    backup = tmp_path / "backup"
    shutil.copytree(office.folder.path, backup)
    for version in ("2026.7.2", "2026.7.3"):
        release(office, version)
    hospital = office.channel()
    hospital.refresh()
    mirror = tmp_path / "mirror"
    shutil.copytree(office.folder.path / "repository", mirror)
    shutil.rmtree(office.folder.path)

    shutil.copytree(backup, office.folder.path)
    office.folder = BureauFolder(office.folder.path)
    office.refresh()
    with pytest.raises(PackError) as refusal:
        office.channel(hospital.metadata).refresh()
    assert refusal.value.code == "MR-P205"

    shutil.rmtree(office.folder.path / "repository")
    shutil.copytree(mirror, office.folder.path / "repository")
    release(office, "2026.7.4")
    well = office.channel(hospital.metadata)
    well.refresh()
    assert well.target(RELEASES) and json.loads(well.target(RELEASES))["releases"][-1]["version"] == "2026.7.4"


def test_a_published_file_is_damaged(office: Office) -> None:
    """`refresh` reads everything as a hospital does, and says which file."""
    path = next((office.folder.path / "repository" / "targets").rglob("*.mrpack"))
    good = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(good[:-1])
    with pytest.raises(BureauError) as refusal:
        office.refresh()
    assert refusal.value.code == "MR-P226" and "MR-P206" in str(refusal.value)
    path.write_bytes(good)
    office.refresh()
    (index,) = (p for p in (office.folder.path / "repository" / "targets").rglob("*.json"))
    index.write_bytes(index.read_bytes().replace(b"enforce", b"observe"))
    with pytest.raises(BureauError) as refusal:
        office.publish("2026.7.2")  # nobody builds on a list that is not the signed one
    assert refusal.value.code == "MR-P226"
