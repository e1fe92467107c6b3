"""A cell that is read both ways: empty would satisfy one condition and stop the other, so no author can have meant it."""
from __future__ import annotations

from collections.abc import Mapping

from medrules.check.program import Col
from medrules.check.reporting import Sink
from medrules.diagnostics import Span

__all__ = ["check_polarity"]


def check_polarity(recorded: Mapping[Col, Mapping[bool, tuple[Sink, Span | None]]], span: Span) -> None:
    """Told at the second of the two readings; `span` is the rule's name, for a reading that has no place."""
    for column, ways in recorded.items():
        if len(ways) > 1:
            sink, second = list(ways.values())[-1]
            sink.add("MR-C212", second or span, table=column.table, column=column.column)
