"""A table without rows: its rules can find nothing."""
from __future__ import annotations

from collections.abc import Sequence

from medrules.check.context import World
from medrules.check.reporting import Sink
from medrules.check.rows import table_of
from medrules.check.rules import CheckedRule

__all__ = ["empty_tables"]


def empty_tables(checked: Sequence[CheckedRule], world: World, shared: Sink, quiet: frozenset[str]) -> None:
    """Told once for each table, at its file. `quiet`: files of tables that are empty on purpose or told to be wrong."""
    used = {table_of(c.rule.scope) for c in checked if c.rule is not None}
    for name in sorted(used - {""}):
        table = world.tables[name]
        if not table.rows and table.file not in quiet:
            shared.add("MR-W303", None, place=table.file or name, table=name)
