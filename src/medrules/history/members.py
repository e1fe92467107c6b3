"""Which rows a line under review stands in, and which codes the lines beside it may have: so that not all lines have to be asked for."""
from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.program import Program, Rule
from medrules.history.need import Codes
from medrules.history.plainly import plainly_false
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY, Row, Table
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["MAX_CODES", "Members"]

MAX_FOUND: Final = 100_000
MAX_CODES: Final = 400  # beyond this all lines are asked for
_BY_FACT: Final = frozenset(("code", "generic", "product", "local_code", "name"))


class Members:
    """Looks rows and codes up in the tables of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._found: dict[tuple[str, int, str], tuple[Row, ...]] = {}  # table, key column, code → rows that may list it, once asked for
        self._alike: dict[tuple[str, int], _Alike] = {}

    def rows(self, rule: Rule, item: Any, column: int) -> Iterable[Row | None]:
        """The rows in which the line may stand as the judged line (of a pair: in key column `column`). None = some row, or none is needed."""
        scope = rule.scope
        if isinstance(scope, ir.ItemScope):
            if plainly_false(scope.where, scope.role, item):
                return ()
            if not scope.table:
                by_code = scope.codes is not None and scope.codes.system == "item" and item.code is not ABSENT
                return () if by_code and scope.codes is not None and scope.codes.member(item.code) is False else (None,)
        assert isinstance(scope, (ir.ItemScope, ir.PairScope))
        table = self._program.tables[scope.table]
        field = table.key_fields[column]
        if field not in _BY_FACT or table.key_kind == "icd":
            return (None,) if len(table.rows) else ()
        value = getattr(item, field)
        if value is UNKNOWN:
            return (None,) if len(table.rows) else ()
        is_pair = isinstance(scope, ir.PairScope)  # the row may be in force on the other line's day
        found = self._rows_of(table, column, value)
        return found if is_pair or not found else [row for row in found if row.valid_from <= item.on < row.valid_to]

    def _rows_of(self, table: Table, column: int, value: Any) -> tuple[Row, ...]:
        if not isinstance(value, str):
            return tuple(_near(table, column, value))
        held = self._found.get((table.name, column, value))
        if held is None:
            if len(self._found) >= MAX_FOUND:
                self._found.clear()
            held = self._found.setdefault((table.name, column, value), tuple(_near(table, column, value)))
        return held

    def of_window(self, window: ir.Window, item: Any, row: Row | None) -> Codes | None:
        """The codes that a member of the window may have; None = any."""
        for key in window.same:
            found = self._of_key(key, window.table, item, row)
            if found is not None:
                return found
        return self._of_filter(window.where, window, item, row)

    def _of_key(self, key: ir.SameKey, name: str, item: Any, row: Row | None) -> Codes | None:
        if key.kind == "field":
            return Codes(frozenset((item.code,))) if key.path == ("code",) and isinstance(item.code, str) else None
        if key.kind not in ("row", "column") or row is None or not name:
            return None
        table = self._program.tables[name]
        if table.key_fields[0] != "code":
            return None
        if key.kind == "row" or row.cells[key.column] is EMPTY:
            return codes_of_keys((row,), 0)
        alike = self._alike.get((name, key.column))
        if alike is None:
            alike = self._alike.setdefault((name, key.column), _Alike(table, key.column))
        return codes_of_keys(alike.of(row.cells[key.column]), 0)

    def _of_filter(self, where: ir.Expr | None, window: ir.Window, item: Any, row: Row | None) -> Codes | None:
        """What a filter leaves, where it names codes: any conjunct will do."""
        match where:
            case ir.And(args=args):
                return next((found for a in args if (found := self._of_filter(a, window, item, row)) is not None), None)
            case ir.Guard(columns=columns, atom=atom):
                if row is None or any(c.index < 0 or row.cells[c.index] is EMPTY for c in columns):
                    return None
                return self._of_filter(atom, window, item, row)
            case ir.In(x=ir.Fact(role=role, path=("code",)), container=container, how="codes") if role == window.var:
                return _of_set(container, row)
            case ir.In(x=ir.Ref(role=role), container=ir.Const(value=str(name)), how="table") if role == window.var:
                table = self._program.tables[name]
                return codes_of_keys(table.rows, 0) if table.key_fields[0] == "code" and len(table.rows) <= MAX_CODES else None
            case ir.Cmp(op="=", a=ir.Fact(path=("code",)) as a, b=ir.Fact(path=("code",)) as b) if {a.role, b.role} == {window.var, window.anchor}:
                return Codes(frozenset((item.code,))) if isinstance(item.code, str) else None
            case _:
                return None

    def of_pair(self, scope: ir.PairScope, row: Row | None) -> Codes | None:
        """Both codes of a row of pairs."""
        table = self._program.tables[scope.table]
        if row is None or table.key_fields[:2] != ("code", "code"):
            return None
        first, second = codes_of_keys((row,), 0), codes_of_keys((row,), 1)
        return None if first is None or second is None else Codes(first.exact | second.exact, (*first.prefixes, *second.prefixes))

    def groups(self, scope: ir.GroupScope, item: Any) -> Iterator[Codes | None]:
        """The code sets of the rows in whose group the line may be."""
        if item.code is ABSENT:
            return
        for cell in self._program.tables[scope.table].rows.cells[scope.column].distinct():
            if isinstance(cell, CodeSet) and cell.member(item.code) is not False:
                yield _of_codes(cell)


def _near(table: Table, column: int, value: Any) -> Iterator[Row]:
    rows, keys = table.rows, table.rows.keys[column]
    plain = keys.rows_of(value) if isinstance(value, str) else ()
    yield from (rows[n] for n in dict.fromkeys(plain))
    for n, cell in keys.odd.items():
        if n not in plain and (not cell or any(_may_match(key, value) for key in cell)):
            yield rows[n]


def _may_match(key: Any, value: Any) -> bool:
    if value is ABSENT:
        return False
    if isinstance(key, CodeSet):
        return key.member(value) is not False
    return not isinstance(key, str) or value.startswith(key)


class _Alike:
    """The rows of a table by their value in one column, sorted once: a national table is not looked through for every line."""

    def __init__(self, table: Table, column: int) -> None:
        cells = table.rows.cells[column]
        self._rows, self._numbers = table.rows, cells.numbers()
        self._values: dict[Any, list[int]] = {}  # a value may stand at several numbers
        self._unknown: list[int] = []
        for n, value in enumerate(cells.distinct()):
            if value is UNKNOWN:
                self._unknown.append(n)
            elif value is not EMPTY:
                self._values.setdefault(value, []).append(n)
        numbers = self._numbers if self._numbers is not None else ()
        self._order = array("I", sorted(range(len(numbers)), key=numbers.__getitem__))
        self._sorted = array("I", [numbers[row] for row in self._order])

    def of(self, own: Any) -> Iterator[Row]:
        """Rows with the same value, or one that is not known; all rows where the own value is not known."""
        if own is UNKNOWN or self._numbers is None:
            yield from self._rows
            return
        for n in (*self._values.get(own, ()), *self._unknown):
            start, end = bisect_left(self._sorted, n), bisect_right(self._sorted, n)
            yield from (self._rows[row] for row in self._order[start:end])


def codes_of_keys(rows: Iterable[Row], column: int) -> Codes | None:
    """All codes in a key column of some rows; None where they are too many, or not all known."""
    exact: set[str] = set()
    prefixes: set[str] = set()
    for row in rows:
        keys = row.keys[column]
        if not keys:
            return None
        for j, key in enumerate(keys):
            if isinstance(key, CodeSet):
                held = _of_codes(key)
                if held is None:
                    return None
                exact |= held.exact
                prefixes.update(held.prefixes)
            elif not isinstance(key, str):
                return None
            elif column == 0 and j < len(row.prefix) and row.prefix[j]:
                prefixes.add(key)
            else:
                exact.add(key)
        if len(exact) + len(prefixes) > MAX_CODES:
            return None
    return Codes(frozenset(exact), tuple(sorted(prefixes)))


def _of_set(container: ir.Expr, row: Row | None) -> Codes | None:
    match container:
        case ir.Const(value=CodeSet() as codes):
            return _of_codes(codes)
        case ir.Col(index=index) if row is not None and index >= 0 and isinstance(row.cells[index], CodeSet):
            return _of_codes(row.cells[index])
        case _:
            return None


def _of_codes(codes: CodeSet) -> Codes | None:
    if codes.partial or codes.system != "item" or len(codes.exact) + len(codes.prefixes) > MAX_CODES:
        return None
    return Codes(codes.exact, codes.prefixes)
