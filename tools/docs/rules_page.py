"""docs/rules-88.md: the 88 national rules, each with the constructs of the language that it needs and how sure it is."""
from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Final

from medrules.api import check_pack
from medrules.check import program as ir
from tools.program_nodes import nodes_below

HEAD = """# 88 条国家规则与所需的语言构造 / The 88 national rules and the constructs each needs

<!-- 由 tools/docs 生成，勿手改 / generated, do not edit -->

规则文本在 `rulepacks/national/`，典型问题在 `rulepacks/typical-problems/`，全部通过检查并编译，例子在两个求值器上运行。
**来源**：D 名称、编码、定义为官方；K 逻辑与表列来自已公布的知识点；
P 官方释义摘录；I 推定。没有 K、P 的规则结果一律为可疑或监测，直到官方文本或地方规则包提高。
`LK-nnn` 是 2025 年版新增、没有公布编码的规则，按序号编号。

Sources: D official definition, K published detection logic, P excerpt of the official explanation, I inferred. "cost" is the printed cost
class: item 逐条 · group 成组 · history 历史 · period 期间 (screening only).

"""
COST: Final = {"item": "逐条", "group": "成组", "history": "历史", "period": "期间"}
RESULT: Final = {"definite": "明确违规", "suspect": "可疑", "monitor": "监测"}
SCOPES: Final = {
    "item": "明细", "raw_item": "原始明细", "diagnosis": "诊断", "operation": "手术", "prescription": "每张处方", "encounter": "每次就诊",
}


def _scope(scope: ir.Scope) -> str:
    match scope:
        case ir.ItemScope():
            by = "·表" if scope.table else "·编码集" if scope.codes else "·扫描"
            return SCOPES[scope.relation] + by
        case ir.PairScope():
            return "两项明细"
        case ir.GroupScope():
            return "每组明细"
        case ir.EachScope():
            return SCOPES[scope.relation]
        case ir.StayPairScope():
            return "相邻两次就诊"
        case ir.PeriodScope():
            return "每个…每…"


def _constructs(rule: ir.Rule) -> list[str]:
    """The constructs of a rule, in the order of the language reference."""
    found: set[str] = set()
    body = (rule.scope, rule.when, rule.lets, rule.exempt, rule.fault, rule.deduct)
    for node in nodes_below(body):
        match node:
            case ir.Excess():
                found.add("超额")
            case ir.DayOrdinal():
                found.add("第几天")
            case ir.Rank():
                found.add("第几项")
            case ir.Agg():
                found.add({"sum": "合计", "count": "次数", "days": "天数", "kinds": "种数", "max": "最大", "min": "最小"}[node.fn])
            case ir.Quant():
                found.add("任一/有" if node.kind == "any" else "全部")
            case ir.Window():
                found.add("窗口")
            case ir.Lookup():
                found.add("查")
            case ir.Choose():
                found.add("若…则")
            case ir.AgeAt():
                found.add("年龄")
            case ir.Ratio():
                found.add("占比")
            case ir.Attested():
                found.add("已核")
            case ir.Declared():
                found.add("已申报")
            case ir.Param():
                found.add("参数")
            case ir.In(how="catalogue"):
                found.add("在册")
            case ir.In(how="codes"):
                found.add("编码集")
            case ir.In(how="table"):
                found.add("在表内")
            case ir.Prim(op="proportion"):
                found.add("按比例")
            case ir.Prim(op="distance"):
                found.add("相隔")
            case ir.Prim(op="difference"):
                found.add("相差")
            case ir.Prim(op="overlap"):
                found.add("重叠时长")
            case ir.Exempt():
                found.add("除外" if node.but is None else "除外…但")
            case ir.WitnessFault():
                found.add("违规=命中者")
            case ir.MembersFault():
                found.add("违规=成员")
            case ir.Has():
                found.add("未填/可缺")
    return sorted(found)


def render(root: Path) -> str:
    programs = [check_pack(root / "rulepacks" / name).program for name in ("national", "typical-problems")]
    by_parent: dict[str, list[ir.Rule]] = {}
    for rule in (r for p in programs for r in p.rules):
        by_parent.setdefault(rule.parent, []).append(rule)
    out, used = [HEAD, "| 序号 | 编码 | 规则 | 来源 | 结果 | 针对 | 条件 | 构造 | 代价 |\n|---|---|---|---|---|---|---|---|---|"], Counter[str]()
    rows = list(csv.DictReader((Path(__file__).parent / "edition_2025.csv").read_text("utf-8").splitlines()))
    for row in rows:
        for rule in by_parent[row["编码"]]:
            constructs = _constructs(rule)
            used.update(constructs)
            same = f"同 {rule.follows}；" if rule.follows else ""
            mode = {"must": "须", "when": "当", "always": "一律"}[rule.mode]
            out.append(
                f"| {row['序号']} | {rule.code} | {rule.name} | {row['逻辑来源']} | {RESULT[rule.header.result]} | {_scope(rule.scope)} | {mode} | "
                f"{same}{'、'.join(constructs) or '—'} | {COST[rule.cost]} |"
            )
    problems = [r for parent, rules in sorted(by_parent.items()) if parent.startswith("WT") for r in rules]
    out.append("\n## 典型问题 / Typical problems\n\n其余典型问题是「典型问题重复收费」「典型问题频次」「无指征普筛项目」等表里的行，不需要新规则。\n")
    out.append("| 编码 | 规则 | 结果 | 针对 | 构造 | 代价 |\n|---|---|---|---|---|---|")
    out.extend(
        f"| {r.code} | {r.name} | {RESULT[r.header.result]} | {_scope(r.scope)} | {'、'.join(_constructs(r)) or '—'} | {COST[r.cost]} |"
        for r in problems
    )
    out.append("\n## 各构造用于几条规则 / How many rules use each construct\n\n| 构造 | 规则数 |\n|---|---|")
    out.extend(f"| {name} | {n} |" for name, n in used.most_common())
    return "\n".join(out) + "\n"
