"""The frozen object a door returns: one request (or one file of encounters), parsed values only."""
from __future__ import annotations

from typing import Any, Literal

from medrules.frozen import dataclass, field
from medrules.model.single import Single
from medrules.model.values import UNKNOWN, Instant

__all__ = ["Door", "Facts", "Stage"]

Stage = Literal["before", "during", "after"]


@dataclass(frozen=True, slots=True)
class Door:
    """Where facts come from, and which it can carry at all (field ids such as "encounter.rescue").

    A fact outside `carries` is UNKNOWN in scope and condition and "not declared" in exemptions (language.md 5).
    """

    name: str
    carries: frozenset[str] = field(repr=False)

    def can_carry(self, field_id: str) -> bool:
        return field_id in self.carries


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one request.

    patients     the people spoken of (one for a request, many for a file that is screened); each has `.encounters`, all of
                 them: under review and earlier ones. Encounter.items are net, raw_items as sent (model.netting).
    current      the encounters under review; their items with `is_current` not False are the anchors.
    business_time  as_of: later lines are not looked at.
    attestations, declarations  已核记录, 申报记录.
    unjudged     entries the door already knows cannot be judged (ill-formed codes, impossible dates): (kind, encounter, line,
                 position, reason, detail).
    notes        data-quality notes without personal data.
    """

    door: Door
    stage: Stage
    business_time: Instant
    patients: tuple[Any, ...]
    current: tuple[Any, ...]
    attestations: tuple[Any, ...] = ()
    declarations: tuple[Any, ...] = ()
    unjudged: tuple[tuple[str, str, str, int, str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())
    periods: Any = UNKNOWN  # 进销存 facts for screening, when given
    single: Single | None = field(default=None, repr=False, compare=False)  # lines by column, where nothing is unjudged
