"""Draws the restriction texts that are labelled by hand, so that anybody can draw them again and see that none was chosen.

    python -m tests.knowledge.texts.draw            prints the drawn texts: number, split, file, text
    python -m tests.knowledge.texts.draw --check    says whether labels.jsonl holds exactly the drawn texts (exit code 1 if not)

The stratum is the table file. From each, max(1, ceil(1.3 × √distinct texts)) texts are drawn; a text that stands in an earlier
file is not drawn again. One half of the drawn texts, by the same seed, is the development split; the reader is tuned on it alone.
"""
from __future__ import annotations

import argparse
import csv
import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SEED: Final = 20261122
ROOT: Final = Path(__file__).resolve().parents[3]
PACK: Final = ROOT / "rulepacks" / "national" / "families"
LABELS: Final = Path(__file__).with_name("labels.jsonl")
FACTOR: Final = 1.3

# 原文 of these tables restricts nothing that a column could hold: pairs of codes, names of groups, units, contents of services.
NOT_RESTRICTIONS: Final = frozenset({
    "daily_limits", "drug_interactions", "duplicate_charges", "duplicate_drug_groups", "herb_incompatibilities",
    "operation_diagnoses", "perioperative_prophylaxis", "same_incision_groups",
})


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn text. `split` is dev or held-out."""

    id: str
    file: str
    text: str
    split: str


def texts_by_file() -> dict[str, list[str]]:
    """Distinct restriction texts of each table, in the order of the rows; a text of an earlier file is left out."""
    seen: set[str] = set()
    found: dict[str, list[str]] = {}
    for path in sorted(PACK.glob("*/tables/*.csv"), key=lambda p: p.stem):
        if path.stem in NOT_RESTRICTIONS:
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                text = (row.get("原文") or "").strip()
                if text and text not in seen:
                    seen.add(text)
                    found.setdefault(path.stem, []).append(text)
    return found


def draw(seed: int = SEED) -> list[Drawn]:
    """The drawn texts, numbered in the order of files."""
    dice = random.Random(seed)
    picked: list[tuple[str, str]] = []
    for file, texts in texts_by_file().items():
        many = min(len(texts), max(1, math.ceil(FACTOR * math.sqrt(len(texts)))))
        picked += [(file, text) for text in sorted(dice.sample(texts, many))]
    order = list(range(len(picked)))
    dice.shuffle(order)
    dev = set(order[: len(order) // 2])
    return [
        Drawn(f"T{i + 1:03d}", file, text, "dev" if i in dev else "held-out")
        for i, (file, text) in enumerate(picked)
    ]


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seed", type=int, default=SEED)
    words.add_argument("--check", action="store_true")
    arguments = words.parse_args()
    drawn = draw(arguments.seed)
    if not arguments.check:
        for one in drawn:
            print(f"{one.id}\t{one.split}\t{one.file}\t{one.text}")
        return 0
    held = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines() if line]
    same = [(h["id"], h["split"], h["file"], h["text"]) for h in held] == [(d.id, d.split, d.file, d.text) for d in drawn]
    print("相同 / the same" if same else "不同 / not the same")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
