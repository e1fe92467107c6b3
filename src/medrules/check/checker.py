"""The one entry of checking: files, tables, code sets and catalogues to a Program and diagnostics."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from medrules.check.clauses import Placed, Written
from medrules.check.context import World
from medrules.check.definitions import named_definitions
from medrules.check.lints import lint
from medrules.check.parameters import expanded_tables, parameter_tables
from medrules.check.program import ParamTable, Program
from medrules.check.reporting import MAX_ERRORS, Sink, Tally, TooMany
from medrules.check.rules import check_rule
from medrules.check.unread import unread_names
from medrules.diagnostics import Diagnostic, Source
from medrules.diagnostics.codes import diagnostic
from medrules.knowledge.catalogue import Catalogue
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import ParamCell, Table
from medrules.language import nodes as ast

__all__ = ["check"]


def check(
    files: Sequence[tuple[Source, ast.File]], tables: Mapping[str, Table], codesets: Mapping[str, CodeSet],
    catalogues: Mapping[str, Catalogue], *, pack: str = "", version: str = "", hash: str = "",
    sourced: bool = False, quiet_tables: frozenset[str] = frozenset(), failed_tables: frozenset[str] = frozenset(),
) -> tuple[Program, tuple[Diagnostic, ...]]:
    """Check the files of one pack together.

    Args:
        files: parsed files with their sources, in any order; names are pack-wide.
        tables, codesets, catalogues: under each of their names (both twins).
        sourced: warn of rules without 依据 or 说明. Asked of whole packs; a text checked alone need not have them.
        quiet_tables: files of tables whose lack of rows is not told: empty on purpose, or with wrong rows.
        failed_tables: names of tables that could not be read and are told to be wrong: not called missing as well.

    Returns:
        The Program of the rules without errors, and every diagnostic, file by file in the order of the text. With more than
        1,000 errors checking stops: the program is empty, and MR-G210 says so.
    """
    tally = Tally()
    sinks = [Sink(source, tally) for source, _ in files]
    shared = Sink(None, tally)
    try:
        program = _program(
            files, sinks, shared, tables, codesets, catalogues, pack, version, hash, sourced, quiet_tables, failed_tables)
    except TooMany:
        nothing: Mapping[str, Any] = MappingProxyType({})
        program = Program((), nothing, nothing, nothing, pack, version, hash)
        shared.found.append(diagnostic("MR-G210", None, None, limit=MAX_ERRORS))
    found = [*shared.found, *(d for sink in sinks for d in sorted(sink.found, key=_offset))]
    return program, tuple(found)


def _program(
    files: Sequence[tuple[Source, ast.File]], sinks: Sequence[Sink], shared: Sink, tables: Mapping[str, Table],
    codesets: Mapping[str, CodeSet], catalogues: Mapping[str, Catalogue], pack: str, version: str, hash: str, sourced: bool,
    quiet_tables: frozenset[str], failed_tables: frozenset[str],
) -> Program:
    """The rules without errors, with what they read. Raises TooMany."""
    parsed = [(file, sink) for (_, file), sink in zip(files, sinks, strict=True)]
    params, broken = parameter_tables([
        (d, sink) for file, sink in parsed for d in file.declarations if isinstance(d, ast.ParamDecl)])
    dated = expanded_tables(_both_names(tables), params, broken, shared)
    definitions = named_definitions([
        (d, sink) for file, sink in parsed for d in file.declarations if isinstance(d, ast.DefinitionDecl)])
    broken |= frozenset().union(*(unread_names(file, sink.source) for file, sink in parsed))
    world = World(dated, codesets, catalogues, params, definitions, broken, failed_tables)
    written = _written(parsed)
    checked = [check_rule(rule, written, world) for rule in written.values()]
    named = frozenset(
        name for t in tables.values() for column in t.rows.cells for cell in column.distinct() if isinstance(cell, ParamCell)
        for name in cell.params)
    lint(checked, world, parsed, shared, named, sourced, quiet_tables)
    rules = tuple(c.rule for c in checked if c.rule is not None)
    return Program(
        rules, MappingProxyType({t.name: t for t in dated.values()}), _by_own_name(params),
        MappingProxyType({c.name: c for c in catalogues.values()}), pack, version, hash,
    )


def _offset(d: Diagnostic) -> int:
    return d.span.start if d.span is not None else 0


def _both_names(tables: Mapping[str, Table]) -> dict[str, Table]:
    out: dict[str, Table] = dict(tables)
    for table in tables.values():
        out.setdefault(table.name, table)
        if table.en:
            out.setdefault(table.en, table)
    return out


def _by_own_name(params: Mapping[str, ParamTable]) -> Mapping[str, ParamTable]:
    return MappingProxyType({p.name: p for p in params.values()})


def _written(parsed: Sequence[tuple[ast.File, Sink]]) -> dict[str, Written]:
    """All rules by code; a code that is there twice is told."""
    out: dict[str, Written] = {}
    for file, sink in parsed:
        defaults = tuple(
            Placed(clause, sink) for d in file.declarations if isinstance(d, ast.DefaultDecl) for clause in d.clauses)
        for declaration in file.declarations:
            if not isinstance(declaration, ast.RuleDecl):
                continue
            if declaration.code in out:
                sink.add("MR-N114", declaration.name_span, rule=declaration.code)
                continue
            out[declaration.code] = Written(declaration, sink, defaults)
    return out


