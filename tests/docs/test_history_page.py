"""The commands of docs/history.md run, in their order, and do what the page says; its Python holds together."""
from __future__ import annotations

import ast
import re
import shlex
import shutil
from pathlib import Path

import pytest

from medrules.adapters.cli import exits
from medrules.adapters.cli.main import main
from medrules.history import HistoryLimits

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    return [shlex.split(line)[1:] for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line.strip()]


def test_the_commands_do_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "examples" / "history", tmp_path / "examples" / "history")
    monkeypatch.chdir(tmp_path)
    said = []
    for words in commands():
        assert main([w if w != "rulepacks/national" else str(ROOT / w) for w in words]) == exits.OK, words
        said.append(capsys.readouterr().out)
    without, with_file, made, loaded, shown, with_database = said
    assert "历史.历史明细" in without and "明确违规" not in without
    for out in (with_file, with_database):
        assert "明确违规" in out and "60.00 元" in out and "历史.历史明细" not in out
    assert "0001" in made and "新增 3" in loaded and "统筹区" in shown


def test_the_python_of_the_page_parses_and_its_numbers_are_the_defaults() -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        ast.parse(block)
    limits = HistoryLimits()
    assert (limits.seconds, limits.threads, limits.kept, limits.kept_for) == (0.5, 4, 1000, 30.0)
    assert "500 毫秒" in PAGE and "最多占 4 条线程" in PAGE and "留存 30 秒" in PAGE and "最多 1000 份" in PAGE
