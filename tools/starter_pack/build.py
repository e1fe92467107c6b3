"""Writes the CSVs of rulepacks/national from the published tables, then the counts in its README.

    python -m tools.starter_pack.build DATA_FOLDER PACK_FOLDER

DATA_FOLDER holds `knowledge-points/` and `knowledge-points-structured/`. The same input gives the same bytes.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from .counts import write_counts
from .families import FAMILIES
from .outrows import write_rows

__all__ = ["build", "main"]


def build(data: Path, pack: Path) -> None:
    unusable: dict[str, int] = {}
    for family in FAMILIES:
        rows, without_key = family.build(data)
        unusable[family.title] = without_key
        write_rows(pack / family.csv, family.keys, family.columns, rows)
    write_counts(pack, unusable)


def main() -> None:
    parser = argparse.ArgumentParser(description="公开知识点 → 国家规则包 | published tables to the national pack")
    parser.add_argument("data", type=Path, help="公开知识点所在目录 | folder of the published tables")
    parser.add_argument("pack", type=Path, help="规则包目录 | folder of the pack")
    arguments = parser.parse_args()
    build(arguments.data, arguments.pack)


if __name__ == "__main__":
    main()
