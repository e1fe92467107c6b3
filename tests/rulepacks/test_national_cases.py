"""The national pack's own cases, and every published pair and indication, on both ways of executing rules."""
from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.cli.case_packs import CasePack
from medrules.adapters.native import read_facts
from medrules.api import check_pack
from medrules.cases.yaml_reader import read_cases
from medrules.check.program import Program
from medrules.engine.engine import Engine

PACK = Path(__file__).resolve().parents[2] / "rulepacks" / "national"
FILES = sorted(PACK.glob("families/*/cases.yaml"))
SCANS = 6  # rules that look at every line: 36-1, 36-2, 36-3, 38-2, 41, 42


@pytest.fixture(scope="module")
def program() -> Program:
    checked = check_pack(PACK)
    assert [d.code for d in checked.diagnostics] == ["MR-W308"] * SCANS
    return checked.program


@pytest.fixture(scope="module")
def pack() -> CasePack:
    return CasePack(PACK)


@pytest.mark.parametrize("path", FILES, ids=[f.parent.name for f in FILES])
def test_cases_hold(path: Path, pack: CasePack) -> None:
    wrong = {c.title: d for c in read_cases(path) if (d := pack.differences(c, path.parent.name))}
    assert wrong == {}


def test_there_is_a_family_for_each_of_the_88() -> None:
    with (PACK.parents[1] / "tools" / "docs" / "edition_2025.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["编码"] for row in csv.DictReader(file)]
    assert len(codes) == 88
    assert sorted(f.parent.name.partition("_")[0] for f in FILES) == sorted(codes)


@pytest.mark.parametrize("path", FILES, ids=[f.parent.name for f in FILES])
def test_a_family_has_cases_of_each_kind(path: Path) -> None:
    """Found, clean, undecided, and an exemption or a refund. An indicator says a figure of everyone and asks nothing."""
    cases = read_cases(path)
    assert len(cases) >= 5
    assert len({c.title for c in cases}) == len(cases)
    assert any(c.findings for c in cases)
    if path.parent.name.startswith("ZB"):
        assert any("未知" in (f.message or "") for c in cases for f in c.findings)
        return
    assert any(not c.findings and not c.undecided for c in cases)
    assert any(c.undecided or c.unjudged for c in cases)
    assert any(re.search("退|除外|自费|场景|计划", c.title) for c in cases)


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
