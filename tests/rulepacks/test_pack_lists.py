"""The lists in a pack's README notice what they are about: rows that contradict each other, rows that wait for codes."""
from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from tools.pack_pages import contradictions, sheet, typed

from medrules.adapters.cli.case_packs import CasePack

PACKS = Path(__file__).resolve().parents[2] / "rulepacks"
CHILDREN = "GZ10000301002000_drug_children_only"
LISTS = f"{contradictions.BEGIN}\n{contradictions.END}\n{typed.BEGIN}\n{typed.END}\n"


def pack_of(folder: Path, source: str, *families: str) -> Path:
    shutil.copytree(PACKS / source, folder, ignore=lambda at, names: [n for n in names if Path(at).name == "families" and n not in families])
    return folder


def lists(root: Path) -> str:
    found = sheet.families(CasePack(root), root)
    return typed.typed(contradictions.contradictions(LISTS, found), found)


def test_a_second_point_with_the_same_code_is_listed_with_what_differs(tmp_path: Path) -> None:
    root = pack_of(tmp_path / "p", "national", CHILDREN, "GZ10000101007000_drug_for_children")
    before = lists(root)
    assert "同一编码同时在两个知识点里（1）" in before and "公布的两处说法不同（0）" in before
    path = root / "families" / CHILDREN / "tables" / "child_only_drugs.csv"
    text = path.read_text("utf-8")
    row = next(r for r in csv.DictReader(io.StringIO(text)) if not r["有效止"] and "|" not in r["编码"])
    changed = {**row, "知识点号": "KP-00000000000000ff", "年龄段": "不满1岁", "来源": "冲突：文件甲写3岁，文件乙写1岁"}
    out = io.StringIO()
    csv.DictWriter(out, list(row), lineterminator="\n").writerow(changed)
    path.write_text(text + out.getvalue(), "utf-8")
    after = lists(root)
    assert "同一编码同时在两个知识点里（2）" in after and f"| {row['知识点号']}、KP-00000000000000ff | {row['编码']} | 年龄段 |" in after
    assert "公布的两处说法不同（1）" in after and "| KP-00000000000000ff | " in after and "文件甲写3岁，文件乙写1岁" in after


def test_rows_whose_code_set_is_empty_are_counted_as_waiting(tmp_path: Path) -> None:
    root = pack_of(tmp_path / "p", "typical-problems", "WT-PAIR_duplicate_charges")
    made = lists(root)
    with (root / "families/WT-PAIR_duplicate_charges/tables/problem_pairs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    empty = [p.stem for p in (root / "shared/codesets").glob("*.toml") if "empty = true" in p.read_text("utf-8")]
    names = {line.split('"')[1] for p in (root / "shared/codesets").glob("*.toml") if p.stem in empty for line in p.read_text("utf-8").splitlines()
             if line.startswith("name =")}
    waiting = sum(any(f"「{name}」" in row["主项编码"] + row["从项编码"] for name in names) for row in rows)
    (line,) = [one for one in made.splitlines() if "WT-PAIR" in one]
    cells = [cell.strip() for cell in line.split("|")[2:-1]]
    assert waiting and cells == [str(len({r["知识点号"].split("-")[1] for r in rows})), str(len(rows)), str(len(rows)), "0", "0", str(waiting)]
