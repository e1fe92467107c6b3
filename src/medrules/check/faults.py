"""违规: which lines are at fault. Mandatory where a rule looks at several lines; elsewhere the judged one is."""
from __future__ import annotations

from medrules.check.clauses import Expanded, Placed
from medrules.check.context import RuleContext
from medrules.check.expressions.references import find_bound
from medrules.check.members import collection
from medrules.check.names import Bound, Place, under
from medrules.check.program import (
    Fault,
    GroupScope,
    Members,
    MembersFault,
    PairScope,
    RoleFault,
    Scope,
    StayPairScope,
    WitnessFault,
)
from medrules.check.reporting import Refused
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA

__all__ = ["fault_names", "faults"]


def fault_names(placed: Placed | None) -> frozenset[str]:
    """The bare names in 违规, before anything is known of the scope."""
    if placed is None or not isinstance(placed.clause.body, ast.Fault):
        return frozenset()
    return frozenset(t.parts[0] for t in placed.clause.body.targets if isinstance(t, ast.Name) and len(t.parts) == 1)


def faults(
    ctx: RuleContext, expanded: Expanded, scope: Scope, judged: Bound, place: Place, where: ast.RuleDecl
) -> tuple[Fault, ...]:
    placed = expanded.single.get("fault")
    if placed is None or not isinstance(placed.clause.body, ast.Fault):
        if isinstance(scope, PairScope | GroupScope | StayPairScope) and "fault" not in expanded.unread:
            ctx.sink.add("MR-C203", where.name_span)
        return (RoleFault(judged.role),)
    made: list[Fault] = []
    with ctx.reporting_in(placed.sink):
        for target in placed.clause.body.targets:
            try:
                made.append(_target(ctx, target, place))
            except Refused:
                continue
    return tuple(made)


def _target(ctx: RuleContext, target: ast.Name | ast.Phrase, place: Place) -> Fault:
    name = target if isinstance(target, ast.Name) else target.noun
    if isinstance(target, ast.Name) and len(name.parts) == 1:
        witness = ctx.witnesses.get(name.parts[0])
        if witness is not None:
            return WitnessFault(witness.role)
        bound = place.roles.get(name.parts[0])
        if bound is not None and not bound.path and bound.role != "group":
            return RoleFault(bound.role)
    _is_collection(ctx, name, place)
    phrase = target if isinstance(target, ast.Phrase) else ast.Phrase(name, "", None, (), None, None, name.span)
    over, member, _, value = collection(ctx, phrase, place)
    if not isinstance(over, Members) or value is not None or not member.entity:
        ctx.sink.refuse("MR-C220", target.span, name=".".join(name.parts))
    return MembersFault(over)


def _is_collection(ctx: RuleContext, name: ast.Name, place: Place) -> None:
    """Refuses what is neither a role nor a list of an entity, in the words of 违规."""
    found = find_bound(ctx, name.parts, place)
    if found is None:
        return  # told as an unknown name
    bound, rest = found
    for i, word in enumerate(rest):
        field = SCHEMA.find_field(bound.entity, word)
        if field is None:
            return  # told as an unknown name
        if field.type.kind == "list" and field.type.of is not None and field.type.of.kind == "entity" and i == len(rest) - 1:
            return
        if field.type.kind != "entity":
            break
        bound = under(bound, field)
    ctx.sink.refuse("MR-C220", name.span, name=".".join(name.parts))
