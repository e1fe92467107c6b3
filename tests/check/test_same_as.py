"""同, 默认 and versions (ruling T31): what a follower takes along, and when its version changes."""
from __future__ import annotations

from check_corpus import checked, errors, only, rule
from ir_text import shown

BASE = rule(
    "令：超出 = 明细.数量 − 1", "当：超出 大于 0", "除外「抢救」：就诊.抢救标志", "扣减：超出 × 明细.单价",
    "说明：「{明细.名称}超出{超出}」", "建议：「冲减」")


def follower(*clauses: str, **more: str) -> str:
    return rule("同：LK-900", *clauses, **{"code": "LK-901", "scope": "", "head": "", **more})


def test_a_follower_takes_everything_but_the_messages() -> None:
    base, made = only(BASE), only(BASE, follower())
    assert made.follows == "LK-900" and made.code == "LK-901"
    assert (made.when, made.scope, made.exempt[0].when, made.deduct.expr, made.header) == (
        base.when, base.scope, base.exempt[0].when, base.deduct.expr, base.header)
    assert made.message.parts == () and made.suggestion.parts == ()


def test_a_clause_written_again_replaces() -> None:
    made = only(BASE, follower("结果：监测", "扣减：无", "针对：明细 属于 知识表「限级别药品」记为 限定"))
    assert made.header.result == "monitor" and made.deduct.kind == "none"
    assert getattr(made.scope, "table", "") == "限级别药品"
    assert shown(made.when) == "!((item.quantity - 1) <= 0)"


def test_must_replaces_when() -> None:
    made = only(BASE, follower("须：患者.性别 = 女"))
    assert (made.mode, shown(made.when)) == ("must", "item.encounter.patient.sex = 女")


def test_a_let_of_the_same_name_replaces() -> None:
    made = only(BASE, follower("令：起数 = 明细.数量 × 2", "令：超出 = 起数 − 5"))
    assert shown(made.when) == "!(((item.quantity * 2) - 5) <= 0)"
    assert [name for name, _ in made.lets] == ["超出", "起数"]


def test_exemptions_are_added_replaced_and_removed() -> None:
    assert [e.label for e in only(BASE, follower("除外「会诊」：明细.会诊标志")).exempt] == ["抢救", "会诊"]
    assert only(BASE, follower("除外「抢救」：不适用")).exempt == ()
    again = only(BASE, follower("除外「抢救」：明细.会诊标志")).exempt
    assert [(e.label, shown(e.when)) for e in again] == [("抢救", "yes(item.consulted)")]
    assert errors(BASE, follower("除外「急救」：不适用")) == ["MR-C206"]


def test_there_is_one_level() -> None:
    assert errors(BASE, follower(), rule("同：LK-901", code="LK-902", scope="", head="")) == ["MR-C205"]


def test_defaults_stand_behind_the_rule_and_follow_it() -> None:
    defaults = "默认 {\n  环节：事后\n  费用：全部费用\n}\n"
    base = only(defaults + BASE)
    assert base.header.stages == {"after"} and base.header.fees == "all"
    made = only(defaults + BASE, "默认 {\n  环节：事前\n}\n" + follower("费用：个人账户"))
    assert made.header.stages == {"after"} and made.header.fees == "account"


def test_defaults_of_the_language() -> None:
    made = only(BASE).header
    assert made.stages == {"before", "during", "after"} and made.scenes == frozenset()
    assert (made.fees, made.subject, made.interaction) == ("pooled", "institution", "passive")


def test_a_version_changes_exactly_with_its_text() -> None:
    versions = {
        "base": only(BASE).version,
        "space": only(BASE.replace("\n}", "   \n\n}")).version,
        "other": only(BASE.replace("− 1", "− 2")).version,
        "comment": only("# 说明文字\n" + BASE).version,
        "default": only("默认 {\n  环节：事后\n}\n" + BASE).version,
        "neighbour": checked(BASE, rule("当：一律", code="LK-905"))[0].rules[0].version,
    }
    assert versions["base"] == versions["space"] == versions["comment"] == versions["neighbour"]
    assert len({versions["base"], versions["other"], versions["default"]}) == 3


def test_a_followers_version_changes_with_its_base_and_its_definitions() -> None:
    assert only(BASE, follower()).version != only(BASE.replace("− 1", "− 2"), follower()).version
    definition = "定义 是大额 = 明细.金额 超过 500元\n"
    user = rule("当：是大额")
    assert only(definition + user).version != only(definition.replace("500", "600") + user).version


def test_a_sub_rule_is_reported_under_its_parent() -> None:
    assert only(rule("当：一律", code="GZ10000101009000-1")).parent == "GZ10000101009000"
    assert only(rule("当：一律", code="GZ10000101009000")).parent == "GZ10000101009000"
    assert only(rule("当：一律", code="WT-024")).parent == "WT-024"
    assert only(rule("当：一律", code="LK-900-2")).parent == "LK-900"
