"""Reading column by column gives the rows that reading line by line gives, or gives up."""
from __future__ import annotations

from pathlib import Path

import pytest

from medrules.diagnostics import Source
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.columns import Rows
from medrules.knowledge.declaration import read_declaration
from medrules.knowledge.reader import _Reading

PACKS = Path(__file__).parents[2] / "rulepacks"
TABLES = sorted(PACKS.glob("national/families/*/tables/*.toml"))
DECLARED = 'name = "例"\nen = "example"\nkey = "pair"\nkey_columns = ["甲", "乙"]\nkey_names = ["first", "second"]\nsource = "例"\n'
HEAD = "知识点号,甲,乙,有效起,有效止\n"


def both(toml: str, csv: str, codesets: dict[str, CodeSet]) -> tuple[Rows | None, Rows | None]:
    declared, problems = read_declaration(Source("t.toml", toml))
    assert declared is not None, problems
    careful = _Reading(declared, csv, "t.csv")._read_carefully(codesets)
    plain = _Reading(declared, csv, "t.csv")._read_plainly(codesets)
    return plain, None if careful is None else Rows.of(careful, len(declared.keys), len(declared.columns))


@pytest.mark.parametrize("toml", TABLES, ids=lambda p: p.stem)
def test_national_tables_are_read_alike(toml: Path) -> None:
    plain, careful = both(toml.read_text(encoding="utf-8"), toml.with_suffix(".csv").read_text(encoding="utf-8-sig"), {})
    assert careful is not None and (plain is None or plain == careful)


def test_most_national_tables_are_read_plainly() -> None:
    read = [both(t.read_text(encoding="utf-8"), t.with_suffix(".csv").read_text(encoding="utf-8-sig"), {}) for t in TABLES]
    filled = [plain for plain, careful in read if careful]  # a table without rows has nothing to be quick with
    assert len(filled) >= 30 and sum(plain is not None for plain in filled) >= len(filled) * 2 // 3


def test_plain_pairs() -> None:
    plain, careful = both(DECLARED, HEAD + "1,A1,B1,2025-01-01,\n2,A2,B1,,2026-01-01\n", {})
    assert plain is not None and plain == careful and [r.line for r in plain] == [2, 3]


@pytest.mark.parametrize("lines", [
    "1,A1,B1,,\n1,A2,B2,,\n",  # a point twice
    "1,A1,B1,,\n2,A1,B1,,\n",  # a row twice
    "1,A1,A1,,\n", "1,A1,B1,,\n2,B1,A1,,\n",  # with itself; both ways
    "1,A1,B1,2026-01-01,2025-01-01\n",  # ends before it starts
    "1,,B1,,\n", ",A1,B1,,\n", "1,A1,B1,soon,\n", "1,A1,B1,,\n\n2,A2,B2,,\n", "1,A1,B1\n", '1,"A1\n",B1,,\n', "1,A1|A2,B1,,\n",
    "=1+1,A1,B1,,\n", "＠SUM(A1),A1,B1,,\n", "#REF!,A1,B1,,\n", "1,=A1,B1,,\n",  # a spreadsheet's formulas and errors
])
def test_what_needs_a_closer_look_is_left_to_the_careful_reader(lines: str) -> None:
    assert both(DECLARED, HEAD + lines, {})[0] is None
