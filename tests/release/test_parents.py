"""A pack that extends another is checked, tried and compared together with it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from medrules.adapters.cli import exits
from medrules.adapters.cli.case_facts import facts_of
from medrules.adapters.cli.main import main
from medrules.errors import InvalidLayers, RefusedBuild
from medrules.knowledge.packfiles import collect_files
from medrules.packs.archive import PackFile, read_pack_file, write_pack_file
from medrules.packs.manifest import MANIFEST, members_of
from medrules.release.build import Built, build, verify_build
from medrules.release.standing import standing_of
from tests.release.samples import FACTS, PACK_TOML, demo, written

CITY_TOML = PACK_TOML.replace('"demo"', '"city"').replace('"330000"', '"330100"').replace('roots = ["ZJ-"]', 'roots = ["HZ-"]') + """
[[extends]]
name = "demo"
from = "2026.7.0"
below = "2027.0.0"
"""
RULE = """规则 HZ-1「住院不收某项」{
  依据：某市文件
  结果：可疑
  环节：事前、事中、事后
  场景：门急诊、住院
  费用：全部费用
  有效：2025-01-01 起
  提醒方式：静默
  针对：明细 属于 知识表「限儿童药品」记为 限定
  当：  是住院 且 非 明细.编码 属于 编码集「门诊项目」
  扣减：全额
  说明：「{明细.名称}不收」
  建议：「冲减」
}
"""
TUNE = """[[parameter]]
name = "儿童年龄上限"
value = "16岁"
from = 2026-01-01
reason = "某市文件"
"""
CITY: Mapping[str, str] = {
    "pack.toml": CITY_TOML, "tune.toml": TUNE, "families/HZ-1_demo/rule.medrule": RULE, "families/HZ-1_demo/cases.yaml": f"""
- title: 住院，可疑
  facts: {FACTS % ("2016-01-01", "false", "XA02")}
  expect: {{findings: [{{rule: HZ-1, line: L1}}], undecided: []}}
- title: 十六岁半，本市按十六岁，两条都提示
  rules: [ZJ-1]
  facts: {FACTS % ("2010-01-01", "false", "XA01")}
  expect: {{findings: [{{rule: HZ-1}}, {{rule: ZJ-1}}], undecided: []}}
- title: 例中换了表行，调过的参数照样有效
  rules: [ZJ-1]
  tables: {{限儿童药品: [{{编码: XA09, 年龄段: 不满 参数.儿童年龄上限}}]}}
  facts: {FACTS % ("2010-01-01", "false", "XA09")}
  expect: {{findings: [{{rule: HZ-1}}, {{rule: ZJ-1}}], undecided: []}}
"""}


def built(folder: Path, files: Mapping[str, str] = CITY, previous: PackFile | None = None) -> Built:
    return build(written(folder, files), facts_of, previous, parents=[demo()])


def test_it_is_built_with_its_parent(tmp_path: Path) -> None:
    made = built(tmp_path)
    manifest = made.file.manifest
    assert made.cases == 3 and manifest.level == "city" and manifest.compiled is None
    assert [(e.name, str(e.begin)) for e in manifest.extends] == [("demo", "2026.7.0")]
    assert "tune.toml" in made.file.members and made.changes.totals["rules"] == 1
    assert built(tmp_path / "again").content == made.content
    assert verify_build(made.file) is False


def test_without_its_parent_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedBuild) as refused:
        build(written(tmp_path, CITY), facts_of)
    assert refused.value.code == "MR-P524" and "demo" in refused.value.problems[0][0]


@pytest.mark.parametrize(("name", "old", "new", "code"), [
    ("pack.toml", 'from = "2026.7.0"', 'from = "2026.8.0"', "MR-P401"), ("tune.toml", "16岁", "13岁", "MR-P404"),
    ("families/HZ-1_demo/rule.medrule", "是住院", "是急诊", "MR-P409"),
])
def test_what_does_not_fit_its_parent(tmp_path: Path, name: str, old: str, new: str, code: str) -> None:
    assert old in CITY[name]
    with pytest.raises(InvalidLayers) as refused:
        built(tmp_path, {**CITY, name: CITY[name].replace(old, new)})
    assert refused.value.code == code


def test_cases_run_on_both_together(tmp_path: Path) -> None:
    with pytest.raises(RefusedBuild) as refused:
        built(tmp_path, {**CITY, "tune.toml": TUNE.replace("16岁", "17岁")})
    assert refused.value.code == "MR-P522" and len(refused.value.problems) == 2


def test_changes_name_what_the_pack_itself_changed(tmp_path: Path) -> None:
    first = built(tmp_path / "a").file
    files = {**CITY, "pack.toml": CITY_TOML.replace("2026.7.1", "2026.8.0", 1), "tune.toml": TUNE.replace("某市文件", "某市新文件"),
             "rows/child_drugs.csv": "知识点号,编码,年龄段,来源,地区\nHZ-KP-1,XA07,不满3岁,某市,3301\n"}
    changes = built(tmp_path / "b", files, first).changes
    assert [(n.thing.kind, n.thing.name) for n in changes.named] == [("tuning", "parameter 儿童年龄上限")]
    assert [(t.kind, t.name, len(t.added)) for t in changes.tables] == [("added", "rows/child_drugs.csv", 1)]
    assert changes.rules == () and changes.advice.step == "minor"


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parent, folder, target = tmp_path / "demo.mrpack", written(tmp_path / "city", CITY), tmp_path / "city.mrpack"
    parent.write_bytes(write_pack_file(demo().manifest, {n: c for n, c in demo().members.items() if n != MANIFEST}))
    assert main(["pack", "build", str(folder), "-o", str(target), "--parent", str(parent)]) == exits.OK
    assert main(["pack", "diff", str(target), str(folder), "--parent", str(parent)]) == exits.OK
    assert "判断不变" in capsys.readouterr().out
    assert main(["pack", "build", str(folder), "-o", str(target)]) == exits.PROBLEMS
    assert "--parent" in capsys.readouterr().err
    written(folder, {"tune.toml": TUNE.replace("16岁", "13岁")})
    assert main(["pack", "build", str(folder), "-o", str(target), "--parent", str(parent)]) == exits.BAD_PACK
    assert "MR-P404" in capsys.readouterr().err


def test_the_example_province_is_built_on_the_national_pack() -> None:
    """Its own rule, the parameter that it tunes, the row that it adds: cases hold on both packs together."""
    root = Path(__file__).parents[2]
    national = standing_of(collect_files(root / "rulepacks" / "national"), "national")
    members = {n: c for n, c in national.own.sources.files.items() if not n.endswith("cases.yaml")}
    parent = read_pack_file(write_pack_file(replace(national.manifest, members=members_of(members)), members))
    made = build(root / "examples" / "layers" / "example-province", facts_of, parents=[parent])
    assert made.cases == 5 and made.file.manifest.identity == "990000/example-province"
