"""`medrules new family CODE SLUG --pack DIR`: a folder with a rule, a table, a failing case and a README to fill in."""
from __future__ import annotations

import argparse
import re
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console
from medrules.errors import MedRulesError

RULE = """\
# 新规则族：把下面各行改成真的。结果 用「明确违规」之前，先写明官方依据。
规则 {code}「{name}」{{
  依据：待填：文件名与条款
  结果：可疑
  环节：事前、事中、事后
  场景：门急诊、住院
  费用：列入统筹费用
  有效：{year}-01-01 起
  提醒方式：静默
  针对：明细 属于 知识表「{name}表」记为 限定
  须：  患者.年龄 属于 限定.年龄段
  扣减：全额
  说明：「{{明细.名称}}{{限定.原文}}，患者{{患者.年龄}}」
  建议：「核对后再开」
}}
"""
TABLE = """\
name = "{name}表"
en = "{slug}_table"
key = "code"
key_columns = ["编码"]
key_names = ["code"]
source = "待填：哪一批、哪个文件"

[[column]]
zh = "年龄段"
en = "age_range"
type = "age_range"
"""
ROWS = "知识点号,编码,年龄段,原文,来源\nKP-EXAMPLE-1,X00000000000000,不满 18岁,限儿童。,示例\n"
CASES = """\
# 一条会失败的用例：先看它失败，再把规则写对。另补：符合、边界、缺事实、除外或退费。
- title: 待写：这条用例说明什么
  facts:
    业务时间: "{year}-07-01 10:00:00"
    环节: 事前
    患者: {{唯一号: P1, 性别: 男, 出生日期: "1980-01-01"}}
    就诊:
      标识: E1
      就医方式: 门诊
      结算险种: 基本医疗
      机构: {{编码: H1, 级别: 三级}}
      诊断: [{{编码: J06.9}}]
      明细:
        - {{标识: L1, 种类: 医嘱, 编码: X00000000000000, 名称: 示例, 数量: "1", 单价: "10", 金额: "10.00", 自费金额: "0",
           执行时间: "{year}-07-01 09:00:00"}}
  expect:
    findings: []
"""
README = """\
# {code} {name}

* 官方定义：待填
* 逻辑：待填（哪些是官方的，哪些是推定的）
* 参数与可调范围：待填
* 需要的事实：待填
* 知识点批次：待填
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["family"], help="规则族 family")
    parser.add_argument("code", help="规则编码，例如 LK-099 rule code")
    parser.add_argument("slug", help="英文短名，例如 drug_for_adults english slug")
    parser.add_argument("--name", default="新规则", help="规则名称 Chinese name")
    parser.add_argument("--pack", required=True, help="规则包文件夹 pack folder")
    parser.add_argument("--year", default="2026", help="有效自哪一年 valid from year")


def run(arguments: argparse.Namespace) -> int:
    if not re.fullmatch(r"[A-Z]{2}-?[0-9]{2,14}(-[0-9]+)?", arguments.code):
        raise MedRulesError(f"规则编码形如 GZ10000101007000 或 LK-099：{arguments.code} / not a rule code")
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,60}", arguments.slug):
        raise MedRulesError(f"英文短名只用小写字母、数字、下划线：{arguments.slug} / not a slug")
    pack = Path(arguments.pack)
    if not (pack / "pack.toml").is_file():
        raise MedRulesError(f"不是规则包（缺 pack.toml）：{pack} / not a pack folder")
    folder = pack / "families" / f"{arguments.code}_{arguments.slug}"
    if folder.exists():
        raise MedRulesError(f"已经有这个规则族：{folder} / exists already")
    words = {"code": arguments.code, "slug": arguments.slug, "name": arguments.name, "year": arguments.year}
    (folder / "tables").mkdir(parents=True)
    for path, text in (
        ("rule.medrule", RULE), (f"tables/{arguments.slug}.toml", TABLE), (f"tables/{arguments.slug}.csv", ROWS),
        ("cases.yaml", CASES), ("README.md", README),
    ):
        content = text if path.endswith(".csv") else text.format(**words)
        (folder / path).write_text(content, encoding="utf-8")
    out = console()
    out.print(f"已建 / made: {folder}")
    out.print(f"下一步 / next: medrules check {pack}，medrules test {pack} --family {folder.name}（有一条用例会失败 / one case fails）")
    return exits.OK
