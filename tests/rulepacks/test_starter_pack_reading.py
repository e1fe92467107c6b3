"""How the conversion reads ages, alternatives and indications. The costly error is typing more than a text says."""
from __future__ import annotations

import pytest
from tools.starter_pack.ages import CHILD, read_age
from tools.starter_pack.clauses import Clause, split_clauses
from tools.starter_pack.indications import Reading, load_terms, read_clause
from tools.starter_pack.published import same_wording

TERMS = load_terms()


@pytest.mark.parametrize(("text", "cell"), [
    ("限儿童。", CHILD),
    ("限2岁至11岁儿童慢性便秘", "满2岁 不满12岁"),
    ("限3-12岁特发性或先天性肺动脉高压患者", "满3岁 不满13岁"),
    ("限5至12岁以下单纯性甲型和乙型流感儿童患者", "满5岁 不满13岁"),
    ("12岁以下", "不满13岁"),
    ("限6-17岁儿童和青少年的注意缺陷多动障碍", "满6岁 不满18岁"),
    ("限3岁及3岁以上伴有症状的儿童患者", f"满3岁 {CHILD}"),
    ("限6岁及6岁以上注意缺陷多动障碍(ADHD)", "满6岁"),
    ("限成人2型糖尿病患者", "满18岁"),
    ("成人和12岁及以上青少年患者", "满12岁"),
    ("限成人和12至＜18岁青少年的慢性丙型肝炎", "满12岁"),
    ("≥12岁青少年及成人患者", "满12岁"),
    ("治疗16日龄及以上患者", "满16天"),
    ("限3月龄及以上的患者", "满3月"),
    ("1月龄至18岁患者的囊性纤维化相关肝病", "满1月 不满19岁"),
    ("限成人和儿童酪氨酸血症", ""),
])
def test_age_words_keep_their_own_ends(text: str, cell: str) -> None:
    read = read_age(text)
    assert read is not None and read.cell == cell


@pytest.mark.parametrize("text", ["经传统DMARDs治疗3-6个月疾病活动度下降", "支付不超过12个月", "限2型糖尿病"])
def test_lengths_of_treatment_are_not_ages(text: str) -> None:
    assert read_age(text) is None


def test_children_beside_adults_leave_no_gap() -> None:
    read = read_age("儿童甲(A)型血友病", beside_adults=True)
    assert read is not None and read.cell == "不满18岁"


@pytest.mark.parametrize(("text", "clauses"), [
    ("限：1.反流性食管炎；2.十二指肠溃疡。", ["反流性食管炎", "十二指肠溃疡"]),
    ("限：1.1岁至14岁儿童哮喘；2.2岁至14岁儿童鼻炎。", ["1岁至14岁儿童哮喘", "2岁至14岁儿童鼻炎"]),
    ("限新生儿败血症；川崎病。", ["限新生儿败血症", "川崎病"]),
    ("限淋巴瘤成人患者：1.甲；2.乙。", ["淋巴瘤成人患者：甲", "淋巴瘤成人患者：乙"]),
    ("首次处方时病眼视力0.05-0.5。", ["首次处方时病眼视力0.05-0.5"]),
])
def test_alternatives_are_taken_apart(text: str, clauses: list[str]) -> None:
    assert [c.text for c in split_clauses(text)] == clauses


def read(text: str) -> Reading:
    return read_clause(Clause(text), TERMS)


@pytest.mark.parametrize(("text", "diagnoses", "age"), [
    ("限2型糖尿病患者", "E11|O24.1", ""),
    ("限成人慢性丙型肝炎病毒(HCV)感染", "B18.2", "满18岁"),
    ("限前列腺增生", "N40", ""),
])
def test_plain_texts_are_wholly_typed(text: str, diagnoses: str, age: str) -> None:
    got = read(text)
    assert (got.whole, got.diagnoses, got.age) == (True, diagnoses, age)


@pytest.mark.parametrize("text", [
    "限血糖控制不佳的成人2型糖尿病患者",
    "限轻、中度原发性高血压",
    "限非透析的成人慢性肾脏病(CKD)患者",
    "限HER2阳性的转移性乳腺癌",
    "限肺动脉高压(PAH，WHO分类1)",
    "限急性脑梗死的急救抢救",
    "限子宫内膜异位症(Ⅰ至Ⅳ期)",
])
def test_a_further_condition_keeps_a_text_from_being_whole(text: str) -> None:
    got = read(text)
    assert not got.whole and got.rest == text.removeprefix("限")


@pytest.mark.parametrize("text", [
    "限有明确的肝硬化、重症肝炎和肝昏迷诊断证据的患者",
    "限低血磷性维生素D抵抗型佝偻病等",
    "限2型糖尿病或某某综合征",
    "限头孢菌素耐药或重症感染患者",
])
def test_an_unknown_alternative_leaves_the_diagnosis_untyped(text: str) -> None:
    got = read(text)
    assert not got.whole and got.diagnoses == got.open_diagnoses == ""


def test_wording_is_compared_apart_from_punctuation() -> None:
    assert same_wording("需经筛查,明确具有\"风险\"。", "需经筛查，明确具有“风险”")
    assert not same_wording("单次住院最多支付14天", "住院方可支付，单次最多支付14天")
