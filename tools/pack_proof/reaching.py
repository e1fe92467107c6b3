"""Whether each row of a table can be reached: some request makes a rule of the table speak of it.

A row that leaves everything to attest, or names what an area must first code, is reached when the rule asks (待核) because of it.
A row whose key names only code sets that are still empty waits for a mapping and is counted apart.
"""
from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from medrules.adapters.native import read_facts
from medrules.api import check_pack
from medrules.check import program as ir
from medrules.check.rows import table_of
from medrules.engine.reference.evaluator import Reference
from medrules.knowledge.table import Row, Table
from medrules.model.reports import Report

from .requests import codes_of, requests

__all__ = ["Reach", "reach"]


@dataclass(frozen=True, slots=True)
class Reach:
    """One table: its rows, how many were tried, which were not reached, how many wait for a mapping."""

    table: str
    rows: int
    tried: int
    missed: tuple[str, ...]
    waiting: int


def reach(root: Path, seed: int, most: int) -> Iterator[Reach]:
    """The reach of each table of a pack that has rows; a sample by `seed` where a table has more than `most`."""
    program = check_pack(root).program
    for table in {t.name: t for t in program.tables.values()}.values():
        rules = [r for r in program.rules if _uses(r, table.name)]
        if not table.rows or not rules:
            continue
        ready = [r for r in table.rows if all(codes_of(k) for k in r.keys if k)]
        chosen = ready if len(ready) <= most else random.Random(seed).sample(ready, most)
        made = Reference(replace(program, rules=tuple(rules), tables={table.name: table, **_asked(program, rules, table)}))
        missed = tuple(r.point for r in chosen if not _reached(made, table, r, list(ready)))
        yield Reach(table.name, len(table.rows), len(chosen), missed, len(table.rows) - len(ready))


def _uses(rule: ir.Rule, name: str) -> bool:
    return table_of(rule.scope) == name or (isinstance(rule.scope, ir.EachScope) and name in _named(rule))


def _named(rule: ir.Rule) -> set[str]:
    """Tables that a rule names outside its scope (全部 方.饮片 属于 知识表「…」)."""
    found: set[str] = set()
    stack: list[object] = [rule.when, rule.scope, *(e for _, e in rule.lets)]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif isinstance(one, ir.In) and one.how == "table" and isinstance(one.container, ir.Const):
            found.add(str(one.container.value))
        elif hasattr(one, "__dataclass_fields__"):
            stack.extend(getattr(one, f) for f in one.__dataclass_fields__ if f not in ("source", "span", "type"))  # type: ignore[attr-defined]
    return found


def _asked(program: ir.Program, rules: list[ir.Rule], table: Table) -> dict[str, Table]:
    """The other tables that these rules look into."""
    names = {n for r in rules for n in _named(r)} | {n.table for r in rules for n in _lookups(r)}
    return {n: t for n, t in program.tables.items() if n in names and n != table.name}


def _lookups(rule: ir.Rule) -> Iterator[ir.Lookup]:
    stack: list[object] = [rule.when, rule.deduct, *(e for _, e in rule.lets)]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif isinstance(one, ir.Lookup):
            yield one
        elif hasattr(one, "__dataclass_fields__"):
            stack.extend(getattr(one, f) for f in one.__dataclass_fields__ if f not in ("source", "span", "type"))  # type: ignore[attr-defined]


def _reached(made: Reference, table: Table, row: Row, others: list[Row]) -> bool:
    # Rows of one point at two times have one id: only this row's own text counts, by the day of the request.
    return any(_speaks(made.evaluate(read_facts(one)), made, row) for one in requests(table, row, others))


def _speaks(report: Report, made: Reference, row: Row) -> bool:
    rowless = any(isinstance(r.scope, (ir.EachScope, ir.GroupScope)) for r in made.program.rules)
    return any(row.point in f.rows for f in report.findings) or any(row.point in u.rows for u in report.undecided) or (
        rowless and bool(report.findings))
