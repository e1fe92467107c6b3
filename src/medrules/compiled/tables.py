"""Knowledge tables as sections: columns as they are in memory."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from medrules.compiled.container import Sections, Writer, refuse
from medrules.compiled.values import Fragments, decode, encode
from medrules.knowledge.columns import DEFAULTS, Cells, Coded, Ints, KeyColumn, One, Rows, Texts
from medrules.knowledge.table import Column, KeyKind, Table

__all__ = ["Strings", "part", "read_table", "write_table"]

MAX_ROWS: Final = 10_000_000


class Strings:
    """All codes of a pack, each once, while it is being written."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = codes
        self._number = {code: n for n, code in enumerate(codes)}

    def numbers(self, codes: Sequence[str]) -> list[int]:
        return [self._number[code] for code in codes]


def write_table(table: Table, strings: Strings, out: Writer) -> dict[str, Any]:
    """The sections of a table; what names them is given back."""
    rows = table.rows
    return {
        "name": table.name, "en": table.en, "key_kind": table.key_kind, "key_fields": list(table.key_fields),
        "columns": [encode(c) for c in table.columns], "unordered": table.unordered, "doc": table.doc, "file": table.file,
        "unique": table.unique, "length": len(rows), "points": out.texts([rows.points[n] for n in range(len(rows))]),
        "keys": [_write_keys(k, strings, out) for k in rows.keys], "cells": [_write_cells(c, len(rows), out) for c in rows.cells],
        "rest": {name: _write_cells(column, len(rows), out) for name, column in rows.rest.items()},
    }


def _write_keys(keys: KeyColumn, strings: Strings, out: Writer) -> dict[str, Any]:
    firsts, holders = keys.found()
    return {
        "codes": out.numbers(strings.numbers(keys.codes)), "ranks": out.numbers(keys.ranks),
        "starts": None if keys.starts is None else out.numbers(keys.starts), "firsts": out.numbers(firsts),
        "holders": out.numbers(holders), "odd": out.numbers(keys.odd), "odd_cells": out.texts(Fragments.texts(list(keys.odd.values()))),
    }


def _write_cells(cells: Cells, length: int, out: Writer) -> list[Any]:
    if isinstance(cells, Ints):
        return ["ints", out.numbers(cells.distinct())]
    numbers = cells.numbers()
    if numbers is None:
        return ["one", encode(cells.distinct()[0])]
    values = cells.distinct()
    if all(value.__class__ is str for value in values):
        return ["texts", out.texts(values), out.numbers(numbers)]
    return ["values", out.texts(Fragments.texts(values)), out.numbers(numbers)]


def read_table(meta: Any, codes: Sequence[str], held: Sections) -> Table:
    """A table from its sections. `codes` are those of the pack."""
    name, en, doc, file = (part(str, meta, word) for word in ("name", "en", "doc", "file"))
    key_fields = tuple(part(list, meta, "key_fields"))
    columns = tuple(decode(c, "Column") for c in part(list, meta, "columns"))
    length, kind = part(int, meta, "length"), part(str, meta, "key_kind")
    keys, cells, rest = part(list, meta, "keys"), part(list, meta, "cells"), part(dict, meta, "rest")
    if kind not in get_args(KeyKind) or len(keys) != len(key_fields) or len(cells) != len(columns) or not rest.keys() <= DEFAULTS.keys() or (
        not 0 <= length <= MAX_ROWS or not all(f.__class__ is str for f in key_fields)
    ):
        raise refuse("知识表不对", "a table is wrong")
    rows = Rows(
        length, held.texts(part(list, meta, "points"), length), tuple(_read_keys(k, length, codes, held) for k in keys),
        tuple(_read_cells(c, length, held) for c in cells), {word: _read_cells(c, length, held) for word, c in rest.items()})
    checked: tuple[Column, ...] = columns
    return Table(
        name, en, kind, key_fields, checked, rows, part(bool, meta, "unordered"), doc, file, part(bool, meta, "unique"))


def _read_keys(meta: Any, length: int, codes: Sequence[str], held: Sections) -> KeyColumn:
    places = held.numbers(part(int, meta, "codes"), len(codes))
    own = [codes[n] for n in places]
    ranks = held.numbers(part(int, meta, "ranks"), len(own), length if meta.get("starts") is None else -1)
    starts = None if meta.get("starts") is None else held.numbers(meta["starts"], len(ranks) + 1, length + 1)
    odd = held.numbers(part(int, meta, "odd"), length)
    odd_cells = Fragments(held.texts(part(list, meta, "odd_cells"), len(odd)))
    cells: Mapping[int, tuple[Any, ...]] = {row: decode_tuple(odd_cells[n]) for n, row in enumerate(odd)}
    found = held.numbers(part(int, meta, "firsts"), len(ranks) + 1, len(own) + 1), held.numbers(part(int, meta, "holders"), length, len(ranks))
    return KeyColumn(own, ranks, starts, cells, found)


def decode_tuple(value: Any) -> tuple[Any, ...]:
    if value.__class__ is not tuple:
        raise refuse("键不对", "a key cell is wrong")
    return value


def _read_cells(meta: Any, length: int, held: Sections) -> Cells:
    match meta:
        case ["one", value]:
            return One(decode(value))
        case ["ints", section]:
            return Ints(held.numbers(section, length=length))
        case ["texts", texts, numbers]:
            values: Texts = held.texts(texts)
            return Coded(values, held.numbers(numbers, len(values), length))
        case ["values", texts, numbers]:
            fragments = Fragments(held.texts(texts))
            return Coded(fragments, held.numbers(numbers, len(fragments), length))
        case _:
            raise refuse("列不对", "a column is wrong")


def part(kind: type, meta: Any, name: str) -> Any:
    """A part of a JSON object, of its type."""
    value = meta.get(name) if meta.__class__ is dict else None
    if value.__class__ is not kind:
        raise refuse("内容的类型不对", f"{name} is not of type {kind.__name__}")
    return value

