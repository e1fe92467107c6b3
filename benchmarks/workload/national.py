"""The national pack at the size of the national library: its published rows repeated and perturbed until so many code-level points stand.

A code-level point is one code in the first key cell of one row (the published files list up to hundreds of codes in one cell). Each copy
of a row names other codes of the same form (the same code becomes the same new code in every table, so that tables stay about the same
items); one data cell in five is taken from another row of its table. Rules, definitions, code sets and catalogues stay as they are.
"""
from __future__ import annotations

import csv
import shutil
import tomllib
from pathlib import Path
from random import Random
from typing import Final

__all__ = ["copy_enlarged"]

PERTURBED: Final = 0.2  # of the data cells of a copy
POINT: Final = "知识点号"
KEYS: Final = {"code": ["编码"], "icd": ["诊断编码"], "generic": ["通用名"], "product": ["产品名"], "prefix": ["编码"], "pair": ["主项编码", "从项编码"]}

Row = dict[str, str]


class _Copies:
    """Codes of the copies: one new code for each code and copy."""

    def __init__(self, draw: Random, taken: set[str]) -> None:
        self._draw, self._taken = draw, taken
        self._made: dict[tuple[str, int], str] = {}

    def renamed(self, key: str, copy: int) -> str:
        found = self._made.get((key, copy))
        if found is None:
            found = self._new(key, copy)
            self._taken.add(found)
            self._made[key, copy] = found
        return found

    def _new(self, key: str, copy: int) -> str:
        if not key.isascii():
            return f"{key}·{copy}"
        if "." in key:  # a diagnosis or operation: another extension of the same code
            category, _, rest = key.partition("x")[0].partition(".")
            head, width = f"{category}.{rest:0<{3 if key[0].isalpha() else 4}}x", 3
        else:
            width = len(key) - len(key.rstrip("0123456789"))
            head = key[:len(key) - width]
        while True:
            made = f"{head}{self._draw.randrange(10**width):0{width}d}"
            if made not in self._taken:
                return made


def copy_enlarged(draw: Random, pack: Path, folder: Path, points: int) -> dict[str, int]:
    """Write the enlarged pack to a folder that does not exist yet; points per kind of key."""
    shutil.copytree(pack, folder, ignore=shutil.ignore_patterns("cases.yaml", "README.md"))
    tables = [(path, tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))) for path in sorted(folder.glob("families/*/tables/*.csv"))]
    held = [(path, about, *_read(path)) for path, about in tables]
    held = [(path, about, head, rows, keys) for path, about, head, rows in held if (keys := _keys(about)) and rows]
    published = sum(_points(rows, keys) for *_, rows, keys in held)
    copies = _Copies(draw, {code for *_, rows, keys in held for row in rows for key in keys for code in row[key].split("|")})
    found: dict[str, int] = {}
    for path, about, head, rows, keys in held:
        columns = [name for c in about.get("column", ()) if (name := c["zh"] if c["zh"] in head else c["en"]) in head]
        out, missing = list(rows), int(_points(rows, keys) * points / published) - _points(rows, keys)
        copy = 0
        while missing > 0:
            copy += 1
            for row in rows if missing >= _points(rows, keys) else draw.sample(rows, len(rows)):
                if missing <= 0:
                    break
                out.append(_copied(draw, row, rows, keys, columns, copies, copy))
                missing -= len(row[keys[0]].split("|"))
        _write(path, head, out)
        found[about["key"]] = found.get(about["key"], 0) + _points(out, keys)
    return found


def _copied(draw: Random, row: Row, rows: list[Row], keys: list[str], columns: list[str], copies: _Copies, copy: int) -> Row:
    made = row | {column: draw.choice(rows)[column] for column in columns if draw.random() < PERTURBED}
    for key in keys:
        made[key] = "|".join(code if code.startswith("编码集") else copies.renamed(code, copy) for code in row[key].split("|") if code)
    made[POINT] = f"{row[POINT]}:{copy}"
    return made


def _keys(about: dict[str, list[str]]) -> list[str]:
    """The key columns; none of a table that is keyed with something else than codes and names (six rows of the national pack)."""
    kind = str(about["key"])
    return about.get("key_columns", KEYS[kind]) if kind in KEYS else []


def _points(rows: list[Row], keys: list[str]) -> int:
    return sum(len(row[keys[0]].split("|")) for row in rows)


def _read(path: Path) -> tuple[list[str], list[Row]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def _write(path: Path, head: list[str], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, head, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
