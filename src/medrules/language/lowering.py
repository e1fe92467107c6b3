"""Grammar alternatives to nodes: what lark calls at each reduction. No tree is built and nothing here recurses.

Clause bodies, small declarations and scopes; expressions are in lowering_expressions.py.
"""
from __future__ import annotations

from typing import Any, NamedTuple, cast

from medrules.diagnostics import Span
from medrules.language import nodes as n
from medrules.language.lowering_expressions import (
    OPERATORS,
    ExpressionLowering,
    Misuse,
    Where,
    condition_of,
    end_of,
    path_of,
    simple,
)
from medrules.language.tokens import Token

__all__ = ["Lowering", "Parameter", "Twin"]


class Twin(NamedTuple):
    """A definition before the parser adds its comments: name, twin, value."""

    name: str
    twin: str
    value: n.Expr


class Parameter(NamedTuple):
    """A parameter's parts before the parser adds its span and comments."""

    name: str
    twin: str
    by: tuple[n.Name, ...]
    value: n.Expr | None
    start: int
    end: int | None
    low: n.Expr | None
    high: n.Expr | None


class Lowering(ExpressionLowering):
    """Callbacks by alternative name. Stateless."""

    # ------------------------------------------------------------ starts

    def always(self, c: list[Any]) -> n.Always:
        return n.Always(c[0].span)

    def only(self, c: list[Any]) -> Any:
        return c[0]

    def exemption_removed(self, c: list[Any]) -> tuple[None, None]:
        return None, None

    def exemption(self, c: list[Any]) -> tuple[n.Expr, n.Expr | None]:
        return c[0], c[2]

    def let(self, c: list[Any]) -> n.Let:
        return n.Let(simple(c[0]), c[2], Span(c[0].start_pos, c[2].span.end))

    def fault(self, c: list[Any]) -> n.Fault:
        targets = tuple(c[::2])
        return n.Fault(targets, Span(targets[0].span.start, targets[-1].span.end))

    def target(self, c: list[Any]) -> n.Name | n.Phrase:
        name, var, where = c[0], c[2], c[3]
        if var is None and where is None:
            return path_of(name)
        span = Span(name.start_pos, end_of(name.end_pos, var, where))
        return n.Phrase(path_of(name), simple(var), None, (), None, condition_of(where), span)

    def valid_from(self, c: list[Any]) -> n.Valid:
        return n.Valid(c[0].value, None, Span(c[0].start_pos, end_of(c[0].end_pos, c[1])))

    def valid_from_word(self, c: list[Any]) -> n.Valid:
        return n.Valid(c[1].value, None, Span(c[0].start_pos, end_of(c[1].end_pos, c[2])))

    def valid_between(self, c: list[Any]) -> n.Valid:
        return n.Valid(c[0].value, c[2].value, Span(c[0].start_pos, c[2].end_pos))

    def valid_between_word(self, c: list[Any]) -> n.Valid:
        return n.Valid(c[1].value, c[3].value, Span(c[0].start_pos, c[3].end_pos))

    def parameter(self, c: list[Any]) -> Parameter:
        name, twin, by, _, value, _, start, until, tunable = c
        low, high = tunable or (None, None)
        return Parameter(simple(name), twin.value if twin else "", by or (), value, start.value, until, low, high)

    def keyed_by(self, c: list[Any]) -> tuple[n.Name, ...]:
        return cast("tuple[n.Name, ...]", c[2])

    def undetermined(self, c: list[Any]) -> None:
        return None

    def until(self, c: list[Any]) -> int:
        return cast(int, c[1].value)

    def tunable(self, c: list[Any]) -> tuple[n.Expr, n.Expr]:
        return c[1], c[3]

    def definition(self, c: list[Any]) -> Twin:
        return Twin(simple(c[0]), c[1].value if c[1] else "", c[3])

    # ------------------------------------------------------------ scopes

    def item_scope(self, c: list[Any]) -> n.ItemScope:
        subject, _, container, _, row, where = c
        span = Span(subject.start_pos, end_of(0, container, row, where))
        return n.ItemScope(subject.value, container, simple(row), condition_of(where), span)

    def scan_scope(self, c: list[Any]) -> n.ItemScope:
        return n.ItemScope(c[0].value, None, "", c[1].condition, Span(c[0].start_pos, c[1].end))

    def pair_scope(self, c: list[Any]) -> n.PairScope:
        start, first, _, second, _, container, _, row, _, frame, where = c
        span = Span(start.start_pos, end_of(0, frame, where))
        return n.PairScope(simple(first), simple(second), container, simple(row), frame, condition_of(where), span)

    def group_scope(self, c: list[Any]) -> n.GroupScope:
        start, _, container, _, row, same, _, var, where = c
        span = Span(start.start_pos, end_of(0, var, where))
        return n.GroupScope(container, simple(row), same, simple(var), condition_of(where), span)

    def each_scope(self, c: list[Any]) -> n.EachScope:
        return n.EachScope(c[0].value, simple(c[2]), condition_of(c[3]), Span(c[0].start_pos, end_of(0, c[2], c[3])))

    def stay_scope(self, c: list[Any]) -> n.StayPairScope:
        start, first, _, second, where, same, _, op, gap = c
        span = Span(start.start_pos, gap.span.end)
        return n.StayPairScope(simple(first), simple(second), condition_of(where), same, OPERATORS[op.type], gap, span)

    def period_scope(self, c: list[Any]) -> n.PeriodScope:
        subjects = next(part for part in c if isinstance(part, tuple) and not isinstance(part, Where))
        at = next(i for i, part in enumerate(c) if isinstance(part, Token) and part.type == "PER")
        period, var, where = c[at + 1], c[at + 3], c[at + 4]
        if period.type == "NAME":
            raise Misuse("MR-P118", period.span, word=".".join(period.value))
        span = Span(c[0].start_pos, end_of(0, var, where))
        return n.PeriodScope(subjects, period.value, simple(var), condition_of(where), span)
