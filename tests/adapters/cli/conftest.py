"""Command lines run in this process, and packs that commands may change."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_runs import NATIONAL, Done, Run

from medrules.adapters.cli.main import main

SMALL = ("GZ10000101007000_drug_for_children", "GZ10000101008000_drug_indication", "GZ10000301002000_drug_children_only")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def one(*words: object) -> Done:
        code = main([str(w) for w in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Done(code, out, err)

    return one


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Three families of the national pack with what they share: small and free to change."""
    folder = tmp_path / "pack"
    shutil.copytree(NATIONAL, folder, ignore=lambda at, names: [
        n for n in names if Path(at).name == "families" and n not in SMALL])
    return folder


@pytest.fixture
def whole_pack(tmp_path: Path) -> Path:
    """The national pack, free to change; without a warning as it stands."""
    return Path(shutil.copytree(NATIONAL, tmp_path / "pack"))


@pytest.fixture
def broken(pack: Path) -> Path:
    """A pack with one mistake in its rule text."""
    rule = next(pack.glob("families/*007000*/rule.medrule"))
    rule.write_text(rule.read_text("utf-8").replace("患者.年龄 属于", "患者.岁数 属于"), encoding="utf-8")
    return pack
