"""History from files: read once, by patient; a bad line is told with its number."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import medrules
from medrules.errors import InvalidHistory
from medrules.history import HistoryLimits, WithHistory
from medrules.history.files import FileHistory
from medrules.history.records import BadLine
from tests.history.people import SUM_30, engine, line, request, today, visit, written

PAST = [request(visit("E-1", "2026-03-01", line("K1", "2026-03-01", quantity="3")), at="2026-03-01 23:00:00"),
        request(visit("E-2", "2026-03-10", line("K2", "2026-03-10", quantity="2")), at="2026-03-10 23:00:00")]


def causes(where: Path, quantity: str = "1") -> tuple[int, list[tuple[str, ...]]]:
    report = WithHistory(engine(SUM_30), medrules.open_history(where), HistoryLimits(seconds=20)).review(today(quantity))
    assert not report.notes
    return len(report.findings), [u.causes for u in report.undecided]


def test_a_file_and_a_folder(tmp_path: Path) -> None:
    one = written(tmp_path / "a.jsonl", PAST)
    assert causes(one) == (1, []) and causes(tmp_path) == (1, [])
    written(tmp_path / "a.jsonl", PAST[:1])
    written(tmp_path / "b.jsonl", PAST[1:])
    assert causes(one) == (0, [("history.items",)]) and causes(tmp_path) == (1, [])


def test_coverage_stands_beside_the_files(tmp_path: Path) -> None:
    one = written(tmp_path / "a.jsonl", PAST[:1])
    (tmp_path / "coverage.toml").write_text('covered_from = 2026-01-01\ncoverage = "统筹区"\n', encoding="utf-8")
    assert causes(one) == (0, [])
    (tmp_path / "coverage.toml").write_text('covered_from = 2026-03-15\ncoverage = "统筹区"\n', encoding="utf-8")
    assert causes(one) == (0, [("history.items",)])
    for wrong in ("covered_from = 2026\ncoverage = '本院'", "coverage = '本院'", "covered_from = 2026-01-01\ncoverage = '全省'", "x = 1", "=",
                  "covered_from = 2026-01-01\ncovered_until = 2025-01-01\ncoverage = '本院'"):
        (tmp_path / "coverage.toml").write_text(wrong, encoding="utf-8")
        with pytest.raises(InvalidHistory):
            medrules.open_history(one)


def test_what_a_line_says_of_its_patients_history_holds_up_to_its_own_time(tmp_path: Path) -> None:
    told = {"覆盖起": "2026-01-01", "覆盖范围": "统筹区"}
    early = written(tmp_path / "early.jsonl", [{**PAST[0], "历史": told}])
    assert causes(early) == (0, [("history.items",)])
    now = written(tmp_path / "now.jsonl", [{**PAST[0], "历史": told, "业务时间": "2026-03-20 07:00:00"}])
    assert causes(now) == (0, [])


def test_a_bad_line_is_told_with_its_number_and_nothing_that_it_holds(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", PAST)
    path.write_text(path.read_text("utf-8") + '\n{"患者":{"唯一号":"330102196001010001","姓名":"张三"}}\n', encoding="utf-8")
    with pytest.raises(BadLine) as told:
        medrules.open_history(path)
    assert told.value.line == 4 and "第4行" in str(told.value) and "张三" not in str(told.value) and "3301" not in str(told.value)


@pytest.mark.parametrize("spoil", ["encounter", "patient"])
def test_what_has_no_id_cannot_be_told_apart(tmp_path: Path, spoil: str) -> None:
    one = request(visit("E-1", "2026-03-01", line("K1", "2026-03-01")))
    if spoil == "encounter":
        del one["就诊"][0]["标识"]
    else:
        del one["患者"]["唯一号"]
    with pytest.raises(BadLine):
        medrules.open_history(written(tmp_path / "a.jsonl", [one]))


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidHistory):
        medrules.open_history(tmp_path)
    with pytest.raises(InvalidHistory):
        medrules.open_history(tmp_path / "x.jsonl")


def test_the_later_telling_of_an_encounter_counts(tmp_path: Path) -> None:
    corrected = request(visit("E-1", "2026-03-01", line("K1", "2026-03-01", quantity="5")), at="2026-03-02 23:00:00")
    assert causes(written(tmp_path / "a.jsonl", [corrected, PAST[0]])) == (1, [])
    assert len(medrules.open_history(tmp_path)) == 1  # type: ignore[arg-type]
    assert isinstance(medrules.open_history(tmp_path), FileHistory)


def test_without_the_libraries_a_database_is_a_sentence_and_files_work(tmp_path: Path) -> None:
    """In a process of its own, in which the extra is not installed."""
    path = written(tmp_path / "a.jsonl", PAST)
    program = (
        "import sys; sys.modules['sqlalchemy'] = None; sys.modules['alembic'] = None\n"
        "import medrules\nfrom medrules.errors import MissingExtra\n"
        f"assert len(medrules.open_history({str(path)!r})) == 2\n"
        "try:\n    medrules.open_history('sqlite:///x.db')\nexcept MissingExtra as told:\n    print(told)\n")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0 and "medrules[history]" in done.stdout, done.stderr
