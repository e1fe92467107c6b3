"""    python -m tools.text_reading [--split dev|held-out|all] [--errors]     the reader against the labels and the traps"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from medrules.knowledge.texts import read_lexicon, read_text

from .measure import SUGGESTED, TRAPS, Measured, labelled, measured

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tools.text_reading", description="限定文字读取器：对照人工标注 | the reader against the labels")
    words.add_argument("--split", choices=["dev", "held-out", "all"], default="all")
    words.add_argument("--errors", action="store_true", help="列出每一处错误 every error")
    arguments = words.parse_args()
    lexicon = read_lexicon(ROOT / "rulepacks" / "national")
    wrong = 0
    for split in ("dev", "held-out") if arguments.split == "all" else (arguments.split,):
        found = measured((x for x in labelled() if x.split == split), lexicon)
        _show(split, found, arguments.errors)
        wrong += len(found.wrong)
    traps = [json.loads(line) for line in TRAPS.read_text("utf-8").splitlines()]
    fooled = [t["text"] for t in traps if not t["complete"] and read_text(t["text"], lexicon).complete]
    known = sum(t["complete"] and read_text(t["text"], lexicon).complete for t in traps)
    print(f"难句：不能说尽的 {sum(not t['complete'] for t in traps)} 句，错认说尽 {len(fooled)}；能说尽的 {sum(t['complete'] for t in traps)} 句，认出 {known}")
    for text in fooled:
        print("  错认", text)
    if arguments.errors:
        for t in traps:
            read = read_text(t["text"], lexicon)
            if t["complete"] and not read.complete:
                print("  没有认出", t["text"], read.why)
    return 1 if wrong or fooled else 0


def _show(split: str, found: Measured, errors: bool) -> None:
    print(f"{split}: {found.texts} 条")
    print("| 列 | 准确 | 召回 |\n|---|---:|---:|")
    for column, score in sorted(found.columns.items(), key=lambda c: -(c[1].right + c[1].missed)):
        print(f"| {column} | {score.precision} | {score.recall} |")
    right, extra, missed = (sum(getattr(s, n) for c, s in found.columns.items() if c != SUGGESTED) for n in ("right", "extra", "missed"))
    print(f"| 合计 | {right}/{right + extra} | {right}/{right + missed} |")
    print(f"说尽：认对 {found.whole.right}，错认 {len(found.wrong)}，没有认出 {found.whole.missed}；审过的编码：包住标注 {found.codes_right}，没有包住 {found.codes_wrong}")
    for line in found.wrong:
        print("  错认说尽", line)
    if errors:
        for id, sentence in found.errors:
            print(" ", id, sentence)


if __name__ == "__main__":
    raise SystemExit(main())
