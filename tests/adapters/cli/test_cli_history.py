"""`medrules history` and `--history`: a database made, filled, looked at and asked, all from the command line."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Run
from tests.history.people import line, request, visit, written

from medrules.adapters.cli import exits

DRUG = "XN05CCS273S003010101587"
PAST = [request(visit("E-1", "2026-03-01", line("K1", "2026-03-01", DRUG)), at="2026-03-01 23:00:00"),
        request(visit("E-2", "2026-03-10", line("K2", "2026-03-10", DRUG)), at="2026-03-10 23:00:00")]


@pytest.fixture
def looking_back(pack: Path) -> Path:
    """A pack with a rule that looks back thirty days."""
    family = pack / "families" / "LK-901_twice_a_month"
    (family / "tables").mkdir(parents=True)
    family.joinpath("rule.medrule").write_text(
        "规则 LK-901「一月两次」{\n  依据：例\n  结果：可疑\n  环节：事后\n  费用：全部费用\n  有效：2025-01-01 起\n  提醒方式：静默\n"
        "  针对：明细 其中 明细.编码 = 「" + DRUG + "」\n  当：次数 同期明细 取 近 30天 按 同一 患者、明细.编码 含本次 超过 2次\n  扣减：无\n  说明：「x」\n}\n", encoding="utf-8")
    family.joinpath("README.md").write_text("# 例\n", encoding="utf-8")
    family.joinpath("cases.yaml").write_text("[]\n", encoding="utf-8")
    return pack


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    path = tmp_path / "today.json"
    path.write_text(json.dumps(request(visit("E-now", "2026-03-20", line("L1", "2026-03-20", DRUG))), ensure_ascii=False), encoding="utf-8")
    return path


def answer(run: Run, asked: Path, pack: Path, *more: object) -> tuple[list[str], list[Any]]:
    done = run("review", asked, "--pack", pack, "--json", *more)
    assert done.code == exits.OK, done.err
    ours = [u for u in done.json["待核"] if u["规则"] == "LK-901"]
    return [f["规则"] for f in done.json["违规提示"] if f["规则"] == "LK-901"], [u["缺"] for u in ours]


def test_from_nothing_to_a_finding(run: Run, looking_back: Path, asked: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'history.db'}"
    assert run("review", asked, "--pack", looking_back, "--history", url).code == exits.BAD_INPUT  # nothing there yet
    assert run("history", "init", url, "--json").json == {"revision": "0001"}
    assert answer(run, asked, looking_back)[0] == [] and answer(run, asked, looking_back)[1]
    loaded = run("history", "load", url, written(tmp_path / "past.jsonl", PAST), "--covered-from", "2026-01-01", "--coverage", "统筹区", "--json")
    assert loaded.code == exits.OK and (loaded.json["added"], loaded.json["lines"], loaded.json["bad"]) == (2, 2, [])
    assert answer(run, asked, looking_back, "--history", url) == (["LK-901"], [])
    shown = run("history", "show", url, "--json").json
    assert (shown["people"], shown["encounters"], shown["lines"]) == (1, 2, 2)
    assert shown["coverage"] == [{"coverage": "统筹区", "institution": "", "covered_from": "2026-01-01", "covered_until": None, "people": 0}]
    table = run("history", "show", url)
    assert table.code == exits.OK and "统筹区" in table.out and "P1" not in table.out


def test_a_file_serves_as_well(run: Run, looking_back: Path, asked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "past"
    folder.mkdir()
    written(folder / "past.jsonl", PAST)
    assert answer(run, asked, looking_back, "--history", folder) == (["LK-901"], [])


def test_bad_lines_are_told_and_nothing_is_half_done(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'history.db'}"
    run("history", "init", url)
    path = written(tmp_path / "past.jsonl", PAST)
    path.write_text(path.read_text("utf-8") + "{\n", encoding="utf-8")
    done = run("history", "load", url, path)
    assert done.code == exits.BAD_INPUT and "第3行" in done.err and "什么都没有装入" in done.out
    assert run("history", "show", url, "--json").json["encounters"] == 0
    done = run("history", "load", url, path, "--keep-good", "--json")
    assert done.code == exits.BAD_INPUT and done.json["added"] == 2 and done.json["bad"][0]["line"] == 3
    assert run("history", "show", url, "--json").json["encounters"] == 2
    done = run("history", "load", url, path, "--keep-good", "--covered-from", "2026-01-01")
    assert "没有记下" in done.err and run("history", "show", url, "--json").json["coverage"] == []  # what was left out is missing


@pytest.mark.parametrize("words", [
    ("history", "init", "history.db"), ("history", "show", "sqlite:///there-is-none.db"), ("history", "init", "nonsense://x"),
    ("history", "load", "sqlite:///there-is-none.db", "there-is-none.jsonl"),
])
def test_what_is_wrong_is_a_sentence(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.code in (exits.BAD_INPUT, exits.MISSING) and done.err.strip() and "\n" not in done.err.strip()


def test_the_end_of_coverage_needs_its_begin(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'history.db'}"
    run("history", "init", url)
    done = run("history", "load", url, written(tmp_path / "past.jsonl", PAST), "--covered-until", "2026-03-01")
    assert done.code == exits.BAD_INPUT and run("history", "show", url, "--json").json["encounters"] == 0


def test_local_codes_of_a_site_are_brought_to_national_ones(run: Run, looking_back: Path, asked: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'history.db'}"
    run("history", "init", url)
    local = [json.loads(json.dumps(one).replace(DRUG, "YY0001")) for one in PAST]
    path = written(tmp_path / "past.jsonl", local)
    (tmp_path / "codes.csv").write_text(f"医院编码,国家编码,省编码,名称,有效起,有效止\nYY0001,{DRUG},,,,\n", encoding="utf-8")
    (tmp_path / "site.toml").write_text('code_mapping = "codes.csv"\n', encoding="utf-8")
    assert run("history", "load", url, path, "--site", tmp_path / "site.toml").code == exits.OK
    assert answer(run, asked, looking_back, "--history", url) == (["LK-901"], [])
    assert answer(run, asked, looking_back, "--history", path, "--site", tmp_path / "site.toml") == (["LK-901"], [])
    assert answer(run, asked, looking_back, "--history", path)[0] == []  # without the mapping it is another code
