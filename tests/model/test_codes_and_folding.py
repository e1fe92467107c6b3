"""Normal forms of diagnosis and operation codes, and folding of codes and names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.model.codes import is_well_formed, normal_form
from medrules.model.folding import fold_code, fold_text


@pytest.mark.parametrize(
    ("sent", "normal"),
    [
        ("I63", "I63"),
        ("I63.9", "I63.9"),
        ("I639", "I63.9"),
        ("J06900", "J06.900"),
        ("I10X00", "I10.X00"),
        ("I10.X00X001", "I10.X00X001"),
        ("A00000X001", "A00.000X001"),
        ("A33X00", "A33.X00"),
        ("Z51.102", "Z51.102"),
        ("A17.0+G01*", "A17.0+G01*"),
        ("A17.0†G01*", "A17.0+G01*"),
        ("A01001+K770*", "A01.001+K77.0*"),
        ("G01*", "G01*"),
        ("BNS010", "BNS010"),
        ("A01.03.01", "TCM:A01.03.01"),
        ("M80000/3", "ICDO:M80000/3"),
        ("M8000/3", "ICDO:M8000/3"),
        ("A010301", None),  # a Chinese medicine code without dots, not a child of A01.0
        ("I6", None),
        ("XYZD018987", None),
        ("I63.", None),
        ("I63.9 ", None),
        ("TCM:", None),
        ("TCM:I63.9", None),
        ("I63.9\n", None),
        ("I" * 10_000_000, None),
    ],
)
def test_icd10(sent: str, normal: str | None) -> None:
    assert normal_form("icd10", sent) == normal
    assert is_well_formed("icd10", sent) is (normal is not None)
    if normal is not None:
        assert normal_form("icd10", normal) == normal


@pytest.mark.parametrize(
    ("sent", "normal"),
    [
        ("81.65", "81.65"),
        ("8165", "81.65"),
        ("81", "81"),
        ("000102", "00.0102"),
        ("000200X001", "00.0200X001"),
        ("016X00", "01.6X00"),
        ("17971A0", "17.971A0"),
        ("17.971A0", "17.971A0"),
        ("816", None),  # 81.6, or 08.16 without its zero
        ("81650", None),
        ("8.165", None),
    ],
)
def test_icd9cm3(sent: str, normal: str | None) -> None:
    assert normal_form("icd9cm3", sent) == normal
    if normal is not None:
        assert normal_form("icd9cm3", normal) == normal


def test_systems_without_a_shape() -> None:
    assert normal_form("item", "任何") == "任何" and is_well_formed("generic", "x")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        (" ｘ０１ ", "X01"),
        ("　布洛芬（片）　", "布洛芬(片)"),
        ("\ufeffX01\u200b", "X01"),
        ("布\u202e洛芬", "布洛芬"),
        ("e\u0301", "É"),
    ],
)
def test_fold_code(text: str, folded: str) -> None:
    assert fold_code(text) == folded


@given(st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_code(fold_code(text)) == fold_code(text)
    assert fold_text(fold_text(text)) == fold_text(text)
