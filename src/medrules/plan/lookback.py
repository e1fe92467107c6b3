"""Where the rules of a program look beyond what a request holds: earlier lines and stays of its patient.

Known before any request comes: which windows, pairs, groups and pairs of stays can reach another encounter, and how far back. What one
request then needs is worked out from this and its lines (`medrules.history`). Everything here errs on the side of too much: what is not
understood is taken to look at everything, since what is not asked for would be taken for not there.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from medrules.check import program as ir
from medrules.check.contents import roots_of
from medrules.check.cost import top_of_range
from medrules.check.program import ParamTable, Program, Rule
from medrules.check.walk import nodes, parts
from medrules.frozen import dataclass
from medrules.model.values import Frame

__all__ = ["INSIDE", "Look", "lookback", "top_of"]

# Spans inside one encounter: the request sends its encounters whole.
INSIDE: Final = frozenset(("encounter", "prescription", "operation", "specimen", "site", "tooth"))
_OWN_KEYS: Final = frozenset(("encounter", "prescription"))
# Collections of an encounter that are made of its lines.
_OF_LINES: Final = frozenset(("items", "raw_items", "prescriptions", "herbs", "_lines"))


@dataclass(frozen=True, slots=True)
class Look:
    """One place where a rule looks at other encounters.

    what     window: `window` around a line under review · pair, group: the partners of such a line · stays: earlier (or later) stays ·
             everything: whatever there is of the patient ·
             refunds: everything, if a refund under review names a line that is not of its encounter
    rolling  a quota: over any n days (or hours), what was paid before them decides what is paid in them
    days     stays: how many days before the admission under review another stay may have ended; None = no limit is known
    lines    stays: their lines are read as well
    """

    rule: int
    what: Literal["window", "pair", "group", "stays", "everything", "refunds"]
    window: ir.Window | None = None
    rolling: bool = False
    days: int | None = None
    lines: bool = True


def lookback(program: Program) -> tuple[Look, ...]:
    """All places where rules about lines, encounters and stays look at other encounters. Period rules are for screening."""
    return tuple(
        look for number, rule in enumerate(program.rules) if not isinstance(rule.scope, ir.PeriodScope) for look in _of_rule(number, rule, program))


def top_of(params: Mapping[str, ParamTable], name: str) -> int | None:
    """The largest whole value that a parameter has or may be tuned to; None where nothing bounds it."""
    table = params[name]
    tops = [top_of_range(version, table.type.scale) for version in table.versions]
    known = [top for top in tops if top is not None]
    return max(known) if known and len(known) == len(tops) else None


def _of_rule(number: int, rule: Rule, program: Program) -> Iterator[Look]:
    said = (part for t in (rule.message, rule.suggestion) for part in t.parts if not isinstance(part, str))
    held = list(nodes(*roots_of(rule), *said))
    if any(_is_everything(node) for node in held) or _tells_rank(held):
        yield Look(number, "everything")
        return
    if any(isinstance(node, ir.Fact) and node.field == "item.paired" for node in held):
        yield Look(number, "refunds")
    windows = [node for node in held if isinstance(node, ir.Window) and _leaves(node)]
    match rule.scope:
        case ir.PairScope(frame=frame):
            if windows:  # around a partner, which may itself be an earlier line
                yield Look(number, "everything")
            elif not _stays_inside(frame):
                yield Look(number, "pair")
        case ir.GroupScope(same=same):
            if not any(k.kind in _OWN_KEYS for k in same):
                yield Look(number, "group")
        case ir.StayPairScope(gap=gap):
            yield Look(number, "stays", days=_gap(gap, program), lines=any(
                isinstance(n, ir.Members) and _OF_LINES & {*n.path} for n in held))
        case ir.ItemScope(relation="item" | "raw_item"):
            rolling = {node.over for node in held if isinstance(node, ir.Excess)}
            reads_other_lines = any(isinstance(n, ir.Members) and n.role.startswith("v") and _OF_LINES & {*n.path} for n in held)
            for window in dict.fromkeys(windows):
                if reads_other_lines:
                    yield Look(number, "everything")
                    return
                yield Look(number, "window", window, window in rolling)
        case _:
            if windows:
                yield Look(number, "everything")
    if any(isinstance(n, ir.Fact) and "next_stay" in n.path for n in held):
        yield Look(number, "stays", days=0, lines=any(isinstance(n, ir.Members) and "next_stay" in n.path for n in held))


def _is_everything(node: Any) -> bool:
    """Whether an expression reads the patient's encounters or history as such."""
    match node:
        case ir.Fact(path=path, field=field) | ir.Members(path=path, field=field):
            return "history" in path or "encounters" in path or field == "patient.encounters" or field.startswith("history.")
        case _:
            return False


def _tells_rank(held: list[Any]) -> bool:
    """Whether 次序 is used as a number: lines that are not there change it. Which of two lines comes first they do not change."""
    compared = {
        id(side) for node in held if isinstance(node, ir.Cmp) and _is_rank(node.a) and _is_rank(node.b) for side in (node.a, node.b)}
    for node in held:
        for part in parts(node):
            if _is_rank(part) and id(part) not in compared:
                return True
    return False


def _is_rank(node: Any) -> bool:
    return isinstance(node, ir.Fact) and node.field == "item.rank"


def _leaves(window: ir.Window) -> bool:
    return window.entity == "item" and not any(k.kind in _OWN_KEYS for k in window.same) and not _stays_inside(window.frame)


def _stays_inside(frame: ir.Expr) -> bool:
    return isinstance(frame, ir.Const) and isinstance(frame.value, Frame) and frame.value.kind in INSIDE


def _gap(gap: ir.Expr, program: Program) -> int | None:
    """Days between two stays beyond which their condition is false, where it says so: 相隔 不超过 n天, with n as high as it may be tuned."""
    found = [d for d in (_most(e, program) for e in (gap.args if isinstance(gap, ir.And) else (gap,))) if d is not None]
    return min(found) if found else None


def _most(e: ir.Expr, program: Program) -> int | None:
    match e:
        case ir.And():
            return _gap(e, program)
        case ir.Cmp(op="<" | "<=" | "=", a=ir.Prim(op="distance", args=(
                ir.Fact(role="previous", path=("discharged_on",)), ir.Fact(role="current", path=("admitted_on",)))), b=limit):
            match limit:
                case ir.Const(value=int() as n):
                    return int(-(-n // 10**limit.type.scale))
                case ir.Param(name=name):
                    return top_of(program.params, name)
    return None
