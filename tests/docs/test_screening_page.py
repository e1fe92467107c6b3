"""The tutorial of docs/screening.md: its commands run in their order, and print what the page shows."""
from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from medrules.adapters.cli import exits
from medrules.adapters.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "screening.md").read_text(encoding="utf-8")
# A command, and the output shown after it: of the screen, or of the file that the block names.
STEP = re.compile(r"```sh(?P<bad> bad)?\nmedrules (?P<command>[^\n]*)\n```\n\n```text(?: (?P<file>\S+))?\n(?P<shown>.*?)```", re.DOTALL)


def test_every_command_is_shown_with_what_it_prints() -> None:
    assert len(STEP.findall(PAGE)) == PAGE.count("```sh") == 4


def test_the_tutorial_does_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "examples" / "screening", tmp_path / "examples" / "screening")
    monkeypatch.chdir(tmp_path)
    for step in STEP.finditer(PAGE):
        words = [w if w != "rulepacks/national" else str(ROOT / w) for w in shlex.split(step["command"])]
        assert main(words) == (exits.BAD_INPUT if step["bad"] else exits.OK)
        out, err = capsys.readouterr()
        printed = (tmp_path / step["file"]).read_text("utf-8-sig") if step["file"] else out + err
        for line in step["shown"].splitlines():
            assert line.strip() in printed, (step["command"], line, printed)
