"""Judges pairs: from lines that have a partner among the patient's codes to one candidate per rule and line at fault."""
from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any, Final

from medrules.engine.optimized.judging import excused, fen
from medrules.engine.optimized.lines import base
from medrules.engine.optimized.rulecode import Hit, RuleCode
from medrules.engine.optimized.scene import Scene
from medrules.engine.optimized.values import known, read
from medrules.knowledge.table import Row
from medrules.model.values import ABSENT, UNKNOWN, UnknownTouched
from medrules.plan.plan import PairPlan
from medrules.plan.rows import unrestricted

__all__ = ["Suspects", "judge_pair", "suspects", "touched"]

KEPT: Final = 10  # steps that a pair costs because it is kept (see reference.pairs)
MANY: Final = 5_000  # lines looked at between two counts
# (rule, id of the line at fault) → the line, and its (row, partner, role of the line)
Suspects = dict[tuple[int, int], tuple[Any, list[tuple[Row, Any, str]]]]


def touched(lines: Iterable[Any], open_: list[Any], plan: PairPlan, partners: Any, by_day: bool) -> list[Any]:
    """Lines that may stand in a pair with one that has no code, no day or no time (`open_`): two values cannot judge them.

    partners: per code the codes whose pairs are kept with it. by_day: whether the lines of all pairs are of one day.
    """
    found = []
    for m in lines if open_ else ():
        code, on = m.code, m.on
        if code is UNKNOWN or code is ABSENT:
            continue
        kept = partners.get(code, ())
        for u in open_:
            if u is not m and by_day and on is not UNKNOWN and u.on is not UNKNOWN and on != u.on:
                continue
            other = u.code
            if plan.place(code) >= 0 if u is m or other is UNKNOWN else other is not ABSENT and (
                    other in kept or code in partners.get(other, ())):
                found.append(m)
                break
    return found


def suspects(
    near: Iterable[Any], plan: PairPlan, codes: tuple[RuleCode, ...], scene: Scene, count: Callable[[dict[int, int]], Container[int]]
) -> Suspects:
    """All (row, partner) of each line that may be at fault. `near`: lines whose kept partners meet the patient's codes.

    count: told now and then how many steps were taken per rule (-1 = for all of them); answers which rules are to be left out.
    Raises Stopped.
    """
    found: Suspects = {}
    by_code = scene.by_known_code()
    steps: dict[int, int] = {}
    looked = 0
    over: Container[int] = ()
    for m in near:
        partners, on = plan.partners[m.code], m.on
        for other in partners.keys() & by_code.keys():
            lines = by_code[other]
            looked += len(lines)
            for a in lines:
                if a is m or a.on is UNKNOWN:
                    continue
                for number, row, m_is_first in partners[other]:
                    code = codes[number]
                    if (a.on != on and code.frame == "day") or number in over:
                        continue
                    steps[number] = steps.get(number, 0) + KEPT
                    first, second = (m, a) if m_is_first else (a, m)
                    for fault in code.rule.fault:
                        role = fault.role  # type: ignore[union-attr]
                        if role == "first" or code.unordered:
                            _note(found, number, row, first, second, role)
                        if role == "second" or code.unordered:
                            _note(found, number, row, second, first, role)
        if looked > MANY:
            steps[-1], looked = looked, 0
            over = count(steps)
            steps.clear()
            found = {key: held for key, held in found.items() if key[0] not in over} if over else found
    return found


def _note(found: Suspects, number: int, row: Row, line: Any, partner: Any, role: str) -> None:
    key = (number, id(line))
    if key not in found:
        found[key] = (line, [])
    found[key][1].append((row, partner, role))


def judge_pair(code: RuleCode, line: Any, pairs: list[tuple[Row, Any, str]], scene: Scene) -> Hit | None:
    """What a pair rule says of one line at fault, given all its possible partners."""
    rule = code.rule
    if not code.native:
        raise UnknownTouched
    worth = base(line, rule.header.fees, scene.facts.door)
    if worth is not UNKNOWN and worth <= 0:
        return None
    day, kind = known(line.on), known(line.line_kind)
    if not rule.valid_from <= day < rule.valid_to:
        return None
    decided: list[tuple[Row, Any]] = []
    claimable: tuple[str, ...] = ()
    amount: int | None = None
    for row, partner, role in pairs:
        if not row.valid_from <= day < row.valid_to:
            continue
        if not unrestricted(row) or row.same_site or row.excluded:
            raise UnknownTouched
        if partner.position == line.position and partner.encounter is line.encounter:
            continue
        if not _together(code.frame, line, partner):
            continue
        if not _counts(partner, kind, rule.header.fees, scene):
            continue
        env = {role: line, "second" if role == "first" else "first": partner, "item": line}
        if code.where is not None and not code.where(env, row, scene):
            continue
        if code.when is not None and not code.when(env, row, scene):
            continue
        if code.excuses:
            answer = excused(code.excuses, env, scene)
            if answer is None:
                continue
            claimable = tuple(sorted({*claimable, *answer}))
        if not (_reviewed(line, scene) or _reviewed(partner, scene)):
            continue
        decided.append((row, partner))
        if worth is not UNKNOWN and rule.deduct.kind != "none":
            claim = worth if code.amount is None else fen(code, env, row, scene, worth)
            amount = claim if amount is None else max(amount, claim)
    if not decided:
        return None
    rows = tuple(sorted({row.point for row, _ in decided}))
    return code, line, rows, amount, tuple({id(a): a for _, a in decided}.values()), claimable


def _reviewed(line: Any, scene: Scene) -> bool:
    """Whether a line is under review itself: not of an earlier encounter, nor ordered in an earlier session."""
    return line.is_current is not False and any(line.encounter is e for e in scene.facts.current)


def _together(frame: str, a: Any, b: Any) -> bool:
    if a.encounter is b.encounter:
        return frame == "encounter" or bool(known(a.on) == known(b.on))
    if frame == "encounter" or known(a.on) != known(b.on):
        return False
    return bool(known(read(a, ("encounter", "institution", "id"))) == known(read(b, ("encounter", "institution", "id"))))


def _counts(partner: Any, kind: Any, fees: str, scene: Scene) -> bool:
    """Whether a line counts at all: not after the business time, of the same kind, with something left to judge."""
    if known(partner.at).lo > scene.facts.business_time.hi:
        return False
    worth = base(partner, fees, scene.facts.door)
    if worth is not UNKNOWN and worth <= 0:
        return False
    return bool(known(partner.line_kind) == kind)
