"""Whatever stands in a file, reading it gives values and diagnostics, never an exception."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.diagnostics import Source
from medrules.diagnostics.codes import CODES
from medrules.knowledge.cells import parse_cell
from medrules.knowledge.codesets import read_codesets
from medrules.knowledge.columntypes import parse_column_type
from medrules.knowledge.problem import Problem
from medrules.knowledge.reader import read_table

COLUMNS = [
    "age_range", "number_range:天", "text", "bool", "money", "number:g:3", "window", "level:hospital", "code:sex",
    "list:visit_kind",
    "list:chronic", "codes:icd10", "codes:icd9cm3", "codes:item", "codes:generic", "date",
]
WORDS = [
    "满", "不满", "超过", "3岁", "12岁", "28天", " ", "|", "-", "除", "、", "I63", "C1", "81.65", "*", "参数.",
    "参数.上限", "编码集「甲」", "待编",
    "=", "{", "}", "%s", "近", "30天", "２", "\"", ",", "\n", "\0", "男", "二级", "2025-01-01", "0031070102", "3E+14",
    "住院", "是",
]
cells = st.one_of(st.text(max_size=12), st.lists(st.sampled_from(WORDS), max_size=6).map("".join))


@pytest.mark.parametrize("column", COLUMNS)
@given(text=cells)
@settings(max_examples=60, deadline=None)
def test_cells(column: str, text: str) -> None:
    type_ = parse_column_type(column)
    assert type_ is not None
    found = parse_cell(text, type_)
    if isinstance(found, Problem):
        assert found.code in CODES
        assert found.at("某格").message


AREA_KEYS = 'key_columns = ["编码", "地区码"]\nkey_names = ["code", "a"]\nkey_fields = ["code", "institution.area"]\n'


def table_toml(kind: str, column: str) -> str:
    keys = AREA_KEYS if kind == "combination" else ""
    return f'name = "表"\nkey = "{kind}"\n{keys}[[column]]\nzh = "列"\nen = "column"\ntype = "{column}"\n'


HEADERS = {
    "code": "编码", "prefix": "编码", "generic": "通用名", "product": "产品名", "icd": "诊断编码",
    "pair": "主项编码,从项编码",
    "combination": "编码,地区码", "set": "编码集",
}


@given(st.sampled_from(sorted(HEADERS)), st.sampled_from(COLUMNS), st.lists(st.lists(cells, max_size=7), max_size=5))
@settings(max_examples=150, deadline=None)
def test_tables(kind: str, column: str, lines: list[list[str]]) -> None:
    header = f"知识点号,{HEADERS[kind]},列,有效起,结果"
    content = "\n".join([header, *[",".join(line) for line in lines]])
    table, found = read_table(table_toml(kind, column), content.encode("utf-8", "replace"))
    assert table is not None or found
    assert all(d.code in CODES and d.place for d in found)


@given(st.binary(max_size=60), st.text(max_size=60))
@settings(deadline=None)
def test_any_bytes(content: bytes, toml: str) -> None:
    read_table(table_toml("code", "text"), content)
    assert read_table(toml, content)[0] is None
    assert read_codesets([Source("x.toml", toml)])[0] == {}


@given(st.lists(cells, max_size=4), st.lists(cells, max_size=2), st.sampled_from(["icd10", "item", "generic"]))
@settings(deadline=None)
def test_code_sets(members: list[str], excepted: list[str], system: str) -> None:
    def written(texts: list[str]) -> str:
        kept = [t.encode("utf-8", "replace").decode() for t in texts]
        return "[" + ", ".join('"' + "".join(f"\\U{ord(c):08x}" for c in t) + '"' for t in kept) + "]"

    head = f'name = "甲"\nsystem = "{system}"\nsource = "示例"\nstatus = "推定"\n'
    body = f"{head}members = {written(members)}\nexcept = {written(excepted)}"
    sets, found = read_codesets([Source("x.toml", body)])
    assert bool(sets) is not bool(found)
