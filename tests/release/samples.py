"""A small pack that can be built: two rules (one follows a table with a parameter, a definition and a code set), and their cases."""
from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from medrules.adapters.cli.case_facts import facts_of
from medrules.packs.archive import PackFile, read_pack_file
from medrules.release.build import Built, build

PACK_TOML = """name = "demo"
version = "2026.7.1"
title = "示例规则包"
title_en = "A demonstration pack"
authority = "示例省医疗保障局"
adcode = "330000"
roots = ["ZJ-"]
minimum_engine = "0.1.0"

[effective]
from = 2026-07-01

[people]
drafted = "起草：规则处"
reviewed = "审核：业务处"
approved = "批准：局务会"
"""
PARAMETERS = "参数 儿童年龄上限 = 18岁 自 2025-01-01 可调 14岁 至 18岁\n"
DEFINITIONS = "定义 是住院 = 就诊.就医方式 = 住院\n"
AGE_RULE = """规则 ZJ-1「限儿童用药」{
  依据：药品说明书
  结果：明确违规
  环节：事前、事中、事后
  场景：门急诊、住院
  费用：全部费用
  有效：2025-01-01 起
  提醒方式：提醒
  针对：明细 属于 知识表「限儿童药品」记为 限定
  须：  患者.年龄 属于 限定.年龄段
  除外「抢救」：就诊.抢救标志 = 是
  扣减：全额
  说明：「{明细.名称}限儿童使用」
  建议：「核对年龄」
}
"""
SET_RULE = """规则 ZJ-2「住院不收门诊项目」{
  依据：价格项目规范
  结果：可疑
  环节：事前、事中、事后
  场景：门急诊、住院
  费用：全部费用
  有效：2025-01-01 起
  提醒方式：静默
  针对：明细 属于 编码集「门诊项目」
  当：  是住院
  扣减：全额
  说明：「{明细.名称}是门诊项目」
  建议：「冲减」
}
"""
TABLE_TOML = """name = "限儿童药品"
en = "child_drugs"
key = "code"
source = "示例"
[[column]]
zh = "年龄段"
en = "age_range"
type = "age_range"
"""
TABLE_CSV = "知识点号,编码,年龄段,来源,地区\nKP-1,XA01,不满 参数.儿童年龄上限,示例,\nKP-2,XA02,不满12岁,示例,\nKP-3,XA03,不满6岁,示例,3301\n"
CODESET = """name = "门诊项目"
en = "outpatient_services"
system = "item"
status = "推定"
source = "示例"
members = ["0011*"]
"""
FACTS = """{业务时间: "2026-07-02 10:00:00", 环节: 事中, 患者: {唯一号: P1, 性别: 男, 出生日期: "%s"}, 就诊: {标识: E1, 就医方式: 住院,
      结算险种: 基本医疗, 入院时间: "2026-07-01 08:00:00", 出院时间: null, 抢救标志: %s, 机构: {编码: H1, 级别: 三级}, 明细: [{标识: L1, 种类: 费用, 编码: "%s",
      名称: 某项, 数量: "1", 单价: "30", 金额: 30.50, 自费金额: "0", 执行时间: "2026-07-02 09:00:00"}]}}"""
AGE_CASES = f"""- title: 三十岁用限儿童药品，提示
  facts: {FACTS % ("1996-01-01", "false", "XA01")}
  expect: {{findings: [{{rule: ZJ-1, line: L1, amount: 30.50}}], undecided: []}}
- title: 十岁用限儿童药品，不提示
  facts: {FACTS % ("2016-01-01", "false", "XA01")}
  expect: {{findings: [], undecided: []}}
- title: 抢救，不提示
  facts: {FACTS % ("1996-01-01", "true", "XA01")}
  expect: {{findings: [], undecided: []}}
"""
SET_CASES = f"""- title: 住院收门诊项目，可疑
  facts: {FACTS % ("1996-01-01", "false", "001102")}
  expect: {{findings: [{{rule: ZJ-2, line: L1, result: 可疑}}], undecided: []}}
"""
FILES: Mapping[str, str] = {
    "pack.toml": PACK_TOML, "README.md": "# 示例\n", "shared/parameters.medrule": PARAMETERS, "shared/definitions.medrule": DEFINITIONS,
    "shared/codesets/outpatient_services.toml": CODESET, "families/ZJ-1_child_drugs/rule.medrule": AGE_RULE,
    "families/ZJ-1_child_drugs/cases.yaml": AGE_CASES, "families/ZJ-1_child_drugs/tables/child_drugs.toml": TABLE_TOML,
    "families/ZJ-1_child_drugs/tables/child_drugs.csv": TABLE_CSV, "families/ZJ-2_outpatient/rule.medrule": SET_RULE,
    "families/ZJ-2_outpatient/cases.yaml": SET_CASES,
}


def written(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """The files as a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return folder


def changed(**changes: tuple[str, str, str]) -> dict[str, str]:
    """FILES with (file, old, new) replaced; every `old` must be there."""
    files = dict(FILES)
    for name, old, new in changes.values():
        assert old in files[name], old
        files[name] = files[name].replace(old, new)
    return files


def built(folder: Path, files: Mapping[str, str] = FILES, previous: PackFile | None = None) -> Built:
    return build(written(folder, files), facts_of, previous)


@cache
def demo() -> PackFile:
    """The pack file of FILES."""
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        return read_pack_file(built(Path(place)).content)
