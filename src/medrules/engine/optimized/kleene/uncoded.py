"""What a pair rule that asks for nothing but two codes of one day leaves open beside a line whose code is UNKNOWN.

Such a line may be the partner of every line of its day by every row, so no row and no binding is asked: the causes are the same for all
lines of a day and kind, the knowledge points are those of the line's own code (`held_rows`).
"""
from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from medrules.engine.optimized.kleene.ground import Ground, reader
from medrules.engine.optimized.kleene.truths import NOTHING, Truth, conj
from medrules.engine.optimized.kleene.verdicts import LineRule
from medrules.engine.optimized.kleene.windows import counts
from medrules.engine.optimized.lines import base
from medrules.engine.optimized.making import make_undecided
from medrules.model.reports import Undecided
from medrules.model.values import UNKNOWN

__all__ = ["beside_uncoded"]

_code = reader(("code",), "item.code")


def beside_uncoded(
    made: LineRule, lines: Iterable[Any], uncoded: Iterable[Any], settled: Container[int], ground: Ground
) -> Iterator[Undecided]:
    """One entry for each line that a line without code may stand in a pair with.

    Args:
        made: a pair rule whose table is blind (`PairOptions.is_blind`), of one day, without any condition.
        lines: of one encounter, with code and day. uncoded: lines of the same encounter with a day, without a code.
        settled: identities of the lines about which the rule has something else to say.
    """
    rule, pair = made.rule, made.pair
    assert pair is not None
    by_day: dict[int, list[Any]] = {}
    for u in uncoded:
        by_day.setdefault(u.on, []).append(u)
    causes: dict[tuple[int, str, bool], tuple[str, ...]] = {}
    for m in lines:
        day = m.on
        near = by_day.get(day)
        if near is None or not rule.valid_from <= day < rule.valid_to or id(m) in settled:
            continue
        points = pair.points(m.code, day)
        if not points:
            continue
        worth = base(m, rule.header.fees, ground.facts.door)
        if worth is not UNKNOWN and worth <= 0:
            continue
        own, kind = ground.is_reviewed(m), m.line_kind
        if kind.__class__ is str:
            key = day, kind, own
            why = causes.get(key)
            if why is None:
                why = causes[key] = _why(m, near, own, rule.header.fees, ground)
        else:
            why = _why(m, near, own, rule.header.fees, ground)
        if why:
            yield make_undecided(rule.parent, rule.code, rule.name, ground.ref(m), why, points)


def _why(line: Any, near: Iterable[Any], own: bool, fees: str, ground: Ground) -> tuple[str, ...]:
    """Why it is not known whether one of these lines is a partner; nothing if none can be."""
    causes = NOTHING
    for u in near:
        if own or ground.is_reviewed(u):
            answer: Truth = conj((_code(u), counts(u, line, fees, ground)))
            if answer is not False:
                causes = causes | answer.causes  # type: ignore[union-attr]
    return tuple(sorted(causes))
