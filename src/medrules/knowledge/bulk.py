"""A table's CSV column by column: the fast way for a file in which nothing is wrong.

A quarter of a million lines have few different cells, so each different cell is parsed once. At the first thing that is wrong, or that
needs a closer look (a point that comes back, a pair listed both ways), this gives up and the line-by-line reader (`reader`) says what
it is: it alone makes diagnostics.
"""
from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from operator import sub
from typing import Any, Final

from medrules.knowledge.cells import parse_cell
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.columns import DEFAULTS, Cells, Coded, Ints, KeyColumn, One, Rows, Texts
from medrules.knowledge.declaration import Declaration
from medrules.knowledge.header import Header
from medrules.knowledge.keys import parse_key, parse_prefix_key
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import PLAIN, RESTRICTIONS
from medrules.model.types import BOOL

__all__ = ["read_plainly"]

CHUNK: Final = 4_096  # lines taken together
MANY: Final = 1_000  # different texts that are better kept as one long text
FIELDS: Final = ("valid_from", "valid_to", "result", "interaction", "stages", "scenes", "area", "coded")  # of RESTRICTIONS, in their order
ODD_STARTS: Final = frozenset(("", *"=@＝＠#"))  # of a point: there is none, or it may be a formula or a spreadsheet's error
TEXTS: Final = ("text", "source", "batch")  # of PLAIN


class _NotPlain(Exception):
    """The line-by-line reader has to look."""


class _Seen(dict[str, int]):
    """Raw cells of one column, numbered as they are met."""

    def __missing__(self, raw: str) -> int:
        return self.setdefault(raw, len(self))


class _Raw:
    """The columns of a CSV: per column its different cells, and each line's number of its own. Points are kept as they are."""

    def __init__(self, lines: Iterator[list[str]], width: int, point: int, most: int) -> None:
        self.seen = [_Seen() for _ in range(width)]
        self.numbers = [array("I") for _ in range(width)]
        points: list[str] = []
        ends = array("I")
        hashes: set[int] = set()
        starts: set[str] = set()
        size = n = 0
        while chunk := list(islice(lines, CHUNK)):
            n += len(chunk)
            if n > most or set(map(len, chunk)) != {width}:
                raise _NotPlain
            for i, column in enumerate(zip(*chunk, strict=True)):
                if i == point:
                    stripped = [cell.strip() for cell in column]
                    hashes.update(map(hash, stripped))
                    starts.update([cell[:1] for cell in stripped])
                    points.append("".join(stripped))
                    for cell in stripped:
                        size += len(cell)
                        ends.append(size)
                else:
                    seen = self.seen[i]
                    self.numbers[i].extend([seen[raw] for raw in column])
        if not starts.isdisjoint(ODD_STARTS):
            raise _NotPlain
        self.length = n
        others = [numbers for i, numbers in enumerate(self.numbers) if i != point]
        if len(hashes) != n or len(set(map(hash, zip(*others, strict=True)))) != n:
            raise _NotPlain  # a point or a whole row that is there twice, most likely
        self.points = Texts("".join(points), ends)


def read_plainly(
    lines: Iterator[list[str]], header: Header, declared: Declaration, codesets: Mapping[str, CodeSet], first_line: int, most: int,
) -> Rows | None:
    """The rows of a CSV behind its header; None if something is wrong with it or needs a closer look.

    Args:
        first_line: the line of the first row. most: how many rows there may be.
    """
    try:
        raw = _Raw(lines, len(header.names), header.reserved["知识点号"], most)
        return _rows(raw, header, declared, codesets, first_line) if raw.length else None
    except _NotPlain:
        return None


def _rows(raw: _Raw, header: Header, declared: Declaration, codesets: Mapping[str, CodeSet], first_line: int) -> Rows:
    if declared.key_kind == "set":
        raise _NotPlain
    keys, marks = _keys(raw, header, declared, codesets)
    rest: dict[str, Cells] = {"line": Ints(range(first_line, first_line + raw.length))}
    for (name, parse), field in zip(RESTRICTIONS.items(), FIELDS, strict=True):
        _add(rest, field, raw, header.reserved.get(name, -1), parse)
    starts, ends = (rest.get(name) or One(DEFAULTS[name]) for name in ("valid_from", "valid_to"))
    if _any_reversed(starts, ends):
        raise _NotPlain
    for name, field in zip(PLAIN, TEXTS, strict=True):
        _add(rest, field, raw, header.reserved.get(name, -1), str.strip)
    if declared.key_kind == "pair":
        first = declared.keys[0].type
        _add(rest, "excluded", raw, header.reserved.get("主项排除", -1), lambda cell: parse_key(cell, first, {}))
        _add(rest, "same_site", raw, header.reserved.get("部位相同", -1), lambda cell: _is_true(parse_cell(cell, BOOL)))
    if marks is not None:
        rest["prefix"] = marks
    cells = tuple(
        _column(raw, place, lambda cell, type=column.type: parse_cell(cell, type, codesets))  # type: ignore[misc]
        for place, column in zip(header.columns, declared.columns, strict=True))
    _refuse_conflicts(declared, keys, rest)
    return Rows(raw.length, raw.points, keys, cells, rest)


def _is_true(value: Any) -> Any:
    return value if isinstance(value, Problem) else value is True


# ---------------------------------------------------------------- columns


def _parsed(raw: _Raw, place: int, parse: Callable[[str], Any]) -> list[Any]:
    """The values of the different cells."""
    values = [parse(cell) for cell in raw.seen[place]]
    if any(isinstance(value, Problem) for value in values):
        raise _NotPlain
    return values


def _column(raw: _Raw, place: int, parse: Callable[[str], Any]) -> Cells:
    values: Sequence[Any] = _parsed(raw, place, parse)
    if len(values) == 1:
        return One(values[0])
    if len(values) > MANY and all(value.__class__ is str for value in values):
        values = Texts.of(values)
    return Coded(values, raw.numbers[place])


def _add(rest: dict[str, Cells], field: str, raw: _Raw, place: int, parse: Callable[[str], Any]) -> None:
    """A field of the rows, unless no row says anything in it."""
    if place >= 0:
        column = _column(raw, place, parse)
        if not (isinstance(column, One) and column.value == DEFAULTS[field]):
            rest[field] = column


def _any_reversed(starts: Cells, ends: Cells) -> bool:
    """Whether some row ends before it starts."""
    first, last = starts.distinct(), ends.distinct()
    of_start, of_end = starts.numbers(), ends.numbers()
    if of_start is None or of_end is None:  # one of them is the same in all rows
        return bool(max(first) >= min(last))
    return any(first[a] >= last[b] for a, b in set(zip(of_start, of_end, strict=True)))


# ---------------------------------------------------------------- keys


def _keys(
    raw: _Raw, header: Header, declared: Declaration, codesets: Mapping[str, CodeSet],
) -> tuple[tuple[KeyColumn, ...], Cells | None]:
    """The key columns, and which keys of the first are prefixes."""
    made: list[KeyColumn] = []
    marks: list[tuple[bool, ...]] = []
    needed = (0, 1) if declared.key_kind == "pair" else (0,)
    for i, (place, key) in enumerate(zip(header.keys, declared.keys, strict=True)):
        plain = key.type.kind == "code" and key.type.name in ("item", "device", "dept") and declared.key_kind != "icd"
        cells = list(raw.seen[place])
        if plain and all(map(_is_plain_code, cells)):
            made.append(KeyColumn.of_codes(cells, raw.numbers[place]))
            continue
        if declared.key_kind == "prefix":
            both = _parsed(raw, place, lambda cell, type=key.type: parse_prefix_key(cell, type, codesets))  # type: ignore[misc]
            values, own = [value for value, _ in both], [mark for _, mark in both]
        else:
            values = _parsed(raw, place, lambda cell, type=key.type: parse_key(cell, type, codesets))  # type: ignore[misc]
            own = [(True,) * len(v) if declared.key_kind == "icd" and v and isinstance(v[0], str) else () for v in values]
        if i in needed and not all(values):
            raise _NotPlain
        if i == 0:
            marks = own
        made.append(KeyColumn.of(values, raw.numbers[place], own if i == 0 else None))
    if not any(marks):
        return tuple(made), None
    return tuple(made), Coded(marks, raw.numbers[header.keys[0]])


def _is_plain_code(cell: str) -> bool:
    """One code in capitals and digits, as it stands (see `rows`)."""
    return cell.isascii() and cell.isalnum() and len(cell) != 13 and (cell.isdecimal() or cell.isupper())


def _refuse_conflicts(declared: Declaration, keys: tuple[KeyColumn, ...], rest: Mapping[str, Cells]) -> None:
    """Give up where two rows may contradict each other (see `conflicts`)."""
    if declared.unique:
        if len(keys) != 1 or keys[0].starts is not None or len(keys[0].codes) != len(keys[0].ranks):
            raise _NotPlain
    elif declared.key_kind == "pair" and not declared.unordered:
        first, second = keys
        if first.starts is not None or second.starts is not None or "excluded" in rest:
            raise _NotPlain
        number = {code: n for n, code in enumerate(sorted({*first.codes, *second.codes}))}
        a, b = ([number[keys.codes[r]] for r in keys.ranks] for keys in (first, second))
        n = len(number)
        pairs = {x * n + y for x, y in zip(a, b, strict=True)}
        if 0 in map(sub, a, b) or any(y * n + x in pairs for x, y in zip(a, b, strict=True)):
            raise _NotPlain
