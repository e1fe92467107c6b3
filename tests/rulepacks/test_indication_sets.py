"""药品限适应症: a text called wholly typed says nothing more, and no set is too narrow for the disease that it stands for.

Each code below once stood, or could stand, alone in the record of a patient who has the disease: a definite violation
would be a wrong deduction. The last test keeps the sets from being widened until nothing is ever found.
"""
from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.native import read_facts
from medrules.api import check_pack
from medrules.check.program import Program
from medrules.engine.engine import Engine

PACK = Path(__file__).resolve().parents[2] / "rulepacks" / "national"
RULE = "GZ10000101008000"
# A condition that no column of the table holds. 或 and 及 join diseases, 以上 belongs to an age.
UNTYPED = re.compile(
    r"二线|三线|一线|首次|初治|重症(?!肌无力)|重度|中度|轻度|轻中度|难治|复发(?!型|性胰腺炎)|联合|联用|既往|等|不耐受|无效|不佳|禁忌|阳性|阴性|"
    r"突变|晚期|转移|急性发作|抢救|住院|门诊|天|个月|术后(?!甲状旁腺)|预防|诱导|维持|透析|医师|处方|筛查|证据|检测|级|期|除外|不含|不包括|"
    r"出血(?!的胃|。|$)|感染(?!。|$|；)|耐药|基因|分型|BMI|≥|＞|>")
STAGES = "(Ⅰ至Ⅳ期)"  # every stage there is


def rows() -> list[dict[str, str]]:
    with next(PACK.glob("families/*/tables/indication_drugs.csv")).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def clause_of(row: dict[str, str]) -> str:
    """The alternative that a row stands for: `-2` of `限：1.甲；2.乙。` is 乙."""
    text = row["原文"].removesuffix("。")
    number = re.search(r"-(\d{1,2})$", row["知识点号"])
    if number is None:
        return text
    parts = re.split(r"[：；]\s*\d{1,2}\.\s*(?=\D|\d{1,2}岁)", text)[1:] or text.split("；")
    return parts[int(number[1]) - 1] if int(number[1]) <= len(parts) else text


def test_a_wholly_typed_text_names_no_further_condition() -> None:
    wrong = [
        (row["知识点号"], clause_of(row)) for row in rows()
        if row["编全"] == "全" and UNTYPED.search(clause_of(row).replace(STAGES, ""))
        and "或生育保险" not in row["原文"]
    ]
    assert wrong == []


@pytest.mark.parametrize("text", [
    "限2型糖尿病患者的二线用药", "限首次使用的2型糖尿病患者", "限重症2型糖尿病患者", "限2型糖尿病患者，联合二甲双胍",
    "限既往治疗的2型糖尿病患者", "限2型糖尿病等", "限2型糖尿病住院患者", "限2型糖尿病患者，支付不超过14天",
])
def test_the_words_are_noticed(text: str) -> None:
    assert UNTYPED.search(text)


def test_a_wholly_typed_row_has_a_guard_for_codes_that_leave_the_disease_open() -> None:
    ids = {row["知识点号"] for row in rows()}
    assert [r["知识点号"] for r in rows() if r["编全"] == "全" and f"{r['知识点号']}U" not in ids] == []


@pytest.mark.parametrize("word", ["成人", "成年"])
def test_adults_are_typed_wherever_the_row_is_typed(word: str) -> None:
    """成人 beside 儿童, 青少年 or an age is a wider group; alone it is 满18岁."""
    wrong = [
        row["知识点号"] for row in rows()
        if row["编全"] == "全" and word in clause_of(row) and not row["年龄段"]
        and not re.search(r"儿童|青少年", clause_of(row))
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def program() -> Program:
    return check_pack(PACK).program


def result(program: Program, drug: str, diagnosis: str, born: str = "1956-03-04", sex: str = "女") -> str:
    code = next(r["编码"] for r in rows() if r["名称"] == drug).split("|")[0]
    item: dict[str, Any] = {
        "标识": "L1", "种类": "费用", "编码": code, "名称": drug, "数量": "1", "单价": "10", "金额": "10.00",
        "自费金额": "0", "执行时间": "2026-07-02 09:30:00",
    }
    facts = {
        "业务时间": "2026-07-02 18:00:00", "环节": "事后", "患者": {"唯一号": "P1", "性别": sex, "出生日期": born},
        "就诊": {
            "标识": "E1", "就医方式": "住院", "结算险种": "基本医疗", "待遇类别": "普通",
            "入院时间": "2026-07-01 08:00:00", "出院时间": None, "抢救标志": False,
            "机构": {"编码": "H1", "级别": "三级"}, "手术": [],
            "诊断": [{"编码": diagnosis, "名称": "甲", "主要标志": True}], "明细": [item],
        },
    }
    report = Engine(program).review(read_facts(facts))
    if any(f.rule == RULE for f in report.findings):
        return "明确违规"
    return "待核" if any(u.rule == RULE for u in report.undecided) else "符合"


@pytest.mark.parametrize(("drug", "diagnosis"), [
    ("布格替尼片", "Z51.100"),  # 化疗就诊，肿瘤只写在病历里
    ("布格替尼片", "Z51.801"),  # 恶性肿瘤靶向治疗
    ("布格替尼片", "C79.300"),  # 只写继发灶
    ("布格替尼片", "C80.x00"),
    ("布格替尼片", "D38.100"),  # 动态未定
    ("布格替尼片", "Z08.800x003"),  # 靶向治疗后随诊
    ("哌柏西利胶囊", "D05.100"),  # 导管原位癌
    ("哌柏西利胶囊", "Z85.300"),
    ("匹妥布替尼片", "D47.900"),
    ("匹妥布替尼片", "Z94.800"),
    ("注射用替奈普酶", "I66.900x003"),  # 脑栓塞
    ("注射用替奈普酶", "I66.903"),  # 脑血栓形成
    ("曲克芦丁注射液", "I69.300x003"),  # 脑梗死恢复期
    ("注射用替奈普酶", "O99.431"),  # 妊娠合并脑梗死
    ("利拉鲁肽注射液", "N48.400x008"),
    ("利拉鲁肽注射液", "O24.900"),
    ("阿利沙坦酯氨氯地平片", "N28.900x017"),  # 高血压肾损害
    ("阿利沙坦酯氨氯地平片", "H35.004"),
    ("阿利沙坦酯氨氯地平片", "I67.400x001"),
    ("阿利沙坦酯氨氯地平片", "O11.x01"),
    ("乌司他丁注射液", "T81.800x006"),  # 操作后胰腺炎
    ("乌司他丁注射液", "O99.619"),
    ("精氨酸谷氨酸注射液", "E72.201"),  # 高氨血症
    ("注射用右兰索拉唑", "K91.800x103"),  # 残胃溃疡伴出血
    ("烟酰胺片", "E51.100x002+G63.4*"),  # 糙皮病性多神经病
    ("注射用重组人凝血因子Ⅷ", "D68.300x001"),  # 因子Ⅷ抗体形成
    ("注射用重组人凝血因子Ⅷ", "O99.104"),
    ("盐酸伊普可泮胶囊", "D59.900"),
    ("艾考恩丙替片", "Z20.600"),
    ("酮洛芬凝胶贴膏", "M12.500x061"),  # 膝关节创伤性关节病
    ("酮洛芬凝胶贴膏", "M48.903"),  # 腰椎退行性病变
    ("多替诺雷片", "E79.001"),
    ("海博麦布片", "R77.800x001"),  # 血脂异常
    ("左西孟旦注射液", "I97.102"),  # 心脏手术后心力衰竭
    ("左西孟旦注射液", "O99.400x008"),
    ("左西孟旦注射液", "I42.000"),
    ("醋酸来法莫林片", "B25.000+J17.1*"),  # 巨细胞病毒性肺炎
    ("外用牛碱性成纤维细胞生长因子", "T95.300x001"),
    ("克霉唑阴道膨胀栓", "O98.806"),
    ("艾地骨化醇软胶囊", "E34.902+M82.1*"),
    ("注射用罗普司亭", "O99.101"),
])
def test_a_code_of_the_disease_is_never_a_definite_violation(program: Program, drug: str, diagnosis: str) -> None:
    assert result(program, drug, diagnosis) != "明确违规"


@pytest.mark.parametrize(("drug", "diagnosis"), [
    ("布格替尼片", "J18.900"), ("哌柏西利胶囊", "I10.x00"), ("利拉鲁肽注射液", "E10.900"), ("利拉鲁肽注射液", "E66.900"),
    ("阿利沙坦酯氨氯地平片", "I25.103"), ("安奈拉唑钠肠溶片", "K29.500"), ("戊二酸利那拉生酯胶囊", "K29.500"),
    ("炔雌醇环丙孕酮片", "N92.600"), ("酮洛芬凝胶贴膏", "M75.000"), ("曲克芦丁注射液", "I61.900"),
    ("恩曲他滨胶囊", "B18.100"), ("左西孟旦注射液", "J44.900"), ("醋酸来法莫林片", "J06.900"),
])
def test_another_disease_still_is(program: Program, drug: str, diagnosis: str) -> None:
    assert result(program, drug, diagnosis) == "明确违规"
