"""A pack file judges as the folder that it was built of: by its compiled member, and by its sources alike."""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import medrules
from medrules.adapters.cli.case_facts import facts_of
from medrules.api import check_pack, open_pack_file
from medrules.cases.yaml_reader import read_cases
from medrules.compiled.plans import write_plan
from medrules.errors import InvalidPackFile
from medrules.packs.archive import PackFile, read_pack_file, write_pack_file
from medrules.packs.manifest import members_of
from medrules.packs.versions import Version
from medrules.plan.planner import plan
from medrules.release.build import COMPILED, build, verify_build
from tests.fuzz.guided import step
from tests.fuzz.mutations import tree_changed
from tests.release.samples import built, changed, demo, written

ROOT = Path(__file__).parents[2]
TYPICAL = ROOT / "rulepacks" / "typical-problems"


def with_members(file: PackFile, changes: Mapping[str, bytes], **facts: Any) -> PackFile:
    """A pack file with other members, its manifest true to them."""
    members = {n: c for n, c in {**file.members, **changes}.items() if n != "manifest.json"}
    manifest = replace(file.manifest, **{"members": members_of(members), **facts})
    return read_pack_file(write_pack_file(manifest, members))


@cache
def engines() -> tuple[medrules.Engine, medrules.Engine, medrules.Engine]:
    """Of the folder, of the file's compiled member, of the file's sources."""
    file = build(TYPICAL, facts_of).file
    return medrules.open_pack(TYPICAL), open_pack_file(file), open_pack_file(with_members(file, {}, compiled=(COMPILED, 99)))


@cache
def requests() -> tuple[Any, ...]:
    found = [c.facts for p in sorted(TYPICAL.glob("families/*/cases.yaml")) for c in read_cases(p)]
    return tuple(json.loads(json.dumps(f, default=str)) for f in found if isinstance(f, dict))


KEYS = ("数量", "单价", "金额", "编码", "执行时间", "出生日期", "级别", "就医方式", "抢救标志")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_file_and_folder_give_equal_reports(data: st.DataObject) -> None:
    sent = data.draw(st.sampled_from(requests()))
    sent = tree_changed(json.loads(json.dumps(sent)), data.draw(st.lists(step, max_size=3)), KEYS)
    try:
        facts = medrules.read_facts(sent)
    except medrules.InvalidFacts:
        return
    folder, compiled, sources = engines()
    assert folder.review(facts) == compiled.review(facts) == sources.review(facts)


def test_programs_are_equal() -> None:
    folder, compiled, sources = engines()
    assert folder.program.pack_hash == compiled.program.pack_hash == sources.program.pack_hash
    assert compiled.program == sources.program == folder.program


def test_open_pack_takes_a_path(tmp_path: Path) -> None:
    path = tmp_path / "demo.mrpack"
    path.write_bytes(write_pack_file(demo().manifest, {n: c for n, c in demo().members.items() if n != "manifest.json"}))
    engine = medrules.open_pack(path)
    assert (engine.program.pack, engine.program.pack_version) == ("demo", "2026.7.1")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(medrules.InvalidPackFile):
        medrules.open_pack(path)


def test_a_compiled_member_of_another_medrules_gives_way_to_the_sources() -> None:
    content = demo().members[COMPILED]
    other = content.replace(b'"medrules": "', b'"medrules": "9', 1)
    file = with_members(demo(), {COMPILED: other})
    assert open_pack_file(file).program == open_pack_file(demo()).program
    assert verify_build(file) is False and verify_build(demo()) is True


def refused(file: PackFile, act: Any = open_pack_file) -> str:
    with pytest.raises(InvalidPackFile) as error:
        act(file)
    return error.value.code


def test_parts_of_different_packs_are_told() -> None:
    assert refused(with_members(demo(), {}, minimum_engine=Version(9, 0, 0))) == "MR-P513"
    assert refused(with_members(demo(), {"README.md": b"# other\n"})) == "MR-P515"
    assert refused(with_members(demo(), {COMPILED: b"{}"})) == "MR-P516"
    foreign = with_members(demo(), {COMPILED: foreign_compiled()})
    assert refused(foreign) == "MR-P516" == refused(foreign, verify_build)
    assert refused(with_members(demo(), {"pack.toml": demo().members["pack.toml"] + b"\n"}), verify_build) == "MR-P515"


def foreign_compiled() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        return built(Path(place), changed(one=("README.md", "示例", "另一个"))).file.members[COMPILED]


def test_a_compiled_form_that_was_made_to_say_something_else_is_found(tmp_path: Path) -> None:
    """One that claims the sources' hash opens, and `verify-build` tells it from what the sources compile to."""
    files = changed(one=("families/ZJ-1_child_drugs/rule.medrule", "结果：明确违规", "结果：监测"))
    program = check_pack(written(tmp_path, files)).program
    forged = with_members(demo(), {COMPILED: write_plan(plan(replace(program, pack_hash=demo().manifest.content_hash)))})
    assert open_pack_file(forged).program.rules[0].header.result == "monitor"
    assert refused(forged, verify_build) == "MR-P516"


def test_neither_yaml_nor_the_libraries_of_trust_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "demo.mrpack"
    path.write_bytes(write_pack_file(demo().manifest, {n: c for n, c in demo().members.items() if n != "manifest.json"}))
    ask = """
import sys
for name in ("yaml", "rich", "tuf", "securesystemslib", "cryptography", "requests", "urllib3", "starlette"):
    sys.modules[name] = None
import medrules
from medrules.api import check_pack_file
from medrules.adapters.cli.case_facts import facts_of
from medrules.cases.packs import CasePack, family_of
from medrules.cases.yaml_reader import parse_cases
from medrules.packs import read_pack_file
engine = medrules.open_pack(sys.argv[1])
file = read_pack_file(open(sys.argv[1], "rb").read())
pack = CasePack(check_pack_file(file), facts_of)
for name in pack.checked.sources.cases:
    for case in parse_cases(file.members[name], name):
        assert pack.differences(case, family_of(name)) == ()
        print(case.title)
"""
    done = subprocess.run([sys.executable, "-c", ask, str(path)], capture_output=True, check=True, env={"PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"})
    assert len(done.stdout.splitlines()) == 4
