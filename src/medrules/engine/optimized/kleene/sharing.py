"""Answers that stay open are found once for all lines of a request that look alike to a rule (see `alike`)."""
from __future__ import annotations

from typing import Any, Final

from medrules.engine.optimized.kleene.alike import Kin
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.kleene.subjects import day_judged
from medrules.engine.optimized.kleene.verdicts import LineRule
from medrules.engine.optimized.making import make_undecided, ref_of_line
from medrules.model.reports import Undecided, Unjudged
from medrules.model.values import UNKNOWN

__all__ = ["ALONE", "shared_answer"]


class _Alone:
    """What is said of a line has to be found for it alone."""


ALONE: Final = _Alone()
_NEW: Final = object()


def shared_answer(rule: LineRule, line: Any, ground: Ground) -> Undecided | Unjudged | _Alone | None:
    """What stays open of a line whose key is not known; None if the rule says nothing of it."""
    like, facts = rule.alike, ground.facts
    if like is None or facts.attestations or facts.declarations or line.code is UNKNOWN or not like.is_open(line):
        return ALONE
    day = day_judged(line, ground)
    if day is None:
        return ALONE
    kin: Kin | None = None
    mark: tuple[Any, ...]
    if like.looks_around:
        place = rule, id(ground.lines(line))
        kin = ground.alike.get(place, _NEW)
        if kin is _NEW:
            kin = ground.alike[place] = like.kin(line, ground)
        if kin is None:
            return ALONE
        mark = rule, place[1], kin.standing(line, ground)
    else:
        mark = rule, like.look(line, ground)
    found = ground.alike.get(mark, _NEW)
    if found is _NEW:
        v = rule.judge(line, ground if kin is None else ground.among(kin.around(line)), like.rows.on(day))
        found = ground.alike[mark] = None if v is None else ALONE if v.answer is True else rule.open_entry(v)
    elif found.__class__ is Undecided:
        return make_undecided(found.rule, found.sub_rule, found.name, ref_of_line(line), found.causes, found.rows)
    return found  # type: ignore[no-any-return]
