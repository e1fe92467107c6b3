"""The small faults: for a module's syntax tree, every mutant as a tree of its own with a name that says what was changed where."""
from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

_FLIPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE,), ast.LtE: (ast.Lt,), ast.Gt: (ast.GtE,), ast.GtE: (ast.Gt,), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr, ast.LShift: ast.RShift,
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "bisect_left": "bisect_right", "bisect_right": "bisect_left",
          "conj": "disj", "disj": "conj"}


@dataclass(frozen=True)
class Mutant:
    """One fault. `name` is stable as long as the line's own code is: module, function, the line's text, the change, its number."""

    module: str
    function: str
    line: int
    text: str
    change: str
    number: int
    make: Callable[[], ast.Module]

    @property
    def name(self) -> str:
        return f"{self.module}:{self.function}: `{self.text}` {self.change}" + (f" #{self.number}" if self.number else "")


def _is_metering(statement: ast.stmt) -> bool:
    """`judge.spend(…)`: counts steps for the budget, says nothing about an answer (tests/engine/test_budget.py holds its bounds)."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and getattr(statement.value.func, "attr", "") == "spend"


class _Finder(ast.NodeVisitor):
    """Walks a tree and collects changes; each is done on a copy of the tree, found again by the node's place in the walk."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.in_function = 0
        self.found: list[tuple[str, int, str, ast.AST, Callable[[ast.AST], None]]] = []

    def note(self, node: ast.AST, change: str, do: Callable[[ast.AST], None], line: int = 0) -> None:
        # The level of a module or class is data (tables, slots, defaults of fields): it was read when the module was loaded.
        if self.in_function:
            self.found.append((".".join(self.path), line or getattr(node, "lineno", 0), change, node, do))

    # ------------------------------------------------------------ where we are

    def _inside(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        function = isinstance(node, ast.FunctionDef)
        self.path.append(node.name)
        self.in_function += function
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if isinstance(node, ast.FunctionDef):
            for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
                self.visit(default)
        for n, statement in enumerate(body):
            self._statement(node, "body", n + len(node.body) - len(body), statement)
            self.visit(statement)
        self.in_function -= function
        self.path.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list):
            return
        self._inside(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(isinstance(b, ast.Name) and b.id == "Protocol" for b in node.bases):
            return
        self._inside(node)

    def generic_visit(self, node: ast.AST) -> None:
        for name in ("body", "orelse", "finalbody"):
            held = getattr(node, name, None)
            if isinstance(held, list):
                for n, statement in enumerate(held):
                    if isinstance(statement, ast.stmt):
                        self._statement(node, name, n, statement)
        super().generic_visit(node)

    def _statement(self, owner: ast.AST, name: str, n: int, statement: ast.stmt) -> None:
        """Statements that can be left out without a name being lost."""
        if _is_metering(statement):
            return
        gone = (ast.AugAssign, ast.Continue, ast.Break, ast.Raise)
        called = isinstance(statement, ast.Expr) and isinstance(statement.value, (ast.Call, ast.Yield, ast.YieldFrom))
        item = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], (ast.Subscript, ast.Attribute))
        if isinstance(statement, gone) or called or item:
            def leave_out(found: ast.AST) -> None:
                getattr(found, name)[n] = ast.copy_location(ast.Pass(), statement)

            self.note(owner, "left out", leave_out, statement.lineno)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not _is_metering(node):
            self.generic_visit(node)

    # ------------------------------------------------------------ what is changed

    def visit_Compare(self, node: ast.Compare) -> None:
        for n, op in enumerate(node.ops):
            for other in _FLIPS.get(type(op), ()):
                def flip(found: ast.AST, n: int = n, other: type[ast.cmpop] = other) -> None:
                    assert isinstance(found, ast.Compare)
                    found.ops[n] = other()

                self.note(node, f"{type(op).__name__} → {other.__name__}", flip)
        super().generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or if isinstance(node.op, ast.And) else ast.And

        def swap(found: ast.AST) -> None:
            assert isinstance(found, ast.BoolOp)
            found.op = other()

        self.note(node, f"{type(node.op).__name__} → {other.__name__}", swap)
        super().generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.USub)):
            def bare(found: ast.AST) -> None:
                assert isinstance(found, ast.UnaryOp)
                found.op = ast.UAdd() if isinstance(found.op, ast.USub) else found.op
                if isinstance(found.op, ast.Not):  # not not x
                    found.operand = ast.copy_location(ast.UnaryOp(ast.Not(), found.operand), found.operand)

            self.note(node, f"{type(node.op).__name__} dropped", bare)
        super().generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = _SUMS.get(type(node.op))
        text = isinstance(node.left, (ast.JoinedStr, ast.Tuple)) or isinstance(node.right, (ast.JoinedStr, ast.Tuple))
        if other is not None and not text:
            def swap(found: ast.AST) -> None:
                assert isinstance(found, ast.BinOp)
                found.op = other()

            self.note(node, f"{type(node.op).__name__} → {other.__name__}", swap)
        super().generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._value(node, not value)
        elif isinstance(value, int):
            self._value(node, value + 1)
            if value:
                self._value(node, value - 1)
        elif isinstance(value, str) and value and value.isascii() and value.replace("_", "").replace(".", "").isalpha():
            self._value(node, value + "_")

    def _value(self, node: ast.Constant, other: object) -> None:
        def put(found: ast.AST) -> None:
            assert isinstance(found, ast.Constant)
            found.value = other  # type: ignore[assignment]

        self.note(node, f"{node.value!r} → {other!r}", put)

    def visit_If(self, node: ast.If) -> None:
        self._condition(node)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node)
        super().generic_visit(node)

    def _condition(self, node: ast.If | ast.IfExp) -> None:
        if isinstance(node.test, (ast.Compare, ast.UnaryOp)) and not (isinstance(node.test, ast.Compare) and len(node.test.ops) > 1):
            return  # the comparison itself is turned

        def turn(found: ast.AST) -> None:
            assert isinstance(found, (ast.If, ast.IfExp))
            found.test = ast.copy_location(ast.UnaryOp(ast.Not(), found.test), found.test)

        self.note(node, "condition turned", turn)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        if node.ifs:
            def open_(found: ast.AST) -> None:
                assert isinstance(found, ast.comprehension)
                found.ifs = []

            self.note(node, "filter dropped", open_, node.ifs[0].lineno)
        super().generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not (isinstance(node.value, ast.Constant)):
            def nothing(found: ast.AST) -> None:
                assert isinstance(found, ast.Return)
                found.value = ast.copy_location(ast.Constant(None), node)

            self.note(node, "returns None", nothing)
        super().generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            other = _CALLS[node.func.id]

            def swap(found: ast.AST) -> None:
                assert isinstance(found, ast.Call) and isinstance(found.func, ast.Name)
                found.func.id = other

            if other not in ("bisect_left", "bisect_right"):
                self.note(node, f"{node.func.id} → {other}", swap)
        super().generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arguments(self, node: ast.arguments) -> None:
        pass  # annotations; defaults are visited by the function

    def visit_Assert(self, node: ast.Assert) -> None:
        pass  # for the type checker; nobody relies on it at run time

    def visit_match_case(self, node: ast.match_case) -> None:
        if node.guard is not None:
            self.visit(node.guard)
        for n, statement in enumerate(node.body):
            self._statement(node, "body", n, statement)
            self.visit(statement)


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of the text."""
    tree = ast.parse(source)
    finder = _Finder()
    finder.visit(tree)
    places = {id(node): n for n, node in enumerate(ast.walk(tree))}
    lines = source.splitlines()
    seen: dict[tuple[str, str, str], int] = {}
    for function, line, change, node, do in finder.found:
        text = " ".join(lines[line - 1].split())[:100]
        number = seen[function, text, change] = seen.get((function, text, change), -1) + 1
        yield Mutant(module, function, line, text, change, number, partial(_changed, tree, places[id(node)], do))


def _changed(tree: ast.Module, place: int, do: Callable[[ast.AST], None]) -> ast.Module:
    """A copy of the tree with one change, at the node of that place in the walk."""
    made = copy.deepcopy(tree)
    do(next(x for n, x in enumerate(ast.walk(made)) if n == place))
    return ast.fix_missing_locations(made)
