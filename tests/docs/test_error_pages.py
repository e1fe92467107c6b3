"""Every diagnostic has a page; its bad example yields exactly that code and its good one none. Errors of published packs have pages too;
what they show is bytes, which tests/packs damages one by one.

A page of ```medrule blocks is parsed, and checked beside the tables of the national rules where its code is the checker's.
A ```toml block begins with a comment that names its file; a ```csv block belongs to the declaration before it (or to the
catalogue that pack.toml names): such pages are read as a pack folder. What Markdown cannot show (another encoding, a file that
is too large) stands there as ```text and is tested where it is read.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from medrules.check.checker import check
from medrules.diagnostics import Diagnostic, Source
from medrules.diagnostics.codes import CODES
from medrules.errors import PACK_ERRORS
from medrules.knowledge.folder import read_pack_folder
from medrules.language.parser import parse
from medrules.language.tokens import Limits
from tests.check.check_corpus import catalogues, codesets, parsed, tables, with_a_row
from tests.knowledge.error_examples import diagnostics_of, files, write_pack

PAGES = Path(__file__).parents[2] / "docs" / "errors"
HEADINGS = ("什么时候出现", "怎么改", "错误示例", "正确示例", "English")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Blocks = Sequence[tuple[str, str, str]]  # (kind, options, text)


def run_language(blocks: Blocks, folder: Path) -> Sequence[Diagnostic]:
    """Parse each block; `key=value` behind ```medrule sets a limit, so that a page need not be a megabyte long."""
    found: list[Diagnostic] = []
    for kind, options, text in blocks:
        assert kind == "medrule"
        limits = Limits(**{k: int(v) for k, v in (o.split("=") for o in options.split())})
        found.extend(parse(Source("example.medrule", text), limits)[1])
    return found


def as_files(blocks: Blocks) -> dict[str, str]:
    """Contents by file name, as the first lines of the blocks say."""
    page = "\n## x\n\n" + "\n".join(f"```{kind}\n{text}```" for kind, _, text in blocks if kind != "medrule")
    found = files(page, "x")
    assert found is not None
    rules = [text for kind, _, text in blocks if kind == "medrule"]
    return found | ({"families/F99_demo/rule.medrule": rules[-1]} if rules else {})


def run_knowledge(blocks: Blocks, folder: Path) -> Sequence[Diagnostic]:
    return diagnostics_of(as_files(blocks), folder)


def run_check(blocks: Blocks, folder: Path, sourced: bool = False) -> Sequence[Diagnostic]:
    if all(kind == "medrule" for kind, *_ in blocks):
        text = "\n".join(text for *_, text in blocks)
        return check([parsed(text)], with_a_row(tables()), codesets(), catalogues(), sourced=sourced)[1]
    pack = read_pack_folder(write_pack(folder, as_files(blocks)))
    assert pack.diagnostics == ()
    files = []
    for source in pack.rule_sources:
        tree, found = parse(source)
        assert tree is not None and not found
        files.append((source, tree))
    return check(files, pack.tables, pack.codesets, pack.catalogues)[1]


# 依据 and 说明 are asked of whole packs only, so that the other pages may leave them out.
ASKED_OF_PACKS = ("MR-W309", "MR-W310", "MR-W311")

RUNNERS: dict[str, Callable[[Blocks, Path], Sequence[Diagnostic]]] = {
    **dict.fromkeys("LP", run_language), **dict.fromkeys("KG", run_knowledge), **dict.fromkeys("NTCW", run_check),
}


def run(code: str, blocks: Blocks, folder: Path) -> Sequence[Diagnostic]:
    return run_check(blocks, folder, sourced=True) if code in ASKED_OF_PACKS else RUNNERS[code[3]](blocks, folder)


def section(code: str, heading: str) -> str:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert f"\n## {heading}\n" in page, f"{code}: no heading {heading}"
    return page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_every_code_has_one_page_and_every_page_a_code() -> None:
    assert {p.stem for p in PAGES.glob("MR-*.md")} == {*CODES, *PACK_ERRORS} and not CODES.keys() & PACK_ERRORS.keys()
    assert {code[3] for code in CODES} == set(RUNNERS)


@pytest.mark.parametrize("code", sorted({*CODES, *PACK_ERRORS}))
def test_a_page_has_its_headings(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code} ")
    found = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert tuple(found) == HEADINGS
    assert all(section(code, heading).strip() for heading in HEADINGS)
    assert re.search(r"[A-Za-z]{3}", section(code, "English"))


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_bad_example_yields_exactly_its_code(code: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(section(code, "错误示例"))
    assert blocks
    if any(kind == "text" for kind, *_ in blocks):
        assert code[3] in "KG"  # bytes, sizes, what lies in a folder: tests/knowledge names these codes one by one
        return
    found = run(code, blocks, tmp_path)
    assert {d.code for d in found} == {code}, [(d.code, d.message) for d in found]
    assert all(d.message and d.message_en and (d.span is not None or d.place) for d in found)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_good_example_yields_none(code: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(section(code, "正确示例"))
    assert blocks
    assert [(d.code, d.message) for d in run(code, blocks, tmp_path)] == []
