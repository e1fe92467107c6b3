"""Which rows of a knowledge table match an entity: one key kind per table, and only the longest matching key where codes
are prefixes. Truth is Kleene: a key fact that was not sent makes the match unknown."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from medrules.engine.reference.truth import Truth, Unk, conj, disj, neg
from medrules.engine.reference.values import read
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Row, Table
from medrules.model.schema import SCHEMA
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["TableRows", "member_of"]

EXACT: Final = 1_000  # an exact code beats every prefix
MANY: Final = 16  # keys of one cell that are looked up rather than compared one by one


def member_of(codes: CodeSet, code: Any, cause: str = "") -> Truth:
    """Membership of a code read from facts (Unk and ABSENT pass through as unknown and false)."""
    if isinstance(code, Unk):
        return code
    if code is ABSENT:
        return False
    found = codes.member(code)
    return Unk(frozenset((cause or f"codeset:{codes.name}",))) if found is UNKNOWN else bool(found)


class TableRows:
    """The rows of one table, found by the entity that they speak of."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._many: dict[tuple[int, int], frozenset[Any]] = {}  # (id of a row, column) → its plain keys, where they are many
        self.has_prefixes = bool(table.rows.prefix_rows())
        self._all_prefixes = tuple(table.key_kind == "icd" or field.endswith("area") for field in table.key_fields)
        for keys in table.rows.keys:
            keys.found()  # sorted now, so that threads only read

    def _is_prefix(self, row: Row, column: int, j: int) -> bool:
        if column == 0 and j < len(row.prefix) and row.prefix[j]:
            return True
        return self._all_prefixes[column]

    def key_of(self, entity: Any, column: int) -> Any:
        """The fact of `entity` that key column `column` is matched with: its value, ABSENT, or Unk."""
        *owner, name = self.table.key_fields[column].split(".")
        key = type(entity).key
        link = SCHEMA.path(key, owner[0]) if owner else ()
        return read(entity, (*(link or ()), name), f"{owner[0] if owner else key}.{name}")

    def _length(self, row: Row, code: Any) -> int:
        """How long the key is that matches `code` in the first key column; 0 = none does."""
        best = 0
        for j, key in enumerate(row.keys[0]):
            if isinstance(key, str):
                if key == code:
                    return EXACT
                if self._is_prefix(row, 0, j) and code.startswith(key):
                    best = max(best, len(key))
        return best

    def column_matches(self, row: Row, column: int, code: Any) -> Truth:
        keys = row.keys[column]
        if not keys:
            return True
        if isinstance(code, Unk):
            return code
        if code is ABSENT:
            return False
        if len(keys) > MANY:
            many = self._many.get((id(row), column))
            if many is None and self._is_plain(row, column):
                many = self._many.setdefault((id(row), column), frozenset(keys))
            if many is not None:
                return code in many
        answers: list[Truth] = []
        for j, key in enumerate(keys):
            if isinstance(key, CodeSet):
                answers.append(member_of(key, code, f"table:{self.table.name}" if not key.name else ""))
            elif isinstance(key, str) and self._is_prefix(row, column, j):
                answers.append(code.startswith(key))
            else:
                answers.append(key == code)
        return disj(answers)

    def _is_plain(self, row: Row, column: int) -> bool:
        """Whether a key cell lists codes only."""
        return all(isinstance(key, str) and not self._is_prefix(row, column, j) for j, key in enumerate(row.keys[column]))

    def _keys(self, row: Row, entity: Any, columns: tuple[int, ...]) -> Truth:
        return conj(self.column_matches(row, i, self.key_of(entity, i)) for i in columns)

    def match(self, row: Row, entity: Any, day: int, column: int = -1) -> Truth:
        """Whether `row` matches `entity` (pair tables: by key column `column`), given the rows in force on `day`."""
        columns = (column,) if column >= 0 else tuple(range(len(self.table.key_fields)))
        base = self._keys(row, entity, columns)
        if base is False or not self.has_prefixes or columns[0] != 0:
            return base
        code = self.key_of(entity, 0)
        if isinstance(code, Unk) or code is ABSENT:
            return base
        own = self._length(row, code)
        longer = (
            self._keys(r, entity, columns) for r in self._near(entity, 0)
            if r is not row and in_force(r, day) and self._length(r, code) > own
        )
        return conj((base, neg(disj(longer))))

    def _near(self, entity: Any, column: int) -> Iterator[Row]:
        """Rows that may match: those listed under the code, and those whose key is no plain code."""
        code, rows = self.key_of(entity, column), self.table.rows
        if isinstance(code, Unk) or self._all_prefixes[column]:
            yield from rows
        else:
            if code is not ABSENT:
                yield from (rows[n] for n in rows.keys[column].rows_of(code))
            yield from (rows[n] for n in rows.keys[column].odd)

    def with_key(self, key: Any) -> Sequence[Row]:
        """Rows whose first key column may hold a value, in the order of the table."""
        rows = self.table.rows
        if self._all_prefixes[0] or not isinstance(key, str):
            return rows
        return [rows[n] for n in sorted({*rows.keys[0].rows_of(key), *rows.keys[0].odd})]

    def looked_at(self, entity: Any, column: int) -> int:
        """How many rows have to be looked at to find those that match."""
        code = self.key_of(entity, column)
        keys = self.table.rows.keys[column]
        if isinstance(code, Unk) or self._all_prefixes[column]:
            return len(self.table.rows)
        return 1 + (0 if code is ABSENT else len(keys.rows_of(code))) + len(keys.odd)

    def matching(self, entity: Any, day: int, column: int = -1) -> Iterator[tuple[Row, Truth]]:
        """Rows in force on `day` that match or may match, in the order of the table."""
        seen: set[int] = set()
        for row in self._near(entity, max(column, 0)):
            if id(row) in seen or not in_force(row, day):
                continue
            seen.add(id(row))
            answer = self.match(row, entity, day, column)
            if answer is not False:
                yield row, answer

    def knows(self, entity: Any) -> bool:
        """Whether some row, in force or not, speaks of the entity's code in any key column."""
        return any(
            self.column_matches(row, i, self.key_of(entity, i)) is not False
            for i in range(len(self.table.key_fields)) if "." not in self.table.key_fields[i]
            for row in self._near(entity, i)
        )


def in_force(row: Row, day: int) -> bool:
    return row.valid_from <= day < row.valid_to
