"""A cell of a declared type, to its run-time value or a problem. The one place that knows how each column type looks.

Empty is `EMPTY` (不限); `待编` is UNKNOWN; `参数.名` is a `ParamCell`. Codes are never repaired; words and numbers may
be full-width.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.members import parse_code, parse_members
from medrules.knowledge.numbers import parse_number
from medrules.knowledge.params import PARAM, BuildValue
from medrules.knowledge.problem import Problem
from medrules.knowledge.ranges import parse_range
from medrules.knowledge.table import EMPTY, ParamCell
from medrules.knowledge.windows import parse_window
from medrules.model.enumerations import ENUMERATIONS
from medrules.model.folding import fold_text
from medrules.model.levels import SCALES
from medrules.model.types import Type
from medrules.model.values import UNKNOWN

__all__ = ["MAX_CELL", "SPREADSHEET_ERRORS", "UNCODED", "parse_cell", "parse_date", "shown"]

MAX_CELL: Final = 100_000  # characters; the longest published key cell has 22,127

UNCODED: Final = frozenset({"待编", "uncoded"})
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLS: Final = MappingProxyType({"是": True, "yes": True, "true": True, "否": False, "no": False, "false": False})
SPREADSHEET_ERRORS: Final = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!")
_NO_CODESETS: Final[Mapping[str, CodeSet]] = MappingProxyType({})


def parse_cell(text: str, type: Type, codesets: Mapping[str, CodeSet] = _NO_CODESETS) -> Any:
    """The value of a cell: a plain value of `type`, EMPTY, UNKNOWN, a `ParamCell`, or a `Problem`."""
    cell = text.strip()
    if not cell:
        return EMPTY
    if cell in UNCODED:
        return UNKNOWN
    if len(cell) > MAX_CELL:
        return Problem("MR-K207", {"length": str(len(cell)), "limit": str(MAX_CELL)})
    if cell[0] in "=@＝＠#" and _is_formula(cell, type):
        return Problem("MR-K412", {"cell": shown(cell)})
    match type.kind:
        case "text":
            return cell
        case "code":
            return _code(cell, type.name)
        case "codeset":
            return parse_members(type.name, cell.split("|"), codesets, text=cell)
        case "list":
            return _list(cell, type)
    cell = fold_text(cell)
    match type.kind:
        case "range":
            return parse_range(cell, type.of or type)
        case "frame":
            return parse_window(cell)
    named = PARAM.fullmatch(cell)
    if named is not None:
        name = named[1] or named[2]
        return ParamCell((name,), cell, BuildValue(name), (type,))
    match type.kind:
        case "bool":
            value = _BOOLS.get(cell.lower())
            return Problem("MR-K407", {"cell": shown(cell)}) if value is None else value
        case "num":
            return parse_number(cell, type)
        case "level":
            return _level(cell, type.name)
        case "date":
            return parse_date(cell)
    raise ValueError(f"no cell has type {type.kind}")


def _is_formula(cell: str, type: Type) -> bool:
    """`=A1+1`, `@SUM(…)`, `#REF!`; but `=5` in a column of ranges is a range."""
    if cell[0] == "#":
        return cell.startswith(SPREADSHEET_ERRORS)
    return not (type.kind == "range" and cell[1:2].isdigit())


def parse_date(text: str) -> int | Problem:
    """`2025-01-01` as an ordinal day. Other forms of ISO 8601 (weeks, `20250101`) are refused: few people can read them."""
    try:
        if _DAY.fullmatch(text) is not None:
            return date.fromisoformat(text).toordinal()
    except ValueError:
        pass
    return Problem("MR-K411", {"cell": shown(text)})


def shown(cell: str) -> str:
    """A cell as a message quotes it: short."""
    return cell if len(cell) <= 40 else f"{cell[:38]}……"


def _code(cell: str, name: str) -> str | Problem:
    enumeration = ENUMERATIONS.get(name)
    if enumeration is None:
        return parse_code(name, cell)
    word = fold_text(cell)
    value = enumeration.value_of(word)
    if value is None:
        words = "、".join(w.zh for w in enumeration.words)
        return Problem("MR-K410", {"cell": shown(cell), "name": enumeration.zh, "words": words})
    return value


def _list(cell: str, type: Type) -> tuple[str, ...] | Problem:
    values: dict[str, None] = {}
    for piece in cell.split("|"):
        if not piece.strip():
            return Problem("MR-K414", {"cell": shown(cell)})
        value = _code(piece.strip(), type.name)
        if isinstance(value, Problem):
            return value
        values[value] = None
    return tuple(values)


def _level(cell: str, name: str) -> int | Problem:
    scale = SCALES[name]
    rank = scale.rank(cell.replace(" ", "_"))
    if rank is None:
        words = "、".join(step.zh for step in scale.steps)
        return Problem("MR-K409", {"cell": shown(cell), "name": scale.zh, "words": words})
    return rank
