"""A pack of the later national size: code-level points (one row per code) in tables of the kinds that the national pack has."""
from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.workload.folder import PACK
from benchmarks.workload.knowledge import CATEGORIES

__all__ = ["write_points"]

# Share of the points, table name, column, its type, rule text behind `须：`.
FAMILIES: Final = (
    (0.30, "适应症", "diagnoses", "诊断", "codes:icd10", "任一 就诊.诊断 属于 限定.诊断"),
    (0.15, "年龄", "ages", "年龄段", "age_range", "患者.年龄 属于 限定.年龄段"),
    (0.15, "性别", "sexes", "性别", "code:sex", "患者.性别 = 限定.性别"),
    (0.20, "级别", "levels", "最低级别", "level:hospital", "机构.级别 不低于 限定.最低级别"),
    (0.10, "就医方式", "kinds", "方式", "code:visit_kind", "就诊.就医方式 = 限定.方式"),
    (0.10, "天数", "supply", "天数", "number:天:0", "明细.用药天数 不超过 限定.天数"),
)
HEAD: Final = """默认 {
  结果：可疑
  环节：事前、事中、事后
  费用：全部费用
  有效：2025-01-01 起
  提醒方式：提醒
}
"""
AGES: Final = ("不满18岁", "满18岁", "满1岁 不满12岁", "满60岁", "满12岁 不超过65岁", "不满14岁")


def write_points(draw: Random, folder: Path, points: int) -> None:
    """A pack folder with so many rows. A code is in one to three tables, as in the national library."""
    codes = [f"X{draw.choice('ABCDGHJLMNPRSV')}{n:06d}A{n % 1_000:03d}010{n % 97:02d}" for n in range(int(points / 1.6))]
    indications = ["|".join(sorted(draw.sample(CATEGORIES, draw.randint(1, 12)))) for _ in range(max(1, points // 100))]
    family = folder / "families" / "BM_points"
    (family / "tables").mkdir(parents=True)
    (folder / "pack.toml").write_text(PACK, encoding="utf-8")
    rules = [HEAD]
    for n, (share, zh, en, column, kind, condition) in enumerate(FAMILIES, 1):
        rules.append(
            f"规则 BP-{n:03d}「限{zh}」{{\n  针对：明细 属于 知识表「{zh}」记为 限定\n  须：{condition}\n  扣减：全额\n"
            f"  说明：「{{明细.编码}}限{{限定.{column}}}」\n  建议：「核对」\n}}\n")
        (family / "tables" / f"{en}.toml").write_text(
            f'name = "{zh}"\nen = "{en}"\nkey = "code"\nkey_columns = ["编码"]\nkey_names = ["code"]\nsource = "随机生成"\n\n'
            f'[[column]]\nzh = "{column}"\nen = "{en}_column"\ntype = "{kind}"\n', encoding="utf-8")
        cells = {
            "适应症": indications, "年龄": AGES, "性别": ("男", "女"), "级别": ("二级", "三级"), "就医方式": ("住院", "门诊"),
            "天数": tuple(map(str, (3, 5, 7, 14, 30)))}[zh]
        rows = (
            (f"{n}-{code}", code, cell := draw.choice(cells), f"限{cell[:60]}", "2025-01-01")
            for code in sorted(draw.sample(codes, int(points * share))))
        _write(family / "tables" / f"{en}.csv", ("知识点号", "编码", column, "原文", "有效起"), rows)
    (family / "rule.medrule").write_text("\n".join(rules), encoding="utf-8")


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
