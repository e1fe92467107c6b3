"""Templates: `「…{expression}…」` to literal strings and expressions in turn, with true spans inside the text."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from medrules.diagnostics import Span
from medrules.language import nodes as n
from medrules.language.lexer import NAME_PATTERN
from medrules.language.tokens import Token
from medrules.language.vocabulary import Vocabulary

__all__ = ["BraceProblem", "parse_template"]

_BRACE: Final = re.compile(r"\{\{|\}\}|[{}]")
_PATH: Final = re.compile(rf"{NAME_PATTERN}(?:\.{NAME_PATTERN})*")


class BraceProblem(Exception):
    """A brace of a template that is not closed, not opened, or empty."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span


def parse_template(
    token: Token, text: str, folded: str, words: Vocabulary, expression: Callable[[int, int], n.Expr],
) -> n.Template:
    """The template that a STRING token holds. `expression(start, end)` parses one stretch between braces; a plain path
    (by far the most common) is read here without it.

    Raises:
        BraceProblem: a brace is wrong. Whatever `expression` raises goes through.
    """
    start, end = token.start_pos + 1, token.end_pos - 1
    doubled = text[token.start_pos] in '"＂'
    parts: list[str | n.Expr] = []
    literal: list[str] = []
    at = start

    def take(until: int) -> None:
        stretch = text[at:until]
        if stretch:
            literal.append(stretch.replace('""', '"') if doubled else stretch)

    while m := _BRACE.search(folded, at, end):
        take(m.start())
        if m[0] in ("{{", "}}"):
            literal.append(m[0][0])
            at = m.end()
            continue
        close = folded.find("}", m.end(), end)
        if m[0] == "}" or close < 0:
            raise BraceProblem(Span(m.start(), m.end()))
        inner_start, inner_end = m.end(), close
        if not folded[inner_start:inner_end].strip() or "{" in folded[inner_start:inner_end]:
            raise BraceProblem(Span(m.start(), close + 1))
        if literal:
            parts.append("".join(literal))
            literal.clear()
        parts.append(_path(folded, inner_start, inner_end, words) or expression(inner_start, inner_end))
        at = close + 1
    take(end)
    if literal:
        parts.append("".join(literal))
    return n.Template(tuple(parts), token.span)


def _path(folded: str, start: int, end: int, words: Vocabulary) -> n.Name | None:
    m = _PATH.fullmatch(folded, start, end)
    if m is None or m[0] in words.keywords:
        return None
    return n.Name(tuple(m[0].split(".")), Span(start, end))
