"""A rule that does not say what it rests on, or what it tells the reader. Asked of packs, not of texts checked alone."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from medrules.check.clauses import Placed, head_word
from medrules.check.rules import CheckedRule

__all__ = ["PLACEHOLDER", "provenance"]

PLACEHOLDER: Final = "待填"  # what the template of a new family leaves to its author
_ASKED: Final = (("basis", "MR-W309"), ("message", "MR-W310"))


def provenance(checked: Sequence[CheckedRule]) -> None:
    """依据 and 说明 of every rule, with what 同 and 默认 bring along. A clause that could not be read is told elsewhere."""
    for one in checked:
        expanded, written = one.expanded, one.written
        if expanded.broken:
            continue
        for key, code in _ASKED:
            placed = expanded.single.get(key)
            if placed is None:
                if key not in expanded.unread:
                    written.sink.add(code, written.rule.name_span, rule=written.rule.code)
            elif PLACEHOLDER in _text(placed):
                placed.sink.add("MR-W311", placed.clause.body.span, key=head_word(key), word=PLACEHOLDER)


def _text(placed: Placed) -> str:
    source, span = placed.sink.source, placed.clause.body.span
    return source.text[span.start:span.end] if source is not None else repr(placed.clause.body)
