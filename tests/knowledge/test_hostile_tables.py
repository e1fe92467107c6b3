"""What a careless or hostile author may write into tables, code sets and file names: told, never slow, never a crash."""
from __future__ import annotations

import datetime
import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medrules.diagnostics import Source
from medrules.knowledge.catalogue import read_catalogue
from medrules.knowledge.cells import parse_cell, parse_date
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.codesets import read_codesets
from medrules.knowledge.columntypes import parse_column_type
from medrules.knowledge.folder import read_pack_folder
from medrules.knowledge.problem import Problem
from medrules.knowledge.reader import read_table

CODE = 'name = "表"\nkey = "code"'
UNIQUE = (
    'name = "表"\nkey = "combination"\nunique = true\nkey_columns = ["编码", "级别"]\nkey_names = ["code", "level"]\n'
    'key_fields = ["code", "institution.level"]'
)


def codes(toml: str, *lines: str) -> list[str]:
    return [d.code for d in read_table(toml, "\n".join(lines).encode("utf-8", "surrogatepass"))[1]]


def quickly(run: Callable[[], Any], bound: float = 3.0) -> Any:
    start = time.process_time()
    found = run()
    assert time.process_time() - start < bound
    return found


def cell(text: str, type: str) -> Any:
    kind = parse_column_type(type)
    assert kind is not None
    return parse_cell(text, kind)


@pytest.mark.parametrize(("text", "type"), [
    ("I63" + " " * 90_000 + "x", "codes:icd10"),
    ("满1" + " " * 90_000 + "!", "age_range"),
    ("近" + " " * 90_000 + "x", "window"),
    ("参数" + " " * 90_000 + "x", "number"),
    ("1" + "0" * 90_000, "number"),
    ("|".join(f"{i}" for i in range(16_000)), "list:chronic"),
    ("|".join(f"A{i:04d}* 除 A{i:04d}1" for i in range(4_500)), "codes:item"),
    ("|".join(f"A{i:05d}* 除 A{i:05d}1、A{i:05d}2" for i in range(3_000)) + "|B*", "codes:item"),
    ("A* 除 " + "、".join(f"A{i:05d}" for i in range(14_000)), "codes:item"),
    ("|".join(["A* 除 A1"] * 9_000), "codes:item"),
])
def test_no_cell_takes_long(text: str, type: str) -> None:
    quickly(lambda: cell(text, type))


def test_exceptions_are_still_judged_as_they_were() -> None:
    assert cell("A0* 除 A01|A01", "codes:item").code == "MR-K512"
    assert cell("A0* 除 A01*|A012*", "codes:item").code == "MR-K512"
    assert cell("A0* 除 A01|A012*", "codes:item").member("A0123") is True  # A01 itself is not a child of A012
    assert cell("A0* 除 A1", "codes:item").code == "MR-K511"
    kept = cell("A0* 除 A01|B0* 除 B01", "codes:item")
    assert [kept.member(c) for c in ("A00", "A01", "B01", "B02", "C")] == [True, False, False, True, False]
    partly = cell("C00-C97 除 C44|D05", "codes:icd10")
    assert isinstance(partly, CodeSet) and partly.member("C44.9") is False and partly.member("D05.1") is True


def test_long_lists_of_keys_are_read_quickly() -> None:
    many = "|".join(f"A{i:05d}" for i in range(14_000))
    assert quickly(lambda: codes(CODE, "知识点号,编码", f"K,{many}")) == []
    pair = 'name = "表"\nkey = "pair"'
    other = "|".join(f"B{i:05d}" for i in range(14_000))
    assert quickly(lambda: codes(pair, "知识点号,主项编码,从项编码", f"K,{many},{other}")) == []
    assert codes(pair, "知识点号,主项编码,从项编码", f"K,{many},{other}|A00007") == ["MR-K307"]


def test_a_point_with_thousands_of_versions() -> None:
    start = datetime.date(1900, 1, 1)
    days = [start + datetime.timedelta(i) for i in range(20_001)]
    rows = [f"K,A,{a},{b}" for a, b in itertools.pairwise(days)]
    assert quickly(lambda: codes(CODE, "知识点号,编码,有效起,有效止", *rows)) == []
    assert codes(CODE, "知识点号,编码,有效起,有效止", *rows[:5], "K,A,1900-01-03,1900-01-04") == ["MR-K302"]
    assert codes(CODE, "知识点号,编码,有效起,有效止", *reversed(rows[:5]), "K,A,1800-01-01,") == ["MR-K302"]


class TestUniqueKeys:
    def test_combinations_are_bounded(self) -> None:
        levels = 'name = "表"\nkey = "combination"\nunique = true\nkey_columns = ["甲", "乙"]\nkey_names = ["a", "b"]\n' \
            'key_fields = ["code", "institution.area"]'
        many = "|".join(f"A{i:05d}" for i in range(9_000))
        areas = "|".join(f"{i}" for i in range(9_000))
        assert quickly(lambda: codes(levels, "知识点号,甲,乙", f"K,{many},{areas}")) == ["MR-K309"]

    @pytest.mark.parametrize("rows", [
        ("K1,A1,", "K2,A1,三级"), ("K1,A1,三级", "K2,A1,"), ("K1,A1,", "K2,A1,"), ("K1,A1|A2,二级", "K2,A2,三级|二级"),
    ])
    def test_an_empty_key_means_any_so_it_meets_every_value(self, rows: tuple[str, ...]) -> None:
        """查 would else answer by the order of the lines."""
        assert codes(UNIQUE, "知识点号,编码,级别", *rows) == ["MR-K306"]

    def test_rows_that_never_meet(self) -> None:
        dated = ("知识点号,编码,级别,有效起,有效止", "K1,A1,,,2025-01-01", "K2,A1,三级,2025-01-01,", "K3,A2,,,")
        assert codes(UNIQUE, *dated) == []
        assert codes(UNIQUE, "知识点号,编码,级别", "K1,A1,二级", "K2,A1,三级", "K3,A2,二级") == []


def test_pairs_both_ways_are_found_among_several_versions() -> None:
    pair = 'name = "表"\nkey = "pair"'
    head = "知识点号,主项编码,从项编码,有效起,有效止"
    rows = ("K1,A,B,2020-01-01,2021-01-01", "K2,A,B,2022-01-01,2023-01-01", "K3,B,A,2022-06-01,2022-07-01")
    assert codes(pair, head, *rows) == ["MR-K308"]


@pytest.mark.parametrize("text", ["2025-W01-1", "20250101", "2025-1-1", "2025-02-29", "２０２５-01-01", "0000-01-01"])
def test_only_plain_days_are_days(text: str) -> None:
    assert isinstance(parse_date(text), Problem)


def test_29_february_is_a_day_of_leap_years() -> None:
    assert parse_date("2028-02-29") == datetime.date(2028, 2, 29).toordinal()


def test_marks_that_turn_the_text_around_refuse_the_file() -> None:
    table, found = read_table('name = "表"\nkey = "generic"', "知识点号,通用名,原文\nK,甲,限\u202e童儿".encode())
    assert table is None and [(d.code, d.as_json()["line"]) for d in found] == [("MR-K211", 2)]
    assert read_table('name = "表\u2066"\nkey = "code"', b"")[1][0].code == "MR-K211"
    sets, found = read_codesets([Source("x.toml", 'name = "集"\nsource = "\u202d"')])
    assert not sets and [d.code for d in found] == ["MR-K211"]


def test_names_with_invisible_characters_are_the_names_without_them() -> None:
    table, found = read_table('name = "表"\nkey = "generic"', "知识点号,通用名\nK,布\u200b洛芬".encode())
    assert table is not None and found == () and table.rows[0].keys == (("布洛芬",),)


def test_a_catalogue_without_dots_lists_the_codes_that_facts_have() -> None:
    found, _ = read_catalogue("code\nI639\nA17.0†G01*\n".encode(), "code", file="f", name="n", incomplete=True, system="icd10")
    assert found is not None and found.codes == {"I63.9", "A17.0+G01*"}


def test_file_names_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text('name = "p"\nversion = "1"\ntitle = "包"', "utf-8")
    (tmp_path / "shared").mkdir()
    try:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/shared/\xff.medrule"))).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes no such names")
    found = read_pack_folder(tmp_path)
    assert [d.code for d in found.diagnostics] == ["MR-G212"] and found.rule_sources == ()
    str(found.diagnostics[0].as_json()).encode()


def test_units_are_the_models_own() -> None:
    assert cell("90分", "number:小时:1") == 15 and cell("0.5公斤", "number:mg:0") == 500_000
    assert cell("3 days", "number:天:0") == 3 and cell("12.5 yuan", "money") == 1_250 and cell("2 kinds", "number::0") == 2
    assert cell("5盒", "number:天:0").code == "MR-K405"
