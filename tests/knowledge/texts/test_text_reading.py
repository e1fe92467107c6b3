"""The reader against 171 labels made by hand before it existed, against sentences made to mislead it, and against laws."""
from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.knowledge.texts.draw import draw
from tools.starter_pack.terms import reviewed_csv
from tools.text_reading.measure import SUGGESTED, TRAPS, Labelled, Measured, labelled, measured, stance_of, wrongly_complete
from tools.text_reading.page import BEGIN, END, PAGE, rendered
from tools.text_reading.tables import count_table, counted

from medrules.knowledge.texts import CONFIDENCES, Lexicon, Stance, Term, read_lexicon, read_text
from medrules.knowledge.texts.fillers import FILLERS

PACK = Path(__file__).parents[3] / "rulepacks" / "national"


@cache
def lexicon() -> Lexicon:
    return read_lexicon(PACK)


@cache
def figures(split: str) -> Measured:
    return measured((x for x in labelled() if x.split == split), lexicon())


def test_the_labels_are_the_drawn_texts() -> None:
    assert [(x.id, x.split, x.file, x.text) for x in labelled()] == [(d.id, d.split, d.file, d.text) for d in draw()]


def test_the_reviewed_words_of_the_pack_are_those_of_their_lists() -> None:
    assert (PACK / "shared" / "terms" / "icd10_reviewed.csv").read_text("utf-8") == reviewed_csv()


@pytest.mark.parametrize("split", ["dev", "held-out"])
def test_no_text_is_called_complete_that_is_not(split: str) -> None:
    assert figures(split).wrong == []


def test_no_misleading_sentence_is_called_complete() -> None:
    traps = [json.loads(line) for line in TRAPS.read_text("utf-8").splitlines()]
    assert [t["text"] for t in traps if not t["complete"] and read_text(t["text"], lexicon()).complete] == []
    assert sum(t["complete"] and read_text(t["text"], lexicon()).complete for t in traps) >= 17


@pytest.mark.parametrize("split,typed,extra,whole", [("dev", 96, 2, 19), ("held-out", 90, 1, 25)])
def test_what_is_read_right_does_not_fall(split: str, typed: int, extra: int, whole: int) -> None:
    found = figures(split)
    columns = {name: score for name, score in found.columns.items() if name != SUGGESTED}
    assert sum(s.right for s in columns.values()) >= typed
    assert sum(s.extra for s in columns.values()) <= extra
    assert found.whole.right >= whole
    for name, score in columns.items():
        if "诊断" not in name:
            assert (score.extra, score.missed) == (0, 0), name
    assert found.codes_wrong == 0


def test_the_figures_of_the_page_are_those_measured() -> None:
    said = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert said == "\n" + rendered(lexicon()), "python -m tools.text_reading.page"


def test_every_typed_cell_agrees_with_its_own_text_or_says_why_not() -> None:
    found = counted(lexicon())
    assert [line for t in found for line in t.disagree] == []
    assert sum(t.agree for t in found) >= 2_500 and sum(t.rows_whole for t in found) >= 1_800


def test_a_cell_that_contradicts_its_text_is_found(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("知识点号,名称,年龄段,天数,编全,原文,来源\nK1,甲,满3岁,14天,全,限6岁及以上患者，支付不超过14天。,例\nK2,乙,,,全,限18岁及以上患者。,例\n", "utf-8")
    found = count_table(table, lexicon())
    assert len(found.disagree) == 2 and "K1" in found.disagree[0] and "K2" in found.disagree[1]
    assert found.agree == 1


def test_every_reading_says_which_words_it_came_from() -> None:
    for label in labelled():
        read = read_text(label.text, lexicon(), stance_of(label.file))
        for span in (*(r.span for r in read.readings), *read.rest):
            assert span.words and label.text[span.start:span.end] == span.words
        assert all(r.confidence in CONFIDENCES for r in read.readings)
        assert read.complete == (not read.why)
        assert read.readings or not read.complete
        assert not (read.complete and read.rest)


def test_a_wrong_code_set_makes_a_complete_reading_wrong() -> None:
    label = Labelled("x", "dev", "indication_drugs", "限精神分裂症。", True, ({"column": "诊断", "words": "精神分裂症", "value": "精神分裂症", "codes": "F20"},), "")
    narrow = read_text(label.text, Lexicon.of((Term("精神分裂症", "F20.0", True),)))
    assert narrow.complete and wrongly_complete(label, narrow)
    assert not wrongly_complete(label, read_text(label.text, Lexicon.of((Term("精神分裂症", "F20", True),))))


def test_a_name_of_the_catalogue_alone_is_a_suggestion() -> None:
    read = read_text("限精神分裂症。", Lexicon.of((Term("精神分裂症", "F20.900", False),)))
    assert [(r.column, r.codes, r.confidence) for r in read.readings] == [("诊断", "F20.900", "不确定")]
    assert not read.complete and read.state == "仅文本"


COMPLETE = [x.text for x in labelled() if x.complete] + [json.loads(line)["text"] for line in TRAPS.read_text("utf-8").splitlines()]
DENIALS = ["除外", "非", "无", "不", "未", "疑似", "等", "史", "前期", "重度", "复发", "暂", "不宜", "以外", "排除", "高危", "家族", "亲属", "医师"]
UNKNOWN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4)


@given(st.sampled_from(COMPLETE), UNKNOWN, st.data())
def test_words_that_nobody_reviewed_make_a_text_incomplete(text: str, words: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    read = read_text(text[:at] + words + text[at:], lexicon(), "限")
    if read.complete:  # then every added character must be accounted for: by a reading, or by a word of the closed list
        assert not read.rest
        known = {c for r in read.readings for c in r.span.words} | {c for f in FILLERS for c in f.pattern.pattern}
        assert set(words) <= known


@pytest.mark.parametrize("word", DENIALS)
def test_a_qualifying_word_anywhere_makes_a_complete_text_incomplete(word: str) -> None:
    for text in COMPLETE:
        if read_text(text, lexicon()).complete:
            for at in range(len(text) + 1):
                changed = text[:at] + word + text[at:]
                read = read_text(changed, lexicon())
                assert not read.complete or word in "".join(r.span.words for r in read.readings), changed


@given(st.permutations(["限二级及以上医疗机构", "18岁以上", "支付不超过14天", "住院方可支付"]))
def test_the_order_of_independent_clauses_does_not_matter(clauses: list[str]) -> None:
    read = read_text("，".join(clauses) + "。", lexicon())
    assert sorted((r.column, r.value) for r in read.readings) == [
        ("天数", "14天"), ("就医方式", "住院"), ("年龄段", "满18岁"), ("最低级别", "二级")]


@given(st.text(max_size=60))
def test_every_text_is_read(text: str) -> None:
    read = read_text(text, lexicon())
    assert read.text == text
    assert read_text(text, lexicon()) == read


@given(st.sampled_from([x.text for x in labelled()]))
def test_full_width_digits_and_marks_read_alike(text: str) -> None:
    wide = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789,;:()"})
    plain, full = read_text(text, lexicon()), read_text(wide, lexicon())
    assert [(r.column, r.value) for r in plain.readings if r.column != "依据"] == [(r.column, r.value) for r in full.readings if r.column != "依据"]
    assert plain.complete == full.complete


@pytest.mark.parametrize("unit", [
    "除外", "不含", "二级及以上医疗机构，", "3岁", "每", "限", "(", "症见；", "非", "1.", "2型糖尿病、", "0", "最多支付", "急诊或", "个月以上且", "药典用量", "、或", "不得急诊或"])
def test_a_hostile_text_costs_linear_time(unit: str) -> None:
    assert not read_text(unit * (100_000 // len(unit)), lexicon()).complete  # a quadratic step would take hours


@pytest.mark.parametrize("text", [
    "癫痫2型糖尿病", "限2型糖尿病患者的慢性肾脏病。", "用于小儿痱子50岁以下男性。", "限40岁以上男性儿童。", "限2型糖尿病的慢性肾脏病患者。",
])
def test_readings_side_by_side_are_no_list(text: str) -> None:
    assert not read_text(text, lexicon()).complete


@pytest.mark.parametrize("text", ["限癫痫", "除外念珠菌性外阴阴道病", "不含眼科医院癫痫", "癫痫"])
def test_a_name_at_the_very_end_ends_there(text: str) -> None:
    read = read_text(text, lexicon())
    assert all(s.end <= len(text) for s in (*(r.span for r in read.readings), *read.rest))


PIECES = sorted({p for t in labelled() for p in re.split("([，；。、：（）()]|的|或|和|及|患者)", t.text) if p and len(p) < 14})


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))
def test_pieces_of_real_texts_in_any_order_are_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    read = read_text(text, lexicon())
    spans = sorted((s.start, s.end) for s in (*(r.span for r in read.readings), *read.rest))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    if read.complete:
        assert read.readings
        once = [r.column for r in read.readings if r.column not in ("诊断", "年龄段", "禁用状态")]
        assert len(once) == len(set(once))


def test_an_exception_goes_to_its_own_column() -> None:
    read = read_text("限住院患者（癫痫者除外）。", lexicon())
    assert [(r.column, r.value) for r in read.readings] == [("就医方式", "住院"), ("除外诊断", "癫痫")]
    assert not read.complete


@pytest.mark.parametrize("text,stance,why", [
    ("限16岁以上儿童。", "限", "年龄段有两个值"), ("限18岁以上的2型糖尿病、癫痫患者。", "限", "分不清年龄、性别或时限管哪一种病"),
    ("癫痫患者禁用。", "限", "禁忌诊断的编码宁窄勿宽，要另审"), ("癫痫。", "禁", "有不确定的读法"), ("老年人。", "禁", "没有写是禁用还是慎用"),
    ("指征（摘要）：癫痫", "限", "文字自称摘要"),
    ("限二线用药。", "限", "哪些是一线药，文字没有说"), ("限重度癫痫。", "限", "没有读出：重度"), ("限住院。限门诊。", "限", "句式不在已审的句式里"),
    ("限住院，门诊。", "限", "就医方式有两个值"), ("限精神分裂症、腹泻。", "限", "没有审过全部编码的病名：腹泻"),
])
def test_the_reason_why_a_text_is_not_said_in_full(text: str, stance: Stance, why: str) -> None:
    assert read_text(text, lexicon(), stance).why == why


def test_signs_and_factors_are_no_diagnoses(tmp_path: Path) -> None:
    terms = tmp_path / "shared" / "terms"
    terms.mkdir(parents=True)
    (terms / "icd10_names.csv").write_text("name,code\n咳嗽,R05.x00\n霍乱,A00.900\n化疗,Z51.100\n", "utf-8")
    assert set(read_lexicon(tmp_path).terms) == {"霍乱"}


@pytest.mark.parametrize("text,column,value", [
    ("限１８岁及以上患者。", "年龄段", "满18岁"), ("限十二岁以下儿童。", "年龄段", "不超过12岁"), ("限3周岁至12周岁。", "年龄段", "满3岁 不超过12岁"),
    ("限不满3岁的患者。", "年龄段", "不满3岁"), ("支付不超过十四天。", "天数", "14天"), ("支付不超过３个月。", "天数", "3个月"),
    ("限三级医院。", "最低级别", "三级"), ("每周最多支付一次。", "频次", "1次/周"), ("限急诊或住院患者。", "就医方式", "急诊|住院"),
    ("限2岁及2岁以上患者。", "年龄段", "满2岁"), ("限≥6岁患者。", "年龄段", "满6岁"), ("孕妇禁用。", "禁用状态", "妊娠期"),
])
def test_regular_forms(text: str, column: str, value: str) -> None:
    assert (column, value) in [(r.column, r.value) for r in read_text(text).readings]


@pytest.mark.parametrize("text,column", [
    ("限2岁及3岁以上患者。", "年龄段"), ("限12-3岁患者。", "年龄段"), ("限二级医疗机构。", "最低级别"), ("限二级以下医疗机构。", "最低级别"),
    ("限非住院患者。", "就医方式"), ("限住院医师。", "就医方式"), ("限儿童医院。", "年龄段"), ("病程不超过14天。", "天数"),
    ("支付不超过三至五天。", "天数"), ("支付不超过14天/年。", "天数"), ("限儿科以外、女性激素。", "性别"), ("限除2型糖尿病外的患者。", "诊断"),
    ("限2型糖尿病家族史者。", "诊断"), ("限非2型糖尿病患者。", "诊断"), ("限非女性患者。", "性别"), ("不限男性。", "性别"), ("限无急诊的地区。", "就医方式"),
    ("限非活动性癫痫。", "诊断"), ("用于外感，症见抽搐、癫痫。", "诊断"), ("限急诊或住院医师开具。", "就医方式"), ("限患者（急诊患者除外）。", "就医方式"),
    ("限患者，不含2型糖尿病和癫痫。", "诊断"),
])
def test_forms_that_are_not_read(text: str, column: str) -> None:
    assert column not in [r.column for r in read_text(text, lexicon()).readings]
