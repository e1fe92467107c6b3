"""A request of the common kind whose candidates need little: a condition and a base, the witnesses of one 有 同期明细, a partner of the day.

Whatever needs more (a header condition, an exemption, a formula, a restricted row) gives None for the whole request, and the candidates
are judged one by one (`review`). Where a candidate touches UNKNOWN its condition is asked three-valued; what stays open is said here.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from medrules.engine.metering import Meter
from medrules.engine.optimized.fallback import Answers
from medrules.engine.optimized.judging import judge_line
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.lines import GROUP, base
from medrules.engine.optimized.names import UNSURE
from medrules.engine.optimized.rulecode import Hit, RuleCode
from medrules.engine.optimized.scene import scene_in
from medrules.knowledge.table import Row
from medrules.model.facts import Facts
from medrules.model.reports import Undecided
from medrules.model.single import Single
from medrules.model.values import UNKNOWN
from medrules.plan.rows import unrestricted

if TYPE_CHECKING:
    from medrules.engine.optimized.evaluator import Evaluator

__all__ = ["Quick", "is_plain_pair", "quick_answers"]

MOST: Final = 20  # candidates: more are counted against the budget of steps

Quick = tuple[list[Hit], list[Undecided]]
_Found = dict[tuple[int, int], tuple[Any, int | None, set[str], dict[int, Any]]]


def is_plain_pair(code: RuleCode) -> bool:
    """Whether a pair rule asks for nothing but two lines of one day."""
    rule = code.rule
    return (
        code.native and code.frame == "day" and code.where is None and code.when is None and rule.guard is None and not rule.exempt
        and rule.deduct.kind == "all")


def quick_answers(
    e: Evaluator, facts: Facts, single: Single | None, out: list[Any], near: list[Any], box: list[Any], ground: Ground | None = None
) -> Quick | None:
    """Hits and what stays open; None if some candidate has to be judged with more care.

    single: the lines that have code and day, by column. ground: what three-valued code reads, if steps are counted; only then there may be
    many candidates.
    """
    if single is None or not single.plain or (ground is None and len(out) + len(near) > MOST) or (near and not e.plain_pairs):
        return None
    hits: list[Hit] = []
    open_: list[Undecided] = []
    doubted: set[int] = set()  # rules that two values could not decide for some line: the next line is likely to lack the same
    said_of, spoken, door = e.said, e.at_stage[facts.stage], facts.door
    for line, place, sure in out:
        if place.__class__ is not int:
            return None
        saids = said_of[line.code]
        if saids is None:
            return None
        said = saids[place]
        code = said.code
        if not said.is_quick:
            return None
        if code.number not in spoken:
            continue
        worth = base(line, code.fees, door)
        if worth is UNKNOWN:
            worth = None
        elif worth <= 0:
            continue
        if sure is True and said.plain:
            hits.append((code, line, said.points, worth, (), ()))
            continue
        if code.number not in doubted:
            try:
                if said.plain:
                    hit = judge_line(code, line, said.entry, sure, scene_in(box))
                    if isinstance(hit, tuple):
                        hits.append(hit)
                    elif hit is not None:
                        open_.append(hit)
                elif sure.__class__ is list and code.among is not None:
                    found = code.among(line, sure, said.cells, facts.business_time.hi, door)
                    if found:
                        hits.append((code, line, said.points, worth, found, ()))
                else:
                    env = {"item": line} if sure is False else {"item": line, GROUP: sure}
                    found = code.witnesses[0](env, said.entry.rows[0], scene_in(box))
                    if found:
                        hits.append((code, line, said.points, worth, found, ()))
                continue
            except UNSURE:
                doubted.add(code.number)
        if ground is None:
            ground = Ground(facts, Meter())
        try:
            left = e.fallback.open(code.number, line, said, ground)
        except Exception:  # a fault comes up again where it is noted
            return None
        if left:
            open_.append(left)
        elif left is None and not _careful(e, code.number, line, ground, hits, open_):
            return None
    try:
        if near and not _pairs(e, facts, single, near, hits):
            return None
    except UNSURE:
        return None
    return hits, open_


def _careful(e: Evaluator, number: int, line: Any, ground: Ground, hits: list[Hit], open_: list[Undecided]) -> bool:
    """Judges a line three-valued by all that the rule asks: at fault for certain, whatever is missing. False if more than a hit comes of it."""
    answers = Answers()
    try:
        e.fallback.line(number, line, ground, answers)
    except Exception:  # as above
        return False
    if answers.found or answers.unjudged or any(h[1] is line and h[0].number == number for h in hits):
        return False
    hits += answers.hits
    open_ += answers.undecided
    return True


def _pairs(e: Evaluator, facts: Facts, single: Single, near: list[Any], hits: list[Hit]) -> bool:
    """Adds the hits of plain pair rules (see `pairs.judge_pair`); False if a row asks for more. `near`: lines that keep a pair with
    another code of their day."""
    _, items, codes, days, _ = single
    found: _Found = {}
    for m in near:
        kept, partners, on = e.partners[m.code], e.plan.pairs.partners[m.code], m.on
        for place, other in enumerate(codes):
            if other in kept and days[place] == on:
                a = items[place]
                if a.position != m.position and not _noted(e, facts, m, a, partners[other], found):
                    return False
    for (number, _), (line, worth, points, others) in found.items():
        if others:
            hits.append((e.codes[number], line, tuple(sorted(points)), worth, tuple(others.values()), ()))
    return True


def _noted(e: Evaluator, facts: Facts, m: Any, a: Any, uses: tuple[tuple[int, Row, bool], ...], found: _Found) -> bool:
    """Notes the lines at fault of one pair of lines of a day, each with its partner; False if a row asks for more."""
    spoken, on = e.at_stage[facts.stage], m.on
    for number, row, m_is_first in uses:
        code = e.codes[number]
        if not unrestricted(row) or row.same_site or row.excluded:
            return False
        if number not in spoken or not code.rule.valid_from <= on < code.rule.valid_to or not row.valid_from <= on < row.valid_to:
            continue
        for role in code.roles:
            line, partner = (m, a) if (role == "first") is m_is_first else (a, m)
            key = number, id(line)
            held = found.get(key)
            if held is None:
                worth = base(line, code.fees, facts.door)
                if worth is not UNKNOWN and worth <= 0:
                    continue
                held = found[key] = (line, None if worth is UNKNOWN else worth, set(), {})
            if _counts(code, facts, line, partner):
                held[2].add(row.point)
                held[3][id(partner)] = partner
    return True


def _counts(code: RuleCode, facts: Facts, line: Any, partner: Any) -> bool:
    """Whether a partner counts: not after the business time, of the same kind, with something left to judge."""
    if partner.at.lo > facts.business_time.hi or partner.line_kind != line.line_kind:
        return False
    worth = base(partner, code.fees, facts.door)
    return worth is UNKNOWN or bool(worth > 0)
