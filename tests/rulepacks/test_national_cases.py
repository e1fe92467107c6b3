"""The national pack's own cases, and every published pair and indication, on both ways of executing rules."""
from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.native import NATIVE, read_facts
from medrules.adapters.nhsa.door import door_of
from medrules.adapters.nhsa.site import SiteSettings
from medrules.api import check_pack
from medrules.cases.case import Case
from medrules.cases.runner import compare
from medrules.cases.yaml_reader import read_cases
from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.engine.reference.evaluator import evaluate as reference
from medrules.model.facts import Facts
from medrules.model.reports import Report

PACK = Path(__file__).resolve().parents[2] / "rulepacks" / "national"
FILES = sorted(PACK.glob("families/*/cases.yaml"))
Evaluate = Callable[[Facts], Report]


@pytest.fixture(scope="module")
def program() -> Program:
    checked = check_pack(PACK)
    assert [f"{d.code} {d.place}" for d in checked.diagnostics] == []
    return checked.program


@pytest.fixture(scope="module", params=["reference", "optimized"])
def evaluate(request: pytest.FixtureRequest, program: Program) -> Evaluate:
    return partial(reference, program) if request.param == "reference" else Engine(program).review


def facts_of(case: Case) -> Facts:
    door = door_of("3101", SiteSettings()) if case.door == "3101" else NATIVE
    assert case.facts is not None
    return read_facts(case.facts, door=door)


@pytest.mark.parametrize("path", FILES, ids=[f.parent.name for f in FILES])
def test_cases_hold(path: Path, evaluate: Evaluate) -> None:
    wrong = {c.title: d for c in read_cases(path) if (d := compare(c, evaluate(facts_of(c))))}
    assert wrong == {}


def test_every_family_has_cases_of_each_kind() -> None:
    assert len(FILES) == 12
    for path in FILES:
        cases = read_cases(path)
        assert any(c.findings for c in cases), path
        assert any(not c.findings and not c.undecided for c in cases), path
        assert any(c.undecided for c in cases), path
        assert any("退" in c.title for c in cases), path
        assert all(c.facts and str(c.facts["业务时间"]) >= "2026-01-2" for c in cases), path


def rows(name: str) -> Iterator[dict[str, str]]:
    with next(PACK.glob(f"families/*/tables/{name}.csv")).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def line(place: str, code: str, **more: Any) -> dict[str, Any]:
    return {"标识": place, "种类": "费用", "编码": code, "名称": place, "数量": "1", "单位": "次", "单价": "10", "金额": "10.00",
            "自费金额": "0", "执行时间": "2026-07-02 09:30:00", "手术编号": None, "部位": None, **more}


def request(items: list[dict[str, Any]], diagnosis: str) -> dict[str, Any]:
    return {
        "业务时间": "2026-07-02 18:00:00", "环节": "事后",
        "患者": {"唯一号": "P1", "性别": "男", "出生日期": "1986-03-04"},
        "就诊": {
            "标识": "E1", "就医方式": "住院", "结算险种": "基本医疗", "待遇类别": "普通", "入院时间": "2026-07-01 08:00:00",
            "出院时间": None, "抢救标志": False, "机构": {"编码": "H1", "级别": "三级"}, "手术": [],
            "诊断": [{"编码": diagnosis, "名称": "甲", "主要标志": True}], "明细": items,
        },
    }


def test_each_of_the_nine_hundred_pairs_is_found(program: Program) -> None:
    review = Engine(program).review
    missed = []
    for row in rows("duplicate_charges"):
        items = [line("L1", row["主项编码"]), line("L2", row["从项编码"])]
        found = review(read_facts(request(items, "J18.9"))).findings
        hit = [f for f in found if f.rule == "GZ10000102012000" and f.anchor.line == "L2"]
        if [(f.amount, f.rows) for f in hit] != [(1000, (row["知识点号"],))]:
            missed.append(row["知识点号"])
    assert missed == []


def test_an_indication_is_violated_only_where_every_alternative_names_diagnoses(program: Program) -> None:
    """A diagnosis that no set holds: a definite violation if all alternatives are typed, else a question."""
    review = Engine(program).review
    alternatives: dict[str, list[dict[str, str]]] = {}
    for row in rows("indication_drugs"):
        alternatives.setdefault(re.sub(r"(-\d{1,2})?U?$", "", row["知识点号"]), []).append(row)
    wrong = []
    for point, all_rows in alternatives.items():
        report = review(read_facts(request([line("L1", all_rows[0]["编码"].split("|")[0])], "W57.x00")))
        found = any(f.rule == "GZ10000101008000" for f in report.findings)
        asked = any(u.rule == "GZ10000101008000" for u in report.undecided)
        refused = [bool(r["诊断"]) or "不满" in r["年龄段"] or r["性别"] == "女" for r in all_rows]
        if (found, asked) != (all(refused), not all(refused)):
            wrong.append(point)
    assert wrong == []
