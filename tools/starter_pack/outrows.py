"""The rows that a family's CSV holds, and how a CSV is written: one order of columns, one way to write a cell."""
from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .published import Point

__all__ = ["Coded", "OutRow", "from_point", "write_rows"]

Coded = Literal["全", "部分", "仅文本"]
RESERVED = ("编全", "结果", "原文", "批次", "来源", "有效起", "有效止")


@dataclass(frozen=True, slots=True)
class OutRow:
    """One row of a CSV. `cells` holds the typed columns by name; what is not there is empty."""

    point: str
    keys: tuple[str, ...]
    cells: Mapping[str, str]
    coded: Coded
    text: str
    batch: str
    source: str
    valid_from: str
    valid_to: str
    result: str = ""
    notes: tuple[str, ...] = field(default=())


def from_point(
    point: Point, cells: Mapping[str, str], coded: Coded, value: str, *, suffix: str = "", result: str = "",
    notes: tuple[str, ...] = (), keys: tuple[str, ...] | None = None, named: bool = True,
) -> OutRow:
    """A row of one published point. `value` says where its typed cells were taken from; `named`: the table has a column 名称."""
    parts = [f"国家知识点{point.release}", f"取值：{value}", *notes]
    if point.assumed:
        parts.append("有效起为推定")
    return OutRow(
        point=point.id + suffix, keys=keys if keys is not None else ("|".join(point.codes),),
        cells={"名称": point.name, **cells} if named else cells, coded=coded,
        text=point.text, batch=point.batch or point.published_at, source="；".join(parts),
        valid_from=point.valid_from, valid_to=point.valid_to, result=result,
    )


def write_rows(path: Path, key_columns: Sequence[str], columns: Sequence[str], rows: Iterable[OutRow]) -> None:
    """Writes a family's CSV. ValueError if a row has a cell for a column that the table lacks."""
    rows = list(rows)
    with_result = any(r.result for r in rows)
    reserved = [c for c in RESERVED if c != "结果" or with_result]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["知识点号", *key_columns, *columns, *reserved])
        for row in rows:
            if unknown := set(row.cells) - set(columns):
                raise ValueError(f"{row.point}: no column {sorted(unknown)}")
            last = {
                "编全": row.coded, "结果": row.result, "原文": row.text, "批次": row.batch, "来源": row.source,
                "有效起": row.valid_from, "有效止": row.valid_to,
            }
            cells = [row.cells.get(c, "") for c in columns]
            writer.writerow([row.point, *row.keys, *cells, *(last[c] for c in reserved)])
