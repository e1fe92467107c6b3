"""Publishing that is killed at any step: hospitals read the old state or the new one, and the next run ends as an undisturbed one."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from medrules.packs.bureau import BureauFolder, rotate
from medrules.packs.store.files import SystemFiles
from tests.packs.bureau.office import Office


class Killed(BaseException):
    """Not an `Exception`: nothing may catch it and tidy up, as nothing can after kill -9."""


class DyingFiles(SystemFiles):
    """A file system whose `n`-th changing operation is the last; everything after it never happens."""

    def __init__(self, last: int) -> None:
        self.left = last

    def _spend(self) -> None:
        if self.left <= 0:
            raise Killed
        self.left -= 1

    def create(self, path: str) -> int:
        self._spend()
        return super().create(path)

    def write(self, handle: int, content: bytes) -> int:
        self._spend()
        return super().write(handle, content[: max(1, len(content) // 2)])  # a kill between two halves of a file

    def sync(self, handle: int) -> None:
        self._spend()
        super().sync(handle)

    def rename(self, old: str, new: str) -> None:
        self._spend()
        super().rename(old, new)

    def remove(self, path: str) -> None:
        self._spend()
        super().remove(path)


def prepared(folder: Path, with_root: bool) -> Office:
    office = Office(folder)
    office.open()
    office.publish("2026.7.1")
    office.sign("zj-1", "zj-2")
    if with_root:
        rotate(office.folder, "root", [office.key("root-9")], ["root-1"], None, office.now)
        office.sign("root-2", "root-3", "root-9")
    return office


def versions(office: Office) -> tuple[int, int]:
    """What a hospital makes of the repository as it stands: snapshot version, and the number of releases that it sees."""
    channel = office.channel()
    state = channel.refresh()
    found = channel.find("330000/demo/releases.json")
    if found is not None:
        channel.target("330000/demo/releases.json")
        channel.target("330000/demo/demo-2026.7.1.mrpack")
    return state.versions["snapshot"], int(found is not None)


def settled(office: Office) -> dict[str, bytes]:
    """The published files that never change: all but the timestamp and what a killed writer left aside."""
    return {name: content for name, content in office.files().items() if not name.endswith(("timestamp.json", ".part"))}


def test_a_release_after_an_interrupted_one(tmp_path: Path) -> None:
    """Killed just before the timestamp, and then another version is put into the same pending list: under new numbers."""
    prepared(tmp_path / "start", False)
    for points in range(200):
        folder = tmp_path / "again"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tmp_path / "start", folder)
        hurt = Office(folder)
        hurt.folder = BureauFolder(folder / "bureau", DyingFiles(points))
        with pytest.raises(Killed):
            hurt.refresh()
        if (folder / "bureau/repository/metadata/2.snapshot.json").exists():
            break
    hurt.folder = BureauFolder(folder / "bureau")
    before = settled(hurt)
    hurt.publish("2026.7.2")
    hurt.sign("zj-1", "zj-2")
    assert dict(hurt.refresh().versions) == {"province-33": 3, "snapshot": 3, "timestamp": 2}
    after = settled(hurt)
    assert {name: after[name] for name in before} == before
    assert [str(r.version) for r in hurt.releases().releases] == ["2026.7.1", "2026.7.2"]


@pytest.mark.parametrize("with_root", [False, True])
def test_every_kill_point(tmp_path: Path, with_root: bool) -> None:
    office = prepared(tmp_path / "start", with_root)
    points = 0
    while True:
        folder = tmp_path / f"at-{points}"
        shutil.copytree(tmp_path / "start", folder)
        hurt = Office(folder)
        hurt.folder = BureauFolder(folder / "bureau", DyingFiles(points))
        try:
            hurt.refresh()
        except Killed:
            pass
        else:
            break
        hurt.folder = BureauFolder(folder / "bureau")
        assert versions(hurt) in {(1, 0), (2, 1)}, points
        before = settled(hurt)
        if points % 2:  # the next day, with one more signature and a later expiry
            hurt.pass_time(days=1)
            hurt.sign(*(["zj-3"] if "province-33" in hurt.folder.pending() else []))
        hurt.refresh()
        after = settled(hurt)
        assert {name: after[name] for name in before} == before, points  # a mirror that copied meanwhile has nothing that changes
        assert versions(hurt)[1] == 1 and not hurt.folder.names("pending"), points
        shutil.rmtree(folder)
        points += 1
    assert points > 20
    assert office.folder.pending()  # the office that was copied is untouched
