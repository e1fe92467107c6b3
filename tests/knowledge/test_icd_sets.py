"""Sets of codes: ICD hierarchy and ranges against a plain oracle, exceptions, prefixes, damaged codes."""
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.members import parse_code, parse_members
from medrules.knowledge.problem import Problem
from medrules.model.codes import is_well_formed
from medrules.model.values import UNKNOWN


def made(text: str, system: str = "icd10", codesets: dict[str, CodeSet] | None = None) -> CodeSet:
    found = parse_members(system, text.split("|"), codesets or {}, text=text)
    assert isinstance(found, CodeSet), found
    return found


def refused(text: str, system: str = "icd10", codesets: dict[str, CodeSet] | None = None) -> str:
    found = parse_members(system, text.split("|"), codesets or {})
    assert isinstance(found, Problem), found
    return found.code


# Every shape that the published 医保版 lists have, and those that hospitals send instead.
ICD10 = ["A00.100", "A00.100X001", "A33.X00", "A35.X00X001", "A01.001+K77.0*", "B49.X01+G02.1*", "I63", "I63.9",
    "I63.9X"]
ICD9 = ["00.0102", "00.0200X001", "01.6X00", "03.1X00X001", "17.97100", "17.971A0", "86.700X0013", "81.65", "81.6",
    "81"]


@pytest.mark.parametrize(("system", "code"), [("icd10", c) for c in ICD10] + [("icd9cm3", c) for c in ICD9])
def test_published_shapes_are_members_and_well_formed(system: str, code: str) -> None:
    assert made(code.lower(), system).member(code) is True
    assert is_well_formed(system, code)


def test_boundary_after_three_characters() -> None:
    assert all(made("I63").member(c) is True for c in ("I63", "I63.9", "I63.900", "I63.900X001"))
    assert all(made("I63").member(c) is False for c in ("I64", "I60.9", "J63"))
    assert all(made("I63.9").member(c) is True for c in ("I63.9", "I63.900", "I63.9X", "I63.902"))
    assert all(made("I63.9").member(c) is False for c in ("I63", "I63.8", "I63.800"))
    assert all(made("81.65", "icd9cm3").member(c) is True for c in ("81.65", "81.6500", "81.6500X001"))
    assert made("81.65", "icd9cm3").member("81.66") is False


categories = st.builds(lambda a, n: f"{a}{n:02d}", st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.integers(0, 99))
codes = st.builds(lambda c, rest: c + rest, categories, st.sampled_from(["", ".9", ".900", ".X00", ".901X002"]))


@given(categories, categories, codes)
def test_ranges_agree_with_comparing_categories(low: str, high: str, code: str) -> None:
    found = parse_members("icd10", [f"{low}-{high}"], {})
    if low >= high:
        assert isinstance(found, Problem) and found.code == "MR-K503"
        return
    assert isinstance(found, CodeSet)
    assert found.member(code) is (low <= code[:3] <= high)


@given(st.lists(st.tuples(categories, categories), min_size=1, max_size=4), categories, codes)
def test_unions_and_exceptions_agree_with_an_oracle(ranges: list[tuple[str, str]], taken: str, code: str) -> None:
    spans = [(min(r), max(r)) for r in ranges if r[0] != r[1]]
    if not spans or not all(low <= taken <= high for low, high in spans):
        return
    text = "|".join(f"{low}-{high} 除 {taken}" for low, high in spans)
    found = made(text)
    assert found.member(code) is (any(low <= code[:3] <= high for low, high in spans) and code[:3] != taken)


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
def test_ranges_of_subcategories(low: int, high: int, asked: int) -> None:
    first, last, code = (f"I{n // 10:02d}.{n % 10}" for n in (low, high, asked))
    found: Any = parse_members("icd10", [f"{first}-{last}"], {})
    if low >= high:
        assert found.code == "MR-K503"
    else:
        assert found.member(code) is found.member(code + "00") is (low <= asked <= high)


def test_example_of_the_language() -> None:
    found = made("I63|I60-I64|C00-C97 除 C44")
    assert found.member("C43.900") is True and found.member("C44.1") is False and found.member("I62.0") is True
    assert found.prefixes.count("I63") == 1


@pytest.mark.parametrize(("text", "code"), [
    ("C1", "MR-K502"), ("C", "MR-K502"), ("C1-C2", "MR-K502"), ("I63*", "MR-K501"), ("I6309", "MR-K501"),
    ("脑梗死", "MR-K501"),
    ("XYZD018987", "MR-K501"), ("I63.", "MR-K501"), ("I64-I60", "MR-K503"), ("I60-I60", "MR-K503"),
    ("I60-I61.9", "MR-K503"),
    ("I63.900-I63.902", "MR-K503"), ("Ｉ６３", "MR-K506"), ("I63||I64", "MR-K414"), ("I63|", "MR-K414"),
    ("C00-C97 除", "MR-K414"),
    ("C00-C97 除 D44", "MR-K511"), ("C00-C97 除 C44|C44.9", "MR-K512"), ("C00-C97 除 C44|C40-C50", "MR-K512"),
    ("编码集「无此集」", "MR-K509"),
])
def test_refused_icd(text: str, code: str) -> None:
    assert refused(text) == code


@pytest.mark.parametrize(("text", "code"), [
    ("3.81", "MR-K501"), ("8", "MR-K502"), ("81.6-82", "MR-K503"), ("81.66-81.65", "MR-K503"), ("81.*", "MR-K501"),
])
def test_refused_icd9(text: str, code: str) -> None:
    assert refused(text, "icd9cm3") == code


def test_item_codes_and_prefixes() -> None:
    found = made("0031070102*|XJ01CAA040B001010100001", "item")
    assert found.member("003107010220000") is True and found.member("003107010320000") is False
    assert found.member("XJ01CAA040B001010100001") is True and found.member("XJ01CAA040B001010100002") is False
    assert made("xj01*", "item").member("XJ01CAA") is True


@pytest.mark.parametrize(("text", "code"), [
    ("3.1071E+14", "MR-K504"), ("3E+14", "MR-K504"), ("310100001.0", "MR-K504"), ("3107010220000", "MR-K505"),
    ("００31", "MR-K506"), ("31 07", "MR-K507"), ("310100001；310100002", "MR-K507"), ("阿司匹林", "MR-K507"),
    ("0031*07", "MR-K508"),
    ("*", "MR-K508"),
])
def test_damaged_item_codes_are_never_repaired(text: str, code: str) -> None:
    assert refused(text, "item") == code
    if "*" not in text:
        found = parse_code("item", text)
        assert isinstance(found, Problem) and found.code == code


def test_names_are_folded_not_checked() -> None:
    found = made("布洛芬片（薄膜衣）|ω-3鱼油脂肪乳注射液", "generic")
    assert found.member("布洛芬片(薄膜衣)") is True


def test_references() -> None:
    tumours = CodeSet("肿瘤", "icd10", prefixes=("C00", "C01"), except_prefixes=("C01.1",))
    known = {"肿瘤": tumours, "药": CodeSet("药", "item")}
    assert made("编码集「肿瘤」", codesets=known) is tumours
    assert made('code set "肿瘤"', codesets=known) is tumours
    union = made("编码集「肿瘤」|I63", codesets=known)
    assert union.member("C00.1") is True and union.member("I63") is True and union.member("C01.1") is False
    assert refused("编码集「肿瘤」|C01.1", codesets=known) == "MR-K512"
    assert refused("编码集「药」", codesets=known) == "MR-K510"


def test_partial_sets_do_not_know_the_rest() -> None:
    found = parse_members("item", ["0033*"], {}, name="治疗性项目", partial=True)
    assert isinstance(found, CodeSet)
    assert found.member("0033010100") is True and found.member("002101") is UNKNOWN
    assert parse_members("icd10", ["编码集「感染」"], {"感染": CodeSet("感染", "icd10", partial=True)}, text="x")
