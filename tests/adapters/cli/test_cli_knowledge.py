"""`medrules knowledge`: batches, comparisons and templates as clerks run them."""
from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import NATIONAL, ROOT, Run
from openpyxl import Workbook, load_workbook

TABLE = "families/GZ10000101007000_drug_for_children/tables/child_drugs.csv"
NEW = "KP-0000000000000001,18,2026-09-01,GZ10000101007000,示例口服溶液,限3岁以上儿童。,XA01AAA001X001010100001|XA01AAA001X001010100002,"
HEAD = "kp_id,batch,published_at,gz_code,item_name,constraint,med_codes,supersedes"


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    path = tmp_path / "第十八批.csv"
    path.write_bytes(f"{HEAD}\n{NEW}\n".encode("gb18030"))
    return path


def confirmed(run: Run, pack: Path, batch: Path, table: str = "child_drugs") -> Path:
    done = run("knowledge", "import", batch, "--pack", pack, "--table", table)
    assert done.code == 1 and "逐行核对" in done.out
    path = batch.with_name(f"{batch.name}.mapping.toml")
    path.write_text(path.read_text("utf-8").replace("confirmed = false", "confirmed = true"), "utf-8")
    return path


def test_a_batch_is_proposed_confirmed_and_written(run: Run, pack: Path, batch: Path) -> None:
    before = (pack / TABLE).read_text("utf-8")
    mapping = confirmed(run, pack, batch)
    assert (pack / TABLE).read_text("utf-8") == before
    dry = run("knowledge", "import", batch, "--pack", pack, "--table", "child_drugs", "--mapping", mapping, "--dry-run", "--json")
    assert dry.code == 0 and dry.json["counts"]["added"] == 1 and not dry.json["written"] and (pack / TABLE).read_text("utf-8") == before
    assert [w["code"] for w in dry.json["warnings"]] == ["MR-K604"]
    done = run("knowledge", "import", batch, "--pack", pack, "--table", "child_drugs", "--mapping", mapping)
    assert done.code == 0 and "新增 1" in done.out and "已写" in done.err
    after = (pack / TABLE).read_text("utf-8")
    assert after.startswith(before) and "限3岁以上儿童。" in after[len(before):] and "仅文本" in after[len(before):]
    assert run("check", pack).code == 0
    assert not [p for p in (pack / TABLE).parent.iterdir() if p.name.startswith(".")]


def test_the_report_is_a_table_for_clerks_too(run: Run, pack: Path, batch: Path, tmp_path: Path) -> None:
    mapping = confirmed(run, pack, batch)
    batch.write_text(f"{HEAD}\n{NEW}\n{NEW.replace('0001,18', '0002,18').replace('XA01AAA001X001010100001|', '3.31E+14|')}\n合计,,,,,,2,\n", "utf-8")
    out = tmp_path / "report.csv"
    assert run("knowledge", "import", batch, "--pack", pack, "--table", "child_drugs", "--mapping", mapping, "--dry-run", "--report", out).code == 1
    lines = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert lines[0] == ["类别", "知识点", "位置", "列", "原来", "现在", "代码", "说明"]
    assert ["新增", "KP-0000000000000001", "第十八批.csv G2", "名称", "", "示例口服溶液", "", ""] in lines
    assert [[*line[0:3:2], line[6]] for line in lines[1:] if line[6]] == [["读不了", "第十八批.csv G3", "MR-K504"], ["提醒", "第十八批.csv A4", "MR-K609"]]


def test_rows_that_are_there_need_accept(run: Run, pack: Path, batch: Path) -> None:
    mapping = confirmed(run, pack, batch)
    line = next(n for n, row in enumerate((pack / TABLE).read_text("utf-8").splitlines()) if row.endswith(","))
    point = (pack / TABLE).read_text("utf-8").splitlines()[line].split(",")[0]
    batch.write_text(f"{HEAD}\n{NEW}{point}\n", "utf-8")
    words = ("knowledge", "import", batch, "--pack", pack, "--table", "限儿童药品", "--mapping", mapping)
    before = (pack / TABLE).read_bytes()
    done = run(*words)
    assert done.code == 1 and "--accept" in done.err and (pack / TABLE).read_bytes() == before
    assert run(*words, "--accept", "--json").json["written"]
    assert (pack / TABLE).read_text("utf-8").splitlines()[line].endswith(",2026-09-01")


def test_a_mapping_file_that_is_there_is_not_written_over(run: Run, pack: Path, batch: Path) -> None:
    mapping = confirmed(run, pack, batch)
    before = mapping.read_bytes()
    done = run("knowledge", "import", batch, "--pack", pack, "--table", "child_drugs")
    assert done.code == 3 and "--mapping" in done.err and mapping.read_bytes() == before


@pytest.mark.parametrize(("content", "code"), [(b"\xff\xfe", "MR-K603"), (b"PK\x03\x04", "MR-K601"), ("甲,乙\n1,2\n".encode(), "MR-K626")])
def test_what_is_no_batch_is_refused(run: Run, pack: Path, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    done = run("knowledge", "import", path, "--pack", pack, "--table", "child_drugs")
    assert done.code == 4 and code in done.err


def test_an_unknown_table_is_told_with_the_nearest(run: Run, pack: Path, batch: Path) -> None:
    done = run("knowledge", "import", batch, "--pack", pack, "--table", "限儿童药")
    assert done.code == 4 and "MR-K629" in done.err and "是不是「限儿童药品」" in done.err


def test_a_template_is_filled_in_excel_and_imported(run: Run, pack: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    made = run("knowledge", "template", pack, "child_drugs", "-o", path, "--json")
    assert made.code == 0 and [c["name"] for c in made.json["columns"]][:3] == ["知识点号", "编码", "名称"]
    book = load_workbook(path)
    sheet = book["限儿童药品"]
    at = {c.value: c.column for c in sheet[1]}
    for name, text in {"知识点号": "L-1", "编码": "XA01AAA001X001010100009", "名称": "示例片", "年龄段": "满3岁 不满12岁", "有效起": "2026-09-01"}.items():
        sheet.cell(2, at[name], text)
    book.save(path)
    done = run("knowledge", "import", path, "--pack", pack, "--table", "child_drugs", "--json")
    assert done.code == 0 and done.json["counts"]["added"] == 1 and done.json["written"]
    assert "L-1,XA01AAA001X001010100009,示例片,满3岁 不满12岁,,全," in (pack / TABLE).read_text("utf-8")
    assert run("check", pack).code == 0


def test_two_batches_and_two_packs_are_compared(run: Run, pack: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "a.csv", tmp_path / "b.xlsx"
    old.write_text("kp_id,item_name\nK1,甲\nK2,乙\nK3,丙\n", "utf-8")
    book = Workbook()
    for line in (["标题"], ["kp_id", "item_name"], ["K1", "甲"], ["K2", "改"], ["K4", "丁"]):
        book.active.append(line)  # type: ignore[union-attr]
    book.save(new)
    (table,) = run("knowledge", "diff", old, new, "--json").json["tables"]
    assert table["counts"] == {"added": 1, "changed": 1, "superseded": 0, "removed": 1, "unchanged": 1}
    assert table["changed"][0]["cells"] == {"item_name": {"before": "乙", "after": "改"}}
    done = run("knowledge", "diff", old, new)
    assert "新增 1 · 到期 1 · 改写 1 · 被替代 0 · 不变 1" in done.out
    rows = (pack / TABLE).read_text("utf-8").splitlines(keepends=True)
    (pack / TABLE).write_text("".join(rows[:-1]), "utf-8")
    (found,) = run("knowledge", "diff", NATIONAL, pack, "--table", "child_drugs", "--json").json["tables"]
    assert found["counts"]["removed"] == 1 and found["counts"]["unchanged"] == len(rows) - 2
    assert run("knowledge", "diff", pack, pack).out.startswith("两边一样")
    assert run("knowledge", "diff", pack, old).code == 3
    assert "--key" in run("knowledge", "diff", NATIONAL / "README.md", NATIONAL / "README.md").err


def lines(*items: tuple[str, str, str, str]) -> str:
    """One request of native facts with lines: 编码, 医院编码, 名称, 金额."""
    made = [{"标识": str(n), "种类": "费用", "编码": code or None, "医院编码": local or None, "名称": name, "数量": "1", "单价": amount, "金额": amount,
             "自费金额": "0", "执行时间": "2026-03-01 09:00:00"} for n, (code, local, name, amount) in enumerate(items)]
    return json.dumps({
        "业务时间": "2026-03-01 10:00:00", "环节": "事中", "患者": {"性别": "男", "出生日期": "1990-01-01"},
        "就诊": {"标识": "E1", "就医方式": "门诊", "诊断": [{"编码": "J00"}], "明细": made}}, ensure_ascii=False)


def test_unmatched_items_come_most_used_first_with_suggestions_that_are_not_applied(run: Run, pack: Path, tmp_path: Path) -> None:
    facts, mapping, out = tmp_path / "f.jsonl", tmp_path / "m.csv", tmp_path / "out.csv"
    row = (pack / TABLE).read_text("utf-8").splitlines()[1].split(",")
    code, name = row[1].split("|")[0], row[2]
    one = lines(("", "H1", name, "10.00"), ("", "H2", "一次性手套", "3.00"), (code, "", name, "5.00"), ("", "H3", "=公式", "1.00"), ("", "H2", "一次性手套", "4.00"))
    facts.write_text(one + "\n" + lines(("", "H2", "一次性手套", "3.00"), ("", "H4", "已对照", "9.00"), ("", "H3", "=公式", "1.00")) + "\n", "utf-8")
    mapping.write_text(f"医院编码,国家编码\nH4,{code}\n", "utf-8")
    done = run("knowledge", "unmatched", facts, "--pack", pack, "--mapping", mapping, "--json", "--out", out)
    assert done.code == 0
    found = done.json
    assert (found["lines"], found["unmatched_lines"], found["unmatched_items"]) == (8, 6, 3)
    assert [(i["local_code"], i["count"], i["amount"]) for i in found["items"]] == [("H2", 3, "10.00"), ("H3", 2, "2.00"), ("H1", 1, "10.00")]
    assert found["items"][2]["建议"][0]["name"] == name and found["items"][2]["建议"][0]["alike"] == "100.0%" and found["items"][0]["建议"] == []
    filled = out.read_text("utf-8-sig").splitlines()
    assert filled[0].startswith("医院编码,国家编码,省编码,名称") and filled[1].startswith("H2,,,一次性手套,,,3,10.00,,") and "'=公式" in filled[2]
    again = run("knowledge", "unmatched", facts, "--pack", pack, "--mapping", out)
    assert again.code == 0 and "MR-K632" in again.err and "7 行没有对上" in again.out and "未采用" in again.out
    shown = run("knowledge", "unmatched", facts, "--pack", pack, "--mapping", mapping, "--most", "1")
    assert "H2" in shown.out and "H3" not in shown.out and "另有 2 项" in shown.err


def without_openpyxl(*words: object) -> subprocess.CompletedProcess[str]:
    code = "import sys; sys.modules['openpyxl'] = None; from medrules.adapters.cli.main import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, env=environment, timeout=120)


def test_without_the_extra_workbooks_are_told_and_csv_goes_on(run: Run, pack: Path, batch: Path, tmp_path: Path) -> None:
    book = tmp_path / "b.xlsx"
    Workbook().save(book)
    done = without_openpyxl("knowledge", "import", book, "--pack", pack, "--table", "child_drugs")
    assert done.returncode == 5 and "pip install medrules[excel]" in done.stderr
    done = without_openpyxl("knowledge", "template", pack, "child_drugs", "-o", tmp_path / "t.xlsx")
    assert done.returncode == 5 and not (tmp_path / "t.xlsx").exists()
    mapping = confirmed(run, pack, batch)
    done = without_openpyxl("knowledge", "import", batch, "--pack", pack, "--table", "child_drugs", "--mapping", mapping, "--json")
    assert done.returncode == 0 and '"added": 1' in done.stdout
