"""How far the rows of each table of a pack are typed, and how many wait for codes: for a pack that is not made of published batches."""
from __future__ import annotations

from collections import Counter
from typing import Any, Final

from medrules.knowledge.codeset import CodeSet

from .sheet import Family

__all__ = ["typed"]

BEGIN: Final = "<!-- typed:begin -->"
END: Final = "<!-- typed:end -->"


def typed(text: str, found: list[Family]) -> str:
    """The README with its table renewed; a README without the marks has no such table."""
    if BEGIN not in text:
        return text
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = ["| 规则 | 问题 | 表行 | 全编 | 部分编 | 仅文本 | 待对照 |", "|---|---:|---:|---:|---:|---:|---:|"]
    total: Counter[str] = Counter()
    for family in found:
        counts: Counter[str] = Counter()
        for table in family.tables:
            for row in table.rows:
                counts.update(("rows", row.coded))
                counts["waiting"] += any(_waits(cell) for key in row.keys for cell in key)
        points = {row.point.split("-")[1] for t in family.tables for row in t.rows if row.point.count("-")} if family.tables else set()
        counts["problems"] = max(len(points), 1)
        total += counts
        lines.append(_line(f"[{family.name}](families/{family.folder.name}/README.md)", counts))
    lines.append(_line(f"合计 {len(found)} 族", total))
    return f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}"


def _waits(cell: Any) -> bool:
    """Whether a key names a code set that nobody has filled in yet."""
    return isinstance(cell, CodeSet) and not cell.exact and not cell.prefixes


def _line(name: str, counts: Counter[str]) -> str:
    kinds = ("problems", "rows", "full", "part", "text", "waiting")
    return f"| {name} | " + " | ".join(str(counts[kind]) for kind in kinds) + " |"
