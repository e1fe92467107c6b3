"""How many knowledge points a family has, and how far each is typed, counted from the CSVs alone.

    python -m tools.starter_pack.counts PACK_FOLDER        prints the table
    python -m tools.starter_pack.counts PACK_FOLDER --write writes it into the pack's README

A point is typed when every row of it is 全 (rows for codes that are not specific enough, whose 知识点号 ends in U, only
keep a doubt open and are not counted against it); text only when every row is 仅文本; else partly typed. What was
published without a key is in no CSV: the README keeps its number, and a test holds it against the family's README.
"""
from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from .families import FAMILIES, Family

__all__ = ["Count", "count_family", "read_unusable", "render", "write_counts"]

BEGIN, END = "<!-- counts:begin -->", "<!-- counts:end -->"
_POINT = re.compile(r"(KP-[0-9a-f]{16}|E25-\d{3}-\d{4})(-\d{1,2})?(U)?")
HEADER = (
    "| 规则 | 公布 | 现行 | 已被替代 | 全编 | 部分编 | 仅文本 | 无法使用 | 冲突 | 表行 | 编码 |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
)


@dataclass(frozen=True, slots=True)
class Count:
    """Points but for `rows` and `codes`: rows of the CSV, and distinct codes (pairs) that they name."""

    published: int
    current: int
    typed: int
    partly: int
    text_only: int
    unusable: int
    clashes: int
    rows: int
    codes: int


def count_family(pack: Path, family: Family, unusable: int) -> Count:
    points: dict[str, list[dict[str, str]]] = defaultdict(list)
    codes: set[tuple[str, ...]] = set()
    rows = 0
    with (pack / family.csv).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            found = _POINT.fullmatch(row["知识点号"])
            if found is None:
                raise ValueError(f"{family.csv}: {row['知识点号']}")
            if not found[3]:
                points[found[1]].append(row)
            keys = tuple(row[k] for k in family.keys)
            codes |= {keys} if len(keys) > 1 else {(c,) for c in keys[0].split("|")}
    kinds = {p: {r["编全"] for r in rs} for p, rs in points.items()}
    return Count(
        published=len(points) + unusable, current=sum(not rs[0]["有效止"] for rs in points.values()),
        typed=sum(k == {"全"} for k in kinds.values()),
        partly=sum(k not in ({"全"}, {"仅文本"}) for k in kinds.values()),
        text_only=sum(k == {"仅文本"} for k in kinds.values()), unusable=unusable,
        clashes=sum(any("冲突：" in r["来源"] for r in rs) for rs in points.values()), rows=rows, codes=len(codes),
    )


def render(pack: Path, unusable: dict[str, int]) -> str:
    """The table of counts as Markdown."""
    counts = [(f, count_family(pack, f, unusable.get(f.title, 0))) for f in FAMILIES]
    lines = [_line(f"[{f.title}](families/{f.folder}/README.md)", c) for f, c in counts]
    total = Count(*(sum(getattr(c, name) for _, c in counts) for name in Count.__dataclass_fields__))
    return HEADER + "\n".join([*lines, _line("合计", total)]) + "\n"


def _line(name: str, c: Count) -> str:
    old = c.published - c.unusable - c.current
    cells = (c.published, c.current, old, c.typed, c.partly, c.text_only, c.unusable, c.clashes, c.rows, c.codes)
    return f"| {name} | " + " | ".join(str(n) for n in cells) + " |"


def read_unusable(readme: str) -> dict[str, int]:
    """What the README says was published but could not be used, by title."""
    found = re.findall(r"^\| \[([^\]]+)\]\(families/[^/]+/README\.md\) \|((?:[ \d]+\|){10})$", readme, re.MULTILINE)
    return {title: int(cells.split("|")[6]) for title, cells in found}


def write_counts(pack: Path, unusable: dict[str, int]) -> None:
    path = pack / "README.md"
    text = path.read_text(encoding="utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{render(pack, unusable)}{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="规则包计数 | counts of the pack")
    parser.add_argument("pack", type=Path, help="规则包目录 | folder of the pack")
    parser.add_argument("--write", action="store_true", help="写进 README | write them into the README")
    arguments = parser.parse_args()
    unusable = read_unusable((arguments.pack / "README.md").read_text(encoding="utf-8"))
    if arguments.write:
        write_counts(arguments.pack, unusable)
    else:
        print(render(arguments.pack, unusable), end="")


if __name__ == "__main__":
    main()
