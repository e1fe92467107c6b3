"""Guards of an atom: an ABSENT operand makes it false, an EMPTY cell makes it neutral (language.md 5).

An atom is the smallest condition that an author can read as one: a comparison, a membership, a quantifier with everything in
it. The cells that an atom reads are guarded around the whole atom; a cell inside a quantifier or a window belongs to that atom.
"""
from __future__ import annotations

from collections.abc import Callable

from medrules.check.program import (
    AgeAt,
    Agg,
    And,
    Arith,
    Attested,
    Choose,
    Col,
    Const,
    DayOrdinal,
    Excess,
    Expr,
    Fact,
    Guard,
    Has,
    KindRank,
    Lookup,
    Members,
    Not,
    Or,
    Param,
    Prim,
    Quant,
    Rank,
    Ratio,
    Window,
)
from medrules.check.walk import Node, nodes, parts, replaced
from medrules.knowledge.table import Table
from medrules.model.types import BOOL

__all__ = ["TRUE", "absences", "choices_lifted", "choices_to_lift", "columns_in", "columns_read", "guarded", "present"]

TRUE = Const(True, BOOL)


def absences(*operands: Expr) -> tuple[Expr, ...]:
    """The optional values among the operands, each once: an atom over them is false when one is ABSENT."""
    found: dict[Expr, None] = {}
    seen: set[int] = set()
    stack: list[Node] = list(reversed(operands))
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Fact():
                if node.type.optional:
                    found.setdefault(node)
            case Agg():
                if node.type.optional:
                    found.setdefault(node)
                stack.append(node.over)
            case Excess():
                stack.extend((node.limit, node.over))
            case Quant() | DayOrdinal() | Rank() | KindRank():
                stack.append(node.over)
            case Window():
                stack.append(node.frame)  # how long the window is may be an optional fact (近 明细.用药天数)
            case Members() | Guard() | Col() | Choose():
                pass  # members are guarded where they are bound; a choice is lifted or has no optional branch
            case _:
                stack.extend(reversed(list(parts(node))))
    return tuple(found)


def present(atom: Expr, *operands: Expr) -> Expr:
    """`atom`, false when one of the operands is ABSENT."""
    missing = absences(*operands)
    return And((*(Has(x, BOOL) for x in missing), atom), BOOL) if missing else atom


def columns_read(tables: Callable[[str], Table], *operands: Node | None) -> tuple[Col, ...]:
    """The cells of the current row that the operands read outside any guard, each once, in reading order."""
    found: dict[Col, None] = {}
    stack: list[Node] = [o for o in reversed(operands) if o is not None]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen or isinstance(node, Guard | Attested):
            continue
        seen.add(id(node))
        if isinstance(node, Col):
            if node.index >= 0:
                found.setdefault(node)
            continue
        if isinstance(node, Choose) and isinstance(node.condition, Guard) and node.condition.atom is TRUE:
            continue  # it asks itself whether the cell is empty
        if isinstance(node, Window):
            for key in node.same:
                if key.kind == "column":
                    column = tables(node.table).columns[key.column]
                    found.setdefault(Col(node.table, column.zh, key.column, column.type))
        stack.extend(reversed(list(parts(node))))
    return tuple(found)


def guarded(atom: Expr, columns: tuple[Col, ...], when_empty: bool) -> Expr:
    return Guard(columns, when_empty, atom, BOOL) if columns else atom


def _first_choice(root: Expr) -> Choose | None:
    """The first choice between values that reads a cell or an optional fact in a branch."""
    seen: set[int] = set()
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Choose():
                if columns_in(node.then, node.otherwise) or absences(node.then, node.otherwise):
                    return node
            case Arith() | Prim() | Ratio() | AgeAt() | Param() | Lookup():
                stack.extend(reversed(list(parts(node))))
            case Excess():
                stack.append(node.limit)
            case _:
                pass
    return None


def choices_to_lift(*operands: Expr) -> int:
    """How many choices `choices_lifted` would lift; each doubles the condition."""
    found = 0
    for operand in operands:
        inside = [n for n in nodes(operand) if isinstance(n, Choose)]
        found += sum(1 for n in inside if columns_in(n.then, n.otherwise) or absences(n.then, n.otherwise))
    return found


def columns_in(*roots: Expr) -> bool:
    """Whether a cell of the current row is read anywhere inside."""
    return any(isinstance(n, Col) and n.index >= 0 for n in nodes(*roots))


def choices_lifted(operands: tuple[Expr, ...], build: Callable[[tuple[Expr, ...]], Expr]) -> Expr:
    """An atom over `若 c 则 a 否则 b` as `(c 且 atom(a)) 或 (非 c 且 atom(b))`, so that an empty cell of the branch that is not
    taken says nothing; an atom without such a choice as it is."""
    for i, operand in enumerate(operands):
        choice = _first_choice(operand)
        if choice is None:
            continue
        then, otherwise = (
            choices_lifted((*operands[:i], replaced(operand, choice, branch), *operands[i + 1:]), build)
            for branch in (choice.then, choice.otherwise)
        )
        return Or((
            And((choice.condition, then), BOOL), And((Not(choice.condition, BOOL), otherwise), BOOL),
        ), BOOL)
    return build(operands)
