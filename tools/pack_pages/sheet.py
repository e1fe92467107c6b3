"""The sheet of one family: what its rules, tables and cases say, as Markdown."""
from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from medrules.adapters.cli.case_packs import CasePack
from medrules.cases.yaml_reader import read_cases
from medrules.check import program as ir
from medrules.check.readable import readable
from medrules.knowledge.table import Table
from medrules.model.schema import SCHEMA
from medrules.model.values import UNKNOWN
from tools.program_nodes import nodes_below

__all__ = ["BEGIN", "END", "Family", "families", "sheet", "with_sheet"]

BEGIN: Final = "<!-- sheet:begin -->"
END: Final = "<!-- sheet:end -->"
RESULT: Final = {"definite": "明确违规", "suspect": "可疑", "monitor": "监测"}
_STAGES: Final = {"before": "事前", "during": "事中", "after": "事后"}
_FEES: Final = {"pooled": "列入统筹费用", "all": "全部费用", "account": "个人账户"}
_ASK: Final = {"passive": "静默", "soft": "提醒", "reason": "须填原因", "hard": "拦截"}
_COST: Final = {"item": "逐条", "group": "成组", "history": "历史", "period": "期间（只筛查）"}
_CELL_PARAM: Final = re.compile(r"参数\.([一-鿿A-Za-z]+)")
_BATCH: Final = re.compile(r"^\d{1,2}$")


class Family:
    """A family folder with what belongs to it."""

    def __init__(self, pack: CasePack, folder: Path) -> None:
        checked = pack.checked
        self.folder = folder
        self.code = folder.name.partition("_")[0]
        self.program = checked.program
        of = checked.sources.families
        self.rules = [r for r in self.program.rules if r.source is not None and of.get(r.source.name) == folder.name]
        named = {t.name: t for t in checked.sources.tables.values()}
        self.tables = [t for t in named.values() if Path(t.file).parent.parent.name == folder.name]
        self.cases = len(read_cases(folder / "cases.yaml")) if (folder / "cases.yaml").exists() else 0

    @property
    def name(self) -> str:
        """The rule's name, without what tells its sub-rules apart."""
        return re.sub(r"（[^（）]*）$", "", self.rules[0].name) if len(self.rules) > 1 else self.rules[0].name


def families(pack: CasePack, root: Path) -> list[Family]:
    return [Family(pack, folder) for folder in sorted((root / "families").iterdir()) if (folder / "rule.medrule").exists()]


def sheet(family: Family) -> str:
    parts = [_headers(family), _parameters(family), _facts(family), _tables(family), f"## 例子\n\n{family.cases} 例，见 `cases.yaml`。"]
    return "\n\n".join(p for p in parts if p)


def with_sheet(text: str, made: str) -> str:
    """The README with its sheet renewed; the marks are added at the end where there are none."""
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def _headers(family: Family) -> str:
    rows = ["| 编码 | 规则 | 结果 | 环节 | 场景 | 费用 | 提醒方式 | 代价 |", "|---|---|---|---|---|---|---|---|"]
    for r in family.rules:
        h = r.header
        stages = "、".join(w for k, w in _STAGES.items() if k in h.stages)
        scenes = "、".join(sorted(h.scenes)) or "不限"
        same = f"（同 {r.follows}）" if r.follows else ""
        rows.append(f"| {r.code} | {r.name}{same} | {RESULT[h.result]} | {stages} | {scenes} | {_FEES[h.fees]} | {_ASK[h.interaction]} | {_COST[r.cost]} |")
    return "## 规则表头\n\n" + "\n".join(rows)


def _rows(family: Family, table: Table) -> list[dict[str, str]]:
    path = family.folder / "tables" / Path(table.file).name
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _parameters(family: Family) -> str:
    used = {n.name for r in family.rules for n in nodes_below((r.scope, r.when, r.lets, r.exempt, r.deduct)) if isinstance(n, ir.Param)}
    for table in family.tables:
        for row in _rows(family, table):
            used |= {m for cell in row.values() for m in _CELL_PARAM.findall(cell or "")}
    if not used:
        return ""
    lines = ["| 参数 | 默认 | 自 | 可调范围 |", "|---|---|---|---|"]
    for name in sorted(used):
        for v in family.program.params[name].versions:
            lines.append(f"| {name} | {_value(v.value, family.program.params[name])} | {date.fromordinal(v.valid_from)} | {_range(v, family.program.params[name])} |")
    return "## 参数\n\n默认值为推定；统筹区在范围内调，逐日生效。\n\n" + "\n".join(lines)


def _value(value: Any, table: ir.ParamTable) -> str:
    return "未定" if value is UNKNOWN else readable(ir.Const(value, table.type))


def _range(v: ir.ParamVersion, table: ir.ParamTable) -> str:
    return "不调" if v.low is None else f"{_value(v.low, table)} 至 {_value(v.high, table)}"


def _names(ids: Iterable[str]) -> str:
    found = sorted(f"{SCHEMA.entities[f.entity].zh}.{f.zh}" for i in ids if (f := SCHEMA.by_id(i)) is not None)
    return "、".join(found)


def _facts(family: Family) -> str:
    judged = {i for r in family.rules for i in r.reads - r.excuse_reads}
    excuses = {i for r in family.rules for i in r.excuse_reads} - judged
    out = f"## 需要的事实\n\n{_names(judged) or '无'}"
    return out + (f"\n\n只用于除外：{_names(excuses)}" if excuses else "")


def _tables(family: Family) -> str:
    if not family.tables:
        return ""
    lines = ["| 知识表 | 行 | 现行 | 全编 | 部分编 | 仅文本 | 批次（行） |", "|---|---:|---:|---:|---:|---:|---|"]
    for table in sorted(family.tables, key=lambda t: t.name):
        rows = _rows(family, table)
        kinds = Counter(r.get("编全") or "" for r in rows)
        current = sum(not r.get("有效止") for r in rows)
        lines.append(
            f"| {table.name} | {len(rows)} | {current} | {kinds['全']} | {kinds['部分']} | {kinds['仅文本']} | {_batches(rows)} |")
    return "## 知识表\n\n" + "\n".join(lines)


def _batches(rows: list[dict[str, str]]) -> str:
    if not rows:
        return "没有公布的行，由统筹区填"
    found: Mapping[str, int] = Counter(r.get("批次") or "" for r in rows)
    return "、".join(f"{_batch(b)}（{n}）" for b, n in sorted(found.items(), key=lambda x: (not x[0].isdigit(), int(x[0]) if x[0].isdigit() else 0, x[0])))


def _batch(word: str) -> str:
    return f"第{word}批" if _BATCH.match(word) else word or "未写"
