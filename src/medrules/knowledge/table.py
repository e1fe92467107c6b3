"""A knowledge table in memory: typed columns, rows with validity, keys."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from medrules import frozen
from medrules.knowledge.columns import Rows
from medrules.knowledge.row import EMPTY, Empty, ParamCell, Row
from medrules.model.types import Type

__all__ = ["EMPTY", "Column", "Empty", "KeyKind", "ParamCell", "Row", "Rows", "Table"]

KeyKind = Literal["code", "prefix", "generic", "product", "combination", "pair", "icd", "set"]


@frozen.dataclass(frozen=True, slots=True)
class Column:
    """A typed column. `zh`/`en` are its twin names; a rule may use either."""

    zh: str
    en: str
    type: Type
    doc: str = ""


@frozen.dataclass(frozen=True, slots=True)
class Table:
    """A knowledge table. `key_kind` says how lines match (`table.toml`); `key_fields` the field of the judged entity
    that each key column is matched with ("code", "generic", "product", "institution.level", …). For key kind "pair"
    there are two key columns, both matched with `code` (or `generic`); `unordered` pairs match either way round."""

    name: str
    en: str
    key_kind: KeyKind
    key_fields: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Rows  # any rows are taken, and brought to this form
    unordered: bool = False
    doc: str = ""
    file: str = ""
    unique: bool = False  # one row per key and day, as `查` needs: the reader has made sure

    def __post_init__(self) -> None:
        if not isinstance(self.rows, Rows):
            object.__setattr__(self, "rows", Rows.of(self.rows, len(self.key_fields), len(self.columns)))

    def index_of(self, column: str) -> int:
        """Place of a column by its zh or en name; KeyError if there is none."""
        for i, c in enumerate(self.columns):
            if column in (c.zh, c.en):
                return i
        raise KeyError(column)

    def column(self, name: str) -> Column:
        return self.columns[self.index_of(name)]


Tables = Mapping[str, Table]
