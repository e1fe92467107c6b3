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
        hurt.refresh()
        assert versions(hurt)[1] == 1 and not hurt.folder.names("pending"), points
        shutil.rmtree(folder)
        points += 1
    assert points > 20
    assert office.folder.pending()  # the office that was copied is untouched
