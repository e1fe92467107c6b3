"""A small pack with three invented tables, and batches to import into them."""
from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from medrules.diagnostics import Source
from medrules.knowledge.imports.batch import import_batch
from medrules.knowledge.imports.csv_sheet import read_csv
from medrules.knowledge.imports.layout import Layout, read_layout
from medrules.knowledge.imports.report import Report
from medrules.knowledge.imports.sheet import Sheet
from medrules.knowledge.imports.target import Target, open_target

LEVELS = '''name = "限级别"
en = "levels"
key = "code"
[[column]]
zh = "名称"
en = "name"
type = "text"
[[column]]
zh = "最低级别"
en = "lowest"
type = "level:hospital"
[[column]]
zh = "就医方式"
en = "visits"
type = "list:visit_kind"
[[column]]
zh = "其他条件"
en = "other"
type = "text"
'''
LEVEL_ROWS = """知识点号,编码,名称,最低级别,就医方式,其他条件,编全,原文,批次,来源,有效起,有效止
KP-1,XA01AAA001A001010100001|XA01AAA001A001010100002,甲片,二级,,,全,限二级及以上医疗机构。,1,第1批,2025-01-01,
KP-2-1,XA02AAA001A001010100001,乙片,三级,,须住院,部分,限三级；住院。,1,第1批,2025-01-01,
KP-2-2,XA02AAA001A001010100001,乙片,二级,,专科,部分,限三级；住院。,1,第1批,2025-01-01,
"""
PAIRS = '''name = "成对"
en = "pairs"
key = "pair"
[[column]]
zh = "频度"
en = "span"
type = "window"
'''
PAIR_ROWS = """知识点号,主项编码,从项编码,频度,编全,原文,批次,来源,有效起,有效止
P-1,001103000010000,001102000030000,单日,全,含诊查,7,第7批,2025-01-01,
"""
DAYS = '''name = "天数"
en = "days"
key = "code"
unique = true
[[column]]
zh = "天数"
en = "days"
type = "number:天:0"
[[column]]
zh = "起算"
en = "from_day"
type = "date"
'''
DAY_ROWS = "知识点号,编码,天数,起算,编全,原文,批次,来源,有效起,有效止\nD-1,XA09AAA001A001010100001,14天,,全,不超过14天。,6,第6批,2025-01-01,\n"
TABLES: Mapping[str, tuple[str, str]] = {"levels": (LEVELS, LEVEL_ROWS), "pairs": (PAIRS, PAIR_ROWS), "days": (DAYS, DAY_ROWS)}


def write_pack(folder: Path) -> Path:
    for name, (toml, rows) in TABLES.items():
        at = folder / "families" / f"F{len(name)}_{name}" / "tables"
        at.mkdir(parents=True)
        (at / f"{name}.toml").write_text(toml, "utf-8")
        (at / f"{name}.csv").write_text(rows, "utf-8")
    (folder / "pack.toml").write_text('name = "small"\nversion = "1"\ntitle = "小包"\n', "utf-8")
    return folder


def target(folder: Path, table: str) -> Target:
    found, problems = open_target(folder, table)
    assert found is not None, problems
    return found


def layout(text: str) -> Layout:
    found, problems = read_layout(Source("m.toml", "confirmed = true\n" + text))
    assert found is not None, problems
    return found


LEVEL_MAP = '''supersedes = "supersedes"
[columns]
"知识点号" = "kp_id"
"编码" = "med_codes"
"名称" = "item_name"
"最低级别" = "level"
"其他条件" = "constraint"
"原文" = "constraint"
"有效起" = "published_at"
[constants]
"批次" = "18"
"来源" = "第18批"
[unfilled]
"就医方式" = ""
'''
LEVEL_HEAD = "kp_id,med_codes,item_name,level,constraint,published_at,supersedes"
DAY_MAP = '[columns]\n"知识点号" = "id"\n"编码" = "code"\n"天数" = "n"\n"有效起" = "from"\n[unfilled]\n"起算" = ""\n'


def sheet(text: str, name: str = "batch.csv") -> Sheet:
    found, told = read_csv(text.encode(), name)
    assert found is not None, told
    return found


def imported(folder: Path, table: str, mapping: str, *lines: str, sheets: tuple[Sheet, ...] = ()) -> Report:
    return import_batch(sheets or (sheet("\n".join(lines)),), layout(mapping), target(folder, table))


def rows(report: Report) -> list[dict[str, str]]:
    assert report.content is not None, [(d.code, d.place, d.message) for d in report.diagnostics]
    return list(csv.DictReader(io.StringIO(report.content.decode(), newline="")))


def kinds(report: Report) -> list[tuple[str, str]]:
    return [(c.kind, c.point) for c in report.changes]


def unread(report: Report) -> list[tuple[str, str]]:
    return [(d.code, d.place) for d in report.diagnostics]
