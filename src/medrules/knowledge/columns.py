"""The rows of a table as columns: equal cells stand once, and a `Row` is made when somebody asks for it.

A national table has a quarter of a million rows and few different cells; a review touches a handful. So rows are numbers, their
cells are numbers into lists of different values, and codes are found by bisection.
"""
from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Any, Final, Protocol, overload

from medrules.frozen import fields
from medrules.knowledge.row import Row
from medrules.model.values import UNKNOWN

__all__ = ["DEFAULTS", "Cells", "Coded", "Ints", "KeyColumn", "Numbering", "One", "Rows", "Texts", "distinct_keys"]

# What a row says where its table has no such column: the fields of `Row` behind point, keys and cells.
DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType({f.name: f.default for f in fields(Row)[3:]})
Numbers = Sequence[int]


class Cells(Protocol):
    """One column: a value for each row."""

    def __getitem__(self, row: int, /) -> Any: ...

    def distinct(self) -> Sequence[Any]:
        """Every value of the column at least once."""
        ...

    def numbers(self) -> Numbers | None:
        """Per row the place of its value in `distinct()`; None if all rows have the same value."""
        ...


class One:
    """All rows say the same."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __getitem__(self, row: int, /) -> Any:
        return self.value

    def distinct(self) -> Sequence[Any]:
        return (self.value,)

    def numbers(self) -> None:
        return None


class Coded:
    """Few values, many rows."""

    __slots__ = ("_numbers", "values")

    def __init__(self, values: Sequence[Any], numbers: Numbers) -> None:
        self.values, self._numbers = values, numbers

    def __getitem__(self, row: int, /) -> Any:
        return self.values[self._numbers[row]]

    def distinct(self) -> Sequence[Any]:
        return self.values

    def numbers(self) -> Numbers:
        return self._numbers


class Ints:
    """Whole numbers that are mostly different (line numbers)."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def __getitem__(self, row: int, /) -> int:
        return self._numbers[row]

    def distinct(self) -> Sequence[int]:
        return self._numbers

    def numbers(self) -> Numbers:
        return range(len(self._numbers))


class Texts(Sequence[str]):
    """Many short texts in one long one: `ends[i]` is where text i ends."""

    __slots__ = ("ends", "text")

    def __init__(self, text: str, ends: Sequence[int]) -> None:
        self.text, self.ends = text, ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        held = texts if isinstance(texts, (list, tuple)) else list(texts)
        return cls("".join(held), array("I", accumulate(map(len, held))))

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, at: int, /) -> str: ...
    @overload
    def __getitem__(self, at: slice, /) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice, /) -> str | tuple[str, ...]:
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(len(self.ends))))
        return self.text[self.ends[at - 1] if at else 0:self.ends[at]]

    def __iter__(self) -> Iterator[str]:
        text, start = self.text, 0
        for end in self.ends:
            yield text[start:end]
            start = end

    def distinct(self) -> Sequence[str]:
        return self

    def numbers(self) -> Numbers:
        return range(len(self.ends))


class Numbering:
    """Gives equal values one number, in the order they are met. 1 and True are two values; UNKNOWN may be among them."""

    __slots__ = ("_by_object", "_by_value", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._by_object: dict[int, int] = {}  # all objects are kept in `values` or are equal to one there
        self._by_value: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        held = self._by_object.get(id(value))
        if held is not None and self.values[held] is value:
            return held
        key = "UNKNOWN" if value is UNKNOWN else (value.__class__, value)
        found = self._by_value.setdefault(key, len(self.values))
        if found == len(self.values):
            self.values.append(value)
            self._by_object[id(value)] = found
        return found


class KeyColumn:
    """The keys of all rows in one key column.

    codes   the different plain codes, sorted. ranks: the places in `codes` of all rows' codes, row after row.
    starts  per row where its codes begin in `ranks`, and one more; None when every row has exactly one code
    odd     rows whose cell is not plain (empty = any, prefixes, code sets, level ranks): the cell as it stands. Their plain codes
            are in `ranks` nevertheless.
    """

    __slots__ = ("_firsts", "_holders", "codes", "odd", "ranks", "starts")

    def __init__(
        self, codes: Sequence[str], ranks: Numbers, starts: Numbers | None = None, odd: Mapping[int, tuple[Any, ...]] | None = None,
        found: tuple[Numbers, Numbers] | None = None,
    ) -> None:
        self.codes, self.ranks, self.starts = codes, ranks, starts
        self.odd: Mapping[int, tuple[Any, ...]] = odd or {}
        self._firsts: Numbers | None = found[0] if found else None
        self._holders: Numbers | None = found[1] if found else None

    @classmethod
    def of(cls, keys: Sequence[tuple[Any, ...]], numbers: Numbers, prefixes: Sequence[tuple[bool, ...]] | None = None) -> KeyColumn:
        """From the different cells, each row's number of its cell, and per cell which of its keys are prefixes."""
        marks = prefixes or ((),) * len(keys)
        plain = [tuple(k for j, k in enumerate(cell) if isinstance(k, str) and not (j < len(mark) and mark[j]))
                 for cell, mark in zip(keys, marks, strict=True)]
        codes = sorted({code for cell in plain for code in cell})
        rank = {code: i for i, code in enumerate(codes)}
        held = [tuple(rank[c] for c in cell) for cell in plain]
        odd_cells = {n for n, (cell, its) in enumerate(zip(keys, plain, strict=True)) if not cell or len(its) < len(cell)}
        if not odd_cells and all(len(h) == 1 for h in held):
            alone = [r for (r,) in held]
            return cls(codes, array("I", [alone[n] for n in numbers]))
        starts = array("I", [0])
        starts.extend(accumulate(len(held[n]) for n in numbers))
        odd = {row: keys[n] for row, n in enumerate(numbers) if n in odd_cells} if odd_cells else None
        return cls(codes, array("I", chain.from_iterable(held[n] for n in numbers)), starts, odd)

    @classmethod
    def of_codes(cls, codes: Sequence[str], numbers: Numbers) -> KeyColumn:
        """From different codes, and each row's number of its one code."""
        order = sorted(range(len(codes)), key=codes.__getitem__)
        rank = array("I", bytes(4 * len(codes)))
        for place, n in enumerate(order):
            rank[n] = place
        return cls([codes[n] for n in order], array("I", [rank[n] for n in numbers]))

    @property
    def is_plain(self) -> bool:
        """Whether every row has codes and nothing else."""
        return not self.odd

    def key(self, row: int) -> tuple[Any, ...]:
        """The cell of one row."""
        if self.starts is None:
            return (self.codes[self.ranks[row]],)
        odd = self.odd.get(row)
        if odd is not None:
            return odd
        return tuple(self.codes[r] for r in self.ranks[self.starts[row]:self.starts[row + 1]])

    def found(self) -> tuple[Numbers, Numbers]:
        """(firsts, holders): the rows of code k are holders[firsts[k]:firsts[k + 1]], in their order."""
        if self._firsts is None or self._holders is None:
            ranks, starts = self.ranks, self.starts
            order = sorted(range(len(ranks)), key=ranks.__getitem__)
            count = [0] * (len(self.codes) + 1)
            for r in ranks:
                count[r + 1] += 1
            if starts is not None:
                row_of = array("I", chain.from_iterable(
                    (row,) * (starts[row + 1] - starts[row]) for row in range(len(starts) - 1)))
                order = [row_of[i] for i in order]
            self._firsts, self._holders = array("I", accumulate(count)), array("I", order)
        return self._firsts, self._holders

    def rows_of(self, code: Any) -> Sequence[int]:
        """The rows that list `code` as a plain code, in their order. A row that lists it twice is there twice."""
        place = bisect_left(self.codes, code)
        if place == len(self.codes) or self.codes[place] != code:
            return ()
        firsts, holders = self.found()
        return holders[firsts[place]:firsts[place + 1]]


class Rows(Sequence[Row]):
    """The rows of one table. A row that was made is kept: the same row is always the same object.

    points: 知识点号. keys, cells: one per key column, one per column of the table. rest: the other fields of `Row` that some
    row fills in.
    """

    __slots__ = ("_length", "_made", "_rest", "cells", "keys", "points", "rest")

    def __init__(
        self, length: int, points: Cells, keys: tuple[KeyColumn, ...], cells: tuple[Cells, ...], rest: Mapping[str, Cells],
    ) -> None:
        self._length, self._made = length, dict[int, Row]()
        self.points, self.keys, self.cells, self.rest = points, keys, cells, rest
        self._rest: tuple[Cells, ...] = tuple(rest.get(name) or One(value) for name, value in DEFAULTS.items())

    @classmethod
    def of(cls, rows: Iterable[Row], n_keys: int, n_cells: int) -> Rows:
        """Columns of rows that are there already; they stay the objects they are."""
        held = tuple(rows)
        keys = tuple(
            _key_column([r.keys[i] for r in held], [r.prefix for r in held] if i == 0 else None)
            for i in range(n_keys))
        cells = tuple(_coded(r.cells[i] for r in held) for i in range(n_cells))
        rest: dict[str, Cells] = {
            name: column for name, value in DEFAULTS.items()
            if held and not (isinstance(column := _coded(getattr(r, name) for r in held), One) and column.value == value)}
        if "line" in rest:
            rest["line"] = Ints(array("I", [r.line for r in held]))
        made = cls(len(held), Texts.of([r.point for r in held]), keys, cells, rest)
        made._made.update(enumerate(held))
        return made

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int, /) -> Row: ...
    @overload
    def __getitem__(self, at: slice, /) -> tuple[Row, ...]: ...
    def __getitem__(self, at: int | slice, /) -> Row | tuple[Row, ...]:
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(self._length)))
        found = self._made.get(at)
        if found is None:
            if not 0 <= at < self._length:
                if not -self._length <= at < 0:
                    raise IndexError(at)
                return self[at + self._length]
            found = self._made.setdefault(at, Row(
                self.points[at], tuple([k.key(at) for k in self.keys]), tuple([c[at] for c in self.cells]),
                *[c[at] for c in self._rest]))
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Rows, tuple, list)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # compared, never a key

    def __repr__(self) -> str:
        return f"<{self._length} rows>"

    # ------------------------------------------------------------ columns, without making rows

    def field(self, name: str) -> Cells:
        """The column of a field of `Row` behind its cells (`valid_from`, `area` …)."""
        return self.rest.get(name) or One(DEFAULTS[name])

    def prefix_rows(self) -> Sequence[int]:
        """Rows some of whose first keys are prefixes."""
        return self.where("prefix", any)

    def where(self, name: str, is_so: Callable[[Any], bool]) -> Sequence[int]:
        """Rows whose field is so."""
        column = self.field(name)
        numbers = column.numbers()
        if numbers is None:
            return range(self._length) if self._length and is_so(column.distinct()[0]) else ()
        wanted = {n for n, value in enumerate(column.distinct()) if is_so(value)}
        return [row for row, n in enumerate(numbers) if n in wanted] if wanted else ()


def distinct_keys(column: KeyColumn) -> Iterator[Any]:
    """Every key of a column at least once, those of odd cells among them."""
    yield from column.codes
    for cell in column.odd.values():
        yield from cell


def _key_column(keys: list[tuple[Any, ...]], prefixes: list[tuple[bool, ...]] | None) -> KeyColumn:
    cells = Numbering()
    numbers = [cells.number((key, prefixes[n] if prefixes else ())) for n, key in enumerate(keys)]
    return KeyColumn.of([key for key, _ in cells.values], numbers, [mark for _, mark in cells.values])


def _coded(values: Iterable[Any]) -> Cells:
    numbering = Numbering()
    number = numbering.number
    numbers = array("I", [number(v) for v in values])
    if len(numbering.values) == 1:
        return One(numbering.values[0])
    return Coded(numbering.values, numbers)
