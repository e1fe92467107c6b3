"""Key cells: the codes, prefixes, names, levels or code sets that a row is found by."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medrules.knowledge.cells import UNCODED, parse_cell
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.members import CODED, parse_code, parse_members, reference_name
from medrules.knowledge.problem import Problem
from medrules.model.types import Type

__all__ = ["parse_key", "parse_prefix_key"]


def parse_key(
    text: str, type: Type, codesets: Mapping[str, CodeSet], *, as_set: bool = False,
) -> tuple[Any, ...] | Problem:
    """What one key cell lists; () when it is empty.

    `as_set`: keep a set of codes whole (key kind "set") instead of spelling out its ICD prefixes.
    """
    cell = text.strip()
    if not cell or cell in UNCODED:
        return ()
    if cell[0] in "=@＝＠#" and isinstance(formula := parse_cell(cell, type), Problem):
        return formula
    if type.kind == "codeset":
        found = parse_members(type.name, cell.split("|"), codesets, text=cell)
        if isinstance(found, Problem):
            return found
        whole = as_set or found.name or found.exact or found.except_prefixes or found.partial
        return (found,) if whole else found.prefixes
    values: dict[Any, None] = {}
    for piece in cell.split("|"):
        item = piece.strip()
        if not item:
            return Problem("MR-K414", {"cell": cell[:40]})
        value = _one(item, type, codesets)
        if isinstance(value, Problem):
            return value
        values[value] = None
    return tuple(values)


def _one(item: str, type: Type, codesets: Mapping[str, CodeSet]) -> Any:
    if type.kind == "code" and reference_name(item) is not None:
        return parse_members(type.name, (item,), codesets, text=item)
    if type.kind == "code" and type.name in CODED:
        return parse_code(type.name, item)
    return parse_cell(item, type, codesets)


def parse_prefix_key(
    text: str, type: Type, codesets: Mapping[str, CodeSet],
) -> tuple[tuple[Any, ...], tuple[bool, ...]] | Problem:
    """A key cell that may list prefixes (`0031070102*`): what it lists, and which are prefixes (() when none is)."""
    values: list[Any] = []
    flags: list[bool] = []
    for piece in text.split("|"):
        item = piece.strip()
        is_prefix = item.endswith("*") and len(item) > 1
        found = parse_key(item[:-1] if is_prefix else item, type, codesets)
        if isinstance(found, Problem):
            return found
        if not found:
            blank = not text.strip() or text.strip() in UNCODED
            return ((), ()) if blank else Problem("MR-K414", {"cell": text[:40]})
        values.extend(found)
        flags.extend([is_prefix] * len(found))
    return tuple(values), tuple(flags) if any(flags) else ()
