"""Pack folders: what is read, in which order, the content hash, and every fault of a folder as a diagnostic."""
from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from error_examples import write_pack

from medrules import InvalidPack, open_pack
from medrules.knowledge import packfiles
from medrules.knowledge.folder import PackSources, read_pack_folder

FILES = {
    "pack.toml": """name = "demo"
version = "1"
title = "示例"
title_en = "Demo"
authority = "示例医保局"
[[catalogue]]
name = "ICD10医保版"
en = "icd10_nhsa"
system = "icd10"
file = "shared/catalogues/icd10.csv"
column = "诊断编码"
incomplete = true
[[catalogue]]
name = "ICD9医保版"
""",
    "README.md": "# 示例\n",
    "shared/parameters.medrule": "参数 儿童年龄上限 = 18岁 自 2025-01-01\n",
    "shared/definitions.medrule": "定义 是住院 = 就诊.就医方式 = 住院\n",
    "shared/catalogues/icd10.csv": "诊断编码,名称\na00.100x001,霍乱\n,\n",
    "shared/codesets/tumours.toml":
        'name = "肿瘤"\nen = "tumours"\nsystem = "icd10"\nsource = "示例"\nstatus = "官方"\nmembers = ["C00-C97"]\n',
    "families/F01_age/rule.medrule": "",
    "families/F01_age/cases.yaml": "[]\n",
    "families/F01_age/README.md": "# 年龄\n",
    "families/F01_age/tables/child_drugs.toml":
        'name = "限儿童药品"\nen = "child_drugs"\nkey = "code"\n[[column]]\nzh = "诊断"\ntype = "codes:icd10"\n',
    "families/F01_age/tables/child_drugs.csv":
        "知识点号,编码,诊断\nKP-1,XA01ABC,编码集「肿瘤」\nKP-2,XA01ABD,编码集「tumours」\n",
}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "demo", FILES)


def codes(folder: Path) -> list[str]:
    return [d.code for d in read_pack_folder(folder).diagnostics]


def test_everything_is_read(pack: Path) -> None:
    found: PackSources = read_pack_folder(pack)
    assert found.diagnostics == ()
    assert (found.name, found.version, found.declaration.authority) == ("demo", "1", "示例医保局")
    assert [s.name for s in found.rule_sources] == [
        "shared/parameters.medrule", "shared/definitions.medrule", "families/F01_age/rule.medrule",
    ]
    assert found.families["families/F01_age/rule.medrule"] == "F01_age"
    assert found.families["shared/parameters.medrule"] == ""
    table = found.tables["限儿童药品"]
    assert table is found.tables["child_drugs"]
    assert table.rows[0].cells[0] is table.rows[1].cells[0] is found.codesets["肿瘤"] is found.codesets["tumours"]
    assert found.origins["肿瘤"].status == "官方"
    assert found.catalogues["icd10_nhsa"].codes == {"A00.100X001"} and found.catalogues["ICD10医保版"].incomplete
    assert found.catalogues["ICD9医保版"].codes == frozenset() and found.catalogues["ICD9医保版"].incomplete
    assert found.cases == ("families/F01_age/cases.yaml",) and found.files[found.cases[0]] == FILES[found.cases[0]].encode()


def test_hash_is_of_names_and_bytes_only(pack: Path, tmp_path: Path) -> None:
    first = read_pack_folder(pack).hash
    copy = tmp_path / "elsewhere"
    for name in reversed(list(FILES)):
        write_pack(copy, {name: FILES[name]})
    (copy / ".hidden").write_text("x")
    (copy / "~$open.xlsx").write_text("x")
    (copy / "families/F01_age/cases.yaml").write_text("[]")  # cases judge nothing
    assert read_pack_folder(copy).hash == first
    (copy / "README.md").write_text("anders")
    assert read_pack_folder(copy).hash != first
    (copy / "README.md").write_text(FILES["README.md"], encoding="utf-8")
    (copy / "families/F01_age").rename(copy / "families/F02_age")
    assert read_pack_folder(copy).hash != first


def test_no_folder_at_all(tmp_path: Path) -> None:
    found = read_pack_folder(tmp_path / "none")
    assert [d.code for d in found.diagnostics] == ["MR-G201"] and found.name == "none"


@pytest.mark.parametrize(("name", "content", "expected"), [
    ("pack.toml", b"name =", ["MR-G202"]),
    ("pack.toml", b'name = "demo"\nversion = "1"', ["MR-G203"]),
    ("pack.toml", "name = \"示例\"".encode("gbk"), ["MR-G205"]),
    ("pack.toml", 'name = "d"\nversion = "1"\ntitle = "示"\ncatalogues = 3'.encode(), ["MR-G204"]),
    ("shared/parameters.medrule", "参数".encode("gbk"), ["MR-G205"]),
    ("families/F01_age/rule.medrule", b"\xff\xfe", ["MR-G205"]),
    ("families/F01_age/tables/child_drugs.toml", "名".encode("gbk"), ["MR-G205"]),
    ("families/F01_age/tables/other.csv", "知识点号,编码\n".encode(), ["MR-G207"]),
    ("families/F01_age/tables/other.toml", 'name = "另"\nkey = "code"'.encode(), ["MR-G207"]),
    ("shared/catalogues/icd10.csv", "编码\nA00".encode(), ["MR-G301"]),
    ("shared/catalogues/icd10.csv", "编码".encode("gbk"), ["MR-K201"]),
    ("shared/catalogues/icd10.csv", '诊断编码\n"A00'.encode(), ["MR-K208"]),
    ("families/F01_age/notes.xlsx", b"x", ["MR-G209"]),
    ("families/年龄/rule.medrule", b"", ["MR-G212"]),
])
def test_faults_of_a_file(pack: Path, name: str, content: bytes, expected: list[str]) -> None:
    (pack / name).parent.mkdir(parents=True, exist_ok=True)
    (pack / name).write_bytes(content)
    assert codes(pack) == expected


def test_links_are_not_followed(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.medrule").write_text("定义")
    (pack / "shared/secret.medrule").symlink_to(tmp_path / "secret.medrule")
    (pack / "families/F02_x").symlink_to(pack / "families/F01_age")
    found = read_pack_folder(pack)
    assert [d.code for d in found.diagnostics] == ["MR-G211", "MR-G211"]
    assert len(found.rule_sources) == 3


def test_a_pack_whose_rules_are_a_link_does_not_pass_for_whole(pack: Path, tmp_path: Path) -> None:
    """It would have fewer rules, or none, and everything would look clean."""
    (pack / "families").rename(tmp_path / "families")
    (pack / "families").symlink_to(tmp_path / "families")
    with pytest.raises(InvalidPack) as refused:
        open_pack(pack)
    assert "MR-G211" in [d.code for d in refused.value.diagnostics]


def test_a_folder_that_cannot_be_looked_into_is_told(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """(No permission; root has all of them, so the trouble is made here.)"""
    seen = Path.iterdir

    def barred(self: Path) -> Iterator[Path]:
        if self.name == "F01_age":
            raise PermissionError
        return seen(self)

    monkeypatch.setattr(Path, "iterdir", barred)
    assert codes(pack) == ["MR-G211"]


def test_names_are_used_once(pack: Path) -> None:
    shutil.copytree(pack / "families/F01_age/tables", pack / "families/F02_more/tables")
    assert codes(pack) == ["MR-G208"]


def test_limits(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packfiles, "MAX_FILES", 5)
    assert "MR-G206" in codes(pack)
    monkeypatch.undo()
    monkeypatch.setattr(packfiles, "MAX_TEXT", 40)
    assert "MR-G206" in codes(pack)
    monkeypatch.undo()
    monkeypatch.setattr(packfiles, "MAX_TOTAL", 100)
    assert "MR-G206" in codes(pack)
