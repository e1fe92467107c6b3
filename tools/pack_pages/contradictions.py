"""The rows of a pack that contradict something: a source that says two things, and one code in two knowledge points at once."""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from medrules.knowledge.reserved import OPEN_END
from medrules.knowledge.table import Row, Table

from .sheet import Family

__all__ = ["contradictions"]

BEGIN: Final = "<!-- contradictions:begin -->"
END: Final = "<!-- contradictions:end -->"
_CLASH: Final = re.compile(r"冲突：([^；]+)")
_SUFFIX: Final = re.compile(r"(-\d{1,2})?U?$")
# Tables whose rows of one code are meant to be many: a row for each diagnosis that an operation does not go with.
_MANY: Final = frozenset({"operation_diagnoses"})
_SHOWN: Final = 3  # codes named of two points that share more


def contradictions(text: str, found: list[Family]) -> str:
    """The README with its lists renewed; a README without the marks has no such lists."""
    if BEGIN not in text:
        return text
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    sources = [line for f in found for t in f.tables for line in _sources(f, t)]
    doubled = [line for f in found for t in f.tables for line in _doubled(f, t)]
    return f"{before}{BEGIN}\n" + "\n\n".join((
        _table("公布的两处说法不同", "| 规则 | 知识点 | 品名 | 怎么不同、怎么取 |\n|---|---|---|---|", sources),
        _table("同一编码同时在两个知识点里", "| 规则 | 知识点 | 编码 | 不同的列 |\n|---|---|---|---|", doubled),
    )) + f"\n{END}{after}"


def _table(title: str, head: str, lines: list[str]) -> str:
    return f"### {title}（{len(lines)}）\n\n" + ("\n".join((head, *lines)) if lines else "没有。")


def _link(family: Family) -> str:
    return f"[{family.name}](families/{family.folder.name}/README.md)"


def _name(table: Table, row: Row) -> str:
    column = next((i for i, c in enumerate(table.columns) if c.zh == "名称"), -1)
    return str(row.cells[column]) if column >= 0 else ""


def _sources(family: Family, table: Table) -> Iterator[str]:
    """One line for each point whose 来源 says that two published texts disagree."""
    seen: set[str] = set()
    for row in table.rows:
        clash, point = _CLASH.search(row.source), _SUFFIX.sub("", row.point)
        if clash is not None and point not in seen:
            seen.add(point)
            yield f"| {_link(family)} | {point} | {_name(table, row)} | {clash[1]} |"


def _doubled(family: Family, table: Table) -> Iterator[str]:
    """One line for two points that name the same code on the same days."""
    if table.en in _MANY or table.key_fields not in (("code",), ("generic",), ("product",)):
        return
    rows: dict[str, list[Row]] = {}
    pairs: dict[tuple[str, str], tuple[list[str], set[str]]] = {}
    for row in table.rows:
        for code in row.keys[0]:
            if isinstance(code, str):
                for other in rows.get(code, ()):
                    points = (_SUFFIX.sub("", other.point), _SUFFIX.sub("", row.point))
                    if points[0] != points[1] and row.valid_from < other.valid_to and other.valid_from < row.valid_to and row.valid_to == OPEN_END:
                        codes, columns = pairs.setdefault(points, ([], set()))
                        codes.append(code)
                        columns.update(c.zh for i, c in enumerate(table.columns) if c.zh != "名称" and row.cells[i] != other.cells[i])
                rows.setdefault(code, []).append(row)
    for (first, second), (codes, columns) in sorted(pairs.items()):
        shown = "、".join(codes[:_SHOWN]) + (f" 等 {len(codes)} 个" if len(codes) > _SHOWN else "")
        yield f"| {_link(family)} | {first}、{second} | {shown} | {'、'.join(sorted(columns)) or '相同'} |"
