"""Which rows of a table speak of an entity: by exact keys, prefixes (the longest wins), code sets and empty keys, three-valued."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from medrules.engine.optimized.kleene.ground import reader
from medrules.engine.optimized.kleene.truths import Truth, Unsure, conj, disj, neg
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY, Row, Table
from medrules.model.schema import SCHEMA
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["Keys", "in_force", "is_member"]

WHOLE: Final = 1_000_000  # how long an exact key counts: longer than any prefix


def in_force(row: Row, day: int) -> bool:
    return row.valid_from <= day < row.valid_to


def is_member(codes: CodeSet, code: Any, cause: str) -> Truth:
    """Whether a code read from facts is in a set; `cause` is why a set that is partly 待编 does not say."""
    if code.__class__ is Unsure:
        return code
    if code is ABSENT:
        return False
    found = codes.member(code)
    return Unsure(frozenset((cause or f"codeset:{codes.name}",))) if found is UNKNOWN else bool(found)


class Keys:
    """The rows of one table, found by what their keys say."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._fields = table.key_fields
        self._uncoded: dict[int, tuple[int, ...]] = {}  # per column the rows whose cell is 待编
        self._readers: dict[tuple[str, int], Callable[[Any], Any]] = {}
        self._is_prefix = tuple(table.key_kind == "icd" or f.endswith("area") for f in table.key_fields)
        self.has_prefixes = bool(table.rows.prefix_rows())
        found = tuple(self._odd(column) for column in range(len(table.key_fields)))
        self._by_prefix, self._loose = tuple(p for p, _ in found), tuple(r for _, r in found)
        # Whether a known code alone decides: then nothing else has to be asked of a line.
        self.plain = table.key_fields == ("code",) and self.is_plain_in(0)

    def _odd(self, column: int) -> tuple[dict[str, list[int]], tuple[int, ...]]:
        """Rows by the prefixes of a key column, and rows that may mean any code (empty keys, code sets, numbers)."""
        rows = self.table.rows
        by_prefix: dict[str, list[int]] = {}
        loose: list[int] = []
        for place in range(len(rows)) if self._is_prefix[column] else rows.keys[column].odd:
            row = rows[place]
            for j, key in enumerate(row.keys[column]):
                if not isinstance(key, str):
                    loose.append(place)
                elif self._prefixed(row, column, j):
                    by_prefix.setdefault(key, []).append(place)
            if not row.keys[column]:
                loose.append(place)
        return by_prefix, tuple(dict.fromkeys(loose))

    def _prefixed(self, row: Row, column: int, j: int) -> bool:
        return self._is_prefix[column] or (column == 0 and j < len(row.prefix) and row.prefix[j])

    def is_plain_in(self, column: int) -> bool:
        """Whether the item codes of a key column alone say which lines it means."""
        return self._fields[column] == "code" and not self._loose[column] and not self._by_prefix[column]

    def fact(self, entity: Any, column: int) -> Any:
        """What key column `column` is compared with."""
        key = type(entity).key
        read = self._readers.get((key, column))
        if read is None:
            *owner, name = self._fields[column].split(".")
            path = (SCHEMA.path(key, owner[0]) or ()) if owner else ()
            read = self._readers[key, column] = reader((*path, name), f"{owner[0] if owner else key}.{name}")
        return read(entity)

    def near(self, column: int, code: Any) -> Iterable[Row]:
        """Rows that may match, in the order of the table."""
        rows = self.table.rows
        if code.__class__ is Unsure:
            return rows
        exact = rows.keys[column].rows_of(code) if isinstance(code, str) and not self._is_prefix[column] else ()
        loose, held = self._loose[column], self._by_prefix[column]
        if not loose and not held and len(exact) < 2:
            return [rows[n] for n in exact]
        places = {*exact, *loose}
        if held and isinstance(code, str):
            for n in range(1, len(code) + 1):
                places.update(held.get(code[:n], ()))
        return [rows[n] for n in sorted(places)]

    def by_cell(self, column: int, day: int, held: Iterable[Any]) -> tuple[dict[Any, list[Any]], list[Any]]:
        """Codes by the cells that the rows in force have for them in a column, and those with a 待编 one (of a plain table)."""
        rows, places = self.table.rows, self.table.rows.keys[0]
        found: dict[Any, list[Any]] = {}
        uncoded: list[Any] = []
        for code in held:
            for p in places.rows_of(code) if code is not ABSENT else ():
                if in_force(rows[p], day):
                    cell = rows[p].cells[column]
                    if cell is UNKNOWN:
                        uncoded.append(code)
                    elif cell is not EMPTY:
                        found.setdefault(cell, []).append(code)
        return found, uncoded

    def may_be_alike(self, column: int, row: Row, day: int) -> bool:
        """Whether some other row in force may have the same cell as `row` because one of the two is 待编."""
        rows = self.table.rows
        if row.cells[column] is UNKNOWN:
            return any(r is not row and in_force(r, day) for r in rows)
        uncoded = self._uncoded.get(column)
        if uncoded is None:
            cells = rows.cells[column]
            is_any = any(value is UNKNOWN for value in cells.distinct())
            uncoded = self._uncoded[column] = tuple(n for n in range(len(rows)) if cells[n] is UNKNOWN) if is_any else ()
        return any(in_force(rows[n], day) for n in uncoded)

    def is_loose(self, column: int) -> bool:
        """Whether some key of a column is no plain code."""
        return bool(self._loose[column] or self._by_prefix[column])

    def knows(self, column: int, value: Any) -> bool:
        """Whether some row, in force or not, may speak of a value of a key column."""
        if value.__class__ is Unsure:
            return len(self.table.rows) > 0
        if isinstance(value, str) and not self._is_prefix[column] and self.table.rows.keys[column].rows_of(value):
            return True
        return any(self.says(row, column, value) is not False for row in self.near(column, value))

    def meant(self, lines: Iterable[Any], values: Mapping[Any, list[Any]], unknown: list[Any]) -> Iterable[Any]:
        """The lines that some row may mean by its first key. values, unknown: the lines by what that key is compared with."""
        if not len(self.table.rows):
            return ()  # a table of a pack that is still to be filled
        if self._loose[0] or self._by_prefix[0]:
            return lines
        keys = self.table.rows.keys[0]
        if len(keys.codes) < len(values):
            found = [m for code in keys.codes if code in values for m in values[code]]
        else:
            found = [m for value, held in values.items() if isinstance(value, str) and keys.rows_of(value) for m in held]
        wanted = {id(m) for m in (*found, *unknown)}
        return [m for m in lines if id(m) in wanted] if wanted else ()

    def may_be_any(self, entity: Any, column: int) -> bool:
        """Whether every row may speak of an entity, and none certainly does: what a key column asks for is not known."""
        if self.has_prefixes or self.is_loose(column) or (self.table.key_kind != "pair" and len(self._fields) > 1):
            return False
        return self.fact(entity, column).__class__ is Unsure

    def looked_at(self, entity: Any, column: int) -> int:
        """How many rows have to be looked at to find those that match."""
        code = self.fact(entity, column)
        if code.__class__ is Unsure:
            return len(self.table.rows)
        return 1 + len(self._loose[column]) + (len(self.table.rows.keys[column].rows_of(code)) if isinstance(code, str) else 0)

    def says(self, row: Row, column: int, code: Any) -> Truth:
        """Whether one key cell means a code."""
        keys = row.keys[column]
        if not keys:
            return True
        if code.__class__ is Unsure:
            return code
        if code is ABSENT:
            return False
        answers: list[Truth] = []
        for j, key in enumerate(keys):
            if isinstance(key, CodeSet):
                answers.append(is_member(key, code, "" if key.name else f"table:{self.table.name}"))
            elif isinstance(key, str) and self._prefixed(row, column, j):
                answers.append(code.startswith(key))
            else:
                answers.append(key == code)
        return disj(answers)

    def _reach(self, row: Row, code: Any) -> int:
        """How long the key is by which a row means a code."""
        best = 0
        for j, key in enumerate(row.keys[0]):
            if isinstance(key, str):
                if key == code:
                    return WHOLE
                if self._prefixed(row, 0, j) and code.startswith(key):
                    best = max(best, len(key))
        return best

    def match(self, row: Row, entity: Any, day: int, column: int = -1) -> Truth:
        """Whether a row speaks of an entity (of a pair table: by one key column), given the rows in force on `day`."""
        columns = (column,) if column >= 0 else tuple(range(len(self._fields)))
        codes = [self.fact(entity, c) for c in columns]
        base = conj([self.says(row, c, code) for c, code in zip(columns, codes, strict=True)])
        code = codes[0]
        if base is False or not self.has_prefixes or columns[0] != 0 or code.__class__ is Unsure or code is ABSENT:
            return base
        own = self._reach(row, code)
        beaten = [
            conj([self.says(r, c, k) for c, k in zip(columns, codes, strict=True)])
            for r in self.near(0, code) if r is not row and in_force(r, day) and self._reach(r, code) > own
        ]
        return conj((base, neg(disj(beaten))))

    def of_code(self, code: Any, day: int, column: int = 0) -> list[tuple[Row, Truth]]:
        """Rows in force that mean a known code, by a plain key column."""
        rows = self.table.rows
        if code is ABSENT:
            return []
        return [(row, True) for n in dict.fromkeys(rows.keys[column].rows_of(code)) if (row := rows[n]).valid_from <= day < row.valid_to]

    def matching(self, entity: Any, day: int, column: int = -1) -> Iterator[tuple[Row, Truth]]:
        """Rows in force that speak, or may speak, of an entity."""
        for row in self.near(max(column, 0), self.fact(entity, max(column, 0))):
            if in_force(row, day):
                answer = self.match(row, entity, day, column)
                if answer is not False:
                    yield row, answer

