"""The generated functions that read objects of a message: alike to the loop over their rows, whatever stands in a field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhsa_messages import of_order
from nhsa_reading import line

from medrules.adapters.nhsa import SiteSettings, fields
from medrules.adapters.nhsa.fields import Carried
from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.reading import Reading, attributes_of
from medrules.adapters.nhsa.rowcode import Row, compile_rows
from medrules.adapters.nhsa.values import BLANKS, as_code, as_text
from medrules.model.values import ABSENT, UNKNOWN

READING = Reading(SiteSettings())
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 400), st.integers(-(10**20), 10**20), st.text(max_size=8), st.lists(st.none(), max_size=1),
    st.dictionaries(st.just("a"), st.none(), max_size=1),
    st.sampled_from([
        *sorted(BLANKS), "None ", "NONE", " none", "Undefined", "x1", " Ｘ９ ", "xn02\u200b", "é", "x" * 64, "x" * 65, " " * 70, "1", "01", "12.50", "1.005",
        "2026-07-02 09:00:00", "2026-07-02 9:00:00 ", "2026-02-30 09:00:00", "9999-12-31 00:00:00", "2026/7/2", "0", "A03.01", "\ud800",
    ]),
)


def slowly(reading: Reading, table: tuple[Carried, ...], sent: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Each field by itself: one row is read by the loop."""
    values: dict[str, Any] = {}
    notes = Notes()
    for row in table:
        reading.rows((row,))(sent, notes, values)
    return values, tuple(field for _, field in notes.taken())


@pytest.mark.parametrize("table", fields.TABLES, ids=lambda t: t[0].fact)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_function_of_a_table_reads_like_its_rows_one_by_one(table: tuple[Carried, ...], data: st.DataObject) -> None:
    sent = data.draw(st.fixed_dictionaries({}, optional={row.key: VALUES for row in table}))
    expected, noted = slowly(READING, table, sent)
    for filled in (False, True):
        notes = Notes()
        begun: dict[str, Any] = dict.fromkeys(attributes_of(table), "x") if filled else {}
        found = READING.rows(table, filled)(sent, notes, begun)
        assert found == expected and tuple(field for _, field in notes.taken()) == noted


@settings(max_examples=400, deadline=None)
@given(value=VALUES)
def test_what_is_read_on_the_spot_is_what_the_reader_says(value: Any) -> None:
    """The short way inside the generated code and the function it stands for."""
    sent = {"a": value, "b": None}
    for kind, reader in (("id", as_text), ("code", as_code)):
        made = READING.rows((Carried("a", {"id": "item.id", "code": "item.local_code"}[kind], kind), Carried("b", "item.name", "text")))
        found = made(sent, Notes(), {})
        told = reader(value)
        assert (type(told) is str) == bool(found) and (not found or next(iter(found.values())) == told)


@pytest.mark.parametrize("blank", ["", "-", "null", "NULL", "None", "NONE", "undefined", "Undefined", " none "])
def test_a_code_that_is_an_empty_mark_in_any_case_is_no_code(blank: str) -> None:
    item = line(of_order(hosplist_code=blank, hilist_code=blank))
    assert item.local_code is UNKNOWN and item.code is UNKNOWN


def test_a_placeholder_is_no_code_and_not_absent() -> None:
    assert line(of_order(hilist_code=" 0 ")).code is UNKNOWN
    assert line(of_order(hilist_code="-")).code is ABSENT


def test_one_row_and_no_row() -> None:
    one = compile_rows((Row("a", "b", {1: 2, None: None}),))
    assert one({"a": 1}, Notes(), {}) == {"b": 2} and one({}, Notes(), {"b": 3}) == {}
    assert compile_rows(())({}, Notes(), {"b": 3}) == {"b": 3}
