"""A hospital that sends its own codes gets the answers of one that sends national codes."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.native import read_facts
from medrules.adapters.nhsa import SiteSettings, read_request
from medrules.api import open_pack
from medrules.engine.engine import Engine
from medrules.errors import InvalidSettings
from medrules.knowledge.mapping import read_mapping
from medrules.model.reports import Report

ROOT = Path(__file__).parents[2]
MESSAGES = sorted(p for p in (ROOT / "examples/3101").glob("0[1-9]*.json"))
HEAD = "医院编码,国家编码,省编码,名称,有效起,有效止\n"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_pack(ROOT / "rulepacks/national")


def orders(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object that has a catalogue code."""
    if isinstance(tree, dict):
        if "hilist_code" in tree:
            yield tree
        for value in tree.values():
            yield from orders(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from orders(value)


def answers(report: Report) -> Any:
    return (
        [(f.rule, f.anchor, f.amount, f.result, f.rows, f.involved) for f in report.findings],
        [(u.rule, u.anchor, u.causes) for u in report.undecided], report.unchecked)


@pytest.mark.parametrize("path", MESSAGES, ids=[p.stem for p in MESSAGES])
def test_local_codes_with_a_mapping_give_the_same_answers(engine: Engine, path: Path, tmp_path: Path) -> None:
    base = SiteSettings.from_toml(ROOT / "examples/3101/site.toml")
    body = path.read_bytes()
    tree = json.loads(body.decode("utf-8-sig") if not body[:3].isascii() or body.isascii() else body.decode("utf-8", "replace"))
    expected = answers(engine.review(read_request(tree, site=base).facts))
    codes = {o["hilist_code"].strip() for o in orders(tree) if isinstance(o["hilist_code"], str) and o["hilist_code"].strip() not in ("", "-", "0")}
    national = {code: f"YY{n:04d}" for n, code in enumerate(sorted(codes))}
    off = {o["hosplist_code"].strip() for o in orders(tree) if not str(o["hilist_code"] or "").strip(" -") and str(o.get("hosplist_code") or "").strip()}
    for order in orders(tree):
        if isinstance(order["hilist_code"], str) and order["hilist_code"].strip() in national:
            order["hilist_code"] = national[order["hilist_code"].strip()]
    (tmp_path / "codes.csv").write_text(HEAD + "".join(f"{local},{code},,,,\n" for code, local in national.items())
                                        + "".join(f"{local},目录外,,,,\n" for local in off), "utf-8")
    text = (ROOT / "examples/3101/site.toml").read_text("utf-8")
    (tmp_path / "site.toml").write_text('code_mapping = "codes.csv"\n' + text if "[nhsa]" not in text else text.replace(
        "[nhsa]", '[nhsa]\ncode_mapping = "codes.csv"'), "utf-8")
    site = SiteSettings.from_toml(tmp_path / "site.toml")
    assert answers(engine.review(read_request(tree, site=site).facts)) == expected


def request(code: object, on: str = "2026-03-01 10:00:00", **more: object) -> dict[str, Any]:
    return {
        "业务时间": on, "环节": "事中", "患者": {"性别": "男", "出生日期": "1990-01-01"},
        "就诊": {"标识": "E1", "就医方式": "门诊", "结算险种": "基本医疗", "抢救标志": False, "机构": {"级别": "三级"}, "诊断": [{"编码": "J00", "主要标志": True}],
                "明细": [{"标识": "L1", "种类": "费用", "编码": code, "名称": "示例", "数量": "1", "单价": "30", "金额": "30.00", "自费金额": "0",
                          "执行时间": on, **more}]}}


def test_native_facts_are_mapped_by_the_day_of_the_line(engine: Engine) -> None:
    row = next(iter(engine.program.tables["限工伤药品"].rows))
    drug = row.keys[0][0]
    codes, _ = read_mapping(f"{HEAD}H1,{drug},,示例,2026-03-01,\n".encode(), "m.csv")
    assert codes is not None

    def rules(facts: dict[str, Any], mapped: bool = True) -> set[str]:
        return {f.rule for f in engine.review(read_facts(facts, codes=codes if mapped else None)).findings}

    direct = rules(request(drug), mapped=False)
    assert "GZ10000101001000" in direct
    assert rules(request("H1")) == rules(request(None, 医院编码="H1")) == rules(request(drug)) == direct
    assert rules(request("H1"), mapped=False) == set()


def test_an_unmapped_code_is_unknown_and_said_so(engine: Engine) -> None:
    codes, _ = read_mapping(f"{HEAD}H1,001102000010000,,示例,2026-03-01,\n".encode(), "m.csv")
    for facts in (request("H2"), request("H1", on="2026-02-28 10:00:00"), request(None, 医院编码="H2")):
        read = read_facts(facts, codes=codes)
        report = engine.review(read)
        assert not report.findings
        assert any("编码对照表里查不到" in note and "1处" in note for note in read.notes)
        assert any("item.code" in u.causes for u in report.undecided) or any(u.reason == "code" for u in report.unjudged)


@pytest.mark.parametrize(("written", "said"), [
    (None, "读不出来"), (f"{HEAD}H1,3.3E+14,,,,\n", "MR-K504"), (f"{HEAD}H1,001102000010000,,,,\nH1,001102000020000,,,,\n", "MR-K631"), ("a,b\n", "MR-K202"),
])
def test_a_mapping_with_faults_is_told_at_start(tmp_path: Path, written: str | None, said: str) -> None:
    (tmp_path / "site.toml").write_text('code_mapping = "m.csv"\n', "utf-8")
    if written is not None:
        (tmp_path / "m.csv").write_text(written, "utf-8")
    with pytest.raises(InvalidSettings, match=said):
        SiteSettings.from_toml(tmp_path / "site.toml")
    with pytest.raises(InvalidSettings, match="CSV"):
        SiteSettings.from_toml({"code_mapping": 3})
