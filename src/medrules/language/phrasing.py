"""Expressions and scopes to words: one node, one canonical way of saying it in one language.

Takes → nodes, the vocabulary to speak, a way to translate names. Gives → text on one line that parses to the same nodes.
Brackets are put where the grammar needs them and nowhere else. Never → breaks lines (formatter.py does).
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from medrules.language import nodes as n
from medrules.language.quoting import is_plain, quoted, spelled
from medrules.language.vocabulary import Vocabulary

__all__ = ["Phrasing"]

_SYMBOLS: Final = {
    "zh": {">=": "≥", "<=": "≤", "!=": "≠", "-": "−", "*": "×", "neg": "−"},
    "en": {"neg": "-"},
}
# How tightly a node binds: 0 needs brackets everywhere but where a whole expression stands, 5 never does.
_EXPRESSION, _CONDITION, _SUM, _PRODUCT, _UNARY = 0, 1, 2, 3, 4
_TAILED = (n.Compare, n.Membership, n.Contains, n.Between, n.Missing, n.InCatalogue)
# A bare yes or no counts as a condition: `no` before `less than` would read as one phrase.
_CONDITIONS = (*_TAILED, n.Attested, n.Declared, n.Quantifier, n.KindOrdinal, n.Bool)


def _binding(node: n.Expr) -> int:
    match node:
        case n.Logic() | n.If() | n.Always():
            return 0
        case n.Unary(op="not"):
            return 1
        case n.Binary(op="*"):
            return 3
        case n.Binary():
            return 2
        case n.Unary():
            return 4
    return 1 if isinstance(node, _CONDITIONS) else 5




class Phrasing:
    """One language's way of saying nodes that were written in `source`. Immutable."""

    def __init__(
        self, words: Vocabulary, source: Vocabulary, translate: Callable[[tuple[str, ...]], tuple[str, ...]],
        in_text: bool = False,
    ) -> None:
        self.words = words
        self.source = source
        self.translate = translate
        self.in_text = in_text  # inside the braces of a template: quotes must not end it
        self.symbols = _SYMBOLS[words.language]

    # ------------------------------------------------------------ words and names

    def word(self, terminal: str, identifier: str = "") -> str:
        return self.words.word(terminal, identifier or terminal)

    def join(self, *pieces: str) -> str:
        """Pieces with a space between, save where Chinese brackets and quotes already part them."""
        out = ""
        for piece in pieces:
            if not piece:
                continue
            tight = self.words.language == "zh" and out and (out[-1] in "（）」" or piece[0] in "（）")
            out += piece if not out or tight else " " + piece
        return out

    def name(self, parts: tuple[str, ...]) -> str:
        return spelled(self.translate(parts), self.words, self.in_text)

    def bare(self, name: str) -> str:
        """One word where a value stands; in quotes if the language would read it as a word of its own."""
        (said,) = self.translate((name,))
        return said if is_plain(said) and said not in self.words.keywords else self.quote(said)

    def simple(self, name: str) -> str:
        """A name that the author gave: a role, a 令, a row."""
        return self.name((name,))

    def quote(self, text: str) -> str:
        return quoted(text, self.words, self.in_text)

    def bracket(self, text: str) -> str:
        return f"{self.words.punctuation.open}{text}{self.words.punctuation.close}"

    def same(self, names: tuple[n.Name, ...], in_call: bool = False) -> str:
        """A 按 同一 list. Window words in it are words of the language, the rest are names."""
        out = []
        for name in names:
            word = name.parts[0] if len(name.parts) == 1 else ""
            family = next((f for f in ("frame", "period") if word in self.source.places[f]), "")
            out.append(self.words.word(f"{family}.single", self.source.places[family][word]) if family
                       else self.name(name.parts))
        p = self.words.punctuation
        return (f" {self.word('AND')} " if in_call and p.and_in_calls else p.list_separator).join(out)

    def by_same(self, names: tuple[n.Name, ...], in_call: bool) -> str:
        return f"{self.word('BY_SAME')} {self.same(names, in_call)}" if names else ""

    # ------------------------------------------------------------ expressions

    def expr(self, node: n.Expr, level: int = _EXPRESSION, in_call: bool = False) -> str:
        """A node where one that binds at least as tightly as `level` may stand."""
        binding = _binding(node)
        if isinstance(node, n.Unary) and node.op == "neg":
            binding = _UNARY
        if binding < level:
            return self.bracket(self.expr(node))
        match node:
            case n.Name(parts):
                return self.name(parts) if len(parts) > 1 else self.bare(parts[0])
            case n.Number():
                return self.number(node)
            case n.Text(value):
                return self.quote(value)
            case n.Bool(value):
                return self.word("BOOL", "yes" if value else "no")
            case n.DateLiteral(ordinal):
                return date.fromordinal(ordinal).isoformat()
            case n.RangeLiteral(low, high):
                return self.join(*(self.end(*end, in_call) for end in (low, high) if end is not None))
            case n.SetRef() | n.ListExpr():
                return self.container(node, in_call)
            case n.Unary("not", arg):
                return self.join(self.word("NOT"), self.expr(arg, _CONDITION, in_call))
            case n.Unary(_, arg):
                return f"{self.symbols['neg']}{self.expr(arg, _UNARY, in_call)}"
            case n.Binary(op, left, right):
                level = _PRODUCT if op == "*" else _SUM
                return self.join(self.expr(left, level, in_call), self.symbols.get(op, op),
                                 self.expr(right, level + 1, in_call))
            case n.Logic():
                return self.join(*self.logic(node))
            case n.If(condition, then, otherwise):
                return self.join(self.word("IF"), self.expr(condition, _CONDITION if in_call else _EXPRESSION),
                                 self.word("THEN"), self.value(then, in_call),
                                 self.word("ELSE"), self.expr(otherwise) if isinstance(otherwise, n.If) else
                                 self.value(otherwise, in_call))
            case n.Attested(text, arg):
                return self.join(self.word("ATTESTED"), self.expr(arg)) if arg is not None else (
                    self._before_quote(self.word("ATTESTED")) + self.quote(text))
            case n.Declared(label):
                return self._before_quote(self.word("DECLARED")) + self.quote(label)
            case n.Call(name, args):
                return self.name(name.parts) + self.arguments(args)
            case n.LookupExpr(table, keys, column):
                where = self.table(table)
                return self.join(self.word("LOOKUP"), f"{where}{self.arguments(keys)}.{self.column(table, column)}")
            case n.Quantifier():
                return self.quantifier(node, in_call)
            case n.Aggregate(fn, phrase):
                return self.join(self.word("AGGREGATE", fn), self.phrase(phrase, level <= _CONDITION, in_call))
            case n.DayOrdinal(frame, same):
                return self.join(self.word("DAY_ORDINAL"), self.word("TAKE"), self.frame(frame), self.by_same(same, in_call))
            case n.RankOrdinal(by, descending, frame, same):
                order = self.word("ORDER", "descending" if descending else "ascending")
                return self.join(self.word("RANK"), self.word("BY"), self.expr(by, _SUM, in_call), order, self.word("TAKE"),
                                 self.frame(frame), self.by_same(same, in_call))
            case n.KindOrdinal(count, phrase):
                return self.join(self.word("FROM_NTH"), self.expr(count, _UNARY, in_call), self.word("ONWARD"),
                                 self.phrase(phrase, True, in_call))
            case n.Quota(value, limit, frame, same):
                bound = limit if _binding(limit) > _UNARY and not isinstance(limit, n.Quota) else None
                return self.join(self.word("QUOTA"), self.expr(value, _SUM, in_call), self.word("LIMIT"),
                                 self.expr(bound, _UNARY, in_call) if bound is not None else self.bracket(self.expr(limit)),
                                 self.word("PER"), self.frame(frame, bare=True), self.by_same(same, in_call))
            case n.Always():
                return self.word("ALWAYS")
        return self.join(self.expr(node.item if not isinstance(node, (n.Compare, n.Contains)) else
                                   node.left if isinstance(node, n.Compare) else node.container, _SUM, in_call),
                         self.tail(node, in_call))

    def value(self, node: n.Expr, in_call: bool) -> str:
        """A sum, or a yes or no that nothing can follow."""
        return self.expr(node, _CONDITION if isinstance(node, n.Bool) else _SUM, in_call)

    def logic(self, node: n.Logic) -> list[str]:
        """The arguments of 且 or 或, each but the first behind its word: one line each when the formatter breaks them."""
        word = self.word("AND" if node.op == "and" else "OR")
        first, *rest = (self.expr(arg, _CONDITION) for arg in node.args)
        return [first, *(self.join(word, arg) for arg in rest)]

    def tail(self, node: n.Expr, in_call: bool) -> str:
        """The part of a comparison behind its left side."""
        match node:
            case n.Compare(op, _, right, _, style):
                said = self.words.word("comparison", style) if style else self.symbols.get(op, op)
                return self.join(said, self.value(right, in_call))
            case n.Membership(_, container, negated):
                return self.join(self.word("NOT_IN" if negated else "IN"), self.container(container, in_call))
            case n.Contains(_, item):
                return self.join(self.word("HAS"), self.expr(item, _SUM, in_call))
            case n.Between(_, low, high):
                return self.between(low, high, in_call)
            case n.Missing():
                return self.word("EMPTY")
            case n.InCatalogue(_, catalogue):
                return self._before_quote(self.word("LISTED")) + self.quote(catalogue)
        raise TypeError(type(node).__name__)

    def end(self, op: str, value: n.Expr, in_call: bool) -> str:
        """One end of a range: `满12岁`, `满 参数.老年年龄`."""
        said = self.words.word("range", op)
        if isinstance(value, n.Number):
            return said + self._gap() + self.number(value)
        return self.join(said, self.expr(value, _UNARY, in_call))

    def between(self, low: n.Expr, high: n.Expr, in_call: bool) -> str:
        """`介于 a 至 b`. English says `between a and b`: its lexer takes the first `and` for the end of the low value, so a
        low value that holds another one stands in brackets."""
        to = self.word("AND") if self.words.punctuation.and_in_calls else self.word("TO")
        first = self.expr(low, _SUM, in_call)
        if f" {to} " in first:
            first = self.bracket(self.expr(low))
        return self.join(self.word("BETWEEN"), first, to, self.expr(high, _SUM, in_call))

    def container(self, node: n.Expr, in_call: bool = False) -> str:
        match node:
            case n.SetRef("table", name, column):
                return self.table(name) + (f".{self.column(name, column)}" if column else "")
            case n.SetRef(_, name):
                return self._before_quote(self.word("CODESET")) + self.quote(self._set_name("CODESET", name))
            case n.ListExpr(members):
                return self.bracket(self.words.punctuation.list_separator.join(self.container(m) for m in members))
        return self.expr(node, in_call=in_call)

    def table(self, name: str) -> str:
        return self._before_quote(self.word("TABLE")) + self.quote(self._set_name("TABLE", name))

    def column(self, table: str, column: str) -> str:
        name = self.translate((self.source.word("TABLE", "TABLE"), table, column))[-1]
        return spelled(("", name), self.words, self.in_text)[1:]

    def number(self, node: n.Number) -> str:
        if node.percent:
            return f"{node.value.scaleb(2):f}%"
        unit = self.words.word("unit.one" if node.value == 1 else "unit", node.unit) if node.unit else ""
        return f"{node.value:f}{self._gap() if unit else ''}{unit}"

    def arguments(self, args: tuple[n.Expr, ...]) -> str:
        separator = self.words.punctuation.argument_separator
        return self.bracket(separator.join(self._argument(a) for a in args))

    def _argument(self, arg: n.Expr) -> str:
        return self.expr(arg, _EXPRESSION if isinstance(arg, n.If) else _CONDITION, in_call=True)

    # ------------------------------------------------------------ phrases

    def phrase(self, phrase: n.Phrase, open_where: bool, in_call: bool = False) -> str:
        """A collection with its qualifiers, in the order the language fixes."""
        return self.join(
            self.name(phrase.noun.parts),
            f"{self.word('AS')} {self.simple(phrase.var)}" if phrase.var else "",
            f"{self.word('TAKE')} {self.frame(phrase.frame)}" if phrase.frame is not None else "",
            self.by_same(phrase.same, in_call),
            "" if phrase.own is None else self.word("OWN", "including" if phrase.own else "excluding"),
            self.where(phrase.where, open_where, in_call),
        )

    def where(self, condition: n.Expr | None, open_allowed: bool = True, in_call: bool = False) -> str:
        """其中 with one bare comparison if that can stand here, with brackets otherwise."""
        if condition is None:
            return ""
        if open_allowed and _starts_bare(condition):
            return self.join(self.word("WHERE"), self.expr(condition, in_call=in_call))
        return self.join(self.word("WHERE"), self.bracket(self.expr(condition)))

    def short_where(self, condition: n.Expr | None) -> str:
        """其中 where a list or 按 同一 follows: only the plainest comparison stands without brackets."""
        plain = isinstance(condition, n.Compare) and condition.op in ("=", "!=") and isinstance(condition.left, n.Name) \
            and isinstance(condition.right, (n.Name, n.Number, n.Text, n.Bool))
        plain = plain or (isinstance(condition, n.Membership) and isinstance(condition.item, n.Name)
                          and isinstance(condition.container, n.SetRef))
        return self.where(condition, plain)

    def quantifier(self, node: n.Quantifier, in_call: bool) -> str:
        phrase, body = node.phrase, node.body
        if body is None:
            start = self.word("EXISTENCE", node.kind)
            if phrase == n.Phrase(phrase.noun, "", None, (), None, phrase.where, phrase.span) \
                    and _speaks_of(phrase.where, phrase.noun):
                assert phrase.where is not None
                return self.join(start, self.name(phrase.noun.parts), self.tail(phrase.where, in_call))
            return self.join(start, self.phrase(phrase, True, in_call))
        start = self.word("QUANTIFIER", node.kind)
        if not phrase.var and phrase.where is None and _speaks_of(body, phrase.noun):
            return self.join(start, self.name(phrase.noun.parts), self.tail(body, in_call))
        said = self.expr(body, in_call=in_call) if _starts_bare(body) else self.bracket(self.expr(body))
        return self.join(start, self.phrase(phrase, True, in_call), self.word("SATISFIES"), said)

    def frame(self, frame: n.FrameExpr, bare: bool = False) -> str:
        """A window. `bare`: behind 每, where a number of days needs no 近."""
        match frame:
            case n.FrameExpr("column", n.Name(parts)):
                return self.name(parts)
            case n.FrameExpr("hours", n.Number() as count):
                return self.number(count)
            case n.FrameExpr("days", n.Number() as count):
                return self.number(count) if bare else self.join(self.word("RECENT"), self.number(count))
            case n.FrameExpr("days", count) if count is not None:
                said = self.name(count.parts) if isinstance(count, n.Name) else self.bracket(self.expr(count))
                return self.join(self.word("RECENT"), said)
        return self.words.word("frame", frame.kind)

    # ------------------------------------------------------------ scopes

    def scope(self, scope: n.Scope) -> str:
        row = getattr(scope, "row", "")
        as_row = f"{self.word('AS')} {self.simple(row)}" if row else ""
        match scope:
            case n.ItemScope(subject, container):
                held = self.join(self.word("IN"), self.container(container), as_row) if container is not None else ""
                return self.join(self.words.word("scope_subject", subject), held, self.where(scope.where))
            case n.PairScope(first, second, container, _, frame):
                pair = self.words.punctuation.list_separator.join((self.simple(first), self.simple(second)))
                return self.join(self.word("TWO_ITEMS"), pair, self.word("IN"), self.container(container), as_row,
                                 self.word("WITHIN"), self.frame(frame), self.where(scope.where))
            case n.GroupScope(container, _, same, var):
                return self.join(self.word("EACH_GROUP"), self.word("IN"), self.container(container), as_row,
                                 self.by_same(same, False), self.word("AS"), self.simple(var), self.where(scope.where))
            case n.EachScope(subject, var):
                return self.join(self.word("EACH_ONE", subject), self.word("AS"), self.simple(var), self.where(scope.where))
            case n.StayPairScope(first, second, where, same, op, gap):
                pair = self.words.punctuation.list_separator.join((self.simple(first), self.simple(second)))
                return self.join(self.word("STAY_PAIR"), pair, self.short_where(where), self.by_same(same, False),
                                 self.words.word("gap", "gap"), self.words.word("range", op), self.expr(gap, _SUM))
            case n.PeriodScope(subjects, period, var):
                return self.join(self.word("EACH"), self.same(subjects), self.word("PER"),
                                 self.words.word("period", period), self.word("AS"), self.simple(var),
                                 self.where(scope.where))

    # ------------------------------------------------------------ small things

    def _gap(self) -> str:
        return "" if self.words.language == "zh" else " "

    def _before_quote(self, word: str) -> str:
        return word if self.words.language == "zh" else word + " "

    def _set_name(self, terminal: str, name: str) -> str:
        return self.translate((self.source.word(terminal, terminal), name))[-1]


def _leftmost(node: n.Expr) -> n.Expr | None:
    match node:
        case n.Compare():
            return node.left
        case n.Contains():
            return node.container
        case n.Membership() | n.Between() | n.Missing() | n.InCatalogue():
            return node.item
    return None


def _starts_bare(node: n.Expr) -> bool:
    """A comparison that begins with neither bracket nor minus."""
    left = _leftmost(node)
    level = _SUM
    while isinstance(left, n.Binary) and _binding(left) >= level:
        level, left = _binding(left), left.left
    return left is not None and _binding(left) > _UNARY


def _speaks_of(node: n.Expr | None, noun: n.Name) -> bool:
    """A comparison whose left side is the collection's own name."""
    left = None if node is None else _leftmost(node)
    return isinstance(left, n.Name) and left.parts == noun.parts
