"""Judges exactly, two-valued, the lines that were not proven silent. UnknownTouched: the reference judges that line instead."""
from __future__ import annotations

from typing import Any

from medrules.engine.optimized.lines import GROUP, base
from medrules.engine.optimized.making import make_undecided, ref_of_line
from medrules.engine.optimized.rulecode import Excuse, Hit, RuleCode
from medrules.engine.optimized.scene import Scene
from medrules.engine.optimized.values import known
from medrules.knowledge.table import EMPTY, Row
from medrules.model.reports import Undecided
from medrules.model.rounding import round_div
from medrules.model.values import UNKNOWN, UnknownTouched
from medrules.plan.plan import Entry
from medrules.plan.rows import unrestricted

__all__ = ["excused", "fen", "judge_line"]

Env = dict[str, Any]


def judge_line(code: RuleCode, line: Any, entry: Entry, sure: Any, scene: Scene) -> Hit | Undecided | None:
    """What a rule says of a line by the rows of its code that are in force: a hit, or what stays open until a 已核 is recorded. The header
    was asked before.

    sure: True = the condition holds; False = to be asked; a list = to be asked, of these lines of the same group.
    """
    rule, rows = code.rule, entry.rows
    if not code.native:
        raise UnknownTouched
    worth = base(line, rule.header.fees, scene.facts.door)
    if worth is not UNKNOWN and worth <= 0:
        return None
    for row in rows:
        if not unrestricted(row):
            raise UnknownTouched
    if sure is True and code.plain:
        return code, line, _points(rows), None if worth is UNKNOWN else worth, (), ()
    env: Env = {"item": line}
    involved: Any = None
    asked: tuple[Row, ...] = ()
    if sure is not True:
        if sure is not False:
            env[GROUP] = sure
        if code.sole and len(rows) == 1:
            (witness,) = code.witnesses
            involved = witness(env, rows[0], scene)
            if not involved:
                return None
        else:
            if code.rule.mode == "must":
                rows, asked = _failed(code, rows, env, scene)
            else:
                rows = _met(code, rows, env, scene)
            if rows is None:
                return None
    elif code.row_excuses:
        left = tuple([row for row in rows if not _is_excused(code, env, row, scene)])
        if not left or (rule.mode == "must" and len(left) < len(rows)):
            return None
        rows = left
    claimable: tuple[str, ...] = ()
    if code.excuses:
        answer = excused(code.excuses, env, scene)
        if answer is None:
            return None
        claimable = answer
    if asked:
        causes = {f"attest:{row.cells[code.attested]}" for row in asked}
        return make_undecided(rule.parent, rule.code, rule.name, ref_of_line(line), tuple(sorted(causes)), _points(rows))
    amount: int | None = None
    if worth is not UNKNOWN and rule.deduct.kind != "none":
        amount = worth if code.amount is None else max(
            fen(code, env, row, scene, worth) for row in (rows or (None,)))
    if involved is None:
        involved = _involved(code, env, rows, scene) if code.witnesses else ()
    return code, line, _points(rows), amount, involved, claimable


def _points(rows: tuple[Row, ...]) -> tuple[str, ...]:
    if len(rows) == 1:
        return (rows[0].point,)
    return tuple(sorted({row.point for row in rows}))


def _failed(code: RuleCode, rows: tuple[Row, ...], env: Env, scene: Scene) -> tuple[Any, tuple[Row, ...]]:
    """The rows of 须 that decide a violation, None if there is none; and those among them that only a 已核 can settle."""
    when, where, attested = code.when, code.where, code.attested
    failed, asked = [], []
    for row in rows or (None,):
        if where is not None and not where(env, row, scene):
            continue
        if when is None or when(env, row, scene):
            if row is None or attested < 0 or row.cells[attested] is EMPTY or _is_excused(code, env, row, scene):
                return None, ()
            if scene.facts.attestations or row.cells[attested] is UNKNOWN:
                raise UnknownTouched  # what is recorded of this line is looked for elsewhere
            asked.append(row)
        elif _is_excused(code, env, row, scene):
            return None, ()
        failed.append(row)
    return _decided(failed), tuple(asked)


def _met(code: RuleCode, rows: tuple[Row, ...], env: Env, scene: Scene) -> Any:
    """The rows that decide a violation, None if there is none."""
    when, where = code.when, code.where
    return _decided([
        row for row in rows or (None,)
        if (where is None or where(env, row, scene)) and (when is None or when(env, row, scene))
        and not _is_excused(code, env, row, scene)
    ])


def _decided(rows: list[Any]) -> Any:
    """None: there are none; no rows: a rule without a table."""
    if not rows:
        return None
    return () if rows == [None] else tuple(rows)


def _is_excused(code: RuleCode, env: Env, row: Row | None, scene: Scene) -> bool:
    """Whether an exemption that asks the row holds for it. What the door cannot carry raises: it may be claimed."""
    return any(e.when(env, row, scene) and (e.but is None or not e.but(env, row, scene)) for e in code.row_excuses)


def excused(excuses: tuple[Excuse, ...], env: Env, scene: Scene) -> tuple[str, ...] | None:
    """None if an exemption holds, else the labels of those that could not be declared through this door."""
    claimable = []
    for e in excuses:
        try:
            if e.when(env, None, scene) and (e.but is None or not e.but(env, None, scene)):
                return None
        except UnknownTouched:
            if e.fact is None or scene.facts.door.can_carry(e.fact.field) or _why(e, env):
                raise
            claimable.append(e.label)
    return tuple(sorted(claimable))


def _why(e: Excuse, env: Env) -> bool:
    """Whether the exemption's fact may be UNKNOWN for another reason than that the door cannot carry it."""
    assert e.fact is not None
    at = env[e.fact.role]
    for step in e.fact.path[:-1]:
        at = known(getattr(at, step, UNKNOWN))
    return bool(at.__dict__.get("_why"))


def fen(code: RuleCode, env: Env, row: Row | None, scene: Scene, worth: int) -> int:
    """The formula's value in fen, one half-up rounding, clipped to [0, base]."""
    assert code.amount is not None
    amount: int = known(code.amount(env, row, scene))
    if code.amount_scale != 2:
        amount = round_div(amount * 100, 10**code.amount_scale)
    return max(0, min(amount, worth))


def _involved(code: RuleCode, env: Env, rows: tuple[Row, ...], scene: Scene) -> tuple[Any, ...]:
    """The witnesses of 有 同期明细, each once."""
    found: dict[int, Any] = {}
    line = env["item"]
    for row in rows or (None,):
        for witnesses in code.witnesses:
            for m in witnesses(env, row, scene):
                if m is not line:
                    found[id(m)] = m
    return tuple(found.values())
