"""`medrules knowledge read-texts`: texts of a file, of a CSV and of a table of a pack, read into columns."""
from __future__ import annotations

from pathlib import Path

from cli_runs import NATIONAL, Run

from medrules.adapters.cli import exits

LEVELS = NATIONAL / "families" / "GZ10000101012000_drug_by_hospital_level" / "tables" / "level_drugs.csv"


def test_a_text_file_one_text_a_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("限二级及以上医疗机构。\n\n限二级及以上医疗机构。\n限非住院患者。\n", encoding="utf-8-sig")
    done = run("knowledge", "read-texts", str(file))
    assert done.code == exits.OK
    assert "最低级别" in done.out and "二级及以上医疗机构" in done.out and "确定" in done.out
    assert "第 1 行 等 2 行" in done.out and "没有读出：非住院" in done.out
    assert "全 1 · 部分 0 · 仅文本 1" in done.out and "--pack" in done.out
    said = run("knowledge", "read-texts", str(file), "--json").json
    assert said["totals"] == {"texts": 2, "lines": 3, "全": 1, "部分": 0, "仅文本": 1}
    first = said["texts"][0]
    assert first["complete"] and first["count"] == 2 and not first["rest"]
    assert first["readings"] == [{"column": "最低级别", "value": "二级", "words": "二级及以上医疗机构", "start": 1, "end": 10, "confidence": "确定",
                                  "codes": "", "codes_reviewed": False, "case": ""}]


def test_a_table_by_its_file_takes_the_terms_of_its_pack(run: Run) -> None:
    said = run("knowledge", "read-texts", str(LEVELS), "--json").json
    assert said["terms"] > 20_000 and said["stance"] == "限"
    by_text = {t["text"]: t for t in said["texts"]}
    tumour = by_text["限二级及以上医疗机构的肿瘤患者。"]
    assert tumour["complete"] and [r["column"] for r in tumour["readings"]] == ["最低级别", "诊断"]
    assert tumour["readings"][1]["codes_reviewed"] and tumour["readings"][1]["confidence"] == "较确定"


def test_a_table_by_its_name(run: Run) -> None:
    for name in ("药品禁忌症", "drug_contraindications"):
        said = run("knowledge", "read-texts", name, "--pack", str(NATIONAL), "--json").json
        assert said["stance"] == "禁" and said["totals"]["全"] == 0
        assert any(r["column"] == "禁忌诊断" for t in said["texts"] for r in t["readings"])
    assert run("knowledge", "read-texts", "没有这张表", "--pack", str(NATIONAL)).code == exits.BAD_INPUT


def test_only_one_state(run: Run) -> None:
    said = run("knowledge", "read-texts", str(LEVELS), "--state", "全", "--json").json
    assert {t["state"] for t in said["texts"]} == {"全"}
    assert said["totals"]["部分"] > 0


def test_what_is_wrong_with_the_input_is_said(run: Run, tmp_path: Path) -> None:
    none = run("knowledge", "read-texts", str(tmp_path / "none.csv"))
    assert none.code == exits.BAD_INPUT and "没有这个文件" in none.err
    file = tmp_path / "x.csv"
    file.write_text("名称\n甲\n", encoding="utf-8")
    lacks = run("knowledge", "read-texts", str(file))
    assert lacks.code == exits.BAD_INPUT and "原文" in lacks.err
    file.write_bytes("原文\n限男性\n".encode("gb18030"))
    assert run("knowledge", "read-texts", str(file)).code == exits.BAD_INPUT
    file.write_text('原文\n"限男性' + "x" * 200_000, encoding="utf-8")
    assert run("knowledge", "read-texts", str(file)).code == exits.BAD_INPUT
    ok = tmp_path / "ok.txt"
    ok.write_text("限男性\n", encoding="utf-8")
    assert run("knowledge", "read-texts", str(ok), "--pack", str(tmp_path / "none")).code == exits.BAD_INPUT


def test_control_characters_do_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("限男性\x1b[31m\n", encoding="utf-8")
    assert "\x1b[31m" not in run("knowledge", "read-texts", str(file), "--no-color").out
