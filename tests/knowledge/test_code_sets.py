"""Code-set files: members, references in any order, circles, origin."""
from __future__ import annotations

from medrules.diagnostics import Source
from medrules.knowledge.codesets import read_codesets
from medrules.model.values import UNKNOWN


def source(name: str, body: str, system: str = "icd10", en: str = "") -> Source:
    text = f'name = "{name}"\nen = "{en}"\nsystem = "{system}"\nsource = "示例"\nstatus = "推定"\n{body}'
    return Source(f"shared/codesets/{name}.toml", text)


def test_a_set_by_both_names() -> None:
    sets, found = read_codesets([source("妊娠", 'members = ["O00-O99", "Z33"]\nvalid_from = "2025-01-01"',
        en="pregnancy")])
    assert found == ()
    assert sets["妊娠"] is sets["pregnancy"]
    named = sets["妊娠"]
    assert named.set.member("O26.900") is True and named.set.member("P00") is False
    assert (named.set.name, named.set.en, named.status, named.valid_from) == ("妊娠", "pregnancy", "推定", 739_252)


def test_references_are_followed_whatever_the_order() -> None:
    upper = source("上", 'members = ["编码集「下」", "I10"]\nexcept = ["C44"]')
    lower = source("下", 'members = ["C00-C97"]')
    for order in ([upper, lower], [lower, upper]):
        sets, found = read_codesets(order)
        assert found == ()
        assert sets["上"].set.member("C43") is True and sets["上"].set.member("C44.1") is False
        assert sets["上"].set.member("I10.X00") is True


def test_partial_passes_on() -> None:
    sets, found = read_codesets([source("感染", "members = []\npartial = true"),
        source("全", 'members = ["编码集「感染」", "A00"]')])
    assert found == ()
    assert sets["全"].set.member("A00.1") is True and sets["全"].set.member("B00") is UNKNOWN


def test_circles() -> None:
    sets, found = read_codesets([
        source("甲", 'members = ["编码集「乙」"]'), source("乙", 'members = ["编码集「丙」"]'),
            source("丙", 'members = ["编码集「甲」"]'),
    ])
    assert sets == {} and {d.code for d in found} == {"MR-G106"}
    assert "甲 → 乙 → 丙 → 甲" in found[0].message


def test_faults() -> None:
    def codes(*sources: Source) -> list[str]:
        return [d.code for d in read_codesets(sources)[1]]

    assert codes(source("甲", 'members = ["C1"]')) == ["MR-K502"]
    assert codes(source("甲", 'members = ["C00-C97"]\nexcept = ["D00"]')) == ["MR-K511"]
    assert codes(source("甲", 'members = ["C00-C97", "C44.1"]\nexcept = ["C44"]')) == ["MR-K512"]
    assert codes(source("甲", 'members = ["C00-C97"]\nexcept = ["C44"]')) == []
    assert codes(source("甲", "members = []")) == ["MR-G105"]
    assert codes(source("甲", 'members = ["A1"]', system="atc")) == ["MR-G104"]
    assert codes(source("甲", 'members = ["A00"]'), source("甲", 'members = ["A01"]')) == ["MR-G208"]
    assert codes(source("甲", 'members = ["A00"]', en="x"), source("乙", 'members = ["A01"]', en="x")) == ["MR-G208"]
    assert codes(source("甲", 'members = "A00"')) == ["MR-G102"]
    assert codes(source("甲", 'members = ["A00"]\nvalid_from = "去年"')) == ["MR-G102"]
    assert codes(Source("x.toml", "name =")) == ["MR-G101"]
