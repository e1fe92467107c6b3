"""The page for clerks: its commands run one after the other, as written, and leave what it says."""
from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

from medrules.adapters.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "knowledge.md").read_text("utf-8")
TABLE = "rulepacks/national/families/GZ10000101012000_drug_by_hospital_level/tables/level_drugs.csv"


def commands() -> list[tuple[list[str], int]]:
    """The command lines of the page with the exit code that it states (0 if it states none)."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            words, _, said = line.partition("#")
            code = re.search(r"退出码 (\d)", said)
            found.append((words.split()[1:], int(code[1]) if code else 0))
    return found


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[list[str], str]]]:
    """What every command printed, in a copy of the checkout."""
    folder = tmp_path_factory.mktemp("clerk")
    shutil.copytree(ROOT / "rulepacks" / "national", folder / "rulepacks" / "national")
    shutil.copytree(ROOT / "examples" / "knowledge", folder / "examples" / "knowledge")
    seen = []
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for words, code in commands():
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                got = main(words)
            assert got == code, (words, out.getvalue(), err.getvalue())
            seen.append((words, out.getvalue() + err.getvalue()))
    return folder, seen


def test_every_command_runs_and_ends_as_the_page_says(outputs: tuple[Path, list[tuple[list[str], str]]]) -> None:
    assert len(outputs[1]) >= 11 and all("Traceback" not in text for _, text in outputs[1])


def test_the_table_holds_what_the_page_promises(outputs: tuple[Path, list[tuple[list[str], str]]]) -> None:
    folder, _ = outputs
    before = (ROOT / TABLE).read_text("utf-8")
    after = (folder / TABLE).read_text("utf-8")
    assert after.startswith(before)
    ends = [(row.split(",")[0], row.split(",")[7], row.split(",")[-1]) for row in after[len(before):].splitlines()]
    assert ends == [("KP-EX18000000000001", "全", "2026-11-01"), ("KP-EX18000000000002", "全", ""), ("KP-EX18000000000003", "仅文本", ""),
                    ("KP-EX18000000000001", "全", "")]


def test_the_report_names_the_damaged_cell_and_the_total(outputs: tuple[Path, list[tuple[list[str], str]]]) -> None:
    dry = next(text for words, text in outputs[1] if "--dry-run" in words)
    assert "MR-K504" in dry and "batch-18.csv G6" in dry and "MR-K609" in dry and "MR-K619" in dry and "新增 3" in dry


def test_mapped_codes_are_judged_and_unmatched_ones_listed(outputs: tuple[Path, list[tuple[list[str], str]]]) -> None:
    folder, seen = outputs
    listed = next(text for words, text in seen if "unmatched" in words)
    assert "XM0009" in listed and "YP0007" in listed and "YP0001" not in listed and "ZL0001" not in listed
    assert (folder / "unmatched.csv").read_text("utf-8-sig").splitlines()[1].startswith("XM0009,,,住院诊查")
    review = next(text for words, text in seen if words[0] == "review")
    assert "KP-EX18000000000002" in review and "编码对照表里查不到" in review
