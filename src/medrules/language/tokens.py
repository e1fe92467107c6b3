"""Tokens, comments and the limits of a text: what the lexer gives to the parser."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from medrules.diagnostics import Diagnostic, Span
from medrules.language.vocabulary import Language

__all__ = ["DEFAULT_LIMITS", "Comment", "Lexed", "Limits", "Token"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text may cost before it is parsed. Sizes in characters; `depth` counts brackets and operators nested in each
    other; `diagnostics` is where the lexer gives up."""

    text: int = 1_048_576
    tokens: int = 400_000
    clause_tokens: int = 4_000
    depth: int = 64
    digits: int = 18
    diagnostics: int = 50


DEFAULT_LIMITS: Final = Limits()


class Token:
    """One token as lark's parser reads it: `type` is the terminal, `value` what it carries.

    NAME tuple of parts · NUMBER (Decimal, unit, percent) · STRING its text · DATE ordinal · CODE, RAW text ·
    keywords their canonical id. `first`: first on its line.
    """

    __slots__ = ("end_pos", "first", "start_pos", "type", "value")
    line = column = end_line = end_column = 0  # lark asks for them on errors; positions here are offsets

    def __init__(self, type: str, value: Any, start_pos: int, end_pos: int, first: bool = False) -> None:
        self.type = type
        self.value = value
        self.start_pos = start_pos
        self.end_pos = end_pos
        self.first = first

    @property
    def span(self) -> Span:
        return Span(self.start_pos, self.end_pos)

    def __repr__(self) -> str:
        return f"Token({self.type}, {self.value!r})"


@dataclass(frozen=True, slots=True)
class Comment:
    """`# text`. `before` is the number of tokens that stand before it; `own_line` when nothing else is on its line;
    `gap` when an empty line stands above it; `end` is its offset's end."""

    text: str
    before: int
    own_line: bool
    gap: bool
    end: int


@dataclass(frozen=True, slots=True)
class Lexed:
    """The tokens of one text. `refused`: a limit was hit, nothing further must be done with it."""

    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]
    diagnostics: tuple[Diagnostic, ...]
    language: Language
    folded: str
    refused: bool = False
