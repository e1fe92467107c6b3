"""The table of all families in the pack's README: result, how sure, rows, cases."""
from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from .sheet import RESULT, Family

__all__ = ["overview"]

BEGIN: Final = "<!-- families:begin -->"
END: Final = "<!-- families:end -->"
_EDITION: Final = Path(__file__).parents[1] / "docs" / "edition_2025.csv"


def overview(text: str, found: list[Family]) -> str:
    """The README with its table renewed; a pack that is not of the 88 is listed by code."""
    with _EDITION.open(encoding="utf-8", newline="") as file:
        edition = {row["编码"]: row for row in csv.DictReader(file)}
    numbered = sorted(found, key=lambda f: (int(edition[f.code]["序号"]) if f.code in edition else 999, f.code))
    lines = ["| 序号 | 规则 | 结果 | 来源 | 行 | 例子 |", "|---:|---|---|---|---:|---:|"]
    for f in numbered:
        row = edition.get(f.code)
        results = "、".join(dict.fromkeys(RESULT[r.header.result] for r in f.rules))
        rows = sum(len(t.rows) for t in f.tables)
        lines.append(
            f"| {row['序号'] if row else ''} | [{row['名称'] if row else f.name}](families/{f.folder.name}/README.md) {f.code} | {results} | "
            f"{row['逻辑来源'] if row else ''} | {rows if f.tables else '—'} | {f.cases} |")
    total_rows, total_cases = sum(len(t.rows) for f in found for t in f.tables), sum(f.cases for f in found)
    lines.append(f"| | 合计 {len(found)} 族、{sum(len(f.rules) for f in found)} 条规则 | | | {total_rows} | {total_cases} |")
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}"
