"""One row of a knowledge table, and what may stand in its cells."""
from __future__ import annotations

from typing import Any, Final

from medrules.frozen import dataclass
from medrules.model.types import Type

__all__ = ["EMPTY", "Empty", "ParamCell", "Row"]


class Empty:
    """An empty cell: no restriction (不限). Not UNKNOWN: `待编` is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "EMPTY"

    def __reduce__(self) -> str:
        return "EMPTY"


EMPTY: Final = Empty()


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
