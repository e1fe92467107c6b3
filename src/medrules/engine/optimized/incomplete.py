"""A request of the common kind in which some line has no code or no day: the lines that have both are judged as usual.

What such a line leaves open beside others is said for whole days (pairs) or asked three-valued (windows); of itself one entry says that it
could not be judged. Whatever is not so simple gives None for the whole request, and `Review` judges it line by line.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from medrules.engine.metering import Meter, StepBudget
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.making import make_report, ref_of_line
from medrules.engine.optimized.pairs import touched
from medrules.engine.optimized.quick import quick_answers
from medrules.engine.optimized.values import strangers
from medrules.engine.report import line_order
from medrules.model.facts import Facts
from medrules.model.reports import Report, Unjudged
from medrules.model.single import Single
from medrules.model.values import ABSENT, UNKNOWN

if TYPE_CHECKING:
    from medrules.engine.optimized.evaluator import Evaluator

__all__ = ["incomplete_report"]

MOST: Final = 300  # lines, and candidates among them: more are counted against the budget of steps
FEW: Final = 20  # findings whose texts may each be worked out without counting them together


def incomplete_report(e: Evaluator, facts: Facts) -> Report | None:
    """The report; None, or any exception, if the request is to be judged with more care. For plans whose rules all ask for lines
    (`Evaluator.only_lines`)."""
    encounter = _only_stay(facts)
    if encounter is None:
        return None
    lines: tuple[Any, ...] = encounter.items
    items: list[Any] = []
    codes: list[str] = []
    days: list[int] = []
    uncoded: list[Any] = []
    undated: list[Any] = []
    for m in lines:
        code, on = m.code, m.on
        if code is ABSENT or m.is_current is False or m.piece_of is not None:
            return None
        if m.at is UNKNOWN:
            if on is not UNKNOWN or code is UNKNOWN:
                return None
            undated.append(m)
        elif on is UNKNOWN:
            return None
        elif code is UNKNOWN:
            uncoded.append(m)
        else:
            items.append(m)
            codes.append(code)
            days.append(on)
    if (uncoded and not e.plain_pairs) or (undated and e.pair_rules and any(
            m.on is not UNKNOWN for m in touched(lines, undated, e.plan.pairs, e.partners, e.pairs_by_day))):
        return None
    single = Single(encounter, tuple(items), tuple(codes), tuple(days), True)
    out: list[Any] = []
    near: list[Any] = []
    box: list[Any] = [None, e.tables, facts, encounter, lines, True]
    unmatched = _looked(e, single, undated, bool(uncoded), box, out, near)
    meter = Meter(None, (e.budget or StepBudget()).floor)  # no rule may take less than all of them take here
    ground = Ground(facts, meter)
    answers = quick_answers(e, facts, single, out, near, box, ground) if out or near else ([], [])
    if answers is None:
        return None
    hits, open_ = answers
    for number in e.pair_rules if uncoded else ():
        if number in e.at_stage[facts.stage]:
            settled = frozenset([id(h[1]) for h in hits if h[0].number == number])
            beside = e.fallback.beside(number, items, uncoded, settled, ground)
            if beside is None:
                return None
            open_.extend(beside)
    meter.spend(len(near) * len(lines) + (0 if box[0] is None else box[0].steps))
    meter.turn(0)  # too many steps raise, and each rule is counted for itself (`Review`)
    unjudged = [*(Unjudged(ref_of_line(m), "code") for m in uncoded), *(Unjudged(ref_of_line(m), "date") for m in undated)]
    if len(unjudged) > 1:
        unjudged = sorted(set(unjudged), key=_place)
    made = e.settler.decided(facts, hits, unmatched, open_, e.words(False) if len(hits) > FEW else None)
    return make_report(
        made.findings, made.undecided, tuple(unjudged), (), made.deductions, unmatched, made.notes,
        (made.pack, made.pack_version, made.pack_hash), made.engine_version)


def _only_stay(facts: Facts) -> Any:
    """The encounter, if it is all that the request is about; None otherwise."""
    if facts.unjudged or len(facts.current) != 1 or len(facts.patients) != 1:
        return None
    stays: Any = facts.patients[0].encounters
    (encounter,) = facts.current
    if stays is UNKNOWN or stays is ABSENT or len(stays) != 1 or stays[0] is not encounter:
        return None
    items, operations = encounter.items, encounter.operations
    if items is UNKNOWN or len(items) > MOST or (operations is not UNKNOWN and operations):
        return None
    return encounter


def _looked(e: Evaluator, single: Single, undated: list[Any], is_open: bool, box: list[Any], out: list[Any], near: list[Any]) -> int:
    """Fills the candidates; the number of lines that no table knows."""
    encounter, items, codes, days, _ = single
    missed: list[Any] = []
    held = frozenset((*codes, *[m.code for m in undated]) if undated else codes)
    alone = UNKNOWN if is_open else len(held) == len(codes) + len(undated)
    e.loop(encounter, items, codes, days, e.tables.in_force(codes, days), held, alone, True, box, out, near, missed)
    if e.plan.strangers:
        missed.extend(strangers(e.plan.strangers, items))
    return len(missed) + sum([not e.tables.knows(m.code) for m in undated])


def _place(entry: Unjudged) -> Any:
    return line_order(entry.anchor), entry.reason
