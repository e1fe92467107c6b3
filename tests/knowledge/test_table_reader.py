"""Tables from a declaration and a CSV: rows, keys, reserved columns, diagnostics with their places, limits."""
from __future__ import annotations

import time

import pytest

from medrules.diagnostics import Diagnostic
from medrules.knowledge import reader
from medrules.knowledge.cells import MAX_CELL
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.reader import MAX_LISTED, read_table
from medrules.knowledge.reserved import OPEN_END
from medrules.knowledge.table import EMPTY, Table
from medrules.model.types import AGE, range_of
from medrules.model.values import UNKNOWN, AgeLimit, AgeRange

CHILD = """
name = "限儿童药品"
en = "child_drugs"
key = "code"
[[column]]
zh = "年龄段"
en = "age_range"
type = "age_range"
[[column]]
zh = "其他条件"
en = "other_conditions"
type = "text"
"""
HEADER = "知识点号,编码,年龄段,其他条件,有效起,有效止,环节,场景,结果,提醒方式,地区,编全,批次,来源,原文"


def read(toml: str, *lines: str, codesets: dict[str, CodeSet] | None = None) -> tuple[Table, tuple[Diagnostic, ...]]:
    table, found = read_table(toml, "\n".join(lines).encode(), codesets or {}, csv_name="限儿童药品.csv")
    assert table is not None, found
    return table, found


def codes_of(toml: str, *lines: str, codesets: dict[str, CodeSet] | None = None) -> list[str]:
    return [d.code for d in read_table(toml, "\n".join(lines).encode(), codesets or {})[1]]


def simple(key: str, *extra: str) -> str:
    return f'name = "表"\nkey = "{key}"\n' + "\n".join(extra)


def test_a_row_with_every_reserved_column() -> None:
    table, found = read(
        CHILD, HEADER,
        "KP-1,XA01ABC|xa01abd,满3岁 不满12岁,待编,2025-01-01,2026-01-28,事前|事中,"
        "门急诊|异地就医,监测,静默,6101,部分,第一批,目录,限儿童",
    )
    assert found == ()
    row = table.rows[0]
    assert row.keys == (("XA01ABC", "XA01ABD"),) and row.prefix == ()
    assert row.cells == (AgeRange(AgeLimit(3, "岁"), True, AgeLimit(12, "岁"), False), UNKNOWN)
    assert (row.valid_from, row.valid_to) == (739_252, 739_644)
    assert row.stages == {"before", "during"} and row.scenes == {"门诊", "急诊", "门诊慢特病", "out_of_area"}
    assert (row.result, row.interaction, row.area, row.coded) == ("monitor", "passive", "6101", "part")
    assert (row.point, row.batch, row.source, row.text, row.line) == ("KP-1", "第一批", "目录", "限儿童", 2)
    assert table.column("年龄段") is table.column("age_range")
    assert table.columns[0].type == range_of(AGE)
    assert (table.key_kind, table.key_fields, table.file) == ("code", ("code",), "限儿童药品.csv")


def test_empty_reserved_columns_say_nothing() -> None:
    table, _ = read(CHILD, "知识点号,编码,年龄段,其他条件", "KP-1,XA01ABC,,")
    row = table.rows[0]
    assert row.cells == (EMPTY, EMPTY)
    assert (row.valid_from, row.valid_to) == (0, OPEN_END)
    assert {row.result, row.interaction, row.stages, row.scenes, row.area} == {None}


def test_english_header_byte_order_mark_and_blank_lines() -> None:
    lines = ["\ufeffpoint,code,age_range,other_conditions,source_text", "KP-1,XA01ABC,under 12 years,,for children",
        "", ",,,,", ""]
    table, found = read_table(CHILD, "\r\n".join(lines).encode())
    assert found == () and table is not None
    assert len(table.rows) == 1 and table.rows[0].text == "for children"


def test_a_diagnostic_names_file_line_column_and_cell() -> None:
    table, found = read(CHILD, "知识点号,编码,年龄段,其他条件", "KP-1,XA01ABC,满3岁,", 'KP-2,XA01ABD,3岁以下,"两\n行"',
        "KP-3,1.2E+14,,")
    assert [r.point for r in table.rows] == ["KP-1"]
    first, second = found
    assert (first.code, first.place) == ("MR-K402", "限儿童药品.csv 第 3 行 年龄段")
    assert "3岁以下" in first.message and "3岁以下" in first.message_en and "不满" in first.help
    assert first.as_json()["line"] == 3
    assert (second.code, second.place) == ("MR-K504", "限儿童药品.csv 第 5 行 编码")


def test_every_bad_cell_of_a_line_is_told() -> None:
    assert codes_of(CHILD, HEADER, ",３,18岁,,2025-13-01,,早,院,违规,叫,西安,是,,,") == [
        "MR-K301", "MR-K506", "MR-K401", "MR-K411", "MR-K305", "MR-K305", "MR-K305", "MR-K305", "MR-K305", "MR-K305",
    ]


def test_blank_keys(self_header: str = "知识点号,编码,年龄段,其他条件") -> None:
    """T44: two rows without a code give two diagnostics."""
    assert codes_of(CHILD, self_header, "KP-1,,满3岁,", "KP-2,待编,满3岁,") == ["MR-K303", "MR-K303"]


def test_one_point_twice_only_one_after_the_other() -> None:
    header = "知识点号,编码,年龄段,其他条件,有效起,有效止"
    old, new = "KP-1,XA01ABC,满3岁,,2025-01-01,2026-01-28", "KP-1,XA01ABC,满2岁,,2026-01-28,"
    assert codes_of(CHILD, header, old, new) == []
    assert codes_of(CHILD, header, new, old) == []
    assert codes_of(CHILD, header, old, new.replace("01-28", "01-27")) == ["MR-K302"]
    third = "KP-1,XA01ABC,满1岁,,2025-06-01,2025-07-01"
    assert codes_of(CHILD, header, old, new, third) == ["MR-K302"]
    assert codes_of(CHILD, header, "KP-1,XA01ABC,,,2025-01-01,2025-01-01") == ["MR-K304"]


def test_open_end_as_databases_write_it() -> None:
    table, _ = read(CHILD, "知识点号,编码,年龄段,其他条件,有效止", "KP-1,XA01ABC,,,9999-12-31")
    assert table.rows[0].valid_to == OPEN_END


def test_prefix_keys() -> None:
    table, found = read(simple("prefix"), "知识点号,编码", "KP-1,0031070102*|310100001", "KP-2,310100002")
    assert found == ()
    assert (table.rows[0].keys, table.rows[0].prefix) == ((("0031070102", "310100001"),), (True, False))
    assert table.rows[1].prefix == ()
    assert codes_of(simple("code"), "知识点号,编码", "KP-1,0031070102*") == ["MR-K508"]
    assert codes_of(simple("prefix"), "知识点号,编码", "KP-1,*") == ["MR-K508"]


def test_icd_keys() -> None:
    sets = {"肿瘤": CodeSet("肿瘤", "icd10", prefixes=("C00",))}
    table, found = read(
        simple("icd"), "知识点号,诊断编码", "KP-1,I60-I62|N40", "KP-2,C00-C97 除 C44", "KP-3,编码集「肿瘤」",
            codesets=sets)
    assert found == ()
    assert (table.rows[0].keys, table.rows[0].prefix) == ((("I60", "I61", "I62", "N40"),), (True,) * 4)
    assert isinstance(table.rows[1].keys[0][0], CodeSet) and table.rows[1].prefix == ()
    assert table.rows[2].keys == ((sets["肿瘤"],),)
    operations = simple("icd", 'key_columns = ["手术"]', 'key_names = ["operation"]', 'key_fields = ["code"]',
                        'key_types = ["codes:icd9cm3"]')
    table, found = read(operations, "知识点号,手术", "KP-1,03.7906|38.4600x006")
    assert found == () and table.rows[0].keys == (("03.7906", "38.4600X006"),)


def test_combinations_with_levels_and_areas() -> None:
    toml = simple("combination", 'key_columns = ["编码", "机构级别", "地区码"]',
        'key_names = ["code", "level", "area_code"]',
                  'key_fields = ["code", "institution.level", "institution.area"]', "unique = true")
    table, found = read(toml, "知识点号,编码,机构级别,地区码", "KP-1,310100001,二级|三级,6101", "KP-2,310100002,,")
    assert found == () and table.unique
    assert [r.keys for r in table.rows] == [(("310100001",), (2, 3), ("6101",)), (("310100002",), (), ())]
    again = ("知识点号,编码,机构级别,地区码", "KP-1,310100001,二级|三级,6101", "KP-2,310100001,三级,6101")
    assert codes_of(toml, *again) == ["MR-K306"]
    assert codes_of(toml, "知识点号,编码,机构级别,地区码", "KP-1,,二级,6101") == ["MR-K303"]


PAIR = simple("pair", "[[column]]", 'zh = "频度"', 'en = "span"', 'type = "window"')
PAIR_HEADER = "知识点号,主项编码,从项编码,频度,主项排除,部位相同"


def test_pairs() -> None:
    sets = {"常规B超": CodeSet("常规B超", "item", frozenset({"002202010020000"}), partial=True)}
    table, found = read(PAIR, PAIR_HEADER, "KP-1,A1|A2|A3,B1,单日,A3,是", "KP-2,A1,编码集「常规B超」,6小时,,",
        codesets=sets)
    assert found == ()
    assert table.key_fields == ("code", "code")
    assert table.rows[0].keys == (("A1", "A2", "A3"), ("B1",))
    assert (table.rows[0].excluded, table.rows[0].same_site) == (("A3",), True)
    assert table.rows[1].keys[1] == (sets["常规B超"],) and not table.rows[1].same_site


@pytest.mark.parametrize(("lines", "found"), [
    (["KP-1,A1,A1,单日,,"], ["MR-K307"]),
    (["KP-1,A1|A2,A2,单日,A2,"], []),
    (["KP-1,A1,B1,单日,A1,"], ["MR-K307"]),
    (["KP-1,A1,B1,单日,,", "KP-2,B1,A1,6小时,,"], ["MR-K308"]),
    (["KP-1,A1,B1,单日,,", "KP-2,A1,B1,6小时,,"], []),
    (["KP-1,,B1,单日,,", "KP-2,A1,,单日,,"], ["MR-K303", "MR-K303"]),
    (["KP-1,A1,B1,单日,,也许"], ["MR-K407"]),
])
def test_contradictory_pairs(lines: list[str], found: list[str]) -> None:
    assert codes_of(PAIR, PAIR_HEADER, *lines) == found


def test_unordered_pairs_may_stand_both_ways() -> None:
    toml = simple("pair", "unordered = true", 'key_fields = ["generic", "generic"]')
    table, found = read(toml, "知识点号,主项编码,从项编码", "KP-1,甲药（片）,乙药", "KP-2,乙药,甲药(片)")
    assert found == () and table.unordered
    assert table.rows[0].keys == (("甲药(片)",), ("乙药",))


def test_set_keys() -> None:
    toml = simple("set", 'key_columns = ["子项"]', 'key_names = ["parts"]', "[[column]]", 'zh = "子项"', 'en = "parts"',
                  'type = "codes:item"')
    table, found = read(toml, "知识点号,子项", "KP-1,A1|A2|B*")
    assert found == ()
    (key,) = table.rows[0].keys[0]
    assert isinstance(key, CodeSet) and table.rows[0].cells == (key,) and table.key_fields == ("code",)
    assert table.rows[0].cells[0].member("B77") is True
    assert codes_of(toml, "知识点号,子项", "KP-1,") == ["MR-K303"]


@pytest.mark.parametrize(("toml", "code"), [
    ("name = ", "MR-K101"), ('key = "code"', "MR-K102"), ('name = "表"', "MR-K102"),
    ('name = 3\nkey = "code"', "MR-K102"),
    (simple("code", 'colour = "red"'), "MR-K103"), (simple("code", "[[column]]", 'zh = "列"', 'type = "float"'),
    "MR-K104"),
    (simple("codes"), "MR-K105"), (simple("code", 'key_columns = ["甲", "乙"]'), "MR-K105"),
    (simple("pair", 'key_columns = ["甲"]', 'key_names = ["a"]', 'key_fields = ["code"]'), "MR-K105"),
    (simple("code", "unordered = true"), "MR-K105"), (simple("combination"), "MR-K105"),
    (simple("code", "[[column]]", 'zh = "来源"', 'type = "text"'), "MR-K106"),
    (simple("code", "[[column]]", 'zh = "编码"', 'type = "text"'), "MR-K106"),
    (simple("code", 'key_fields = ["dose"]'), "MR-K104"),
])
def test_bad_declarations(toml: str, code: str) -> None:
    table, found = read_table(toml, b"")
    assert table is None and [d.code for d in found] == [code]


def test_declaration_suggests_and_points() -> None:
    (found,) = read_table(simple("code", 'unque = true'), b"")[1]
    assert "unique" in found.help and found.as_json()["line"] == 3


@pytest.mark.parametrize(("content", "codes"), [
    ("知识点号\nKP-1".encode(), ["MR-K202"]), (b"", ["MR-K202", "MR-K202"]), ("编码\nA1".encode(), ["MR-K202"]),
    ("知识点号,编码,颜色\nKP-1,A1,红".encode(), ["MR-K203"]), ("知识点号,编码,编码\nKP-1,A1,A2".encode(), ["MR-K204"]),
    ("知识点号,编码\nKP-1,A1,A2\nKP-2".encode(), ["MR-K205", "MR-K205"]), ("知识点号,编码\nKP-1,A1,,".encode(), []),
    ("知识点号,编码\nKP-1,A1".encode("gbk"), ["MR-K201"]), ('知识点号,编码\nKP-1,"A1'.encode(), ["MR-K208"]),
    ("知识点号,编码\nKP-1,A\0".encode(), ["MR-K208"]),
    (f"知识点号,编码,原文\nKP-1,A1,{'字' * 140_000}".encode(), ["MR-K207"]),
])
def test_bad_files(content: bytes, codes: list[str]) -> None:
    assert [d.code for d in read_table(simple("code"), content)[1]] == codes


def test_long_cells_and_many_errors() -> None:
    toml = simple("code", "[[column]]", 'zh = "备注"', 'type = "text"')
    assert codes_of(toml, "知识点号,编码,备注", f"KP-1,A1,{'字' * (MAX_CELL + 1)}") == ["MR-K207"]
    found = codes_of(simple("code"), "知识点号,编码", *[f"KP-{i}," for i in range(MAX_LISTED + 5)])
    assert found == ["MR-K303"] * MAX_LISTED + ["MR-K210"]


def test_limits_of_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_ROWS", 3)
    lines = ["知识点号,编码", *[f"KP-{i},A{i}" for i in range(6)]]
    table, found = read(simple("code"), *lines)
    assert len(table.rows) == 3 and [d.code for d in found] == ["MR-K206"]
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    assert codes_of(simple("code"), *lines) == ["MR-K209"]


def test_reading_is_fast_enough_and_shares_what_is_equal() -> None:
    """A quarter of a million rows must not make opening a pack slow. The bound is ten times what it takes alone."""
    rows = [f"KP-{i:06d},XJ{i:018d},满3岁 不满12岁,,2025-01-01,,,,,,,全,第一批,目录,限儿童" for i in range(50_000)]
    start = time.process_time()
    table, found = read(CHILD, HEADER, *rows)
    assert found == () and len(table.rows) == 50_000
    assert time.process_time() - start < 3
    assert table.rows[0].cells[0] is table.rows[-1].cells[0]
