"""A rule that has to look at every line of a request."""
from __future__ import annotations

from medrules.check.context import World
from medrules.check.item_codes import named_codes
from medrules.check.program import ItemScope
from medrules.check.rules import CheckedRule

__all__ = ["scans"]


def scans(checked: CheckedRule, world: World) -> None:
    rule = checked.rule
    if rule is None or not isinstance(rule.scope, ItemScope) or rule.scope.table or rule.scope.codes is not None:
        return
    if any(named_codes(part).codes is not None for part in (rule.scope.where, rule.when if rule.mode == "when" else None) if part is not None):
        return
    checked.written.sink.add("MR-W308", checked.expanded.single["for"].clause.span)
