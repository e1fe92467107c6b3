"""The national pack's tables: its README tells their numbers, and no row claims to be more typed than it is."""
from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from tools.starter_pack.counts import count_family, read_unusable, render
from tools.starter_pack.families import FAMILIES, Family

from medrules.api import check_pack
from medrules.knowledge.folder import read_pack_folder

PACK = Path(__file__).resolve().parents[2] / "rulepacks" / "national"
SUPERSEDED = {
    "药品限儿童使用": 10, "药品儿童专用": 95, "药品区分性别使用": 156, "药品限医疗机构级别": 61, "药品限就医方式": 34,
    "药品限工伤保险": 9, "药品限生育保险": 3, "药品限支付疗程": 29,
}
FOR_PEOPLE = ("药品限支付疗程", "药品区分性别使用")  # 其他条件 belongs to the rules of those restrictions


def rows(family: Family) -> list[dict[str, str]]:
    with (PACK / family.csv).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def family(title: str) -> Family:
    return next(f for f in FAMILIES if f.title == title)


def test_every_cell_is_readable() -> None:
    pack = read_pack_folder(PACK)
    assert [f"{d.code} {d.place}" for d in pack.diagnostics] == []
    assert {t.file.rpartition("/")[2] for t in pack.tables.values() if t.rows} == {f"{f.table}.csv" for f in FAMILIES}


def test_readme_counts_equal_the_tables() -> None:
    readme = (PACK / "README.md").read_text(encoding="utf-8")
    assert render(PACK, read_unusable(readme)) in readme


def test_counts_notice_a_changed_table(tmp_path: Path) -> None:
    one = family("药品限儿童使用")
    target = tmp_path / one.csv
    target.parent.mkdir(parents=True)
    text = (PACK / one.csv).read_text(encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    before = count_family(tmp_path, one, 0)
    target.write_text(text.replace(",部分,", ",全,", 1), encoding="utf-8")
    after = count_family(tmp_path, one, 0)
    assert (after.typed, after.partly) == (before.typed + 1, before.partly - 1)


@pytest.mark.parametrize("title", [f.title for f in FAMILIES])
def test_unusable_rows_are_explained_in_the_family(title: str) -> None:
    one = family(title)
    unusable = read_unusable((PACK / "README.md").read_text(encoding="utf-8"))[one.title]
    text = (PACK / "families" / one.folder / "README.md").read_text(encoding="utf-8")
    assert ("## 无法使用" in text) == bool(unusable)


@pytest.mark.parametrize("title", [f.title for f in FAMILIES])
def test_superseded_rows_end_where_their_successor_starts(title: str) -> None:
    old = {re.sub(r"(-\d{1,2})?U?$", "", r["知识点号"]) for r in rows(family(title)) if r["有效止"]}
    assert len(old) == SUPERSEDED.get(title, 0)
    assert {r["有效止"] for r in rows(family(title))} <= {"", "2026-01-28"}


@pytest.mark.parametrize("title", [f.title for f in FAMILIES])
def test_assumed_dates_are_marked(title: str) -> None:
    for row in rows(family(title)):
        assert (row["有效起"] == "2025-01-01") == ("有效起为推定" in row["来源"]), row["知识点号"]


@pytest.mark.parametrize("title", [f.title for f in FAMILIES])
def test_fully_typed_means_nothing_left_over(title: str) -> None:
    one = family(title)
    for row in rows(one):
        left = row.get("其他条件", "") or "待编" in row.values() or "未编：" in row["来源"]
        assert row["编全"] in ("全", "部分", "仅文本")
        assert bool(left) == (row["编全"] != "全"), row["知识点号"]
        if row["编全"] == "仅文本":
            typed = [row[c] for c in one.columns if c not in ("名称", "其他条件")]
            assert set(typed) <= {"", "待编"}, row["知识点号"]


def test_partly_typed_rows_are_attested_by_their_rule() -> None:
    checked = check_pack(PACK)
    for one in FAMILIES:
        left = any(row.get("其他条件") for row in rows(one))
        named = [r for r in checked.program.rules if checked.sources.families[r.source.name] == one.folder]  # type: ignore[union-attr]
        asked = any("attestation.outcome" in r.reads for r in named)
        assert asked or not left or one.title in FOR_PEOPLE, one.title


def test_the_nine_hundred_pairs_and_their_spans() -> None:
    pairs = rows(family("医疗服务项目重复收费"))
    assert Counter(r["频度"] for r in pairs) == {"单日": 446, "单次就诊": 429, "6小时": 18, "同一小时": 7}
    assert len({(r["主项编码"], r["从项编码"]) for r in pairs}) == 900
    assert all(r["内涵"] and r["主项编码"] != r["从项编码"] for r in pairs)


def test_conflicting_sources_are_rows_and_the_stricter_is_a_suspicion() -> None:
    points = {r["知识点号"]: r for r in rows(family("药品限支付疗程"))}
    lenient, strict = points["KP-be9a8d21d4c59377-1"], points["KP-be9a8d21d4c59377-2"]
    assert (lenient["天数"], lenient["结果"], strict["天数"], strict["结果"]) == ("15天", "", "14天", "可疑")


def test_rows_of_one_code_never_overlap_by_accident() -> None:
    """Two knowledge points that name one code at one time would be alternatives of each other under 须."""
    twice: Counter[str] = Counter()
    for one in FAMILIES:
        if len(one.keys) > 1 or one.title == "诊断编码与手术操作编码不符":  # one row for each diagnosis that fits
            continue
        owner: dict[str, str] = {}
        for row in rows(one):
            point = re.sub(r"(-\d{1,2})?U?$", "", row["知识点号"])
            for code in row[one.keys[0]].split("|") if not row["有效止"] else ():
                if owner.setdefault(code, point) != point:
                    twice[one.title] += 1
    assert twice == {"药品儿童专用": 4, "手术项目未按规定折价收费": 10}  # one syrup under two names; operations of two groups
