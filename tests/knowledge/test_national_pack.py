"""The national pack: every table and code set that its rules name is declared, with the columns read."""
from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from medrules.knowledge.folder import PackSources, read_pack_folder
from medrules.knowledge.reserved import RESERVED_NAMES
from medrules.model.values import UNKNOWN

PACK = Path(__file__).parents[2] / "rulepacks" / "national"
_RULE = re.compile(r"^规则 (\S+?)「[^」]*」\{(.*?)^\}", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"知识表「([^」]+)」(?:\.(\S+))?\s*记为\s*(\S+)")


@cache
def pack() -> PackSources:
    return read_pack_folder(PACK)


def test_it_reads_without_a_diagnostic() -> None:
    assert pack().diagnostics == ()


def test_every_name_has_an_english_twin() -> None:
    for table in pack().tables.values():
        assert table.en.isascii() and table.en and table.file.endswith(f"/{table.en}.csv")
        assert all(c.en.isascii() and c.doc for c in table.columns)
    assert all(s.en.isascii() and s.en for s in pack().codesets.values())
    assert all(o.source and o.status == "推定" for o in pack().origins.values())


def test_tables_name_their_source_and_say_when_they_are_empty_on_purpose() -> None:
    assert all(t.doc for t in pack().tables.values())
    empty = {t.name for t in pack().tables.values() if not t.rows}
    said = {t.name for t in pack().tables.values() if "empty = true" in (PACK / t.file).with_suffix(".toml").read_text("utf-8")}
    assert empty == said


def test_headers_of_empty_tables_carry_all_reserved_columns() -> None:
    for table in (t for t in pack().tables.values() if not t.rows):
        header = (PACK / table.file).read_text(encoding="utf-8").strip().split(",")
        wanted = set(RESERVED_NAMES) if table.key_kind == "pair" else set(RESERVED_NAMES) - {"主项排除", "部位相同"}
        assert wanted <= set(header)


def test_rules_name_only_what_is_declared() -> None:
    text = "\n".join(s.text for s in pack().rule_sources)
    tables = set(re.findall(r"知识表「([^」]+)」", text))
    assert tables == {t.name for t in pack().tables.values()}
    assert set(re.findall(r"编码集「([^」]+)」", text)) <= {s.name for s in pack().codesets.values()}


def test_rules_read_only_declared_columns() -> None:
    rules = {m[1]: m[2] for s in pack().rule_sources for m in _RULE.finditer(s.text)}
    assert len(rules) > 100
    for code, body in rules.items():
        named = _TABLE.search(body)
        if named is None:
            continue
        columns = {c.zh for c in pack().tables[named[1]].columns} | set(RESERVED_NAMES)
        read = set(re.findall(rf"\b{named[3]}\.([一-鿿]+)", body))
        assert read <= columns, (code, named[1], read - columns)
        assert named[2] is None or named[2] in columns


@pytest.mark.parametrize(("name", "code", "expected"), [
    ("妊娠分娩产褥", "O26.900", True), ("妊娠分娩产褥", "Z34.900", True), ("妊娠分娩产褥", "Z36.000", False),
    ("性别发育异常", "Q99.000", True), ("性别发育异常", "Q99.200", True), ("性别发育异常", "Q89.900", False),
    ("抗菌药物", "XJ01CAA040B001010100001", True),
    ("抗菌药物", "XJ05ABA", False), ("治疗性项目", "003306020030000", True),
])
def test_members(name: str, code: str, expected: bool) -> None:
    assert pack().codesets[name].member(code) is expected


def test_what_is_not_yet_coded_is_unknown() -> None:
    for name in ("需治疗用抗菌药的感染", "可短期住院", "院内感染", "静脉用药", "须有医嘱项目", "治疗性项目"):
        assert pack().codesets[name].member("999999") is UNKNOWN, name
