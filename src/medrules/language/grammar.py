"""The LALR parser built from `rules.lark`: once per process, when first asked for, and never pickled."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final, cast

from lark import Lark, Transformer
from lark.lexer import Lexer as LarkLexer

from medrules.language.lowering import Lowering
from medrules.language.tokens import Token

__all__ = ["START_RULES", "build_parser", "parse_tokens"]

START_RULES: Final = (
    "condition", "exemption", "let", "fault", "valid", "parameter", "definition", "scope", "expr",
)


class _Feed(LarkLexer):
    """Lark's custom lexer interface over tokens that exist already."""

    def __init__(self, lexer_conf: Any) -> None:
        del lexer_conf

    def lex(self, data: Any) -> Iterator[Any]:  # type: ignore[override]
        return iter(data)


def build_parser() -> Lark:
    """A new parser. Strict: a conflict in the grammar is an error here, not a choice made in silence."""
    text = resources.files("medrules.language").joinpath("rules.lark").read_text(encoding="utf-8")
    return Lark(
        text, parser="lalr", lexer=_Feed, start=list(START_RULES), strict=True, maybe_placeholders=True,
        propagate_positions=False, transformer=cast("Transformer[Any, Any]", Lowering()),
    )


@cache
def _parser() -> Lark:
    return build_parser()


def parse_tokens(tokens: Sequence[Token], start: str) -> Any:
    """The node that a clause's tokens stand for.

    Raises:
        lark.UnexpectedToken: the tokens do not fit the grammar.
        Misuse: they fit, and mean something that is not allowed.
    """
    return _parser().parse(cast(Any, tokens), start=start)
