"""Whether a list holds a code of a set (任一 就诊.诊断 属于 …): the commonest question, so its codes are read once per encounter."""
from __future__ import annotations

from typing import Any

from medrules.check import program as ir
from medrules.engine.optimized.kleene.ground import Env, Ground, reader
from medrules.engine.optimized.kleene.truths import NOTHING, Truth, Unsure, disj
from medrules.engine.optimized.kleene.windows import Code, Compiles
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Row
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["any_code", "said"]

Codes = tuple[tuple[str, ...], tuple[Unsure, ...], frozenset[str]]  # the codes that are known, why others are not, why more may be missing


def said(answer: Truth, excuse: int, ground: Ground) -> Truth:
    """A literal inside an exemption, where what the door cannot carry was not declared."""
    if excuse and answer.__class__ is Unsure:
        door = ground.facts.door
        for cause in answer.causes:
            if ":" not in cause and not door.can_carry(cause):
                return excuse < 0
    return answer


def any_code(e: ir.Quant, compiler: Compiles, excuse: int, general: Code) -> Code | None:
    """Code for an existential over a list of an encounter that asks for nothing but a code; None if it asks for more.

    general: code for the same question that can answer it always (a container that is not a set).
    """
    over = e.over
    if e.kind != "any" or not isinstance(over, ir.Members) or over.where is not None or over.path[:1] != ("encounter",) or len(over.path) < 2:
        return None
    asked = _asked(e.body, over.var)
    if asked is None:
        return None
    fact, container = asked
    held, read, listed = compiler.value(container), reader(fact.path, fact.field, fact.links), reader(over.path, over.field, over.links)
    cause = f"column:{container.table}.{container.column}" if isinstance(container, ir.Col) else ""
    place, role = (over.path, fact.path), over.role

    def codes_of(owner: Any) -> Codes:
        members = listed(owner)
        if members.__class__ is Unsure:
            return (), (), members.causes
        if members is ABSENT:
            return (), (), NOTHING
        values = [read(m) for m in members]
        return (
            tuple([v for v in values if v.__class__ is str]), tuple([v for v in values if v.__class__ is Unsure]), NOTHING)

    def holds(env: Env, row: Row | None, ground: Ground) -> Truth:
        codes = held(env, row, ground)
        if codes.__class__ is not CodeSet:
            return general(env, row, ground)  # type: ignore[no-any-return]
        owner = env[role]
        key = place, id(owner.encounter)
        found: Codes | None = ground.lists.get(key)
        if found is None:
            found = ground.lists[key] = codes_of(owner)
        known, unsure, open_ = found
        ground.meter.spend(1 + len(known))
        undecided = False
        for code in known:
            answer = codes.member(code)
            if answer is True:
                return True
            if answer is UNKNOWN:
                undecided = True
        if not (undecided or unsure or open_):
            return False
        parts: list[Truth] = [said(u, excuse, ground) for u in unsure]
        if undecided:
            parts.append(Unsure(frozenset((cause or f"codeset:{codes.name}",))))
        if open_:
            parts.append(said(Unsure(open_), excuse, ground))
        return disj(parts)

    return holds


def _asked(body: ir.Expr, var: str) -> tuple[ir.Fact, ir.Expr] | None:
    """The fact of a member and the set it is looked for in."""
    match body:
        case ir.In(how="codes", x=ir.Fact(role=role) as fact, container=ir.Const() | ir.Col() as container) if role == var:
            return fact, container
        case ir.And(args=(ir.Has(x=ir.Fact() as first), ir.In() as test)):
            found = _asked(test, var)
            return found if found is not None and found[0] == first else None
        case _:
            return None
