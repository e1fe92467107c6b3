"""A shape's test as a function of its own, for entries that have no place in the dense record."""
from __future__ import annotations

import ast
from collections.abc import Callable

from medrules.engine.optimized import syntax as s
from medrules.engine.optimized.emit import emit, hole_names
from medrules.engine.optimized.names import NAMES
from medrules.engine.optimized.numbers import Numbers
from medrules.plan.shapes import CodesProbe, Shape, SharedGroup, TotalOver

__all__ = ["compile_shape"]


def compile_shape(shape: Shape, numbers: Numbers) -> Callable[..., bool]:
    """(m, on, scene, *constants) → may the line be at fault."""
    places = _Asked(numbers)
    test = emit(shape, places, "h")
    parameters = ["m", "on", "scene", *(n for names in hole_names(shape, "h") for n in names)]
    made = s.build("test", s.function("test", parameters, [s.give(test)]), {**NAMES, **places.objects})
    return made  # type: ignore[no-any-return]


class _Asked:
    """Asks the scene every time: right for tests that few lines reach."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.objects: dict[str, object] = {}

    def code(self) -> ast.expr:
        return s.attr(s.name("m"), "code")

    def object(self, value: object) -> ast.expr:
        ident = f"k{len(self.objects)}"
        self.objects[ident] = value
        return s.name(ident)

    def ask(self, what: str, *args: ast.expr) -> ast.expr:
        return s.call(s.attr(s.name("scene"), what), *args)

    def fact(self, path: tuple[str, ...]) -> ast.expr:
        return self.ask("fact", self.object(path))

    def probe(self, node: CodesProbe) -> ast.expr:
        return self.ask("list_of", s.number(self.numbers.list(node)))

    def totals(self, node: TotalOver) -> ast.expr:
        return self.ask("totals", s.number(self.numbers.total(node)))

    def groups(self, node: SharedGroup) -> ast.expr:
        return self.ask("groups", s.number(self.numbers.group(node)))

    def bound(self, region: str) -> ast.expr:
        return self.ask("bound", self.object(region))

    def alone(self) -> ast.expr:
        return self.ask("alone")

    def step(self) -> ast.expr:
        return self.ask("step", s.name("on"))
