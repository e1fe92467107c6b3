"""docs/restriction-texts.md: the figures between its markers, measured anew.

    python -m tools.text_reading.page            rewrites them
    python -m tools.text_reading.page --check    exit code 1 if they are not those of the page
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from medrules.knowledge.texts import Lexicon, read_lexicon, read_text

from .measure import SUGGESTED, TRAPS, Measured, labelled, measured
from .tables import TableCount, counted

__all__ = ["rendered"]

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "restriction-texts.md"
BEGIN: Final = "<!-- figures:begin -->\n"
END: Final = "<!-- figures:end -->\n"
SPLITS: Final = (("dev", "开发部分"), ("held-out", "留出部分"))


def rendered(lexicon: Lexicon) -> str:
    """The text between the markers."""
    found = {split: measured((x for x in labelled() if x.split == split), lexicon) for split, _ in SPLITS}
    return "\n".join((*_scores(found), *_errors(found), *_traps(lexicon), *_tables(counted(lexicon)))) + "\n"


def _scores(found: dict[str, Measured]) -> list[str]:
    dev, out = found["dev"], found["held-out"]
    lines = [
        "### 准确与召回", "", "| 列 | 开发：准确 | 开发：召回 | 留出：准确 | 留出：召回 |", "|---|---:|---:|---:|---:|"]
    names = sorted({*dev.columns, *out.columns}, key=lambda n: (n == SUGGESTED, -sum(f.columns[n].right + f.columns[n].missed for f in (dev, out) if n in f.columns), n))
    for name in names:
        cells = [x for f in (dev, out) for x in ((f.columns[name].precision, f.columns[name].recall) if name in f.columns else ("—", "—"))]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    typed = [[(s.right, s.extra, s.missed) for n, s in f.columns.items() if n != SUGGESTED] for f in (dev, out)]
    sums = [tuple(map(sum, zip(*t, strict=True))) for t in typed]
    lines.append("| **合计（不含建议）** | " + " | ".join(f"{r}/{r + e} ({100 * r // (r + e)} %) | {r}/{r + m} ({100 * r // (r + m)} %)" for r, e, m in sums) + " |")
    lines += ["", "### 说尽", "", "| | 条 | 标注说尽 | 认出 | **错认说尽** | 审过的编码包住标注 | 没有包住 |", "|---|---:|---:|---:|---:|---:|---:|"]
    for split, name in SPLITS:
        f = found[split]
        lines.append(f"| {name} | {f.texts} | {f.whole.right + f.whole.missed} | {f.whole.right} | **{len(f.wrong)}** | {f.codes_right} | {f.codes_wrong} |")
    return [*lines, ""]


def _errors(found: dict[str, Measured]) -> list[str]:
    lines = ["### 每一处错误", "", "每条文字一行；文字见 `tests/knowledge/texts/labels.jsonl`。"
             "漏读全在病名：词表没有这个词，或目录里有同名的一个编码而没有审过（只作建议，不算读出）。", ""]
    for split, name in SPLITS:
        lines += [f"{name}：", ""]
        by_text: dict[str, list[str]] = {}
        for id, sentence in found[split].errors:
            by_text.setdefault(id, []).append(sentence)
        lines += [f"* {id}：{'；'.join(s)}。" for id, s in by_text.items()]
        lines.append("")
    return lines


def _traps(lexicon: Lexicon) -> list[str]:
    rows = [json.loads(line) for line in TRAPS.read_text("utf-8").splitlines()]
    fooled = sum(not r["complete"] and read_text(r["text"], lexicon).complete for r in rows)
    known = sum(r["complete"] and read_text(r["text"], lexicon).complete for r in rows)
    no, yes = sum(not r["complete"] for r in rows), sum(r["complete"] for r in rows)
    return ["### 难句", "", f"自编的难句里不能说尽的 {no} 句，错认说尽 {fooled} 句；能说尽的 {yes} 句，认出 {known} 句。", ""]


def _tables(found: list[TableCount]) -> list[str]:
    heads = ("不同文字", "说尽", "部分", "仅文本", "行", "说尽的行", "一致", "文字未说", "缺列", "不一致")
    lines = ["### 两个规则包的全部文字", "", f"| 表 | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    def cells(t: TableCount) -> list[int]:
        return [t.texts, t.whole, t.part, t.none, t.rows, t.rows_whole, t.agree, t.unsaid, t.no_column, len(t.explained) + len(t.disagree)]
    lines += [f"| {t.table} | {' | '.join(map(str, cells(t)))} |" for t in found]
    lines.append(f"| **合计** | {' | '.join(str(sum(c)) for c in zip(*map(cells, found), strict=True))} |")
    diseases, held = sum(t.diseases for t in found), sum(t.diseases_held for t in found)
    explained, open_ = sum(len(t.explained) for t in found), sum(len(t.disagree) for t in found)
    lines += ["", f"不一致 {explained + open_} 格：行里已写明缘由的 {explained}，没有写明的 {open_}。审过编码的病名读出 {diseases} 处，编码都在该知识点行里的 {held} 处。", ""]
    lines += [f"* {t.table} {line}" for t in found for line in (*t.explained, *t.disagree)]
    return [*lines, ""]


def main() -> int:
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    now = before + BEGIN + "\n" + rendered(read_lexicon(ROOT / "rulepacks" / "national")) + END + after
    if "--check" in sys.argv[1:]:
        print("相同 / the same" if now == page else "不同 / not the same")
        return 0 if now == page else 1
    PAGE.write_text(now, "utf-8", newline="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
