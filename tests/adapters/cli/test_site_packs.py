"""`medrules update` and `medrules site init | update | status | rollback | history | verify`, as people and monitors run them."""
from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cli_runs import ROOT, Run
from tests.hospital.samples import NATIONAL, pack
from tests.hospital.store_samples import content_of
from tests.hospital.updating.bureau import NATIONAL_PACK, Bureau

from medrules.adapters.cli import exits
from medrules.packs.entries import Period
from medrules.packs.versions import Version


class Place:
    """A bureau's folder and a hospital's, with real packs and a real clock."""

    def __init__(self, run: Run, at: Path) -> None:
        self.run, self.at = run, at
        self.bureau = Bureau(datetime.now(UTC).replace(microsecond=0))
        self.release(1)
        root = at / "root.json"
        root.write_bytes(self.bureau.repository.first_root)
        self.words = [
            "--hospital", "H33010600001", "--name", "示例医院", "--level", "三级", "--adcode", "330106", "--url", "dir:../repository", "--packs",
            NATIONAL_PACK, "--root", root]
        self.digest = sha256(root.read_bytes()).hexdigest()
        assert run("site", "init", at / "here", *self.words, "--root-sha256", self.digest).code == exits.OK
        self.site = ("--site", at / "here" / "site.toml")

    def release(self, n: int, **files: str) -> None:
        made = pack(files={**NATIONAL, **files, "CHANGES.md": f"# 第{n}版\n" + "一行\n" * 60}, version=Version(1, n, 0), effective=Period(date(2020, 1, 1)))
        self.bureau.release(NATIONAL_PACK, f"1.{n}.0", content=content_of(made), effective=Period(date(2020, 1, 1)))
        self.bureau.publish()
        self.bureau.repository.write(self.at / "repository")


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Place:
    return Place(run, tmp_path)


def test_a_life_in_json(place: Place, run: Run) -> None:
    first = run("update", *place.site, "--json")
    assert first.code == exits.OK and first.json["activated"] and first.json["changes"][0]["to"]["version"] == "1.1.0"
    assert not run("site", "update", *place.site, "--json").json["activated"]
    place.release(2)
    assert run("update", *place.site, "--json").json["changes"][0]["notice"].startswith("# 第2版")
    back = run("site", "rollback", NATIONAL_PACK, *place.site, "--reason", "误报", "--json")
    assert back.code == exits.OK and back.json["changes"][0]["to"]["version"] == "1.1.0"
    status = run("site", "status", *place.site, "--json")
    assert status.code == exits.OK and status.json["status"] == "rolled-back" and status.json["rollback"]["reason"] == "误报"
    events = run("site", "history", *place.site, "--json").json["events"]
    assert [e["event"] for e in events] == ["update", "update", "rollback"] and events[-1]["reason"] == "误报"
    verified = run("site", "verify", *place.site, "--json")
    assert verified.code == exits.OK and verified.json["sound"] and verified.json["packs"] == 2


def test_screens(place: Place, run: Run) -> None:
    said = run("update", *place.site).out
    assert "已启用 activated" in said and "变更公示" in said and "# 第1版" in said and "--full-notice" in said
    assert "没有新的规则包" in run("update", *place.site).out
    assert "正常 ok" in run("site", "status", *place.site).out and NATIONAL_PACK in run("site", "status", *place.site).out
    assert "更新 update" in run("site", "history", *place.site).out
    assert "完好 sound" in run("site", "verify", *place.site).out


def test_a_pack_that_does_not_compile_here(place: Place, run: Run) -> None:
    run("update", *place.site)
    place.release(2, **{"families/N2_dear/rule.medrule": "规则 N1002「坏」{ 针对：没有的事 }"})
    failed = run("update", *place.site, "--json")
    assert failed.code == exits.PROBLEMS and [p["code"] for p in failed.json["problems"]] == ["MR-P329"] and not failed.json["activated"]
    assert "MR-P329" in run("update", *place.site).out
    status = run("site", "status", *place.site, "--json")
    assert status.code == exits.PROBLEMS and status.json["status"] == "refused" and status.json["active"][0]["version"] == "1.1.0"
    assert "MR-P329" in run("site", "status", *place.site).out
    place.release(3)
    assert run("update", *place.site, "--json").code == exits.OK
    assert run("site", "status", *place.site, "--json").json["status"] == "ok"


def test_a_source_that_is_gone(place: Place, run: Run) -> None:
    run("update", *place.site)
    (place.at / "repository").rename(place.at / "away")
    failed = run("update", *place.site, "--json")
    assert failed.code == exits.PROBLEMS and [(p["code"], p["where"]) for p in failed.json["problems"]] == [("MR-P311", "national")]


def test_damage_is_shown_and_mended(place: Place, run: Run) -> None:
    run("update", *place.site)
    (stored,) = (place.at / "here" / "store" / "packs").iterdir()
    stored.write_bytes(b"")
    assert run("site", "verify", *place.site, "--json").json["faults"][0]["code"] == "MR-P306"
    assert "MR-P306" in run("site", "verify", *place.site).out and run("site", "status", *place.site).code == exits.PROBLEMS
    assert run("update", *place.site).code == exits.OK and run("site", "verify", *place.site).code == exits.OK


@pytest.mark.parametrize("words", [
    ["--root-sha256", "0" * 64], ["--root-sha256", "x"],
])
def test_a_root_that_is_not_the_one_that_was_told(place: Place, run: Run, tmp_path: Path, words: list[str]) -> None:
    done = run("site", "init", tmp_path / "other", *place.words, *words)
    assert done.code == exits.BAD_INPUT and "MR-P333" in done.err and not (tmp_path / "other").exists()


def test_init_overwrites_nothing_and_writes_nothing_wrong(place: Place, run: Run, tmp_path: Path) -> None:
    assert run("site", "init", tmp_path / "here", *place.words, "--root-sha256", place.digest).code == exits.BAD_INPUT
    wrong = [w if w != "330106" else "33" for w in place.words]
    assert run("site", "init", tmp_path / "other", *wrong, "--root-sha256", place.digest).code == exits.BAD_INPUT
    quoted = [w if w != "示例医院" else 'x"\nstore = "y' for w in place.words]
    assert run("site", "init", tmp_path / "third", *quoted, "--root-sha256", place.digest).code == exits.BAD_INPUT
    assert not (tmp_path / "other" / "site.toml").exists() and not (tmp_path / "third" / "site.toml").exists()


def test_bad_words(place: Place, run: Run) -> None:
    run("update", *place.site)
    for words in (("--to", "x"), ("--days", "0"), ("--days", "99"), ("--to", "9.9.9")):
        assert run("site", "rollback", NATIONAL_PACK, *place.site, "--reason", "x", *words).code == exits.BAD_INPUT
    assert run("update", "--site", "none.toml").code == exits.BAD_INPUT


def test_looking_at_a_store_needs_no_library_of_trust(place: Place, run: Run) -> None:
    run("update", *place.site)
    code = (
        "import sys, json\nfrom medrules.adapters.cli.main import main\n"
        f"main(['site', 'status', '--site', {str(place.site[1])!r}])\nmain(['site', 'history', '--site', {str(place.site[1])!r}])\n"
        "print('heavy', json.dumps([m for m in ('tuf', 'securesystemslib', 'cryptography', 'requests', 'urllib3') if m in sys.modules]))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8",
                          env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1", "PATH": ""})
    assert json.loads(done.stdout.rpartition("heavy")[2]) == []
