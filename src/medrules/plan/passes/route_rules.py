"""Chooses how each rule's bindings are found: by item code, as pairs, by scanning lines, or by asking the reference."""
from __future__ import annotations

from dataclasses import replace

from medrules.check.program import ItemScope, PairScope, Program, Rule
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Table
from medrules.plan.draft import Draft
from medrules.plan.plan import Route

__all__ = ["route_rules"]

MAX_PAIRS_PER_ROW = 10_000


def route_rules(draft: Draft) -> Draft:
    return replace(draft, routes=tuple(_route(n, rule, draft.program) for n, rule in enumerate(draft.program.rules)))


def _route(number: int, rule: Rule, program: Program) -> Route:
    match rule.scope:
        case ItemScope(relation="item", table=table, codes=None) if table:
            return _by_table(number, program.tables[table])
        case ItemScope(relation="item", table="", codes=CodeSet() as codes):
            if codes.system != "item":
                return Route(number, "whole", f"codes of {codes.system}")
            if codes.partial:
                return Route(number, "whole", "part of the code set is 待编")
            return Route(number, "code")
        case ItemScope(relation="item"):
            return Route(number, "scan")
        case PairScope(table=table):
            return _by_pairs(number, program.tables[table])
        case _:
            return Route(number, "whole", type(rule.scope).__name__)


def _by_table(number: int, table: Table) -> Route:
    if table.key_fields and table.key_fields[0] == "code" and table.key_kind in ("code", "prefix", "combination"):
        if len(table.key_fields) > 1 and any(any(row.prefix) for row in table.rows):
            return Route(number, "whole", "prefixes beside further keys")
        if all(isinstance(c, str) for row in table.rows for c in row.keys[0]) and all(row.keys[0] for row in table.rows):
            return Route(number, "code", "" if len(table.key_fields) == 1 else "further keys are asked exactly")
        return Route(number, "whole", "keys that are code sets")
    return Route(number, "whole", f"key {table.key_kind} by {'、'.join(table.key_fields)}")


def _by_pairs(number: int, table: Table) -> Route:
    plain = table.key_fields[:2] == ("code", "code") and all(
        len(row.keys) >= 2 and all(isinstance(c, str) for keys in row.keys[:2] for c in keys) and not any(row.prefix)
        and row.keys[0] and row.keys[1] and len(row.keys[0]) * len(row.keys[1]) <= MAX_PAIRS_PER_ROW
        for row in table.rows)
    if plain:
        return Route(number, "pair")
    return Route(number, "whole", "pairs that are not plain codes")
