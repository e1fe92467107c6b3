"""What part of a line a rule judges and may deduct from (费用), less what earlier reports deducted (T28, T42)."""
from __future__ import annotations

from typing import Any

from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import add, cause_of, causes_of
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["base_of"]


def _fen(item: Any, name: str) -> Any:
    raw = getattr(item, name, UNKNOWN)
    if raw is UNKNOWN:
        return Unk(frozenset((cause_of(item, name, f"item.{name}"),)))
    return 0 if raw is ABSENT else raw


def base_of(item: Any, fees: str, facts: Facts) -> int | Unk:
    """Fen that a rule with these fees may deduct from a line; Unk when an amount it needs was not sent."""
    match fees:
        case "all":
            whole = _fen(item, "amount")
        case "account":
            whole = _fen(item, "account_paid")
        case _:
            amount, own = _fen(item, "amount"), _fen(item, "self_paid")
            whole = amount if amount == 0 else Unk(causes_of((amount, own))) if isinstance(own, Unk) else add(amount, -own)
    earlier = _fen(item, "already_deducted")
    if isinstance(earlier, Unk) and not facts.door.can_carry("ledger"):
        earlier = 0
    if isinstance(whole, Unk) or isinstance(earlier, Unk):
        return Unk(causes_of((whole, earlier)))
    return int(whole - earlier)
