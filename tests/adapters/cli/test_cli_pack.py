"""`medrules pack`: building, showing, comparing, reading a member, checking the compiled form."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runs import Run
from tests.release.samples import FILES, changed, written

from medrules.adapters.cli import exits
from medrules.packs import read_pack_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "demo")


@pytest.fixture
def file(folder: Path, run: Run) -> Path:
    target = folder.parent / "demo-2026.7.1.mrpack"
    assert run("pack", "build", folder, "-o", target).code == exits.OK
    return target


def test_build_writes_one_file_and_says_what_is_in_it(folder: Path, run: Run) -> None:
    target = folder.parent / "out.mrpack"
    done = run("pack", "build", folder, "-o", target, "--json")
    assert done.code == exits.OK and done.json["sha256"] == read_pack_file(target.read_bytes()).sha256
    assert done.json["bytes"] == target.stat().st_size and done.json["cases"] == 4 and done.json["version"] == "2026.7.1"
    assert sorted(p.name for p in folder.parent.iterdir()) == ["demo", "out.mrpack"]


def test_the_file_is_named_after_pack_and_version(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    done = run("pack", "build", folder)
    assert done.code == exits.OK and (folder.parent / "demo-2026.7.1.mrpack").exists()
    assert "4 全部通过" in done.out and "首次发布" in done.out


def test_a_refusal_lists_everything_and_leaves_no_file(folder: Path, run: Run) -> None:
    written(folder, changed(one=("families/ZJ-1_child_drugs/cases.yaml", "amount: 30.50", "amount: 31.00")))
    target = folder.parent / "out.mrpack"
    done = run("pack", "build", folder, "-o", target)
    assert done.code == exits.PROBLEMS and not target.exists() and done.out == ""
    assert "金额应为 31.00，得 30.50" in done.err and "MR-P522" in done.err
    assert run("pack", "build", folder, "-o", target, "--json").json["refused"] == "MR-P522"


def test_a_pack_with_errors(folder: Path, run: Run) -> None:
    written(folder, changed(one=("families/ZJ-1_child_drugs/rule.medrule", "患者.年龄", "患者.岁数")))
    done = run("pack", "build", folder, "-o", folder.parent / "x")
    assert done.code == exits.BAD_PACK and "岁数" in done.err


def test_show(file: Path, run: Run) -> None:
    out = run("pack", "show", file).out
    assert "330000/demo" in out and "families/ZJ-1_child_drugs/cases.json" in out and "批准：局务会" in out
    told = run("pack", "show", file, "--json").json
    assert told["manifest"]["name"] == "demo" and told["sha256"] == read_pack_file(file.read_bytes()).sha256


def test_cat(file: Path, run: Run) -> None:
    assert run("pack", "cat", file, "pack.toml").out == FILES["pack.toml"]
    assert "首次发布" in run("pack", "cat", file, "CHANGES.md", "--json").json["text"]
    done = run("pack", "cat", file, "../pack.toml")
    assert done.code == exits.BAD_INPUT and "没有「../pack.toml」" in done.err


def test_diff_of_files_and_folders(file: Path, folder: Path, run: Run) -> None:
    written(folder, changed(
        v=("pack.toml", "2026.7.1", "2026.8.0"), c=("families/ZJ-1_child_drugs/tables/child_drugs.csv", "不满12岁", "不满14岁")))
    for new in (folder, folder.parent / "new.mrpack"):
        if new.suffix:
            assert run("pack", "build", folder, "-o", new, "--previous", file).code == exits.OK
        told = run("pack", "diff", file, new, "--json").json
        assert told["tables"][0]["changed"][0]["cells"] == [{"column": "年龄段", "old": "不满12岁", "new": "不满14岁"}]
        assert "限儿童药品" in run("pack", "diff", file, new).out
        notice = run("pack", "diff", file, new, "--markdown").out
        assert "| KP-2 | XA02 | 年龄段 | 不满12岁 | 不满14岁 |" in notice
    assert read_pack_file(new.read_bytes()).members["CHANGES.md"].decode() == notice


def test_verify_build(file: Path, run: Run) -> None:
    assert run("pack", "verify-build", file, "--json").json["same"] is True
    assert "一致" in run("pack", "verify-build", file).out


@pytest.mark.parametrize("action", ["show", "verify-build"])
def test_a_damaged_file_is_one_sentence(file: Path, run: Run, action: str) -> None:
    file.write_bytes(file.read_bytes()[:-5])
    done = run("pack", action, file)
    assert done.code == exits.BAD_INPUT and done.err.startswith("MR-P502 ") and done.out == "" and " / " in done.err


def test_review_takes_a_pack_file(file: Path, run: Run, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"业务时间": "2026-07-02 10:00:00", "环节": "事中", "患者": {"唯一号": "P1"}, "就诊": {"标识": "E1"}}), encoding="utf-8")
    assert run("review", request, "--pack", file, "--facts", "--json").code == exits.OK


def test_other_commands_take_a_pack_file(file: Path, run: Run) -> None:
    assert run("check", file, "--json").json["rules"] == 2
    assert run("test", file, "--json").json["passed"] == 4
    assert "限儿童用药" in run("explain", file, "ZJ-1").out
    file.write_bytes(file.read_bytes() + b"x")
    assert run("check", file).err.startswith("MR-P505 ")
