"""The change report says what changed in words, which rules follow, from when, for whom, and who must act."""
from __future__ import annotations

from pathlib import Path

import pytest

from medrules.knowledge.packfiles import collect_files
from medrules.release.changes import ChangeReport, changes_between
from medrules.release.notice import notice_of
from medrules.release.standing import standing_of
from tests.release.samples import AGE_RULE, FILES, built, changed, demo, written

NEXT = ("pack.toml", "2026.7.1", "2026.8.0")
RULE, CSV = "families/ZJ-1_child_drugs/rule.medrule", "families/ZJ-1_child_drugs/tables/child_drugs.csv"
TOML, CASES = "families/ZJ-1_child_drugs/tables/child_drugs.toml", "families/ZJ-1_child_drugs/cases.yaml"


def report(folder: Path, *changes: tuple[str, str, str], version: tuple[str, str, str] = NEXT) -> ChangeReport:
    made = built(folder, changed(version=version, **{f"c{n}": c for n, c in enumerate(changes)}), demo())
    assert made.file.members["CHANGES.md"].decode() == notice_of(made.changes)
    return made.changes


def test_nothing_changed_but_the_version(tmp_path: Path) -> None:
    r = report(tmp_path, version=("pack.toml", "2026.7.1", "2026.7.2"))
    assert r.is_empty and r.touched == () and (r.advice.step, r.advice.least, r.advice.enough) == ("patch", "2026.7.2", True)
    assert "判断不变" in notice_of(r)


def test_a_clause_old_and_new(tmp_path: Path) -> None:
    r = report(
        tmp_path, (RULE, "就诊.抢救标志 = 是", "就诊.抢救标志 = 是 且 患者.性别 = 男"), (RULE, "限儿童使用", "只限儿童使用"), (RULE, "药品说明书", "药品说明书 # 备注"))
    (rule,) = r.rules
    assert (rule.kind, rule.code, rule.words_only) == ("changed", "ZJ-1", False)
    assert [(c.head, c.old, c.new) for c in rule.clauses] == [
        ("unless", "除外「抢救」：就诊.抢救标志 = 是", "除外「抢救」：就诊.抢救标志 = 是 且 患者.性别 = 男"),
        ("message", "说明：「{明细.名称}限儿童使用」", "说明：「{明细.名称}只限儿童使用」")]
    assert r.since == {"ZJ-1": "2026-07-01"} and r.advice.step == "minor"
    assert any("患者.性别" in t.what[0] for t in r.tasks)  # a fact that nobody asked for before
    text = notice_of(r)
    assert "原 old：`除外「抢救」：就诊.抢救标志 = 是`" in text and "自业务日期 2026-07-01 起" in text and "就诊.抢救标志 = 是 且 患者.性别 = 男" in text


def test_layout_and_comments_are_no_change(tmp_path: Path) -> None:
    assert report(tmp_path, (RULE, "  须：  患者", "  # 说明\n  须：患者"), ("shared/parameters.medrule", "可调 14岁", "可调  14岁")).is_empty


def test_words_only_call_for_a_patch(tmp_path: Path) -> None:
    r = report(tmp_path, (RULE, "「核对年龄」", "「请核对年龄」"), (CSV, "KP-2,XA02,不满12岁,示例,", "KP-2,XA02,不满12岁,另一来源,"))
    assert r.rules[0].words_only and r.tables[0].words_only and (r.advice.step, r.advice.least) == ("patch", "2026.7.2")


def test_a_file_that_no_rule_reads(tmp_path: Path) -> None:
    r = report(tmp_path, ("README.md", "示例", "说明"))
    assert [(n.kind, n.thing.kind, n.thing.name) for n in r.named] == [("changed", "file", "README.md")]
    assert r.is_empty and r.touched == () and r.advice.step == "patch" and "README.md" in notice_of(r)


def test_rules_come_and_go(tmp_path: Path) -> None:
    name = "families/ZJ-1_child_drugs/rule.medrule"
    second = AGE_RULE.replace("ZJ-1", "ZJ-3").replace("提醒方式：提醒", "提醒方式：拦截").replace("2025-01-01 起", "2026-09-01 起").replace("限儿童用药", "限儿童用药二")
    files = {n: t for n, t in changed(version=("pack.toml", "2026.7.1", "2026.7.2")).items() if "ZJ-2" not in n and "codesets" not in n}
    r = built(tmp_path, {**files, name: AGE_RULE + second, CASES: files[CASES].replace("title: 三十岁", "rules: [ZJ-1]\n  title: 三十岁")}, demo()).changes
    assert [(x.kind, x.code) for x in r.rules] == [("removed", "ZJ-2"), ("added", "ZJ-3")]
    assert r.since["ZJ-3"] == "2026-09-01" and (r.advice.step, r.advice.least, r.advice.enough) == ("major", "2027.0.0", False)
    said = {t.who[0]: t.what[0] for t in r.tasks}
    assert "ZJ-3" in said["医务处、药学部"] and "ZJ-2" in said["下级医保部门和设了本地参数的机构"]
    assert "偏低" in notice_of(r) and "### 删除 removed：ZJ-2" in notice_of(r)
    assert r.cases == (4, 3)


def test_rows_and_cells(tmp_path: Path) -> None:
    r = report(tmp_path, (CSV, "KP-2,XA02,不满12岁", "KP-2,XA02,不满14岁"), (CSV, "KP-3,XA03,不满6岁,示例,3301\n", "KP-4,XA04,不满6岁,示例,3301\n"))
    (table,) = r.tables
    assert table.name == "限儿童药品"
    assert [(c.point, c.keys, c.cells) for c in table.changed] == [("KP-2", "XA02", (("年龄段", "不满12岁", "不满14岁"),))]
    assert [x["知识点号"] for x in table.added] == ["KP-4"] and [x["知识点号"] for x in table.removed] == ["KP-3"]
    assert [(t.code, [x.name for x in t.through]) for t in r.touched] == [("ZJ-1", ["限儿童药品"])]
    assert "| KP-2 | XA02 | 年龄段 | 不满12岁 | 不满14岁 |" in notice_of(r) and "`KP-4`" in notice_of(r)


def test_rows_of_one_area_touch_that_area(tmp_path: Path) -> None:
    r = report(tmp_path, (CSV, "KP-3,XA03,不满6岁,示例,3301\n", "KP-4,XA04,不满6岁,示例,3301\n"))
    assert r.areas == ("3301",) and "3301；" in notice_of(r)


def test_several_rows_of_one_point(tmp_path: Path) -> None:
    """Rows of one point in force at different times: changing places is no change, one of them may differ, one more is one more."""
    head = "知识点号,编码,年龄段,来源,有效起,有效止\nKP-1,XA01,不满 参数.儿童年龄上限,示例,,\n"
    old, new = "KP-2,XA02,不满12岁,示例,,2026-01-01\n", "KP-2,XA05,不满12岁,示例,2026-01-01,2027-01-01\n"
    first = built(tmp_path / "a", {**changed(v=("pack.toml", "2026.7.1", "2026.7.0")), CSV: head + old + new}).file
    more = "KP-2,XA06,不满12岁,示例,2027-01-01,\n"
    (table,) = built(tmp_path / "b", {**FILES, CSV: head + new.replace("12岁", "13岁") + old + more}, first).changes.tables
    assert [(c.keys, c.cells) for c in table.changed] == [("XA05", (("年龄段", "不满12岁", "不满13岁"),))]
    assert [x["编码"] for x in table.added] == ["XA06"] and table.removed == ()


def test_rows_of_one_point_are_matched_by_their_keys(tmp_path: Path) -> None:
    """Both differ and have changed places: each is compared with the one of the same key."""
    head = "知识点号,编码,年龄段,来源,有效起,有效止\nKP-1,XA01,不满 参数.儿童年龄上限,示例,,\n"
    old, new = "KP-2,XA02,不满12岁,示例,,2026-01-01\n", "KP-2,XA05,不满12岁,示例,2026-01-01,\n"
    first = built(tmp_path / "a", {**changed(v=("pack.toml", "2026.7.1", "2026.7.0")), CSV: head + old + new}).file
    (table,) = built(tmp_path / "b", {**FILES, CSV: head + (new + old).replace("12岁", "13岁")}, first).changes.tables
    assert sorted((c.keys, c.cells) for c in table.changed) == [("XA02", (("年龄段", "不满12岁", "不满13岁"),)), ("XA05", (("年龄段", "不满12岁", "不满13岁"),))]


@pytest.mark.parametrize(("change", "kind", "name", "followers", "step"), [
    (("shared/parameters.medrule", "= 18岁", "= 17岁"), "parameter", "儿童年龄上限", ["ZJ-1"], "minor"),
    (("shared/parameters.medrule", "可调 14岁", "可调 16岁"), "parameter", "儿童年龄上限", ["ZJ-1"], "major"),
    (("shared/definitions.medrule", "就诊.就医方式 = 住院", "就诊.就医方式 = 住院 且 患者.性别 = 男"), "definition", "是住院", ["ZJ-2"], "minor"),
    (("shared/codesets/outpatient_services.toml", '["0011*"]', '["0011*", "0012*"]'), "codeset", "门诊项目", ["ZJ-2"], "minor"),
])
def test_what_a_rule_relies_on(tmp_path: Path, change: tuple[str, str, str], kind: str, name: str, followers: list[str], step: str) -> None:
    r = report(tmp_path, change)
    (one,) = r.named
    assert (one.kind, one.thing.kind, one.thing.name) == ("changed", kind, name) and one.words
    assert [t.code for t in r.touched] == followers and r.rules == () and r.advice.step == step
    assert all(x.name == name for t in r.touched for x in t.through) or kind == "parameter"
    assert "随之变化的规则" in notice_of(r)


FOLLOWER = """规则 ZJ-3「限儿童用药的同类」{
  同：  ZJ-1
  针对：明细 属于 编码集「门诊项目」
  当：  是住院
}
"""


@pytest.mark.parametrize(("change", "through"), [
    ((RULE, "就诊.抢救标志 = 是", "就诊.抢救标志 = 是 且 患者.性别 = 男"), [("rule", "ZJ-1")]), ((RULE, "结果：明确违规", "结果：可疑"), [("rule", "ZJ-1")]),
    ((RULE, "药品说明书", "药品新说明书"), []), ((RULE, "  须：  患者.年龄 属于 限定.年龄段\n", "  须：  患者.年龄 不属于 限定.年龄段\n"), []),
    ((CSV, "不满12岁", "不满14岁"), []), (("shared/definitions.medrule", "= 住院", "= 住院 且 患者.性别 = 男"), [("definition", "是住院")]),
])
def test_a_rule_that_follows_another_takes_its_clauses_and_no_more(
    tmp_path: Path, change: tuple[str, str, str], through: list[tuple[str, str]],
) -> None:
    """Clauses of its own stand instead; the table of the other rule is none of its own."""
    sides = []
    for name, changes in (("a", {}), ("b", {"c": change})):
        files = changed(**changes)  # type: ignore[arg-type]
        made = standing_of(collect_files(written(tmp_path / name, {**files, RULE: files[RULE] + FOLLOWER})), "demo")
        sides.append(made)
    r = changes_between(sides[0].own, sides[1].own, sides[0].manifest, sides[1].manifest)
    assert [(x.kind, x.name) for t in r.touched if t.code == "ZJ-3" for x in t.through] == through


def test_the_manifest_and_dates(tmp_path: Path) -> None:
    r = report(
        tmp_path, ("pack.toml", "from = 2026-07-01", "from = 2026-09-01\nto = 2027-01-01"),
        ("pack.toml", "[people]", '[[supersedes]]\nversion = "2026.7.1"\nreason = "年龄写错"\n[people]'), ("pack.toml", "批准：局务会", "批准：办公会"))
    assert {entry for entry, _, _ in r.facts} == {"effective", "supersedes", "people"}
    assert [t.by for t in r.tasks] == ["2026-09-01", ""] and "年龄写错" in r.tasks[-1].what[0]
    assert "自 2026-09-01 起 至 2027-01-01（不含）" in notice_of(r) and r.advice.step == "minor"


def test_the_first_version_counts(tmp_path: Path) -> None:
    made = built(tmp_path)
    assert made.changes.before is None and made.changes.totals == {"rules": 2, "tables": 1, "rows": 3, "parameters": 1, "codesets": 1}
    assert "首次发布" in notice_of(made.changes) and "上一版" not in notice_of(made.changes)


def test_a_text_cannot_break_the_notice(tmp_path: Path) -> None:
    """Bars, backquotes and markup of a cell stay text."""
    r = report(tmp_path, (CSV, "KP-2,XA02,不满12岁,示例,", "KP-2,XA02,不满12岁,<b>|`x`,"))
    line = next(x for x in notice_of(r).splitlines() if x.startswith("| KP-2"))
    assert "&lt;b>\\|`x`" in line


def test_the_json_form_holds_all(tmp_path: Path) -> None:
    told = report(tmp_path, (CSV, "不满12岁", "不满14岁"), (RULE, "全额", "明细.金额")).as_json()
    assert told["from"] == "2026.7.1" and told["to"] == "2026.8.0" and told["rules"][0]["clauses"] == [{"old": "扣减：全额", "new": "扣减：明细.金额"}]
    assert told["tables"][0]["changed"] == [{"point": "KP-2", "keys": "XA02", "cells": [{"column": "年龄段", "old": "不满12岁", "new": "不满14岁"}]}]
    assert set(FILES) and told["advice"]["step"] == "minor"
