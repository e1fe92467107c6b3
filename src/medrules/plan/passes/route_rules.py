"""Chooses how each rule's bindings are found: by item code, as pairs, by scanning lines, or by asking the reference."""
from __future__ import annotations

from dataclasses import replace

from medrules.check.program import ItemScope, PairScope, Program, Rule
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.columns import KeyColumn
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
            if codes.except_exact or codes.except_prefixes:  # an index by prefix would find what is taken out again
                return Route(number, "whole", "a code set with exceptions")
            return Route(number, "code")
        case ItemScope(relation="item"):
            return Route(number, "scan")
        case PairScope(table=table):
            return _by_pairs(number, program.tables[table])
        case _:
            return Route(number, "whole", type(rule.scope).__name__)


def _by_table(number: int, table: Table) -> Route:
    if table.key_fields and table.key_fields[0] == "code" and table.key_kind in ("code", "prefix", "combination"):
        if len(table.key_fields) > 1 and table.rows.prefix_rows():
            return Route(number, "whole", "prefixes beside further keys")
        if _lists_codes(table.rows.keys[0]):
            return Route(number, "code", "" if len(table.key_fields) == 1 else "further keys are asked exactly")
        return Route(number, "whole", "keys that are code sets")
    return Route(number, "whole", f"key {table.key_kind} by {'、'.join(table.key_fields)}")


def _by_pairs(number: int, table: Table) -> Route:
    keys = table.rows.keys[:2]
    if table.key_fields[:2] == ("code", "code") and keys[0].is_plain and keys[1].is_plain and (
        keys[0].starts is keys[1].starts is None
        or all(len(keys[0].key(row)) * len(keys[1].key(row)) <= MAX_PAIRS_PER_ROW for row in range(len(table.rows)))
    ):
        return Route(number, "pair")
    return Route(number, "whole", "pairs that are not plain codes")


def _lists_codes(keys: KeyColumn) -> bool:
    """Whether every row lists codes or prefixes of codes, and nothing else."""
    return all(cell and all(isinstance(key, str) for key in cell) for cell in keys.odd.values())
