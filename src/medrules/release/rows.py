"""Knowledge tables of two versions, row by row and cell by cell, as people wrote them.

A row is known by its point (知识点号). One point may have several rows: those that are equal belong together first, then those with the same
keys, then the rest in their order.
"""
from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from medrules.diagnostics import Source
from medrules.knowledge.declaration import read_declaration
from medrules.knowledge.reserved import RESERVED_NAMES

__all__ = ["RowChange", "TableChange", "table_changes"]

Row = Mapping[str, str]
ADDED: Final = "rows/"
_POINT: Final = "知识点号"
WORDING: Final = frozenset(("来源", "原文", "批次"))  # cells that judge nothing


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of one point: cells that differ as (column, old, new)."""

    point: str
    keys: str
    cells: tuple[tuple[str, str, str], ...]

    @property
    def words_only(self) -> bool:
        return all(column in WORDING for column, _, _ in self.cells)


@dataclass(frozen=True, slots=True)
class TableChange:
    """kind added | removed | changed. `added`, `removed`: rows as cells by column; `declared`: entries of the table's declaration that differ."""

    kind: str
    name: str
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[RowChange, ...]
    declared: tuple[tuple[str, str, str], ...]
    keys: tuple[str, ...]

    @property
    def words_only(self) -> bool:
        return not self.added and not self.removed and all(r.words_only for r in self.changed) and all(
            k in ("doc", "source") for k, _, _ in self.declared)

    def keys_of(self, row: Row) -> str:
        return "、".join(row.get(k, "") for k in self.keys)

    def as_json(self) -> dict[str, Any]:
        return {
            "change": self.kind, "name": self.name, "declaration": [{"entry": k, "old": a, "new": b} for k, a, b in self.declared],
            "added": [dict(r) for r in self.added], "removed": [dict(r) for r in self.removed],
            "changed": [{"point": r.point, "keys": r.keys, "cells": [{"column": c, "old": a, "new": b} for c, a, b in r.cells]}
                        for r in self.changed]}


@dataclass(frozen=True, slots=True)
class _Written:
    name: str
    keys: tuple[str, ...]
    declared: Mapping[str, str]
    rows: tuple[Row, ...]


def table_changes(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[TableChange, ...]:
    """The tables of two packs (contents by name of file), which were checked: every table can be read."""
    had, has = ({t.name: t for t in _tables(files)} for files in (old, new))
    empty = _Written("", (), {}, ())
    found = []
    for name in dict.fromkeys((*sorted(has), *sorted(had))):
        before, after = had.get(name, empty), has.get(name, empty)
        added, removed, changed = _compared(before, after)
        declared = () if empty in (before, after) else tuple(
            (k, before.declared.get(k, ""), after.declared.get(k, "")) for k in sorted({*before.declared, *after.declared})
            if before.declared.get(k) != after.declared.get(k))
        kind = "added" if before is empty else "removed" if after is empty else "changed"
        if kind != "changed" or added or removed or changed or declared:
            found.append(TableChange(kind, name, added, removed, changed, declared, (after if after is not empty else before).keys))
    return tuple(found)


def _tables(files: Mapping[str, bytes]) -> Iterator[_Written]:
    for name, content in files.items():
        if name.startswith(ADDED) and name.endswith(".csv"):  # rows for a table of a layer above, whose declaration is not here
            yield _Written(name, (), {}, tuple(_rows(content, {en: zh for zh, en in RESERVED_NAMES.items()})))
        csv_name = name.removesuffix(".toml") + ".csv"
        if name.endswith(".toml") and "/tables/" in name and csv_name in files:
            text = content.decode("utf-8-sig")
            declared, _ = read_declaration(Source(name, text))
            if declared is None:
                continue
            twins = {en: zh for zh, en in RESERVED_NAMES.items()} | {k.en: k.zh for k in declared.keys} | {c.en: c.zh for c in declared.columns}
            said = {k: _shown(v) for k, v in tomllib.loads(text).items()}
            yield _Written(declared.name, tuple(k.zh for k in declared.keys), said, tuple(_rows(files[csv_name], twins)))


def _shown(value: Any) -> str:
    match value:
        case list():
            return "；".join(map(_shown, value))
        case dict():
            return "，".join(f"{k}={_shown(v)}" for k, v in value.items())
    return str(value)


def _rows(content: bytes, twins: Mapping[str, str]) -> Iterator[Row]:
    """The lines of a CSV: cells by the Chinese name of their column, empty ones left out."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = [twins.get(cell.strip(), cell.strip()) for cell in next(lines, [])]
    for line in lines:
        row = {name: cell.strip() for name, cell in zip(header, line, strict=False) if name and cell.strip()}
        if row:
            yield row


def _compared(old: _Written, new: _Written) -> tuple[tuple[Row, ...], tuple[Row, ...], tuple[RowChange, ...]]:
    had, has = _by_point(old.rows), _by_point(new.rows)
    added: list[Row] = []
    removed: list[Row] = []
    changed: list[RowChange] = []
    for point in dict.fromkeys((*has, *had)):
        before, after = _without_equal(had.get(point, []), has.get(point, []))
        for same_keys in (True, False):
            for row in list(after):
                match = next((b for b in before if not same_keys or all(b.get(k) == row.get(k) for k in new.keys)), None)
                if match is not None:
                    before.remove(match)
                    after.remove(row)
                    changed.append(_change(point, match, row, new.keys))
        added += after
        removed += before
    return tuple(added), tuple(removed), tuple(changed)


def _by_point(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get(_POINT, ""), []).append(row)
    return found


def _without_equal(before: list[Row], after: list[Row]) -> tuple[list[Row], list[Row]]:
    """What is left when each row has met its equal."""
    if before == after:
        return [], []
    held: dict[tuple[tuple[str, str], ...], int] = {}
    for row in before:
        key = tuple(sorted(row.items()))
        held[key] = held.get(key, 0) + 1
    rest: list[Row] = []
    for row in after:
        key = tuple(sorted(row.items()))
        if held.get(key, 0):
            held[key] -= 1
        else:
            rest.append(row)
    left: list[Row] = []
    for row in reversed(before):
        key = tuple(sorted(row.items()))
        if held.get(key, 0):
            held[key] -= 1
            left.append(row)
    return left[::-1], rest


def _change(point: str, old: Row, new: Row, keys: tuple[str, ...]) -> RowChange:
    columns = [c for c in dict.fromkeys((*old, *new)) if old.get(c) != new.get(c)]
    return RowChange(point, "、".join(new.get(k, "") for k in keys), tuple((c, old.get(c, ""), new.get(c, "")) for c in columns))
