"""The workload's knowledge as files: a pack folder as a bureau writes one, and the JSON that the limit reads."""
from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from benchmarks.workload.knowledge import FAMILIES, NO_AGE_LIMIT, Knowledge
from benchmarks.workload.program import RULES, SEXES
from medrules.model.levels import SCALES

__all__ = ["write_folder", "write_json"]

PACK: Final = 'name = "benchmark"\nversion = "1"\ntitle = "基准工作量"\nauthority = "随机生成"\nstatus = "示例"\nsource = "benchmarks/workload"\ndoc = "随机生成的知识"\n'
# family → (table's names, column's names and type); the pair table has no column of its own.
TABLES: Final = {
    "age": ("年龄", "age", "年龄段", "ages", "age_range"), "sex": ("性别", "sex", "性别", "sex", "code:sex"),
    "diagnosis": ("适应症", "diagnosis", "诊断", "diagnoses", "codes:icd10"), "level": ("医院级别", "level", "最低级别", "least", "level:hospital"),
    "quantity": ("日用量", "quantity", "上限", "most", "number"), "group": ("同组", "item_group", "组号", "group_no", "text"),
    "supply": ("天数", "supply", "天数", "days", "number:天:0"),
}


def write_json(knowledge: Knowledge, path: Path) -> None:
    path.write_text(json.dumps({family: getattr(knowledge, family) for family in FAMILIES}), encoding="utf-8")


def write_folder(knowledge: Knowledge, folder: Path) -> None:
    """A pack folder: one family with the workload's rules and its eight tables."""
    family = folder / "families" / "BM_workload"
    (family / "tables").mkdir(parents=True)
    (folder / "pack.toml").write_text(PACK, encoding="utf-8")
    (family / "rule.medrule").write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    for name, (zh, en, column, column_en, kind) in TABLES.items():
        head = f'name = "{zh}"\nen = "{en}"\nkey = "code"\nkey_columns = ["编码"]\nkey_names = ["code"]\nsource = "随机生成"\n\n'
        text = f'{head}[[column]]\nzh = "{column}"\nen = "{column_en}"\ntype = "{kind}"\n'
        rows = ((f"{zh}-{n}", item, _cell(name, values), "2025-01-01") for n, (item, *values) in enumerate(getattr(knowledge, name)))
        _write(family / "tables" / name, text, ("知识点号", "编码", column, "有效起"), rows)
    text = (
        'name = "互斥"\nen = "exclusive"\nkey = "pair"\nkey_columns = ["甲编码", "乙编码"]\nkey_names = ["first", "second"]\nsource = "随机生成"\n')
    pairs = ((f"互斥-{n}", a, b, "2025-01-01") for n, (a, b) in enumerate(knowledge.pair))
    _write(family / "tables" / "pair", text, ("知识点号", "甲编码", "乙编码", "有效起"), pairs)


def _write(path: Path, declaration: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    path.with_suffix(".toml").write_text(declaration, encoding="utf-8")
    with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _cell(family: str, values: list[Any]) -> str:
    match family:
        case "age":
            low, high = values
            return " ".join((*((f"满{low}岁",) if low > 0 else ()), *((f"不超过{high}岁",) if high < NO_AGE_LIMIT else ())))
        case "sex":
            return SEXES[values[0]]
        case "diagnosis":
            return "|".join(values[0])
        case "level":
            return SCALES["hospital"].word(values[0])
        case _:
            return str(values[0])
