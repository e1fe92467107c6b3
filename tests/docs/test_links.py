"""Every relative link of the Markdown that is shipped leads to a file, and no page still holds a placeholder."""
from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted({
    ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"),
    *(ROOT / "rulepacks").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md"),
})
CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?(?!https?:|mailto:)([^)\s>#]*)(?:#([^)\s>]*))?>?(?:\s+\"[^\"]*\")?\)")


def prose(text: str) -> str:
    """The text without code, which may hold brackets of its own."""
    return CODE.sub("", text)


def broken(page: Path, text: str) -> list[str]:
    return [link for link, _ in LINK.findall(prose(text)) if link and not (page.parent / unquote(link)).exists()]


def test_the_pages_of_every_kind_are_looked_at() -> None:
    names = {str(p.relative_to(ROOT)).replace("\\", "/") for p in PAGES}
    assert {"README.md", "docs/README.md", "examples/3101/README.md", "rulepacks/national/README.md"} <= names
    assert any(re.fullmatch(r"rulepacks/national/families/[^/]+/README\.md", name) for name in names)


def test_a_broken_link_is_found() -> None:
    page = ROOT / "README.md"
    assert broken(page, "[a](docs/README.md) [b](docs/none.md#x) `[c](none)` [d](#e) [f](https://g.example)") == ["docs/none.md"]


@pytest.mark.parametrize("page", PAGES, ids=[str(p.relative_to(ROOT)) for p in PAGES])
def test_links_lead_to_files(page: Path) -> None:
    assert broken(page, page.read_text("utf-8")) == []


FINISHED = [p for p in PAGES if p.name != "MR-W311.md"]  # that page is about the word 待填


@pytest.mark.parametrize("page", FINISHED, ids=[str(p.relative_to(ROOT)) for p in FINISHED])
def test_no_placeholder_is_left(page: Path) -> None:
    text = prose(page.read_text("utf-8")).replace("「待填」", "")  # a page may speak of the word
    assert [word for word in ("@@", "待填", "待写：") if word in text] == []
