"""`medrules compile`: one file, whole or not at all."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from medrules.adapters.cli.main import main

PACKS = Path(__file__).parents[3] / "rulepacks"


def test_compile_writes_a_file_that_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "n.mrc"
    assert main(["compile", str(PACKS / "national"), "-o", str(target), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["pack"] == "national" and said["bytes"] == target.stat().st_size and list(tmp_path.iterdir()) == [target]


def test_a_pack_with_errors_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    assert main(["compile", str(tmp_path / "bad"), "-o", str(tmp_path / "n.mrc")]) == 4
    assert not (tmp_path / "n.mrc").exists()
