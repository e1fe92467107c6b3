"""A batch into a table: every row accounted for, no past overwritten, no cell repaired."""
from __future__ import annotations

from pathlib import Path

import pytest
from batches import DAY_MAP, LEVEL_HEAD, LEVEL_MAP, LEVEL_ROWS, imported, kinds, layout, rows, sheet, target, unread, write_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.diagnostics import Severity, Source
from medrules.knowledge.imports.batch import import_batch
from medrules.knowledge.imports.csv_sheet import read_csv
from medrules.knowledge.imports.layout import From, Layout, read_layout, written_layout
from medrules.knowledge.imports.propose import own_layout, propose
from medrules.knowledge.imports.sheet import Limits, Sheet, column_letter, column_number
from medrules.knowledge.problem import Problem

NEW = "KP-9,XA03AAA001A001010100001,丙片,二级,限二级及以上医疗机构患者。,2026-06-01,"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def levels(pack: Path, *lines: str, mapping: str = LEVEL_MAP, head: str = LEVEL_HEAD):  # type: ignore[no-untyped-def]
    return imported(pack, "限级别", mapping, head, *lines)


# ---------------------------------------------------------------- what becomes of rows


def test_a_new_row_is_added_and_nothing_else_changes(pack: Path) -> None:
    report = levels(pack, NEW)
    assert kinds(report) == [("added", "KP-9")] and not report.touches and not report.diagnostics
    assert report.content is not None and report.content.decode().startswith(LEVEL_ROWS)
    assert rows(report)[-1] == {
        "知识点号": "KP-9", "编码": "XA03AAA001A001010100001", "名称": "丙片", "最低级别": "二级", "就医方式": "", "其他条件": "限二级及以上医疗机构患者。",
        "编全": "部分", "原文": "限二级及以上医疗机构患者。", "批次": "18", "来源": "第18批", "有效起": "2026-06-01", "有效止": ""}


def test_what_people_typed_from_the_same_words_stays(pack: Path) -> None:
    report = levels(pack, "KP-1,XA01AAA001A001010100002|XA01AAA001A001010100001,甲片,二级,限二级及以上医疗机构。,2025-01-01,",
                    "KP-2,XA02AAA001A001010100001,乙片,,限三级；住院。,2026-01-01,")
    assert kinds(report) == [("unchanged", "KP-1"), ("unchanged", "KP-2-1")] or kinds(report) == [("unchanged", "KP-1"), ("unchanged", "KP-2")]
    assert report.content == LEVEL_ROWS.encode() and not report.touches


def test_new_content_from_a_later_day_ends_the_old_row(pack: Path) -> None:
    report = levels(pack, "KP-1,XA01AAA001A001010100001,甲片,三级,限三级医疗机构。,2026-06-01,")
    assert kinds(report) == [("superseded", "KP-1")] and report.touches
    old, new = [r for r in rows(report) if r["知识点号"] == "KP-1"]
    assert (old["有效止"], old["最低级别"], new["有效起"], new["最低级别"]) == ("2026-06-01", "二级", "2026-06-01", "三级")


def test_all_rows_of_a_point_that_people_split_end_together(pack: Path) -> None:
    report = levels(pack, "KP-2,XA02AAA001A001010100001,乙片,,改写了。,2026-06-01,")
    assert kinds(report) == [("superseded", "KP-2-1"), ("superseded", "KP-2-2")]
    made = {(r["知识点号"], r["有效起"]): r for r in rows(report)}
    assert made["KP-2-1", "2025-01-01"]["有效止"] == made["KP-2-2", "2025-01-01"]["有效止"] == "2026-06-01"
    assert made["KP-2", "2026-06-01"]["编全"] == "仅文本" and made["KP-2", "2026-06-01"]["其他条件"] == "改写了。"


def test_a_correction_from_the_same_day_is_a_change_and_says_every_cell(pack: Path) -> None:
    report = levels(pack, "KP-1,XA01AAA001A001010100001,甲片,三级,限三级。,2025-01-01,")
    (change,) = report.changes
    assert change.kind == "changed" and report.touches
    assert change.cells["最低级别"] == ("二级", "三级") and change.cells["编码"][0].count("|") == 1
    assert [r["原文"] for r in rows(report) if r["知识点号"] == "KP-1"] == ["限三级。"]


def test_a_correction_does_not_open_again_what_has_ended(pack: Path) -> None:
    path = pack / "families" / "F6_levels" / "tables" / "levels.csv"
    path.write_text(LEVEL_ROWS.replace("1,第1批,2025-01-01,\n", "1,第1批,2025-01-01,2026-09-01\n", 1), "utf-8")
    mapping = LEVEL_MAP.replace('"批次" = "18"\n"来源" = "第18批"\n', "")
    (change,) = levels(pack, "KP-1,XA01AAA001A001010100001,甲片,三级,限三级。,2025-01-01,", mapping=mapping).changes
    assert change.kind == "changed" and not {"有效止", "批次", "来源"} & set(change.cells)
    after = rows(levels(pack, "KP-1,XA01AAA001A001010100001,甲片,三级,限三级。,2026-06-01,"))
    assert [(r["有效起"], r["有效止"]) for r in after if r["知识点号"] == "KP-1"] == [("2025-01-01", "2026-06-01"), ("2026-06-01", "2026-09-01")]


def test_a_correction_with_the_same_words_keeps_what_people_typed_from_them(pack: Path) -> None:
    path = pack / "families" / "F6_levels" / "tables" / "levels.csv"
    path.write_text(LEVEL_ROWS.replace("甲片,二级,,,全,", "甲片,二级,住院,剩下的,部分,", 1), "utf-8")
    (change,) = levels(pack, "KP-1,XA01AAA001A001010100001|XA01AAA001A001010100002,甲片,三级,限二级及以上医疗机构。,2025-01-01,").changes
    assert change.kind == "changed" and set(change.cells) == {"最低级别", "批次", "来源"}


def test_a_row_named_by_another_ends_on_its_first_day(pack: Path) -> None:
    report = levels(pack, NEW + "KP-1")
    assert kinds(report) == [("added", "KP-9"), ("superseded", "KP-1")]
    assert report.changes[1].successor == "KP-9"
    assert [r["有效止"] for r in rows(report) if r["知识点号"] == "KP-1"] == ["2026-06-01"]


def test_a_row_does_not_end_before_it_begins(pack: Path) -> None:
    early = NEW.replace("2026-06-01", "2025-01-01")
    report = levels(pack, early + "KP-1")
    assert kinds(report) == [("added", "KP-9")] and unread(report) == [("MR-K615", "batch.csv B2")]
    later = "KP-8,XA04AAA001A001010100001,丁片,二级,晚。,2026-07-01,"
    report = levels(pack, later, NEW + "KP-8")
    assert unread(report) == [("MR-K615", "batch.csv B2")] and [r["有效止"] for r in rows(report)[-2:]] == ["", ""]


def test_a_file_that_holds_both_gives_the_old_one_its_end(pack: Path) -> None:
    old = "KP-8,XA04AAA001A001010100001,丁片,二级,旧。,2025-01-01,"
    report = levels(pack, old, NEW + "KP-8")
    assert [(r["知识点号"], r["有效止"]) for r in rows(report)][-2:] == [("KP-8", "2026-06-01"), ("KP-9", "")]


def test_rows_that_a_whole_file_lacks_end(pack: Path) -> None:
    report = levels(pack, NEW, mapping="full = true\n" + LEVEL_MAP)
    assert sorted(kinds(report)) == [("added", "KP-9"), ("removed", "KP-1"), ("removed", "KP-2-1"), ("removed", "KP-2-2")]
    assert {r["有效止"] for r in rows(report)[:3]} == {"2026-06-01"}


def test_importing_twice_changes_nothing(pack: Path) -> None:
    once = levels(pack, NEW + "KP-1")
    assert once.content is not None
    (pack / once.file).write_bytes(once.content)
    twice = levels(pack, NEW + "KP-1")
    assert kinds(twice) == [("unchanged", "KP-9")] and twice.content == once.content


def test_an_older_batch_is_refused(pack: Path) -> None:
    report = levels(pack, "KP-1,XA01AAA001A001010100001,甲片,三级,更早。,2024-01-01,")
    assert unread(report) == [("MR-K615", "batch.csv B2")] and report.content == LEVEL_ROWS.encode()


def test_a_split_point_is_not_corrected_by_a_guess(pack: Path) -> None:
    assert unread(levels(pack, "KP-2,XA02AAA001A001010100001,乙片,,改。,2025-01-01,")) == [("MR-K616", "batch.csv B2")]


def test_a_row_that_reverses_a_pair_is_left_out_and_the_others_go_in(pack: Path) -> None:
    mapping = '[columns]\n"知识点号" = "id"\n"主项编码" = {column = "codes", part = 1}\n"从项编码" = {column = "codes", part = 2}\n' \
              '"频度" = "span"\n"有效起" = "from"\n'
    report = imported(pack, "成对", mapping, "id,codes,span,from", "P-2,001102000030000|001103000010000,单日,2026-01-01",
                      "P-3,001105000010000|001106000010000,6小时,2026-01-01", "P-4,001107000010000|001107000010000,单日,2026-01-01")
    assert kinds(report) == [("added", "P-3")]
    assert sorted(unread(report)) == [("MR-K307", "batch.csv B4"), ("MR-K308", "batch.csv B2")]


def test_two_rows_for_a_unique_key_are_refused(pack: Path) -> None:
    report = imported(pack, "天数", DAY_MAP, "id,code,n,from", "D-2,XA09AAA001A001010100001,7,2026-01-01", "D-3,XA08AAA001A001010100001,7天,2026-01-01")
    assert kinds(report) == [("added", "D-3")] and unread(report) == [("MR-K306", "batch.csv B2")]


def test_files_without_numbers_are_known_by_their_codes(pack: Path) -> None:
    mapping = 'identity = ["编码"]\n[columns]\n"编码" = "国标代码"\n"天数" = "限定值域"\n[constants]\n"有效起" = "2026-01-01"\n[unfilled]\n"起算" = ""\n'
    lines = ("国标代码,限定值域", "XA09AAA001A001010100001,14天", "XA08AAA001A001010100001,7天")
    report = imported(pack, "天数", mapping, *lines)
    assert kinds(report)[0] == ("unchanged", "D-1") and kinds(report)[1][0] == "added"
    again = imported(pack, "天数", mapping, *lines)
    assert kinds(again) == kinds(report) and kinds(report)[1][1].startswith("IMP-")


def test_names_mean_the_row_that_is_in_force_on_the_first_day(pack: Path) -> None:
    path = pack / "families" / "F6_levels" / "tables" / "levels.csv"
    old, new = "KP-1,XA01,甲片,二级,,,全,旧。,1,a,2025-01-01,2026-01-01", "KP-77,XA01,甲片,三级,,,全,新。,2,b,2026-01-01,"
    path.write_text(LEVEL_ROWS.splitlines()[0] + f"\n{old}\n{new}\n", "utf-8")
    mapping = 'identity = ["名称"]\n[columns]\n"编码" = "c"\n"名称" = "n"\n"最低级别" = "l"\n"原文" = "t"\n"有效起" = "d"\n[unfilled]\n"就医方式" = ""\n'
    report = imported(pack, "限级别", mapping, "c,n,l,t,d", "XA01,甲片,二级,旧。,2025-01-01")
    assert kinds(report) == [("unchanged", "KP-1")]
    report = imported(pack, "限级别", mapping, "c,n,l,t,d", "XA01,甲片,三级,新。,2026-05-01")
    assert kinds(report) == [("unchanged", "KP-77")]


def test_rows_of_other_tables_are_left_to_them_and_plain_numbers_get_their_unit(pack: Path) -> None:
    mapping = '[columns]\n"知识点号" = "id"\n"主项编码" = "a"\n"从项编码" = "b"\n"频度" = {column = "h", unit = "小时"}\n"有效起" = "from"\n' \
              '[only]\n"类" = ["重复"]\n'
    report = imported(pack, "成对", mapping, "id,a,b,h,from,类", "Q-1,001105000010000,001106000010000,6,2026-01-01,重复",
                      "Q-2,001105000010000,001107000010000,6,2026-01-01,折价")
    assert kinds(report) == [("added", "Q-1")] and rows(report)[-1]["频度"] == "6小时"
    assert unread(report) == [("MR-K630", "batch.csv F3")] and not report.unreadable


def test_an_end_that_the_batch_states_is_written_into_the_row_that_is_there(pack: Path) -> None:
    mapping = LEVEL_MAP.replace('supersedes = "supersedes"\n', "").replace('"有效起" =', '"有效止" = "supersedes"\n"有效起" =')
    report = levels(pack, "KP-1,XA01AAA001A001010100001|XA01AAA001A001010100002,甲片,二级,限二级及以上医疗机构。,2025-01-01,2026-08-01", mapping=mapping)
    assert kinds(report) == [("superseded", "KP-1")] and report.touches
    assert [(r["有效止"], r["编全"]) for r in rows(report) if r["知识点号"] == "KP-1"] == [("2026-08-01", "全")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_versions_that_follow_each_other_do_not_contradict(pack: Path, order: tuple[int, int]) -> None:
    lines = ("KP-5,XA05,戊片,三级,,,全,限三级。,1,第1批,2026-06-01,", "KP-5,XA05,戊片,二级,,,全,限二级。,1,第1批,2025-01-01,2026-06-01")
    text = "\n".join([LEVEL_ROWS.splitlines()[0], *(lines[i] for i in order)])
    mine = own_layout(sheet(text), target(pack, "限级别"))
    assert mine is not None
    assert unread(import_batch([sheet(text)], mine, target(pack, "限级别"))) == []
    clash = text.replace("2025-01-01,2026-06-01", "2025-01-01,2026-06-02")
    assert [c for c, _ in unread(import_batch([sheet(clash)], mine, target(pack, "限级别")))] == ["MR-K613", "MR-K613"]


def test_what_differs_between_two_points_of_one_code_is_named(pack: Path) -> None:
    other = "KP-8,XA03AAA001A001010100001,别名,三级,限二级及以上医疗机构患者。,2026-06-01,"
    report = levels(pack, NEW, other)
    (told,) = report.diagnostics
    assert (told.code, told.place) == ("MR-K614", "batch.csv B3") and "最低级别" in told.message and "名称" not in told.message and "KP-8" in told.message
    assert unread(levels(pack, NEW, other.replace("三级,", "二级,"))) == [("MR-K612", "batch.csv B3")]


def test_a_name_with_several_rows_on_the_day_is_not_guessed(pack: Path) -> None:
    path = pack / "families" / "F6_levels" / "tables" / "levels.csv"
    path.write_text(LEVEL_ROWS + "KP-88,XA01,甲片,三级,,,全,另一行。,2,b,2025-06-01,\n", "utf-8")
    mapping = 'identity = ["名称"]\n[columns]\n"编码" = "c"\n"名称" = "n"\n"最低级别" = "l"\n"原文" = "t"\n"有效起" = "d"\n[unfilled]\n"就医方式" = ""\n'
    assert unread(imported(pack, "限级别", mapping, "c,n,l,t,d", "XA01,甲片,二级,新。,2026-01-01")) == [("MR-K616", "batch.csv A2")]
    report = imported(pack, "限级别", mapping, "c,n,l,t,d", "XA02AAA001A001010100001,乙片,,限三级；住院。,2026-01-01")
    assert kinds(report) == [("unchanged", "KP-2")]  # split by people: one point


def test_a_point_that_nobody_knows_cannot_be_superseded(pack: Path) -> None:
    report = levels(pack, NEW + "KP-404")
    assert kinds(report) == [("added", "KP-9")] and unread(report) == [("MR-K617", "batch.csv B2")]


def test_rows_that_begin_on_the_day_of_a_whole_file_or_have_ended_are_not_ended_again(pack: Path) -> None:
    path = pack / "families" / "F6_levels" / "tables" / "levels.csv"
    path.write_text(LEVEL_ROWS.splitlines()[0] + "\nA-1,XA11,甲,二级,,,全,甲。,1,a,2026-06-01,\nA-2,XA12,乙,二级,,,全,乙。,1,a,2025-01-01,2026-06-01\n"
                    "A-3,XA13,丙,二级,,,全,丙。,1,a,2025-01-01,2026-06-02\n", "utf-8")
    report = levels(pack, NEW, mapping="full = true\n" + LEVEL_MAP)
    assert sorted(kinds(report)) == [("added", "KP-9"), ("removed", "A-3")]


# ---------------------------------------------------------------- what a spreadsheet does to cells


@pytest.mark.parametrize(("line", "code", "cell"), [
    ("D-2,3.31E+14,7,2026-01-01", "MR-K504", "B2"),
    ("D-2,1103000010000,7,2026-01-01", "MR-K505", "B2"),
    ("D-2,００1103000010000,7,2026-01-01", "MR-K506", "B2"),
    ("D-2,编码,7,2026-01-01", "MR-K507", "B2"),
    ("D-2,'001103000010000,7,2026-01-01", "MR-K507", "B2"),
    ("D-2,XA01 XA02,7,2026-01-01", "MR-K507", "B2"),
    ("D-2,XA01,=A1+7,2026-01-01", "MR-K412", "C2"),
    ("D-2,XA01,#REF!,2026-01-01", "MR-K412", "C2"),
    ("D-2,XA01,七天,2026-01-01", "MR-K404", "C2"),
    ("D-2,XA01,7,45658", "MR-K606", "D2"),
    ("D-2,XA01,7,2026/1/1", "MR-K411", "D2"),
    ("D-2,XA01,7,", "MR-K624", "D2"),
    (",XA01,7,2026-01-01", "MR-K301", "A2"),
    ("D-2,,7,2026-01-01", "MR-K303", "B2"),
])
def test_a_damaged_cell_is_named_and_its_row_left_out(pack: Path, line: str, code: str, cell: str) -> None:
    report = imported(pack, "天数", DAY_MAP, "id,code,n,from", line, "D-5,XA07AAA001A001010100001,7,2026-01-01")
    assert unread(report) == [(code, f"batch.csv {cell}")]
    assert kinds(report) == [("added", "D-5")]


def test_full_width_digits_are_told_and_totals_are_no_points(pack: Path) -> None:
    report = imported(pack, "天数", DAY_MAP, "id,code,n,from", "D-2,XA01,７天,2026-01-01", "合计,,2,", "备注：以国家公布为准,,,")
    assert unread(report) == [("MR-K608", "batch.csv C2"), ("MR-K609", "batch.csv A3"), ("MR-K609", "batch.csv A4")]
    assert all(d.severity is Severity.WARNING for d in report.diagnostics) and rows(report)[-1]["天数"] == "７天"


def test_words_that_cannot_be_typed_stay_text(pack: Path) -> None:
    report = levels(pack, "KP-9,XA03AAA001A001010100001,丙片,二级及以上,限二级以上。,2026-06-01,")
    assert unread(report) == [("MR-K619", "batch.csv D2")] and len(report.unreadable) == 1
    made = rows(report)[-1]
    assert (made["最低级别"], made["其他条件"], made["编全"]) == ("", "限二级以上。；最低级别：二级及以上", "仅文本")
    worded = LEVEL_MAP.replace('"最低级别" = "level"', '"最低级别" = {column = "level", words = {"二级及以上" = "二级"}}')
    report = levels(pack, "KP-9,XA03AAA001A001010100001,丙片,二级及以上,限二级以上。,2026-06-01,", mapping=worded)
    assert not report.diagnostics and rows(report)[-1]["最低级别"] == "二级"


def test_doubled_and_contradictory_lines_name_each_other(pack: Path) -> None:
    report = levels(pack, NEW, NEW, "KP-7,XA05AAA001A001010100001,戊片,二级,甲。,2026-06-01,", "KP-7,XA05AAA001A001010100001,戊片,三级,乙。,2026-06-01,")
    assert kinds(report) == [("added", "KP-9")]
    assert sorted(unread(report)) == [("MR-K612", "batch.csv B3"), ("MR-K613", "batch.csv B4"), ("MR-K613", "batch.csv B5")]


def test_a_file_with_the_history_of_a_point_goes_in_whole(pack: Path) -> None:
    table = target(pack, "限级别")
    lines = LEVEL_ROWS + "KP-5,XA05AAA001A001010100001,戊片,三级,,,全,限三级。,1,第1批,2026-06-01,\n" \
                         "KP-5,XA05AAA001A001010100001,戊片,二级,,,全,限二级。,1,第1批,2025-01-01,2026-06-01\n"
    mine = own_layout(sheet(lines), table)
    assert mine is not None
    report = import_batch([sheet(lines)], mine, table)
    assert kinds(report)[-2:] == [("added", "KP-5"), ("added", "KP-5")] and not report.diagnostics
    assert [(r["有效起"], r["有效止"]) for r in rows(report)[-2:]] == [("2025-01-01", "2026-06-01"), ("2026-06-01", "")]
    assert report.content is not None
    (pack / report.file).write_bytes(report.content)
    assert {k for k, _ in kinds(import_batch([sheet(lines)], mine, target(pack, "限级别")))} == {"unchanged"}


def test_a_table_written_with_english_headings_keeps_them(pack: Path) -> None:
    path = pack / "families" / "F4_days" / "tables" / "days.csv"
    path.write_text("point,code,days,from_day\nD-1,XA09AAA001A001010100001,14天,\n", "utf-8")
    report = imported(pack, "天数", DAY_MAP, "id,code,n,from", "D-2,XA01,7,2026-01-01")
    assert report.content is not None
    assert report.content.decode().splitlines() == [
        "point,code,days,from_day,编全,原文,批次,来源,有效起,有效止", "D-1,XA09AAA001A001010100001,14天,,,,,,,", "D-2,XA01,7,,全,,,,2026-01-01,"]


def test_rows_that_contradict_each_other_leave_the_others_alone(pack: Path) -> None:
    mapping = '[columns]\n"知识点号" = "id"\n"主项编码" = "a"\n"从项编码" = "b"\n"频度" = "span"\n"有效起" = "from"\n'
    lines = [f"Q-{n},00110300001{n:04d},00110300001{n + 1:04d},单日,2026-01-01" for n in range(30)]
    back = [f"R-{n},00110300001{n + 1:04d},00110300001{n:04d},单日,2026-01-01" for n in range(30)]
    report = imported(pack, "成对", mapping, "id,a,b,span,from", *lines, *back)
    assert [k for k, _ in kinds(report)] == ["added"] * 30 and [c for c, _ in unread(report)] == ["MR-K308"] * 30


def test_a_row_of_another_rule_is_refused(pack: Path) -> None:
    report = levels(pack, NEW + ",GZ1", NEW.replace("KP-9", "KP-8").replace("XA03", "XA06") + ",F6",
                    mapping='rule_code = "gz_code"\n' + LEVEL_MAP, head=LEVEL_HEAD + ",gz_code")
    assert kinds(report) == [("added", "KP-8")] and unread(report) == [("MR-K618", "batch.csv H2")]


# ---------------------------------------------------------------- encodings and bounds


@pytest.mark.parametrize(("encoding", "told"), [("utf-8", []), ("utf-8-sig", []), ("gb18030", ["MR-K604"])])
def test_the_encodings_of_clerks(encoding: str, told: list[str]) -> None:
    found, said = read_csv("知识点号,名称\r\nKP-1,甲片（儿童）\r\n".encode(encoding), "b.csv")
    assert found is not None and list(found.rows[1]) == ["KP-1", "甲片（儿童）"] and [d.code for d in said] == told


@pytest.mark.parametrize(("content", "code"), [
    ("知识点号".encode("utf-16"), "MR-K603"), (b"\xff\xff\x81", "MR-K603"), (b"a,b\n1,\0", "MR-K208"), (b'a,b\n"1', "MR-K208"),
    (b"a," + b"x" * 200_000, "MR-K207"), (b"a\n" * 12, "MR-K602"), (b"," * 30 + b"x", "MR-K602"), (b"x" * 1_000_001, "MR-K602"),
])
def test_hostile_files_are_refused(content: bytes, code: str) -> None:
    found, said = read_csv(content, "b.csv", Limits(content=1_000_000, rows=10, columns=20))
    assert found is None and [d.code for d in said] == [code]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sheet_or_a_diagnostic(content: bytes) -> None:
    found, said = read_csv(content, "b.csv")
    assert found is not None or [d for d in said if d.severity is Severity.ERROR]


@given(st.integers(1, 16_384))
def test_letters_of_columns_go_round(number: int) -> None:
    assert column_number(column_letter(number)) == number


# ---------------------------------------------------------------- mapping files


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=8).map(str.strip).filter(bool)
FROMS = st.builds(From, WORD, st.integers(0, 3), st.sampled_from(["", "、", "\n", '"']), st.dictionaries(WORD, st.text("甲\"\\ 'x", max_size=3), max_size=2),
                  st.sampled_from(["", "天"]))


@given(st.builds(
    Layout, st.dictionaries(WORD, FROMS, min_size=1, max_size=4), st.dictionaries(WORD, WORD, max_size=3), st.dictionaries(WORD, st.sampled_from(["", "待编"])),
    st.booleans(), WORD, st.integers(1, 20), st.booleans(), WORD, WORD, st.lists(WORD, min_size=1, max_size=2, unique=True).map(tuple), st.none(),
    st.dictionaries(WORD, st.lists(WORD, min_size=1, max_size=2).map(tuple), max_size=2)))
@settings(max_examples=60)
def test_a_written_mapping_file_reads_back(one: Layout) -> None:
    found, problems = read_layout(Source("m.toml", written_layout(one, {}, ("x\ny",))))
    assert not problems and found == one


def test_a_proposal_is_not_confirmed_and_says_what_is_missing(pack: Path) -> None:
    found = propose([sheet("第十八批知识点,,\nkp_id,国标代码,药品通用名,限定值域,限定支付范围\nKP-9,XA03、XA04,丙片,二级及以上,限二级。")], target(pack, "限级别"))
    assert not isinstance(found, Problem)
    one = found.layout
    assert not one.confirmed and one.header == 2
    assert {k: v.column for k, v in one.columns.items()} == {
        "知识点号": "kp_id", "编码": "国标代码", "名称": "药品通用名", "最低级别": "限定值域", "就医方式": "限定值域", "其他条件": "限定支付范围", "原文": "限定支付范围"}
    assert one.columns["编码"].separator == "、" and one.columns["最低级别"].words == {"二级及以上": "二级"}
    assert one.constants["有效起"] == ""
    report = import_batch([sheet("x")], one, target(pack, "限级别"))
    assert [d.code for d in report.diagnostics] == ["MR-K625"] and report.content is None


@pytest.mark.parametrize(("mapping", "head", "told"), [
    (DAY_MAP, "id,code,n,n,from", [("MR-K204", "batch.csv C1", "「n」")]),
    (DAY_MAP + '"部位相同" = ""\n', "id,code,n,from", [("MR-K628", "mapping.toml", "「部位相同」")]),
    (DAY_MAP.replace('"编码" = "code"\n', ""), "id,n,from", [("MR-K624", "mapping.toml", "「编码」")]),
    (DAY_MAP.replace('"起算" = ""', '"起算" = "也许"'), "id,code,n,from", [("MR-K624", "mapping.toml", "「起算」")]),
    (DAY_MAP.replace("[unfilled]", '[unfilled]\n"编码" = "待编"').replace('"编码" = "code"\n', ""), "id,n,from", [("MR-K624", "mapping.toml", "「编码」")]),
    (DAY_MAP.replace('"起算" = ""', '"起算" = "待编"'), "id,code,n,from", []),
])
def test_a_mapping_that_does_not_fit_stops_the_import(pack: Path, mapping: str, head: str, told: list[tuple[str, str, str]]) -> None:
    report = imported(pack, "天数", mapping, head)
    assert unread(report) == [one[:2] for one in told] and (report.content is None) == bool(told)
    assert all(word in d.message for d, (_, _, word) in zip(report.diagnostics, told, strict=True))


def test_a_file_with_the_tables_own_headings_needs_no_mapping_file(pack: Path) -> None:
    table = target(pack, "限级别")
    found = own_layout(sheet(LEVEL_ROWS), table)
    assert found is not None and found.confirmed
    assert kinds(import_batch([sheet(LEVEL_ROWS)], found, table)) == [("unchanged", "KP-1"), ("unchanged", "KP-2-1"), ("unchanged", "KP-2-2")]
    assert own_layout(sheet(LEVEL_ROWS.replace("名称", "名字", 1)), table) is None


def test_codes_of_another_file_are_joined_by_name(pack: Path) -> None:
    mapping = 'identity = ["名称"]\n[columns]\n"名称" = "药品通用名"\n"最低级别" = "限定值域"\n"原文" = "药品说明"\n[constants]\n"有效起" = "2026-06-01"\n' \
              '[unfilled]\n"就医方式" = ""\n[codes]\nfile = "b-codes.csv"\nmatch = "药品通用名"\ncolumn = "国标代码"\n'
    codes = sheet("药品通用名,序号,国标代码\n丙片,1,XA03\n丙片,2,XA04\n甲片,1,XA01AAA001A001010100001\n甲片,2,XA01AAA001A001010100002\n", "b-codes.csv")
    names = sheet("药品通用名,药品说明,限定值域\n丙片,限二级。,二级\n甲片,限二级及以上医疗机构。,二级\n没有,限。,二级\n")
    report = import_batch([names], layout(mapping), target(pack, "限级别"), beside=codes)
    assert [k for k, _ in kinds(report)] == ["added", "unchanged"] and kinds(report)[1][1] == "KP-1"
    assert rows(report)[-1]["编码"] == "XA03|XA04" and unread(report) == [("MR-K627", "batch.csv A4")]


@given(st.lists(st.lists(st.one_of(st.text(max_size=6), st.sampled_from(["KP-9", "XA03", "二级", "2026-06-01", "=1", "合计", "45658"])), max_size=7), max_size=6))
@settings(max_examples=80, deadline=None)
def test_whatever_the_cells_hold_the_table_stays_readable(lines: list[list[str]]) -> None:
    table = _TABLE.setdefault("t", _small_target())
    given_ = Sheet("", "b.csv", [LEVEL_HEAD.split(","), *lines])
    report = import_batch([given_], layout(LEVEL_MAP), table)
    assert report.content is not None
    before = [r for r in LEVEL_ROWS.splitlines() if r]
    after = report.content.decode().splitlines()
    if not report.touches:
        assert after[:len(before)] == before
    counts = report.counts()
    assert counts["added"] + counts["unchanged"] + counts["changed"] <= len(lines) + counts["superseded"]


_TABLE: dict[str, object] = {}


def _small_target():  # type: ignore[no-untyped-def]
    import tempfile

    return target(write_pack(Path(tempfile.mkdtemp()) / "pack"), "限级别")
