"""The generated pages say what the code says now, and the pages for people point at things that are there."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.docs import generate

from medrules.adapters.cli.main import main, parser

ROOT = Path(__file__).parents[2]
DOCS = sorted((*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"))
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")


def test_no_generated_page_is_stale() -> None:
    assert generate.stale() == []


@pytest.mark.parametrize("page", DOCS, ids=[str(p.relative_to(ROOT)) for p in DOCS])
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert broken == []


def commands(page: Path) -> list[list[str]]:
    """The `medrules …` lines of the page's plain code blocks, as words."""
    out: list[list[str]] = []
    for kind, block in BLOCK.findall(page.read_text("utf-8")):
        if kind in ("", "sh", "bash", "console"):
            lines = re.findall(r"^(?:\$ )?(?:python -m )?medrules (.+)$", block, re.MULTILINE)
            out += [line.split("#")[0].split() for line in lines]
    return out


def test_the_commands_that_pages_show_can_be_parsed() -> None:
    shown = [words for page in DOCS for words in commands(page)]
    assert len(shown) >= 5
    for words in shown:
        parser(words[0]).parse_args(words)


def test_the_screen_in_the_readme_is_what_the_command_shows(capsys: pytest.CaptureFixture[str]) -> None:
    """The first block after 屏幕: every line of it stands in what reviewing the first example prints."""
    text = (ROOT / "README.md").read_text("utf-8").split("的屏幕", 1)[1]
    excerpt = BLOCK.search(text)
    assert excerpt is not None
    example = ROOT / "examples" / "3101"
    assert main(["review", str(example / "01-outpatient-adult.json"), "--pack", str(ROOT / "rulepacks/national"),
                 "--site", str(example / "site.toml")]) == 0
    shown = [re.sub(r"[─╭╮╰╯│ ]+", " ", line).strip() for line in capsys.readouterr().out.splitlines()]
    lines = [re.sub(r"[─╭╮╰╯│ ]+", " ", line).strip() for line in excerpt[2].splitlines()]
    assert [line for line in lines if line and line != "…" and line not in shown] == []
    assert sum(line in shown for line in lines) >= 6
