"""`medrules explain` and `medrules coverage`: what a rule says, and what a door can decide."""
from __future__ import annotations

from cli_runs import NATIONAL, ROOT, Run

from medrules.adapters.cli import exits

RULE = "GZ10000101007000"
FOLLOWER = "GZ10000301002000"


def test_explain_without_a_rule_lists_them(run: Run) -> None:
    done = run("explain", NATIONAL)
    assert done.code == exits.OK
    assert RULE in done.out and "药品限儿童使用" in done.out and "逐条" in done.out
    rows = run("explain", NATIONAL, "--json").json["rules"]
    assert {r["code"]: r["rows"] for r in rows}[FOLLOWER] > 300


def test_explain_shows_a_follower_written_out_in_full(run: Run) -> None:
    done = run("explain", NATIONAL, FOLLOWER)
    assert done.code == exits.OK
    assert "须：  （患者.年龄 属于 限定.年龄段" in done.out  # taken from the rule it follows
    assert "同       " + RULE in done.out
    assert "推定" in done.out  # what is inferred stands where it stands
    assert "已核记录.结论*" in done.out and "3101 不能承载" in done.out
    assert "儿童年龄上限 = 18岁  可调 14岁–18岁" in done.out
    sheet = run("explain", NATIONAL, FOLLOWER, "--json").json["rules"][0]
    assert sheet["same_as"] == RULE and "须" in sheet["taken"] and "说明" not in sheet["taken"]
    assert "同：" not in sheet["text"]
    assert sheet["cost"] == "item" and sheet["tables"][0]["key"] == "code"
    assert 0 < sheet["tables"][0]["in_force"] < sheet["tables"][0]["rows"]
    assert sheet["plan"]["route"] == "code" and sheet["plan"]["codes"] > 1000
    assert {f["field"]: f["carried"] for f in sheet["reads"]}["attestation.outcome"] is False
    base = run("explain", NATIONAL, RULE, "--json").json["rules"][0]
    assert base["followers"] == [FOLLOWER]


def test_explain_by_name_by_official_code_and_with_a_hint(run: Run) -> None:
    assert [r["code"] for r in run("explain", NATIONAL, "儿童专用", "--json").json["rules"]] == [FOLLOWER]
    parts = run("explain", NATIONAL, "GZ10000101010000", "--json").json["rules"]
    assert [r["code"] for r in parts] == [f"GZ10000101010000-{n}" for n in (1, 2, 3)]
    assert parts[0]["cost"] == "history"
    wrong = run("explain", NATIONAL, "GZ1000101007000")
    assert wrong.code == exits.BAD_INPUT
    assert "是不是" in wrong.err


def test_explain_in_english(run: Run) -> None:
    done = run("explain", NATIONAL, RULE, "--lang", "en")
    assert 'item in table "child_drugs"' in done.out
    assert "patient.birth_date" in done.out


def test_the_rows_in_force_follow_the_day(run: Run) -> None:
    before = run("explain", NATIONAL, RULE, "--day", "2026-01-10", "--json").json["rules"][0]["tables"][0]["in_force"]
    after = run("explain", NATIONAL, RULE, "--day", "2026-02-01", "--json").json["rules"][0]["tables"][0]["in_force"]
    assert before != after


def test_explain_covers_every_rule_of_the_88(run: Run) -> None:
    pack = ROOT / "rulepacks" / "edition-2025"
    for one in run("explain", pack, "--json").json["rules"]:
        sheet = run("explain", pack, one["code"], "--json").json["rules"][0]
        assert sheet["text"].startswith(f"规则 {one['code']}「")
        assert sheet["reads"] or one["cost"] == "period"


def test_coverage_of_3101(run: Run) -> None:
    done = run("coverage", NATIONAL, "--day", "2026-07-01")
    assert done.code == exits.OK
    assert "接口 3101" in done.out and "下一步送什么" in done.out and "「两台手术」" in done.out
    answer = run("coverage", NATIONAL, "--json", "--day", "2026-07-01").json
    rules = {r["code"]: r for r in answer["rules"]}
    assert answer["totals"] == {"full": 6, "part": 7, "clears": 1, "none": 0, "stage": 0, "screening": 0}
    assert rules[RULE]["status"] == "part" and rules[RULE]["missing_names"] == ["已核记录.结论"]
    first = answer["send_next"][0]
    assert first["fact"] == "attestation.outcome" and RULE in first["rules_alone"]
    level = next(g for g in answer["send_next"] if g["fact"] == "institution.level")
    assert level["field_3101"] == "medins_lv"


def test_coverage_of_other_doors(run: Run) -> None:
    assert run("coverage", NATIONAL, "--door", "native", "--json").json["totals"]["full"] == 14
    without = run("coverage", NATIONAL, "--door", "native 缺 患者.性别", "--json").json
    assert [g["fact"] for g in without["send_next"]] == ["patient.sex"]
    site = run("coverage", NATIONAL, "--site", ROOT / "examples/3101/site.toml", "--json").json
    assert not any(g["fact"] == "institution.level" for g in site["send_next"])
    english = run("coverage", ROOT / "rulepacks" / "edition-2025", "--lang", "en", "--all").out
    assert "what to send next" in english and "item.generic" in english


def test_coverage_of_a_door_that_is_none(run: Run) -> None:
    assert run("coverage", NATIONAL, "--door", "4101").code == exits.BAD_INPUT
    assert run("coverage", NATIONAL, "--door", "native 缺 患者.星座").code == exits.BAD_INPUT
