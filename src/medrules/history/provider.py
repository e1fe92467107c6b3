"""The protocol between medrules and whatever holds earlier encounters."""
from __future__ import annotations

from typing import Protocol

from medrules.history.earlier import Earlier
from medrules.history.need import Need

__all__ = ["HistoryProvider"]


class HistoryProvider(Protocol):
    """Answers what is known of a patient's earlier encounters. Called from worker threads, several at a time."""

    def earlier(self, need: Need) -> Earlier:
        """At least the encounters and lines that `need` names, and how complete they are.

        More than was asked for does no harm. Nothing later than `need.until` may be in it. Any exception, a late answer, or one that does
        not hold together is treated as no answer: the rules concerned say 待核.
        """
        ...
