"""Codes of a hospital to national ones: by day, never guessed, ambiguous ones told."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrules.diagnostics import Severity
from medrules.knowledge.mapping import CodeMapping, read_mapping
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

HEAD = "医院编码,国家编码,省编码,名称,有效起,有效止\n"
A, B = "001102000010000", "001102000020000"
DAY = date(2026, 3, 1).toordinal()


def mapping(*lines: str, head: str = HEAD) -> tuple[CodeMapping, list[tuple[str, str]]]:
    found, told = read_mapping((head + "\n".join(lines)).encode(), "m.csv")
    assert found is not None
    return found, [(d.code, d.place) for d in told]


def test_codes_of_hospital_and_province_are_looked_up_by_day() -> None:
    one, told = mapping(f"h001,{A},P9,诊查费,2025-01-01,2026-03-01", f"H001,{B},,诊查费,2026-03-01,")
    assert told == [] and len(one) == 3
    assert [one.national("H001", DAY + n) for n in (-1, 0)] == [A, B]
    assert [one.national("P9", DAY + n) for n in (-1, 0)] == [A, UNKNOWN]
    assert one.national("H001", date(2024, 12, 31).toordinal()) is UNKNOWN
    assert one.local_codes(A, DAY - 1) == ("H001", "P9") and one.local_codes(A, DAY) == ()


@pytest.mark.parametrize(("code", "found"), [
    (A, A), ("001109990010000", "001109990010000"), ("T001700233", "T001700233"), ("XA01AAA001A001010100001", "XA01AAA001A001010100001"),
    ("H001", UNKNOWN), ("1102000010000", UNKNOWN), ("110200001", UNKNOWN), ("T00170023", UNKNOWN), ("X1", UNKNOWN), ("", UNKNOWN),
])
def test_what_is_not_listed_is_national_by_its_form_or_unknown(code: str, found: object) -> None:
    one, _ = mapping(f"Z1,{A},,,,")
    got = one.national(code, DAY)
    assert got is UNKNOWN if found is UNKNOWN else got == found


def test_items_off_the_lists_are_known_to_have_no_code() -> None:
    one, told = mapping("Z1,目录外,,轮椅租赁,,")
    assert told == [] and one.national("Z1", DAY) is ABSENT and list(one.names()) == []


def test_overlapping_rows_are_told_and_count_as_unmapped_while_they_overlap() -> None:
    one, told = mapping(f"H1,{A},,,2025-01-01,", f"H1,{B},,,2026-03-01,2026-04-01", f"H1,{A},,,2027-01-01,")
    assert told == [("MR-K631", "m.csv 第 3 行 医院编码")]
    days = (DAY - 1, DAY, date(2026, 3, 31).toordinal(), date(2026, 4, 1).toordinal())
    assert [one.national("H1", day) for day in days] == [A, UNKNOWN, UNKNOWN, A]


@pytest.mark.parametrize(("line", "code", "severity"), [
    ("H1,,,名,,", "MR-K632", Severity.WARNING), (f",{A},,名,,", "MR-K632", Severity.WARNING), ("H1,3.3E+14,,,,", "MR-K504", Severity.ERROR),
    ("H1,1102000010000,,,,", "MR-K505", Severity.ERROR), (f"H1,{A},,,2026/1/1,", "MR-K411", Severity.ERROR),
    (f"H1,{A},,,2026-02-01,2026-01-01", "MR-K304", Severity.ERROR),
])
def test_a_row_that_cannot_be_used_maps_nothing(line: str, code: str, severity: Severity) -> None:
    found, told = read_mapping((HEAD + line).encode(), "m.csv")
    assert found is not None and len(found) == 0 and [(d.code, d.severity) for d in told] == [(code, severity)]


@pytest.mark.parametrize(("content", "codes"), [
    ("医院编码,名称\n".encode(), ["MR-K202"]), (HEAD.encode("utf-16"), ["MR-K603"]), ((HEAD + '"').encode(), ["MR-K208"]),
    ((HEAD + "诊,x" * 2).encode("gb18030"), ["MR-K604", "MR-K507"]),
])
def test_files_that_are_no_mapping(content: bytes, codes: list[str]) -> None:
    assert [d.code for d in read_mapping(content, "m.csv")[1]] == codes


def test_many_rows_of_one_code_end() -> None:
    one, told = mapping(*(f"H1,{A},,,{2000 + n}-01-01,{2001 + n}-01-01" for n in range(300)))
    assert {c for c, _ in told} == {"MR-K309"} and one.national("H1", DAY) is UNKNOWN


@given(st.binary(max_size=200))
def test_no_bytes_raise(content: bytes) -> None:
    found, told = read_mapping(HEAD.encode() + content, "m.csv")
    assert found is not None or told


@given(st.dictionaries(st.text("ABCH0123456789", min_size=1, max_size=8), st.integers(0, 9_999), max_size=20), st.integers(DAY, DAY + 500))
def test_every_row_is_found_again(rows: dict[str, int], day: int) -> None:
    written = {local: f"00{n:013d}" for local, n in rows.items()}
    one, told = mapping(*(f"{local},{national},,,," for local, national in written.items()))
    assert told == [] and {local: one.national(local, day) for local in written} == written


def test_applied_to_what_a_door_has_read() -> None:
    one, _ = mapping(f"H1,{A},,,2025-01-01,2026-03-01", f"H1,{B},,,2026-03-01,", "OFF,目录外,,,,")
    at = Instant((DAY - 1) * DAY_SECONDS, (DAY - 1) * DAY_SECONDS)
    items = [
        {"code": "H1", "performed_at": at}, {"code": "H1"}, {"code": ABSENT, "local_code": "H1"}, {"code": "NEW", "local_code": "H1"},
        {"code": "NEW"}, {"code": ABSENT, "local_code": "NEW"}, {"code": ABSENT}, {}, {"local_code": "OFF"}, {"code": B, "local_code": "NEW"}]
    patient = {"drug_allergies": ("H1",), "encounters": [{"items": items, "sessions": [{"item": "NEW"}], "results": [{"charged_as": "H1"}]}]}
    assert one.apply([patient], DAY) == 2
    unknown = object()
    assert [i.get("code", unknown) for i in items] == [A, B, B, B, unknown, unknown, ABSENT, unknown, ABSENT, B]
    assert patient["drug_allergies"] == (B,)
    assert patient["encounters"][0]["sessions"] == [{}] and patient["encounters"][0]["results"] == [{"charged_as": B}]  # type: ignore[index]
    other = {"drug_allergies": ("H1", "NEW"), "encounters": []}
    one.apply([other], DAY)
    assert "drug_allergies" not in other
    stock = [{"code": "H1"}, {"code": "NEW"}]
    one.apply_to_stock(stock, DAY)
    assert stock == [{"code": B}, {}]
