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
    assert FOLLOWER in base["followers"]


def test_explain_by_name_by_official_code_and_with_a_hint(run: Run) -> None:
    assert [r["code"] for r in run("explain", NATIONAL, "药品儿童专用", "--json").json["rules"]] == [FOLLOWER]
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
    pack = ROOT / "rulepacks" / "national"
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
    totals = answer["totals"]
    assert sum(totals.values()) == len(rules) >= 103 and totals["screening"] == 13 and totals["full"] > 10 and totals["none"] >= 5
    assert rules[RULE]["status"] == "part" and rules[RULE]["missing_names"] == ["已核记录.结论"]
    sent = [g["fact"] for g in answer["send_next"]]
    assert sent[0] == "history.items" and len(sent) == len(set(sent))
    assert [g["fact"] for g in answer["send_next"] if RULE in g["rules_alone"]] == ["attestation.outcome"]
    counts = [len(g["rules_alone"]) for g in answer["send_next"]]
    assert counts == sorted(counts, reverse=True)
    level = next(g for g in answer["send_next"] if g["fact"] == "institution.level")
    assert level["field_3101"] == "medins_lv" and level["site_setting"] == "institutions"
    assert "站点设置 institutions" in done.out


def test_coverage_of_other_doors(run: Run) -> None:
    assert run("coverage", NATIONAL, "--door", "native", "--json").json["totals"]["full"] > 70
    without = run("coverage", NATIONAL, "--door", "native 缺 患者.性别", "--json").json
    assert [g["fact"] for g in without["send_next"]] == ["patient.sex"]
    site = run("coverage", NATIONAL, "--site", ROOT / "examples/3101/site.toml", "--json").json
    assert not any(g["fact"] == "institution.level" for g in site["send_next"])
    english = run("coverage", ROOT / "rulepacks" / "national", "--lang", "en", "--all").out
    assert "what to send next" in english and "item.generic" in english


def test_coverage_of_a_door_that_is_none(run: Run) -> None:
    assert run("coverage", NATIONAL, "--door", "4101").code == exits.BAD_INPUT
    assert run("coverage", NATIONAL, "--door", "native 缺 患者.星座").code == exits.BAD_INPUT


# ---------------------------------------------------------------- why

ADULT = ROOT / "examples/3101/01-outpatient-adult.json"
ORDERS = ROOT / "examples/3101/03-inpatient-order-set.json"


def test_why_a_rule_spoke_on_a_line(run: Run) -> None:
    done = run("explain", NATIONAL, RULE, "--request", ADULT, "--line", "A00001")
    assert done.code == exits.OK
    for said in ("违规", "KP-91aebbf30b6a0e73", "患者.年龄 → 36岁", "不满18岁", "41.00 元", "水合氯醛灌肠剂限儿童"):
        assert said in done.out
    (answer,) = run("explain", NATIONAL, RULE, "--request", ADULT, "--line", "A00001", "--json").json["answers"]
    assert (answer["answer"], answer["judged"]) == ("violation", "A00001")
    assert answer["finding"]["amount"] == "41.00" and answer["finding"]["rows"] == ["KP-91aebbf30b6a0e73"]
    assert answer["steps"]


def test_why_a_rule_was_silent_on_a_line(run: Run) -> None:
    (answer,) = run("explain", NATIONAL, RULE, "--request", ADULT, "--line", "A00002", "--json").json["answers"]
    assert answer["answer"] == "silent" and "不在知识表「限儿童药品」" in answer["reason"]
    child = ROOT / "examples/3101/02-outpatient-child.json"
    answers = run("explain", NATIONAL, FOLLOWER, "--request", child, "--json").json["answers"]
    assert {a["answer"] for a in answers} == {"silent"}
    met = next(a for a in answers if a["steps"])
    assert met["reason"] == "符合规定的条件"


def test_why_an_answer_is_open(run: Run) -> None:
    done = run("explain", NATIONAL, "GZ10000101012000", "--request", ORDERS, "--line", "B00007")
    assert "待核" in done.out and "缺 机构.级别" in done.out


def test_the_line_at_fault_and_its_partner(run: Run) -> None:
    answers = run("explain", NATIONAL, "GZ10000102012000", "--request", ORDERS, "--json").json["answers"]
    found = {a["judged"]: a["finding"]["claimable"] for a in answers if a["answer"] == "violation"}
    assert found == {"B00002": ["不同部位", "两台手术"], "B00003": ["不同部位", "两台手术"]}


def test_all_rules_on_one_request(run: Run) -> None:
    done = run("explain", NATIONAL, "--request", ORDERS)
    assert "B00005" in done.out and "药品限适应症" in done.out and "不提示 7 次：不在知识表「限工伤药品」中" in done.out
    assert "P9000" not in done.out  # no patient's id
    answers = run("explain", NATIONAL, "--request", ORDERS, "--line", "B00005", "--json").json["answers"]
    assert {a["line"] for a in answers} == {"B00005"} and len(answers) >= 14


def test_a_line_without_a_request_is_refused(run: Run) -> None:
    done = run("explain", NATIONAL, RULE, "--line", "A00001")
    assert done.code == exits.BAD_INPUT and "--request" in done.err


def test_explanations_agree_with_the_report(run: Run) -> None:
    """Every finding of the report is explained as a violation of the line at fault, and nothing else is."""
    for example in sorted((ROOT / "examples/3101").glob("0*.json")):
        report = run("review", example, "--pack", NATIONAL, "--json").json
        told = {(f["规则"], x["标识"] or x["就诊"]) for f in report["违规提示"] for x in f["违规项"]}
        answers = run("explain", NATIONAL, "--request", example, "--json").json["answers"]
        reported = {a["rule"].rpartition("-")[0] if a["rule"][-2] == "-" else a["rule"] for a in answers}
        assert reported
        explained = {(a["rule"].split("-")[0] if a["rule"].startswith("GZ") else a["rule"], a["judged"]) for a in answers if a["answer"] == "violation"}
        assert explained == told, example.name
