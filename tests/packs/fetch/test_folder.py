"""A folder gives regular files of its own and nothing else."""
from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from medrules.packs.channel import NotThere
from medrules.packs.fetch import SourceTrouble, fetcher_for


def test_a_file_comes_whole(tmp_path: Path) -> None:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "1.root.json").write_bytes(b"x" * 10)
    fetcher = fetcher_for(f"dir:{tmp_path}")
    assert fetcher.fetch("metadata/1.root.json", 10) == b"x" * 10
    for path in ("metadata/2.root.json", "other/x", "metadata/1.root.json/x"):
        with pytest.raises(NotThere):
            fetcher.fetch(path, 10)


def code_of(folder: Path, limit: int = 10) -> str:
    with pytest.raises(SourceTrouble) as told:
        fetcher_for(f"dir:{folder}").fetch("file", limit)
    return told.value.fault.code


def test_what_is_wrong_has_its_code(tmp_path: Path) -> None:
    assert code_of(tmp_path / "not-there") == "MR-P311"  # the stick is not in
    (tmp_path / "file").mkdir()
    assert code_of(tmp_path) == "MR-P311"
    (tmp_path / "file").rmdir()
    (tmp_path / "file").write_bytes(b"x" * 11)
    assert code_of(tmp_path) == "MR-P313"
    (tmp_path / "file").write_bytes(b"<html></html>")
    assert code_of(tmp_path, 100) == "MR-P315"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_a_pipe_or_a_device_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "file")
    assert code_of(tmp_path) == "MR-P311"
    (tmp_path / "file").unlink()
    (tmp_path / "file").symlink_to("/dev/zero")
    assert code_of(tmp_path) == "MR-P311"
