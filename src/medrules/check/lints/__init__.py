"""Lints: what is allowed and yet hardly meant. One file per lint; each looks at what was checked and adds warnings."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from medrules.check.context import World
from medrules.check.lints.cells_in_or import cells_in_or
from medrules.check.lints.dead_exemptions import dead_exemptions
from medrules.check.lints.empty_tables import empty_tables
from medrules.check.lints.provenance import provenance
from medrules.check.lints.scans import scans
from medrules.check.lints.unused_lets import unused_lets
from medrules.check.lints.unused_names import unused_names
from medrules.check.reporting import Sink
from medrules.check.rules import CheckedRule
from medrules.language import nodes as ast

__all__ = ["RULE_LINTS", "lint"]

# Lints that look at one rule, in the order they run.
RULE_LINTS: Final[tuple[Callable[[CheckedRule, World], None], ...]] = (unused_lets, dead_exemptions, cells_in_or, scans)


def lint(
    checked: Sequence[CheckedRule], world: World, parsed: Sequence[tuple[ast.File, Sink]], shared: Sink,
    params_in_tables: frozenset[str], sourced: bool = False, quiet_tables: frozenset[str] = frozenset(),
) -> None:
    """Run every lint. `params_in_tables` are the parameters that cells name; `sourced` and `quiet_tables` as in `check`."""
    for one in checked:
        for look in RULE_LINTS:
            look(one, world)
    if sourced:
        provenance(checked)
    empty_tables(checked, world, shared, quiet_tables)
    unused_names(checked, world, parsed, params_in_tables)
