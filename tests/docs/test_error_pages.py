"""Every diagnostic has a page; where this file knows how to run an example, the bad one yields exactly that code and the
good one none. To test the pages of another letter, add its runner to RUNNERS."""
from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from medrules.diagnostics import Diagnostic, Source
from medrules.diagnostics.codes import CODES
from medrules.language.parser import parse
from medrules.language.tokens import Limits

PAGES = Path(__file__).parents[2] / "docs" / "errors"
HEADINGS = ("什么时候出现", "怎么改", "错误示例", "正确示例", "English")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Blocks = Sequence[tuple[str, str, str]]  # (kind, options, text)


def run_language(blocks: Blocks) -> Sequence[Diagnostic]:
    """Parse each block; `key=value` behind ```medrule sets a limit, so that a page need not be a megabyte long."""
    found: list[Diagnostic] = []
    for kind, options, text in blocks:
        assert kind == "medrule"
        limits = Limits(**{k: int(v) for k, v in (o.split("=") for o in options.split())})
        found.extend(parse(Source("example.medrule", text), limits)[1])
    return found


RUNNERS: dict[str, Callable[[Blocks], Sequence[Diagnostic]]] = {"L": run_language, "P": run_language}
RUN = sorted(code for code in CODES if code[3] in RUNNERS)


def section(code: str, heading: str) -> str:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert f"\n## {heading}\n" in page, f"{code}: no heading {heading}"
    return page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("code", RUN)
def test_a_page_has_its_headings(code: str) -> None:
    assert (PAGES / f"{code}.md").read_text(encoding="utf-8").startswith(f"# {code} ")
    assert all(section(code, heading).strip() for heading in HEADINGS)


@pytest.mark.parametrize("code", RUN)
def test_a_bad_example_yields_exactly_its_code(code: str) -> None:
    blocks = BLOCK.findall(section(code, "错误示例"))
    assert blocks
    found = RUNNERS[code[3]](blocks)
    assert {d.code for d in found} == {code}, [(d.code, d.message) for d in found]
    assert all(d.message and d.message_en and d.span is not None for d in found)


@pytest.mark.parametrize("code", RUN)
def test_a_good_example_yields_none(code: str) -> None:
    blocks = BLOCK.findall(section(code, "正确示例"))
    assert blocks
    assert [(d.code, d.message) for d in RUNNERS[code[3]](blocks)] == []


def test_no_page_without_a_code() -> None:
    assert {p.stem for p in PAGES.glob("MR-*.md")} <= set(CODES)
