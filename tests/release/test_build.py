"""The same folder gives the same bytes, anywhere; what is not fit to be published is refused with all that is wrong."""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medrules.api import check_pack
from medrules.cases.yaml_reader import parse_cases
from medrules.errors import InvalidPack, InvalidPackFile, RefusedBuild
from medrules.packs import read_pack_file
from tests.release.samples import FILES, PACK_TOML, TABLE_CSV, built, changed, demo, written

ROOT = Path(__file__).parents[2]
BUILD = """
import hashlib, os, sys
from pathlib import Path
os.umask(0o077)
from medrules.adapters.cli.case_facts import facts_of
from medrules.release.build import build
print(hashlib.sha256(build(Path(sys.argv[1]), facts_of).content).hexdigest())
"""


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    """Another process, place, hash seed, umask, locale, time zone, order of files on the disk, times of files."""
    first = hashlib.sha256(built(tmp_path / "one").content).hexdigest()
    for n, environment in enumerate(({"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Shanghai"}, {"PYTHONHASHSEED": "77", "LC_ALL": "zh_CN.GB18030", "TZ": "UTC+11"})):
        other = tmp_path / f"elsewhere-{n}" / "某处"
        for name in list(reversed(FILES)) if n else sorted(FILES):
            written(other, {name: FILES[name]})
            os.utime(other / name, (1_000_000_000 + n, 1_500_000_000 + n))
        (other / ".DS_Store").write_text("x")
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(other)], capture_output=True, text=True, check=True, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}", **environment})
        assert done.stdout.strip() == first


def test_what_is_in_the_file(tmp_path: Path) -> None:
    made = built(tmp_path / "demo")
    file, checked = read_pack_file(made.content), check_pack(tmp_path / "demo")
    names = {n.replace("cases.yaml", "cases.json") for n in FILES}
    assert set(file.members) == {*names, "manifest.json", "CHANGES.md", "compiled/medrules.compiled"}
    manifest = file.manifest
    assert (manifest.identity, str(manifest.version), manifest.level) == ("330000/demo", "2026.7.1", "province")
    assert manifest.content_hash == checked.sources.hash and made.cases == 4
    assert str(tmp_path).encode() not in made.content
    for name in FILES:
        if not name.endswith("cases.yaml"):
            assert file.members[name] == FILES[name].encode()
            continue
        made_json = name.replace(".yaml", ".json")
        cases = parse_cases(file.members[made_json], made_json)
        assert [(c.title, repr(c.facts), c.findings) for c in cases] == [
            (c.title, repr(c.facts), c.findings) for c in parse_cases(FILES[name].encode(), name)]
        json.loads(file.members[made_json])


@pytest.mark.parametrize(("old", "new", "said"), [
    ('version = "2026.7.1"', 'version = "2026.07.01"', "version"), ('adcode = "330000"\n', "", "adcode"),
    ('authority = "示例省医疗保障局"\n', "", "authority"), ('roots = ["ZJ-"]\n', "", "roots"), ('roots = ["ZJ-"]', 'roots = ["SD-"]', "ZJ-1"),
    ("from = 2026-07-01\n", "", "[effective] from"), ('approved = "批准：局务会"\n', "", "approved"), ('minimum_engine = "0.1.0"\n', "", "minimum_engine"),
    ('minimum_engine = "0.1.0"', 'minimum_engine = "9.0.0"', "9.0.0"), ('name = "demo"', 'name = "示例"', "示例"),
    ('adcode = "330000"', 'adcode = "330000"\nlevel = "national"', "100000"),
    ("[people]", '[mandatory]\nrules = ["ZJ-9"]\n[people]', "ZJ-9"), ("[people]", '[[supersedes]]\nversion = "2026.7.1"\nreason = "x"\n[people]', "supersedes"),
    ("[people]", '[[extends]]\nname = "national"\nfrom = "2.0.0"\nbelow = "1.0.0"\n[people]', "below"),
])
def test_what_a_manifest_needs(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in PACK_TOML
    with pytest.raises(RefusedBuild) as refused:
        built(tmp_path, {**FILES, "pack.toml": PACK_TOML.replace(old, new)})
    assert refused.value.code == "MR-P521"
    assert any(said in zh for zh, _ in refused.value.problems) and all(en.isascii() or said in en for _, en in refused.value.problems)


def test_everything_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(RefusedBuild) as refused:
        built(tmp_path, {**FILES, "pack.toml": 'name = "demo"\nversion = "1"\ntitle = "示例"\n'})
    assert len(refused.value.problems) == 9


@pytest.mark.parametrize("line", [
    'adcode = "33"', 'level = "town"', 'roots = [1]', 'roots = ["规"]', 'minimum_engine = "1"', "effective = 1", "people = []",
    '[effective]\nfrom = "1 July"', '[effective]\nfrom = 2026-07-01\nto = 2026-06-01', "[effective]\nuntil = 2026-07-01", '[people]\nboss = "x"',
    "[mandatory]\nall = 1", '[[extends]]\nname = "x"\nfrom = "1"\nbelow = "2.0.0"', '[[supersedes]]\nversion = "1.0.0"', "extends = 1",
])
def test_entries_of_the_wrong_form_are_diagnostics_of_any_check(tmp_path: Path, line: str) -> None:
    """Whoever runs `medrules check` hears of them, long before a build."""
    checked = check_pack(written(tmp_path, {**FILES, "pack.toml": f'name = "demo"\nversion = "1"\ntitle = "示例"\n{line}\n'}))
    assert {d.code for d in checked.diagnostics} in ({"MR-G203"}, {"MR-G204"}), [d.message for d in checked.diagnostics]


def test_a_pack_with_errors_is_refused_with_its_diagnostics(tmp_path: Path) -> None:
    with pytest.raises(InvalidPack) as refused:
        built(tmp_path, changed(one=("families/ZJ-1_child_drugs/rule.medrule", "患者.年龄", "患者.岁数")))
    assert refused.value.diagnostics


@pytest.mark.parametrize(("name", "old", "new"), [
    ("families/ZJ-1_child_drugs/cases.yaml", "amount: 30.50", "amount: 31.00"), ("families/ZJ-1_child_drugs/cases.yaml", "facts:", "fakts:"),
    ("families/ZJ-1_child_drugs/cases.yaml", "- title", "- [title"), ("shared/parameters.medrule", "18岁 自", "8岁 自"),
])
def test_cases_that_do_not_hold(tmp_path: Path, name: str, old: str, new: str) -> None:
    files = changed(one=(name, old, new), two=("shared/parameters.medrule", " 可调 14岁 至 18岁", ""))
    with pytest.raises(RefusedBuild) as refused:
        built(tmp_path, files)
    assert refused.value.code == "MR-P522" and "ZJ-1_child_drugs" in refused.value.problems[0][0]


def test_no_cases_at_all(tmp_path: Path) -> None:
    with pytest.raises(RefusedBuild) as refused:
        built(tmp_path, {n: t for n, t in FILES.items() if not n.endswith("cases.yaml")})
    assert refused.value.code == "MR-P522"


@pytest.mark.parametrize("version", ["2026.7.1", "2026.6.30", "2026.7.1-rc.1"])
def test_a_version_that_is_not_above_the_previous_one(tmp_path: Path, version: str) -> None:
    with pytest.raises(RefusedBuild) as refused:
        built(tmp_path, changed(one=("pack.toml", "2026.7.1", version)), demo())
    assert refused.value.code == "MR-P523"


def test_another_pack_is_no_previous_version(tmp_path: Path) -> None:
    with pytest.raises(RefusedBuild) as refused:
        built(tmp_path, changed(one=("pack.toml", '"demo"', '"other"')), demo())
    assert refused.value.code == "MR-P523"


def test_what_hospitals_would_refuse_is_refused_when_it_is_built(tmp_path: Path) -> None:
    """Two files that are one where case does not count."""
    folder = written(tmp_path)
    shutil.copytree(folder / "families/ZJ-1_child_drugs/tables", folder / "families/ZJ-1_child_drugs/tables2")
    tables = folder / "families/ZJ-1_child_drugs/tables"
    (tables / "Child_drugs.toml").write_text((tables / "child_drugs.toml").read_text("utf-8").replace("限儿童", "限幼儿").replace("child_d", "infant_d"))
    (tables / "Child_drugs.csv").write_text(TABLE_CSV, encoding="utf-8")
    if len(list(tables.iterdir())) == 2:
        pytest.skip("this file system knows no case")
    shutil.rmtree(folder / "families/ZJ-1_child_drugs/tables2")
    with pytest.raises(InvalidPackFile) as refused:
        built(tmp_path, {})
    assert refused.value.code == "MR-P507"
