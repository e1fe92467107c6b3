"""A knowledge table in memory: typed columns, rows with validity, keys."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from medrules.model.types import Type

__all__ = ["EMPTY", "Column", "Empty", "KeyKind", "ParamCell", "Row", "Table"]


class Empty:
    """An empty cell: no restriction (不限). Not UNKNOWN: `待编` is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "EMPTY"

    def __reduce__(self) -> str:
        return "EMPTY"


EMPTY: Final = Empty()

KeyKind = Literal["code", "prefix", "generic", "product", "combination", "pair", "icd", "set"]


@dataclass(frozen=True, slots=True)
class ParamCell:
    """A cell that names parameters (`满 参数.老年年龄`). `build(values)` makes the cell's value from the parameters'
    values of a day, given by name; check expands such rows into one row per parameter version (semantics law 20).

    `types` are the types that the parameters must have, in the order of `params`. `build` takes numbers at the scale
    and in the unit of that type: check brings a parameter's value to it first. UNKNOWN (未定) gives UNKNOWN.
    """

    params: tuple[str, ...]
    text: str
    build: Any  # Callable[[Mapping[str, Any]], Any]
    types: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A typed column. `zh`/`en` are its twin names; a rule may use either."""

    zh: str
    en: str
    type: Type
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One knowledge point in force on days [valid_from, valid_to) (ordinals; 0 and 10**7 when open).

    keys   one tuple per key column; each holds the codes / names / prefixes (without `*`) / level ranks / CodeSets that
           the key cell lists. () for a key cell that is empty = any (never all of them).
           Key kind "icd": categories and codes, each a prefix of its children (ranges expanded); one CodeSet instead
           when the cell has exceptions or names a code set. A cell that names a code set always gives that one CodeSet.
    prefix which codes of the first key column are prefixes: same length as keys[0]; () when none is.
    cells  values of the table's columns in order: plain values of the column type, EMPTY, UNKNOWN (待编), ParamCell.
    Restrictions of reserved columns: None = as the rule says.
    """

    point: str  # 知识点号: the row's identity
    keys: tuple[tuple[Any, ...], ...]
    cells: tuple[Any, ...]
    valid_from: int = 0
    valid_to: int = 10_000_000
    prefix: tuple[bool, ...] = ()
    text: str = ""  # 原文
    source: str = ""  # 来源
    batch: str = ""  # 批次
    result: str | None = None  # definite | suspect | monitor
    interaction: str | None = None  # passive | soft | reason | hard
    stages: frozenset[str] | None = None
    scenes: frozenset[str] | None = None
    area: str | None = None  # 地区: prefix of the institution's area code
    excluded: tuple[str, ...] = ()  # 主项排除 (pair tables): codes that the first key does not mean
    same_site: bool = False  # 部位相同 (pair tables)
    coded: str = ""  # 编全: full | part | text
    line: int = 0  # line in the CSV, for diagnostics


@dataclass(frozen=True, slots=True)
class Table:
    """A knowledge table. `key_kind` says how lines match (`table.toml`); `key_fields` the field of the judged entity
    that each key column is matched with ("code", "generic", "product", "institution.level", …). For key kind "pair"
    there are two key columns, both matched with `code` (or `generic`); `unordered` pairs match either way round."""

    name: str
    en: str
    key_kind: KeyKind
    key_fields: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unordered: bool = False
    doc: str = ""
    file: str = ""
    unique: bool = False  # one row per key and day, as `查` needs: the reader has made sure

    def index_of(self, column: str) -> int:
        """Place of a column by its zh or en name; KeyError if there is none."""
        for i, c in enumerate(self.columns):
            if column in (c.zh, c.en):
                return i
        raise KeyError(column)

    def column(self, name: str) -> Column:
        return self.columns[self.index_of(name)]


Tables = Mapping[str, Table]
