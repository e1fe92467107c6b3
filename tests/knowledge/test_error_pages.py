"""Every knowledge diagnostic has a page whose bad example yields exactly that code and whose good one none."""
from __future__ import annotations

from pathlib import Path

import pytest
from error_examples import diagnostics_of, files, section

from medrules.diagnostics.codes import CODES

PAGES = Path(__file__).parents[2] / "docs" / "errors"
MINE = sorted(code for code in CODES if code.startswith(("MR-K", "MR-G")))
HEADINGS = ("什么时候出现", "怎么改", "错误示例", "正确示例", "English")
NOT_SHOWN = {"MR-K201", "MR-K206", "MR-K207", "MR-K209", "MR-K210", "MR-K211", "MR-K309", "MR-G205",
             "MR-G206", "MR-G210", "MR-G211", "MR-G212", "MR-K601", "MR-K602", "MR-K603", "MR-K604", "MR-K605", "MR-K607", "MR-K610", "MR-K611", "MR-K627"}


@pytest.mark.parametrize("code", MINE)
def test_page_has_its_headings(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code} ")
    assert all(section(page, heading).strip() for heading in HEADINGS)


@pytest.mark.parametrize("code", MINE)
def test_bad_example_yields_exactly_its_code(code: str, tmp_path: Path) -> None:
    contents = files((PAGES / f"{code}.md").read_text(encoding="utf-8"), "错误示例")
    if contents is None:
        assert code in NOT_SHOWN
        return
    found = diagnostics_of(contents, tmp_path)
    assert {d.code for d in found} == {code}, [(d.code, d.place, d.message) for d in found]
    assert all(d.message and d.message_en and d.place for d in found)


@pytest.mark.parametrize("code", MINE)
def test_good_example_yields_none(code: str, tmp_path: Path) -> None:
    contents = files((PAGES / f"{code}.md").read_text(encoding="utf-8"), "正确示例")
    assert contents is not None
    assert [(d.code, d.place) for d in diagnostics_of(contents, tmp_path)] == []


def test_no_page_without_a_code() -> None:
    assert {p.stem for p in PAGES.glob("MR-[KG]*.md")} == set(MINE)
