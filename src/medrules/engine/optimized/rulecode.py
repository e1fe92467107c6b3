"""What the optimized evaluator knows of one rule: closures for its parts, or that the reference has to judge it."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.optimized.exact import Closures, Code, NoCode
from medrules.engine.optimized.inline import Among
from medrules.engine.optimized.late import ByRule
from medrules.engine.report import RESULTS
from medrules.frozen import dataclass
from medrules.plan.plan import Entry
from medrules.plan.rows import unrestricted

__all__ = ["Excuse", "Hit", "RuleCode", "Said", "compile_rule", "said"]


@dataclass(frozen=True, slots=True)
class Excuse:
    """One exemption. `fact`: the fact's path and id when the exemption asks for nothing else than one yes/no fact."""

    label: str
    when: Code
    but: Code | None
    fact: ir.Fact | None


@dataclass(frozen=True, slots=True)
class RuleCode:
    """A rule with code. `native` False: the reference judges every binding that may be at fault."""

    number: int
    rule: ir.Rule
    native: bool
    when: Code | None = None
    where: Code | None = None
    excuses: tuple[Excuse, ...] = ()
    row_excuses: tuple[Excuse, ...] = ()  # exemptions that ask the row: each row is excused by itself
    amount: Code | None = None  # the formula of the deduction; None = the whole base, or nothing
    amount_scale: int = 0
    witnesses: tuple[Code, ...] = ()  # 涉及项 of each 有 同期明细
    sole: bool = False  # the condition is nothing else than one 有 同期明细: its witnesses decide
    among: Among | None = None  # its witnesses, of a line whose group is at hand
    frame: str = ""  # of pairs
    roles: tuple[str, ...] = ()  # of pairs: those that are at fault
    unordered: bool = False
    why: str = ""
    guarded: bool = True  # whether the header asks something of the encounter
    fees: str = ""
    parent: str = ""
    claims: bool = True  # whether its findings claim an amount
    deducts: str = ""  # "definite" or "suspect"; "" where nothing is deducted
    gravity: int = 0  # 0 = the gravest result
    by_rule: ByRule = ("", (), "", "", "definite", "", (), "", "", "")  # what all its findings share
    plain: bool = False  # nothing but condition and base has to be asked: no guard, no exemption, no formula, no witnesses
    attested: int = -1  # the column of the 已核 that 须 asks for besides `when`; -1: none


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of one code at a dense place, ready for its candidates. plain: if the test is certain, only the base is
    left to ask for. is_free: no row restricts the rule. is_quick: besides the base only the condition is to be asked, or the witnesses of
    its one 有 同期明细. cells: of the only row, for these witnesses.
    """

    code: RuleCode
    entry: Entry
    points: tuple[str, ...]
    plain: bool
    is_free: bool
    is_quick: bool
    cells: tuple[Any, ...]


def said(code: RuleCode, entry: Entry) -> Said:
    points = tuple(sorted({row.point for row in entry.rows}))
    is_free = all(unrestricted(row) for row in entry.rows)
    rule, plain = code.rule, code.plain and is_free
    # Whether the witnesses of one 有 同期明细 decide, and nothing else is to be asked.
    is_sole = (
        code.native and code.sole and rule.guard is None and not rule.exempt and rule.deduct.kind == "all"
        and len(entry.rows) == 1 and is_free)
    return Said(code, entry, points, plain, is_free, plain or is_sole, entry.rows[0].cells if is_sole else ())


# A violation found natively: rule, line at fault, knowledge points, amount claimed (fen, None = undetermined), lines involved,
# exemptions that may be claimed. A plain tuple: there is one for every finding.
Hit = tuple[RuleCode, Any, tuple[str, ...], int | None, tuple[Any, ...], tuple[str, ...]]


def compile_rule(number: int, rule: ir.Rule, program: ir.Program) -> RuleCode:
    """Code for a rule, if all its parts have any."""
    try:
        return _compiled(number, rule, program)
    except NoCode as reason:
        return RuleCode(number, rule, False, why=str(reason), **_told(rule, program))


def _told(rule: ir.Rule, program: ir.Program) -> dict[str, Any]:
    """What is known of a rule whether it has code or not."""
    header, claims = rule.header, rule.deduct.kind != "none"
    return {
        "unordered": _is_unordered(rule, program), "fees": header.fees, "parent": rule.parent, "claims": claims,
        "deducts": header.result if claims and header.result != "monitor" else "", "gravity": RESULTS.index(header.result),
        "by_rule": (rule.parent, (rule.code,), rule.name, rule.version, header.result, header.interaction, tuple(dict.fromkeys(header.basis)),
                    program.pack, program.pack_version, program.pack_hash)}


def _compiled(number: int, rule: ir.Rule, program: ir.Program) -> RuleCode:
    closures = Closures(program, rule.header.fees)
    scope, frame = rule.scope, ""
    where = None
    match scope:
        case ir.ItemScope(relation="item"):
            if rule.fault not in ((), (ir.RoleFault(scope.role),)) or rule.judged != scope.role or scope.role != "item":
                raise NoCode("lines at fault")
            if scope.table and len(program.tables[scope.table].key_fields) != 1:
                raise NoCode("combination keys")
            where = scope.where
        case ir.PairScope():
            if not rule.fault or not all(isinstance(f, ir.RoleFault) and f.role in ("first", "second") for f in rule.fault):
                raise NoCode("lines at fault")
            if len(program.tables[scope.table].key_fields) != 2:
                raise NoCode("combination keys")
            if rule.mode == "must":
                raise NoCode("must in pairs")
            where = scope.where
            frame = _span(scope)
        case _:
            raise NoCode("scope")
    amount, scale = None, 0
    if rule.deduct.kind == "formula":
        if rule.deduct.per_group or rule.deduct.expr is None or rule.deduct.expr.type.kind != "num":
            raise NoCode("deduction")
        amount, scale = closures.value(rule.deduct.expr), rule.deduct.expr.type.scale
    asked, attested = _attested_last(rule)
    when = None if asked is None or rule.mode == "always" else closures.truth(asked)
    by_row = [e for e in rule.exempt if _asks_row(e)]
    if by_row and isinstance(scope, ir.PairScope):
        raise NoCode("exemption by row")
    witnesses = tuple(_witnesses(rule, closures))
    plain = rule.guard is None and not rule.exempt and rule.deduct.kind == "all" and not witnesses
    sole = _one_existential(rule.when) if len(witnesses) == 1 and where is None and not by_row else None
    return RuleCode(
        number, rule, True, when, None if where is None else closures.truth(where),
        tuple(_excuse(e, closures) for e in rule.exempt if e not in by_row), tuple(_excuse(e, closures) for e in by_row), amount, scale,
        witnesses=witnesses, frame=frame, roles=_roles(rule, program), guarded=rule.guard is not None, plain=plain, attested=attested,
        sole=sole is not None, among=None if sole is None else closures.among(*sole), **_told(rule, program))


def _attested_last(rule: ir.Rule) -> tuple[ir.Expr | None, int]:
    """What 须 asks for, without the 已核 of a column that it asks for last, and that column (-1: there is none): where all else holds
    the row alone says what stays open."""
    match rule.when:
        case ir.And(args=(*others, ir.Attested(column=ir.Col(index=index)))) if rule.mode == "must" and index >= 0:
            return (others[0] if len(others) == 1 else ir.And(tuple(others), rule.when.type)), index
        case _:
            return rule.when, -1


def _is_unordered(rule: ir.Rule, program: ir.Program) -> bool:
    return isinstance(rule.scope, ir.PairScope) and program.tables[rule.scope.table].unordered


def _roles(rule: ir.Rule, program: ir.Program) -> tuple[str, ...]:
    if not isinstance(rule.scope, ir.PairScope):
        return ()
    faults = {f.role for f in rule.fault if isinstance(f, ir.RoleFault)}
    return tuple(role for role in ("first", "second") if role in faults or _is_unordered(rule, program))


def _span(scope: ir.PairScope) -> str:
    match scope.frame:
        case ir.Const(value=frame) if getattr(frame, "kind", "") in ("day", "encounter"):
            return str(frame.kind)
        case _:
            raise NoCode("span")


def _asks_row(e: ir.Exempt) -> bool:
    return any(
        isinstance(n, (ir.Col, ir.Guard)) or (isinstance(n, ir.Attested) and n.column is not None) for n in nodes(e.when, e.but))


def _excuse(e: ir.Exempt, closures: Closures) -> Excuse:
    fact = e.when.x if isinstance(e.when, ir.Truth) and e.but is None and isinstance(e.when.x, ir.Fact) else None
    return Excuse(e.label, closures.truth(e.when), None if e.but is None else closures.truth(e.but), fact)


def _witnesses(rule: ir.Rule, closures: Closures) -> Iterator[Code]:
    if rule.mode != "when" or rule.when is None:
        return
    for quant in _positive(rule.when):
        if isinstance(quant.over, ir.Window) and quant.over.entity == "item":
            yield closures.witnesses(quant.over, quant.body)


def _one_existential(when: ir.Expr | None) -> tuple[ir.Window, ir.Expr] | None:
    """Window and body of a condition that is one 有 同期明细 alone. (A row whose cell is empty has no candidates, so its guard need not be
    asked again.)"""
    match when:
        case ir.Quant(kind="any", over=ir.Window() as over, body=body) | ir.Guard(
                when_empty=False, atom=ir.Quant(kind="any", over=ir.Window() as over, body=body)):
            return over, body
        case _:
            return None


def _positive(e: ir.Expr) -> Iterator[ir.Quant]:
    """Existentials that stand in a condition unnegated."""
    match e:
        case ir.And() | ir.Or():
            for a in e.args:
                yield from _positive(a)
        case ir.Guard():
            yield from _positive(e.atom)
        case ir.Quant(kind="any"):
            yield e
