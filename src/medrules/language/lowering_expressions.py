"""Expressions from grammar alternatives: conditions, windows, containers, values.

Every method takes the list of children of one alternative of `rules.lark` (tokens, nodes, None for a part left out) and
gives the node. A meaning that the grammar cannot refuse raises `Misuse`, which the parser turns into a diagnostic.
"""
from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, cast

from medrules.diagnostics import Span
from medrules.language import nodes as n
from medrules.language.tokens import Token

__all__ = ["OPERATORS", "ExpressionLowering", "Misuse", "Where", "condition_of", "end_of", "path_of", "simple"]

OPERATORS: Final[dict[str, Literal["=", "!=", "<", "<=", ">", ">="]]] = {
    "GE": ">=", "GT": ">", "LE": "<=", "LT": "<", "EQ": "=", "NE": "!=",
}
_ARITHMETIC: Final[dict[str, Literal["+", "-", "*"]]] = {"PLUS": "+", "MINUS": "-", "TIMES": "*"}
_FRAME_UNITS: Final = {"小时": "hours", "天": "days"}


class Misuse(Exception):
    """Well-formed, yet not allowed: `code` and `values` of the diagnostic, and where."""

    def __init__(self, code: str, span: Span, **values: str) -> None:
        super().__init__(code)
        self.code, self.span, self.values = code, span, values


class _Quals(NamedTuple):
    var: str
    frame: n.FrameExpr | None
    same: tuple[n.Name, ...]
    own: bool | None
    end: int


class _Tail(NamedTuple):
    """The right side of a comparison, waiting for its left side. `kind` is the token type or a node kind."""

    kind: str
    a: Any
    b: Any
    end: int


class Where(NamedTuple):
    condition: n.Expr
    end: int


class _End(NamedTuple):
    op: str
    value: n.Expr
    span: Span


def path_of(token: Token) -> n.Name:
    return n.Name(token.value, token.span)


def simple(token: Token | None) -> str:
    """The one word that 记为, 令 and roles ask for."""
    if token is None:
        return ""
    if len(token.value) != 1:
        raise Misuse("MR-P115", token.span, name=".".join(token.value))
    return cast(str, token.value[0])


def _number(token: Token) -> n.Number:
    value, unit, percent = token.value
    return n.Number(value, unit, token.span, percent)


def condition_of(where: Where | None) -> n.Expr | None:
    return None if where is None else where.condition


def end_of(default: int, *parts: Any) -> int:
    """Where the last part that is there ends."""
    for part in reversed(parts):
        if isinstance(part, Token):
            return part.end_pos
        if isinstance(part, (Where, _Quals)):
            if part.end:
                return part.end
        elif isinstance(part, tuple) and not hasattr(part, "span"):
            if part:
                return cast(int, part[-1].span.end)
        elif part is not None:
            return cast(int, part.span.end)
    return default


class ExpressionLowering:
    """Callbacks by alternative name. Stateless."""

    # ------------------------------------------------------------ conditions

    def conj(self, c: list[Any]) -> n.Logic:
        return n.Logic("and", tuple(c[::2]), Span(c[0].span.start, c[-1].span.end))

    def disj(self, c: list[Any]) -> n.Logic:
        return n.Logic("or", tuple(c[::2]), Span(c[0].span.start, c[-1].span.end))

    def choice(self, c: list[Any]) -> n.If:
        return n.If(c[1], c[3], c[5], Span(c[0].start_pos, c[5].span.end))

    def negation(self, c: list[Any]) -> n.Unary:
        return n.Unary("not", c[1], Span(c[0].start_pos, c[1].span.end))

    def attested_text(self, c: list[Any]) -> n.Attested:
        return n.Attested(c[1].value, None, Span(c[0].start_pos, c[1].end_pos))

    def attested_cell(self, c: list[Any]) -> n.Attested:
        return n.Attested("", path_of(c[1]), Span(c[0].start_pos, c[1].end_pos))

    def declared(self, c: list[Any]) -> n.Declared:
        return n.Declared(c[1].value, Span(c[0].start_pos, c[1].end_pos))

    def apply(self, c: list[Any]) -> n.Expr:
        item, tail = c
        span = Span(item.span.start, tail.end)
        match tail.kind:
            case "compare":
                op = tail.a
                return n.Compare(OPERATORS[op.type], item, tail.b, span, op.value if op.value.isidentifier() else "")
            case "in" | "not_in":
                return n.Membership(item, tail.a, tail.kind == "not_in", span)
            case "has":
                return n.Contains(item, tail.a, span)
            case "between":
                return n.Between(item, tail.a, tail.b, span)
            case "empty":
                return n.Missing(item, span)
        return n.InCatalogue(item, tail.a, span)

    def tail_compare(self, c: list[Any]) -> _Tail:
        return _Tail("compare", c[0], c[1], c[1].span.end)

    def tail_in(self, c: list[Any]) -> _Tail:
        return _Tail("in", c[1], None, c[1].span.end)

    def tail_not_in(self, c: list[Any]) -> _Tail:
        return _Tail("not_in", c[1], None, c[1].span.end)

    def tail_has(self, c: list[Any]) -> _Tail:
        return _Tail("has", c[1], None, c[1].span.end)

    def tail_between(self, c: list[Any]) -> _Tail:
        return _Tail("between", c[1], c[3], c[3].span.end)

    def tail_empty(self, c: list[Any]) -> _Tail:
        return _Tail("empty", None, None, c[0].end_pos)

    def tail_listed(self, c: list[Any]) -> _Tail:
        return _Tail("listed", c[1].value, None, c[1].end_pos)

    def quantified(self, c: list[Any]) -> n.Quantifier:
        """`任一 就诊.诊断 属于 X`: the body speaks of the collection's own name, which stands for its member."""
        noun = path_of(c[1])
        phrase = n.Phrase(noun, "", None, (), None, None, noun.span)
        return n.Quantifier(c[0].value, phrase, self.apply([noun, c[2]]), Span(c[0].start_pos, c[2].end))

    def quantified_body(self, c: list[Any]) -> n.Quantifier:
        kind, noun, _, var, where, _, body = c
        span = Span(noun.start_pos, end_of(noun.end_pos, var, where))
        phrase = n.Phrase(path_of(noun), simple(var), None, (), None, condition_of(where), span)
        return n.Quantifier(kind.value, phrase, body, Span(kind.start_pos, body.span.end))

    def existence_tail(self, c: list[Any]) -> n.Quantifier:
        """`有 方.明细 属于 X`: short for 其中 over the collection's own name."""
        noun = path_of(c[1])
        span = Span(c[1].start_pos, c[2].end)
        phrase = n.Phrase(noun, "", None, (), None, self.apply([noun, c[2]]), span)
        return n.Quantifier(c[0].value, phrase, None, Span(c[0].start_pos, c[2].end))

    def existence(self, c: list[Any]) -> n.Quantifier:
        phrase = self._phrase(c[1], c[2], c[3])
        return n.Quantifier(c[0].value, phrase, None, Span(c[0].start_pos, phrase.span.end))

    def where_closed(self, c: list[Any]) -> Where:
        return Where(c[2], c[3].end_pos)

    def where_open(self, c: list[Any]) -> Where:
        return Where(c[1], c[1].span.end)

    def bracketed(self, c: list[Any]) -> Any:
        return c[1]

    # ------------------------------------------------------------ phrases and frames

    def _phrase(self, noun: Token, quals: _Quals, where: Where | None) -> n.Phrase:
        span = Span(noun.start_pos, end_of(noun.end_pos, quals, where))
        return n.Phrase(path_of(noun), quals.var, quals.frame, quals.same, quals.own, condition_of(where), span)

    def quals(self, c: list[Any]) -> _Quals:
        _, var, _, frame, same, own = c
        return _Quals(simple(var), frame, same or (), None if own is None else own.value == "including",
                      end_of(0, var, frame, same, own))

    def by_same(self, c: list[Any]) -> tuple[n.Name, ...]:
        return cast("tuple[n.Name, ...]", c[1])

    def same(self, c: list[Any]) -> tuple[n.Name, ...]:
        return tuple(path_of(token) for token in c[::2])

    def frame_word(self, c: list[Any]) -> n.FrameExpr:
        return n.FrameExpr(c[0].value, None, c[0].span)

    def frame_column(self, c: list[Any]) -> n.FrameExpr:
        return n.FrameExpr("column", path_of(c[0]), c[0].span)

    def frame_length(self, c: list[Any]) -> n.FrameExpr:
        number = _number(c[0])
        kind = _FRAME_UNITS.get(number.unit)
        if kind is None:
            raise Misuse("MR-P117", number.span)
        return n.FrameExpr(kind, number, number.span)

    def frame_recent(self, c: list[Any]) -> n.FrameExpr:
        count = c[1]
        if isinstance(count, n.Number) and count.unit != "天":
            raise Misuse("MR-P117", count.span)
        # 近30天 and 30天 are one look-back window; the count tells a column from a number
        return n.FrameExpr("days", count, Span(c[0].start_pos, count.span.end))

    # ------------------------------------------------------------ containers

    def table_ref(self, c: list[Any]) -> n.SetRef:
        _, name, column = c
        return n.SetRef("table", name.value, column.value if column else "",
                        Span(c[0].start_pos, end_of(name.end_pos, column)))

    def codeset_ref(self, c: list[Any]) -> n.SetRef:
        return n.SetRef("codeset", c[1].value, "", Span(c[0].start_pos, c[1].end_pos))

    def alternatives(self, c: list[Any]) -> n.ListExpr:
        return n.ListExpr(tuple(c[1:-1:2]), Span(c[0].start_pos, c[-1].end_pos))

    def low_end(self, c: list[Any]) -> _End:
        return _End(OPERATORS[c[0].type], c[1], Span(c[0].start_pos, c[1].span.end))

    high_end = low_end

    def range_low(self, c: list[Any]) -> n.RangeLiteral:
        low, high = c
        span = low.span if high is None else low.span.to(high.span)
        return n.RangeLiteral((low.op, low.value), None if high is None else (high.op, high.value), span)

    def range_high(self, c: list[Any]) -> n.RangeLiteral:
        return n.RangeLiteral(None, (c[0].op, c[0].value), c[0].span)

    # ------------------------------------------------------------ values

    def path(self, c: list[Any]) -> n.Name:
        token = c[0]
        return n.Name(token.value, Span(token.start_pos, token.end_pos))

    def number(self, c: list[Any]) -> n.Number:
        return _number(c[0])

    def text(self, c: list[Any]) -> n.Text:
        return n.Text(c[0].value, c[0].span)

    def date(self, c: list[Any]) -> n.DateLiteral:
        return n.DateLiteral(c[0].value, c[0].span)

    def truth(self, c: list[Any]) -> n.Bool:
        return n.Bool(c[0].value == "yes", c[0].span)

    def binary(self, c: list[Any]) -> n.Binary:
        return n.Binary(_ARITHMETIC[c[1].type], c[0], c[2], Span(c[0].span.start, c[2].span.end))

    def negative(self, c: list[Any]) -> n.Unary:
        return n.Unary("neg", c[1], Span(c[0].start_pos, c[1].span.end))

    def call(self, c: list[Any]) -> n.Call:
        arguments = tuple(part for part in c[2:-1] if part is not None and not isinstance(part, Token))
        return n.Call(path_of(c[0]), arguments, Span(c[0].start_pos, c[-1].end_pos))

    def lookup(self, c: list[Any]) -> n.LookupExpr:
        return n.LookupExpr(c[2].value, tuple(c[4:-2:2]), c[-1].value, Span(c[0].start_pos, c[-1].end_pos))

    def aggregate(self, c: list[Any]) -> n.Aggregate:
        phrase = self._phrase(c[1], c[2], c[3])
        return n.Aggregate(c[0].value, phrase, Span(c[0].start_pos, phrase.span.end))

    def day_ordinal(self, c: list[Any]) -> n.DayOrdinal:
        return n.DayOrdinal(c[2], c[3], Span(c[0].start_pos, end_of(0, c[3])))

    def rank_ordinal(self, c: list[Any]) -> n.RankOrdinal:
        _, _, by, order, _, frame, same = c
        return n.RankOrdinal(by, order.value == "descending", frame, same, Span(c[0].start_pos, end_of(0, same)))

    def kind_ordinal(self, c: list[Any]) -> n.KindOrdinal:
        count = c[1]
        if isinstance(count, n.Number) and count.unit == "种":
            count = n.Number(Decimal(count.value), "", count.span)
        phrase = self._phrase(c[3], c[4], c[5])
        return n.KindOrdinal(count, phrase, Span(c[0].start_pos, phrase.span.end))

    def quota(self, c: list[Any]) -> n.Quota:
        _, value, _, limit, _, frame, same = c
        return n.Quota(value, limit, frame, same, Span(c[0].start_pos, end_of(0, same)))
