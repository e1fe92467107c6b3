"""Turns `任一 就诊.诊断 属于 set` into one probe: the request's code prefixes, of the lengths that sets have, against the set's."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from medrules.check import program as ir
from medrules.plan.draft import Draft
from medrules.plan.rewrite import rebuild
from medrules.plan.shapes import CodesProbe

__all__ = ["probe_codes"]


def probe_codes(draft: Draft) -> Draft:
    return replace(draft, conditions={k: replace(c, test=_probed(c.test)) for k, c in draft.conditions.items()})


def _probed(node: Any) -> Any:
    match node:
        case ir.Quant(
            kind="any",
            over=ir.Members(role=role, path=path, where=None, var=var),
            body=body,
        ) if role in ("item", "encounter") and (found := _member_test(body, var)) is not None:
            below = path[1:] if role == "item" and path[:1] == ("encounter",) else path if role == "encounter" else None
            if below:
                field, codes = found
                return CodesProbe(below, field, codes)
            return node
        case ir.And() | ir.Or() | ir.Not():
            return rebuild(node, _probed)
        case _:
            return node


def _member_test(body: Any, var: str) -> tuple[tuple[str, ...], Any] | None:
    """(field path, code set) if the body asks whether the member's code is in a set; an ABSENT code is no member."""
    match body:
        case ir.Guard(atom=atom):
            return _member_test(atom, var)
        case ir.And(args=(ir.Has(), atom)):
            return _member_test(atom, var)
        case ir.In(x=ir.Fact(role=role, path=path), container=ir.Const() | ir.Col() as codes, how="codes") if role == var:
            return path, codes
        case _:
            return None
