"""Rulings whose example is a diagnostic or a shape, not a finding: T20, T31, T36, T37, T39, T44."""
from __future__ import annotations

from pathlib import Path

import pytest

from medrules.check import program as ir
from medrules.check.walk import nodes
from tests.rulings.packs import BadPack, build_pack

HEAD = """
  依据：例
  结果：{result}
  环节：{stages}
  有效：2025-01-01 起
  提醒方式：静默
"""


def rule(code: str, body: str, result: str = "可疑", stages: str = "事后") -> str:
    return f"规则 {code}「例」{{{HEAD.format(result=result, stages=stages)}{body}\n}}\n"


def test_t20_a_row_that_widens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPack) as refused:
        build_pack(tmp_path / "p", rules=["GZ10000301009000"], rows={"老年人用药": "通用名,禁用年龄段,结果\n甲药,满65岁,明确违规"})
    assert "老年人用药" in str(refused.value) or "elderly_drugs" in str(refused.value)


def test_t31_a_follower_takes_the_base_rules_clauses_one_level(tmp_path: Path) -> None:
    program = build_pack(tmp_path / "p", rules=["GZ10000301004000"])
    base, follower = (next(r for r in program.rules if r.code == c) for c in ("GZ10000302004000", "GZ10000301004000"))
    assert follower.follows == base.code
    assert [e.label for e in follower.exempt] == [e.label for e in base.exempt] == ["性别发育异常", "儿童"]
    assert (base.header.result, follower.header.result) == ("definite", "suspect")


def test_t31_a_follower_of_a_follower_is_refused(tmp_path: Path) -> None:
    text = rule("LK-901", "  针对：明细 属于 知识表「周期频次」记为 限定\n  当：一律\n  扣减：无\n  说明：「x」\n  建议：「x」")
    text += "规则 LK-902「例」{\n  同：LK-901\n  说明：「x」\n  建议：「x」\n}\n规则 LK-903「例」{\n  同：LK-902\n  说明：「x」\n  建议：「x」\n}\n"
    with pytest.raises(BadPack):
        build_pack(tmp_path / "p", text=text)


def test_t36_words_of_the_language_are_names_after_a_dot(tmp_path: Path) -> None:
    toml = 'name = "例表"\nen = "example"\nkey = "code"\nkey_columns = ["编码"]\nkey_names = ["code"]\nsource = "例"\n' + "".join(
        f'[[column]]\nzh = "{zh}"\nen = "{en}"\ntype = "number"\n' for zh, en in (("天数", "days"), ("按", "by"), ("全部", "every")))
    text = rule("LK-904", "  针对：明细 属于 知识表「例表」记为 限定\n  当：明细.数量 超过 限定.天数 且 明细.数量 超过 限定.按 且 明细.数量 超过 限定.全部\n"
                "  扣减：无\n  说明：「{限定.天数}」\n  建议：「x」")
    program = build_pack(tmp_path / "p", text=text, tables={"例表": (toml, "知识点号,编码,天数,按,全部\nK1,D1,1,2,3\n")})
    columns = {n.column for n in nodes(program.rules[0].when) if isinstance(n, ir.Col)}
    assert columns == {"天数", "按", "全部"}


def test_t37_a_share_has_exactly_two_arguments(tmp_path: Path) -> None:
    program = build_pack(tmp_path / "p", rules=["GZ10000204005000"])
    rule_ = next(r for r in program.rules if r.code == "GZ10000204005000")
    (ratio,) = {id(n): n for n in nodes(rule_.when) if isinstance(n, ir.CmpRatio)}.values()
    assert isinstance(ratio.ratio.num, ir.Agg) and isinstance(ratio.ratio.den, ir.Agg)
    assert isinstance(ratio.ratio.num.over, ir.Members) and ratio.ratio.num.over.where is not None
    assert isinstance(ratio.ratio.den.over, ir.Members) and ratio.ratio.den.over.where is None


def test_t39_a_period_rule_before_the_fact_is_refused(tmp_path: Path) -> None:
    body = "  针对：每个 机构 每 月 记为 期\n  当：一律\n  扣减：无\n  说明：「{期}」\n  建议：「x」"
    assert build_pack(tmp_path / "a", text=rule("ZB10000205999000", body, "监测")).rules[0].cost == "period"
    with pytest.raises(BadPack):
        build_pack(tmp_path / "b", text=rule("ZB10000205999000", body, "监测", "事前"))


def test_t44_a_row_without_a_key_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(BadPack) as refused:
        build_pack(tmp_path / "p", rules=["GZ10000102014000"], rows={"限定频次": "编码,组号,上限,单位\n,G1,1,\nV1,G1,1,\n,G2,1,"})
    assert len(str(refused.value).splitlines()) == 2
