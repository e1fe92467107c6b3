"""The reader over every restriction text of the packs, against what the tables already have typed in the same columns.

    python -m tools.text_reading.tables              counts per table, then the disagreements
    python -m tools.text_reading.tables --all        every disagreement

A disagreement is a row whose cell holds another value than any that was read from its own text, a cell that is empty
although a value was read that holds for the whole text, or a text called complete whose row keeps something as text.
A row that says so itself (冲突 in 来源, the words in 其他条件) is explained and counted apart. A cell whose value the text does
not say (a sex that follows from a disease) is no disagreement; it is counted. Diseases: every word with reviewed codes that was
read from a text should have them in some row of its point; those that have not are listed.
"""
from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

from medrules.knowledge.texts import Lexicon, ReadText, Stance, read_lexicon, read_text
from medrules.knowledge.texts.ages import ADULT, CHILD
from medrules.model.enumerations import ENUMERATIONS

from .measure import holds

ROOT: Final = Path(__file__).resolve().parents[2]
PACKS: Final = ("national", "typical-problems")
COLUMNS: Final = ("年龄段", "禁用年龄段", "性别", "最低级别", "就医方式", "险种", "天数", "周期", "启用时限", "禁用状态")
_POINT: Final = re.compile(r"(?:-[0-9]{1,2})?U?$")  # rows of one point: -1, -2, and U for codes that leave the disease open


@dataclass(slots=True)
class TableCount:
    table: str
    texts: int = 0
    rows: int = 0
    whole: int = 0
    part: int = 0
    none: int = 0
    rows_whole: int = 0
    agree: int = 0
    no_column: int = 0
    explained: list[str] = field(default_factory=list)
    diseases: int = 0
    diseases_held: int = 0
    diseases_left: list[str] = field(default_factory=list)
    unsaid: int = 0
    disagree: list[str] = field(default_factory=list)


def counted(lexicon: Lexicon) -> list[TableCount]:
    return [count_table(path, lexicon) for pack in PACKS for path in sorted((ROOT / "rulepacks" / pack / "families").glob("*/tables/*.csv"))
            if _has_texts(path)]


def _has_texts(path: Path) -> bool:
    return any((row.get("原文") or "").strip() for row in _rows(path))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def stance_of_table(path: Path) -> Stance:
    """A table whose columns forbid (禁…) lists diseases and ages that are forbidden."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return "禁" if any(name.startswith("禁") for name in next(csv.reader(file))) else "限"


def count_table(path: Path, lexicon: Lexicon) -> TableCount:
    out = TableCount(path.stem)
    stance = stance_of_table(path)
    read: dict[str, ReadText] = {}
    held: dict[tuple[str, str], list[str]] = {}
    for number, row in enumerate(_rows(path), 2):
        text = (row.get("原文") or "").strip()
        if not text:
            continue
        if text not in read:
            read[text] = read_text(text, lexicon, stance)
        out.rows += 1
        out.rows_whole += read[text].complete
        _compare(out, row, number, read[text])
        for column in ("诊断", "禁忌诊断"):
            if column in row:
                held.setdefault((_POINT.sub("", row["知识点号"]), text), []).extend(c for c in (row[column] or "").split("|") if c)
    for (point, text), codes in held.items():
        _compare_diseases(out, point, codes, read[text])
    out.texts = len(read)
    states = Counter(r.state for r in read.values())
    out.whole, out.part, out.none = states["全"], states["部分"], states["仅文本"]
    return out


def _compare(out: TableCount, row: dict[str, str], number: int, read: ReadText) -> None:
    id = row.get("知识点号") or ""
    case = _case(id, read)
    where = f"{row.get('知识点号') or number} {row.get('名称') or row.get('通用名') or ''}"
    for column in COLUMNS:
        if column not in row:
            continue
        cell = (row[column] or "").strip()
        said = [r.value for r in read.readings if r.column == column and r.typed and r.case in case]
        if cell and not said:
            out.unsaid += 1
        elif cell and _same(column, cell, said, read.text):
            out.agree += 1
        elif cell:
            known = "冲突" in row.get("来源", "") or any(r.span.words in row.get("其他条件", "") for r in read.readings if r.column == column)
            (out.explained if known else out.disagree).append(
                f"{where}：{column} 表为「{cell}」，读出「{'、'.join(dict.fromkeys(said))}」——{_cut(read.text)}")
        elif said and read.complete:
            out.disagree.append(f"{where}：{column} 表为空，读出「{'、'.join(dict.fromkeys(said))}」——{_cut(read.text)}")
    if read.complete and (row.get("编全") or "") not in ("", "全") and not id.endswith("U"):
        lacking = sorted({r.column for r in read.readings} - row.keys() - {"依据", "用药告诫"})
        if lacking:
            out.no_column += 1
        else:
            out.disagree.append(f"{where}：编全 表为「{row['编全']}」（其他条件「{row.get('其他条件', '')}」），读取器认为说尽——{_cut(read.text)}")


def _compare_diseases(out: TableCount, point: str, codes: list[str], read: ReadText) -> None:
    for r in read.readings:
        if r.column in ("诊断", "禁忌诊断") and r.covers:
            out.diseases += 1
            if codes and holds("|".join(codes), r.codes):
                out.diseases_held += 1
            else:
                out.diseases_left.append(f"{point} {r.value} {r.codes}——{_cut(read.text)}")


def _case(id: str, read: ReadText) -> tuple[str, ...]:
    """The numbered alternatives that a row stands for: `KP-…-2` is the second; a point in one row is all of them."""
    cases = {r.case for r in read.readings}
    tail = id.rstrip("U").rpartition("-")[2]
    if not (tail.isdecimal() and len(tail) < 3 and tail in cases):
        return tuple(cases)
    return tuple(c for c in cases if c in ("", tail) or c.startswith("条件"))


def _same(column: str, cell: str, said: list[str], text: str) -> bool:
    match column:
        case "年龄段" | "禁用年龄段":
            # The tables write 不满18岁 for children beside adults or teenagers, so that nobody falls between (tools/starter_pack/ages.py),
            # and the lowest age for alternatives with adults (`成人和12岁及以上青少年`: 满12岁).
            values = {_age(v) for v in said}
            values |= {(low, "不满18岁") for low, high in values if high == CHILD or "青少年" in text}
            values |= {_both(a, b) for a, b in combinations(values, 2)}
            values |= {(low, "") for low, high in values if ADULT in said and low}
            return _age(cell) in values
        case "险种":
            known = ENUMERATIONS["insurance"]
            return {known.value_of(w) for w in cell.split("|")} == {known.value_of(v) for v in said}
        case "就医方式" | "禁用状态":
            return set(cell.split("|")) == {w for v in said for w in v.split("|")}
        case "天数":
            return cell in {_days(v) for v in said}
        case "性别":
            return cell in said
        case _:
            return cell in said


def _age(value: str) -> tuple[str, str]:
    """(lower, upper) limit as written, `不超过14岁` as `不满15岁`."""
    low = high = ""
    for part in value.replace("满 参数", "满参数").split():
        if part.startswith("满"):
            low = part
        elif part.startswith("不超过") and part[3:-1].isdecimal():
            high = f"不满{int(part[3:-1]) + 1}{part[-1]}"
        else:
            high = part
    return low, high.replace("不满参数", "不满 参数")


def _both(a: tuple[str, str], b: tuple[str, str]) -> tuple[str, str]:
    return a[0] or b[0], a[1] or b[1]


def _days(value: str) -> str:
    """The published tables write a year as 366 days."""
    return {"1年": "366天", "12个月": "366天"}.get(value, value)


def _counts(t: TableCount) -> list[int]:
    return [t.texts, t.whole, t.part, t.none, t.rows, t.rows_whole, t.agree, t.unsaid, t.no_column, t.diseases, t.diseases_held,
            len(t.diseases_left), len(t.explained), len(t.disagree)]


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--all", action="store_true", help="每一处不一致 every disagreement (else 5 a table)")
    arguments = words.parse_args()
    lexicon = read_lexicon(ROOT / "rulepacks" / "national")
    found = counted(lexicon)
    heads = ("不同文字", "说尽", "部分", "仅文本", "行", "说尽的行", "单元格一致", "表有而文字未读出", "说尽但表缺列", "病名", "编在行里", "没有全编", "表已说明", "不一致")
    print(f"| 表 | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}")
    for name, counts in [*((t.table, _counts(t)) for t in found), ("合计", [sum(c) for c in zip(*map(_counts, found), strict=True)])]:
        print(f"| {name} | {' | '.join(map(str, counts))} |")
    for t in found:
        for line in t.explained:
            print(f"表已说明 {t.table} {line}")
        for line in t.diseases_left if arguments.all else ():
            print(f"没有全编 {t.table} {line}")
        for line in t.disagree[: None if arguments.all else 5]:
            print(f"{t.table} {line}")


if __name__ == "__main__":
    main()
