"""Earlier lines and stays of a patient, with their completeness, for the rules that look back.

Takes → facts of one request and a provider. Gives → the same facts with what the rules under way need of earlier encounters, or as they were,
with a note. Never → judges anything, asks for more than the active rules need, lets a provider's failure, lie or slowness reach the caller
as an error, or takes what it did not get for "there was none".

    facts ─ needs (from plan.lookback) ─ Need ─ cached asking, with a deadline ─ provider ─ Earlier ─ checking ─ merging ─ facts
                                                                                 └ files · sql (extra) · your own
"""
from __future__ import annotations

from medrules.history.earlier import Earlier, earlier_of
from medrules.history.need import Codes, Need, Part
from medrules.history.provider import HistoryProvider
from medrules.history.reviewing import HistoryLimits, WithHistory

__all__ = ["Codes", "Earlier", "HistoryLimits", "HistoryProvider", "Need", "Part", "WithHistory", "earlier_of"]
