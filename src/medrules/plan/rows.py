"""What rows of knowledge tables restrict beyond their keys."""
from __future__ import annotations

from medrules.knowledge.table import Row

__all__ = ["unrestricted"]


def unrestricted(row: Row) -> bool:
    """Whether a row narrows nothing of its rule's header (T20)."""
    return (
        row.result is None and row.stages is None and row.scenes is None and row.area is None and row.interaction is None)
