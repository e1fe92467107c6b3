"""Every checker diagnostic has a page whose bad example yields exactly that code and whose good one none.

A page of rule text alone is checked beside the tables of the national rules (one blank row each); a page that shows a table is
read as a whole pack.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from check_corpus import catalogues, codesets, parsed, tables, with_a_row

from medrules.check.checker import check
from medrules.diagnostics import Diagnostic, Source
from medrules.diagnostics.codes import CODES
from medrules.knowledge.folder import read_pack_folder
from medrules.language.parser import parse

PAGES = Path(__file__).parents[2] / "docs" / "errors"
MINE = sorted(code for code in CODES if code[3] in "NTCW")
HEADINGS = ("什么时候出现", "怎么改", "错误示例", "正确示例", "English")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(code: str, heading: str) -> str:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert f"\n## {heading}\n" in page, f"{code}: no heading {heading}"
    return page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


# 依据 and 说明 are asked of whole packs only, so that the other pages may leave them out.
ASKED_OF_PACKS = ("MR-W309", "MR-W310", "MR-W311")


def run(blocks: Sequence[tuple[str, str]], folder: Path, sourced: bool = False) -> tuple[Diagnostic, ...]:
    if all(kind == "medrule" for kind, _ in blocks):
        text = "\n".join(text for _, text in blocks)
        return check([parsed(text)], with_a_row(tables()), codesets(), catalogues(), sourced=sourced)[1]
    (folder / "pack.toml").write_text('name = "demo"\nversion = "1"\ntitle = "示例"\n', encoding="utf-8")
    last = ""
    for kind, text in blocks:
        name = {"medrule": "families/F99_demo/rule.medrule"}.get(kind, "")
        if kind == "toml":
            name = last = text.splitlines()[0].removeprefix("# ")
        elif kind == "csv":
            name = last.removesuffix(".toml") + ".csv"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    pack = read_pack_folder(folder)
    assert pack.diagnostics == ()
    files = []
    for source in pack.rule_sources:
        file, found = parse(source)
        assert file is not None and not found
        files.append((source, file))
    return check(files, pack.tables, pack.codesets, pack.catalogues)[1]


@pytest.mark.parametrize("code", MINE)
def test_a_page_has_its_headings(code: str) -> None:
    assert (PAGES / f"{code}.md").read_text(encoding="utf-8").startswith(f"# {code} ")
    assert all(section(code, heading).strip() for heading in HEADINGS)


@pytest.mark.parametrize("code", MINE)
def test_a_bad_example_yields_exactly_its_code(code: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(section(code, "错误示例"))
    assert blocks
    found = run(blocks, tmp_path, code in ASKED_OF_PACKS)
    assert {d.code for d in found} == {code}, [(d.code, d.message) for d in found]
    assert all(d.message and d.message_en and d.help and d.help_en and (d.span is not None or d.place) for d in found)


@pytest.mark.parametrize("code", MINE)
def test_a_good_example_yields_none(code: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(section(code, "正确示例"))
    assert blocks
    assert [(d.code, d.message) for d in run(blocks, tmp_path, code in ASKED_OF_PACKS)] == []


def test_no_page_without_a_code() -> None:
    assert {p.stem for p in PAGES.glob("MR-[NTCW]*.md")} == set(MINE)


def test_source_is_named() -> None:
    found = check([parsed("规则 LK-1「x」{\n  结果：可疑\n}", "a.medrule")], tables(), {}, {})[1]
    assert [d.source and d.source.name for d in found] == ["a.medrule"]
    assert isinstance(found[0].source, Source)
