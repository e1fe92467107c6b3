"""`medrules new family CODE SLUG --pack DIR`: a folder with a rule, a table, a failing case and a README to fill in."""
from __future__ import annotations

import argparse
import re
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console, escape, print_json
from medrules.adapters.cli.files import write_text
from medrules.errors import MedRulesError
from medrules.knowledge.folder import read_pack_folder

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
ROWS = "知识点号,编码,年龄段,原文,来源\nKP-{code}-1,X00000000000000,不满 18岁,限儿童。,示例\n"
CASES = """\
# 一条会失败的用例：先看它失败，再把规则写对。另补：符合、边界、缺事实、除外或退费。
# 用例里没写的事实是“不知道”：规则用到它，答案就是待核。规则有「除外：就诊.抢救标志」时，用例要写 抢救标志: 否，不写就是待核。
# 应当待核的用例写：undecided: [{{rule: {code}, line: L1, missing: [患者.出生日期]}}]
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
    parser.add_argument("code", help="规则编码，例如 LK-901 rule code")
    parser.add_argument("slug", help="英文短名，例如 drug_for_adults english slug")
    parser.add_argument("--name", default="新规则", help="规则名称 Chinese name")
    parser.add_argument("--pack", required=True, help="规则包文件夹 pack folder")
    parser.add_argument("--year", type=int, default=2026, help="有效自哪一年 valid from year")
    parser.add_argument("--json", action="store_true", help="列出建了哪些文件，以 JSON list the files made as JSON")


def run(arguments: argparse.Namespace) -> int:
    pack = Path(arguments.pack)
    _refuse(arguments, pack)
    folder = pack / "families" / f"{arguments.code}_{arguments.slug}"
    words = {"code": arguments.code, "slug": arguments.slug, "name": arguments.name, "year": f"{arguments.year:04d}"}
    made = {
        "rule.medrule": RULE, f"tables/{arguments.slug}.toml": TABLE, f"tables/{arguments.slug}.csv": ROWS, "cases.yaml": CASES,
        "README.md": README,
    }
    for name, text in made.items():
        write_text(folder / name, text.format(**words))
    if arguments.json:
        print_json({"family": folder.name, "folder": str(folder), "files": sorted(made)})
        return exits.OK
    out = console()
    out.print(f"[green]已建 / made:[/] {escape(str(folder))}", soft_wrap=True)
    out.print("下一步 / next（有一条用例会失败，先看它失败再把规则写对 / one case fails: see it fail, then write the rule）:", soft_wrap=True)
    out.print(f"  medrules check {arguments.pack}", markup=False, soft_wrap=True)
    out.print(f"  medrules test {arguments.pack} --family {folder.name}", markup=False, soft_wrap=True)
    return exits.OK


def _refuse(arguments: argparse.Namespace, pack: Path) -> None:
    """Raise for what would not make a family that checks cleanly."""
    if not re.fullmatch(r"[A-Z]{2}-?[0-9]{2,14}(-[0-9]+)?", arguments.code):
        raise MedRulesError(f"规则编码形如 GZ10000101007000 或 LK-901：{arguments.code} / not a rule code")
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,60}", arguments.slug):
        raise MedRulesError(f"英文短名只用小写字母、数字、下划线，3 至 61 个字：{arguments.slug} / not a slug")
    if not arguments.name.strip() or set(arguments.name) & set("「」“”\"'\\{}#\r\n\t"):
        raise MedRulesError("规则名称不能是空的，也不能含引号、括号 {}、# 和换行 / not a rule name")
    if not 2000 <= arguments.year <= 2199:
        raise MedRulesError(f"年份应在 2000 至 2199：{arguments.year} / not a year")
    if not (pack / "pack.toml").is_file():
        raise MedRulesError(f"不是规则包（缺 pack.toml）：{pack} / not a pack folder")
    taken = next(pack.glob(f"families/{arguments.code}_*"), None) or next(pack.glob(f"families/*_{arguments.slug}"), None)
    if taken is not None:
        raise MedRulesError(f"已经有规则族 {taken.name} / exists already")
    names = read_pack_folder(pack).tables
    clash = next((n for n in (f"{arguments.name}表", f"{arguments.slug}_table") if n in names), None)
    if clash is not None:
        raise MedRulesError(f"已经有知识表「{clash}」，换一个名称或短名 / the table exists already")
