"""Cases on a pack: their own family's rules, rows and code sets of their own, several people when screening."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.cli.case_facts import facts_of
from medrules.adapters.cli.case_packs import CasePack
from medrules.cases import Case, CaseError, cases_of

PACK = Path(__file__).resolve().parents[2] / "rulepacks" / "national"
NEWBORN, SERVICES = "GZ10000101006000_drug_for_newborns", "GZ10000201002000_line_records"
ROW = {"知识点号": "例-1", "编码": "XN07", "年龄段": "参数.新生儿年龄段"}


@pytest.fixture(scope="module")
def pack() -> CasePack:
    return CasePack(PACK)


def facts(code: str = "XN07", **patient: Any) -> dict[str, Any]:
    return {
        "业务时间": "2026-07-02 18:00:00", "环节": "事后", "患者": {"唯一号": "P1", "出生日期": "1986-03-04", **patient},
        "就诊": {
            "标识": "E1", "就医方式": "住院", "入院时间": "2026-07-01 08:00:00", "出院时间": None, "机构": {"编码": "H1"},
            "明细": [{"标识": "L1", "种类": "费用", "编码": code, "名称": "例", "数量": "1", "单价": "50", "金额": "50.00", "自费金额": "0",
                    "执行时间": "2026-07-02 09:00:00", "医嘱号": None}],
        },
    }


def case(data: dict[str, Any]) -> Case:
    return cases_of([{"title": "例", "expect": {"findings": [], "undecided": []}, **data}], "cases.yaml")[0]


def found(pack: CasePack, family: str, **more: Any) -> list[str]:
    one = case({"facts": facts(), **more})
    return [f.rule for f in pack.rules_for(one, family).plain(facts_of(one)).findings]


def test_rows_of_a_case_stand_instead_of_the_packs(pack: CasePack) -> None:
    assert found(pack, NEWBORN) == []
    assert found(pack, NEWBORN, tables={"限新生儿药品": [ROW]}) == ["GZ10000101006000"]
    assert found(pack, NEWBORN, tables={"newborn_drugs": [{"point": "例-1", "code": "XN07", "age_range": "不超过28天"}]}) == ["GZ10000101006000"]


def test_a_case_runs_its_family_and_the_rules_it_names(pack: CasePack) -> None:
    rows = {"限新生儿药品": [ROW]}
    assert found(pack, SERVICES, tables=rows) == []
    assert found(pack, SERVICES, tables=rows, rules=["GZ10000101006000"]) == ["GZ10000101006000"]
    both = pack.rules_for(case({"facts": facts()}), "").program.rules
    assert len(both) == len(pack.checked.program.rules)


def test_code_sets_of_a_case_stand_instead_of_the_packs(pack: CasePack) -> None:
    assert found(pack, SERVICES) == []
    assert found(pack, SERVICES, codesets={"须有医嘱项目": ["XN07"]}) == ["GZ10000201002000"]


@pytest.mark.parametrize("more", [
    {"tables": {"没有这张表": [ROW]}}, {"codesets": {"没有这个集": ["X"]}}, {"rules": ["GZ9"]},
    {"tables": {"限新生儿药品": [{**ROW, "年龄段": "很小"}]}}, {"tables": {"限新生儿药品": [{**ROW, "没有这列": "x"}]}},
    {"codesets": {"周期性治疗": ["不是编码"]}},
])
def test_what_the_pack_does_not_have_is_told(pack: CasePack, more: dict[str, Any]) -> None:
    (sentence,) = pack.differences(case({"facts": facts(), **more}), NEWBORN)
    assert "读不出来" in sentence


def test_a_wrong_expectation_is_told(pack: CasePack) -> None:
    wrong = case({"facts": facts(), "tables": {"限新生儿药品": [ROW]}})
    assert pack.differences(wrong, NEWBORN) == (
        "多出提示：规则 GZ10000101006000 明细 L1 可疑 50.00元「例限新生儿使用，患者40岁」",)


def test_several_people_are_screened_together(pack: CasePack) -> None:
    two = case({"screening": True, "facts": [facts(), facts(唯一号="P2")]})
    assert len(facts_of(two).patients) == 2
    with pytest.raises(CaseError, match="同一个患者"):
        facts_of(case({"screening": True, "facts": [facts(), facts()]}))
    with pytest.raises(CaseError, match="空的"):
        facts_of(case({"screening": True, "facts": []}))


@pytest.mark.parametrize(("data", "sentence"), [
    ({"facts": [facts()]}, "screening: true"), ({"facts": facts(), "screening": "是"}, "true 或 false"),
    ({"facts": facts(), "tables": ["x"]}, "表名"), ({"facts": facts(), "tables": {"表": ["x"]}}, "列: 值"),
    ({"facts": facts(), "codesets": ["x"]}, "成员"),
])
def test_a_malformed_case_is_refused(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CaseError, match=sentence):
        case(data)
