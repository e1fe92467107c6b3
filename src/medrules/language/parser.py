"""Text to AST: declarations are cut at their words, clauses at their heads, and each clause body is parsed on its own, so
that one run tells all that is wrong.

Takes → a `Source`. Gives → the `File` with every clause that could be read, and diagnostics for the others. Never → raises on
what an author wrote. A File is None only when a limit refused the text.
"""
from __future__ import annotations

from typing import Any, cast

from lark.exceptions import UnexpectedToken

from medrules.diagnostics import Diagnostic, Source, Span
from medrules.diagnostics.codes import diagnostic
from medrules.language import nodes as n
from medrules.language.clauses import Cut, cut_clauses, find_body
from medrules.language.comments import CommentBook
from medrules.language.grammar import parse_tokens
from medrules.language.lexer import lex, lex_part
from medrules.language.lowering import Parameter, Twin
from medrules.language.lowering_expressions import Misuse
from medrules.language.mistakes import Broken, explain, unknown_declaration, unknown_value
from medrules.language.templates import BraceProblem, parse_template
from medrules.language.tokens import DEFAULT_LIMITS, Lexed, Limits, Token
from medrules.language.vocabulary import vocabulary

__all__ = ["parse"]

_CLOSED_VALUES = frozenset({"result", "stage", "fees", "interaction"})
_FOREIGN_PAIRS = {"》": "《", "】": "【", "』": "『", "〉": "〈", "]": "[", "］": "［", "〕": "〔"}
_GRAMMAR_STARTS = {"for": "scope", "must": "condition", "when": "condition", "valid": "valid", "let": "let", "fault": "fault",
                   "unless": "exemption", "deduct": "expr"}


def parse(source: Source, limits: Limits = DEFAULT_LIMITS) -> tuple[n.File | None, tuple[Diagnostic, ...]]:
    """Parse one file.

    Returns:
        The file and its diagnostics. With diagnostics the file lacks the clauses they speak of; without, it is whole.
        None when a limit refused the text before parsing.
    """
    lexed = lex(source, limits)
    if lexed.refused:
        return None, lexed.diagnostics
    reader = _Reader(source, lexed, limits)
    file = reader.file()
    found = sorted((*reader.causes(), *reader.problems), key=lambda d: d.span.start if d.span else 0)
    return file, tuple(found[:limits.diagnostics])


class _Reader:
    """One pass over the tokens of one file. Local state of a call, never shared."""

    def __init__(self, source: Source, lexed: Lexed, limits: Limits) -> None:
        self.source = source
        self.lexed = lexed
        self.limits = limits
        self.tokens = lexed.tokens
        self.words = vocabulary(lexed.language)
        self.comments = CommentBook(lexed.comments)
        self.problems: list[Diagnostic] = []
        self.explained: list[Span] = []  # where an unknown character is a symptom of what is told already

    # ------------------------------------------------------------ declarations

    def file(self) -> n.File:
        declarations: list[n.Declaration] = []
        at, count = 0, len(self.tokens)
        while at < count and len(self.problems) < self.limits.diagnostics:
            token = self.tokens[at]
            kind = self._declares(at)
            end = self._next_declaration(at + 1)
            if kind is None:
                self.problems.append(unknown_declaration(self.source, token, self.words))
            elif kind in ("rule", "default"):
                declaration, end = self._block(kind, at, end)
                if declaration is not None:
                    declarations.append(declaration)
            else:
                small = self._small(kind, at, end)
                if small is not None:
                    declarations.append(small)
            at = end
        trailing = self.comments.own_lines(count, count)
        return n.File(tuple(declarations), self.lexed.language, Span(0, len(self.source.text)), trailing)

    def _declares(self, at: int) -> str | None:
        token = self.tokens[at]
        if token.type != "NAME" or len(token.value) != 1:
            return None
        return self.words.declarations.get(token.value[0])

    def _next_declaration(self, at: int) -> int:
        """The next declaration word that begins a line and is no clause head or value."""
        tokens, count = self.tokens, len(self.tokens)
        while at < count:
            if tokens[at].first and tokens[at].type == "NAME" and self._declares(at) is not None and not (
                at + 1 < count and tokens[at + 1].type in ("COLON", "EQ")
            ):
                return at
            at += 1
        return count

    def _block(self, kind: str, at: int, limit: int) -> tuple[n.Declaration | None, int]:
        """A rule or 默认: its head, its braces, its clauses. Gives the index behind it."""
        tokens = self.tokens
        head = tokens[at]
        code = name = ""
        name_span = head.span
        i = at + 1
        if kind == "rule":
            if i < limit and tokens[i].type == "CODE":
                code = tokens[i].value
                i += 1
            if i < limit and tokens[i].type == "STRING":
                name, name_span = tokens[i].value, tokens[i].span
                i += 1
            if not code or not name:
                self._report("MR-P104", head.span)
                while i < limit and tokens[i].type != "LBRACE" and not tokens[i].first:
                    i += 1  # the rest of its line
        if i >= limit or tokens[i].type != "LBRACE":
            if not self._is_told(head.start_pos, tokens[i].start_pos if i < limit else head.end_pos):
                self._report("MR-P105", head.span, brace="{")
            if i >= limit or tokens[i].type in ("STRING", "CODE"):
                return None, limit
            i -= 1  # read on as if the brace were there
        close = find_body(tokens, i + 1, limit)
        if close == limit:
            self._report("MR-P105", head.span, brace="}")
        clauses = tuple(
            clause for cut in cut_clauses(tokens, i + 1, close, self.words, self.source, self.problems)
            if len(self.problems) < self.limits.diagnostics and (clause := self._clause(cut, kind)) is not None
        )
        last = min(close, len(tokens) - 1)
        span = Span(head.start_pos, tokens[last].end_pos)
        comments = self.comments.above(at, self.source.text, head.start_pos)
        note = self.comments.notes(at + 1, i + 1)
        trailing = self.comments.own_lines(close, close)
        after = min(close + 1, limit)
        if after < limit and not tokens[after].first:
            limit_token = tokens[after]
            self._report("MR-P101", limit_token.span, text=self._text(limit_token.span), hint="", hint_en="")
            after = limit
        if after < limit:
            after = self._strays(after, limit)
        if kind == "rule":
            return (n.RuleDecl(code, name, clauses, span, name_span, comments, note, trailing) if code else None), after
        return n.DefaultDecl(clauses, span, comments, note, trailing), after

    def _strays(self, at: int, limit: int) -> int:
        """Words between a closed block and the next declaration belong to nothing: one diagnostic for all of them."""
        self.problems.append(unknown_declaration(self.source, self.tokens[at], self.words))
        return limit

    def _small(self, kind: str, at: int, end: int) -> n.Declaration | None:
        """A parameter or a definition."""
        tokens = self.tokens
        span = Span(tokens[at].start_pos, tokens[end - 1].end_pos)
        read = self._parse(tokens[at + 1:end], kind, kind, tokens[at].span)
        if read is None:
            return None
        comments = self.comments.above(at, self.source.text, span.start)
        note = self.comments.notes(at + 1, end)
        if kind == "parameter":
            p = cast(Parameter, read)
            return n.ParamDecl(p.name, p.by, p.value, p.start, p.end, p.low, p.high, span, p.twin, comments, note)
        d = cast(Twin, read)
        return n.DefinitionDecl(d.name, d.value, span, d.twin, comments, note)

    # ------------------------------------------------------------ clauses

    def _clause(self, cut: Cut, owner: str) -> n.Clause | None:
        body_tokens = self.tokens[cut.body:cut.end]
        if not body_tokens and self._tells("MR-P106", cut.span):
            return None
        if not body_tokens:
            self._report("MR-P108", cut.span, clause=cut.word)
            return None
        if len(body_tokens) > self.limits.clause_tokens:
            self._report("MR-L102", cut.span, limit=self.limits.clause_tokens)
            return None
        if owner == "default" and cut.key in ("for", "let", "must", "when", "unless", "fault", "deduct", "same_as"):
            self._report("MR-P120", cut.span, clause=cut.word)
            return None
        if self._tells("MR-L108", Span(cut.span.end, body_tokens[-1].end_pos)):
            return None  # what the open quote swallowed is nobody's name
        body = self._body(cut, body_tokens)
        if body is None:
            return None
        span = Span(cut.span.start, body_tokens[-1].end_pos)
        comments = self.comments.own_lines(cut.head, cut.head)
        return n.Clause(cut.key, body, span, comments, self.comments.notes(cut.head + 1, cut.end))

    def _body(self, cut: Cut, tokens: tuple[Token, ...]) -> Any:
        span = Span(tokens[0].start_pos, tokens[-1].end_pos)
        match cut.key:
            case "same_as":
                if tokens[0].type != "CODE" or len(tokens) > 1:
                    self._report("MR-P104", span)
                    return None
                return n.SameAs(tokens[0].value, span)
            case "basis":
                return self._basis(tokens, span, cut)
            case "message" | "suggestion":
                return self._template(tokens, span, cut)
            case "deduct" if len(tokens) == 1 and (word := self._text(span)) in self.words.places["deduction"]:
                kind = self.words.places["deduction"][word]
                return n.Deduct("all" if kind == "all" else "none", None, span)
            case "unless" if not cut.label and tokens[0].type == "STRING":
                self._report("MR-P119", Span(cut.span.start, tokens[0].end_pos))
                return None
            case "must" | "when" | "for" | "valid" | "let" | "fault" | "deduct" | "unless":
                body = self._parse(tokens, _GRAMMAR_STARTS[cut.key], cut.key, cut.span)
                if body is None:
                    return None
                if cut.key == "deduct":
                    return n.Deduct("formula", body, span)
                if cut.key == "unless":
                    if not cut.label:
                        self._report("MR-P119", cut.span)
                    when, but = body
                    return n.Exemption(cut.label, when, but, when is None, Span(cut.span.start, span.end))
                return body
        return self._values(cut, tokens, span)

    def _values(self, cut: Cut, tokens: tuple[Token, ...], span: Span) -> n.Words | None:
        """`事前、事中`: canonical ids for the words the vocabulary knows; 结果 and its like allow no others."""
        known = self.words.places.get(f"value.{cut.key}", {})
        values: list[str] = []
        start = 0
        for i in range(len(tokens) + 1):
            if i < len(tokens) and tokens[i].type not in ("LIST_SEP", "ARG_SEP", "SEMICOLON"):
                continue
            piece, start = tokens[start:i], i + 1
            if not piece:
                self._report("MR-P108", span, clause=cut.word)
                return None
            place = Span(piece[0].start_pos, piece[-1].end_pos)
            text = piece[0].value if len(piece) == 1 and piece[0].type == "STRING" else " ".join(self._text(place).split())
            if text not in known and cut.key in _CLOSED_VALUES:
                self.problems.append(unknown_value(self.source, place, text, cut.word, cut.key, self.words))
                return None
            values.append(known.get(text, text))
        return n.Words(tuple(values), span)

    def _basis(self, tokens: tuple[Token, ...], span: Span, cut: Cut) -> n.Words | None:
        """Running text split at ；, or quoted texts."""
        if tokens[0].type == "RAW" and len(tokens) == 1:
            texts = [t.strip() for t in tokens[0].value.replace(";", "；").split("；")]
            return n.Words(tuple(t for t in texts if t), span)
        texts = [t.value for t in tokens if t.type == "STRING"]
        if all(t.type == "STRING" if i % 2 == 0 else t.type in ("LIST_SEP", "SEMICOLON") for i, t in enumerate(tokens)):
            return n.Words(tuple(texts), span)
        self._report("MR-P103", tokens[0].span, text=self._text(tokens[0].span), hint="", hint_en="")
        return None

    def _template(self, tokens: tuple[Token, ...], span: Span, cut: Cut) -> n.Template | None:
        if len(tokens) != 1 or tokens[0].type != "STRING":
            self._report("MR-P116", span, clause=cut.word)
            self.explained.append(Span(span.start, self._line_end(span.end)))
            return None
        folded = self.lexed.folded

        def expression(start: int, end: int) -> n.Expr:
            part = lex_part(self.source, folded, self.lexed.language, start, end, self.limits)
            self.problems.extend(part.diagnostics)
            read = None if part.refused else self._parse(part.tokens, "expr", cut.key, Span(start, end))
            if read is None:
                raise _Given
            return cast(n.Expr, read)

        try:
            return parse_template(tokens[0], self.source.text, folded, self.words, expression)
        except BraceProblem as problem:
            self._report("MR-P114", problem.span)
        except _Given:
            pass
        return None

    def _parse(self, tokens: tuple[Token, ...], start: str, place: str, head: Span) -> Any:
        """The grammar's answer, or None with a diagnostic."""
        if not tokens:
            self._report("MR-P108", head, clause=self._text(head))
            return None
        try:
            return parse_tokens(tokens, start)
        except Misuse as misuse:
            self._report(misuse.code, misuse.span, **misuse.values)
        except UnexpectedToken as error:
            if self._is_told(head.start, tokens[-1].end_pos) or self._tells("MR-P106", head) or self._names_a_keyword(tokens, error):
                return None
            self.problems.append(explain(self.source, Broken(tokens, error, place, self.words)))
        return None

    def causes(self) -> list[Diagnostic]:
        """The lexer's diagnostics without those that follow from another mistake: the closing half of a pair of foreign
        brackets, a lone quote behind a text that lacks the other."""
        kept: list[Diagnostic] = []
        for d in self.lexed.diagnostics:
            if d.code == "MR-L107" and d.span is not None:
                opener = _FOREIGN_PAIRS.get(self._text(d.span))
                if any(s.start <= d.span.start < s.end for s in self.explained) or (opener and any(
                    k.span is not None and self._text(k.span) == opener and "\n" not in self._text(Span(k.span.end, d.span.start))
                    for k in kept
                )):
                    continue
            kept.append(d)
        return kept

    def _line_end(self, at: int) -> int:
        end = self.source.text.find("\n", at)
        return len(self.source.text) if end < 0 else end

    def _tells(self, code: str, span: Span) -> bool:
        """Whether a diagnostic of this code begins in this stretch."""
        return any(d.code == code and d.span is not None and span.start <= d.span.start <= span.end
                   for d in (*self.lexed.diagnostics, *self.problems))

    def _is_told(self, start: int, end: int) -> bool:
        """Whether the lexer has told of a problem in this stretch: then that is the cause of whatever the grammar says."""
        return any(d.code.startswith("MR-L") and d.span is not None and start <= d.span.start < end
                   for d in (*self.lexed.diagnostics, *self.problems))

    def _names_a_keyword(self, tokens: tuple[Token, ...], error: UnexpectedToken) -> bool:
        """Whether it broke at a word that another clause was told not to take as a name (令：天数 = …)."""
        at = next((i for i, t in enumerate(tokens) if t is error.token), len(tokens))
        near = {self._text(t.span) for t in tokens[max(0, at - 1):at + 1]}
        return any(d.code == "MR-P121" and d.span is not None and self._text(d.span) in near for d in self.problems)

    def _text(self, span: Span) -> str:
        return self.source.text[span.start:span.end]

    def _report(self, code: str, span: Span, **values: Any) -> None:
        self.problems.append(diagnostic(code, self.source, span, **values))


class _Given(Exception):
    """The diagnostic of a template's expression is already recorded."""


