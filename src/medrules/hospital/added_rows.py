"""Rows that a lower layer adds to tables of upper layers: `rows/<table>.csv`, in the columns of that table, each with a 地区 of its own.

A row may only add: it has a knowledge point of its own, counts in the layer's area only (T20, T26), and is refused where it could let
through what a mandatory rule catches.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medrules.check.program import Const, In, Lookup, Program, Rule
from medrules.check.reads import scope_roots
from medrules.check.rows import table_of
from medrules.check.walk import nodes
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.hospital.layer import Layer
from medrules.hospital.levels import area_of
from medrules.hospital.problems import LayerProblem, problem
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.declaration import Declaration, read_declaration
from medrules.knowledge.reader import read_rows
from medrules.knowledge.table import Row, Rows, Table

__all__ = ["AddedRows", "add_rows", "check_use"]

AddedRows = Mapping[str, Sequence[tuple[Layer, int]]]  # table → (layer, how many rows it adds)


def add_rows(
    tables: dict[str, Table], uppers: Sequence[Layer], layer: Layer, codesets: Mapping[str, CodeSet], problems: list[LayerProblem],
    diagnostics: list[Diagnostic], added: dict[str, list[tuple[Layer, int]]],
) -> None:
    """Put the layer's rows into `tables` (under each of their names), and what was added into `added`."""
    for file in sorted(layer.rows):
        place = f"{layer.name}/rows/{file}"
        declared = _declaration(uppers, file.removesuffix(".csv"))
        if declared is None or declared.name not in tables:
            problems.append(problem("MR-P406", place, "上层没有这个名字的知识表", "no upper layer has a table of this name"))
            continue
        if declared.unique:
            problems.append(problem("MR-P406", place, "「查」用的表一个键一行，不能加行", "a table for lookups has one row per key; none can be added"))
            continue
        table, found = read_rows(declared, layer.rows[file], codesets, place)
        errors = [d for d in found if d.severity is Severity.ERROR]
        diagnostics.extend(errors)
        if table is None or errors:
            continue
        old = tables[declared.name]
        taken = {old.rows.points[n] for n in range(len(old.rows))}
        new = [row for row in table.rows if _may_stand(row, taken, layer, place, problems)]
        rows = Rows.of([*old.rows, *new], len(old.key_fields), len(old.columns))
        for name in (declared.name, declared.en):
            if name:
                tables[name] = replace(old, rows=rows)
        added.setdefault(declared.name, []).append((layer, len(new)))


def _declaration(uppers: Sequence[Layer], name: str) -> Declaration | None:
    """The declaration of a table of the upper layers, by either of its names."""
    for layer in uppers:
        for file in sorted(layer.contents):
            if "/tables/" not in file or not file.endswith(".toml"):
                continue
            declared, _ = read_declaration(Source(file, layer.contents[file].decode("utf-8-sig", "replace")))
            if declared is not None and name in (declared.name, declared.en):
                return declared
    return None


def _may_stand(row: Row, taken: set[str], layer: Layer, place: str, problems: list[LayerProblem]) -> bool:
    where, own = f"{place} 第 {row.line} 行", area_of(layer.manifest.adcode)
    if row.area is None or not row.area.startswith(own):
        problems.append(problem("MR-P406", where, f"「地区」要写本层的地区（以 {own} 开头）", f"地区 must name an area of this layer ({own}…)"))
        return False
    if row.point in taken:
        problems.append(problem("MR-P406", where, f"知识点号「{row.point[:40]}」上层已有，不能改写上层的行",
                                f"the upper layer has the point `{row.point[:40]}`: its rows are not rewritten"))
        return False
    return True


def check_use(program: Program, added: AddedRows, mandatory: Mapping[str, bool], problems: list[LayerProblem]) -> None:
    """Refuse rows where 地区 is not asked, or where one more row could let a mandatory rule's case through.

    Args:
        mandatory: by code of a rule of an upper layer.
    """
    for table, by in added.items():
        users = [r for r in program.rules if table_of(r.scope) == table]
        if not users or any(_asks(r, table) for r in program.rules):
            for layer, _ in by:
                problems.append(problem("MR-P406", f"{layer.name}/rows/{table}.csv", "只有规则「针对」的表能加行；这个表在条件里被查",
                                        "rows are added to tables that rules are about; this one is asked in conditions"))
        for rule in users:
            if rule.mode == "must" and mandatory.get(rule.code):
                for layer, _ in by:
                    problems.append(problem(
                        "MR-P408", f"{layer.name}/rows/{table}.csv", f"规则 {rule.code} 必须执行，它有一行满足即不提示，加行会削弱它",
                        f"rule {rule.code} is mandatory and is silent if one row is met: a row would weaken it"))


def _asks(rule: Rule, table: str) -> bool:
    """Whether a rule asks the table elsewhere than in its scope."""
    roots: list[Any] = [*scope_roots(rule.scope), rule.guard, rule.when, rule.deduct.expr, *(e for x in rule.exempt for e in (x.when, x.but))]
    return any(
        (isinstance(n, In) and n.how == "table" and isinstance(n.container, Const) and n.container.value == table)
        or (isinstance(n, Lookup) and n.table == table) for n in nodes(*roots))
